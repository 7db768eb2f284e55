"""What public editions of transcripts said when they were handed out: facts, and nobody's words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from bot.store.codec import moment, stamp
from bot.store.tables import Connection, Tables, marks

_AT_ONCE = 500


class Fact(NamedTuple):
    """What decides whether a message is shown, and where; times are microseconds since 1970."""

    at: int
    key: str
    room: str
    author: str
    role: str
    timing: str
    withdrawn: int
    held: str
    worded_at: int
    topics: str


class Published(NamedTuple):
    """What an edition said of a message: its line (0: in none yet), why it is not shown, ..."""

    number: int
    line: int
    silence: str
    worded_at: int
    topics: str


History = tuple[Published, ...]
"""What editions said of one message, in their order; only where it differed."""


class Noted(NamedTuple):
    """It is noted what the public edition of a chat (by its id) says: a copy may be handed out."""

    chat: str


class Publications(NamedTuple):
    """How many editions of a chat were handed out, when the first was, how many lines they have."""

    editions: int = 0
    first: datetime | None = None
    lines: int = 0


async def publications(connection: Connection, chat: str) -> Publications:
    """Return what is known of a chat's public editions."""
    ((count, first),) = await connection.rows(
        "SELECT COUNT(*), MIN(at) FROM publications WHERE chat = ?", (chat,)
    )
    ((lines,),) = await connection.rows(
        "SELECT COALESCE(MAX(line), 0) FROM published WHERE chat = ?", (chat,)
    )
    return Publications(int(count), None if first is None else moment(first), int(lines))


async def facts(connection: Connection, chat: str) -> AsyncIterator[list[tuple[Fact, History]]]:
    """Yield a chat's messages in the order of their time and key, with what editions said of them.

    They come in batches, so that memory stays flat.
    """
    after: tuple[int, str] | None = (-(2**62), "")
    while after is not None:
        rows = await connection.rows(
            "SELECT m.at, m.key, m.room, m.author, m.role, m.timing, m.withdrawn, m.held, "
            "COALESCE(m.worded_at, m.at), m.topics, "
            "p.number, p.line, p.silence, p.worded_at, p.topics FROM "
            "(SELECT chat, at, key, room, author, role, timing, withdrawn, held, worded_at, topics "
            "FROM messages WHERE chat = ? AND said = 1 AND (at, key) > (?, ?) "
            "ORDER BY at, key LIMIT ?) AS m "
            "LEFT JOIN published p ON p.chat = m.chat AND p.message = m.key "
            "ORDER BY m.at, m.key, p.number",
            (chat, *after, _AT_ONCE),
        )
        found: list[tuple[Fact, History]] = []
        for row in rows:
            fact = Fact(*row[:10])
            said = () if row[10] is None else (Published(*row[10:]),)
            if found and found[-1][0].key == fact.key:
                found[-1] = (fact, found[-1][1] + said)
            else:
                found.append((fact, said))
        after = (found[-1][0].at, found[-1][0].key) if len(found) == _AT_ONCE else None
        if found:
            yield found


async def put(
    tables: Tables, chat: str, number: int, at: datetime, said: Iterable[tuple[str, Published]]
) -> None:
    """Note that an edition was handed out, and what it says that the one before did not.

    Raises Conflict where another process has just noted one of the same number.
    """
    await tables.connection.run_many(
        "INSERT INTO publications (chat, number, at) VALUES (?, ?, ?)",
        [(chat, number, stamp(at))],
    )
    await tables.connection.run_many(
        "INSERT INTO published (chat, message, number, line, silence, worded_at, topics) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(chat, key, *one._replace(number=number)) for key, one in said],
    )


class Someone(NamedTuple):
    """Somebody who wrote in a chat, by their key, under one of the names that they had there."""

    person: str
    name: str
    role: str


async def people(connection: Connection, chat: str) -> list[Someone]:
    """Return who wrote in a chat, once for each of their names and roles, the latest name first."""
    rows = await connection.rows(
        "SELECT room, author, name, role FROM messages WHERE chat = ? AND said = 1 "
        "GROUP BY room, author, name, role ORDER BY MAX(at) DESC, author, name",
        (chat,),
    )
    return [
        Someone(f"{room.partition(':')[0]}:{author}", name, role)
        for room, author, name, role in rows
    ]


async def carry(old: Connection, new: Connection, chats: Collection[str]) -> None:
    """Note in `new` what editions of these chats said that only `old` knows to be handed out.

    So the next one tells what was corrected since, and people what was published of theirs.
    """
    for table, columns in (
        ("publications", "chat, number, at"),
        ("published", "chat, message, number, line, silence, worded_at, topics"),
    ):
        rows = await old.rows(f"SELECT {columns} FROM {table}")
        await new.run_many(
            f"INSERT INTO {table} ({columns}) VALUES ({marks(columns.split(', '))}) "
            "ON CONFLICT DO NOTHING",
            [row for row in rows if row[0] in chats],
        )
