"""Rounds on a Discord in another process, with an open chat in a thread there, to be measured."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench import corpus
from bench.gateway import Gateway
from bot.desk.asking import Desk, WayIn
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.engine.agenda import Room
from bot.engine.messages import Message
from bot.engine.people import Person
from bot.intake.runner import Changed, Runner
from bot.intake.watch import lookout
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.connection import Pace
from bot.store.sqlite import SqliteStore, opened

NOW = corpus.OPENS + timedelta(hours=40)
SOON = timedelta(seconds=0.05)
TOLD_EVERY = 100
"""Messages after whose arrival the other side is told."""


class Arrivals:
    """How many messages have arrived where they should, which the other side is told."""

    def __init__(self, gateway: Gateway, count: int) -> None:
        self.complete = asyncio.Event()
        self._gateway = gateway
        self._left = count
        self._untold = 0

    def note(self, count: int) -> None:
        """Take note of some more."""
        self._left -= count
        self._untold += count
        if self._untold >= TOLD_EVERY:
            self._gateway.taken(self._untold)
            self._untold = 0
        if not self._left:
            self.complete.set()


class Commits:
    """When each of these messages (by id) was on the disk, and how many in each transaction."""

    def __init__(self, gateway: Gateway, room: Room, ids: Sequence[str]) -> None:
        self.moments: dict[str, float] = {}
        self.sizes: list[int] = []
        self.arrivals = Arrivals(gateway, len(ids))
        self._keys = [f"{room}/{number}" for number in ids]
        self._expected = frozenset(self._keys)

    def notice(self, changed: Changed) -> None:
        """Take note of a commit."""
        now = time.perf_counter()
        keys = (changed.messages & self._expected).difference(self.moments)
        if keys:
            self.moments.update(dict.fromkeys(keys, now))
            self.sizes.append(len(keys))
            self.arrivals.note(len(keys))

    def took(self, sent: Sequence[float]) -> list[float]:
        """Return how long each message that was sent took to the disk, sorted; seconds."""
        keys = self._keys[: len(sent)]
        return sorted(self.moments[key] - left for key, left in zip(keys, sent, strict=True))


@dataclass(frozen=True, slots=True)
class House:
    """What `bot/app.py` puts together, less the alarm, the calendar and the pages."""

    gateway: Gateway
    store: SqliteStore
    runner: Runner
    room: Room
    thread: str

    def expect(self, ids: Sequence[str]) -> Commits:
        """Wait for the messages of these ids."""
        commits = Commits(self.gateway, self.room, ids)
        self.runner.watch(commits.notice)
        return commits

    async def rows(self, keys: Collection[str]) -> list[Message]:
        """Return what was written of these messages."""
        async with self.store.reading() as tables:
            return await tables.messages(keys)


@contextlib.asynccontextmanager
async def connected(gateway: Gateway, database: Path) -> AsyncIterator[House]:
    """Run Rounds on that Discord, connected and with nothing left to read back."""
    room, thread = Room("discord", str(gateway.channel)), str(gateway.thread)
    async with opened(database) as store:
        async with store.writing() as tables:
            await corpus.fill(tables, 0, room, thread)
        runner = Runner(store, lookout())
        enclosures = Enclosures(store, runner)
        outbox = Outbox(store, runner, {}, now, enclose=enclosures.of)
        door = HouseDoor(Desk(runner, store, dict, way_in), outbox, enclosures, now)
        pace = Pace(ready_within=SOON)
        platform = Discord(gateway.token, door, now, lambda: None, gateway.api, pace)
        async with runner.running():
            running = asyncio.create_task(platform.run())
            try:
                await until(lambda: platform.is_current, running)
                await gateway.heard()
                gc.collect()
                yield House(gateway, store, runner, room, thread)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


def now() -> datetime:
    """Return the moment at which the chat is."""
    return NOW


def way_in(_by: Person, _room: Room, _at: datetime) -> WayIn:
    """Give nobody a way in."""
    return WayIn("", timedelta(0))


async def until(condition: Callable[[], bool], running: asyncio.Task[None] | None = None) -> None:
    """Wait for something; what ends the task that is to bring it about raises here."""
    while not condition():
        if running is not None and running.done():
            running.result()
            raise RuntimeError("what was waited for will not come")
        await asyncio.sleep(SOON.total_seconds())


def at_share(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of seconds, as milliseconds."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1e3
