"""Slack says no: the program lives, other chats go on, and nothing that was said is lost."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.invariants.on_slack import OnSlack, on_slack
from tests.slack.channels import Channel
from tests.web.served import Guest

MODES = pytest.mark.parametrize("signed", [False, True], ids=["socket", "http"])
ASKS = ("0m", "10m", "20m")


@contextlib.asynccontextmanager
async def at_home(club: OnSlack) -> AsyncIterator[Guest]:
    """Let a chat be held in the built-in room, which must go on whatever Slack says."""
    async with club.process.moderator() as henry:
        assert "is open as house-" in (await henry.say("house", "/chat start house")).words
        yield henry
        assert "is closed" in (await henry.say("house", "/chat close")).words
        stage = "SELECT stage FROM chats WHERE chat = 'house-2034-12-04'"
        await club.until(lambda: club.process.rows(stage) == [("archived",)])
        said = club.process.rows("SELECT text FROM messages WHERE room = 'local:house' ORDER BY at")
        assert [str(text).split()[0] for (text,) in said] == ["Welcome", "T1:", "Closed:"]


SHUT = {
    "outside": "the bot is not in the channel. Invite it",
    "removed": "the bot is not in the channel. Invite it",
    "private": "the channel is not there, or it is private and the bot is not in it",
    "archived": "the channel is archived. Unarchive it",
    "restricted": "the workspace does not let the bot post in the channel",
    "deleted": "the channel is not there, or it is private and the bot is not in it",
}
"""What is done to a channel; each is the name of one, with what its moderators are told."""


async def shut(club: OnSlack, channels: dict[str, Channel]) -> None:
    """Shut every channel in its own way; into the first one the bot was never let."""
    owner = club.workspace.owner
    for name in ("removed", "private"):
        await owner.kick_bot(channels[name])
    await owner.archive(channels["archived"])
    channels["restricted"].posters = {owner.id}
    await owner.delete_channel(channels["deleted"])


async def opened_again(club: OnSlack, channels: dict[str, Channel]) -> None:
    """Take back what was done; what is deleted stays so."""
    owner = club.workspace.owner
    for name in ("outside", "removed", "private"):
        await owner.invite_bot(channels[name])
    await owner.unarchive(channels["archived"])
    channels["restricted"].posters = None


@MODES
async def test_what_a_shut_channel_holds_up_comes_when_it_is_open_again(
    tmp_path: Path, signed: bool
) -> None:
    async with on_slack(tmp_path, signed=signed) as club:
        ann = club.workspace.user("Ann")
        group = f'slack: ["group:{club.workspace.group("chairs", ann).id}"]'
        alerts = club.workspace.channel("alerts", private=True)
        channels = {name: club.series(name, *ASKS) for name in (*SHUT, "other")}
        by_group = club.series("by-group", *ASKS, moderators=group)
        in_alerts = club.series("in-alerts", *ASKS, alerts=f'{{slack: "{alerts.id}"}}')
        unled = club.series("unled", *ASKS, moderators="")
        for channel in (channels["outside"], by_group, in_alerts, unled):
            del channel.members[club.workspace.bot.id]
        await club.start()
        async with at_home(club):
            await club.later(minutes=10)
            running = [name for name in channels if name != "outside"]
            kept = {}
            for name in running:
                await club.posted_in(channels[name], "Welcome", "T1")
                kept[name] = [f"T1: Maria in {name}"]
                await club.say(club.maria, kept[name][0], channel=channels[name])
            for name in running:
                await club.is_kept(f"{name}-2034-12-04", kept[name])
            await club.is_told("outside", SHUT["outside"])
            await club.is_told("by-group", SHUT["outside"], who=ann)
            await club.until(lambda: club.by_bot(alerts))
            assert SHUT["outside"] in club.by_bot(alerts)[0].text
            await club.until(lambda: club.logged("unled-", "nobody can be told privately"))
            assert club.told_of("by-group") == club.told_of("in-alerts") == []

            await shut(club, channels)
            for name in ("removed", "private", "archived", "deleted"):
                await club.is_told(name, SHUT[name])
            for name in ("removed", "private"):
                kept[name].append(f"T1: João in {name}, which the bot is not in")
                await club.say(club.joao, kept[name][-1], channel=channels[name])
            await club.process.kill()
            await club.start()
            await club.later(minutes=10)
            await club.posted_in(channels["other"], "Welcome", "T1", "T2")
            for name, why in SHUT.items():
                await club.until(partial(club.logged, f"{name}-2034-12-04/", why[:40]))
                await club.is_told(name, why)
                assert len(club.logged(f"{name}-2034-12-04/", why[:40])) <= 2, "once in each life"

            await opened_again(club, channels)
            await club.posted_in(channels["outside"], "Welcome", "T1")
            for name in ("removed", "private", "archived"):
                await club.posted_in(channels[name], "Welcome", "T1", "T2")
            for name in ("removed", "private"):
                await club.is_kept(f"{name}-2034-12-04", kept[name])
            restricted = channels["restricted"]
            await club.passes(lambda: len(club.posts_in(restricted)) > 2, step=30)
            every = [name for name in SHUT if name != "deleted"]
            await club.passes(
                lambda: all(len(club.posts_in(channels[name])) >= 4 for name in every), step=60
            )
            for name in every:
                await club.posted_in(channels[name], "Welcome", "T1", "T2", "T3")
                await club.is_told(name, SHUT[name], "goes on in")
            assert club.posts_in(channels["deleted"]) == ["Welcome", "T1"]

            await club.later(hours=48)
            for name in every:
                await club.posted_in(channels[name], "Welcome", "T1", "T2", "T3", "Closed")
            for name in running:
                await club.is_kept(f"{name}-2034-12-04", kept[name])
        given_up = club.logged("unled-", "nobody can be told privately")
        assert len(given_up) == 2, "once in each life of the process"


TOKEN = "Slack says that the token was revoked. Install the app again"


@MODES
async def test_a_token_and_scopes_are_asked_for_and_taken_away_again(
    tmp_path: Path, signed: bool
) -> None:
    async with on_slack(tmp_path, signed=signed) as club:
        application, channel = (
            club.workspace.application,
            club.series("journal", *ASKS, "30m", "40m"),
        )
        application.revoked = "account_inactive"
        await club.process.start()
        async with at_home(club):
            await club.until(lambda: club.logged("the app was removed from the workspace"))
            await club.later(minutes=10)
            assert len(club.slack.calls("auth.test")) == 1, "once a minute, on a real clock"
            assert channel.messages == []
            assert len(club.logged("the app was removed from the workspace")) == 1
            await club.process.kill()
            club.workspace.reinstall()
            await club.start()
            await club.posted_in(channel, "Welcome", "T1")
            await club.say(club.maria, "T1: Maria is here", channel=channel)
            await club.is_kept("journal-2034-12-04", ["T1: Maria is here"])

            application.revoke("chat:write")
            await club.later(minutes=10)
            await club.until(lambda: club.logged("journal-", "the scope chat:write is missing"))
            assert len(club.logged("journal-", "slack:C", "chat:write")) == 1
            application.grant("chat:write")
            await club.passes(lambda: len(club.posts_in(channel)) > 2, step=60)
            await club.is_told("journal", "the scope chat:write is missing", "goes on in")

            application.revoke("channels:history")
            await club.later(minutes=6)
            await club.until(lambda: len(club.told_of("journal")) == 3)
            assert "channels:history" in club.told_of("journal", "cannot be read back")[0]
            assert len(club.logged("cannot be read back", "channels:history")) == 1
            application.grant("channels:history")
            await club.later(minutes=6)
            await club.until(lambda: len(club.told_of("journal")) == 4)
            assert club.told_of("journal", "can be read back again")

            club.workspace.revoke_tokens()
            await club.later(minutes=6)
            await club.until(lambda: club.logged(TOKEN))
            await club.say(club.joao, "T1: João, while no token counted", channel=channel)
            before = len(club.posts_in(channel))
            await club.later(minutes=10)
            assert len(club.posts_in(channel)) == before
            assert len(club.logged(TOKEN)) == 1
            assert await club.process.stop() == 0
            club.workspace.reinstall("xoxb-2-bot")
            club.process.environment["SLACK_BOT_TOKEN"] = "xoxb-2-bot"
            await club.start()
            await club.passes(lambda: len(club.posts_in(channel)) == 6, step=60)
            await club.posted_in(channel, "Welcome", "T1", "T2", "T3", "T4", "T5")
            await club.is_kept(
                "journal-2034-12-04", ["T1: Maria is here", "T1: João, while no token counted"]
            )


@MODES
async def test_an_outage_at_the_start_and_one_of_an_hour_and_a_file_that_is_refused(
    tmp_path: Path, signed: bool
) -> None:
    async with on_slack(tmp_path, signed=signed) as club:
        channel = club.series("journal", "0m", "1h", "90m", "3h", window="4h")
        await club.slack.outage()
        await club.process.start()
        async with at_home(club):
            await club.until(lambda: club.logged("Slack cannot be reached"))
            await club.later(minutes=10)
            await club.slack.recover()
            await club.connected(0)
            await club.posted_in(channel, "Welcome", "T1")
            await club.say(club.maria, "T1: Maria before the outage", channel=channel)
            await club.is_kept("journal-2034-12-04", ["T1: Maria before the outage"])

            await club.slack.outage()
            for minutes, topics in ((60, 2), (30, 3), (30, 3)):
                await club.later(minutes=minutes)
                await club.opened("journal-2034-12-04", topics)
            await club.say(club.joao, "T1: João at the end of it", channel=channel)
            assert club.posts_in(channel) == ["Welcome", "T1"]
            await club.slack.recover()
            await club.passes(lambda: len(club.posts_in(channel)) == 4, step=30)
            await club.posted_in(channel, "Welcome", "T1", "T2", "T3")
            said = ["T1: Maria before the outage", "T1: João at the end of it"]
            await club.is_kept("journal-2034-12-04", said)

            club.workspace.application.revoke("files:write")
            await club.later(hours=1)
            await club.posted_in(channel, "Welcome", "T1", "T2", "T3", "T4")
            await club.later(hours=1)
            await club.posted_in(channel, "Welcome", "T1", "T2", "T3", "T4", "Closed")
            files = ("journal-2034-12-04.html", "journal-2034-12-04.png")
            for told in (f"{files[1]} could not be sent", f"{' and '.join(files)} could not be"):
                await club.until(partial(club.told_of, "journal", told))
            await club.settled()
            assert club.logged("journal-", "without a file", "files:write")
