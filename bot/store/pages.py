"""What a page of a room shows of a chat, at a cost that does not grow with the chat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog
from bot.engine.events import Event
from bot.engine.messages import Message
from bot.engine.state import Chat
from bot.store.codec import MESSAGE_COLUMNS, Row, decode_event, message_of, moment, stamp
from bot.store.tables import Connection, Tables, chunks, marks

REMEMBERED = 8
"""Of each room this many chats that have opened, and as many to come, are looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins or ends: a message's time and key."""

    at: datetime
    key: str

    def __str__(self) -> str:
        return f"{stamp(self.at)}.{self.key}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read what `str` wrote.

        Raises ValueError for anything else.
        """
        at, dot, key = text.partition(".")
        if not dot or not at.isascii() or not at.isdecimal() or len(at) > 17:
            raise ValueError("a place is written as TIME.KEY")
        return cls(moment(int(at)), key)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was said, in order; `earlier` is where the page before it ends, if any."""

    messages: tuple[Message, ...]
    earlier: Place | None


@dataclass(frozen=True, slots=True)
class Reactions:
    """How many people put one emoji to a message."""

    emoji: str
    people: int


async def sound(tables: Tables, chats: Collection[str]) -> dict[str, Chat]:
    """Return those of these chats whose logs can be folded; the runner reports the others."""
    try:
        return await tables.load(chats)
    except BrokenLog:
        if len(chats) == 1:
            return {}
    found: dict[str, Chat] = {}
    for chat in chats:
        found |= await sound(tables, [chat])
    return found


async def chats_at(tables: Tables, room: Room, thread: str | None = None) -> dict[str, Chat]:
    """Return the chats of which people speak in a room: its latest, its next, and a thread's.

    The thread may be one of a chat of long ago.
    """
    names = await tables.chats_in(room, REMEMBERED)
    if thread is not None and (held_there := await tables.chat_of_thread(room, thread)):
        names = [held_there, *names]
    return await sound(tables, list(dict.fromkeys(names)))


async def page(
    connection: Connection, chat: str, room: Room, before: Place | None, most: int
) -> Page:
    """Return the latest `most` messages of a chat in a room, or the latest before a place."""
    last = (stamp(before.at), before.key) if before else (2**62, "")
    rows = await connection.rows(
        f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE chat = ? AND (at, key) < (?, ?) "
        "AND room = ? AND said = 1 ORDER BY at DESC, key DESC LIMIT ?",
        (chat, *last, str(room), most + 1),
    )
    messages = tuple(message_of(row) for row in reversed(rows[:most]))
    earlier = Place(messages[0].at, messages[0].key) if len(rows) > most else None
    return Page(messages, earlier)


async def reactions(
    connection: Connection, keys: Collection[str]
) -> dict[str, tuple[Reactions, ...]]:
    """Return the reactions to these messages, each message's in the order they began."""
    found: dict[str, tuple[Reactions, ...]] = {}
    for chunk in chunks(keys):
        for key, emoji, people in await connection.rows(
            "SELECT message, emoji, COUNT(*) FROM reactions "
            f"WHERE present = 1 AND message IN ({marks(chunk)}) "
            "GROUP BY message, emoji ORDER BY message, MIN(at), emoji",
            chunk,
        ):
            found[key] = (*found.get(key, ()), Reactions(emoji, people))
    return found


async def reacted(
    connection: Connection, keys: Collection[str], person: str | None = None
) -> dict[str, dict[str, frozenset[str]]]:
    """Return who reacted to these messages: person's key -> message's key -> emoji.

    With `person` only what that person put.
    """
    found: dict[str, dict[str, frozenset[str]]] = {}
    for chunk in chunks(keys):
        for key, who, emoji in await connection.rows(
            "SELECT message, person, emoji FROM reactions "
            f"WHERE present = 1 AND message IN ({marks(chunk)}) AND (? = '' OR person = ?)",
            (*chunk, person or "", person or ""),
        ):
            own = found.setdefault(who, {})
            own[key] = own.get(key, frozenset()) | {emoji}
    return found


async def last_reacted(
    connection: Connection, key: str, person: str, emoji: str
) -> datetime | None:
    """Return when somebody last put this emoji to a message, or took it back; None: never."""
    rows = await connection.rows(
        "SELECT at FROM reactions WHERE message = ? AND person = ? AND emoji = ?",
        (key, person, emoji),
    )
    return moment(rows[0][0]) if rows else None


async def event_kinds(
    connection: Connection, chat: str, numbers: Collection[int]
) -> dict[int, str]:
    """Return the kinds of a chat's events of these numbers."""
    rows: list[Row] = []
    for chunk in chunks(numbers):
        rows += await connection.rows(
            f"SELECT seq, kind FROM events WHERE chat = ? AND seq IN ({marks(chunk)})",
            (chat, *chunk),
        )
    return {int(number): str(kind) for number, kind in rows}


async def log(connection: Connection, chat: str) -> list[Event]:
    """Return everything that was recorded of a chat, in order."""
    rows = await connection.rows(
        "SELECT kind, body FROM events WHERE chat = ? ORDER BY seq", (chat,)
    )
    return [decode_event(kind, body) for kind, body in rows]


async def count_said(connection: Connection, room: Room) -> int:
    """Count what people have said in a room, in all its chats."""
    ((count,),) = await connection.rows(
        "SELECT COUNT(*) FROM messages m JOIN rooms r ON r.chat = m.chat "
        "WHERE r.room = ? AND m.room = r.room AND m.said = 1 AND m.role <> 'bot'",
        (str(room),),
    )
    return int(count)


async def has_chats(connection: Connection, room: Room) -> bool:
    """Say whether any chat was ever held, or is planned, in a room."""
    return bool(await connection.rows("SELECT 1 FROM rooms WHERE room = ? LIMIT 1", (str(room),)))
