"""Keeps the next chats of every series in the calendars of platforms, as agendas have them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from bot.agendas.schedule import Date, coming, free_ids
from bot.engine.agenda import Agenda, Series
from bot.engine.state import Stage
from bot.intake.runner import Store
from bot.outages import Outage
from bot.platforms.appointment import (
    LONGEST_TITLE,
    Appointment,
    Board,
    Mark,
    described,
    shortened,
)
from bot.platforms.platform import Unreachable
from bot.store.tables import ChatLine

log = logging.getLogger(__name__)

AHEAD = 2
"""So many chats of a series stand in a calendar."""

COMPARED_EVERY = timedelta(hours=1)
"""People change and remove what stands in a calendar; it is put right this often."""

RETRY_AT_MOST_EVERY = timedelta(minutes=5)
UNREAD = "The coming chats cannot be read; it is tried again in a minute"
WAITS = "The calendar of %s waits; it is tried again in five minutes"

LOOKS_EVERY = timedelta(minutes=1)
"""How long the loop rests at most: the clock may be set meanwhile, which no timer notices."""


def next_dates(series: Series, now: datetime) -> tuple[Date, ...]:
    """Return the dates of the series' next chats that have not opened at `now` (aware)."""
    dates = (date for date in coming(series, now) if date.opens_at > now)
    return tuple(itertools.islice(dates, AHEAD))


def appointments(
    series: Series, dates: Sequence[Date], lines: Iterable[ChatLine]
) -> list[Appointment]:
    """Return what a calendar is to show of a series' dates: one for each date and room.

    `lines` are the series' chats so far. A chat that is planned keeps its id; a date that is still
    too far away to be planned has the id that it will be given then.
    """
    found = []
    for chat, date in _named(series.name, dates, list(lines)):
        agenda = date.agenda
        title = shortened(" ".join(agenda.title.split()), LONGEST_TITLE)
        description = described(Mark(chat, series.name), _body(agenda), agenda.hashtag)
        found += [
            Appointment(chat, series.name, room, title, description, date.opens_at, date.closes_at)
            for room in agenda.rooms
        ]
    return found


def _named(
    series: str, dates: Sequence[Date], lines: Sequence[ChatLine]
) -> Iterator[tuple[str, Date]]:
    """Yield each date with the id of the chat that is planned for its moment, else a free one."""
    planned = {line.opens_at: line.id for line in lines if line.stage is Stage.PLANNED}
    taken = {line.id for line in lines if line.stage is not Stage.PLANNED}
    taken |= {planned[date.opens_at] for date in dates if date.opens_at in planned}
    for date in dates:
        chat = planned.get(date.opens_at)
        if chat is None:
            chat = next(name for name in free_ids(series, date.chat) if name not in taken)
            taken.add(chat)
        yield chat, date


def _body(agenda: Agenda) -> str:
    """Say what is read, and what the organizer says at the opening."""
    reading = agenda.reading
    about = [reading.citation and f"Reading: {reading.citation}", reading.link] if reading else []
    parts = ["\n".join(line.strip() for line in about if line.strip()), agenda.welcome.strip()]
    return "\n\n".join(part for part in parts if part)


class Calendar:
    """Keeps the calendars of platforms; one that refuses holds up nothing else.

    Nothing is remembered beyond the process: each calendar is compared with the agendas.
    `boards` are the calendars by platform; `unreadable` names the series whose file is there but
    wrong, and what stands of them is left alone.
    """

    def __init__(
        self,
        store: Store,
        catalogue: Callable[[], Mapping[str, Series]],
        boards: Mapping[str, Board],
        clock: Callable[[], datetime],
        unreadable: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._boards = boards
        self._clock = clock
        self._unreadable = unreadable
        self._dates: dict[str, tuple[Series, datetime, tuple[Date, ...]]] = {}
        self._asked: dict[str, tuple[tuple[Appointment, ...], frozenset[str]]] = {}
        self._asked_at: dict[str, datetime] = {}
        self._again: dict[str, datetime] = {}
        self._refused: dict[str, frozenset[str]] = {}
        self._due: set[str] = set()
        self._poked = asyncio.Event()
        self._keeping = asyncio.Lock()
        self._unread = Outage(log, UNREAD, "The coming chats can be read again.")
        self._failing = {
            platform: Outage(log, WAITS % platform, f"The calendar of {platform} is kept again.")
            for platform in boards
        }

    def poke(self) -> None:
        """Look again: agendas or chats may have changed. If nothing did, no platform is asked."""
        self._poked.set()

    def connected(self, platform: str) -> None:
        """Compare at once, or a minute after the last time: something may have changed there.

        It can be reached again, or announces a change; it may do so all the time.
        """
        self._due.add(platform)
        self.poke()

    async def run(self) -> None:
        """Keep the calendars until cancelled."""
        while True:
            self._poked.clear()
            again = await self.keep(self._clock())
            wait = min(max(again - self._clock(), timedelta(0)), LOOKS_EVERY)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), wait.total_seconds())

    async def keep(self, now: datetime) -> datetime:
        """Bring the calendars up to date where something changed; return when to look again.

        What fails is logged once and tried again after five minutes; nothing is raised.
        """
        async with self._keeping:
            try:
                wanted = await self._wanted(now)
            except Exception as failure:
                self._unread.failed(failure)
                return now + LOOKS_EVERY
            self._unread.passed()
            spared = self._unreadable()
            for_each = (
                self._keep(
                    platform, tuple(a for a in wanted if a.room.platform == platform), spared, now
                )
                for platform in self._boards
            )
            return min(await asyncio.gather(*for_each), default=now + COMPARED_EVERY)

    async def _wanted(self, now: datetime) -> list[Appointment]:
        """Return what the calendars are to show; dates are computed only where they changed."""
        if not self._boards:
            return []
        series = list(self._catalogue().values())
        async with self._store.reading() as tables:
            lines = await tables.lines()
        chats: dict[str, list[ChatLine]] = {}
        for line in lines:
            chats.setdefault(line.series, []).append(line)
        dates = {one.name: self._dates_of(one, now) for one in series}
        self._dates = {one.name: self._dates[one.name] for one in series}
        return [
            appointment
            for one in series
            for appointment in appointments(one, dates[one.name], chats.get(one.name, ()))
        ]

    def _dates_of(self, series: Series, now: datetime) -> tuple[Date, ...]:
        known = self._dates.get(series.name)
        if known is not None:
            as_read, since, dates = known
            if as_read is series and since <= now and all(now < date.opens_at for date in dates):
                return dates
        dates = next_dates(series, now)
        self._dates[series.name] = (series, now, dates)
        return dates

    async def _keep(
        self,
        platform: str,
        wanted: tuple[Appointment, ...],
        spared: frozenset[str],
        now: datetime,
    ) -> datetime:
        """Bring one calendar up to date; return when to ask it again."""
        again = self._again.get(platform, now)
        if platform in self._due:
            last = self._asked_at.get(platform)
            again = now if last is None else min(again, last + LOOKS_EVERY)
        changed = self._asked.get(platform) != (wanted, spared)
        if not changed and now < again <= now + COMPARED_EVERY:
            return again
        self._due.discard(platform)
        self._asked[platform] = (wanted, spared)
        self._asked_at[platform] = now
        try:
            refused = frozenset(await self._boards[platform].keep_appointments(wanted, spared, now))
            self._report(platform, refused)
            again = now + (RETRY_AT_MOST_EVERY if refused else COMPARED_EVERY)
        except Unreachable:  # its adapter says so in the log
            del self._asked_at[platform]  # so that it is asked as soon as it can be
            again = now + RETRY_AT_MOST_EVERY
        except Exception as failure:
            self._failing[platform].failed(failure)
            again = now + RETRY_AT_MOST_EVERY
        else:
            self._failing[platform].passed()
        self._again[platform] = again
        return again

    def _report(self, platform: str, refused: frozenset[str]) -> None:
        """Log what is refused, once as long as it is, and that nothing is any more."""
        before = self._refused.get(platform, frozenset())
        for sentence in sorted(refused - before):
            log.warning("%s", sentence)
        if before and not refused:
            log.info("The calendar of %s shows the coming chats again.", platform)
        self._refused[platform] = refused
