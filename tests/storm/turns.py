"""Who speaks next, so that nobody says so much at once that a rule against floods could see it.

The limits are below those of `bot/safety/rules.yaml`: what they say is never too much there, in
whatever order it is told, and whatever the program remembers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tests.storm.clock import Span

TOGETHER = 6
"""People who take turns: one says something where one alone would have said it."""

MOST = ((5, timedelta(seconds=10)), (12, timedelta(minutes=1)))
"""How much one person says within a time, by the times that messages bear."""

T = TypeVar("T")


@dataclass
class Turns(Generic[T]):
    """People who speak one after the other, and between which moments each thing was said."""

    people: Sequence[T]

    def __post_init__(self) -> None:
        self._said: list[list[Span]] = [[] for _ in self.people]
        self._next = 0

    def take(self, now: datetime) -> tuple[int, T] | None:
        """Return whose turn it is, with their number; None where all have just said much.

        One thing less than MOST is left room for: the clock may be set while it is said.
        """
        for step in range(len(self.people)):
            number = (self._next + step) % len(self.people)
            if self._may_speak(number, now):
                self._next = number + 1
                return number, self.people[number]
        return None

    def spoke(self, number: int, said: Span) -> None:
        """Note that somebody said something between two moments."""
        self._said[number].append(said)

    def _may_speak(self, number: int, now: datetime) -> bool:
        for most, length in MOST:
            near = [a for a, b in self._said[number] if a < now + length and b > now - length]
            if len(near) >= most - 1:
                return False
        return True


def floods(times: Iterable[datetime]) -> datetime | None:
    """Return when somebody who spoke at these times began to say more than MOST; None: never."""
    found = sorted(times)
    for most, length in MOST:
        for first, beyond in zip(found, found[most:], strict=False):
            if beyond - first < length:
                return first
    return None
