"""Hands due actions to platforms: in order in each room, again when it failed, never twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.engine.agenda import Room
from bot.engine.signals import Delivered, Undeliverable
from bot.platforms.platform import Impossible, Platform, Unreachable
from bot.runner import Runner, Store
from bot.store.tables import Leased

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long an action is ours; afterwards another process may perform it, under the same key."""

AFTER_A_FAILURE = timedelta(seconds=5)
RETRY_AT_LEAST_EVERY = timedelta(minutes=5)


class Outbox:
    """Performs what the chats have put into the outbox."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._runner = runner
        self._platforms = platforms
        self._clock = clock
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Look again: something was put in."""
        self._poked.set()

    async def run(self) -> None:
        """Perform actions until cancelled."""
        while True:
            self._poked.clear()
            try:
                again = await self.deliver()
            except Exception:
                log.exception("The outbox could not be emptied; it is tried again in 5 s.")
                again = self._clock() + AFTER_A_FAILURE
            wait = None if again is None else max(0.0, (again - self._clock()).total_seconds())
            try:
                await asyncio.wait_for(self._poked.wait(), wait)
            except TimeoutError:
                continue

    async def deliver(self) -> datetime | None:
        """Perform everything that is due; return when the next action is to be tried again."""
        async with self._store.reading() as tables:
            rooms = await tables.waiting_rooms()
        moments = await asyncio.gather(*map(self._deliver_in, rooms))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _deliver_in(self, room: Room) -> datetime | None:
        """Perform a room's actions in order until one must wait."""
        platform = self._platforms.get(room.platform)
        if platform is None:
            return None  # another process, or a later start, holds this platform
        while True:
            now = self._clock()
            async with self._store.writing() as tables:
                leased = await tables.lease(room, now, now + LEASE)
            if not isinstance(leased, Leased):
                return leased
            again = await self._perform(platform, leased)
            if again is not None:
                return again

    async def _perform(self, platform: Platform, leased: Leased) -> datetime | None:
        key, action = leased.key, leased.action
        try:
            receipt = await platform.perform(key, action, self._clock())
        except Unreachable as failure:
            again = self._clock() + _patience(leased.tries, failure.retry_after)
            log.warning("%s waits until %s: %s", key, again.isoformat(), failure)
            async with self._store.writing() as tables:
                await tables.postpone(key, again)
            return again
        except Impossible as failure:
            log.error("%s is given up: %s", key, failure)
            await self._runner.handle(Undeliverable(self._clock(), key, action, str(failure)))
            return None
        await self._runner.handle(
            Delivered(receipt.at, key, action, receipt.ref, receipt.text, receipt.thread)
        )
        return None


def _patience(tries: int, retry_after: timedelta | None) -> timedelta:
    """Wait as long as the platform says, else twice as long each time, up to five minutes."""
    if retry_after is not None:
        return retry_after
    return min(timedelta(seconds=2 ** min(tries, 9)), RETRY_AT_LEAST_EVERY)
