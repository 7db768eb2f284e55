"""Reads Slack back after a break, and tells where that is refused; it outlives the sessions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.engine.agenda import Room
from bot.engine.errors import reason
from bot.engine.signals import Deleted
from bot.platforms.platform import Door, Hindered, Unreachable
from bot.platforms.slack.changes import OUTSIDE
from bot.platforms.slack.history import History, Reading
from bot.platforms.slack.refusals import TokenRefused, sentence_of

log = logging.getLogger(__name__)


class Owner(Protocol):
    """Who is told how the connection stands."""

    def read(self, found: int, deleted: int) -> None:
        """Take note that everything that was said is known: so many were found, and deleted."""
        ...

    def cut(self) -> None:
        """Take note that what is said may be missed for now."""
        ...

    def announced(self) -> None:
        """Take note that something was changed that may have been in the way."""
        ...

    def locked_out(self, refusal: Hindered) -> None:
        """Take note that Slack takes the token no longer; the session is to end."""
        ...


class CatchingUp:
    """What was heard until when, and what of the time before is still to be read."""

    def __init__(
        self, owner: Owner, history: History, door: Door, clock: Callable[[], datetime]
    ) -> None:
        self._owner = owner
        self._history = history
        self._door = door
        self._clock = clock
        self._turn = asyncio.Lock()
        self._again: asyncio.Task[None] | None = None  # the second look
        self._told: dict[Room, str] = {}  # why each room could not be read; empty: it could
        self._freed: set[Room] = set()  # since the latest reading began
        self._fails = False
        self.behind = asyncio.Event()
        """Something could not be taken in, or not be read."""
        self.heard_until: datetime | None = None
        """Everything said before was heard or read; None: it is not known yet."""

    async def begin(self) -> None:
        """Look up what is to be read, before anything is heard. Raises what the store raises."""
        await self._history.begin(self.heard_until)

    def heard(self, now: datetime) -> None:
        """Take note that everything said until now was heard, if nothing of before is missing."""
        if self.heard_until is not None:
            self.heard_until = now

    def note_deleted(self, signal: Deleted) -> None:
        """Take note of a deletion that arrives: what is just being read must not be said again."""
        self._history.note_deleted(signal)

    def note_freed(self, room: Room) -> None:
        """Take note that a room is open again; it is read once more after what is being read."""
        self._freed.add(room)

    async def read(self, known: datetime | None = None) -> frozenset[str]:
        """Read what is new since `known` (None: since everything was last heard).

        Returns the ids of the messages that nobody had brought. What was there before is looked
        at once more beside everything else, for edits and deletions: where Slack gives 15
        messages a minute that takes hours.
        """
        async with self._turn:
            self.behind.clear()
            self._freed.clear()
            await self.leave_off()
            now, since = self._clock(), known or self.heard_until
            try:
                if since is not None:
                    await self._history.begin(since)
                new = await self._history.read_new()
            except TokenRefused as refusal:
                self._owner.locked_out(refusal)
                return frozenset()
            except Exception as failure:  # whatever the network or the store raises
                self._failed(failure)
                return frozenset()
            self.heard_until, self._fails = now, False
            self._tell(new)
            self._owner.read(len(new.found), new.deleted)
            if known is None:
                self._again = asyncio.create_task(self._look_again())
        return new.found

    async def leave_off(self) -> None:
        """End the second look; the next one goes on where it was."""
        if self._again is not None:
            self._again.cancel()
            await asyncio.gather(self._again, return_exceptions=True)
            self._again = None

    async def _look_again(self) -> None:
        try:
            changed = await self._history.read_again()
        except Exception as failure:  # the next reading goes on where this one was
            log.warning("Slack was not read to the end (%s).", _kind_of(failure))
            return
        self._owner.read(len(changed.found), changed.deleted)

    def _failed(self, failure: Exception) -> None:
        """Say once in the log that nothing can be read; whoever waits for `behind` tries again."""
        if not self._fails:
            log.warning("Slack cannot be read back (%s); it is tried again.", _kind_of(failure))
        self._fails = True
        self.behind.set()

    def _tell(self, reading: Reading) -> None:
        """Tell of the rooms that were read whether they could be, where that has changed."""
        refused = dict(reading.refused)
        for room in self._history.rooms:
            why = sentence_of(refused[room]) if room in refused else ""
            if self._told.get(room) == why or (why and room in self._freed):
                continue  # told before, or no longer so: Slack had answered before it was freed
            self._told[room] = why
            if why:
                log.warning("%s cannot be read back: %s", room, why)
            if why in OUTSIDE:
                self._door.changed(room, shut=why)
            else:
                self._door.read_back(room, why)
                self._door.changed(room, freed=() if why else OUTSIDE)


def _kind_of(failure: Exception) -> str:
    """Name a failure for the log; what others than ours say may quote a message."""
    return str(failure).rstrip(".") if isinstance(failure, Unreachable) else reason(failure)
