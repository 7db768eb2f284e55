"""A club whose chats the program holds: one clock for all, what is stored, and a log to look at."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.invariants.process import Process

STARTS = datetime(2034, 12, 4, 6, 50, tzinfo=UTC)
"""Where the clock stands at first: a Monday, ten minutes before chats use to open."""

LONG = 90.0
"""Seconds that are waited for something at most; it is never what decides."""

PLACE_OF_CODE = re.compile(r"^  .+:\d+ in \w+$", re.MULTILINE)
"""What the log says of an exception, a line for each place it went through."""


class Club:
    """What does not depend on the platform; `shifts` moves the clock of each platform."""

    def __init__(self, process: Process, clock: Path, *shifts: Callable[[timedelta], None]) -> None:
        self.process = process
        self.said: list[str] = []
        """What people said, of which nothing may be in the log."""
        self._clock = clock
        self._shifts = shifts
        self._ahead = timedelta(0)
        self._set(STARTS - datetime.now(UTC))

    # ------------------------------------------------------------ time

    async def later(self, **by: float) -> None:
        """Let the clock jump, of the program and of all platforms: `later(hours=4, minutes=1)`."""
        self._set(timedelta(**by))

    async def passes(self, condition: Callable[[], object], step: float = 60.0) -> None:
        """Let time run fast until something is so: a step, in seconds, between two looks at it."""
        async with asyncio.timeout(LONG):
            while not condition():
                await self.later(seconds=step)
                await asyncio.sleep(1.1)  # the program looks at its clock every second

    def _set(self, by: timedelta) -> None:
        self._ahead += by
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(self._ahead.total_seconds()), "utf-8")
        fresh.replace(self._clock)
        for shift in self._shifts:
            shift(by)

    async def until(self, condition: Callable[[], object], seconds: float = LONG) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  anything may be the condition
                await asyncio.sleep(0.005)

    async def until_stored(self, condition: Callable[[], object]) -> None:
        """Wait until something is so in the store, where every look costs something."""
        async with asyncio.timeout(LONG):
            while not condition():  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.05)

    # ------------------------------------------------------------ what organizers write

    def write(
        self,
        name: str,
        rooms: str,
        moderators: str,
        topics: Mapping[str, str],
        window: str,
        starts: str,
        **more: object,
    ) -> Path:
        """Write an agenda: its questions by their moments after the opening, `more` lines."""
        lines = [
            f"title: The {name} chat",
            f'hashtag: "#{name.replace("-", "")}"',
            "zone: UTC",
            f"starts: {starts}",
            f"window: {window}",
            f"rooms: [{rooms}]",
            f"moderators: {moderators}",
            "reminders: []",
            *(f"{key}: {value}" for key, value in more.items()),
            "topics:",
            *(f'  - {{ask: "{ask}", after: {after}}}' for after, ask in topics.items()),
        ]
        path = self.process.chats / f"{name}.yaml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    # ------------------------------------------------------------ what came of it

    async def settled(self) -> None:
        """Wait until nothing is to be done and all that was done is recorded."""
        left = (
            "SELECT 1 FROM outbox WHERE state = 'waiting'"
            " UNION SELECT 1 FROM chats WHERE stage = 'closed'"
        )
        await self.until_stored(lambda: not self.process.rows(left))

    def kept(self, chat: str) -> list[str]:
        """Return the texts that the store has of a chat's people, in order."""
        rows = self.process.rows(
            "SELECT text FROM messages WHERE chat = ? AND role = 'participant' AND withdrawn = 0"
            " ORDER BY at, key",
            chat,
        )
        return [str(text) for (text,) in rows]

    async def is_kept(self, chat: str, texts: Sequence[str]) -> None:
        """Wait until the store has just these texts of a chat's people."""
        with contextlib.suppress(TimeoutError):
            await self.until_stored(lambda: self.kept(chat) == list(texts))
        assert self.kept(chat) == list(texts)

    @property
    def log(self) -> str:
        return self.process.log.read_text("utf-8")

    def logged(self, *parts: str) -> list[str]:
        """Return the lines of the log that hold all of these."""
        return [line for line in self.log.splitlines() if all(part in line for part in parts)]

    def check_log_without(self, *secrets: str) -> None:
        """The log holds no traceback, none of these and nothing that people said."""
        log = self.log
        assert "Traceback" not in log
        assert PLACE_OF_CODE.findall(log) == [], log[-3000:]
        assert [text for text in (*self.said, *secrets) if text in log] == []
