"""What moderators have to look at: the messages that are held back."""

from __future__ import annotations

from bot.engine.messages import Message
from bot.store.codec import MESSAGE_COLUMNS, message_of
from bot.store.tables import Connection


async def held(connection: Connection, chat: str, most: int) -> list[Message]:
    """Return the latest messages of a chat that are held back, in order of their time."""
    rows = await connection.rows(
        f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE chat = ? AND held <> '' AND said = 1 "
        "ORDER BY at DESC, key DESC LIMIT ?",
        (chat, most),
    )
    return [message_of(row) for row in reversed(rows)]
