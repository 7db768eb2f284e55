"""The numbers that messages have in one file, by their keys: a few bytes for each."""

from __future__ import annotations

import bisect
from array import array

_SHELVES = 1024
"""Putting a shelf in order lets nobody else work: of 100,000 numbers each has some hundred."""


class Numbers:
    """Numbers of messages; all are added before the first one is asked for.

    Of a key its hash alone is kept, of 64 bits: among a million keys two are alike once in 37
    million files.
    """

    def __init__(self) -> None:
        self._shelves: dict[int, _Shelf] = {}

    def add(self, key: str, number: int) -> None:
        """Note the number of a message."""
        mark = hash(key)
        shelf = self._shelves.get(mark % _SHELVES)
        if shelf is None:
            shelf = self._shelves[mark % _SHELVES] = _Shelf()
        shelf.add(mark, number)

    def of(self, key: str) -> int | None:
        """Return the number of a message; None: it has none."""
        mark = hash(key)
        shelf = self._shelves.get(mark % _SHELVES)
        return shelf.of(mark) if shelf else None


class _Shelf:
    __slots__ = ("_is_sorted", "_marks", "_numbers")

    def __init__(self) -> None:
        self._marks = array("q")
        self._numbers = array("Q")
        self._is_sorted = True

    def add(self, mark: int, number: int) -> None:
        self._marks.append(mark)
        self._numbers.append(number)
        self._is_sorted = False

    def of(self, mark: int) -> int | None:
        if not self._is_sorted:
            self._sort()
        place = bisect.bisect_left(self._marks, mark)
        there = place < len(self._marks) and self._marks[place] == mark
        return self._numbers[place] if there else None

    def _sort(self) -> None:
        order = sorted(range(len(self._marks)), key=self._marks.__getitem__)
        self._marks = array("q", [self._marks[place] for place in order])
        self._numbers = array("Q", [self._numbers[place] for place in order])
        self._is_sorted = True
