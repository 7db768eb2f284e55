"""Rings at the earliest due moment; may forget everything, for the store knows it all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.outages import AFTER_A_FAILURE, Outage

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=1)
"""How often the clock itself is looked at: a timer does not notice that the clock was set."""

UNDONE = "What is due could not be done; it is tried again in 5 s"


class Alarm:
    """Calls `ring` when its moment has come; `ring` does what is due and names the next moment.

    One ring follows the other, and none is lost: whoever asks for one while it rings gets
    another afterwards. APScheduler's own store is not used: it drops a job before it has run,
    and by default skips one that is late.
    """

    def __init__(
        self,
        ring: Callable[[datetime], Awaitable[datetime | None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._ring = ring
        self._clock = clock
        self.rang_at: datetime | None = None  # when everything that was due had last been done
        self._next: datetime | None = None
        self._due = asyncio.Event()
        self._ringing: asyncio.Task[None] | None = None
        self._undone = Outage(log, UNDONE, "What is due is done again.")
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True}
        )

    def start(self) -> None:
        """Begin; the first ring comes at once."""
        self._scheduler.start()
        self._scheduler.add_job(
            self._look, "interval", seconds=LOOK_EVERY.total_seconds(), id="look"
        )
        self._ringing = asyncio.create_task(self._ring_when_due(), name="alarm")
        self.now()

    def stop(self) -> None:
        """End; nothing rings any more."""
        self._scheduler.shutdown(wait=False)
        if self._ringing is not None:
            self._ringing.cancel()

    def now(self) -> None:
        """Ring at once: what is due may have changed."""
        self._due.set()

    async def _ring_when_due(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            self._next = None
            try:
                moment = await self._ring(self._clock())
                self.rang_at = self._clock()
            except Exception as failure:
                self._undone.failed(failure)
                moment = self._clock() + AFTER_A_FAILURE
            else:
                self._undone.passed()
            self._set(moment)

    def _set(self, at: datetime | None) -> None:
        self._next = at
        if at is not None:
            self._scheduler.add_job(
                self._look, "date", run_date=at, id="next", replace_existing=True
            )

    async def _look(self) -> None:
        if self._next is not None and self._clock() >= self._next:
            self._due.set()
