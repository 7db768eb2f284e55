"""Sees which words are gone in a transaction, and takes them out of what others quote of them.

1.  Words are gone where a message is withdrawn or deleted, where everything of somebody is, and
    where a wording is replaced that was not to be shown in public: nobody could tell later that
    it is quoted.
2.  Words that are held back, or shown again, stay as they are, and so do quotations of them. Who
    may see these is decided where they are shown (`bot.engine.showing`), so pages and closing
    posts that show them are made anew.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.engine.messages import Message
from bot.engine.quoting import lines_of
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store.quoting import lines_by, quoting
from bot.store.tables import Connection, Tables
from bot.transcripts.edition import showing_of


class Sound(Protocol):
    """Who knows the chats of the transaction (`bot.intake.floors`)."""

    async def sound(self, chats: Collection[str]) -> list[Chat]:
        """Return those of these chats whose logs can be read."""
        ...


class Quotations:
    """What one transaction changed of what may be quoted, by chat."""

    def __init__(self) -> None:
        self._gone: dict[str, set[str]] = {}
        self._moved: dict[str, set[str]] = {}
        self._replaced: dict[str, list[tuple[Message, frozenset[str]]]] = {}

    def see(self, before: Message | None, message: Message) -> None:
        """Look at a message that is written anew."""
        if before is None or not before.text or before.is_ours:
            return
        if not message.text:
            self._add(self._gone, message.chat, lines_of(before.text))
            return
        if before.text != message.text:
            old = lines_of(before.text) - lines_of(message.text)
            if old:
                self._replaced.setdefault(message.chat, []).append((before, old))
        if before.held != message.held:
            self._add(self._moved, message.chat, lines_of(message.text))

    def see_unkept(self, message: Message, text: str) -> None:
        """Look at a message of which a text is told that is withdrawn."""
        if message.withdrawn and text and not message.is_ours:
            self._add(self._gone, message.chat, lines_of(text))

    async def see_leaving(self, connection: Connection, chat: str, person: str) -> None:
        """Look at what somebody, by their key, said in a chat."""
        self._add(self._gone, chat, await lines_by(connection, chat, person))

    async def unquoted(self, tables: Tables, floors: Sound) -> list[tuple[Message, Message]]:
        """Return the messages that quote what was seen until now, and as they are to be."""
        await self._weigh(tables, floors)
        gone, self._gone = self._gone, {}
        moved, self._moved = self._moved, {}
        found: dict[str, tuple[Message, Message]] = {}
        for chat, lines in moved.items():
            for message, _ in await quoting(tables.connection, chat, lines):
                found[message.key] = (message, message)
        for chat, lines in gone.items():
            tables.erases = True
            for message, after in await quoting(tables.connection, chat, lines):
                found[message.key] = (message, after)
        return list(found.values())

    async def _weigh(self, tables: Tables, floors: Sound) -> None:
        """Let those wordings be gone that were replaced while they were not to be shown."""
        replaced, self._replaced = self._replaced, {}
        for chat in await floors.sound(list(replaced)):
            showing = await showing_of(tables, chat, Audience.PUBLIC, ())
            for before, lines in replaced[chat.id]:
                if not showing.shown(before).text:
                    self._add(self._gone, chat.id, lines)

    def _add(self, to: dict[str, set[str]], chat: str, lines: frozenset[str]) -> None:
        if lines:
            to.setdefault(chat, set()).update(lines)
