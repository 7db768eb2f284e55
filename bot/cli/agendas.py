"""The commands that read agendas: what is wrong in them, when their chats come."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.agendas.agenda import load_chats, read_agenda
from bot.agendas.form import schema
from bot.agendas.mistakes import AgendaMistakes, Mistake, shown
from bot.agendas.remarks import overlaps, remarks
from bot.cli.dates import NONE_COMING, date_lines, series_lines
from bot.cli.faults import Stopped
from bot.cli.invocation import MISTAKE, say_all, settings_for_once
from bot.cli.options import Chats, Count, Day
from bot.cli.terminal import complain
from bot.clock import clock
from bot.engine.agenda import Series

agendas = typer.Typer(add_completion=False, rich_markup_mode=None)
"""Commands that need agendas alone."""


@agendas.command(
    "check",
    short_help="Look for mistakes in agendas.",
    epilog="Examples: rounds check · rounds check chats/urojc.yaml",
)
def _check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Agendas, or folders of them.", show_default=False),
    ] = None,
    chats: Chats = None,
) -> None:
    """Look for mistakes in agendas; without any, print each series with its next date.

    A mistake is printed as file:line:column: what is wrong, and what to write instead.
    """
    settings, now = settings_for_once(ROUNDS_CHATS=chats), clock()
    series, mistakes = _read(paths or [settings.chats], now)
    say_all(mistakes or series_lines(series, now))
    if mistakes:
        raise typer.Exit(MISTAKE)
    for sentence in (*(said for one in series for said in remarks(one)), *overlaps(series, now)):
        complain(sentence)


def _read(paths: Iterable[Path], now: datetime) -> tuple[list[Series], list[Mistake]]:
    """Read agendas and folders of them."""
    series: list[Series] = []
    mistakes: list[Mistake] = []
    for path in paths:
        if path.is_dir():
            found, wrong = load_chats(path, now)
            series += found
            mistakes += wrong
            continue
        try:
            series.append(read_agenda(path, now))
        except AgendaMistakes as error:
            mistakes += error.mistakes
    return series, mistakes


@agendas.command(
    "next",
    short_help="Print the coming chats.",
    epilog="Examples: rounds next · rounds next urojc --count 12",
)
def _next(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="SERIES", help="Agendas' names without .yaml.", show_default=False),
    ] = None,
    chats: Chats = None,
    count: Count = 3,
    day: Day = None,
) -> None:
    """Print the coming chats, one a line, in order of opening.

    A line holds the chat's id, its opening as a wall time in its zone and in UTC, how many topics
    it has, and what is still missing.
    """
    settings, now = settings_for_once(ROUNDS_CHATS=chats), clock()
    series, mistakes = load_chats(settings.chats, now)
    known = {one.name: one for one in series}
    concern = [m for m in mistakes if not names or not known or Path(m.file).stem in names]
    wrong = {Path(mistake.file).stem for mistake in concern}
    wanted = list(dict.fromkeys(names or known))
    for name in wanted:
        if name not in known and name not in wrong and known:
            raise Stopped(_no_series(name, known))
    found = date_lines([known[name] for name in wanted if name in known], count, now, day)
    say_all(found)
    if not found and not concern:
        complain(NONE_COMING)
    for mistake in concern:
        complain(str(mistake))
    if concern:
        raise typer.Exit(MISTAKE)


def _no_series(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(Path(name).stem, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
    return f"There is no series {shown(name)}. {hint}"


@agendas.command(
    "schema",
    short_help="Print an agenda's JSON Schema.",
    epilog="Example: rounds schema > agenda.schema.json",
)
def _schema() -> None:
    """Print the JSON Schema of an agenda, for editors that check and complete as one types."""
    settings_for_once()
    say_all(json.dumps(schema(), indent=2, ensure_ascii=False).splitlines())
