"""In which public editions of transcripts the words of somebody stood when they were handed out."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.store.codec import moment
from bot.store.tables import Connection


class Shown(NamedTuple):
    """A public edition of a chat, and when it was handed out first as it was then."""

    chat: str
    at: datetime


_TOLD = (
    "SELECT p.chat, p.message, p.number, p.silence FROM published p "
    "JOIN messages m ON m.key = p.message WHERE {} ORDER BY p.chat, p.message, p.number"
)


async def with_words_of(
    connection: Connection, person: str, chat: str | None = None
) -> list[Shown]:
    """Return the editions that showed words of a person (by their key), of one chat or of all."""
    platform, _, author = person.partition(":")
    where, values = "m.author = ? AND m.room LIKE ?", (author, f"{platform}:%")
    if chat is not None:
        where, values = f"{where} AND p.chat = ?", (*values, chat)  # type: ignore[assignment]
    return await _shown(connection, where, values)


async def with_message(connection: Connection, key: str) -> list[Shown]:
    """Return the editions that showed the words of a message."""
    return await _shown(connection, "m.key = ?", (key,))


async def _shown(connection: Connection, where: str, values: tuple[str, ...]) -> list[Shown]:
    """Return editions in the order of their chats and numbers.

    Of a message a row says what it was from that number on, until the next row says otherwise.
    """
    spans: dict[tuple[str, str], list[tuple[int, bool]]] = {}
    for chat, message, number, silence in await connection.rows(_TOLD.format(where), values):
        spans.setdefault((chat, message), []).append((number, not silence))
    found = []
    for chat in dict.fromkeys(chat for chat, _ in spans):
        own = [span for (one, _), span in spans.items() if one == chat]
        for number, at in await connection.rows(
            "SELECT number, at FROM publications WHERE chat = ? ORDER BY number", (chat,)
        ):
            if any(_shows(span, number) for span in own):
                found.append(Shown(chat, moment(at)))
    return found


def _shows(span: list[tuple[int, bool]], number: int) -> bool:
    shown = [shows for since, shows in span if since <= number]
    return bool(shown) and shown[-1]
