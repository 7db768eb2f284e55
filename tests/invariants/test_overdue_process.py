"""The program comes back after the end of its chats: they are read back and closed, or missed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.discord.people import Member
from tests.discord.places import Channel
from tests.invariants.on_slack import OnSlack, guild_of, on_slack
from tests.slack.people import Person

TOPICS = {"0m": "First?", "10m": "Second?", "30m": "Third?"}
ROOMS = 3
POSTED = "SELECT 1 FROM events WHERE kind = 'TopicPosted'"
WAITING = "SELECT 1 FROM outbox WHERE state = 'waiting'"


def inbox(club: OnSlack, who: Person) -> list[str]:
    """Return what somebody on Slack was told privately."""
    return [one.text for one in club.workspace.conversation(who).everything if one.text]


async def settled(club: OnSlack, stage: str) -> None:
    """Wait until every chat of the club is in this stage, and nothing is left to be sent."""
    stages = "SELECT DISTINCT stage FROM chats WHERE series <> 'house'"
    await club.until(lambda: club.process.rows(stages) == [(stage,)])
    await club.until(lambda: not club.process.rows(WAITING))


async def prepared(club: OnSlack) -> tuple[Channel, Member]:
    """Write an agenda for a room on each platform; return the channel on Discord and Ann there."""
    guild = guild_of(club)
    there, ann = guild.channel("journal"), guild.member("Ann")
    rooms = f'{{discord: "{there.id}"}}, {{slack: "{club.channel.id}"}}, {{local: club}}'
    moderators = f'discord: ["user:{ann.id}"], slack: ["{club.henry.id}"], local: [henry]'
    club.agenda("urojc", rooms, moderators, TOPICS, "1h")
    return there, ann


async def test_a_chat_that_ended_meanwhile_is_closed_with_what_was_said_on_its_platforms(
    tmp_path: Path,
) -> None:
    async with on_slack(tmp_path, with_discord=True) as club:
        there, _ = await prepared(club)
        assert there.guild is not None
        bo = there.guild.member("Bo")
        await club.start()
        await club.later(minutes=10)
        await club.posted("Welcome", "T1")
        await club.until(lambda: len(club.process.rows(POSTED)) == ROOMS)
        await club.process.kill()
        await club.later(minutes=5)
        await club.say(club.maria, "Maria, in time", club.topic(1))
        await bo.say(there.threads[0], "T1: Bo, in time")
        await club.later(minutes=70)
        await club.say(club.joao, "João, late", club.topic(1))
        await club.say(club.joao, "João, in the channel, of something else")
        await bo.say(there.threads[0], "Bo, late")
        await club.start()
        await settled(club, "archived")
        await club.posted("Welcome", "T1", "Closed")
        assert "2 participants wrote 2 messages." in club.own[-1].text
        assert there.threads[0].locked
        assert there.threads[0].archived
        page = json.loads(await club.process.export("urojc-2034-12-04"))
        timings = {one["text"]: one["timing"] for one in page["messages"] if one["role"] != "bot"}
        assert timings.pop("Maria, in time") == timings.pop("T1: Bo, in time") == "on_time"
        assert set(timings.values()) == {"late"}


async def test_a_chat_that_was_missed_is_told_to_its_moderators_once(tmp_path: Path) -> None:
    async with on_slack(tmp_path, with_discord=True) as club:
        there, ann = await prepared(club)
        await club.start()
        chats = "SELECT stage FROM chats WHERE series = 'urojc'"
        await club.until(lambda: club.process.rows(chats) == [("planned",)])
        assert await club.process.stop() == 0
        await club.later(hours=3)
        for _ in range(2):
            await club.start()
            await settled(club, "missed")
            async with club.process.moderator() as henry:
                listed = (await henry.get("/")).words
                log = (await henry.get("/chats/urojc-2034-12-04")).words
            assert "Missed" in listed
            assert "Missed: the whole window passed while Rounds was not running." in log
            assert await club.process.stop() == 0
            await club.later(minutes=1)
        for told in (inbox(club, club.henry), [one.content for one in ann.inbox]):
            (words,) = told
            assert words.startswith("The urojc chat (#urojc) was missed: from its opening, ")
        assert club.posts == []
        assert there.messages == []
        assert there.threads == []
