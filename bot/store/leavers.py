"""What stands in a store of people who leave: in which chats, and whom to look after in a room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.engine.agenda import Room
from bot.engine.erasing import is_erased
from bot.store.codec import stamp
from bot.store.tables import Connection, marks


async def chats_with(connection: Connection, person: str, series: Sequence[str]) -> list[str]:
    """Return the chats of these series (by name) where a person, by their key, said something.

    What they have withdrawn there does not count.
    """
    platform, _, author = person.partition(":")
    rows = await connection.rows(
        "SELECT DISTINCT m.chat FROM messages m JOIN chats c ON c.chat = m.chat "
        f"WHERE m.author = ? AND m.room LIKE ? AND m.role <> 'bot' AND m.said = 1 "
        f"AND m.withdrawn = 0 AND c.series IN ({marks(series)}) ORDER BY m.chat",
        (author, f"{platform}:%", *series),
    )
    return [chat for (chat,) in rows]


async def speakers(
    connection: Connection, platform: str, series: Sequence[str], since: datetime
) -> dict[Room, list[str]]:
    """Return whose words stand in the chats of these series that ended since then, by room.

    People are given by their ids on the platform; who was erased is not among them.
    """
    rows = await connection.rows(
        "SELECT DISTINCT m.room, m.author FROM messages m JOIN chats c ON c.chat = m.chat "
        f"WHERE c.series IN ({marks(series)}) AND c.ends_at > ? AND m.room LIKE ? "
        "AND m.role <> 'bot' AND m.said = 1 AND m.withdrawn = 0 ORDER BY m.room, m.author",
        (*series, stamp(since), f"{platform}:%"),
    )
    found: dict[Room, list[str]] = {}
    for room, author in rows:
        if not is_erased(author):
            found.setdefault(Room.parse(room), []).append(author)
    return found
