"""A chat's log in words, for its moderators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType

from bot.desk import ledger
from bot.engine import events, measures, steps, wording
from bot.engine.actions import Moment, Words, measure_in
from bot.engine.erasing import NAME, is_erased
from bot.engine.events import Event
from bot.engine.messages import id_in
from bot.engine.rooms import platform_name
from bot.transcripts.characters import one_line, undirected
from bot.transcripts.summary import Names


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    words: Words
    is_trouble: bool = False


def chronicle(log: list[Event], names: Names = MappingProxyType({})) -> list[Entry]:
    """Return what happened in a chat, in order; `names` are those of its `doers`, if known."""
    return [
        Entry(event.at, _words(event, names), isinstance(event, _TROUBLE))
        for event in log
        if not isinstance(event, measures.Breached) or event.step == 1  # what follows tells of it
    ]


def doers(log: list[Event]) -> set[str]:
    """Return whom the log names, by their keys."""
    told = (events.Opened, events.Closed, events.Corrected)
    doing = {event.by for event in log if isinstance(event, told) and event.by}
    return doing | ledger.people_in(log)


_TROUBLE = (
    events.GaveUp, events.Missed, events.Cancelled, events.Hindered, events.Unreadable,
    events.SentWithout, events.ThreadLost, steps.Unreached, steps.Unanswered
)  # fmt: skip


def _words(event: Event, names: Names) -> Words:
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
            return (f"Opened by {_name(by, names)}." if by else "Opened.",)
        case events.Paused():
            return ("Topics paused.",)
        case events.Resumed():
            return ("Topics resumed.",)
        case events.Extended(closes_at=closes_at):
            return ("Extended; closes ", Moment(closes_at), ".")
        case events.ToldLate():
            return ("Somebody who wrote after the end was told that it counts as late.",)
        case events.Withdrew(left=True):
            return ("Somebody left, and what they had said is withdrawn.",)
        case events.Withdrew():
            return ("Somebody withdrew what they had said.",)
        case events.Closed(by=by):
            return (f"Closed by {_name(by, names)}." if by else "Closed by itself.",)
        case events.Summarised(tally=tally):
            people = wording.count(tally.participants, "participant")
            return (f"Counted: {wording.count(tally.messages, 'message')} by {people}.",)
        case events.Archived():
            return ("Every room put away.",)
        case events.KeepSet(keep=keep):
            how_long = f"{wording.duration(keep)} after the end" if keep else "for good"
            return (f"The agenda was changed: what people say is kept {how_long}.",)
        case events.Blanked(keep=keep):
            return (f"What people said was removed, {wording.duration(keep)} after the end.",)
        case events.Erased():
            return ("Somebody was erased: their words, their names, their id.",)
    return _words_of_rooms(event) or _words_of_calls(event, names) or _words_of_topics(event, names)


def _words_of_calls(event: Event, names: Names) -> Words:
    match event:
        case steps.Called(number=number, asked=steps.Asking.WORDS):
            seen = "a message may be a cry for help; its author is told where help is"
            return (f"Call {number}: {seen}.",)
        case steps.Called(number=number, room=room, person=person, name=name):
            who = undirected(one_line(name)) or _name(f"{room.platform}:{person}", names)
            return (f"Call {number}: {who} asked for a moderator in ", room, ".")
        case steps.Paged(number=number, whom=whom):
            who = _name(whom, names) if whom else "all moderators"
            return (f"Call {number}: told {who}.",)
        case steps.Unreached(number=number, whom=whom):
            return (f"Call {number}: {_name(whom, names)} cannot be told privately.",)
        case steps.Taken(number=number, by=by, name=name):
            who = undirected(one_line(name)) or _name(by, names)
            return (f"Call {number}: taken by {who}.",)
        case steps.Unanswered(number=number):
            return (f"Call {number}: nobody has taken it.",)
    return _words_of_holds(event, names)


def _words_of_holds(event: Event, names: Names) -> Words:
    match event:
        case steps.Flagged(message=message):
            seen = "something was seen in it"
            return (f"Message {id_in(message)} is held back: {seen}; its author is told.",)
        case steps.Unflagged(message=message):
            return (f"Message {id_in(message)} is held back no longer: it was changed.",)
        case steps.Held(message=message, by=by, rule=rule):
            who = f"the rule “{rule}”" if rule else _name(by, names)
            return (f"Message {id_in(message)} is held back by {who}.",)
        case steps.Cleared(message=message, by=by):
            return (f"Message {id_in(message)} was cleared by {_name(by, names)}.",)
    return ()


def _words_of_rooms(event: Event) -> Words:
    match event:
        case events.ThreadOpened(room=room):
            return ("The chat's thread opened in ", room, ".")
        case events.ThreadLost(room=room):
            return ("The chat's thread was deleted in ", room, ".")
        case events.KeptOpen():
            return ("Threads kept open for longer.",)
        case events.Hindered(room=room, why=why) if measure := measure_in(room):
            return (f"Held up: {measure}: {why}",)
        case events.Unhindered(room=room) if measure := measure_in(room):
            return (f"Goes on: {measure}.",)
        case events.Hindered(room=room, why=why):
            return ("Held up in ", room, f": {why}")
        case events.Unhindered(room=room):
            return ("Goes on in ", room, ".")
        case events.SentWithout(room=room, why=why):
            return ("Sent without a file in ", room, f": {why}")
        case events.Unreadable(room=room, why=why):
            return ("Cannot be read back in ", room, f": {why}")
        case events.Readable(room=room):
            return ("Read back again in ", room, ".")
        case events.Quoted(room=room, messages=messages):
            many = wording.count(len(messages), "message")
            return (f"The closing post quotes {many} of other rooms in ", room, ".")
        case events.ClosingPosted(room=room):
            return ("Closing post posted in ", room, ".")
        case events.QuotesChanged(rooms=rooms):
            where = (part for room in rooms for part in (", ", room))
            return ("Something was changed that is quoted in ", *islice(where, 1, None), ".")
        case events.RoomArchived(room=room):
            return ("Put away: ", room, ".")
        case events.GaveUp(room=room, why=why):
            return ("A post to ", room, f" was given up: {why}")
    return ()


def _words_of_topics(event: Event, names: Names) -> Words:
    match event:
        case events.TopicAdded(number=number):
            return (f"T{number} added.",)
        case events.TopicOpened(number=number):
            return (f"T{number} asked.",)
        case events.TopicSkipped(number=number):
            return (f"T{number} left out.",)
        case events.TopicPosted(number=number, room=room):
            return (f"T{number} posted in ", room, ".")
        case events.Corrected(message=message, topics=topics, by=by):
            place = wording.topic_names(topics) or "no topic"
            return (f"{_name(by, names)} placed message {id_in(message)} under {place}.",)
        case events.Rescheduled():
            return ("The topics that were still to come were given new times.",)
    return ledger.words_of(event, names) or (type(event).__name__,)


def _name(key: str, names: Names) -> str:
    """Return a person's name where it is known; else their id, which in our rooms is their name."""
    platform, _, person = key.partition(":")
    if is_erased(person):
        return NAME
    known = undirected(one_line(names.get(platform, {}).get(person, "")))
    if known or platform == "local":
        return known or person
    return f"user {person} on {platform_name(platform)}"
