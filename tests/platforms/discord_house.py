"""A house on Discord in this process: the real store, runner and client, and a Discord to meet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.engine.agenda import Room
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.connection import Pace
from bot.store.sqlite import SqliteStore, opened
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.server import Server, pointed_at, serving
from tests.discord.threads import Thread
from tests.platforms.outer_house import PATIENCE, OuterHouse

SOON = timedelta(seconds=0.05)
PACE = Pace(
    ready_within=SOON,
    reads_again_after=SOON * 4,
    settles_within=SOON * 4,
    sees_a_thread_after=SOON * 4,
    registers_again_after=SOON * 4,
)


class DiscordHouse(OuterHouse):
    """A house on Discord, whose series is held in one channel, with Henry to moderate it."""

    def __init__(self, server: Server, store: SqliteStore, channel: Channel) -> None:
        self.server = server
        self.set_back = timedelta(0)
        super().__init__(store)
        self.channel = channel
        self.guild = channel.owner_guild
        self.henry: Member = self.guild.member("Henry")
        self.ann: Member = self.guild.member("Ann")
        self.room = Room("discord", str(channel.id))
        self.hold_in(self.room, f"user:{self.henry.id}")
        self.discord = self.platforms["discord"] = self.new_discord()

    def new_discord(self, token: str = "bot-token") -> Discord:
        return Discord(token, self.door, self.clock, self.changed, self.server.api, PACE)

    def clock(self) -> datetime:
        """Return the time of the Discord that this house is on, unless the clock was set back."""
        return self.server.world.now() - self.set_back

    # ------------------------------------------------------------ doing

    async def start(self) -> Thread:
        """Let Henry open the chat; return its thread, in which T1 stands."""
        await self.henry.command(self.channel, "chat start", series="urojc")
        await self.until(lambda: bool(self.channel.threads) and "T1" in self.said())
        return self.channel.threads[0]

    @contextlib.asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Let the gateway lose the session for a block; afterwards it is read back."""
        await self.server.outage()
        await self.until(lambda: not self.discord.is_current)
        try:
            yield
        finally:
            self.server.gateway.lose_sessions()
            await self.server.recover()
        await self.until(lambda: self.discord.is_current)

    # ------------------------------------------------------------ looking

    async def emojis(self, *wanted: str) -> None:
        """Wait until these emojis, and no others, are known to stand under messages."""
        sql = "SELECT emoji FROM reactions WHERE present = 1 ORDER BY emoji"
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.store.reading() as tables:
                    found = await tables.connection.rows(sql)
                if [emoji for (emoji,) in found] == [*wanted]:
                    return
                await asyncio.sleep(0.01)

    def said(self) -> list[str]:
        """Return how the bot's posts in the threads begin, in order."""
        bot = self.server.world.bot
        there = [one for thread in self.channel.threads for one in thread.messages]
        return [one.content.split(":")[0] for one in there if one.author is bot and one.content]


@contextlib.asynccontextmanager
async def on_discord(tmp_path: Path, *, connected: bool = True) -> AsyncIterator[DiscordHouse]:
    """Run a house on a Discord with a guild, a channel, a moderator and a participant."""
    async with serving() as server, opened(tmp_path / "rounds.db") as store:
        with pointed_at(server):
            channel = server.world.guild("Urology").channel("journal-club")
            house = DiscordHouse(server, store, channel)
            async with house.at_work(*([house.discord] if connected else [])):
                if connected:
                    await house.until(lambda: server.world.application.commands)
                yield house
