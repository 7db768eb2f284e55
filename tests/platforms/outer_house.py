"""A house on platforms in this process: the real store, runner, desk and outbox."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import pytest

from bot.desk.asking import Desk
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.engine.actions import Post, PostKind
from bot.engine.agenda import Room, Series
from bot.engine.messages import Message
from bot.engine.state import Chat
from bot.intake.runner import Changed, Runner
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Errand, Outer, Platform, Unreachable
from bot.store.sqlite import SqliteStore
from tests.house import urojc, way_in

PATIENCE = 30.0
"""Seconds after which something that is waited for will not come."""


class Connected(Outer, Protocol):
    """A platform outside of this process, as bot/app.py runs it."""

    async def run(self) -> None:
        """Stay connected until cancelled."""
        ...


class OuterHouse:
    """What bot/app.py puts together, less the alarm, the pages and the calendar.

    It has rooms of its own; who builds on it adds platforms, and says what time it is there.
    """

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.series: dict[str, Series] = {}
        self.runner = Runner(store)
        self.changes = 0
        enclosures = Enclosures(store, self.runner)
        self.platforms: dict[str, Platform] = {"local": LocalRooms()}
        self.outbox = Outbox(store, self.runner, self.platforms, self.clock, enclose=enclosures.of)
        desk = Desk(self.runner, store, lambda: self.series, way_in)
        self.door = HouseDoor(desk, self.outbox, enclosures, self.clock)
        self.runner.watch(self._notice)

    def _notice(self, changed: Changed) -> None:
        if changed.actions:
            self.outbox.poke()

    def changed(self) -> None:
        """Take note that something was changed on a platform."""
        self.changes += 1

    def clock(self) -> datetime:
        """Return the time of the platforms that this house is on."""
        raise NotImplementedError

    def hold_in(self, room: Room, moderator: str) -> None:
        """Let the series be held in one room, moderated by whoever the agenda names so."""
        series = urojc()
        listed = {room.platform: (moderator,)}
        agenda = replace(series.agenda, rooms=(room,), moderators=listed, welcome="", reading=None)
        self.series = {"urojc": replace(series, agenda=agenda)}

    # ------------------------------------------------------------ doing

    async def wake(self) -> None:
        """Do what is due now, as the alarm does."""
        while await self.runner.wake(self.clock()):
            self.outbox.poke()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; what it returns may be awaitable."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = condition()
                if await found if asyncio.iscoroutine(found) else found:
                    return
                await asyncio.sleep(0.005)

    @contextlib.asynccontextmanager
    async def at_work(self, *platforms: Connected) -> AsyncIterator[None]:
        """Write, post and be connected to platforms for a block, which begins when all is read."""
        works = (self.outbox.run(), *(platform.run() for platform in platforms))
        async with self.runner.running():
            tasks = [asyncio.create_task(work) for work in works]
            try:
                await self.until(lambda: all(platform.is_current for platform in platforms))
                yield
            finally:
                await end(*tasks)

    # ------------------------------------------------------------ looking

    async def rows(self) -> dict[str, Message]:
        """Return what people said that is kept, by its id on the platform."""
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


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, and wait until they are over."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def running(platform: Connected) -> AsyncIterator[asyncio.Task[None]]:
    """Let a platform connect for a block, whatever comes of it."""
    task = asyncio.create_task(platform.run())
    try:
        yield task
    finally:
        await end(task)


async def refused(platform: Platform, room: Room, now: datetime) -> Unreachable:
    """Ask for a post; return why it was not made."""
    with pytest.raises(Unreachable) as refusal:
        await platform.perform(Errand("k/1/0", Post(room, PostKind.NOTICE, ("x",)), now))
    return refusal.value
