"""A run's program beside its clock and its store: how it stands, and what is due there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.store.codec import moment
from tests.invariants.process import Process, program
from tests.storm.chats import BEFORE, Held
from tests.storm.clock import Clock
from tests.storm.outside import Outside
from tests.storm.place import Place, Unreadable

SETTLES_WITHIN = 90.0
"""Seconds that everything due is waited for, at most; it is never what decides."""

ENDS_WITHIN = 20.0
"""Seconds after which a program that was told to end hangs."""

READY_WITHIN = 1.0
"""Seconds from a connection to a platform until the program has got to know everything there."""

NUDGED_AFTER = 2.5
"""After so many seconds the clock is moved on, where somebody does not want to wait."""


class Stuck(Exception):
    """What was due was not done, or the program could not be started again."""


class Club:
    """The program, its clock, and the chats that it is to hold."""

    def __init__(
        self,
        process: Process,
        clock: Clock,
        chats: tuple[Held, ...],
        place: Place,
        outside: Outside | None = None,
    ) -> None:
        self.process = process
        self.place = place
        self.outside = outside
        self.clock = clock
        self.chats = chats

    # ------------------------------------------------------------ the program

    async def start(self, seconds: float = SETTLES_WITHIN) -> None:
        """Start the program, again and again as a host does, until it serves.

        Raises Stuck; then it has said in its log where it stands, and is about to end.
        """
        try:
            await self._start(seconds)
        except Stuck:
            self.signal(signal.SIGABRT)
            raise

    async def _start(self, seconds: float) -> None:
        async with _or_stuck(seconds, "it does not start"):
            while True:
                try:
                    await self.process.start()
                except AssertionError:  # it has said in its log why not
                    await self.kill()
                    await asyncio.sleep(0.2)
                else:
                    return

    async def serve(self) -> None:
        """See that the program serves; start it again where a fault has ended it."""
        if not self.process.runs:
            await self.start()

    async def end(self) -> str:
        """Tell the program to end; return what was wrong with it, or nothing.

        One that does not end says in its log where it stands, and is killed.
        """
        try:
            async with asyncio.timeout(ENDS_WITHIN):
                code = await self.process.stop()
        except TimeoutError:
            self.signal(signal.SIGABRT)
            await asyncio.sleep(0.5)
            await self.kill()
            return f"told to end, it has not ended within {ENDS_WITHIN:.0f} s"
        return f"told to end, it ended with {code}" if code else ""

    async def connected(self) -> None:
        """Wait until the program is connected to the platforms, if there are any; raises Stuck.

        It takes seconds of this machine, in which the clock must not pass hours.
        """
        async with _or_stuck(SETTLES_WITHIN, "it does not connect to the platforms"):
            while self.outside is not None and not self.outside.is_connected:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        if self.outside is not None:
            await asyncio.sleep(READY_WITHIN)

    async def kill(self) -> None:
        """End the program as a power cut would, if it runs."""
        with contextlib.suppress(ProcessLookupError):
            await self.process.kill()

    @property
    def pid(self) -> int | None:
        """The number of its process while it runs."""
        found = self.process._process
        return found.pid if found is not None and self.process.runs else None

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal, if it runs.

        One that has just ended by itself may be known as running for a moment more.
        """
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    # ------------------------------------------------------------ what is due

    async def moments(self) -> list[datetime]:
        """Return when something is to be done next, for each chat and each lane of posts.

        Raises Unreadable.
        """
        wakes = await self.place.rows("SELECT wake_at FROM chats WHERE wake_at IS NOT NULL")
        lanes: dict[object, int] = {}
        for room, chat, due in await self.place.rows(
            "SELECT room, chat, due_at FROM outbox WHERE state = 'waiting' ORDER BY seq, n"
        ):
            lanes.setdefault((room, chat), int(str(due)))
        return [moment(at) for at in (*(int(str(at)) for (at,) in wakes), *lanes.values())]

    async def is_settled(self) -> bool:
        """Whether nothing is due that was not done."""
        try:
            return all(at > self.clock.now() for at in await self.moments())
        except Unreadable:
            return False

    async def settle(self, *, hastened: bool = False) -> None:
        """Wait until nothing is due; raises Stuck.

        Where it is `hastened` what is tried again after a while need not be waited for.
        """
        async with _or_stuck(SETTLES_WITHIN, "what is due is not done"):
            waited = 0.0
            while not await self.is_settled():
                await asyncio.sleep(0.1)
                waited += 0.1
                if hastened and waited > NUDGED_AFTER:
                    self.clock.shift(timedelta(seconds=0.5))

    async def all_over(self) -> bool:
        """Whether every chat was held to its end and put away."""
        stages = await self.place.rows("SELECT stage FROM chats")
        return len(stages) == len(self.chats) and {stage for (stage,) in stages} == {"archived"}


@contextlib.asynccontextmanager
async def _or_stuck(seconds: float, what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Stuck(what) from None


@contextlib.asynccontextmanager
async def club(
    folder: Path, chats: tuple[Held, ...], place: Place, outside: Outside | None = None
) -> AsyncIterator[Club]:
    """Give the program with these chats' agendas, not started."""
    path = folder / "clock"
    follow = outside.moved if outside else lambda by: None
    clock = Clock(path, chats[0].opens_at - BEFORE, follow)
    environment = {"CLOCK": str(path), "ROUNDS_LOG": "info", "PYTHONFAULTHANDLER": "1"}
    environment |= place.environment | (outside.environment if outside else {})
    async with program(folder, "tests.invariants.clocked", environment) as process:
        for held in chats:
            (process.chats / f"{held.name}.yaml").write_text(held.agenda, "utf-8")
        process.data = place.data
        yield Club(process, clock, chats, place, outside)
