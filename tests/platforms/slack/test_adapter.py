"""The app is kept up; what Slack refuses is said once, and nothing else stops by it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.actions import KeepOpen, Post, PostKind
from bot.platforms.platform import Errand, Hindered
from bot.platforms.slack.adapter import Secrets
from bot.platforms.slack.manifest import EVENTS_PATH
from tests.platforms.outer_house import refused, running
from tests.platforms.slack_house import PACE, SOON, on_slack


async def test_until_it_is_connected_posts_wait(tmp_path: Path) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        assert "not connected" in str(await refused(house.slack, house.room, house.clock()))
        async with running(house.slack):
            await house.until(lambda: house.slack.is_current)
            post = Post(house.room, PostKind.NOTICE, ("Hello.",))
            receipt = await house.slack.perform(Errand("k/1/0", post, house.clock()))
            assert receipt.ref == house.post("Hello.").ts
            assert await house.slack.perform(Errand("k/2/0", KeepOpen(house.room), house.clock()))
            assert list(await house.slack.keep_appointments([], [], house.clock())) == []
            assert house.changes > 0
        assert not house.slack.is_current
        assert "not connected" in str(await refused(house.slack, house.room, house.clock()))


async def test_a_refused_token_is_said_once_and_not_hammered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        slack = house.new_slack(Secrets("xoxb-wrong", "xapp-wrong"))
        async with running(slack) as task:
            await house.until(lambda: "SLACK_BOT_TOKEN" in caplog.text)
            await asyncio.sleep(1.5)
            assert len(house.server.calls("auth.test")) == 1
            assert not task.done()
            assert isinstance(await refused(slack, house.room, house.clock()), Hindered)
    assert caplog.text.count("SLACK_BOT_TOKEN") == 1
    assert "xoxb-wrong" not in caplog.text


@pytest.mark.parametrize("asked", ["a post", "the history"])
async def test_a_token_that_is_revoked_on_the_way_ends_the_session_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, asked: str
) -> None:
    async with on_slack(tmp_path) as house:
        await house.start()
        house.workspace.revoke_tokens()
        if asked == "a post":
            assert isinstance(await refused(house.slack, house.room, house.clock()), Hindered)
        house.workspace.shift(2 * house.dead_after)
        await house.until(lambda: "the token was revoked" in caplog.text)
        await house.until(lambda: not house.server.sockets.lines)
        assert not house.slack.is_current
        refusal = await refused(house.slack, house.room, house.clock())
        assert isinstance(refusal, Hindered)
        assert refusal.logged
    assert caplog.text.count("the token was revoked") == 1


async def test_a_first_connection_that_fails_is_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        await house.server.outage()
        async with running(house.slack) as task:
            await house.until(lambda: "did not answer" in caplog.text)
            assert not task.done()
            await house.server.recover()
            await house.until(lambda: house.slack.is_current)
    assert caplog.text.count("did not answer") == 1


async def test_an_outage_is_no_reason_to_rest_longer_after_the_next_one(tmp_path: Path) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        app = house.workspace.application
        pace = replace(PACE, rests=(SOON, SOON, timedelta(hours=1)))
        slack = house.new_slack(Secrets(app.bot_token, app.app_token), pace)
        async with running(slack):
            for _ in range(4):
                await house.until(lambda: slack.is_current)
                house.server.sockets.drop()
                house.server.faults.fail("apps.connections.open", times=1000)
                await house.until(lambda: not slack.is_current)
                house.workspace.shift(PACE.gives_up_after + timedelta(seconds=1))
                await house.until(lambda: not slack.is_connected)
                house.server.faults.forget()
            await house.until(lambda: slack.is_current)


async def test_that_the_app_token_is_refused_is_said_by_its_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        slack = house.new_slack(Secrets(house.workspace.application.bot_token, "xapp-wrong"))
        async with running(slack):
            await house.until(lambda: house.server.calls("apps.connections.open"))
            house.workspace.shift(PACE.gives_up_after + timedelta(seconds=1))
            await house.until(lambda: "SLACK_APP_TOKEN" in caplog.text)
            assert isinstance(await refused(slack, house.room, house.clock()), Hindered)
    assert "xapp-wrong" not in caplog.text


async def test_with_a_signing_secret_slack_calls_us_and_what_is_not_signed_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        app = house.workspace.application
        slack = house.new_slack(Secrets(app.bot_token, signing=app.signing_secret))
        ((path, hook),) = slack.hooks.items()
        assert path == EVENTS_PATH
        assert (await hook("{}", {}))[0] == 503, "Slack is to come again"
        async with running(slack):
            await house.until(lambda: slack.is_current)
            body = '{"type":"url_verification","challenge":"c"}'
            for _ in range(2):
                assert (await hook(body, {"X-Slack-Signature": "v0=no"}))[0] == 401
            assert caplog.text.count("SLACK_SIGNING_SECRET did not sign it") == 1, "said once"
            headers = house.server.signed.sign(body.encode())
            status, answer, _ = await hook(body, {**headers, "Content-Type": "application/json"})
            assert status == 200
            assert "c" in answer
        both = house.new_slack(Secrets(app.bot_token, app.app_token, app.signing_secret))
    assert house.slack.hooks == both.hooks == {}, "a socket needs no address"


async def test_a_socket_that_is_open_and_dead_is_noticed(tmp_path: Path) -> None:
    """It answers pings, and brings nothing of what is said."""
    async with on_slack(tmp_path) as house:
        await house.start()
        house.server.sockets.deafen()
        await house.ann.say(house.channel, "T1: into the void")
        house.workspace.shift(2 * house.dead_after)
        await house.kept("T1: into the void")
        await house.until(lambda: len(house.server.calls("auth.test")) > 1)
        await house.until(lambda: house.slack.is_current)
        await house.ann.say(house.channel, "T1: heard again")
        await house.kept("T1: into the void", "T1: heard again")


async def test_that_signed_requests_do_not_arrive_is_said_once_and_what_was_said_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        async with running(house.slack):
            await house.until(lambda: house.slack.is_current)
            await house.start()
        app = house.workspace.application
        slack = house.new_slack(Secrets(app.bot_token, signing=app.signing_secret))
        house.platforms["slack"] = slack
        async with running(slack):
            await house.until(lambda: slack.is_current)
            for number in (1, 2):
                await house.ann.say(house.channel, f"T1: {number}")
                house.workspace.shift(2 * house.dead_after)
                await house.kept(*(f"T1: {n}" for n in range(1, number + 1)))
            await house.until(lambda: "requests do not arrive" in caplog.text)
    assert caplog.text.count("requests do not arrive") == 1
