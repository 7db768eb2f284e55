"""Which chats there are while one transaction goes on: read once, and again where they may move."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog
from bot.engine.floor import is_shared
from bot.engine.state import Chat, Stage
from bot.store.tables import Tables

log = logging.getLogger(__name__)

REMEMBERED = 8
"""Of each room this many chats that have opened, and as many to come, can be spoken to."""

ALWAYS = datetime.min.replace(tzinfo=UTC)


class Floors:
    """The chats of one transaction, by their ids and by their rooms.

    `chats` and `rooms` are what earlier transactions have read; they may be kept for the next one
    only if this one is committed. `record` writes what was decided and not yet written, so that
    reading the lists sees it.
    """

    def __init__(
        self,
        tables: Tables,
        chats: dict[str, Chat],
        rooms: dict[Room, tuple[str, ...]],
        record: Callable[[], Awaitable[None]],
    ) -> None:
        self.chats = chats
        self.rooms = rooms
        self._tables = tables
        self._record = record
        self._around: dict[Room, tuple[list[Chat], datetime]] = {}  # see `_look_around`

    async def read(self, chats: Iterable[str]) -> None:
        """Read at once those of these chats that are not known."""
        unread = dict.fromkeys(chat for chat in chats if chat not in self.chats)
        if unread:
            self.chats.update(await self._tables.load(unread))

    def keep(self, chat: Chat) -> None:
        """Remember a chat as it is now; the longest unused are forgotten first."""
        self.chats.pop(chat.id, None)
        self.chats[chat.id] = chat
        self._around.clear()

    def forget(self) -> None:
        """Forget all chats: something else than events has changed them."""
        self.chats.clear()
        self.rooms.clear()
        self._around.clear()

    def move(self, rooms: Iterable[Room]) -> None:
        """Forget which chats these rooms have: others may be there now."""
        for room in rooms:
            self.rooms.pop(room, None)
            self._around.pop(room, None)

    async def chat(self, chat_id: str) -> Chat | None:
        """Return a chat, or None where there is none of that id.

        Raises BrokenLog.
        """
        if chat_id not in self.chats:
            self.chats.update(await self._tables.load([chat_id]))
        return self.chats.get(chat_id)

    async def chats_in(self, room: Room, at: datetime, thread: str | None = None) -> list[Chat]:
        """Return the chats of a room among which that of a thread or a moment is.

        The thread may be one of a chat of long ago, and so may the moment.
        """
        chats = await self._chats_around(room, at)
        if thread is None or not is_shared(room.platform):
            return chats
        for chat in chats:
            if thread in chat.threads_in(room):
                return [chat]
        await self._record()
        held_there = await self._tables.chat_of_thread(room, thread)
        return [*chats, *await self.sound([held_there] if held_there else [])]

    async def _chats_around(self, room: Room, at: datetime) -> list[Chat]:
        if room not in self._around:
            self._around[room] = await self._look_around(room)
        chats, since = self._around[room]
        if since <= at:
            return chats
        await self._record()
        return await self.sound(await self._tables.chats_in(room, REMEMBERED, at))

    async def _look_around(self, room: Room) -> tuple[list[Chat], datetime]:
        """Return the latest chats of a room, and since when they are all that count there."""
        if room not in self.rooms:
            await self._record()  # what has just begun or opened is among them
            found = await self.sound(await self._tables.chats_in(room, REMEMBERED))
            self.rooms[room] = tuple(chat.id for chat in found)
        chats = await self.sound(self.rooms[room])
        opened = [chat for chat in chats if chat.stage is not Stage.PLANNED]
        if len(opened) < REMEMBERED:
            return chats, ALWAYS
        over = [chat for chat in opened if chat.stage is not Stage.OPEN] or opened
        return chats, min(chat.opens_at for chat in over)

    async def sound(self, chat_ids: Iterable[str]) -> list[Chat]:
        """Return these chats without the broken ones, which are no reason to stop the others."""
        found = []
        for chat_id in chat_ids:
            try:
                chat = self.chats.get(chat_id) or await self.chat(chat_id)
            except BrokenLog as broken:
                log.error("Chat %s is left out: its log is broken (%s).", chat_id, broken)
                continue
            if chat is not None:
                found.append(chat)
        return found

    async def is_free(self, chat_id: str) -> bool:
        """Whether no chat has this id."""
        try:
            return await self.chat(chat_id) is None
        except BrokenLog:
            return False
