"""How this process is, looked at from within: whether it can serve, and what stands in the way.

Nothing of it is about anybody: it holds no names, no rooms and no texts, so everybody may read it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.engine.signals import Woke
from bot.intake.runner import Runner, Store
from bot.outages import Outage
from bot.store import waiting
from bot.store.errors import Unusable

log = logging.getLogger(__name__)

LOOKED_AT_EVERY = timedelta(seconds=5)
"""So long what the store answered is taken for true, however often somebody asks."""

ANSWERS_WITHIN = timedelta(seconds=1)
"""So long somebody who asks waits for the store; who watches over processes waits no longer."""

STUCK_AFTER = timedelta(seconds=5)
"""A store that has not taken a write for so long takes none, as far as anybody can tell."""

RINGS_WITHIN = timedelta(seconds=30)
"""The alarm rings every five seconds, and later where much is due."""

WRITES, STARTING = "takes writes", "not looked at yet"


class Connected(Protocol):
    """A platform outside of this process."""

    @property
    def is_connected(self) -> bool:
        """Whether actions can be performed there."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether everything that was said there is known."""
        ...


@dataclass(frozen=True, slots=True)
class Vitals:
    """How a process is. A platform's outage is a fact, and no reason to be not ready.

    `at` is when it was looked at; `store` says in words whether it takes writes, `platforms`
    whether each is connected, and whether everything said there is known.
    """

    state: str  # `ready`, `not ready` or `standing by`
    at: datetime | None = None
    store: str = ""
    rang_at: datetime | None = None
    platforms: Mapping[str, tuple[bool, bool]] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether this process serves, and can."""
        return self.state == "ready"

    def facts(self) -> dict[str, object]:
        """Return what there is to say, for JSON."""
        told: dict[str, object] = {"status": self.state}
        if self.at is not None:
            told["at"] = _utc(self.at)
            told["store"] = self.store
            told["alarm_rang_at"] = _utc(self.rang_at) if self.rang_at else None
        if self.platforms is not None:
            told["platforms"] = {
                platform: {"connected": connected, "current": current}
                for platform, (connected, current) in self.platforms.items()
            }
        return told


async def standing_by() -> Vitals:
    """Say how a process is that waits for another one to leave."""
    return Vitals("standing by")


class Watch:
    """Looks how a process is that serves; `rang_at` is when its alarm has last done what is due."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        rang_at: Callable[[], datetime | None],
        platforms: Mapping[str, Connected],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._runner = runner
        self._rang_at = rang_at
        self._platforms = platforms
        self._clock = clock
        self._asking: asyncio.Task[None] | None = None
        self._asked_at: datetime | None = None
        self._answer = STARTING
        self._refuses = Outage(log, "The store takes no write", "The store takes writes again.")

    async def look(self) -> Vitals:
        """Say how the process is, within about a second whatever hangs."""
        store = await self._ask_store()
        now, rang_at = self._clock(), self._rang_at()
        rings = rang_at is not None and now - rang_at < RINGS_WITHIN
        platforms = {
            name: (one.is_connected, one.is_current) for name, one in self._platforms.items()
        }
        state = "ready" if rings and store == WRITES else "not ready"
        return Vitals(state, now, store, rang_at, platforms)

    async def _ask_store(self) -> str:
        """Return what the store last answered, or since when it does not."""
        now = self._clock()
        age = now - self._asked_at if self._asked_at is not None else LOOKED_AT_EVERY
        is_fresh = timedelta(0) <= age < LOOKED_AT_EVERY  # the clock may have been set
        if self._asking is None and not is_fresh:
            self._asked_at = now
            self._asking = asyncio.create_task(self._write(), name="a look at the store")
        if self._asking is not None:
            await asyncio.wait([self._asking], timeout=ANSWERS_WITHIN.total_seconds())
        if self._asking is not None and self._asked_at is not None:
            silent = self._clock() - self._asked_at
            if silent >= STUCK_AFTER:
                return f"has taken no write for {silent.total_seconds():.0f} s"
        return self._answer

    async def _write(self) -> None:
        """Write something, and let a signal pass that concerns no chat: the writer must live."""
        try:
            async with self._store.writing() as tables:
                await waiting.touch(tables.connection, self._clock())
            await self._runner.handle(Woke(self._clock()), "")
        except Exception as failure:  # its text may name a file, and everybody may read the answer
            why = failure.cause if isinstance(failure, Unusable) else type(failure).__name__
            self._answer = f"takes no write ({why})"
            self._refuses.failed(failure)
        else:
            self._answer = WRITES
            self._refuses.passed()
        finally:
            self._asking = None

    async def end(self) -> None:
        """Ask nothing any more: the store is about to be closed."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
