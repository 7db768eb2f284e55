"""Who is meant where a moderator names somebody who wrote in a chat."""

from __future__ import annotations

from typing import NamedTuple

from bot.engine.people import Role
from bot.store.tables import Connection


class Speaker(NamedTuple):
    """Somebody who wrote in a chat, by the platform's id, as they were last called there."""

    id: str
    name: str
    role: Role


async def named(connection: Connection, chat: str, platform: str, given: str) -> list[Speaker]:
    """Return those who wrote in a chat on a platform and have this id, or else are called so.

    Names are compared without regard to capital and small letters.
    """
    rows = await connection.rows(
        "SELECT author, name, role, MAX(at) FROM messages WHERE chat = ? AND said = 1 "
        "AND room LIKE ? GROUP BY author, name, role ORDER BY MAX(at)",
        (chat, f"{platform}:%"),
    )
    speakers = {author: Speaker(author, name, Role(role)) for author, name, role, _ in rows}
    if given in speakers:
        return [speakers[given]]
    return [one for one in speakers.values() if one.name.casefold() == given.casefold()]
