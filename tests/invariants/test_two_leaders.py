"""Two programs that both believe that they lead: no topic comes twice, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

from bot.platforms.slack.manifest import manifest
from bot.store.address import Address
from tests.discord.messages import DEFAULT
from tests.discord.places import Channel
from tests.discord.server import serving as serving_discord
from tests.invariants.pair import Pair, guest_of, pair
from tests.slack.channels import Channel as SlackChannel
from tests.slack.server import serving as serving_slack

TOPICS = [f"T{number}" for number in range(1, 9)]


class Everywhere:
    """A chat that is held in a room of ours, on Discord and on Slack, by two programs."""

    def __init__(self, two: Pair, discord: Channel, slack: SlackChannel) -> None:
        assert discord.guild is not None
        self.two = two
        self.there = discord
        self.channel = slack
        self.ann = discord.guild.member("Ann")
        self.maria = slack.workspace.user("Maria")
        self.said: list[str] = []

    def later(self, **by: float) -> None:
        """Let every clock jump."""
        assert self.there.guild is not None
        self.two.later(**by)
        for world in (self.there.guild.world, self.channel.workspace):
            world.shift(timedelta(**by))

    async def in_each(self) -> list[list[str]]:
        """Return the topics that stand in each of the three rooms, in their order there."""
        assert self.there.guild is not None
        bot = self.there.guild.world.bot
        discord = [
            one.content
            for thread in self.there.threads
            for one in thread.messages
            if one.type == DEFAULT and one.author is bot
        ]
        workspace = self.channel.workspace
        own = [one.text for one in self.channel.messages if one.author is workspace.bot]
        rows = await self.two.rows(
            "SELECT text FROM messages WHERE room = 'local:club' AND role = 'bot' ORDER BY at, key"
        )
        ours = [str(text) for (text,) in rows]
        return [[t.split(":")[0] for t in texts if t[:1] == "T"] for texts in (discord, own, ours)]

    async def have(self, count: int) -> None:
        """Wait until so many topics stand in every room."""

        async def there() -> bool:
            return all(len(topics) >= count for topics in await self.in_each())

        await self.two.until(there)

    async def talk(self, when: str) -> None:
        """Let somebody answer on Discord and on Slack; each says something that nobody said yet."""
        for who in ("Ann", "Maria"):
            self.said.append(f"T1: {who} {when}")
        await self.ann.say(self.there.threads[0], self.said[-2])
        await self.maria.say(self.channel, self.said[-1])

    async def has_heard(self) -> None:
        """Wait until everything that was said is kept; each of it once."""
        sql = "SELECT text FROM messages WHERE role = 'participant' AND room NOT LIKE 'local:%'"

        async def kept() -> bool:
            return len(await self.two.rows(sql)) >= len(self.said)

        with contextlib.suppress(TimeoutError):
            await self.two.until(kept)
        assert sorted(str(text) for (text,) in await self.two.rows(sql)) == sorted(self.said)


@contextlib.asynccontextmanager
async def everywhere(folder: Path, address: Address, module: str) -> AsyncIterator[Everywhere]:
    """Give two programs beside a Discord and a Slack, not started."""
    async with serving_discord() as discord, serving_slack() as slack:
        there = discord.world.guild("Urology").channel("club")
        channel = slack.workspace.channel("club")
        application = slack.workspace.application
        application.install(manifest(""))
        environment = {
            "DISCORD_TOKEN": "bot-token",
            "DISCORD_API": discord.api,
            "SLACK_BOT_TOKEN": application.bot_token,
            "SLACK_APP_TOKEN": application.app_token,
            "SLACK_API": slack.api,
        }
        rooms = f'{{local: club}}, {{discord: "{there.id}"}}, {{slack: "{channel.id}"}}'
        async with pair(folder, address, module, rooms, **environment) as two:
            yield Everywhere(two, there, channel)


async def test_both_believing_that_they_lead_they_post_each_topic_once_and_hear_everything(
    tmp_path: Path, database: Address
) -> None:
    async with everywhere(tmp_path, database, "tests.invariants.believing") as chat:
        two = chat.two
        await two.first.start()
        await two.second.start()
        async with guest_of(two.first, "henry") as henry, guest_of(two.second, "Bob") as bob:
            await two.order(henry, "start club", "is open")
            await chat.have(1)
            for number in range(2, len(TOPICS) + 1):
                await asyncio.gather(two.say(bob, f"T1: Bob {number}"), chat.talk(str(number)))
                if number % 2:
                    chat.later(minutes=40)  # whoever looks at its clock first is first
                else:
                    henry.url = two.both[number % 4 // 2].url
                    assert "is posted" in (await henry.say("club", "/chat next")).words
                await chat.have(number)
            await chat.has_heard()
            await two.order(henry, "close", "is closed")
            await two.settled()
        assert await chat.in_each() == [TOPICS] * 3
        performed = await two.rows("SELECT leased_by, COUNT(*) FROM outbox GROUP BY leased_by")
        assert len(performed) == 2, "one of them has performed nothing"
        assert await two.rows("SELECT DISTINCT state FROM outbox WHERE kind = 'Post'") == [
            ("done",)
        ]
        texts = await two.rows(
            "SELECT id, text FROM messages WHERE room = 'local:club' AND role = 'participant'"
        )
        assert sorted(texts) == sorted(two.told.items())


async def test_stopped_at_any_instant_and_continued_a_leader_posts_nothing_twice(
    tmp_path: Path, database: Address
) -> None:
    """Whoever leads is stopped as topics come, and goes on when the other one leads."""
    chance = Random(5)
    async with everywhere(tmp_path, database, "tests.invariants.clocked") as chat:
        two = chat.two
        await two.first.start()
        await two.second.start(stands_by=True)
        async with guest_of(two.first, "henry") as henry:
            await two.order(henry, "start club", "is open")
            await chat.have(1)
            leads, waits = two.first, two.second
            for number in range(2, 7):
                await chat.talk(f"before {number}")
                chat.later(minutes=20)
                await asyncio.sleep(chance.uniform(0.0, 1.3))  # it looks at its clock every second
                leads.send(signal.SIGSTOP)
                await waits.serves()
                await chat.talk(f"in {number}")
                leads.send(signal.SIGCONT)
                await leads.stands_by()
                leads, waits = waits, leads
                await chat.have(number)
            chat.later(minutes=60)
            await chat.have(6)
            await chat.has_heard()
            await two.order(henry, "close", "is closed")
            await two.settled()
        topics = await chat.in_each()
        assert topics[0][:6] == TOPICS[:6]
        assert all(one == TOPICS[: len(one)] for one in topics)
