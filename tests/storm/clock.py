"""The one clock of a run: it stands so far ahead of this machine's, and is moved by a file."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Span = tuple[datetime, datetime]


class Clock:
    """What `tests/invariants/clocked.py` reads; it remembers how far ahead it stood when."""

    def __init__(
        self, path: Path, at: datetime, follow: Callable[[timedelta], None] = lambda by: None
    ) -> None:
        self._path = path
        self._ahead = timedelta(0)
        self._moved: list[tuple[float, timedelta]] = []
        self.follow = follow
        self.set(at)

    def now(self) -> datetime:
        """Return the time in which the program lives."""
        return datetime.now(UTC) + self._ahead

    def set(self, at: datetime) -> None:
        """Jump to a moment, from which it runs on."""
        self.shift(at - self.now())

    def shift(self, by: timedelta) -> None:
        """Jump so far, forward or back."""
        self._ahead += by
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str(self._ahead.total_seconds()), "utf-8")
        fresh.replace(self._path)
        self.follow(by)
        self._moved.append((time.time(), self._ahead))

    def span(self, began: float, ended: float) -> Span:
        """Return the earliest and the latest that it can have shown between two real times.

        They are seconds since 1970, as `time.time` counts them.
        """
        before = [ahead for at, ahead in self._moved if at <= began][-1:]
        ahead = [*before, *(ahead for at, ahead in self._moved if began < at <= ended)]
        first = datetime.fromtimestamp(began, UTC) + min(ahead)
        return first, datetime.fromtimestamp(ended, UTC) + max(ahead)
