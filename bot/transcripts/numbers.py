"""The numbers that messages have in one file, by their keys: a few bytes for each."""

from __future__ import annotations

import bisect
from array import array


class Numbers:
    """Numbers of messages; all are added before the first one is asked for.

    Of a key its hash alone is kept, of 64 bits: among a million keys two are alike once in 37
    million files.
    """

    def __init__(self) -> None:
        self._marks = array("q")
        self._numbers = array("Q")
        self._is_sorted = True

    def add(self, key: str, number: int) -> None:
        """Note the number of a message."""
        self._marks.append(hash(key))
        self._numbers.append(number)
        self._is_sorted = False

    def of(self, key: str) -> int | None:
        """Return the number of a message; None: it has none."""
        if not self._is_sorted:
            self._sort()
        mark = hash(key)
        place = bisect.bisect_left(self._marks, mark)
        there = place < len(self._marks) and self._marks[place] == mark
        return self._numbers[place] if there else None

    def _sort(self) -> None:
        order = sorted(range(len(self._marks)), key=self._marks.__getitem__)
        self._marks = array("q", [self._marks[place] for place in order])
        self._numbers = array("Q", [self._numbers[place] for place in order])
        self._is_sorted = True
