"""Writes what happened into chats' logs, and what the store's lists repeat of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.engine import events
from bot.engine.events import Event
from bot.engine.floor import is_shared
from bot.engine.state import Chat
from bot.store.tables import Tables


async def note(
    tables: Tables, happened: Sequence[tuple[str, int, Event]], chats: Mapping[str, Chat]
) -> None:
    """Write events (chat, seq, event); `chats` are those chats after them, by id.

    Raises Conflict where another process has written one of them.
    """
    if not happened:
        return
    touched = [chats[chat] for chat in dict.fromkeys(chat for chat, _, _ in happened)]
    await tables.append(happened)
    await tables.put_chats(touched)
    plans = events.Planned | events.Replanned
    planned = {chat for chat, _, event in happened if isinstance(event, plans)}
    held = ((room, chat.id) for chat in touched if chat.id in planned for room in chat.agenda.rooms)
    await tables.put_rooms(list(held))
    opened = events.ThreadOpened | events.TopicPosted
    await tables.put_threads(
        [
            (event.room, event.thread, chat)
            for chat, _, event in happened
            if isinstance(event, opened) and event.thread and is_shared(event.room.platform)
        ]
    )
