"""A chat's log in words, for its moderators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.engine import events, wording
from bot.engine.actions import Moment, Words
from bot.engine.events import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    words: Words
    is_trouble: bool = False


def chronicle(log: list[Event]) -> list[Entry]:
    """Return what happened in a chat, in order."""
    return [Entry(event.at, _words(event), isinstance(event, _TROUBLE)) for event in log]


_TROUBLE = (events.GaveUp, events.Missed, events.Cancelled)


def _words(event: Event) -> Words:
    match event:
        case events.Planned(opens_at=opens_at):
            return ("Planned; opens ", Moment(opens_at), ".")
        case events.Replanned(opens_at=opens_at):
            return ("The agenda was changed; opens ", Moment(opens_at), ".")
        case events.Cancelled():
            return ("Cancelled: its date was taken out of the agenda.",)
        case events.Missed():
            return ("Missed: the whole window passed while Rounds was not running.",)
        case events.Reminded(before=before):
            return (f"Reminder, {wording.duration(before)} before the opening.",)
        case events.ReminderLapsed(before=before):
            return (f"No reminder {wording.duration(before)} before: its moment had passed.",)
        case events.Opened(by=by):
            return (f"Opened by {_name(by)}." if by else "Opened.",)
        case events.Paused():
            return ("Topics paused.",)
        case events.Resumed():
            return ("Topics resumed.",)
        case events.Extended(closes_at=closes_at):
            return ("Extended; closes ", Moment(closes_at), ".")
        case events.Withdrew():
            return ("Somebody withdrew what they had said.",)
        case events.Closed(by=by):
            return (f"Closed by {_name(by)}." if by else "Closed by itself.",)
        case events.Summarised(tally=tally):
            people = wording.count(tally.participants, "participant")
            return (f"Counted: {wording.count(tally.messages, 'message')} by {people}.",)
        case events.RoomArchived(room=room):
            return (f"Room {room} put away.",)
        case events.Archived():
            return ("Every room put away.",)
        case events.GaveUp(room=room, why=why):
            return (f"A post to {room} was given up: {why}",)
    return _words_of_topics(event)


def _words_of_topics(event: Event) -> Words:
    match event:
        case events.TopicAdded(number=number):
            return (f"T{number} added.",)
        case events.TopicOpened(number=number):
            return (f"T{number} asked.",)
        case events.TopicSkipped(number=number):
            return (f"T{number} left out.",)
        case events.TopicPosted(number=number, room=room):
            return (f"T{number} posted in {room}.",)
        case events.Corrected(message=message, topics=topics, by=by):
            place = wording.topic_names(topics) or "no topic"
            return (f"{_name(by)} placed message {message.partition('/')[2]} under {place}.",)
        case events.Rescheduled():
            return ("The topics that were still to come were given new times.",)
    return (type(event).__name__,)


def _name(key: str) -> str:
    """Return a person's id without its platform."""
    return key.partition(":")[2]
