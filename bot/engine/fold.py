"""A chat as the fold of its log: `apply(chat, event) -> chat`, without any choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.engine import calls, events, measures, order, steps
from bot.engine.errors import BrokenLog
from bot.engine.events import Event
from bot.engine.state import STAGES, Chat, Posted, Stage, TopicState


def fold(log: list[Event]) -> Chat:
    """Return the chat that a log tells of.

    Raises BrokenLog where the log is empty or does not begin with the plan.
    """
    if not log or not isinstance(log[0], events.Planned):
        raise BrokenLog("a chat's log begins with its plan")
    plan = log[0]
    chat = Chat(plan.chat, plan.series, planned_at=plan.at, seq=1, **_plan(plan))
    for event in log[1:]:
        chat = apply(chat, event)
    return chat


def apply(chat: Chat, event: Event) -> Chat:
    """Return `chat` after `event`.

    Raises BrokenLog where the event cannot follow.
    """
    stage = _stage_after(chat.stage, event)
    return replace(chat, seq=chat.seq + 1, stage=stage, **_changes(chat, event))


def _changes(chat: Chat, event: Event) -> dict[str, Any]:
    """Return what an event changes, by the names of the chat's fields."""
    match event:
        case events.Replanned(agenda=agenda):
            hindered = {r: why for r, why in chat.hindered.items() if r in agenda.rooms}
            return {**_plan(event), "hindered": hindered}
        case events.Reminded(before=before) | events.ReminderLapsed(before=before):
            return {"reminders": tuple(r for r in chat.reminders if r != before)}
        case events.Opened(at=at, by=by):
            return {"opened_at": at, "opened_by": by, "reminders": ()}
        case events.KeptOpen(at=at):
            return {"kept_open_at": at}
        case events.Paused() | events.Resumed():
            return {"paused": isinstance(event, events.Paused)}
        case events.Extended(closes_at=closes_at):
            return {"closes_at": closes_at}
        case events.Closed(at=at):
            return {"closed_at": at, "paused": False}
        case events.Summarised(tally=tally):
            return {"tally": tally}
        case events.KeepSet(keep=keep):
            return {"agenda": replace(chat.agenda, keep=keep)}
        case events.Blanked():
            return {"blanked": event, "calls": calls.without_names(chat.calls)}
    return _in_rooms(chat, event) or _of_topics(chat, event) or _of_people(chat, event)


def _in_rooms(chat: Chat, event: Event) -> dict[str, Any]:
    match event:
        case events.ThreadOpened(room=room, thread=thread):
            return {"threads": {**chat.threads, room: thread}}
        case events.ThreadLost(room=room):
            return {"threads": {r: thread for r, thread in chat.threads.items() if r != room}}
        case events.Hindered(room=room, why=why):
            return {"hindered": {**chat.hindered, room: why}}
        case events.Unhindered(room=room):
            return {"hindered": {r: why for r, why in chat.hindered.items() if r != room}}
        case events.Unreadable(room=room, why=why):
            return {"unreadable": {**chat.unreadable, room: why}}
        case events.Readable(room=room):
            return {"unreadable": {r: why for r, why in chat.unreadable.items() if r != room}}
        case events.Quoted(room=room, messages=messages):
            quoted = chat.quoted.get(room, frozenset()).union(messages)
            return {"quoted": {**chat.quoted, room: quoted}, "amending": chat.amending - {room}}
        case events.ClosingPosted(at=at, room=room, ref=ref, thread=thread):
            return {"closings": {**chat.closings, room: Posted(room, at, ref, thread)}}
        case events.QuotesChanged(rooms=rooms):
            return {"amending": chat.amending.union(rooms)}
        case events.RoomArchived(room=room):
            return {"archived": chat.archived | {room}}
    return {}


def _of_topics(chat: Chat, event: Event) -> dict[str, Any]:
    match event:
        case events.TopicAdded(number=number, ask=ask, due=due):
            return {"topics": (*chat.topics, TopicState(number, ask, due))}
        case events.TopicOpened(number=number, at=at):
            return _topic(chat, number, lambda t: replace(t, opened_at=at))
        case events.TopicSkipped(number=number):
            return _topic(chat, number, lambda t: replace(t, skipped=True))
        case events.TopicPosted(at=at, number=number, room=room, ref=ref, thread=thread):
            post = Posted(room, at, ref, thread)
            return _topic(chat, number, lambda t: replace(t, posts=(*t.posts, post)))
        case events.Rescheduled(dues=dues):
            moments = dict(dues)
            topics = [replace(t, due=moments.get(t.number, t.due)) for t in chat.topics]
            return {"topics": tuple(topics)}
    return {}


def _of_people(chat: Chat, event: Event) -> dict[str, Any]:
    match event:
        case events.ToldLate(room=room, person=person):
            return {"told_late": chat.told_late | {f"{room.platform}:{person}"}}
        case steps.AskedToCheckIn(room=room, person=person):
            asked = chat.asked_to_check_in | {f"{room.platform}:{person}"}
            return {"asked_to_check_in": asked}
        case events.Corrected(message=message, topics=placed):
            return {"corrections": {**chat.corrections, message: placed}}
        case events.Withdrew(at=at, person=person):
            until = max(at, chat.withdrawn.get(person, at))
            return {"withdrawn": {**chat.withdrawn, person: until}}
        case steps.Held(message=message) | steps.Cleared(message=message):
            decided: dict[str, Any] = {"decisions": {**chat.decisions, message: event}}
            if isinstance(event, steps.Held) and event.person:
                decided["order"] = order.held(chat.order, event.person)
            return decided
        case steps.Flagged(room=room, person=person):
            key = f"{room.platform}:{person}"
            return {"flags": {**chat.flags, key: chat.flags.get(key, 0) + 1}}
        case _ if isinstance(event, measures.Measure):
            return {"order": order.after(chat.order, event)}
        case _ if isinstance(event, steps.OfCall):
            return {"calls": calls.after(chat.calls, event)}
    return {}


def _stage_after(stage: Stage, event: Event) -> Stage:
    moves = STAGES[stage]
    if type(event) in moves:
        return moves[type(event)]
    if any(type(event) in other for other in STAGES.values()):
        raise BrokenLog(f"{type(event).__name__} cannot follow in stage {stage}")
    return stage


def _plan(plan: events.Planned | events.Replanned) -> dict[str, Any]:
    """Lay the topics' and reminders' moments out from the opening."""
    agenda, opens_at = plan.agenda, plan.opens_at
    return {
        "agenda": agenda,
        "opens_at": opens_at,
        "closes_at": plan.closes_at,
        "following": plan.following,
        "topics": tuple(
            TopicState(number, topic.ask, opens_at + topic.after)
            for number, topic in enumerate(agenda.topics, 1)
        ),
        "reminders": tuple(
            before
            for before in sorted(agenda.reminders, reverse=True)
            if opens_at - before >= plan.at
        ),
    }


def _topic(
    chat: Chat, number: int, change: Callable[[TopicState], TopicState]
) -> dict[str, tuple[TopicState, ...]]:
    if not 1 <= number <= len(chat.topics):
        raise BrokenLog(f"there is no topic {number}")
    topics = list(chat.topics)
    topics[number - 1] = change(topics[number - 1])
    return {"topics": tuple(topics)}
