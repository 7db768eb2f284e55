"""Measures against trolls and floods, as a chat's log has them: events like all others.

`message` is a message's key, `person` an id of the room's platform, `by` the key of the moderator
who took the measure; empty: the rule of conduct did that `rule` names (`bot.engine.conduct`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.engine.agenda import Room


@dataclass(frozen=True, slots=True)
class Breached:
    """A message breaches a rule; `step` is the one of the ladder, 0: moderators are told alone."""

    at: datetime
    room: Room
    message: str
    person: str
    thread: str | None
    rule: str
    step: int


@dataclass(frozen=True, slots=True)
class Muted:
    """What somebody says from `since` until `until` is held; `out`: the platform silences them."""

    at: datetime
    room: Room
    person: str
    since: datetime
    until: datetime
    by: str
    rule: str = ""
    out: bool = False


@dataclass(frozen=True, slots=True)
class Unmuted:
    """Mutes of somebody that began at `since` or later are taken back, as if they had not been."""

    at: datetime
    room: Room
    person: str
    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Slowed:
    """In a room each may write once `every` so many seconds, until then."""

    at: datetime
    room: Room
    every: int
    until: datetime
    by: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Unslowed:
    """A room is slow no longer; without `by` its time is over."""

    at: datetime
    room: Room
    by: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """A message is taken out of its room; `person` wrote it, as far as that is known."""

    at: datetime
    room: Room
    message: str
    person: str
    thread: str | None
    by: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """A message was to be taken out of its room and was not there: its author had deleted it."""

    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Alerted:
    """Moderators are told of a breach, and of how many `others` of its rule since they last were.

    `message`, `person` and `step` are those of the latest.
    """

    at: datetime
    room: Room
    message: str
    person: str
    thread: str | None
    rule: str
    step: int
    others: int


Measure = Breached | Muted | Unmuted | Slowed | Unslowed | Hidden | Gone | Alerted

OfSomebody = Breached | Muted | Unmuted | Hidden | Alerted
"""Measures about a person."""

Decided = Muted | Unmuted | Slowed | Unslowed | Hidden
"""Measures that somebody or a rule took."""
