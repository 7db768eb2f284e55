"""The only file that reads the clock; all others are given the time, or one of these functions."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def clock() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def tick() -> float:
    """Return seconds since some moment; they pass evenly, whatever the clock is set to."""
    return time.monotonic()
