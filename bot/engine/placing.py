"""Where a message stands: when it was said, and under which topics.

In this order; the reason is kept with the message:

1. `moderator`: a moderator said where it stands;
2. `label`: its wording names topics that were posted when it was worded;
3. `thread`: it stands in the thread of a topic that was posted by then;
4. `reply`: it answers a message that is tied;
5. `time`: the last topic posted in its room before its own time;
6. `none`.

`docs/placing.md` shows it by examples; what a label is stands in `bot/engine/labels.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.engine import events, measures, steps
from bot.engine.events import Event
from bot.engine.messages import Message, PlacedBy, Timing
from bot.engine.people import Role
from bot.engine.state import Chat


def place(chat: Chat, message: Message, parent: Message | None) -> Message:
    """Return the message with its timing and topics, as the chat stands now.

    `parent` is the message that it answers. Somebody can only answer what was said before, so
    a reply to something later is no reply; this also keeps circles of replies out.
    """
    topics, placed_by = _topics(chat, message, parent)
    timing = _timing(chat, message)
    if (timing, topics, placed_by) == (message.timing, message.topics, message.placed_by):
        return message
    return message._replace(timing=timing, topics=topics, placed_by=placed_by)


def _timing(chat: Chat, message: Message) -> Timing:
    """Say when it was said, against the window; the bot's own closing post is not late."""
    if message.at < chat.opens_at:
        return Timing.EARLY
    late = message.at > chat.ends_at and message.role is not Role.BOT
    return Timing.LATE if late else Timing.ON_TIME


def _topics(
    chat: Chat, message: Message, parent: Message | None
) -> tuple[tuple[int, ...], PlacedBy]:
    if chat.corrections and (corrected := chat.corrections.get(message.key)) is not None:
        return corrected, PlacedBy.MODERATOR
    if message.labels and (named := _posted_by(chat, message)):
        return named, PlacedBy.LABEL
    if message.thread is not None and (threaded := _of_thread(chat, message)):
        return threaded, PlacedBy.THREAD
    if parent is not None and _can_answer(message, parent):
        return parent.topics, PlacedBy.REPLY
    open_topic = _open_at(chat, message)
    return (open_topic, PlacedBy.TIME) if open_topic else ((), PlacedBy.NONE)


def _posted_by(chat: Chat, message: Message) -> tuple[int, ...]:
    """Return the labels that are topics: posted, in any room, when the message was worded."""
    worded_at = message.worded_at or message.at
    return tuple(
        number
        for number in message.labels
        if number <= len(chat.topics)
        and (posted_at := chat.topics[number - 1].posted_at) is not None
        and posted_at <= worded_at
    )


def _of_thread(chat: Chat, message: Message) -> tuple[int, ...]:
    """Return the topic in whose thread it stands, posted by then in its room.

    What is posted later changes nothing: see `unsettles`.
    """
    return tuple(
        topic.number
        for topic in chat.topics
        if any(
            post.thread == message.thread and post.room == message.room and post.at <= message.at
            for post in topic.posts
        )
    )


def _can_answer(message: Message, parent: Message) -> bool:
    return (
        parent.said
        and parent.chat == message.chat
        and bool(parent.topics)
        and (parent.at, parent.id) < (message.at, message.id)
    )


def _open_at(chat: Chat, message: Message) -> tuple[int, ...]:
    posted = [
        (post.at, topic.number)
        for topic in chat.topics
        for post in topic.posts
        if post.at <= message.at and post.room == message.room
    ]
    return (max(posted)[1],) if posted else ()


def unsettles(event: Event) -> datetime | None:
    """Return the time from which on messages must be placed anew after an event, or None.

    These are the messages that were said or last worded at that time or later, and those that
    answer a message whose topics change by it.
    """
    match event:
        case events.TopicPosted(at=at) | events.Closed(at=at) | events.Extended(at=at):
            return at
        case steps.Held(at=at, rule=str(rule)) if rule:
            return at  # the message's own time
        case measures.Muted(since=since) | measures.Unmuted(since=since):
            return since
        case events.Replanned():
            return datetime.min.replace(tzinfo=UTC)
    return None
