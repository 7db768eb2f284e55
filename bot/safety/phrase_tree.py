"""Phrases as the rule file writes them, and a search for many of them at once.

A phrase is words with a space between two: `a/b` is either of them, `(a/b)` one of them or none,
`go_away` two words where one could stand, `.` where a sentence begins or ends. The search goes
from word to word through one tree, so that its cost is bounded by the number of words and the
length of the longest phrase, whatever the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from bot.safety.folding import STOP, words

MOST_WAYS = 4_000
"""Ways to say one phrase; more would be a mistake in the file."""

LONGEST_PHRASE = 16
"""Words in one way to say it."""


class UnreadablePhrase(ValueError):
    """A phrase is written wrongly; the text says how."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Its places; each holds the ways to fill it, and a way is some words, or none."""

    places: tuple[tuple[tuple[str, ...], ...], ...]

    def ways(self) -> Iterator[tuple[str, ...]]:
        """Yield every way to say it, as words."""
        for way in product(*self.places):
            yield tuple(word for words in way for word in words)


def phrase_of(text: str) -> Phrase:
    """Read a phrase; raises UnreadablePhrase with a sentence."""
    places = tuple(_place(part) for part in text.split())
    if not any(() not in place for place in places):
        raise UnreadablePhrase("A phrase needs a word without brackets.")
    if all(way == (STOP,) for place in places for way in place):
        raise UnreadablePhrase("A phrase needs a word.")
    count = 1
    for place in places:
        count *= len(place)
    longest = sum(max(map(len, place)) for place in places)
    if count > MOST_WAYS or longest > LONGEST_PHRASE:
        raise UnreadablePhrase(
            f"The phrase can be said in {count} ways of up to {longest} words; {MOST_WAYS} and "
            f"{LONGEST_PHRASE} are the most. Make several of it."
        )
    return Phrase(places)


def _place(part: str) -> tuple[tuple[str, ...], ...]:
    if part == STOP:
        return ((STOP,),)
    may_be_none = part.startswith("(")
    inner = part[1:-1] if may_be_none else part
    if may_be_none != part.endswith(")") or "(" in inner or ")" in inner:
        raise UnreadablePhrase(
            f"“{part}” opens a bracket that it does not close, or the other way round. Brackets "
            "stand around words that have a / or a _ between them, not a space."
        )
    ways = tuple(_way(one, part) for one in inner.split("/"))
    return (*ways, ()) if may_be_none else ways


def _way(text: str, part: str) -> tuple[str, ...]:
    return tuple(word for one in text.split("_") for word in _word(one, part))


def _word(text: str, part: str) -> tuple[str, ...]:
    found = [word for word in words(text) if word != STOP]
    if len(found) != 1 or STOP in text:
        raise UnreadablePhrase(f"“{part}” is no word, or words without a / or a _ between them.")
    return tuple(found)


class Tree:
    """Many phrases at once; each way ends in what `owner` says it belongs to.

    It is filled while it is made and never changed afterwards.
    """

    __slots__ = ("_root",)

    def __init__(self, phrases: Iterable[tuple[Phrase, Any]], *, backwards: bool = False) -> None:
        self._root: dict[str, Any] = {}
        for phrase, owner in phrases:
            for way in phrase.ways():
                node = self._root
                for word in reversed(way) if backwards else way:
                    node = node.setdefault(word, {})
                node.setdefault("", owner)

    def at(self, pieces: Sequence[str], start: int, step: int = 1) -> Iterator[tuple[int, Any]]:
        """Yield where phrases end that begin at `start`, behind their last word, and their owners.

        With a step of -1 the words are read backwards from `start` on.
        """
        node, place, end = self._root, start, len(pieces)
        while 0 <= place < end and (node := node.get(pieces[place])) is not None:  # type: ignore[assignment]
            place += step
            if "" in node:
                yield place, node[""]

    def starts(self, pieces: Sequence[str]) -> list[int]:
        """Return where words stand with which a phrase begins."""
        root = self._root
        if root.keys().isdisjoint(pieces):
            return []
        return [place for place, word in enumerate(pieces) if word in root]
