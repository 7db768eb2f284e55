"""A house on Discord and on Slack at once, with a room of its own beside them, in this process."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.engine.agenda import Room
from bot.engine.people import Person
from bot.engine.signals import Said, StartAsked
from bot.engine.state import Stage
from bot.platforms.discord.adapter import Discord
from bot.platforms.platform import Asker
from bot.platforms.slack.adapter import Secrets, Slack
from bot.store.sqlite import SqliteStore, opened
from tests.discord import server as discord_server
from tests.discord.messages import Message as OnDiscord
from tests.discord.people import Member
from tests.discord.threads import Thread
from tests.house import urojc
from tests.platforms.discord_house import PACE as DISCORD_PACE
from tests.platforms.outer_house import OuterHouse
from tests.platforms.slack_house import PACE as SLACK_PACE
from tests.slack import server as slack_server
from tests.slack.messages import Message as OnSlack

CHAT = "urojc-2026-12-07"
OWN = Room("local", "urojc")
EVE = Person("local", "p-eve", "Eve")


class SeveralHouse(OuterHouse):
    """A house on both platforms, whose series is held there and in a room of its own."""

    def __init__(
        self, discord: discord_server.Server, slack: slack_server.Server, store: SqliteStore
    ) -> None:
        self.on_discord, self.on_slack = discord, slack
        self.workspace = slack.workspace
        super().__init__(store)
        self.there = discord.world.guild("Urology").channel("journal-club")
        self.channel = self.workspace.channel("journal-club")
        guild = self.there.owner_guild
        self.private = guild.channel("moderators")
        self.ann, self.bo = guild.member("Ann"), guild.member("Bo")
        self.mia, self.leo = self.workspace.user("Mia"), self.workspace.user("Leo")
        self.rooms = (Room("discord", str(self.there.id)), Room("slack", self.channel.id), OWN)
        app = self.workspace.application
        told = (self.door, self.clock, self.changed)
        self.discord = Discord("bot-token", *told, discord.api, DISCORD_PACE)
        secrets = Secrets(app.bot_token, app.app_token)
        self.slack = Slack(secrets, *told, tuple, slack.api, SLACK_PACE)
        self.platforms |= {"discord": self.discord, "slack": self.slack}
        self.answers = 0

    def clock(self) -> datetime:
        """Return the time that both platforms have."""
        return self.on_discord.world.now()

    async def later(self, **by: float) -> None:
        """Let time pass everywhere, and do what is due then."""
        for world in (self.on_discord.world, self.workspace):
            world.shift(timedelta(**by))
        await self.wake()
        self.outbox.poke()

    async def start(self, **fields: object) -> None:
        """Open the chat, with T1 in all three rooms."""
        series = urojc()
        agenda = replace(series.agenda, rooms=self.rooms, welcome="", reading=None, **fields)  # type: ignore[arg-type]
        self.series = {"urojc": replace(series, agenda=agenda)}
        henry = Person("local", "henry", "Henry")
        await self.runner.handle(StartAsked(self.clock(), OWN, henry, CHAT, "urojc", agenda))
        await self.until(self._stands)

    async def _stands(self) -> bool:
        topics = (await self.chat()).topics
        return len(topics[0].posts) == len(self.rooms)

    async def selected(self, sql: str) -> list[tuple[object, ...]]:
        """Return rows of the store."""
        async with self.store.reading() as tables:
            return await tables.connection.rows(sql)

    # ------------------------------------------------------------ talk

    @property
    def thread(self) -> Thread:
        """The chat's thread on Discord."""
        return self.there.threads[0]

    async def discuss_on_discord(self, text: str, replies: int = 1) -> OnDiscord:
        """Let Ann say something in the thread, and Bo answer it."""
        message = await self.ann.say(self.thread, text)
        for n in range(replies):
            await self.bo.say(self.thread, f"discord answer {n}", reply_to=message)
        await self.is_kept(replies)
        return message

    async def discuss_on_slack(self, text: str, replies: int = 1) -> OnSlack:
        """Let Mia say something in the channel, and Leo answer in its thread."""
        message = await self.mia.say(self.channel, text)
        for n in range(replies):
            await self.leo.say(self.channel, f"slack answer {n}", thread=message)
        await self.is_kept(replies)
        return message

    async def discuss_here(self, text: str) -> None:
        """Let Eve say something in our own room."""
        message = f"e{self.clock().timestamp()}"
        await self.runner.handle(Said(self.clock(), OWN, message, EVE, text))

    async def withdraw(self, member: Member) -> None:
        """Let somebody take back, in the channel on Discord, what they said in the chat."""
        person = Person("discord", str(member.id), "somebody")
        await self.door.ask("withdraw", Asker(person, self.rooms[0]))

    async def is_kept(self, replies: int) -> None:
        """Wait until so many answers more are in the store, and with them what they answer."""
        sql = "SELECT COUNT(*) FROM messages WHERE text LIKE '% answer %' AND role <> 'bot'"
        self.answers += replies
        await self.until(lambda: self._counted(sql, self.answers))

    async def _counted(self, sql: str, wanted: int) -> bool:
        return (await self.selected(sql))[0][0] == wanted

    async def close(self) -> None:
        """Let the window end; return when everything is put away."""
        await self.later(hours=49)
        await self.until(self._is_away)

    async def _is_away(self) -> bool:
        chat = await self.chat()
        waiting = await self.selected("SELECT key FROM outbox WHERE state = 'waiting'")
        return chat.stage is Stage.ARCHIVED and not waiting

    async def is_amended(self) -> None:
        """Wait until nothing waits to be changed."""
        await self.until(self._is_away)

    def told(self) -> list[str]:
        """Return what moderators were told in their channel on Discord."""
        return [one.content for one in self.private.messages]

    def closing_on_discord(self) -> OnDiscord:
        """Return the closing post in the thread."""
        bot = self.on_discord.world.bot
        ours = [one for one in self.thread.messages if one.author is bot]
        (found,) = (one for one in ours if one.content.startswith("Closed:"))
        return found

    def closing_on_slack(self) -> OnSlack:
        """Return the closing post in the channel."""
        ours = [one for one in self.channel.messages if one.author is self.workspace.bot]
        (found,) = (one for one in ours if one.text.startswith("Closed:"))
        return found

    async def closing_here(self) -> str:
        """Return the closing post in our own room."""
        chat = await self.chat()
        sql = f"SELECT text FROM messages WHERE id = '{chat.closings[OWN].ref}'"
        return str((await self.selected(sql))[0][0])


@contextlib.asynccontextmanager
async def on_several(tmp_path: Path) -> AsyncIterator[SeveralHouse]:
    """Run a house on both platforms."""
    async with (
        discord_server.serving() as discord,
        slack_server.serving() as slack,
        opened(tmp_path / "rounds.db") as store,
    ):
        with discord_server.pointed_at(discord):
            house = SeveralHouse(discord, slack, store)
            async with house.at_work(house.discord, house.slack):
                yield house
