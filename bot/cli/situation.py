"""How a store stands, as values: who serves it, what runs, what is due, what is stuck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Serving:
    """Who serves a store, as far as is known: `who` in words, and what they say of themselves.

    `who` is empty where nobody does, and None where nobody can know. `vitals` are the facts of
    `/readyz` (`bot.vitals`), None where nobody answered at `address`; it `must_answer` where it
    gave that address itself, on this machine.
    """

    who: str | None
    address: str
    vitals: Mapping[str, object] | None = None
    must_answer: bool = False

    @property
    def platforms(self) -> dict[str, Mapping[str, object]]:
        """Return what is said of the platforms outside, by name."""
        found = self.vitals.get("platforms") if self.vitals else None
        return dict(found) if isinstance(found, dict) else {}

    @property
    def is_ready(self) -> bool | None:
        """Whether it can serve; None where nobody answered, or one that stands by."""
        return {"ready": True, "not ready": False}.get(str((self.vitals or {}).get("status")))


@dataclass(frozen=True, slots=True)
class Running:
    """A chat that is open: its window, the topic that is talked about, and what was said so far."""

    chat: str
    title: str
    zone: str
    rooms: tuple[str, ...]
    opened_at: datetime
    closes_at: datetime
    paused: bool
    topic: int | None  # the last one that was opened
    topics: int
    ask: str
    topic_at: datetime | None
    messages: int
    people: int


@dataclass(frozen=True, slots=True)
class Due:
    """What a chat does next by itself, and when."""

    chat: str
    what: str
    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that does not go on by itself: what, why, and since when.

    `tries` counts how often it was given to its platform, `behind` what waits for it to be done.
    """

    what: str
    why: str
    since: datetime | None = None
    chat: str = ""
    room: str = ""
    tries: int = 0
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """How a store stands at `at`; `store` names it, without anything secret."""

    at: datetime
    store: str
    serving: Serving
    running: tuple[Running, ...]
    due: tuple[Due, ...]
    stuck: tuple[Stuck, ...]
