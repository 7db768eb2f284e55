"""Who leaves a server or a workspace: the series that forget them then, and whom to look after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.engine.agenda import Room, Series
from bot.engine.signals import Left
from bot.intake.runner import Runner, Store
from bot.store import leavers

LOOKED_AFTER = timedelta(days=90)
"""For how long after a chat it is looked whether those who spoke in it are still there.

Who leaves while Rounds is at work is noticed at once, however long ago they spoke; this is about
those who left while it was away.
"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaving means in the series of a `catalogue`, which gives them by name."""

    runner: Runner
    store: Store
    catalogue: Callable[[], Mapping[str, Series]]

    def matters(self, platform: str) -> bool:
        """Whether a series that forgets whoever leaves is held on a platform."""
        return bool(self._series(lambda room: room.platform == platform))

    async def left(self, person: str, is_there: Callable[[Room], bool], now: datetime) -> None:
        """Withdraw what somebody (by their key) said in the series held where they left.

        `is_there` tells of a room whether it is in the server or workspace that they left. Returns
        when it is on the disk; raises what the store raises.
        """
        if series := self._series(is_there):
            await self.runner.handle(Left(now, person, series))

    async def speakers(self, platform: str, now: datetime) -> Mapping[Room, Iterable[str]]:
        """Return who spoke lately in each room of such series, by their ids there."""
        series = self._series(lambda room: room.platform == platform)
        async with self.store.reading() as tables:
            return await leavers.speakers(tables.connection, platform, series, now - LOOKED_AFTER)

    def _series(self, is_there: Callable[[Room], bool]) -> tuple[str, ...]:
        """Return the names of the series that forget who leaves, and are held there."""
        return tuple(
            one.name
            for one in self.catalogue().values()
            if one.agenda.forget_on_leave
            and any(is_there(room) for agenda in one.agendas() for room in agenda.rooms)
        )
