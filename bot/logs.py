"""The log: one line a record on standard error, and nothing in it that people said."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import TextIO

from bot.agendas.mistakes import printable

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

FIELDS = ("platform", "room", "chat", "key")
"""What a record may be given besides its sentence (`extra`): where it was, never what was said."""

UNWRITTEN = "A record of line %d cannot be put into words (%s)."


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
        return "\n".join(_kind_and_places(ei))


class Objects(logging.Formatter):
    """Writes a record as one line that is a JSON object, for programs that collect logs.

    It always has `time` (UTC), `level`, `logger` and `message`. What the sentence was put together
    from is in `sentence` and `values`, so that records of one kind can be counted; `FIELDS` are
    there where they were given, and `exception` has its kind and places, never what it says.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's object; whatever is in it, there is no end of a line."""
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, object] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if isinstance(record.args, tuple) and record.args:
            told["sentence"] = str(record.msg)
            told["values"] = [_plain(value) for value in record.args]
        told |= {name: str(vars(record)[name]) for name in FIELDS if name in vars(record)}
        if record.exc_info:
            kind, *places = _kind_and_places(record.exc_info)
            told["exception"] = {"kind": kind, "places": places}
        return json.dumps(told)  # every sign that is not ASCII is escaped


def _plain(value: object) -> object:
    """Return a value as JSON can have it: numbers stay, everything else is said in words."""
    if isinstance(value, bool | int) or (isinstance(value, float) and abs(value) < float("inf")):
        return value
    return str(value)


def _kind_and_places(ei: ExcInfo) -> list[str]:
    kind, _error, places = ei
    lines = [f"{one.filename}:{one.lineno} in {one.name}" for one in traceback.extract_tb(places)]
    return [kind.__name__ if kind else "", *lines]


FORMS: Mapping[str, type[logging.Formatter]] = MappingProxyType({"lines": Lines, "json": Objects})
"""How the log can be written."""


class ToStandardError(logging.StreamHandler[TextIO]):
    """Writes records; of one that cannot be put into words its place and fault alone."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Say where the record is from; what it was to say stays unsaid, for it may be quoted."""
        fault = sys.exception()
        if record.msg is UNWRITTEN or isinstance(fault, OSError):  # nobody is there to be told
            return
        record.msg, record.args = UNWRITTEN, (record.lineno, type(fault).__name__)
        record.exc_info = None
        self.emit(record)


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


class CutOff(logging.Filter):
    """Drops the fault of aiohttp's own in which a request ends as its server stops waiting for it.

    It marks a future as done that it has just cancelled (`RequestHandler._handle_request`); by
    then everything is answered, or cut off as it was to be.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything else pass."""
        if not record.exc_info or record.exc_info[0] is not asyncio.InvalidStateError:
            return True
        *_, place = traceback.extract_tb(record.exc_info[2])
        return place.name != "_handle_request"


def keep_log(level: str, form: str = "lines") -> None:
    """Write the log from this level on (`debug`, `info`, `warning`, `error`) to standard error.

    `form` is one of FORMS. The libraries never write at `debug`, where they quote rows and
    payloads.
    """
    handler = ToStandardError(sys.stderr)
    handler.setFormatter(FORMS[form]())
    own = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(own, logging.INFO), handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(own)
    logging.getLogger("asyncio").addFilter(FirstLine())
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every ring
    logging.getLogger("discord").setLevel(logging.WARNING)  # it tells of every try to connect
    logging.getLogger("discord.client").addFilter(Needless())
    logging.getLogger("aiohttp.server").addFilter(CutOff())
    for library in ("slack_bolt", "slack_sdk"):  # they log whole requests, and what was said
        logging.getLogger(library).handlers = [logging.NullHandler()]
        logging.getLogger(library).propagate = False
