"""What is done when the alarm rings: what is due is woken, and what is near is planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.clockwork.planner import Planner
from bot.dispatch.outbox import Outbox
from bot.engine.sending import GIVEN_UP_AFTER
from bot.intake.runner import Runner
from bot.platforms.platform import Outer
from bot.store.tables import Unread

RINGS_EVERY = timedelta(seconds=5)
"""Also without a moment of its own: another process on this store may have died."""

COUNTED_WITHIN = timedelta(hours=1)
"""So long a chat that was closed waits for what was said on a platform that cannot be reached.

One that is held there alone, where nobody could be told yet, waits as long as its posts do.
"""


class Ringing:
    """What is done when the alarm rings: plan what is near, wake what is due."""

    def __init__(
        self,
        runner: Runner,
        planner: Planner,
        outbox: Outbox,
        outer: Mapping[str, Outer] = MappingProxyType({}),
    ) -> None:
        self._runner = runner
        self._planner = planner
        self._outbox = outbox
        self._outer = outer
        self._plan_at: datetime | None = None
        self.replan = True

    async def ring(self, now: datetime) -> datetime:
        """Do everything whose moment has come; return when to ring again.

        What is due of the chats that exist comes first: it must not wait for the planning.
        """
        self._outbox.poke()
        await self._wake(now)
        if self.replan or (self._plan_at is not None and now >= self._plan_at):
            self.replan = False
            try:
                self._plan_at = await self._planner.plan(now)
            except BaseException:
                self.replan = True
                raise
            await self._wake(now)
        return min(await self.next_moment(now) or now + RINGS_EVERY, now + RINGS_EVERY)

    async def next_moment(self, now: datetime) -> datetime | None:
        """Return when something happens next."""
        moments = [await self._runner.next_wake(self._unread(now)), self._plan_at]
        return min((moment for moment in moments if moment is not None), default=None)

    async def _wake(self, now: datetime) -> None:
        while await self._runner.wake(now, self._unread(now)):
            self._outbox.poke()

    def _unread(self, now: datetime) -> Unread:
        """Name the platforms on which something may have been said that is not known yet."""
        behind = tuple(name for name, platform in self._outer.items() if not platform.is_current)
        return Unread(behind, now - COUNTED_WITHIN, now - GIVEN_UP_AFTER)
