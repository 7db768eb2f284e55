"""What is found of the app, its tokens and its scopes, through the real client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.channels import Channel
from bot.platforms.finding import Finding, Report
from bot.platforms.slack.checks import SLACK, Given, look
from bot.platforms.slack.manifest import SCOPES, manifest
from tests.slack.faults import Fault
from tests.slack.server import Server, serving

USUAL = [scope.name for scope in SCOPES if not scope.only_with]
ONCE = ["Clock", "Bot token", *USUAL, "App token"]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Give a Slack where the app was made of its manifest, and is in a channel."""
    async with serving() as found:
        found.workspace.application.install(manifest())
        found.workspace.channel("journal-club")
        yield found


def given(server: Server) -> Given:
    application = server.workspace.application
    return Given(
        application.bot_token, application.app_token, "", server.api, "https://chat.example.org"
    )


def room(server: Server, **more: tuple[str, ...]) -> Channel:
    number = next(one.id for one in server.workspace.channels.values() if not one.general)
    return Channel(number, rooms=("urojc",), **more)


def clock(ahead: float = 0.0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=ahead)


async def looked(server: Server, **more: str) -> Report:
    return await look(replace(given(server), **more), [room(server)], clock)


def wrong(report: Report) -> list[Finding]:
    return [one for one in report.findings if not one.ok]


# ---------------------------------------------------------------- all is well


async def test_everything_is_looked_at_in_the_order_in_which_it_is_set_up(server: Server) -> None:
    report = await looked(server)
    assert [one.what for one in report.findings if one.where == SLACK] == ONCE
    assert [one.what for one in report.findings if one.where != SLACK] == ["Channel", "Member"]
    assert wrong(report) == []
    assert report.invitation == ""
    assert report.findings[1].sentence == "It is that of @rounds in Urology."


async def test_it_only_reads_and_opens_no_socket(server: Server) -> None:
    await looked(server)
    methods = {call.method for call in server.requests}
    assert methods == {"auth.test", "apps.connections.open", "conversations.info"}
    assert server.sockets.opened == 0


async def test_without_channels_the_app_is_looked_at_all_the_same(server: Server) -> None:
    report = await look(given(server), [], clock)
    assert [one.what for one in report.findings] == ONCE


async def test_no_secret_is_in_a_finding(server: Server) -> None:
    one = given(server)
    secret = server.workspace.application.signing_secret
    told = repr(await looked(server, signing_secret=secret))
    assert not any(text in told for text in (one.bot_token, one.app_token, secret))


# ---------------------------------------------------------------- scopes


async def test_every_missing_scope_is_named_with_its_reason_and_what_to_do(server: Server) -> None:
    server.workspace.application.revoke("reactions:read", "groups:history")
    assert wrong(await looked(server)) == [
        Finding(
            scope.name,
            SLACK,
            False,
            f"It is missing. {scope.reason} Paste the manifest again (rounds slack manifest; "
            "api.slack.com/apps, App Manifest), then install the app again (Install App).",
        )
        for scope in SCOPES
        if scope.name in ("reactions:read", "groups:history")
    ]


async def test_the_scopes_to_archive_are_needed_only_where_a_channel_is_archived(
    server: Server,
) -> None:
    server.workspace.application.revoke("channels:manage", "groups:write")
    assert wrong(await looked(server)) == []
    report = await look(given(server), [room(server, archives=("urojc",))], clock)
    assert [one.what for one in wrong(report)] == ["channels:manage", "groups:write"]


async def test_scopes_that_slack_does_not_state_are_not_said_to_be_missing(server: Server) -> None:
    body = {"ok": True, "team": "Urology", "user": "rounds"}
    server.faults.waiting.append(Fault("answer", "auth.test", status=200, body=body))
    report = await looked(server)
    assert report.findings[2] == Finding("Scopes", SLACK, True, "Slack does not state them here.")


# ---------------------------------------------------------------- tokens


@pytest.mark.parametrize(
    ("token", "says"),
    [("xoxb-another-secret", "Slack refuses the token"), ("xapp-1-app", "another kind of token")],
)
async def test_a_refused_bot_token_is_told_and_printed_nowhere(
    server: Server, token: str, says: str
) -> None:
    report = await looked(server, bot_token=token)
    assert [one.what for one in report.findings] == ["Clock", "Bot token", "App token"]
    (found,) = wrong(report)
    assert says in found.sentence
    assert found.sentence.endswith("Until then no channel can be looked at.")
    assert token not in repr(report)


@pytest.mark.parametrize("name", ["token_revoked", "account_inactive"])
async def test_a_bot_token_that_counts_no_longer_is_told(server: Server, name: str) -> None:
    server.workspace.application.revoked = name
    (found,) = wrong(await looked(server))
    assert (found.what, "Install the app again" in found.sentence) == ("Bot token", True)


@pytest.mark.parametrize(
    ("token", "says"),
    [("xapp-1-another", "Slack refuses it."), ("xoxb-1-bot", "It is no app-level token.")],
)
async def test_a_refused_app_token_is_told_and_the_channels_are_looked_at(
    server: Server, token: str, says: str
) -> None:
    report = await looked(server, app_token=token)
    (found,) = wrong(report)
    assert found.what == "App token"
    assert found.sentence.startswith(f"{says} Make another (api.slack.com/apps")
    assert report.findings[-1].what == "Member"


async def test_an_app_token_without_its_scope_is_told(server: Server) -> None:
    server.workspace.application.app_scopes.clear()
    (found,) = wrong(await looked(server))
    assert found.sentence.startswith("It has not the scope connections:write. Make another")


# ---------------------------------------------------------------- signed requests


async def test_with_a_signing_secret_alone_the_address_is_told(server: Server) -> None:
    report = await looked(server, app_token="", signing_secret="8f74")
    assert wrong(report) == []
    found = next(one for one in report.findings if one.what == "Signing secret")
    assert found.sentence.endswith("https://chat.example.org/slack/events")
    assert server.calls("apps.*") == []


async def test_an_address_to_which_slack_does_not_send_is_told(server: Server) -> None:
    address = "http://127.0.0.1:8080"
    (found,) = wrong(await looked(server, app_token="", signing_secret="8f74", url=address))
    assert (found.what, "Set ROUNDS_URL" in found.sentence) == ("Signing secret", True)


async def test_with_both_secrets_the_socket_is_used(server: Server) -> None:
    report = await looked(server, signing_secret="8f74", url="http://127.0.0.1:8080")
    assert wrong(report) == []
    found = next(one for one in report.findings if one.what == "Signing secret")
    assert found.sentence.startswith("Not used")


# ---------------------------------------------------------------- the clock


@pytest.mark.parametrize("refused", [False, True])
async def test_a_clock_that_is_wrong_is_told_also_where_the_token_is(
    server: Server, refused: bool
) -> None:
    one = replace(given(server), bot_token="xoxb-no") if refused else given(server)
    report = await look(one, [], lambda: clock(-60))
    assert wrong(report)[0].what == "Clock"
    assert "behind Slack's" in wrong(report)[0].sentence


# ---------------------------------------------------------------- Slack fails


async def test_a_slack_out_of_reach_is_one_sentence(server: Server) -> None:
    await server.outage()
    (found,) = (await looked(server)).findings
    assert (found.what, found.where, found.ok) == ("Connection", SLACK, False)
    assert found.sentence.startswith("Slack does not answer (ClientConnectorError). What follows")


async def test_another_server_at_the_address_is_told(server: Server) -> None:
    report = await looked(server, api=f"{server.address}/nothing/api/")
    (found,) = report.findings
    assert "where SLACK_API is set, is it right?" in found.sentence


async def test_a_failure_in_the_middle_keeps_what_was_found_before(server: Server) -> None:
    server.faults.fail("conversations.info", times=9)
    report = await looked(server)
    assert [one.what for one in report.findings] == [*ONCE, "Connection"]
    assert "Slack is out of order (HTTP 503)" in report.findings[-1].sentence


async def test_a_rate_limit_is_waited_for(server: Server) -> None:
    server.faults.too_many("conversations.info", times=2)
    assert wrong(await looked(server)) == []


async def test_a_cut_line_is_tried_once_more(server: Server) -> None:
    server.faults.cut_before("auth.test")
    assert wrong(await looked(server)) == []
    server.faults.cut_before("conversations.info", times=9)
    (found,) = wrong(await looked(server))
    assert found.what == "Connection"


async def test_it_can_be_interrupted(server: Server) -> None:
    server.faults.hang("auth.test", 0.5)
    task = asyncio.create_task(looked(server))
    await server.until(lambda: server.calls("auth.test"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
