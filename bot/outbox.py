"""Hands due actions to platforms: in order in each room, again when it failed, never twice.

Every room is served by itself: one whose platform hangs or fails holds up no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog
from bot.engine.signals import Delivered, Undeliverable
from bot.platforms.platform import Impossible, Platform, Unreachable
from bot.runner import Runner, Store
from bot.store.tables import Leased

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long an action is ours; afterwards another process may perform it, under the same key."""

ANSWERS_WITHIN = timedelta(seconds=30)
"""How long a platform may take for an action; less than a lease, so that it is ours till then."""

AFTER_A_FAILURE = timedelta(seconds=5)
RETRY_AT_LEAST_EVERY = timedelta(minutes=5)
RETRY_AT_MOST_EVERY = timedelta(seconds=1)


class Outbox:
    """Performs what the chats have put into the outbox."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
        answers_within: timedelta = ANSWERS_WITHIN,
    ) -> None:
        self._store = store
        self._runner = runner
        self._platforms = platforms
        self._clock = clock
        self._answers_within = answers_within
        self._poked = asyncio.Event()
        self._serving: dict[Room, asyncio.Task[None]] = {}
        self._not_before: dict[Room, datetime] = {}

    def poke(self) -> None:
        """Look again: something was put in."""
        self._poked.set()

    async def run(self) -> None:
        """Perform actions until cancelled."""
        try:
            while True:
                self._poked.clear()
                wait = await self._serve_rooms()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._poked.wait(), wait)
        finally:
            tasks = list(self._serving.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def deliver(self) -> datetime | None:
        """Perform everything that is due; return when the next action is to be tried again."""
        moments = await asyncio.gather(*map(self._deliver_in, await self._rooms()))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _serve_rooms(self) -> float | None:
        """Begin to serve every room that waits; return after how many seconds to look again."""
        try:
            rooms = await self._rooms()
        except Exception:
            log.exception("The outbox cannot be read; it is tried again in 5 s.")
            return AFTER_A_FAILURE.total_seconds()
        now = self._clock()
        self._not_before = {room: at for room, at in self._not_before.items() if room in rooms}
        for room in rooms:
            if room not in self._serving and self._not_before.get(room, now) <= now:
                self._serving[room] = asyncio.create_task(self._serve(room), name=f"posts {room}")
        moments = [at for room, at in self._not_before.items() if room not in self._serving]
        return max(0.0, (min(moments) - now).total_seconds()) if moments else None

    async def _serve(self, room: Room) -> None:
        try:
            again = await self._deliver_in(room)
        except Exception:
            log.exception("Posts in %s wait; it is tried again in 5 s.", room)
            again = self._clock() + AFTER_A_FAILURE
        if again is None:
            self._not_before.pop(room, None)
        else:
            self._not_before[room] = again
        del self._serving[room]
        self.poke()

    async def _rooms(self) -> list[Room]:
        """Return the rooms that wait; other platforms' are another process's, or a later one's."""
        async with self._store.reading() as tables:
            rooms = await tables.waiting_rooms()
        return [room for room in rooms if room.platform in self._platforms]

    async def _deliver_in(self, room: Room) -> datetime | None:
        """Perform a room's actions in order until one must wait."""
        platform = self._platforms[room.platform]
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
            async with asyncio.timeout(self._answers_within.total_seconds()):
                receipt = await platform.perform(key, action, self._clock())
        except Impossible as failure:
            log.error("%s is given up: %s", key, failure)
            await self._report(Undeliverable(self._clock(), key, action, str(failure)))
            return None
        except Exception as failure:  # nobody knows whether it was done: again, under its key
            return await self._put_off(leased, failure)
        await self._report(
            Delivered(receipt.at, key, action, receipt.ref, receipt.text, receipt.thread)
        )
        return None

    async def _put_off(self, leased: Leased, failure: Exception) -> datetime:
        retry_after, why = None, type(failure).__name__  # what it says may quote a post
        if isinstance(failure, Unreachable):
            retry_after, why = failure.retry_after, str(failure)
        again = self._clock() + _patience(leased.tries, retry_after)
        log.warning("%s waits until %s: %s", leased.key, again.isoformat(), why)
        async with self._store.writing() as tables:
            await tables.postpone(leased.key, again)
        return again

    async def _report(self, report: Delivered | Undeliverable) -> None:
        """Tell the chat; if its log is broken nobody can be told, and the room goes on."""
        try:
            await self._runner.handle(report)
        except BrokenLog as broken:
            log.error("%s cannot be recorded: its chat's log is broken (%s).", report.key, broken)
            async with self._store.writing() as tables:
                await tables.mark(report.key, "gave_up")


def _patience(tries: int, retry_after: timedelta | None) -> timedelta:
    """Wait as long as the platform says, else twice as long each time, up to five minutes."""
    if retry_after is not None:
        return max(retry_after, RETRY_AT_MOST_EVERY)
    return min(timedelta(seconds=2 ** min(tries, 9)), RETRY_AT_LEAST_EVERY)
