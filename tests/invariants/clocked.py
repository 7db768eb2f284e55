"""`python -m bot` with a clock that a test sets; nothing else in it is other than it is.

The file that CLOCK names holds how many seconds the program is ahead of this machine.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot.clock
from bot.__main__ import main

AHEAD = Path(os.environ["CLOCK"])


def clock() -> datetime:
    """Return the time in which the program lives."""
    return datetime.now(UTC) + timedelta(seconds=float(AHEAD.read_text("utf-8")))


bot.clock.clock = clock
main()
