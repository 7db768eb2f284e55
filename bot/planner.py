"""Lets the chats of series come into being before they open, and follow their agendas."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.agendas.schedule import Date, coming
from bot.engine.agenda import Series
from bot.engine.errors import BrokenLog
from bot.engine.signals import AgendaChanged, DateCame
from bot.engine.state import Stage
from bot.retention import follow
from bot.runner import Runner, Store
from bot.store.tables import ChatLine

log = logging.getLogger(__name__)

SHORTEST_LEAD = timedelta(hours=24)
HELD = (Stage.OPEN, Stage.CLOSED, Stage.SUMMARISED, Stage.ARCHIVED)
"""The stages of chats that have opened."""

SLACK = timedelta(minutes=5)
"""A chat exists this much before its first reminder, so that the reminder comes on time."""


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

    async def plan(self, now: datetime) -> datetime | None:
        """Let every chat exist whose date is near; return when to look again.

        Dates that passed while nobody looked come too: their chats open late, or are missed.
        """
        following = [await self._plan(series, now) for series in self._catalogue().values()]
        return min((moment for moment in following if moment is not None), default=None)

    async def _plan(self, series: Series, now: datetime) -> datetime | None:
        lead = lead_of(series)
        async with self._store.reading() as tables:
            seen_until = await tables.planned_until(series.name)
            lines = await tables.lines(series.name)
        running_since = now - series.agenda.window
        since = running_since if seen_until is None else min(seen_until, running_since)
        plan_at: datetime | None = None
        for date, after in _with_following(coming(series, since)):
            if date.opens_at > now + lead:
                plan_at = date.opens_at - lead
                break
            replaced = date.opens_at <= now and _was_replaced(date, series, lines)
            if date.opens_at > since and not replaced:
                await self._runner.handle(
                    DateCame(now, date.chat, series.name, date.agenda, date.opens_at, after)
                )
        async with self._store.writing() as tables:
            await tables.set_planned_until(series.name, now + lead)
        return plan_at

    async def follow_agendas(self, now: datetime) -> None:
        """Tell every chat that has not opened what its agenda says by now.

        Those that have are told for how long it keeps what people said.
        """
        async with self._store.reading() as tables:
            lines = await tables.lines_in_stage(Stage.PLANNED)
        by_series = itertools.groupby(
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
            around = timedelta(days=2)
            dates = list(
                itertools.takewhile(
                    lambda pair: pair[0].opens_at <= last + around,
                    _with_following(coming(series, first - around)),
                )
            )
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
