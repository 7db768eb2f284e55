"""What fails and is tried again: when, and what the log says: each reason once, and its end."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta

from bot.engine.errors import RoundsError

AFTER_A_FAILURE = timedelta(seconds=5)
"""Where nothing says for how long to wait."""

AT_LEAST_EVERY = timedelta(minutes=5)
AT_MOST_EVERY = timedelta(seconds=1)


def patience(tries: int, retry_after: timedelta | None) -> timedelta:
    """Wait as long as a platform says, else twice as long each time, up to five minutes."""
    if retry_after is not None:
        return max(retry_after, AT_MOST_EVERY)
    return min(timedelta(seconds=2 ** min(tries, 9)), AT_LEAST_EVERY)


class Outage:
    """Something that is tried again and again; `log` is that of whoever tries.

    `waits` says what does not happen meanwhile and when it is tried again, `over` that it happens.
    """

    def __init__(self, log: logging.Logger, waits: str, over: str) -> None:
        self._log = log
        self._waits = waits
        self._over = over
        self._told: set[str] = set()

    def failed(self, failure: Exception) -> None:
        """Say that it failed, once for each reason until it succeeds.

        What is not Rounds' own is a fault of the program: the log has the places it went through.
        """
        is_ours = isinstance(failure, RoundsError)
        why = str(failure) if is_ours else f"{type(failure).__name__}."
        place = "" if is_ours else str(traceback.extract_tb(failure.__traceback__)[-1:])
        if why + place in self._told:
            return
        self._told.add(why + place)
        self._log.error("%s: %s", self._waits, why, exc_info=None if is_ours else failure)

    def passed(self) -> None:
        """Say that it succeeds again, if it had failed."""
        if self._told:
            self._told.clear()
            self._log.warning("%s", self._over)
