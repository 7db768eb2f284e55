"""Keeps what a platform answered for a while, and asks once for what many want to know."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

ASKED_AGAIN_AFTER = timedelta(minutes=1)
"""How long nobody asks for what was not answered."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Answer(Generic[T]):
    value: T | None = None
    until: datetime = _NEVER


class Kept(Generic[T]):
    """Answers by key: each is kept for `lasts`, the `most` that were wanted last at the same time.

    `ask` returns None where it got no answer; then the one before goes on to hold, and for a
    minute nobody asks again.
    """

    def __init__(
        self,
        ask: Callable[[str], Awaitable[T | None]],
        lasts: timedelta,
        most: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._ask = ask
        self._lasts = lasts
        self._most = most
        self._clock = clock
        self._answers: dict[str, _Answer[T]] = {}  # the longest unwanted first
        self._asking: dict[str, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def knows(self, key: str) -> bool:
        """Whether the answer is there, so that `get` does not wait for it."""
        kept = self._answers.get(key)
        return kept is not None and kept.until > self._clock()

    async def get(self, key: str, patience: float) -> T | None:
        """Return the answer, if need be the one before; None: there is none after `patience`.

        `patience` is in seconds. Whoever waits no longer does not end the asking.
        """
        kept = self._answers.pop(key, None) or _Answer()
        self._answers[key] = kept
        if len(self._answers) > self._most:
            del self._answers[next(iter(self._answers))]
        if kept.until <= self._clock():
            if key not in self._asking:
                self._asking[key] = asyncio.create_task(self._renew(key, kept))
            await asyncio.wait({self._asking[key]}, timeout=patience)
        return kept.value

    async def _renew(self, key: str, kept: _Answer[T]) -> None:
        value = None
        try:
            value = await self._ask(key)
        except Exception as failure:  # an answer of another shape; its text may hold anything
            log.error("An answer could not be read (%s).", type(failure).__name__)
        finally:
            del self._asking[key]
        kept.value = kept.value if value is None else value
        kept.until = self._clock() + (ASKED_AGAIN_AFTER if value is None else self._lasts)

    def forget(self, key: str) -> None:
        """Ask anew when it is wanted next; until there is an answer the one before holds."""
        if key in self._answers:
            self._answers[key].until = _NEVER

    async def close(self) -> None:
        """End what is still being asked."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
