"""The SQL of the store, in the subset that SQLite and PostgreSQL share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar

from bot.engine import calling
from bot.engine.agenda import Room
from bot.engine.chat import wake_at
from bot.engine.events import Event
from bot.engine.fold import fold
from bot.engine.messages import Message
from bot.engine.state import Chat, Stage
from bot.store.codec import (
    MESSAGE_COLUMNS,
    Row,
    decode_event,
    encode_event,
    message_of,
    message_row,
    moment,
    stamp,
    stamp_or_none,
)

_Key = TypeVar("_Key", str, int)


class Conflict(Exception):
    """Another process wrote to a chat's log first: load it again and decide anew."""


class Connection(Protocol):
    """What a database offers inside one transaction; `?` stands for an argument."""

    async def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        ...

    async def run(self, sql: str, arguments: Sequence[object] = ()) -> int:
        """Run a statement; return how many rows it changed."""
        ...

    async def run_many(self, sql: str, arguments: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each row of arguments.

        Raises Conflict where a primary key exists already.
        """
        ...


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A chat in a list of chats."""

    id: str
    series: str
    title: str
    stage: Stage
    opens_at: datetime
    ends_at: datetime


class Unread(NamedTuple):
    """Platforms whose talk is not all known: chats that were closed since then wait uncounted.

    `since` is for chats that are held elsewhere too, `since_alone` for those held there alone.
    """

    platforms: tuple[str, ...]
    since: datetime
    since_alone: datetime


TOGETHER = 32
"""Chats that are made of their logs between two turns of others on the event loop."""

LAST = datetime.max.replace(tzinfo=UTC)
"""After every moment."""

NOTHING_UNREAD = Unread((), LAST, LAST)

UPSERT_MESSAGE = (
    f"INSERT INTO messages ({MESSAGE_COLUMNS}) VALUES ({', '.join('?' * 22)}) "
    "ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in MESSAGE_COLUMNS.split(", ")[1:])
)
_BIG = "CAST(? AS BIGINT)"  # where nothing else says what an argument is
_LINE = "chat, series, title, stage, opens_at, ends_at"


class Tables:
    """The store inside one transaction: reading sees one moment, writing commits as one.

    `version` is another one whenever another process has committed: what is remembered from
    before may be old then. `erases` is set where words are taken away, so that the store sees
    to it that they leave the disk.
    """

    def __init__(self, connection: Connection, version: int = 0) -> None:
        self.connection = connection
        self.version = version
        self.erases = False

    # ------------------------------------------------------------ chats

    async def load(self, chats: Collection[str]) -> dict[str, Chat]:
        """Return the chats of these ids, folded from their logs; unknown ones are left out."""
        found: dict[str, Chat] = {}
        for chunk in chunks(chats, TOGETHER):
            logs: dict[str, list[Event]] = {}
            for chat, kind, body in await self.connection.rows(
                f"SELECT chat, kind, body FROM events WHERE chat IN ({marks(chunk)}) "
                "ORDER BY chat, seq",
                chunk,
            ):
                logs.setdefault(chat, []).append(decode_event(kind, body))
            found |= {chat: fold(log) for chat, log in logs.items()}
        return found

    async def chat(self, chat: str) -> Chat | None:
        """Return one chat, or None where there is none of that id."""
        return (await self.load([chat])).get(chat)

    async def append(self, entries: Sequence[tuple[str, int, Event]]) -> None:
        """Add events (chat, seq, event) to their logs.

        Raises Conflict where another process has written one of them.
        """
        await self.connection.run_many(
            "INSERT INTO events (chat, seq, kind, body) VALUES (?, ?, ?, ?)",
            [(chat, seq, *encode_event(event)) for chat, seq, event in entries],
        )

    async def put_chats(self, chats: Sequence[Chat]) -> None:
        """Write what the lists say of these chats."""
        await self.connection.run_many(
            "INSERT INTO chats (chat, series, title, stage, planned_at, opens_at, ends_at, wake_at,"
            " calls_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat) DO UPDATE SET"
            " title = excluded.title, stage = excluded.stage, opens_at = excluded.opens_at,"
            " ends_at = excluded.ends_at, wake_at = excluded.wake_at,"
            " calls_at = excluded.calls_at",
            [
                (
                    chat.id,
                    chat.series,
                    chat.agenda.title,
                    chat.stage.value,
                    stamp(chat.planned_at),
                    stamp(chat.opens_at),
                    stamp(chat.ends_at),
                    stamp_or_none(wake_at(chat)),
                    stamp_or_none(calling.wake_at(chat)),
                )
                for chat in chats
            ],
        )

    async def put_rooms(self, pairs: Sequence[tuple[Room, str]]) -> None:
        """Note in which rooms these chats are held: in these, and in no other any more."""
        chats = {(chat,) for _, chat in pairs}
        await self.connection.run_many("DELETE FROM rooms WHERE chat = ?", chats)
        await self.connection.run_many(
            "INSERT INTO rooms (room, chat) VALUES (?, ?) ON CONFLICT (room, chat) DO NOTHING",
            [(str(room), chat) for room, chat in pairs],
        )

    async def put_threads(self, threads: Sequence[tuple[Room, str, str]]) -> None:
        """Note of which chats these threads are: room, thread, chat."""
        if not threads:
            return
        await self.connection.run_many(
            "INSERT INTO threads (room, thread, chat) VALUES (?, ?, ?) "
            "ON CONFLICT (room, thread) DO NOTHING",
            [(str(room), thread, chat) for room, thread, chat in threads],
        )

    async def chat_of_thread(self, room: Room, thread: str) -> str | None:
        """Return the chat whose thread this is, however long ago it was held, or None."""
        rows = await self.connection.rows(
            "SELECT chat FROM threads WHERE room = ? AND thread = ?", (str(room), thread)
        )
        return rows[0][0] if rows else None

    async def due(self, now: datetime, most: int, unread: Unread = NOTHING_UNREAD) -> list[str]:
        """Return up to `most` chats whose moment has come, the longest overdue first."""
        but, which = _but_for(unread)
        rows = await self.connection.rows(
            f"SELECT chat FROM chats WHERE (wake_at <= ?{but}) OR calls_at <= ? "
            "ORDER BY wake_at LIMIT ?",
            (stamp(now), *which, stamp(now), most),
        )
        return [chat for (chat,) in rows]

    async def never_wake(self, chat: str) -> None:
        """Let a chat sleep whose log is broken."""
        await self.connection.run(
            "UPDATE chats SET wake_at = NULL, calls_at = NULL WHERE chat = ?", (chat,)
        )

    async def next_wake(self, unread: Unread = NOTHING_UNREAD) -> datetime | None:
        """Return the earliest moment at which a chat must be woken."""
        but, which = _but_for(unread)
        earliest = "SELECT MIN({0}) FROM chats WHERE {0} IS NOT NULL".format  # by their indexes
        ((at,),) = await self.connection.rows(f"{earliest('wake_at')}{but}", which)
        ((call,),) = await self.connection.rows(earliest("calls_at"))
        moments = [moment(found) for found in (at, call) if found is not None]
        return min(moments, default=None)

    async def chats_in(self, room: Room, most: int, at: datetime | None = None) -> list[str]:
        """Return chats of a room that were not cancelled or missed, latest first.

        These are up to `most` that have opened (those that are open, then the latest), and up
        to `most` that have not (the next). With `at` opened means by then, later that it is not.
        """
        opened = "c.stage <> 'planned'" if at is None else f"c.opens_at <= {stamp(at)}"
        chats = (
            "(SELECT c.chat, c.opens_at FROM rooms r JOIN chats c ON c.chat = r.chat "
            "WHERE r.room = ? AND c.stage NOT IN ('cancelled', 'missed')"
        )
        rows = await self.connection.rows(
            f"SELECT chat, opens_at FROM {chats} AND NOT {opened} "
            "ORDER BY c.opens_at, c.chat LIMIT ?) AS coming UNION ALL "
            f"SELECT chat, opens_at FROM {chats} AND {opened} ORDER BY CASE c.stage "
            "WHEN 'open' THEN 0 ELSE 1 END, c.opens_at DESC, c.chat DESC LIMIT ?) AS held",
            (str(room), most, str(room), most),
        )
        return [chat for chat, _ in sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)]

    async def lines(self, series: str | None = None, most: int = 1000) -> list[ChatLine]:
        """Return the latest chats, of one series or of all, latest first."""
        rows = await self.connection.rows(
            f"SELECT {_LINE} FROM chats WHERE (? = '' OR series = ?) "
            "ORDER BY opens_at DESC, chat DESC LIMIT ?",
            (series or "", series or "", most),
        )
        return [_line(row) for row in rows]

    async def lines_in_stage(self, stage: Stage) -> list[ChatLine]:
        """Return the chats in a stage, in order of opening."""
        rows = await self.connection.rows(
            f"SELECT {_LINE} FROM chats WHERE stage = ? ORDER BY opens_at, chat", (stage.value,)
        )
        return [_line(row) for row in rows]

    async def lately(self, since: datetime) -> list[str]:
        """Return the chats that are open, or were since then, in order of opening."""
        rows = await self.connection.rows(
            "SELECT chat FROM chats WHERE stage = 'open' OR (ends_at >= ? "
            "AND stage IN ('closed', 'summarised', 'archived')) ORDER BY opens_at, chat",
            (stamp(since),),
        )
        return [chat for (chat,) in rows]

    async def planned_until(self) -> dict[str, datetime]:
        """Return up to when the dates of each series have been looked at."""
        rows = await self.connection.rows("SELECT series, until FROM planned")
        return {series: moment(until) for series, until in rows}

    async def set_planned_until(self, until: Mapping[str, datetime]) -> None:
        """Note up to when the dates of these series have been looked at."""
        await self.connection.run_many(
            "INSERT INTO planned (series, until) VALUES (?, ?) "
            "ON CONFLICT (series) DO UPDATE SET until = excluded.until",
            [(series, stamp(at)) for series, at in until.items()],
        )

    # ------------------------------------------------------------ messages

    async def messages(self, keys: Collection[str]) -> list[Message]:
        """Return the messages of these keys; unknown ones are left out."""
        return await self._messages_where("key", keys)

    async def spoken_in(self, chat: str, room: Room, thread: str | None) -> frozenset[str]:
        """Return the ids of a chat's messages in a room or a thread that were not withdrawn."""
        rows = await self.connection.rows(
            "SELECT id FROM messages WHERE chat = ? AND room = ? AND COALESCE(thread, '') = ? "
            "AND said = 1 AND withdrawn = 0",
            (chat, str(room), thread or ""),
        )
        return frozenset(message for (message,) in rows)

    async def replies_to(self, keys: Collection[str]) -> list[Message]:
        """Return the messages that answer these."""
        return await self._messages_where("parent", keys)

    async def _messages_where(self, column: str, keys: Collection[str]) -> list[Message]:
        found: list[Message] = []
        for chunk in chunks(keys):
            rows = await self.connection.rows(
                f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE {column} IN ({marks(chunk)})",
                chunk,
            )
            found += map(message_of, rows)
        return found

    async def put_messages(self, messages: Iterable[Message]) -> None:
        """Write these messages' rows."""
        await self.connection.run_many(UPSERT_MESSAGE, [message_row(m) for m in messages])

    async def messages_since(self, chat: str, since: datetime) -> AsyncIterator[list[Message]]:
        """Yield, in batches, a chat's messages that were said or reworded at or after `since`."""
        after = (stamp(since), "")
        while True:
            rows = await self.connection.rows(
                f"SELECT {MESSAGE_COLUMNS} FROM messages "
                "WHERE chat = ? AND (at, key) > (?, ?) ORDER BY at, key LIMIT 500",
                (chat, *after),
            )
            if not rows:
                break
            after = (rows[-1][5], rows[-1][0])
            yield [message_of(row) for row in rows]
        rows = await self.connection.rows(
            f"SELECT {MESSAGE_COLUMNS} FROM messages "
            "WHERE chat = ? AND edited = 1 AND worded_at >= ? AND at < ?",
            (chat, stamp(since), stamp(since)),
        )
        if rows:
            yield [message_of(row) for row in rows]

    async def withdraw(self, chat: str, platform: str, author: str, until: datetime = LAST) -> None:
        """Blank what a person said in a chat, or what they said there until a moment."""
        self.erases = True
        await self.connection.run(
            "UPDATE messages SET text = '', attachments = '', concerns = '', held = '', "
            "withdrawn = 1 WHERE chat = ? AND author = ? AND said = 1 AND role <> 'bot' "
            "AND at <= ? AND room LIKE ?",
            (chat, author, stamp(until), f"{platform}:%"),
        )

    async def put_reactions(
        self, reactions: Sequence[tuple[str, str, str, datetime, bool]]
    ) -> None:
        """Note reactions (message key, person key, emoji, at, present).

        The latest counts; of two at one instant the one that takes it back.
        """
        await self.connection.run_many(
            "INSERT INTO reactions (message, person, emoji, at, present) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (message, person, emoji) DO UPDATE SET "
            "at = excluded.at, present = excluded.present WHERE excluded.at > reactions.at "
            "OR (excluded.at = reactions.at AND excluded.present < reactions.present)",
            [(key, who, emoji, stamp(at), int(there)) for key, who, emoji, at, there in reactions],
        )

    async def clear_reactions(self, key: str, emoji: str, at: datetime) -> None:
        """Take back every reaction to a message until then, or those of one emoji."""
        await self.connection.run(
            "UPDATE reactions SET present = 0, at = ? "
            "WHERE message = ? AND (? = '' OR emoji = ?) AND at <= ?",
            (stamp(at), key, emoji, emoji, stamp(at)),
        )

    # ------------------------------------------------------------ secrets

    async def secret(self, name: str, fresh: str) -> str:
        """Return the secret of this name; `fresh` becomes it where there is none."""
        await self.connection.run(
            "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            (name, fresh),
        )
        ((value,),) = await self.connection.rows(
            "SELECT value FROM secrets WHERE name = ?", (name,)
        )
        return str(value)


def _line(row: Row) -> ChatLine:
    chat, series, title, stage, opens_at, ends_at = row
    return ChatLine(chat, series, title, Stage(stage), moment(opens_at), moment(ends_at))


def _but_for(unread: Unread) -> tuple[str, tuple[object, ...]]:
    """Leave out the chats that wait to be counted while talk of theirs may be unread."""
    if not unread.platforms:
        return "", ()
    theirs = " OR ".join(["r.room LIKE ?"] * len(unread.platforms))
    rooms = "SELECT 1 FROM rooms r WHERE r.chat = chats.chat AND"
    names = [f"{platform}:%" for platform in unread.platforms]
    waits = (
        f"stage = 'closed' AND EXISTS ({rooms} ({theirs})) AND wake_at > "
        f"CASE WHEN EXISTS ({rooms} NOT ({theirs})) THEN {_BIG} ELSE {_BIG} END"
    )
    since = stamp(unread.since), stamp(unread.since_alone)
    return f" AND NOT ({waits})", (*names, *names, *since)


def marks(arguments: Sequence[object]) -> str:
    """Return as many marks as there are arguments; for none NULL, to which nothing is equal."""
    return ", ".join("?" * len(arguments)) or "NULL"


def chunks(keys: Collection[_Key], size: int = 500) -> Iterable[list[_Key]]:
    """Cut keys into as many as one statement takes."""
    ordered = list(keys)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))
