"""What of a chat has come due: its opening, its topics, its end, whatever nobody has to ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.engine import calling, conduct, events, keeping, pace
from bot.engine.events import Event
from bot.engine.fold import apply
from bot.engine.state import Chat, Stage, TopicState

LEFT_ALONE = timedelta(days=7)
"""How long Discord leaves a thread without talk alone, at most (`auto_archive_duration`)."""

KEPT_OPEN_EVERY = timedelta(days=6)


def due(chat: Chat, now: datetime) -> Iterator[Event]:
    """Yield everything whose moment has come, one by one, each against what came before it."""
    while events_due := _next_due(chat, now):
        for event in events_due:
            yield event
            chat = apply(chat, event)


def _next_due(chat: Chat, now: datetime) -> list[Event]:
    if called := calling.due(chat, now):
        return called
    if (of_conduct := conduct.due(chat, now)) and not is_overslept(chat, now):
        return of_conduct
    if chat.stage is Stage.PLANNED:
        return _due_before_opening(chat, now)
    if chat.stage is not Stage.OPEN:
        return keeping.blanks(chat, now)
    if now >= chat.closes_at:
        return [events.Closed(now)]
    if chat.waiting and not chat.paused and chat.waiting[0].due <= now:
        return _open_topic(chat, chat.waiting[0], now)
    keep = keep_open_at(chat)
    return [events.KeptOpen(now)] if keep is not None and keep <= now else []


def is_overslept(chat: Chat, now: datetime) -> bool:
    """Whether the whole window passed while nobody was there to open the chat."""
    return chat.stage is Stage.PLANNED and now >= chat.closes_at


def _due_before_opening(chat: Chat, now: datetime) -> list[Event]:
    if is_overslept(chat, now):
        return [events.Missed(now)]
    for before in chat.reminders:
        moment = chat.opens_at - before
        if moment <= now:
            sent = now - moment <= pace.ON_TIME
            return [(events.Reminded if sent else events.ReminderLapsed)(now, before)]
    return [events.Opened(now)] if now >= chat.opens_at else []


def _open_topic(chat: Chat, topic: TopicState, now: datetime) -> list[Event]:
    opened = events.TopicOpened(now, topic.number)
    if now - topic.due > pace.ON_TIME:
        moments = {t.number: t.due for t in chat.waiting[1:]}
        dues = pace.after_delay(topic.due, now, moments, chat.closes_at)
        if dues != moments:
            # The new moments first: the topic's post says when the next one comes.
            return [events.Rescheduled(now, tuple(dues.items())), opened]
    return [opened]


def keep_open_at(chat: Chat) -> datetime | None:
    """Return when the threads must be kept open next; None: the chat is over before."""
    since = chat.kept_open_at or chat.opened_at or chat.opens_at
    last_by = since + LEFT_ALONE
    return since + KEPT_OPEN_EVERY if chat.threaded and last_by < chat.closes_at else None
