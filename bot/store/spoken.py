"""A chat's messages in the order in which they were said, page by page."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import NamedTuple

from bot.store.tables import Connection, chunks, marks

Place = tuple[int, str]
"""Where a page ends: a message's time (microseconds since 1970 UTC) and key."""

BEGINNING_OF_TEXT = 160
"""Characters that are read of the text of a message that is answered."""

BEGINNING: Place = (-(2**62), "")


class Spoken(NamedTuple):
    """A message's row with the one it answers; times are microseconds since 1970 UTC.

    A tuple, because a transcript makes one of each message. `topics` are numbers between
    spaces; `parent` is the key of the message it answers. The fields of that message are None
    where it is not in this chat; its text is its beginning.
    """

    key: str
    room: str
    id: str
    at: int
    author: str
    name: str
    role: str
    text: str
    timing: str
    topics: str
    placed_by: str
    edited: int
    withdrawn: int
    held: str
    files: str
    parent: str | None
    parent_author: str | None
    parent_role: str | None
    parent_name: str | None
    parent_text: str | None
    parent_timing: str | None
    parent_withdrawn: int | None
    parent_held: str | None

    @property
    def reply_to(self) -> str | None:
        """The platform's id of the message it answers, which stands in the same room."""
        return None if self.parent is None else self.parent[len(self.room) + 1 :]


class Remarkable(NamedTuple):
    """A message whose text may hold a link, a DOI or a mention."""

    at: int
    key: str
    room: str
    author: str
    name: str
    role: str
    text: str
    timing: str
    withdrawn: int
    held: str


class Reaction(NamedTuple):
    """How many people put one emoji to a message."""

    key: str
    emoji: str
    people: int


_spoken = functools.partial(tuple.__new__, Spoken)  # a third of the time of Spoken._make
_SPOKEN = (
    "SELECT m.key, m.room, m.id, m.at, m.author, m.name, m.role, m.text, m.timing, m.topics, "
    "m.placed_by, m.edited, m.withdrawn, m.held, m.attachments, "
    f"m.parent, p.author, p.role, p.name, SUBSTR(p.text, 1, {BEGINNING_OF_TEXT}), "
    "p.timing, p.withdrawn, p.held "
    "FROM messages m "
    "LEFT JOIN messages p ON p.key = m.parent AND p.chat = m.chat AND p.said = 1 "
    "WHERE m.chat = ? AND m.said = 1"
)


async def page(connection: Connection, chat: str, after: Place, most: int) -> list[Spoken]:
    """Return the next messages of a chat after a place, in order."""
    rows = await connection.rows(
        f"{_SPOKEN} AND (m.at, m.key) > (?, ?) ORDER BY m.at, m.key LIMIT ?", (chat, *after, most)
    )
    return list(map(_spoken, rows))


async def of_keys(connection: Connection, chat: str, keys: Collection[str]) -> dict[str, Spoken]:
    """Return a chat's messages of these keys, by key."""
    found: dict[str, Spoken] = {}
    for chunk in chunks(keys):
        rows = await connection.rows(f"{_SPOKEN} AND m.key IN ({marks(chunk)})", (chat, *chunk))
        found |= {row[0]: _spoken(row) for row in rows}
    return found


async def reactions(connection: Connection, chat: str, first: Place, last: Place) -> list[Reaction]:
    """Count the reactions to a chat's messages from one place to another, in no order."""
    rows = await connection.rows(  # the index alone tells which messages these are
        "SELECT r.message, r.emoji, COUNT(*) FROM messages m "
        "JOIN reactions r ON r.message = m.key AND r.present = 1 "
        "WHERE m.chat = ? AND (m.at, m.key) >= (?, ?) AND (m.at, m.key) <= (?, ?) "
        "GROUP BY r.message, r.emoji",
        (chat, *first, *last),
    )
    return list(map(Reaction._make, rows))


async def remarkable(
    connection: Connection, chat: str, after: Place, most: int
) -> list[Remarkable]:
    """Return the next messages after a place whose text may hold a link, DOI or mention."""
    rows = await connection.rows(
        "SELECT m.at, m.key, m.room, m.author, m.name, m.role, m.text, m.timing, m.withdrawn, "
        "m.held FROM messages m WHERE m.chat = ? AND (m.at, m.key) > (?, ?) AND m.said = 1 "
        "AND (m.text LIKE '%://%' OR m.text LIKE '%10.%/%' OR m.text LIKE '%<@%') "
        "ORDER BY m.at, m.key LIMIT ?",
        (chat, *after, most),
    )
    return list(map(Remarkable._make, rows))


async def names(
    connection: Connection, chat: str, platform: str, authors: Collection[str]
) -> dict[str, str]:
    """Return the latest names of a platform's people in a chat, by their id."""
    latest: dict[str, str] = {}
    for chunk in chunks(authors):
        rows = await connection.rows(
            f"WITH asked (author) AS (VALUES {', '.join(['(?)'] * len(chunk))}) "
            "SELECT author, (SELECT m.name FROM messages m WHERE m.author = asked.author "
            "AND m.chat = ? AND m.said = 1 AND m.room LIKE ? "
            "ORDER BY m.at DESC, m.name DESC LIMIT 1) FROM asked",
            (*chunk, chat, f"{platform}:%"),
        )
        latest |= {author: name for author, name in rows if name is not None}
    return latest
