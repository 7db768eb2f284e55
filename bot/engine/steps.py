"""Steps that keep a room safe, as a chat's log has them: events like all others.

`message` is a message's key, `person` an id of the room's platform, `by` the key of the person
who took the step; empty: a rule did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.engine.agenda import Room


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
    """A message is held back, whatever its author makes of it; `rule` names the rule, if one."""

    at: datetime
    message: str
    by: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message may be shown, in the wording of `worded` and those before it."""

    at: datetime
    message: str
    by: str
    worded: datetime


Step = Flagged | Unflagged | Held | Cleared
