"""A coming chat as a platform's calendar shows it, and the mark by which it is known again."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.engine.agenda import Room

LONGEST_TITLE = 100
LONGEST_DESCRIPTION = 1000
"""Characters, as Discord takes them ("Guild Scheduled Event Structure")."""

_MARK = re.compile(r"(?:\A|\n)Chat ((\S+)-\d{4}-\d\d-\d\d(?:-\d+)?)\s*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A chat that has not opened, as it is to stand in the calendar of a room's platform.

    `title` and `description` are as long as a calendar takes; the description ends with the
    chat's mark. `starts` and `ends` are aware, in UTC.
    """

    chat: str
    series: str
    room: Room
    title: str
    description: str
    starts: datetime
    ends: datetime


class Board(Protocol):
    """A platform's calendar."""

    async def keep_appointments(
        self, wanted: Sequence[Appointment], spared: Collection[str], now: datetime
    ) -> Sequence[str]:
        """Let the calendar show these chats, and no other of ours that has not begun.

        What stands there of the series in `spared` is left as it is. Returns a sentence for each
        thing that was refused or failed, for the operator, with nothing in it that people wrote.
        Raises Unreachable where the platform cannot be asked at all.
        """
        ...


class Mark(NamedTuple):
    """The last line of a description: it tells whose it is."""

    chat: str
    series: str

    def __str__(self) -> str:
        return f"Chat {self.chat}"

    @classmethod
    def of(cls, description: str | None) -> Mark | None:
        """Read the mark of a description; None where there is none."""
        found = _MARK.search(description or "")
        return cls(found[1], found[2]) if found else None


def described(mark: Mark, body: str, hashtag: str = "") -> str:
    """Write a description: the body, cut where it is too long, the hashtag and the mark."""
    end = f"{hashtag}\n{mark}" if hashtag else str(mark)
    body = shortened(body.strip(), LONGEST_DESCRIPTION - len(end) - 2)
    return f"{body}\n\n{end}" if body else end


def shortened(text: str, most: int) -> str:
    """Cut a text to at most `most` characters, after a word where there is one."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    words = re.match(r"(?s).*\S(?=\s)", text[:most])
    if words and len(words[0]) >= most // 2:
        head = words[0]
    return f"{head.rstrip()}…"


def same_words(one: str | None, other: str | None) -> bool:
    """Say whether two texts differ in nothing but white space, which platforms may change."""
    return (one or "").split() == (other or "").split()
