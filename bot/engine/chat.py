"""All choices of a chat.

    decide(chat, signal) -> events     every choice, and every refusal
    react(chat, event)   -> actions    no action without an event
    wake_at(chat)        -> datetime   when something must happen although nobody speaks

What an event makes of a chat, without a choice, is `apply` in `bot.engine.fold`. Of the choices,
what comes due by itself is in `bot.engine.dues`, what moderators ask for in `bot.engine.steering`.

The rules:

1.  A chat exists from its plan on (what is said before the opening is early), opens at its
    moment, or late if nobody was there, and closes itself. A chat whose whole window passed
    unseen is missed, not opened, and its moderators are told, of several in a row at once. It is
    missed also where its agenda was taken back afterwards; where it was moved to a moment that
    is still to come it is held then.
2.  A topic is opened at its moment, in order, once. After an absence or a pause the first
    overdue topic comes at once, the other overdue ones two minutes apart, and the rest keep
    their distance while the window allows (`bot.engine.pace`).
3.  `next` uses up the next topic's own moment; `skip` leaves it out and its number stays.
4.  An added topic follows the last one at the usual distance.
5.  A reminder later than on time (10 s) is not sent.
6.  Only a moderator changes a chat; everybody may withdraw.
7.  The chat is counted once after its end; then come closing post, lock and archive, and its
    moderators are sent the transcript.
8.  Where a platform refuses, or can never do something, the moderators are told, once for each
    reason, and again when it goes on. Nothing else follows: the schedule and the other rooms go
    on, and commands work as ever. So `next` opens a topic there too, which is posted when it can
    be; `extend` gives what waits more time; a pause holds back only the topics whose moments
    come in it. What waits behind what: an opening that is refused holds up the topics of its
    room. What becomes of it when its turn comes is for `bot.engine.sending`.
9.  Threads of a chat that lasts longer than platforms leave them alone are kept open, also of
    one that comes to last longer.
10. A chat whose thread was deleted goes on in the room, and the next topic opens another thread.
11. What people said is removed so long after the end as the agenda says (`bot.engine.keeping`).
12. Whoever asks for a moderator is heard at any stage of a chat (`bot.engine.calling`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.engine import (
    calling,
    closing,
    commands,
    conduct,
    events,
    hindrances,
    holds,
    keeping,
    measures,
    measuring,
    replies,
    signals,
    steering,
    steps,
    summons,
    telling,
    unchecked,
    wording,
)
from bot.engine.actions import Action, Amend, Archive, KeepOpen, Post, Remove, Whisper
from bot.engine.agenda import Room
from bot.engine.dues import due, is_overslept, keep_open_at
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.floor import is_open_ended
from bot.engine.fold import fold
from bot.engine.people import role_in
from bot.engine.rights import permit
from bot.engine.signals import Signal
from bot.engine.state import Chat, Stage

# ---------------------------------------------------------------- decide


def decide(chat: Chat | None, signal: Signal) -> list[Event]:
    """Say what happens because of `signal`; the empty list: nothing.

    Raises Refused, with a sentence for the person who asked.
    """
    match signal:
        case signals.DateCame():
            return [] if chat else _planned(signal)
        case signals.StartAsked():
            return _started(signal)
    return [] if chat is None else _decide(chat, signal)


def _decide(chat: Chat, signal: Signal) -> list[Event]:
    match signal:
        case signals.Woke(at=at):
            return list(due(chat, at))
        case signals.Overslept(at=at, earlier=earlier, last=last):
            return [events.Missed(at, earlier, last)] if is_overslept(chat, at) else []
        case signals.Asked():
            return steering.asked(chat, signal)
        case signals.Left(at=at, person=person):
            return steering.withdrew(chat, at, person, left=True)
        case signals.AgendaChanged():
            return _replanned(chat, signal)
        case signals.KeepChanged():
            return keeping.keep_set(chat, signal)
        case signals.Counted(at=at, tally=tally):
            return [events.Summarised(at, tally)] if chat.stage is Stage.CLOSED else []
        case signals.Quoting():
            return closing.quoting(chat, signal)
        case signals.Reworded():
            return closing.requoted(chat, signal)
        case signals.Noticed():
            return holds.flagged(chat, signal)
        case signals.SpokeUnchecked():
            return unchecked.asked(chat, signal)
        case signals.HelpAsked():
            return calling.asked(chat, signal)
        case signals.TakeAsked():
            return calling.taken(chat, signal)
        case signals.Breached():
            return conduct.breached(chat, signal)
        case signals.SpokeLate(at=at, room=room, person=person, thread=thread):
            told = f"{room.platform}:{person}" in chat.told_late
            return [] if told else [events.ToldLate(at, room, person, thread)]
    return _reported(chat, signal)


def _reported(chat: Chat, signal: Signal) -> list[Event]:
    """Say what follows from what platforms report, of actions and of rooms."""
    match signal:
        case signals.Delivered():
            return _delivered(chat, signal)
        case signals.Hindered(at=at, action=action, why=why):
            return hindrances.refused(chat, at, action, why)
        case signals.Undeliverable(at=at, key=key, action=action, why=why):
            refused = [] if signal.lapsed else hindrances.refused(chat, at, action, why)
            gave_up = events.GaveUp(at, key, action.room, why)
            unreached = calling.undelivered(chat, signal)
            return [gave_up, *refused, *unreached, *_archived(chat, at, action)]
        case signals.ThreadGone(at=at, room=room, thread=thread):
            known = chat.threads.get(room) == thread
            return [events.ThreadLost(at, room, thread)] if known else []
        case signals.ReadBack(at=at, room=room, why=why):
            return hindrances.read_back(chat, at, room, why)
        case signals.RoomChanged():
            return hindrances.room_changed(chat, signal)
    return []


def _planned(signal: signals.DateCame) -> list[Event]:
    agenda, opens_at = signal.agenda, signal.opens_at
    closes_at = opens_at + agenda.window
    return [
        events.Planned(
            signal.at, signal.chat, signal.series, agenda, opens_at, closes_at, signal.following
        )
    ]


def _started(signal: signals.StartAsked) -> list[Event]:
    """Open a chat by command; the topics count from this moment."""
    permit(commands.Start(signal.series), role_in(signal.agenda, signal.by))
    if signal.running:
        raise Refused(replies.runs_already(signal.agenda.title, signal.running))
    at, agenda = signal.at, signal.agenda
    came = signals.DateCame(at, signal.chat, signal.series, agenda, at, signal.following)
    opened = [*_planned(came), events.Opened(at, signal.by.key)]
    return opened + list(due(fold(opened), at))


def _replanned(chat: Chat, signal: signals.AgendaChanged) -> list[Event]:
    """Take over a rewritten agenda while the chat has not opened; a running one keeps its own."""
    if chat.stage is not Stage.PLANNED:
        return []
    agenda, opens_at = signal.agenda, signal.opens_at
    if agenda is None or opens_at is None:
        return [] if is_overslept(chat, signal.at) else [events.Cancelled(signal.at)]
    if (agenda, opens_at, signal.following) == (chat.agenda, chat.opens_at, chat.following):
        return []
    closes_at = opens_at + agenda.window
    if is_overslept(chat, signal.at) and signal.at >= closes_at:
        return []
    return [events.Replanned(signal.at, agenda, opens_at, closes_at, signal.following)]


def _delivered(chat: Chat, signal: signals.Delivered) -> list[Event]:
    noted, action = hindrances.delivered(chat, signal), signal.action
    if isinstance(action, Remove):
        return [*noted, *conduct.looked(chat, signal, action)]
    if not isinstance(action, Post):
        return [*noted, *_archived(chat, signal.at, action)]
    return [*noted, *_posted(chat, signal, action)]


def _posted(chat: Chat, signal: signals.Delivered, post: Post) -> Iterator[Event]:
    """Note a topic that stands in a room, and a thread that hangs from a post."""
    at, room, ref, thread = signal.at, post.room, signal.ref, signal.thread
    is_the_chats = post.opens is not None and not chat.agenda.thread_per_topic
    if post.topic is not None and post.topic in chat.lacking_in(room):
        own = None if is_the_chats else thread
        yield events.TopicPosted(at, post.topic, room, ref, own)
    if is_the_chats and thread and room not in chat.threads:
        yield events.ThreadOpened(at, room, ref, thread)
    if post.recalls and room not in chat.closings:
        yield events.ClosingPosted(at, room, ref, post.into)


def _archived(chat: Chat, at: datetime, action: Action) -> list[Event]:
    """Note a room that was put away, or never will be; with the last one the chat is archived."""
    if not isinstance(action, Archive) or action.room in chat.archived:
        return []
    away: list[Event] = [events.RoomArchived(at, action.room)]
    if chat.archived | {action.room} >= set(chat.agenda.rooms):
        away.append(events.Archived(at))
    return away


# ---------------------------------------------------------------- react


def react(chat: Chat, event: Event) -> list[Action]:
    """Say what the world must see because of `event`; `chat` is the chat after it."""
    rooms = chat.agenda.rooms
    match event:
        case events.Summarised():
            actions: list[Action] = []
            for room in rooms:
                actions += [*closing.posts(chat, event, room), *_ended(chat, room)]
            return [*actions, *telling.tells(chat, event)]
        case _ if isinstance(event, wording.InRooms):
            return [post for room in rooms for post in wording.posts(chat, event, room)]
        case _ if isinstance(event, telling.Told):
            return [*telling.tells(chat, event)]
        case events.QuotesChanged(rooms=amended):
            return [closing.amended(chat, room) for room in amended]
        case events.ToldLate(room=room, person=person, thread=thread):
            return [Whisper(room, person, thread, wording.came_late(chat))]
        case steps.AskedToCheckIn():
            return [*telling.tells_author(chat, event)]
        case steps.Flagged() | steps.Unflagged():
            return [*telling.tells_author(chat, event), *summons.tells_again(chat, event)]
        case events.KeptOpen():
            return [*map(KeepOpen, chat.threaded)]
        case _ if isinstance(event, steps.OfCall):
            return [*summons.tells(chat, event)]
        case _ if isinstance(event, measures.Measure):
            return measuring.actions(chat, event)
    return []


def _ended(chat: Chat, room: Room) -> list[Action]:
    """Put the chat away in a room; where no thread can be locked its topics say that it is over."""
    amended: list[Action] = []
    if is_open_ended(room.platform):
        opened = (topic.number for topic in chat.topics if topic.opened_at)
        amended = [
            Amend(room, number, wording.closed_topic(chat, number, room)) for number in opened
        ]
    return [*amended, Archive(room, whole=chat.agenda.archive_channel)]


# ---------------------------------------------------------------- wake_at


def wake_at(chat: Chat) -> datetime | None:
    """Return the next moment at which something must happen although nobody speaks."""
    moments = (_wake_at(chat), calling.wake_at(chat), conduct.wake_at(chat))
    return min((moment for moment in moments if moment is not None), default=None)


def _wake_at(chat: Chat) -> datetime | None:
    if chat.stage is Stage.PLANNED:
        return min([chat.opens_at, *(chat.opens_at - before for before in chat.reminders)])
    if chat.stage is Stage.OPEN:
        topic = chat.waiting[0].due if chat.waiting and not chat.paused else None
        moments = (chat.closes_at, topic, keep_open_at(chat))
        return min(moment for moment in moments if moment is not None)
    return chat.closed_at if chat.stage is Stage.CLOSED else keeping.blank_at(chat)
