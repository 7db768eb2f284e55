"""What a chat must know of a message that has just been written: it may have to tell its author."""

from __future__ import annotations

from datetime import datetime

from bot.engine import unchecked
from bot.engine.floor import is_open_ended
from bot.engine.hearing import came_late
from bot.engine.holds import noticed
from bot.engine.messages import Message
from bot.engine.signals import Signal, SpokeLate
from bot.engine.state import Chat
from bot.intake.watch import with_country
from bot.store import checkins
from bot.store.tables import Tables


async def news_of(
    tables: Tables, chat: Chat, before: Message | None, message: Message, at: datetime
) -> list[Signal]:
    """Return what is news of a message to its chat, to be decided in this order.

    `before` is its row until now, `at` when it was told. Who speaks after the end is told so where
    people are still let in (Slack); who has to check in first, how.
    """
    news: list[Signal] = []
    is_new = message.said and not (before is not None and before.said)
    if is_new and came_late(message) and is_open_ended(message.room.platform):
        news.append(SpokeLate(at, message.room, message.author, message.thread))
    if (seen := noticed(before, message)) is not None:
        news.append(await with_country(tables, chat, seen))
    if is_new and unchecked.must_check_in(chat, message):
        said = await checkins.of(tables.connection, chat.series, message.author_key)
        news += [] if said else [unchecked.spoke(message)]
    return news
