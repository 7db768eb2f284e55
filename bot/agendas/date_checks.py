"""Whether the dates that an agenda names are dates of its schedule, and times that exist."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.agendas.form import AgendaForm
from bot.agendas.form_filling import Path, find, key_mark, mark_of
from bot.agendas.mistakes import Flaw, Mark
from bot.agendas.schedule import in_gap, rule_openings, to_utc, wall_openings
from bot.agendas.wall_times import EARLIEST, LATEST
from bot.agendas.yaml_tree import Mapping
from bot.engine.agenda import Series

A_YEAR = timedelta(days=366)
A_DECADE = timedelta(days=3660)
LONGEST_WAIT = timedelta(days=366 * 41)
"""A 29 February on a given weekday comes after 28 years, and once after 40, around 2100."""


def date_flaws(
    series: Series, form: AgendaForm, root: Mapping, now: datetime | None
) -> Iterator[Flaw]:
    """Yield the flaws of a series' dates; `form` and `root` tell where each was written.

    With `now` (aware) the rule's openings of the coming year must exist on the clocks.
    """
    rule: Path = ("schedule", "every")
    if find(root, rule) is None:
        rule = ("schedule", "rrule")
    first = series.schedule.first or EARLIEST
    last = min(LATEST, first + LONGEST_WAIT)
    if series.schedule.rrule and next(rule_openings(series, first, last), None) is None:
        yield Flaw(mark_of(root, rule), "No date fits this rule. Change it.")
        return
    yield from _singles(series, form, root)
    yield from _skipped(series, form, root)
    yield from _dates(series, root)
    gap = _gap_of_coming_year(series, now) if now else None
    if gap:
        words = f"{_gap(gap, series)} Choose another time, or leave this date out: except: "
        yield Flaw(mark_of(root, rule), f"{words}[{gap.date()}]")


def _singles(series: Series, form: AgendaForm, root: Mapping) -> Iterator[Flaw]:
    key: Path = ("starts",) if form.starts is not None else ("schedule", "also")
    moments = form.starts or (form.schedule and form.schedule.also) or []
    rule_alone = replace(series, dates={}, schedule=replace(series.schedule, singles=()))
    ruled = _held(rule_alone, [moment.date() for moment in moments if moment])
    seen: set[datetime] = set()
    for place, wall in enumerate(moments):
        if wall is None:
            continue
        at = mark_of(root, (*key, place))
        if wall in seen:
            yield Flaw(at, f"{wall:%Y-%m-%d %H:%M} stands twice. Delete one of the two.")
        elif wall in ruled.get(wall.date(), ()):
            words = f"The schedule has a chat on {wall:%Y-%m-%d %H:%M} already. Delete this one."
            yield Flaw(at, words)
        seen.add(wall)
        if _in_gap(wall, series):
            yield Flaw(at, f"{_gap(wall, series)} Write another time.")


def _skipped(series: Series, form: AgendaForm, root: Mapping) -> Iterator[Flaw]:
    days = (form.schedule and form.schedule.except_) or []
    rule_alone = replace(series.schedule, skipped=frozenset(), singles=())
    held = _held(replace(series, dates={}, schedule=rule_alone), [day for day in days if day])
    for place, day in enumerate(days):
        if day and day not in held:
            words = f"The schedule has no chat on {day} that could be left out."
            at = mark_of(root, ("schedule", "except", place))
            yield Flaw(at, f"{words} {_nearest(held, day)} Correct it or delete it.")


def _dates(series: Series, root: Mapping) -> Iterator[Flaw]:
    held = _held(replace(series, dates={}), list(series.dates))
    for day, override in series.dates.items():
        path: Path = ("dates", str(day))
        if day not in held:
            words = f"No chat falls on {day}. {_nearest(held, day)} Correct the date"
            yield Flaw(key_mark(root, path), f"{words}, or add a chat with also or starts.")
        elif override.start:
            at = mark_of(root, (*path, "start"))
            yield from _moved(series, held[day], datetime.combine(day, override.start), at)


def _moved(series: Series, held: tuple[datetime, ...], wall: datetime, at: Mark) -> Iterator[Flaw]:
    if len(held) > 1:
        words = (
            f"Several chats open on {wall.date()}, so it is not clear which one to move. Change "
            "the time where it is given, in schedule or starts."
        )
        yield Flaw(at, words)
    if _in_gap(wall, series):
        yield Flaw(at, f"{_gap(wall, series)} Write another time.")


def _gap_of_coming_year(series: Series, now: datetime) -> datetime | None:
    today = now.astimezone(ZoneInfo(series.agenda.zone)).date()
    ruled = takewhile(lambda wall: wall.date() <= today + A_YEAR, rule_openings(series, today))
    for wall in ruled:
        override = series.dates.get(wall.date())
        moved = override is not None and override.start is not None
        skipped = wall.date() in series.schedule.skipped
        if _in_gap(wall, series) and not moved and not skipped:
            return wall
    return None


def _held(series: Series, days: list[date]) -> dict[date, tuple[datetime, ...]]:
    """Return the wall times of every day with a chat, from long before `days` to long after."""
    if not days:
        return {}
    openings = wall_openings(series, max(EARLIEST, min(days) - A_DECADE))
    last = max(days) + A_DECADE
    return dict(takewhile(lambda held: held[0] <= last, openings))


def _nearest(held: dict[date, tuple[datetime, ...]], day: date) -> str:
    days = list(held)
    place = bisect(days, day)
    near = [f"{near:%A} {near}" for near in days[max(0, place - 1) : place + 1]]
    if not near:
        return "There is no chat on any date near it."
    return f"The nearest {'is' if len(near) == 1 else 'are'} {' and '.join(near)}."


def _in_gap(wall: datetime, series: Series) -> bool:
    return in_gap(wall, ZoneInfo(series.agenda.zone))


def _gap(wall: datetime, series: Series) -> str:
    zone = ZoneInfo(series.agenda.zone)
    after = to_utc(wall, zone).astimezone(zone)
    return (
        f"{wall:%H:%M} does not exist on {wall:%Y-%m-%d} in {zone.key}: the clocks are put forward "
        f"over it, to {after:%H:%M}."
    )
