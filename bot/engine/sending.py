"""What becomes of an action when its turn comes, which may be long after it was decided.

1. What cannot be of use any more lapses: a reminder at the opening; opening, topics and notices
   with the end of the window; everything else after a week.
2. Of several topics that a room could not be given at their moments, the first goes out at once
   and the others two minutes apart.
3. Posts of a chat that has a thread of its own in the room are said there, but for what calls
   people together (reminder, opening) and what is published.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.engine.actions import Action, Archive, KeepOpen, Post, PostKind
from bot.engine.pace import APART, ON_TIME
from bot.engine.state import Chat

GIVEN_UP_AFTER = timedelta(days=7)
"""How long the end of a chat, and words to its moderators, wait for a way."""

_IN_THE_ROOM = (PostKind.REMINDER, PostKind.OPENING, PostKind.TRANSCRIPT)


def when_its_turn_comes(
    chat: Chat, action: Action, queued_at: datetime, now: datetime
) -> Action | datetime | None:
    """Return the action with the threads it goes to, a later moment for it, or None: lapsed."""
    if now >= _lapses_at(chat, action, queued_at):
        return None
    match action:
        case Post():
            return _not_before(chat, action, now) or _addressed(chat, action)
        case KeepOpen() | Archive():
            return replace(action, threads=chat.threads_in(action.room))
    return action


def _lapses_at(chat: Chat, action: Action, queued_at: datetime) -> datetime:
    match action:
        case Post(kind=PostKind.REMINDER):
            end = chat.opens_at
        case Post(kind=PostKind.OPENING | PostKind.TOPIC | PostKind.NOTICE) | KeepOpen():
            end = chat.ends_at
        case _:
            end = queued_at + GIVEN_UP_AFTER
    return max(end, queued_at + ON_TIME)  # what is decided at the last moment still goes out


def _addressed(chat: Chat, post: Post) -> Post:
    into = None if post.kind in _IN_THE_ROOM else chat.threads.get(post.room)
    return replace(post, into=into)


def _not_before(chat: Chat, post: Post, now: datetime) -> datetime | None:
    """Return the moment for which a topic must wait, where the one before it has just come late."""
    if post.topic is None:
        return None
    posted = [
        (there.at, topic.opened_at or there.at)
        for topic in chat.topics
        for there in topic.posts
        if there.room == post.room
    ]
    if not posted:
        return None
    last, last_due = max(posted)
    due = chat.topics[post.topic - 1].opened_at or now
    was_late = last - last_due > ON_TIME or now - due > ON_TIME
    return last + APART if was_late and now < last + APART else None
