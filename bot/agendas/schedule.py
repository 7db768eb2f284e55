"""From a series to the dates of its chats, in the chat's own zone: pure, lazy, past and future."""

from __future__ import annotations

import heapq
import itertools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import dropwhile, groupby, islice, takewhile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from bot.agendas.icalendar_rule import in_wall_time, needs_first
from bot.agendas.wall_times import EARLIEST, LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.engine.agenda import Agenda, Series


@dataclass(frozen=True, slots=True)
class Date:
    """One chat of a series, past or coming.

    `day` is the date of its opening in its zone, `opens_local` the opening there (aware),
    `opens_at` and `closes_at` the window in UTC, `agenda` what is held on that date, and
    `missing` what its organizer has still to write.
    """

    chat: str
    day: date
    opens_local: datetime
    opens_at: datetime
    closes_at: datetime
    agenda: Agenda
    missing: tuple[str, ...] = ()


def chat_id(series: str, day: date, nth: int = 1) -> str:
    """Name the `nth` chat (in order of opening) of a series on a day: `urojc-2026-12-07-2`."""
    return f"{series}-{day}" if nth == 1 else f"{series}-{day}-{nth}"


def free_ids(series: str, chat: str) -> Iterator[str]:
    """Yield the ids that a chat may have: its own, then those of further ones on its date."""
    yield chat
    first = chat[: len(series) + len("-2026-12-07")]
    yield from (f"{first}-{number}" for number in itertools.count(2))


def coming(series: Series, since: datetime) -> Iterator[Date]:
    """Yield the chats that open at `since` (aware) or later, in order of opening.

    The sequence may have no end; it is computed as it is read.
    """
    day = max(since.astimezone(UTC).date(), EARLIEST) - timedelta(days=2)  # in any zone
    return dropwhile(lambda date_: date_.opens_at < since, coming_from(series, day))


def coming_from(series: Series, day: date) -> Iterator[Date]:
    """Yield the chats that open on `day`, a day in the chat's own zone, or later, in order."""
    zone = ZoneInfo(series.agenda.zone)
    for that_day, walls in wall_openings(series, day):
        for nth, opens_at in enumerate(sorted(to_utc(wall, zone) for wall in walls), 1):
            yield _date(series, that_day, nth, opens_at)


def next_date(series: Series, since: datetime) -> Date | None:
    """Return the first chat that opens at `since` (aware) or later, None if there is none."""
    return next(coming(series, since), None)


def wall_openings(series: Series, start: date) -> Iterator[tuple[date, tuple[datetime, ...]]]:
    """Yield each day from `start` on which chats open, with their wall times (naive)."""
    schedule = series.schedule
    rule = (wall for wall in rule_openings(series, start) if wall.date() not in schedule.skipped)
    singles = sorted(wall for wall in schedule.singles if wall.date() >= start)
    for day, walls in groupby(heapq.merge(rule, singles), key=datetime.date):
        times = tuple(dict.fromkeys(walls))
        override = series.dates.get(day)
        if override and override.start and len(times) == 1:
            times = (datetime.combine(day, override.start),)
        yield day, times


def rule_openings(series: Series, start: date, last: date = LATEST) -> Iterator[datetime]:
    """Yield the wall times (naive) that the rule of a series gives, `except` or not.

    They lie between `start` and `last`, included; a rule that never happens is looked for so long.
    UNTIL is given as wall time, so that dateutil can stay with naive times; COUNT is counted
    here, because dateutil looks for a COUNTth date up to the year 9999.
    """
    schedule = series.schedule
    if not schedule.rrule or schedule.at is None:
        return iter(())
    rule = in_wall_time(schedule.rrule, ZoneInfo(series.agenda.zone))
    count = re.search(r";COUNT=(\d+)|COUNT=(\d+);", rule)
    rule = rule.replace(count[0], "") if count else rule
    if "UNTIL=" not in rule:
        rule += f";UNTIL={last:%Y%m%d}T235959"
    first = schedule.first or EARLIEST
    if not needs_first(schedule.rrule):
        first = max(first, start)  # such a rule names its days, wherever one begins to look
    begins = datetime.combine(first, schedule.at)
    walls: Iterator[datetime] = iter(rrulestr(rule, dtstart=begins))
    if count:
        walls = islice(walls, int(count[1] or count[2]))
    later = dropwhile(lambda wall: wall.date() < start, walls)
    return takewhile(lambda wall: wall.date() <= last, later)


def to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a naive wall time: of two equal ones the first.

    A wall time that the clocks jump over is counted on from before the jump (02:30 becomes 03:30
    summer time), as iCalendar does (RFC 5545 section 3.3.5).
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def in_gap(wall: datetime, zone: ZoneInfo) -> bool:
    """Say whether the clocks of `zone` jump over a naive wall time."""
    return to_utc(wall, zone).astimezone(zone).replace(tzinfo=None) != wall


def _date(series: Series, day: date, nth: int, opens_at: datetime) -> Date:
    agenda = series.agenda_on(day)
    return Date(
        chat=chat_id(series.name, day, nth),
        day=day,
        opens_local=opens_at.astimezone(ZoneInfo(agenda.zone)),
        opens_at=opens_at,
        closes_at=opens_at + agenda.window,
        agenda=agenda,
        missing=_missing(series, agenda),
    )


def _missing(series: Series, agenda: Agenda) -> tuple[str, ...]:
    """Name what other dates of the series have and this one has not."""
    reads = any(override.reading for override in series.dates.values())
    return ("no reading yet",) if reads and agenda.reading is None else ()
