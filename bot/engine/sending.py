"""What becomes of an action when its turn comes, which may be long after it was decided.

1. What cannot be of use any more lapses: a reminder at the opening, or once its chat was moved,
   cancelled or taken out of the room; opening, topics and notices with the end of the window;
   what takes words out of a closing post after three months, what asks a moderator to come once
   the next one is asked or somebody has come, everything else after a week. A topic
   or an opening that was tried before is looked for, for a week: it may have been posted, and the
   answer lost.
2. Of several topics that a room could not be given at their moments, the first goes out at once
   and the others two minutes apart; where the window ends sooner, evenly over what is left of it.
   What a moderator asks for at that moment waits for none of this.
3. Posts of a chat that has a thread of its own in the room are said there, but for what calls
   people together (reminder, opening) and what is published. Where that thread is missing they
   are said in the room itself, and the first topic among them opens another thread.

A room on a platform that is not set up is one that cannot be reached: its actions wait until then,
and lapse like any others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.engine import wording
from bot.engine.actions import (
    Action,
    Amend,
    Archive,
    KeepOpen,
    Moment,
    Post,
    PostKind,
    SlowMode,
    Tell,
    TimeOut,
    Whisper,
)
from bot.engine.floor import is_threaded
from bot.engine.pace import APART, ON_TIME
from bot.engine.state import Chat, Stage

GIVEN_UP_AFTER = timedelta(days=7)
"""How long the end of a chat, and words to its moderators, wait for a way."""

WITHDRAWN_WITHIN = timedelta(days=90)
"""How long it is tried to take words out of a closing post that are gone where they were said."""

_LATER = timedelta(microseconds=1)

HEARD_WITHIN = timedelta(minutes=10)
"""How long words that one person sees once, and only while there, are of use."""

_IN_THE_ROOM = (PostKind.REMINDER, PostKind.OPENING, PostKind.TRANSCRIPT)


def when_its_turn_comes(
    chat: Chat, action: Action, queued_at: datetime, now: datetime, *, tried: bool = False
) -> Action | datetime | None:
    """Return the action with the threads it goes to, a later moment for it, or None: lapsed.

    `tried`: it was given to its platform before, and nobody knows what came of it.
    """
    lapses = lapses_at(chat, action, queued_at)
    if now >= lapses:
        return _looked_for(chat, action) if tried and now < lapses + GIVEN_UP_AFTER else None
    match action:
        case Post():
            return _not_before(chat, action, now) or _addressed(chat, action)
        case KeepOpen() | Archive():
            return replace(action, threads=chat.threads_in(action.room))
        case SlowMode(place=place):
            return replace(action, threads=chat.threads_in(place))
        case Amend():
            return _found(chat, action)
    return action


def done_at(chat: Chat, action: Action, now: datetime) -> datetime:
    """Return as of when an action is done at `now`: after the topics that stand in its room.

    So a clock that was set back puts no post before one that was made earlier.
    """
    posts = (post.at for topic in chat.topics for post in topic.posts if post.room == action.room)
    return max([now, *(at + _LATER for at in posts)])


def lapses_at(chat: Chat, action: Action, queued_at: datetime) -> datetime:
    """Return from when on an action is of no use any more, as the chat stands now."""
    match action:
        case Post(kind=PostKind.REMINDER):
            if not _announces(chat, action):
                return queued_at
            end = chat.opens_at
        case Post(kind=PostKind.OPENING | PostKind.TOPIC | PostKind.NOTICE) | KeepOpen():
            end = chat.ends_at
        case SlowMode(until=until) | TimeOut(until=datetime() as until):
            end = until
        case Whisper():
            end = queued_at + HEARD_WITHIN
        case Tell(call=number, page=page) if page:
            end = _of_use_until(chat, number, page, queued_at)
        case Amend(recalls=True):
            end = queued_at + WITHDRAWN_WITHIN
        case _:
            end = queued_at + GIVEN_UP_AFTER
    return max(end, queued_at + ON_TIME)  # what is decided at the last moment still goes out


def _of_use_until(chat: Chat, number: int, page: int, queued_at: datetime) -> datetime:
    """Return until when it is of use to ask somebody to come: the next one is asked meanwhile."""
    call = chat.calls.get(number)
    is_over = call is None or call.taken_at is not None or page < len(call.pages)
    return queued_at if is_over else queued_at + GIVEN_UP_AFTER


def _found(chat: Chat, amend: Amend) -> Amend | None:
    """Return the change with the post that it is for; None: none stands there."""
    room = amend.room
    if amend.topic is None:
        away = room in chat.archived
        closings = [chat.closings[room]] if room in chat.closings else []
        found = (replace(amend, ref=c.ref, into=c.thread, put_away=away) for c in closings)
    else:
        posts = (post for post in chat.topics[amend.topic - 1].posts if post.room == room)
        found = (replace(amend, ref=post.ref) for post in posts)
    return next(found, None)


def _announces(chat: Chat, reminder: Post) -> bool:
    """Whether a reminder still says what is to come: this chat, in this room, at that moment."""
    moments = [piece.at for piece in reminder.words if isinstance(piece, Moment)]
    moved = any(at != chat.opens_at for at in moments)
    return chat.stage is not Stage.CANCELLED and reminder.room in chat.agenda.rooms and not moved


def _looked_for(chat: Chat, action: Action) -> Post | None:
    """Return a post on which something hangs as one that counts only if it stands there."""
    if not isinstance(action, Post) or (action.topic is None and action.opens is None):
        return None
    into = None if action.kind in _IN_THE_ROOM else chat.threads.get(action.room)
    return replace(action, into=into, only_found=True)


def _addressed(chat: Chat, post: Post) -> Post:
    if post.kind in _IN_THE_ROOM:
        return post
    into = chat.threads.get(post.room)
    lost = into is None and not chat.agenda.thread_per_topic and is_threaded(post.room.platform)
    if lost and post.topic is not None:
        return replace(post, opens=wording.own_thread(chat))
    return replace(post, into=into)


def _not_before(chat: Chat, post: Post, now: datetime) -> datetime | None:
    """Return the moment for which a topic must wait, where the one before it has just come late."""
    posted = [
        (there.at, topic.opened_at or there.at)
        for topic in chat.topics
        for there in topic.posts
        if there.room == post.room
    ]
    if post.topic is None or not posted:
        return None
    last, last_opened = max(posted)
    topic = chat.topics[post.topic - 1]
    opened = topic.opened_at or now
    is_late = now - opened > ON_TIME
    is_asked_for = opened < topic.due
    if not is_late and (is_asked_for or last - last_opened <= ON_TIME):
        return None
    waiting = [number for number in chat.lacking_in(post.room) if number >= post.topic]
    earliest = last + min(APART, (chat.ends_at - last) / (len(waiting) + 1))
    return earliest if now < earliest else None
