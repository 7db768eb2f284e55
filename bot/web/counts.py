"""How chats are attended right now, counted anew only when something changed, and not too often."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.engine.agenda import Room
from bot.engine.messages import Tally
from bot.engine.state import Chat
from bot.intake.runner import Changed, Store
from bot.store import figures

KEPT = 64
"""Chats whose counts are remembered."""

REST_SECONDS = 1.0
SHARE = 20
"""After counting, at least one second passes, and this many times what the counting took."""


@dataclass(slots=True)
class _Count:
    rooms: tuple[Room, ...]
    tally: Tally | None = None
    stale: bool = True
    resting: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def due(self) -> bool:
        """Whether it must be counted before it can be told."""
        return self.tally is None or (self.stale and not self.resting)


class Counts:
    """Remembers the tallies of the chats that are looked at.

    `again` is called with a room when its counts are out of date and may be asked for anew.
    """

    def __init__(self, store: Store, again: Callable[[Room], None]) -> None:
        self._store = store
        self._again = again
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def notice(self, changed: Changed) -> None:
        """Know which counts a commit has made stale."""
        for chat, count in self._counts.items():
            if not changed.rooms.isdisjoint(count.rooms) or chat in changed.chats:
                count.stale = True

    async def of(self, chat: Chat) -> Tally:
        """Return a chat's tally, at most a rest old."""
        count = self._counts.setdefault(chat.id, _Count(chat.agenda.rooms))
        self._counts.move_to_end(chat.id)
        while len(self._counts) > KEPT:
            self._counts.popitem(last=False)
        if count.due:
            async with count.turn:  # of many who come at once the first one counts
                if count.due:
                    await self._count(chat.id, count)
        return count.tally or Tally()

    async def _count(self, chat: str, count: _Count) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        count.stale, count.resting = False, True
        try:
            async with self._store.reading() as tables:
                count.tally = await figures.tally(tables.connection, chat)
        except BaseException:
            count.stale, count.resting = True, False
            raise
        rest = max(REST_SECONDS, SHARE * (loop.time() - began))
        loop.call_later(rest, self._rested, count)

    def _rested(self, count: _Count) -> None:
        count.resting = False
        if count.stale:
            for room in count.rooms:
                self._again(room)
