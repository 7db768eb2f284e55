"""A mistake in an agenda: where it stands, what is wrong and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engine.errors import RoundsError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a text; lines and columns (in characters) count from 1, as editors show them."""

    line: int
    column: int


START = Mark(1, 1)
"""Where a mistake of a whole file is reported."""


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """A mistake at a place of the text at hand."""

    at: Mark
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """A mistake in a file, as `rounds check` prints it."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{printable(self.file)}:{self.line}:{self.column}: {self.text}"


class AgendaMistakes(RoundsError):
    """An agenda cannot be used; `mistakes` are all that were found, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def shown(text: str, most: int = 40) -> str:
    """Quote what somebody wrote: on one line, at most `most` characters, nothing invisible."""
    line = printable(" ".join(text.split()))
    return f"“{line}”" if len(line) <= most else f"“{line[: most - 1]}…”"


def printable(text: str) -> str:
    """Return `text` with every character that a terminal would obey replaced."""
    return "".join(char if char.isprintable() else "�" for char in text)
