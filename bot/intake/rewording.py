"""Notices that words are changed or gone which closing posts quote, so that these change too.

A post in one of Rounds' own rooms is a row of the store: it loses its words at once, in the same
transaction, and gets others when its turn comes.

What others quote of words that are gone is taken out of what they wrote, and what they quote of
words that are held back, or shown again, is shown anew (`bot.intake.unquoting`).
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from datetime import datetime

from bot.engine import events, signals
from bot.engine.agenda import OWN
from bot.engine.chat import decide, react
from bot.engine.events import Event
from bot.engine.fold import apply
from bot.engine.messages import Message, message_key
from bot.engine.state import Chat
from bot.intake.noting import note
from bot.intake.unquoting import Quotations, Sound
from bot.store import checkins, pages, queue
from bot.store.tables import Tables


class Rewordings:
    """Which messages one transaction changed, by chat."""

    def __init__(self) -> None:
        self._keys: dict[str, set[str]] = {}
        self._quotations = Quotations()

    def see(self, before: Message | None, message: Message) -> None:
        """Look at a message that is written anew."""
        self._quotations.see(before, message)
        if before is not None and before.said and _words(before) != _words(message):
            self._keys.setdefault(message.chat, set()).add(message.key)

    async def watch(self, tables: Tables, chat: Chat, change: Awaitable[None]) -> None:
        """Let something change many messages of a chat at once."""
        before = await _quoted(tables, chat)
        await change
        for message in await _quoted(tables, chat):
            known = (one for one in before if one.key == message.key)
            self.see(next(known, None), message)

    def see_unkept(self, message: Message, text: str) -> None:
        """Look at a message that was withdrawn before its text arrived, or is told once more."""
        self._quotations.see_unkept(message, text)

    async def withdraw(self, tables: Tables, chat: str, person: str) -> None:
        """Blank what somebody, by their key, said in a chat, having looked at it."""
        await self._quotations.see_leaving(tables.connection, chat, person)
        platform, _, author = person.partition(":")
        await tables.withdraw(chat, platform, author)

    async def unquoted(self, tables: Tables, floors: Sound) -> list[tuple[Message, Message]]:
        """Return what others quote of what was seen until now, as it is and as it is to be.

        Everything must have been written. What stays as it is may be shown otherwise by now.
        """
        found = await self._quotations.unquoted(tables, floors)
        for message, _ in found:
            self._keys.setdefault(message.chat, set()).add(message.key)
        return found

    def again(self, chat: Chat) -> None:
        """Let a chat's posts quote anew: somebody wants to be shown otherwise."""
        self._keys.setdefault(chat.id, set()).update(*chat.quoted.values())

    def all(self, at: datetime) -> Iterator[tuple[str, signals.Reworded]]:
        """Return what was changed until now: chat and signal."""
        seen, self._keys = self._keys, {}
        for chat, keys in seen.items():
            yield chat, signals.Reworded(at, frozenset(keys))


def _words(message: Message) -> tuple[object, ...]:
    return message.text, message.withdrawn, bool(message.attachments), message.name, message.held


async def _quoted(tables: Tables, chat: Chat) -> list[Message]:
    return await tables.messages(sorted(frozenset().union(*chat.quoted.values())))


def posts_to_blank(chat: Chat, happened: Sequence[Event]) -> list[str]:
    """Return the keys of posts in our own rooms that quote what has changed."""
    rooms = {
        room
        for event in happened
        if isinstance(event, events.QuotesChanged)
        for room in event.rooms
        if room.platform == OWN and room in chat.closings
    }
    return sorted(message_key(room, chat.closings[room].ref) for room in rooms)


# ---------------------------------------------------------------- from outside of a running house


@contextlib.asynccontextmanager
async def watched(tables: Tables, now: datetime) -> AsyncIterator[None]:
    """Let a block change messages of any chats; closing posts that quote them are changed too."""
    chats = await pages.sound(tables, await checkins.quoting(tables.connection))
    before = {chat.id: await _quoted(tables, chat) for chat in chats.values()}
    yield
    for chat in (await tables.load(list(chats))).values():
        seen = Rewordings()
        after = {message.key: message for message in await _quoted(tables, chat)}
        for message in before[chat.id]:
            seen.see(message, after.get(message.key, message._replace(text="", withdrawn=True)))
        for _, signal in seen.all(now):
            await _requote(tables, chat, signal)


async def _requote(tables: Tables, chat: Chat, signal: signals.Reworded) -> None:
    for event in decide(chat, signal):
        chat = apply(chat, event)
        await note(tables, [(chat.id, chat.seq, event)], {chat.id: chat})
        actions = [(chat.id, chat.seq, n, action) for n, action in enumerate(react(chat, event))]
        await queue.put(tables.connection, actions, signal.at)
        posts = await tables.messages(posts_to_blank(chat, [event]))
        await tables.put_messages(post._replace(text="") for post in posts)
        tables.erases = True
