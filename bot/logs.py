"""The log: one line a record on standard error, and nothing in it that people said."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from types import TracebackType

from bot.agendas.mistakes import printable

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Lines(logging.Formatter):
    """Writes a record as one line; an exception as its kind and where it was raised.

    What an exception says is left out, for it may quote a message; so are its local values.
    """

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line, and the places of its exception below it."""
        record.exc_text = None  # another formatter may have left its own here
        line, *places = super().format(record).split("\n")
        return "\n".join(printable(text) for text in (line, *(f"  {place}" for place in places)))

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  logging's own name
        """Name the kind of exception and the places it went through, the innermost last."""
        kind, _error, places = ei
        lines = [
            f"{frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(places)
        ]
        return "\n".join([kind.__name__ if kind else "", *lines])


class FirstLine(logging.Filter):
    """Keeps asyncio's sentence and drops its list of objects, whose forms may quote messages."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the record's message after its first line."""
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return True


class Needless(logging.Filter):
    """Drops what discord.py says of itself, however often.

    At every start it says that it can join no voice channel, and at every try to connect where in
    its code it found no way. That there is none is said once by what supervises the connection.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything else pass."""
        said = record.getMessage()
        return not (
            "voice will NOT be supported" in said or said.startswith("Attempting a reconnect")
        )


def keep_log(level: str) -> None:
    """Write the log from this level on (`debug`, `info`, `warning`, `error`) to standard error.

    The libraries never write at `debug`, where they quote rows and payloads.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    own = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(own, logging.INFO), handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(own)
    logging.getLogger("asyncio").addFilter(FirstLine())
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every ring
    logging.getLogger("discord").setLevel(logging.WARNING)  # it tells of every try to connect
    logging.getLogger("discord.client").addFilter(Needless())
    for library in ("slack_bolt", "slack_sdk"):  # they log whole requests, and what was said
        logging.getLogger(library).handlers = [logging.NullHandler()]
        logging.getLogger(library).propagate = False
