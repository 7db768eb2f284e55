"""A call for a moderator as it stands: who asked, who was asked to come, who came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.engine import steps
from bot.engine.agenda import Room
from bot.engine.events import Event

NEXT_AFTER = timedelta(minutes=2)
"""How long one moderator has to take a call before the next one is asked."""

ALL_AGAIN_AFTER = timedelta(minutes=5)
"""How long all moderators have before they are asked once more."""

EVERYBODY = ""
"""Who is asked where all are asked at once."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call for a moderator, from a person or for the author of a message.

    `person` is an id of the room's platform, `message` a message's key or empty. `pages` has who
    was asked to come, by their keys (EVERYBODY: all at once), each with the round; `unreached`
    those to whom nothing can be sent. `due_at` is when the next is asked; None: nobody is any
    more, for the call was taken or nobody has come.
    """

    number: int
    at: datetime
    room: Room
    person: str
    name: str
    message: str
    thread: str | None
    asked: steps.Asking
    country: str
    due_at: datetime | None
    pages: tuple[tuple[str, int], ...] = ()
    unreached: frozenset[str] = frozenset()
    taken_by: str = ""
    taken_by_name: str = ""
    taken_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody may still come of themselves: it is paged, or waits for its first."""
        return self.due_at is not None

    @property
    def can_be_taken(self) -> bool:
        """Whether nobody has taken it."""
        return not self.taken_by

    @property
    def key(self) -> str:
        """The key of the person it is about."""
        return f"{self.room.platform}:{self.person}"

    @property
    def paged(self) -> tuple[str, ...]:
        """Who was asked one by one, by their keys, each once."""
        return tuple(dict.fromkeys(whom for whom, _ in self.pages if whom != EVERYBODY))

    @property
    def times_all(self) -> int:
        """How often all were asked at once."""
        return sum(whom == EVERYBODY for whom, _ in self.pages)


def after(calls: Mapping[int, Call], event: steps.OfCall) -> Mapping[int, Call]:
    """Return a chat's calls after an event about one of them."""
    if isinstance(event, steps.Called):
        call = Call(
            event.number, event.at, event.room, event.person, event.name, event.message,
            event.thread, event.asked, event.country, due_at=event.at,
        )  # fmt: skip
        return {**calls, event.number: call}
    known = calls.get(event.number)
    return calls if known is None else {**calls, event.number: _changed(known, event)}


def _changed(call: Call, event: steps.OfCall) -> Call:
    match event:
        case steps.Paged(at=at, whom=whom, round=number):
            wait = ALL_AGAIN_AFTER if whom == EVERYBODY else NEXT_AFTER
            return replace(call, pages=(*call.pages, (whom, number)), due_at=at + wait)
        case steps.Unreached(at=at, whom=whom):
            unreached = call.unreached | {whom}
            waits_for_them = call.is_open and bool(call.pages) and call.pages[-1][0] == whom
            is_next = waits_for_them and whom != EVERYBODY
            return replace(call, unreached=unreached, due_at=at if is_next else call.due_at)
        case steps.Taken(at=at, by=by, name=name):
            return replace(call, taken_by=by, taken_by_name=name, taken_at=at, due_at=None)
        case steps.Unanswered():
            return replace(call, due_at=None)
    return call


def nameless(event: Event) -> Event:
    """Return an event without what says who somebody was, but for their id."""
    match event:
        case steps.Called():
            return replace(event, name="", country="")
        case steps.Taken():
            return replace(event, name="")
    return event


def without_names(calls: Mapping[int, Call]) -> Mapping[int, Call]:
    """Return calls as they are after their events are `nameless`."""
    return {
        number: replace(call, name="", country="", taken_by_name="")
        for number, call in calls.items()
    }
