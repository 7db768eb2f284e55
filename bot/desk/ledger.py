"""The steps by which a chat was kept safe, in words: when, who, what, where, why, how to undo it.

They are read from the chat's log, to which is only ever added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.engine import measures, steps, wording
from bot.engine.actions import Moment, Piece, Spot, Who, Words
from bot.engine.agenda import Room
from bot.engine.erasing import NAME, is_erased
from bot.engine.events import Event
from bot.engine.measuring import SAYS
from bot.engine.messages import Hold, id_in, room_in
from bot.transcripts.characters import one_line, undirected

SHOWN = 20
"""Steps that are listed at once, the latest."""

Names = Mapping[str, Mapping[str, str]]
"""What people are called: by platform, then by their id there."""

Threads = Mapping[str, str | None]
"""In which thread a message stands, by its key; None: in none."""

_REASONS = {
    **SAYS,
    Hold.PRIVACY: "a patient could be known by it",
    Hold.DISTRESS: "its author may need help",
}


def listed(log: Sequence[Event], names: Names, title: str, threads: Threads) -> Words:
    """List the latest steps, the latest last; `threads` has those of the messages they name."""
    told = [(event.at, words) for event in log if (words := words_of(event, names))]
    if not told:
        return (f"Nothing was done to keep order in {title}.",)
    pieces: list[Piece] = []
    if len(told) > SHOWN:
        pieces.append(
            f"The latest {SHOWN} of {wording.count(len(told), 'step')}; the organizers' pages list "
            "all: /chat link\n"
        )
    for at, words in told[-SHOWN:]:
        pieces += [Moment(at), ": ", *(_in_thread(piece, threads) for piece in words), "\n"]
    return (*pieces[:-1],)


def messages_in(log: Sequence[Event]) -> set[str]:
    """Return the messages, by their keys, that steps name without the thread where they stand."""
    return {event.message for event in log if isinstance(event, steps.Held | steps.Cleared)}


def _in_thread(piece: Piece, threads: Threads) -> Piece:
    if isinstance(piece, Spot) and piece.id and piece.thread is None:
        return replace(piece, thread=threads.get(f"{piece.room}/{piece.id}"))
    return piece


_TO_AUTHORS = steps.Flagged | steps.Unflagged | steps.AskedToCheckIn


def people_in(log: Sequence[Event]) -> set[str]:
    """Return whom the steps name, by their keys."""
    return {key for event in log for key in _keys(event) if key}


def _keys(event: Event) -> Iterator[str]:
    if isinstance(event, measures.Decided | steps.Held | steps.Cleared):
        yield event.by
    if isinstance(event, steps.Taken):
        yield event.by
    if isinstance(event, steps.Paged):
        yield event.whom
    if isinstance(event, measures.OfSomebody | _TO_AUTHORS):
        yield f"{event.room.platform}:{event.person}"


def words_of(event: Event, names: Names) -> Words:
    """Say what a step was; empty: the event is none, or another one tells the same."""
    match event:
        case steps.Flagged() | steps.Unflagged() | steps.Held() | steps.Cleared():
            return _of_message(event, names)
        case measures.Breached(room=room, person=person, step=1):
            who = _person(room, person, names)
            told = (f"Rule {event.rule} told ", who, ", alone: ", _spot(event))
            return (*told, f"{_why(event.rule)}.")
        case measures.Muted(room=room, person=person, until=until):
            by, who = _actor(event.by, event.rule, names), _person(room, person, names)
            undo = f"{_why(event.rule)}. Undo: /chat mute {person} 0m"
            return (by, " muted ", who, " until ", Moment(until), undo)
        case measures.Unmuted(room=room, person=person):
            undo = f" write again. Undo: /chat mute {person} 10m"
            return (_name(event.by, names), " let ", _person(room, person, names), undo)
        case measures.Slowed(room=room, until=until):
            by, slow = (
                _actor(event.by, event.rule, names),
                f" to a message in {event.every} s until ",
            )
            undo = f"{_why(event.rule)}. Undo: /chat slow off"
            return (by, " slowed ", room, slow, Moment(until), undo)
        case measures.Unslowed(room=room, by=by) if by:
            undo = ". Undo: /chat slow 10s 10m"
            return (_name(by, names), " let everybody write as fast as ever in ", room, undo)
        case measures.Unslowed(room=room):
            return (room, " is as fast as ever: the time was over.")
        case measures.Hidden(room=room, message=message):
            by = _actor(event.by, event.rule, names)
            undo = f". It cannot be put back; its text is shown with /chat clear {id_in(message)}"
            return (by, " took a message out of ", room, f"{_why(event.rule)}{undo}")
        case measures.Gone(message=message):
            return (f"Message {id_in(message)} was to be taken out; its author had deleted it.",)
        case measures.Alerted(others=others):
            more = f" and {others} more" if others else ""
            return ("The moderators were told of ", _spot(event), f"{more}{_why(event.rule)}.")
        case steps.AskedToCheckIn(room=room, person=person):
            return (_person(room, person, names), " was told once to check in first.")
    return _of_call(event, names)


def _of_call(event: Event, names: Names) -> Words:
    match event:
        case steps.Called(number=number):
            return (f"A moderator was called: call {number}.",)
        case steps.Paged(number=number, whom=whom) if whom:
            return (_name(whom, names), f" was told of call {number}.")
        case steps.Paged(number=number):
            return (f"All moderators were told of call {number}.",)
        case steps.Unreached(number=number):
            return (f"Somebody could not be told of call {number}.",)
        case steps.Taken(number=number, by=by):
            return (_name(by, names), f" took call {number}.")
        case steps.Unanswered(number=number):
            return (f"Nobody took call {number}.",)
    return ()


def _of_message(
    event: steps.Flagged | steps.Unflagged | steps.Held | steps.Cleared, names: Names
) -> Words:
    key = event.message
    clear, hold = f". Undo: /chat clear {id_in(key)}", f". Undo: /chat hold {id_in(key)}"
    match event:
        case steps.Flagged(concerns=concerns):
            rule = Hold.DISTRESS if Hold.DISTRESS in concerns else Hold.PRIVACY
            return (f"Rule {rule} held ", _spot(event), f"{_why(rule)}{clear}")
        case steps.Unflagged():
            return ("Its author changed ", _spot(event), f", and it is shown again{hold}")
        case steps.Held(by=by, rule=rule):
            return (_actor(by, rule, names), " held ", _bare(key), f"{_why(rule)}{clear}")
        case steps.Cleared(by=by):
            return (_name(by, names), " cleared ", _bare(key), hold)


def _spot(
    event: measures.Breached | measures.Alerted | steps.Flagged | steps.Unflagged,
) -> Spot:
    return Spot(event.room, event.thread, id_in(event.message))


def _bare(key: str) -> Spot:
    return Spot(room_in(key), None, id_in(key))


def _why(rule: str) -> str:
    return f" ({_REASONS.get(rule, rule)})" if rule else ""


def _actor(by: str, rule: str, names: Names) -> Piece:
    return _name(by, names) if by else f"Rule {rule}"


def _person(room: Room, person: str, names: Names) -> Piece:
    return _name(f"{room.platform}:{person}", names)


def _name(key: str, names: Names) -> Piece:
    """Return a person, by their name where it is known; in our rooms an id may be the name."""
    platform, _, person = key.partition(":")
    if is_erased(person):
        return NAME
    known = undirected(one_line(names.get(platform, {}).get(person, "")))
    return Who(person, platform, known or person)
