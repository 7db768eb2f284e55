"""Chats come into being before their dates, follow their agendas, and are opened once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.agendas.agenda import parse_agenda
from bot.clockwork.planner import SLACK, Planner, lead_of
from bot.engine.agenda import Series
from bot.engine.commands import parse
from bot.engine.errors import Refused
from bot.engine.people import Person
from bot.engine.signals import Asked, StartAsked
from bot.engine.state import Chat
from bot.store import queue
from tests.house import House, house, moderator, room_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

WEEKLY = "schedule: {every: thursday at 21:00}"
MONTHLY = "schedule: {every: first monday at 07:00}"


def club(
    schedule: str,
    zone: str = "America/New_York",
    window: str = "1h",
    asks: tuple[str, ...] = ("Why?",),
) -> Series:
    topics = ", ".join(f'{{ask: "{ask}", after: {10 * n}m}}' for n, ask in enumerate(asks))
    text = (
        f"title: A club\nzone: {zone}\n{schedule}\nwindow: {window}\nrooms: [{{local: club}}]\n"
        f"moderators: {{local: [henry]}}\nreminders: [24h, 15m]\ntopics: [{topics}]\n"
    )
    return parse_agenda(text, "club.yaml")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Club:
    """A house with a planner that is asked at the moments that it names."""

    def __init__(self, h: House) -> None:
        self.house = h
        self.unreadable: frozenset[str] = frozenset()
        self.planner = Planner(h.runner, h.store, h.catalogue, lambda: self.unreadable)
        self.looked: list[datetime] = []

    @property
    def now(self) -> datetime:
        return self.house.clock()

    async def passes(self, by: timedelta) -> None:
        """Let time pass with everybody awake."""
        end = self.now + by
        while True:
            moment = await self.planner.plan(self.now)
            self.looked.append(self.now)
            stop = end if moment is None else min(end, moment)
            await self.house.simulation.advance(stop)
            if stop == end:
                return

    async def sleeps(self, by: timedelta) -> None:
        """Let time pass while the process is down, and start it again."""
        self.house.clock.advance(by)
        await self.restarts()

    async def restarts(self) -> None:
        await self.planner.follow_agendas(self.now)
        await self.passes(timedelta(0))

    async def rewrites(self, series: Series | None) -> None:
        """Take over what the organizer wrote."""
        if series is None:
            self.house.series.clear()
        else:
            self.house.series["club"] = series
        await self.restarts()

    async def chats(self) -> dict[str, tuple[str, str]]:
        """Return the stage and opening of each chat, in order of opening."""
        async with self.house.store.reading() as tables:
            lines = await tables.lines()
        return {
            line.id: (line.stage.value, line.opens_at.strftime("%m-%d %H:%M"))
            for line in reversed(lines)
        }

    async def chat(self, chat: str) -> Chat:
        return await self.house.chat(chat)


@contextlib.asynccontextmanager
async def planned(folder: Path, series: Series, now: str) -> AsyncIterator[Club]:
    async with house(folder, series, now=utc(now)) as h:
        yield Club(h)


# ---------------------------------------------------------------- dates


async def test_a_weekly_chat_is_held_at_its_wall_time_on_both_sides_of_a_clock_change(
    tmp_path: Path,
) -> None:
    """New York's clocks go back on 1 November 2026 and forward on 14 March 2027."""
    async with planned(tmp_path, club(WEEKLY), "2026-10-26 12:00") as c:
        await c.passes(14 * DAY)
        assert await c.chats() == {
            "club-2026-10-29": ("archived", "10-30 01:00"),
            "club-2026-11-05": ("archived", "11-06 02:00"),
        }
    async with planned(tmp_path / "spring", club(WEEKLY), "2027-03-08 12:00") as c:
        await c.passes(14 * DAY)
        assert [opens for _, opens in (await c.chats()).values()] == ["03-12 02:00", "03-19 01:00"]


async def test_a_monthly_chat_is_held_once_a_month_for_a_year(tmp_path: Path) -> None:
    series = club(MONTHLY, zone="Australia/Sydney", window="48h")
    async with planned(tmp_path, series, "2026-11-22 00:00") as c:
        await c.passes(365 * DAY)
        chats = await c.chats()
        assert list(chats) == [
            f"club-{year}-{day}"
            for year, days in (
                ("2026", ("12-07",)),
                ("2027", ("01-04", "02-01", "03-01", "04-05", "05-03", "06-07", "07-05")),
                ("2027", ("08-02", "09-06", "10-04", "11-01")),
            )
            for day in days
        ]
        assert {stage for stage, _ in chats.values()} == {"archived"}
        hours = {opens[-5:] for _, opens in chats.values()}
        assert hours == {"20:00", "21:00"}, "07:00 in Sydney, in summer and in winter"
        assert len(c.looked) < 30, "it looks when a date is near, not all the time"


async def test_a_chat_exists_before_its_first_reminder_which_comes_on_time(
    tmp_path: Path,
) -> None:
    series = club("starts: 2026-12-10 21:00")
    opens_at = utc("2026-12-11 02:00")
    async with planned(tmp_path, series, "2026-12-01 00:00") as c:
        assert await c.planner.plan(c.now) == opens_at - lead_of(series)
        assert lead_of(series) == DAY + SLACK
        await c.passes(15 * DAY)
        chat = await c.chat("club-2026-12-10")
        assert chat.planned_at == opens_at - DAY - SLACK
        async with c.house.store.reading() as tables:
            rows = await tables.connection.rows(
                "SELECT at, text FROM messages WHERE text LIKE 'Coming up%' ORDER BY at"
            )
        times = [datetime.fromtimestamp(at / 1e6, UTC) for at, _ in rows]
        assert times == [opens_at - DAY, opens_at - HOUR / 4]


async def test_where_no_date_is_left_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    async with planned(tmp_path, club("starts: 2026-12-10 21:00"), "2027-01-01 00:00") as c:
        assert await c.planner.plan(c.now) is None
        assert await c.chats() == {}


async def test_two_chats_of_one_day_are_two(tmp_path: Path) -> None:
    series = club("schedule: {every: thursday at 21:00, also: [2026-12-10 09:00]}")
    async with planned(tmp_path, series, "2026-12-09 00:00") as c:
        await c.passes(3 * DAY)
        assert await c.chats() == {
            "club-2026-12-10": ("archived", "12-10 14:00"),
            "club-2026-12-10-2": ("archived", "12-11 02:00"),
        }


# ---------------------------------------------------------------- absences


async def test_a_process_that_was_away_over_whole_windows_records_them_as_missed(
    tmp_path: Path,
) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-11-30 12:00") as c:
        await c.passes(DAY)
        await c.sleeps(21 * DAY)
        assert await c.chats() == {
            f"club-2026-12-{day:02}": ("missed", f"12-{day + 1:02} 02:00") for day in (3, 10, 17)
        }
        assert c.house.outbox is not None
        async with c.house.store.reading() as tables:
            assert await queue.lanes(tables.connection) == [], "nothing is posted of it"
            assert await tables.connection.rows("SELECT * FROM messages") == []


async def test_a_process_that_comes_back_within_the_window_opens_late_and_keeps_the_window(
    tmp_path: Path,
) -> None:
    series = club(WEEKLY, window="48h")
    async with planned(tmp_path, series, "2026-11-30 12:00") as c:
        await c.passes(timedelta(0))
        await c.sleeps(utc("2026-12-05 00:00") - c.now)
        chat = await c.chat("club-2026-12-03")
        assert chat.stage.value == "open"
        assert (chat.opens_at, chat.opened_at) == (utc("2026-12-04 02:00"), c.now)
        assert chat.closes_at == chat.opens_at + 48 * HOUR
        await c.passes(3 * DAY)
        assert (await c.chats())["club-2026-12-03"][0] == "archived"


async def test_a_chat_that_ran_when_the_process_went_down_is_closed_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(14.5 * HOUR)
        assert (await c.chats())["club-2026-12-03"][0] == "open"
        await c.sleeps(3 * DAY)
        chat = await c.chat("club-2026-12-03")
        assert chat.stage.value == "archived"
        assert chat.ends_at == chat.closes_at


async def test_a_new_series_opens_late_but_holds_nothing_of_its_past(tmp_path: Path) -> None:
    async with planned(tmp_path, club(WEEKLY, window="48h"), "2026-12-04 12:00") as c:
        await c.passes(timedelta(0))
        assert await c.chats() == {"club-2026-12-03": ("open", "12-04 02:00")}
    async with planned(tmp_path / "later", club(WEEKLY, window="1h"), "2026-12-04 12:00") as c:
        await c.passes(timedelta(0))
        assert await c.chats() == {}


async def test_planning_again_and_again_changes_nothing(tmp_path: Path) -> None:
    async with planned(tmp_path, club(WEEKLY, window="48h"), "2026-12-03 12:00") as c:
        for _ in range(8):
            await c.restarts()
            await c.passes(6 * HOUR)
        assert await c.chats() == {"club-2026-12-03": ("open", "12-04 02:00")}


# ---------------------------------------------------------------- agendas that change


async def test_a_rewritten_agenda_is_taken_over_before_the_opening(tmp_path: Path) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        await c.rewrites(club(WEEKLY, asks=("Why?", "And how?")))
        assert len((await c.chat("club-2026-12-03")).topics) == 2
        await c.passes(13 * HOUR + HOUR / 2)
        await c.rewrites(club(WEEKLY, asks=("Never?",)))
        asks = [topic.ask for topic in (await c.chat("club-2026-12-03")).topics]
        assert asks == ["Why?", "And how?"], "a chat that runs keeps its agenda"


async def test_a_chat_whose_time_is_moved_on_its_day_moves(tmp_path: Path) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        await c.rewrites(club("schedule: {every: thursday at 20:00}"))
        await c.passes(DAY)
        assert await c.chats() == {"club-2026-12-03": ("archived", "12-04 01:00")}


async def test_a_chat_that_is_moved_to_another_day_is_cancelled_and_held_there(
    tmp_path: Path,
) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        await c.rewrites(club("schedule: {every: friday at 21:00}"))
        await c.passes(2 * DAY)
        assert await c.chats() == {
            "club-2026-12-03": ("cancelled", "12-04 02:00"),
            "club-2026-12-04": ("archived", "12-05 02:00"),
        }


@pytest.mark.parametrize("left", ["", "starts: 2027-01-01 21:00"])
async def test_a_date_or_agenda_that_is_removed_cancels_the_chat(tmp_path: Path, left: str) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        await c.rewrites(club(left) if left else None)
        await c.passes(DAY)
        assert await c.chats() == {"club-2026-12-03": ("cancelled", "12-04 02:00")}


async def test_a_date_that_is_removed_by_mistake_and_put_back_is_held(tmp_path: Path) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        await c.rewrites(None)
        await c.rewrites(club(WEEKLY))
        await c.passes(DAY)
        assert await c.chats() == {
            "club-2026-12-03": ("cancelled", "12-04 02:00"),
            "club-2026-12-03-2": ("archived", "12-04 02:00"),
        }


async def test_a_file_that_cannot_be_read_cancels_nothing(tmp_path: Path) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        c.unreadable = frozenset({"club"})
        await c.rewrites(None)
        await c.passes(DAY)
        assert await c.chats() == {"club-2026-12-03": ("archived", "12-04 02:00")}


@pytest.mark.parametrize("minutes", [5, 30, 90])
@pytest.mark.parametrize("moved_to", ["20:45", "21:02", "21:29"])
async def test_a_time_that_is_changed_while_or_after_a_chat_is_held_opens_no_second_one(
    tmp_path: Path, minutes: int, moved_to: str
) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(14 * HOUR + timedelta(minutes=minutes))
        before = await c.chats()
        await c.rewrites(club(f"schedule: {{every: thursday at {moved_to}}}"))
        held = await c.chats()
        if moved_to == "21:29" and minutes == 5:  # still to come: it is announced, and held
            assert list(held) == ["club-2026-12-03", "club-2026-12-03-2"]
        else:
            assert held == before


async def test_a_weekday_that_is_changed_while_a_long_chat_runs_opens_no_second_one(
    tmp_path: Path,
) -> None:
    async with planned(tmp_path, club(WEEKLY, window="48h"), "2026-12-03 12:00") as c:
        await c.passes(36 * HOUR)
        await c.rewrites(club("schedule: {every: friday at 10:00}", window="48h"))
        assert await c.chats() == {"club-2026-12-03": ("open", "12-04 02:00")}


async def test_a_date_that_is_written_in_a_little_late_is_held(tmp_path: Path) -> None:
    async with planned(tmp_path, club("starts: 2027-01-07 21:00"), "2026-12-04 01:00") as c:
        await c.passes(HOUR + timedelta(seconds=20))
        await c.rewrites(club("starts: 2026-12-03 21:00"))
        assert await c.chats() == {"club-2026-12-03": ("open", "12-04 02:00")}


async def test_a_planned_chat_whose_log_is_broken_does_not_keep_others_from_their_agendas(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = "schedule: {every: thursday at 21:00, also: [2026-12-03 20:00]}"
    async with planned(tmp_path, club(schedule), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        async with c.house.store.writing() as tables:
            await tables.connection.run(
                "UPDATE events SET body = '{}' WHERE chat = 'club-2026-12-03'"
            )
    other = club(schedule, asks=("How?",))
    async with planned(tmp_path, other, "2026-12-03 13:00") as c:
        await c.restarts()
        assert (await c.chat("club-2026-12-03-2")).topics[0].ask == "How?"
    assert "Chat club-2026-12-03 follows no agenda: its log is broken" in caplog.text


# ---------------------------------------------------------------- started by hand


def start(c: Club, by: Person | None = None) -> StartAsked:
    series = c.house.series["club"]
    by = by or moderator(series)
    return StartAsked(c.now, room_of(series), by, "club-2026-12-03", "club", series.agenda)


async def test_a_chat_started_by_hand_leaves_the_scheduled_one_of_its_day_alone(
    tmp_path: Path,
) -> None:
    async with planned(tmp_path, club(WEEKLY), "2026-12-03 12:00") as c:
        await c.passes(HOUR)
        await c.house.runner.handle(start(c))
        await c.passes(DAY)
        assert await c.chats() == {
            "club-2026-12-03-2": ("archived", "12-03 13:00"),
            "club-2026-12-03": ("archived", "12-04 02:00"),
        }


async def test_a_chat_started_while_another_of_the_series_runs_is_refused(tmp_path: Path) -> None:
    async with planned(tmp_path, club(WEEKLY, window="48h"), "2026-12-03 12:00") as c:
        await c.passes(15 * HOUR)
        with pytest.raises(Refused, match="running already, as club-2026-12-03"):
            await c.house.runner.handle(start(c))
        series = c.house.series["club"]
        close = Asked(c.now, room_of(series), moderator(series), parse("close")[1])
        await asyncio.gather(c.house.runner.handle(close), c.house.runner.handle(start(c)))
        stages = {chat: stage for chat, (stage, _) in (await c.chats()).items()}
        assert stages["club-2026-12-03-2"] == "open"
