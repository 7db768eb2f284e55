"""Runs chats on a clock that is moved by hand: through recordings, demonstrations and tests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.engine.errors import Refused
from bot.engine.signals import Signal
from bot.intake.runner import Changed, Outcome, Runner, Store
from bot.intake.watch import PATIENTS_ALONE, Lookout
from bot.platforms.local_adapter import LocalRooms


class Simulation:
    """A house without alarm: its time passes only when told, and stops at every due moment."""

    def __init__(self, store: Store, now: datetime, lookout: Lookout = PATIENTS_ALONE) -> None:
        self.now = now
        self.store = store
        self.runner = Runner(store, lookout)
        enclose = Enclosures(store, self.runner).of
        rooms = {"local": LocalRooms()}
        self.outbox = Outbox(store, self.runner, rooms, self.clock, enclose=enclose)
        self._next: datetime | None = None
        self._tried_again: datetime | None = None  # what could not be posted at its moment
        self._stale = True
        self._posts = True
        self.runner.watch(self._notice)

    def clock(self) -> datetime:
        """Return the time that was reached."""
        return self.now

    def _notice(self, changed: Changed) -> None:
        self._stale = self._stale or bool(changed.chats)
        self._posts = self._posts or changed.actions

    async def next_wake(self) -> datetime | None:
        """Return the next moment at which something happens by itself."""
        if self._stale:
            self._stale = False
            self._next = await self.runner.next_wake()
        moments = (self._next, self._tried_again)
        return min((moment for moment in moments if moment is not None), default=None)

    async def advance(self, to: datetime) -> None:
        """Let time pass until `to`, doing at every due moment what is due."""
        while True:
            await self._deliver()
            moment = await self.next_wake()
            if moment is None or moment > to:
                break
            self.now = max(self.now, moment)
            posts = self._tried_again is not None and self._tried_again <= self.now
            self._posts = self._posts or posts
            if not await self.runner.wake(self.now) and not posts:
                break
        self.now = max(self.now, to)

    async def _deliver(self) -> None:
        """Post what was put into the outbox since last time, at this moment."""
        while self._posts:
            self._posts = False
            self._tried_again = await self.outbox.deliver()

    async def play(self, signals: Sequence[Signal]) -> None:
        """Handle recorded signals, in order of time, each at its moment.

        What becomes due among them happens in between; of equal moments first what is due.
        """
        waiting = list(signals)
        while waiting:
            moment = await self.next_wake()
            before = [signal for signal in waiting if moment is None or signal.at < moment]
            if not before:
                await self.advance(waiting[0].at)
                before = waiting[:1]
            self.now = max(self.now, before[-1].at)
            await self.take(before)
            waiting = waiting[len(before) :]

    async def take(self, signals: Sequence[Signal], chat: str | None = None) -> list[Outcome]:
        """Handle signals of this moment together, and post what follows from them.

        Refused ones are left out of the answer.
        """
        outcomes = await asyncio.gather(
            *(self.runner.handle(signal, chat) for signal in signals), return_exceptions=True
        )
        taken: list[Outcome] = []
        for outcome in outcomes:
            if isinstance(outcome, Outcome):
                taken.append(outcome)
            elif not isinstance(outcome, Refused):
                raise outcome
        await self._deliver()
        return taken
