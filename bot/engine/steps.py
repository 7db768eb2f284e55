"""Steps that keep a room safe, as a chat's log has them: events like all others.

`message` is a message's key, `person` an id of the room's platform, `by` the key of the person
who took the step; empty: a rule did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.engine.agenda import Room
from bot.engine.measures import Measure


@dataclass(frozen=True, slots=True)
class Flagged:
    """Something was seen in a message's wording, and its author is told."""

    at: datetime
    room: Room
    message: str
    person: str
    thread: str | None
    concerns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unflagged:
    """Nothing is seen in a message's new wording, and its author is told."""

    at: datetime
    room: Room
    message: str
    person: str
    thread: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """A message is held back, whatever its author makes of it; `rule` names the rule, if one.

    `person` is its author's key where they are muted in any case, for such holds are counted.
    """

    at: datetime
    message: str
    by: str
    rule: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message may be shown, in the wording of `worded` and those before it."""

    at: datetime
    message: str
    by: str
    worded: datetime


class Asking(StrEnum):
    """How a moderator is called."""

    PERSON = "person"  # somebody asked for one
    WORDS = "words"  # the words of a message did: its author may be in danger


@dataclass(frozen=True, slots=True)
class Called:
    """A moderator is called: the chat's call `number`, from a room or about a message there.

    `person` asked, or wrote the message; `name` is what they are called, and `country` where they
    say they are, as far as it is known. Both go with what people said.
    """

    at: datetime
    number: int
    room: Room
    person: str
    name: str
    message: str
    thread: str | None
    asked: Asking
    country: str = ""


@dataclass(frozen=True, slots=True)
class Paged:
    """Somebody on call (by key) was told of a call, in this round; empty: all moderators were."""

    at: datetime
    number: int
    whom: str
    round: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody (by key) cannot be told privately what concerns a call."""

    at: datetime
    number: int
    whom: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A moderator (by key) has a call; `name` goes with what people said."""

    at: datetime
    number: int
    by: str
    name: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """All moderators were told of a call as often as it is done, and nobody took it."""

    at: datetime
    number: int


OfCall = Called | Paged | Unreached | Taken | Unanswered


@dataclass(frozen=True, slots=True)
class AskedToCheckIn:
    """Somebody who has to check in first was told so, once."""

    at: datetime
    room: Room
    person: str
    thread: str | None


Step = Flagged | Unflagged | Held | Cleared | OfCall | AskedToCheckIn | Measure
