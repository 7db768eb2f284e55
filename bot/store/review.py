"""What moderators have to look at: the messages that are held back."""

from __future__ import annotations

from bot.engine.messages import Hold, Message
from bot.store.codec import MESSAGE_COLUMNS, message_of
from bot.store.tables import Connection


async def held(connection: Connection, chat: str, most: int) -> list[Message]:
    """Return the latest messages of a chat that are held back, the latest first.

    Before those that a rule of conduct holds come all others: a flood hides no cry for help, and
    nothing by which a patient could be known.
    """
    rows = await connection.rows(
        f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE chat = ? AND held <> '' AND said = 1 "
        "ORDER BY CASE held WHEN ? THEN 1 ELSE 0 END, at DESC, key DESC LIMIT ?",
        (chat, Hold.RULE.value, most),
    )
    return [message_of(row) for row in rows]
