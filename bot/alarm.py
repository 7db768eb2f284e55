"""Rings at the earliest due moment; may forget everything, for the store knows it all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=1)
"""How often the clock itself is looked at: a timer does not notice that the clock was set."""

AFTER_A_FAILURE = timedelta(seconds=5)


class Alarm:
    """Calls `ring` when its moment has come; `ring` does what is due and names the next moment.

    APScheduler's own store is not used: it drops a job before it has run, and by default skips
    one that is late.
    """

    def __init__(
        self,
        ring: Callable[[datetime], Awaitable[datetime | None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._ring = ring
        self._clock = clock
        self._next: datetime | None = None
        self._turn = asyncio.Lock()
        self._again = False
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; the first look is taken at once."""
        self._scheduler.start()
        self._scheduler.add_job(
            self._look, "interval", seconds=LOOK_EVERY.total_seconds(), id="look"
        )
        self.now()

    def stop(self) -> None:
        """End; nothing rings any more."""
        self._scheduler.shutdown(wait=False)

    def now(self) -> None:
        """Ring at once: what is due may have changed."""
        self._set(self._clock())

    def _set(self, at: datetime | None) -> None:
        self._next = at
        if at is None:
            return
        self._scheduler.add_job(
            self._look, "date", run_date=at, id="next", replace_existing=True, max_instances=2
        )

    async def _look(self) -> None:
        if self._next is None or self._clock() < self._next:
            return
        self._again = True
        if self._turn.locked():
            return  # whoever rings looks again when done
        async with self._turn:
            while self._again:
                self._again = False
                try:
                    self._set(await self._ring(self._clock()))
                except Exception:
                    log.exception("What is due could not be done; it is tried again in 5 s.")
                    self._set(self._clock() + AFTER_A_FAILURE)
