"""Who may serve a store: one process at a time, so that nothing is done by two.

On SQLite a second one is told who holds the file, and ends. On PostgreSQL it stands by.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from bot.intake.runner import Store
from bot.outages import Outage
from bot.store import queue
from bot.store.holding import Holder, held

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=1)
"""How often a process that stands by asks whether it leads now."""

TAKE_OVER_EVERY = timedelta(seconds=5)
"""How often a process that leads looks for what others had leased that are gone."""

UNSEEN = "What others have leased cannot be looked at; it is tried again in 5 s"


@dataclass(slots=True)
class Term:
    """A time in which this process serves; `owner` names it in leases.

    `over` is set when another process may serve: then everything has to be left at once.
    """

    owner: str = field(default_factory=lambda: f"{secrets.randbits(31):08x}")
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _to_leave: list[Callable[[], None]] = field(default_factory=list)

    def leave_first(self, leave: Callable[[], None]) -> None:
        """Call `leave` in the very moment in which the term is over."""
        self._to_leave.append(leave)

    def end(self) -> None:
        """Let the term be over; nothing that waits for the event loop comes before this."""
        if not self.over.is_set():
            self.over.set()
            for leave in self._to_leave:
                leave()


class Candidate(Protocol):
    """A process that would serve a store."""

    async def wins(self) -> Term | None:
        """Return a term if this process serves from now on; None: another one does.

        Raises StoreError where waiting is of no use.
        """
        ...

    async def leader(self) -> str:
        """Say who serves, for a line in the log."""
        ...

    async def gone(self, owners: Collection[str]) -> set[str]:
        """Return which of these, named in leases, are no living process's."""
        ...

    async def leave(self) -> None:
        """Let another process serve."""
        ...


class OnlyOne:
    """The one that holds a store's file: as long as it lives there is no other."""

    async def wins(self) -> Term | None:
        """Serve at once."""
        return Term()

    async def leader(self) -> str:
        """Say that nobody else can."""
        return "this process"

    async def gone(self, owners: Collection[str]) -> set[str]:
        """Whoever else had the file is gone, or it could not be held."""
        return set(owners)

    async def leave(self) -> None:
        """Do nothing: the file is let go when it is closed."""


@contextlib.asynccontextmanager
async def holding(store: Path, holder: Holder) -> AsyncIterator[Candidate]:
    """Hold a store's file for a block. Raises Held where another process does."""
    async with held(store, holder):
        yield OnlyOne()


async def turn_of(candidate: Candidate, stopped: asyncio.Event) -> Term | None:
    """Wait until a process serves; None: it is told to stop before."""
    while not stopped.is_set():
        term = await candidate.wins()
        if term is not None:
            return term
        await first_of(LOOK_EVERY, stopped)
    return None


async def first_of(within: timedelta | None, *events: asyncio.Event) -> None:
    """Wait until one of these is set, or so long."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        seconds = None if within is None else within.total_seconds()
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def take_over(store: Store, term: Term, candidate: Candidate) -> bool:
    """Make due again what processes had leased that are gone; return whether there was any.

    A living one may be about to perform what it has leased: its lease runs out by itself.
    """
    async with store.reading() as tables:
        others = await queue.lessees(tables.connection) - {term.owner}
    gone = await candidate.gone(others) if others else set()
    if gone:
        async with store.writing() as tables:
            await queue.release(tables.connection, gone)
    return bool(gone)


async def keep_taking_over(
    store: Store, term: Term, candidate: Candidate, released: Callable[[], None]
) -> None:
    """Do so again and again; `released` is called where there was something."""
    unseen = Outage(log, UNSEEN, "What others had leased can be looked at again.")
    while True:
        await asyncio.sleep(TAKE_OVER_EVERY.total_seconds())
        try:
            if await take_over(store, term, candidate):
                released()
        except Exception as failure:  # it is tried again, and leases run out by themselves
            unseen.failed(failure)
        else:
            unseen.passed()


def pass_over_what_stays() -> None:
    """Let the garbage collector pass over everything that has been made so far.

    It stays until the process ends. Nothing else runs while the collector looks at everything,
    which takes 50 ms or more of it.
    """
    gc.unfreeze()  # of an earlier term
    gc.collect()
    gc.freeze()
