"""Finds what is quoted in a chat, and in which messages; only those with a `>` are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping

from bot.engine.erasing import reworded
from bot.engine.messages import Message
from bot.engine.quoting import lines_of, quoted_in, quotes, without
from bot.engine.showing import Showing
from bot.store.codec import MESSAGE_COLUMNS, message_of
from bot.store.departures import OURS_BY_SQL
from bot.store.spoken import BEGINNING
from bot.store.tables import Connection, Tables

_AT_ONCE = 500
_BLANKS = " \t\r\xa0"


async def lines_by(connection: Connection, chat: str, person: str) -> frozenset[str]:
    """Return the lines that somebody, by their key, said in a chat and that may be quoted there."""
    platform, _, author = person.partition(":")
    rows = await connection.rows(
        "SELECT text FROM messages WHERE chat = ? AND author = ? AND room LIKE ? AND said = 1 "
        "AND role <> 'bot' AND text <> ''",
        (chat, author, f"{platform}:%"),
    )
    return frozenset().union(*(lines_of(text) for (text,) in rows))


async def quoting(
    connection: Connection, chat: str, lines: Collection[str]
) -> list[tuple[Message, Message]]:
    """Return the messages of a chat that quote one of these lines, as they are and without them.

    What was edited is worded a moment later then (`bot.engine.erasing.reworded`).
    """
    found: list[tuple[Message, Message]] = []
    if not lines:
        return found
    async for message in _that_quote(connection, chat):
        text = without(message.text, lines)
        if text != message.text:
            found.append((message, reworded(message._replace(text=text))))
    return found


async def take_out(tables: Tables, gone: Mapping[str, Collection[str]]) -> None:
    """Take lines out of what others wrote, by the chats in which they were said."""
    for chat, lines in gone.items():
        found = await quoting(tables.connection, chat, lines)
        await tables.put_messages(after for _, after in found)


async def withheld(
    connection: Connection, showing: Showing, texts: Iterable[str] | None = None
) -> frozenset[str]:
    """Return the lines that are quoted in some texts, and stand in messages that are not shown.

    Without `texts` these are all of the chat. Only lines that are quoted are kept in memory.
    """
    if texts is None:
        if showing.hides_what_is_held_alone and not await _holds(connection, showing.chat.id):
            return frozenset()
        lines = await quoted(connection, showing.chat.id)
    else:
        lines = frozenset().union(*map(quoted_in, texts))
    if not lines:
        return frozenset()
    found: set[str] = set()
    async for text in _hidden(connection, showing):
        found |= lines & lines_of(text)
    return frozenset(found)


async def quoted(connection: Connection, chat: str) -> frozenset[str]:
    """Return all lines that are quoted in a chat."""
    lines: set[str] = set()
    async for message in _that_quote(connection, chat):
        lines |= quoted_in(message.text)
    return frozenset(lines)


async def _holds(connection: Connection, chat: str) -> bool:
    rows = await connection.rows(
        "SELECT 1 FROM messages WHERE chat = ? AND held <> '' AND text <> '' LIMIT 1", (chat,)
    )
    return bool(rows)


async def _hidden(connection: Connection, showing: Showing) -> AsyncIterator[str]:
    """Yield the texts of a chat that are kept and not shown."""
    after = BEGINNING
    held = "AND held <> '' " if showing.hides_what_is_held_alone else ""
    while True:
        rows = await connection.rows(
            "SELECT at, key, room, author, role, timing, held, concerns, text FROM messages "
            f"WHERE chat = ? AND (at, key) > (?, ?) AND text <> '' AND said = 1 {held}"
            f"AND NOT ({OURS_BY_SQL}) ORDER BY at, key LIMIT ?",
            (showing.chat.id, *after, _AT_ONCE),
        )
        for _, _, room, author, role, timing, why, concerns, text in rows:
            person = f"{room.partition(':')[0]}:{author}"
            if showing.withholds(person, role, timing, why, concerns.split()):
                yield text
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1][:2]


async def _that_quote(connection: Connection, chat: str) -> AsyncIterator[Message]:
    after = BEGINNING
    while True:
        rows = await connection.rows(
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE chat = ? AND (at, key) > (?, ?) "
            "AND text LIKE '%>%' AND (text LIKE ? OR LTRIM(text, ?) LIKE '>%') "
            f"AND NOT ({OURS_BY_SQL}) ORDER BY at, key LIMIT ?",
            (chat, *after, "%\n%>%", _BLANKS, _AT_ONCE),
        )
        for message in map(message_of, rows):
            if quotes(message.text):
                yield message
        if len(rows) < _AT_ONCE:
            return
        after = (rows[-1][5], rows[-1][0])
