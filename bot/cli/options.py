"""What the options of the command line mean, and how a wrong one is told."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot import setting_values
from bot.agendas.mistakes import shown
from bot.agendas.wall_times import EARLIEST, LATEST, read_day
from bot.engine.commands import FORMATS
from bot.engine.showing import EDITIONS, Audience

T = TypeVar("T")

MOST_DATES = 1000
"""Dates of one series that are listed at most."""

EVERY_FORMAT = ",".join(FORMATS)


def read_count(text: str) -> int:
    """Read how many; raises ValueError with a sentence."""
    if re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= MOST_DATES:
        return int(text)
    raise ValueError(f"Write a number from 1 to {MOST_DATES}.")


def read_formats(text: str) -> tuple[str, ...]:
    """Read formats with commas between, each once; raises ValueError with a sentence."""
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",")))
    for name in names:
        if name not in FORMATS:
            raise ValueError(f"{shown(name)} is no format. Write some of {','.join(FORMATS)}.")
    return names


def read_edition(text: str) -> Audience:
    """Read for whom a transcript is; raises ValueError with a sentence."""
    if (name := text.strip().lower()) in EDITIONS:
        return Audience(name)
    raise ValueError(f"{shown(text)} is no edition. Write one of {', '.join(EDITIONS)}.")


def read_instant(text: str) -> datetime:
    """Read a moment with its zone, as UTC; raises ValueError with a sentence."""
    moment = None
    with contextlib.suppress(ValueError, OverflowError):
        instant = datetime.fromisoformat(text)
        moment = instant.astimezone(UTC) if instant.tzinfo is not None else None
    if moment is None:
        raise ValueError(
            f"{shown(text)} is no moment with its zone. Write it like 2026-12-06T20:00Z."
        )
    if not EARLIEST <= moment.date() <= LATEST:
        raise ValueError(f"{shown(text)} is out of reach. Check the year.")
    return moment


def read_secure_url(text: str) -> str:
    """Read the address under which Slack reaches the pages; raises ValueError with a sentence.

    Slack sends to https alone (apis/events-api/using-http-request-urls).
    """
    with contextlib.suppress(ValueError):
        url = setting_values.read_url(text)
        if url.startswith("https://"):
            return url
    raise ValueError(
        f"{shown(text)} is no address to which Slack sends. Write it like "
        "https://chat.example.org, with nothing after the host or its port."
    )


def _told(read: Callable[[str], T]) -> Callable[[object], T]:
    """Tell Typer of a wrong value; a default, which is read already, stays as it is."""

    def parse(value: object) -> T:
        if not isinstance(value, str):
            return value  # type: ignore[return-value]
        try:
            return read(value)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parse


Chats = Annotated[
    str | None,
    typer.Option("--chats", metavar="DIR", help="The folder of the agendas (default: chats)."),
]
Data = Annotated[str | None, typer.Option("--data", metavar="DIR", help="The store's folder.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for the files.")]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="NAME", help="The address to listen at (default: 127.0.0.1)."),
]
Port = Annotated[
    str | None,
    typer.Option("--port", metavar="NUMBER", help="The port to listen at (default: 8080)."),
]
SlackUrl = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        parser=_told(read_secure_url),
        help="Where Slack reaches the pages: ROUNDS_URL. Without it: Socket Mode.",
    ),
]
ForgetsLeavers = Annotated[
    bool,
    typer.Option(
        "--forget-on-leave",
        help="Have Slack tell who leaves, for agendas that say forget_on_leave: true.",
    ),
]
Count = Annotated[
    int,
    typer.Option("--count", metavar="NUMBER", parser=_told(read_count), help="Of each series."),
]
Day = Annotated[
    date | None,
    typer.Option(
        "--from",
        metavar="DAY",
        parser=_told(read_day),
        help="The first day, in the chat's own zone; it may be past.",
    ),
]
Formats = Annotated[
    str,
    typer.Option("--to", metavar="FORMATS", parser=_told(read_formats), help="Commas between."),
]
Edition = Annotated[
    str,
    typer.Option(
        "--edition",
        metavar="NAME",
        parser=_told(read_edition),
        help="organizers, public or research.",
    ),
]
Instant = Annotated[
    datetime,
    typer.Option(
        "--starts", metavar="MOMENT", parser=_told(read_instant), help="When the chat opened."
    ),
]
