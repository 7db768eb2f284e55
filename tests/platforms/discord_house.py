"""A house on Discord in this process: the real store, runner and client, and a Discord to meet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.asking import Desk
from bot.door import HouseDoor
from bot.enclosures import Enclosures
from bot.engine.agenda import Agenda, Room, Series
from bot.engine.messages import Message
from bot.engine.state import Chat
from bot.outbox import Outbox
from bot.platforms.discord_adapter import Discord
from bot.platforms.discord_connection import Pace
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Platform
from bot.runner import Changed, Runner
from bot.store.sqlite import SqliteStore, opened
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.server import Server, pointed_at, serving
from tests.discord.threads import Thread
from tests.house import urojc, way_in

SOON = timedelta(seconds=0.05)
PACE = Pace(
    ready_within=SOON,
    reads_again_after=SOON * 4,
    settles_within=SOON * 4,
    sees_a_thread_after=SOON * 4,
    registers_again_after=SOON * 4,
)
PATIENCE = 20.0
"""Seconds after which something that is waited for will not come."""


class DiscordHouse:
    """What bot/app.py puts together, less the alarm, the pages and the calendar."""

    def __init__(self, server: Server, store: SqliteStore, channel: Channel) -> None:
        self.server = server
        self.store = store
        self.channel = channel
        self.guild = channel.owner_guild
        self.henry: Member = self.guild.member("Henry")
        self.ann: Member = self.guild.member("Ann")
        self.room = Room("discord", str(channel.id))
        self.series = self._series()
        self.runner = Runner(store)
        self.changes = 0
        self.set_back = timedelta(0)
        enclosures = Enclosures(store, self.runner)
        platforms: dict[str, Platform] = {"local": LocalRooms()}
        self.outbox = Outbox(store, self.runner, platforms, self.clock, enclose=enclosures.of)
        desk = Desk(self.runner, store, lambda: self.series, way_in)
        self.door = HouseDoor(desk, self.outbox, enclosures, self.clock)
        self.discord = self.new_discord()
        self._platforms = platforms
        platforms["discord"] = self.discord
        self.runner.watch(self._notice)

    def new_discord(self, token: str = "bot-token") -> Discord:
        return Discord(token, self.door, self.clock, self._changed, self.server.api, PACE)

    def _series(self) -> dict[str, Series]:
        series = urojc()
        listed = {"discord": (f"user:{self.henry.id}",)}
        agenda: Agenda = replace(
            series.agenda, rooms=(self.room,), moderators=listed, welcome="", reading=None
        )
        return {"urojc": replace(series, agenda=agenda)}

    def _notice(self, changed: Changed) -> None:
        if changed.actions:
            self.outbox.poke()

    def _changed(self) -> None:
        self.changes += 1

    def clock(self) -> datetime:
        """Return the time of the Discord that this house is on, unless the clock was set back."""
        return self.server.world.now() - self.set_back

    # ------------------------------------------------------------ doing

    async def wake(self) -> None:
        """Do what is due now, as the alarm does."""
        while await self.runner.wake(self.clock()):
            self.outbox.poke()

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

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        await self.server.until(condition, PATIENCE)

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

    async def rows(self) -> dict[str, Message]:
        """Return what people said that is kept, by its Discord id."""
        async with self.store.reading() as tables:
            keys = await tables.connection.rows("SELECT key FROM messages WHERE role <> 'bot'")
            found = await tables.messages([key for (key,) in keys])
        return {one.id: one for one in found}

    async def kept(self, *texts: str) -> dict[str, Message]:
        """Wait until just these texts are kept; return their rows by their texts."""
        async with asyncio.timeout(PATIENCE):
            while True:
                rows = (await self.rows()).values()
                if sorted(row.text for row in rows if row.text) == sorted(texts):
                    return {row.text: row for row in rows}
                await asyncio.sleep(0.01)

    async def chat(self, so: Callable[[Chat], object] = lambda _chat: True) -> Chat:
        """Return the only chat as soon as it is so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.store.reading() as tables:
                    chats = await tables.load([line.id for line in await tables.lines()])
                for found in chats.values():
                    if so(found):
                        return found
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def on_discord(tmp_path: Path, *, connected: bool = True) -> AsyncIterator[DiscordHouse]:
    """Run a house on a Discord with a guild, a channel, a moderator and a participant."""
    async with serving() as server, opened(tmp_path / "rounds.db") as store:
        with pointed_at(server):
            channel = server.world.guild("Urology").channel("journal-club")
            house = DiscordHouse(server, store, channel)
            async with house.runner.running():
                tasks = [asyncio.create_task(house.outbox.run())]
                if connected:
                    tasks.append(asyncio.create_task(house.discord.run()))
                    await house.until(lambda: house.discord.is_current)
                    await house.until(lambda: server.world.application.commands)
                try:
                    yield house
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
