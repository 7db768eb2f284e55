"""The coming chats of series, as lines for people and programs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.agendas.schedule import Date, coming, coming_from, next_date
from bot.cli.terminal import in_columns
from bot.engine import wording
from bot.engine.agenda import Series

NONE_COMING = "No chat is coming. Dates stand in the agendas, under schedule or starts."


def date_lines(
    series: Iterable[Series], count: int, now: datetime, day: date | None = None
) -> list[str]:
    """Write one line for each of the next `count` chats of each series, in order of opening.

    They are those that open at `now` or later, or on `day` (in the chat's own zone) or later.
    """
    found: list[Date] = []
    for one in series:
        dates = coming(one, now) if day is None else coming_from(one, day)
        found += itertools.islice(dates, count)
    return in_columns([_cells(date_) for date_ in sorted(found, key=_order)])


def series_lines(series: Iterable[Series], now: datetime) -> list[str]:
    """Write one line for each series, with its next date."""
    rows: list[Sequence[str]] = []
    for one in series:
        following = next_date(one, now)
        cells = _cells(following)[1:] if following else ("no date is coming",)
        rows.append((one.name, *cells))
    return in_columns(rows)


def _order(date_: Date) -> tuple[datetime, str]:
    return date_.opens_at, date_.chat


def _cells(date_: Date) -> tuple[str, ...]:
    """Write a chat: id, wall time in its zone, UTC, topics, and what is missing for it."""
    return (
        date_.chat,
        f"{date_.opens_local:%a %Y-%m-%d %H:%M} {date_.agenda.zone}",
        f"{date_.opens_at:%Y-%m-%dT%H:%MZ}",
        wording.count(len(date_.agenda.topics), "topic"),
        ", ".join(date_.missing) or "complete",
    )
