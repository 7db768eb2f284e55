"""Lets the chats of series come into being before they open, and follow their agendas."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from zoneinfo import ZoneInfo

from bot.agendas.schedule import Date, coming
from bot.clockwork.retention import follow
from bot.engine.agenda import Series
from bot.engine.errors import BrokenLog
from bot.engine.signals import AgendaChanged, DateCame
from bot.engine.state import HELD, Stage
from bot.intake.runner import Runner, Store
from bot.store.tables import ChatLine

log = logging.getLogger(__name__)

SHORTEST_LEAD = timedelta(hours=24)
SLACK = timedelta(minutes=5)
"""A chat exists this much before its first reminder, so that the reminder comes on time."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """A series that was looked at, and when to look again; None: it has no date any more."""

    series: Series
    again_at: datetime | None


class Planner:
    """Looks at the dates of all series."""

    def __init__(
        self,
        runner: Runner,
        store: Store,
        catalogue: Callable[[], Mapping[str, Series]],
        unreadable: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._runner = runner
        self._store = store
        self._catalogue = catalogue
        self._unreadable = unreadable  # series whose file is there but wrong
        self._looked: dict[str, _Looked] = {}

    async def plan(self, now: datetime) -> datetime | None:
        """Let every chat exist whose date is near; return when to look again.

        Dates that passed while nobody looked come too: their chats open late, or are missed. A
        series that has not changed since it was looked at is left alone until its next date is
        near. Dates are computed beside the event loop: a rule that hardly ever happens takes long.
        """
        catalogue = self._catalogue()
        async with self._store.reading() as tables:
            seen_until = await tables.planned_until()
        looked: dict[str, _Looked] = {}
        for name, series in catalogue.items():
            known = self._looked.get(name)
            if known is None or known.series is not series or _is_over(known.again_at, now):
                again_at = await self._plan(series, seen_until.get(name), now)
                known = _Looked(series, again_at)
            looked[name] = known
        async with self._store.writing() as tables:
            await tables.set_planned_until(
                {name: now + lead_of(series) for name, series in catalogue.items()}
            )
        self._looked = looked
        moments = [one.again_at for one in looked.values() if one.again_at is not None]
        return min(moments, default=None)

    async def _plan(
        self, series: Series, seen_until: datetime | None, now: datetime
    ) -> datetime | None:
        running_since = now - series.agenda.window
        since = running_since if seen_until is None else min(seen_until, running_since)
        dates, again_at = await asyncio.to_thread(_near, series, since, now)
        if any(date.opens_at <= now for date, _ in dates):
            async with self._store.reading() as tables:
                lines = await tables.lines(series.name)
            dates = [
                (date, after)
                for date, after in dates
                if date.opens_at > now or not _was_replaced(date, series, lines)
            ]
        await asyncio.gather(
            *(
                self._runner.handle(
                    DateCame(now, date.chat, series.name, date.agenda, date.opens_at, after)
                )
                for date, after in dates
            )
        )
        return again_at

    async def follow_agendas(self, now: datetime) -> None:
        """Tell every chat that has not opened what its agenda says by now.

        Those that have are told for how long it keeps what people said.
        """
        async with self._store.reading() as tables:
            lines = await tables.lines_in_stage(Stage.PLANNED)
        by_series = groupby(
            sorted(lines, key=lambda line: (line.series, line.opens_at, line.id)),
            key=lambda line: line.series,
        )
        for name, planned in by_series:
            if name not in self._unreadable():
                await self._follow(self._catalogue().get(name), list(planned), now)
        await follow(self._runner, self._store, self._catalogue(), now)

    async def _follow(self, series: Series | None, planned: list[ChatLine], now: datetime) -> None:
        """Match a series' chats with its dates: by moment, else by day; the rest is cancelled."""
        dates: list[tuple[Date, datetime | None]] = []
        if series is not None:
            first, last = planned[0].opens_at, planned[-1].opens_at
            dates = await asyncio.to_thread(_around, series, first, last)
        for chat in planned:
            same = [pair for pair in dates if pair[0].opens_at == chat.opens_at]
            if not same and series is not None:
                day = chat.opens_at.astimezone(ZoneInfo(series.agenda.zone)).date()
                taken = {other.opens_at for other in planned}
                same = [p for p in dates if p[0].day == day and p[0].opens_at not in taken]
            changed = AgendaChanged(now, None, None)
            if same:
                dates.remove(same[0])
                date, after = same[0]
                changed = AgendaChanged(now, date.agenda, date.opens_at, after)
            try:
                await self._runner.handle(changed, chat.id)
            except BrokenLog as broken:  # those beside it follow all the same
                log.error("Chat %s follows no agenda: its log is broken (%s).", chat.id, broken)


def _around(series: Series, first: datetime, last: datetime) -> list[tuple[Date, datetime | None]]:
    """Return the dates from two days before the one moment to two days after the other."""
    dates = _with_following(coming(series, first - timedelta(days=2)))
    return list(takewhile(lambda pair: pair[0].opens_at <= last + timedelta(days=2), dates))


def _near(
    series: Series, since: datetime, now: datetime
) -> tuple[list[tuple[Date, datetime | None]], datetime | None]:
    """Return the dates after `since` that are near, and when the one after them will be."""
    lead = lead_of(series)
    dates: list[tuple[Date, datetime | None]] = []
    for date, after in _with_following(coming(series, since)):
        if date.opens_at > now + lead:
            return dates, date.opens_at - lead
        if date.opens_at > since:
            dates.append((date, after))
    return dates, None


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _was_replaced(date: Date, series: Series, lines: Sequence[ChatLine]) -> bool:
    """Say whether a chat was held in the place of a date that has passed.

    An agenda that is rewritten while its chat runs, or after it, may have moved the date of that
    very chat into the past; this is no reason to open a second one.
    """
    zone = ZoneInfo(series.agenda.zone)
    held = [line for line in lines if line.stage in HELD]
    return any(
        line.opens_at.astimezone(zone).date() == date.day or line.ends_at > date.opens_at
        for line in held
    )


def _with_following(dates: Iterator[Date]) -> Iterator[tuple[Date, datetime | None]]:
    """Yield each date with the opening of the one after it."""
    before = next(dates, None)
    for date in dates:
        if before is not None:
            yield before, date.opens_at
        before = date
    if before is not None:
        yield before, None


def lead_of(series: Series) -> timedelta:
    """Return how long before its opening a chat exists."""
    return max([SHORTEST_LEAD, *series.agenda.reminders]) + SLACK
