"""The next chats of every series are told to the calendars of platforms, and kept as they are."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.agendas.agenda import parse_agenda
from bot.clockwork.calendar import (
    COMPARED_EVERY,
    RETRY_AT_MOST_EVERY,
    Calendar,
    appointments,
    next_dates,
)
from bot.clockwork.planner import Planner
from bot.engine.agenda import Room, Series
from bot.engine.signals import StartAsked
from bot.engine.state import Stage
from bot.platforms.appointment import Appointment
from bot.platforms.platform import Unreachable
from bot.store.tables import ChatLine
from tests.house import House, house, moderator

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

WEEKLY = "schedule: {every: thursday at 21:00}"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-12-08 12:00")  # a Tuesday


def club(schedule: str = WEEKLY, *more: str, name: str = "club", title: str = "A club") -> Series:
    text = (
        f"title: {title}\nzone: UTC\n{schedule}\nwindow: 1h\nrooms: [{{local: {name}}}]\n"
        f'moderators: {{local: [henry]}}\ntopics: [{{ask: "Why?", after: 0m}}]\n'
    )
    return parse_agenda(text + "\n".join(more), f"{name}.yaml")


def told(series: Series, now: datetime = NOW, *lines: ChatLine) -> list[tuple[str, str, str]]:
    """Return the chat, start and end of each appointment of a series."""
    return [
        (one.chat, f"{one.starts:%m-%d %H:%M}", f"{one.ends:%m-%d %H:%M}")
        for one in appointments(series, next_dates(series, now), lines)
    ]


def line(chat: str, opens_at: str, stage: Stage = Stage.PLANNED) -> ChatLine:
    at = utc(opens_at)
    return ChatLine(chat, "club", "A club", stage, at, at + HOUR)


# ---------------------------------------------------------------- which chats


def test_the_next_two_chats_of_a_series_are_told() -> None:
    assert told(club()) == [
        ("club-2026-12-10", "12-10 21:00", "12-10 22:00"),
        ("club-2026-12-17", "12-17 21:00", "12-17 22:00"),
    ]


def test_a_chat_is_told_until_it_opens() -> None:
    opens_at = utc("2026-12-10 21:00")
    assert told(club(), opens_at - timedelta(seconds=1))[0][0] == "club-2026-12-10"
    assert told(club(), opens_at)[0][0] == "club-2026-12-17"


def test_single_dates_are_told_as_long_as_there_are_some() -> None:
    series = club("starts: [2026-12-09 18:00, 2027-03-01 18:00, 2027-09-01 18:00]")
    assert [chat for chat, _, _ in told(series)] == ["club-2026-12-09", "club-2027-03-01"]
    assert [chat for chat, _, _ in told(series, utc("2027-04-01 00:00"))] == ["club-2027-09-01"]
    assert told(series, utc("2027-09-01 18:00")) == []


def test_a_date_that_is_left_out_or_moved_is_told_so() -> None:
    moved = club(
        "schedule: {every: thursday at 21:00, except: [2026-12-10], also: [2026-12-11 20:00]}"
    )
    assert told(moved)[0] == ("club-2026-12-11", "12-11 20:00", "12-11 21:00")
    later = club(WEEKLY, "dates: {2026-12-10: {start: 22:30}}")
    assert told(later)[0] == ("club-2026-12-10", "12-10 22:30", "12-10 23:30")


def test_a_chat_is_told_for_each_of_its_rooms() -> None:
    series = club()
    rooms = (Room("discord", "1"), Room("discord", "2"), Room("local", "club"))
    series = replace(series, agenda=replace(series.agenda, rooms=rooms))
    first = appointments(series, next_dates(series, NOW)[:1], ())
    assert [one.room for one in first] == list(rooms)
    assert {one.chat for one in first} == {"club-2026-12-10"}


# ---------------------------------------------------------------- under which id


def test_a_planned_chat_keeps_its_id_though_its_day_has_another_chat_before_it_now() -> None:
    series = club("starts: [2026-12-09 10:00, 2026-12-09 20:00]")
    assert [chat for chat, _, _ in told(series)] == ["club-2026-12-09", "club-2026-12-09-2"]
    planned = line("club-2026-12-09", "2026-12-09 20:00")
    assert told(series, NOW, planned) == [
        ("club-2026-12-09-2", "12-09 10:00", "12-09 11:00"),
        ("club-2026-12-09", "12-09 20:00", "12-09 21:00"),
    ]


def test_the_id_of_a_chat_that_was_cancelled_is_not_told_again() -> None:
    cancelled = line("club-2026-12-10", "2026-12-10 21:00", Stage.CANCELLED)
    assert told(club(), NOW, cancelled)[0][0] == "club-2026-12-10-2"


def test_a_planned_chat_whose_hour_has_just_been_changed_keeps_its_id() -> None:
    planned = line("club-2026-12-10", "2026-12-10 20:00")
    assert told(club(), NOW, planned)[0] == ("club-2026-12-10", "12-10 21:00", "12-10 22:00")


# ---------------------------------------------------------------- what is said of it


def only(series: Series) -> Appointment:
    return appointments(series, next_dates(series, NOW)[:1], ())[0]


def test_a_description_names_what_is_read_the_welcome_the_hashtag_and_at_the_end_the_chat() -> None:
    series = club(
        WEEKLY,
        'hashtag: "#urojc"',
        "welcome: Say who you are.",
        "dates: {2026-12-10: {reading: {citation: 'Smith A. 2026', doi: 10.1000/xyz123}}}",
    )
    assert only(series).description == (
        "Reading: Smith A. 2026\nhttps://doi.org/10.1000/xyz123\n\nSay who you are.\n\n"
        "#urojc\nChat club-2026-12-10"
    )


def test_a_chat_about_which_nothing_is_said_has_its_mark_alone() -> None:
    assert only(club()).description == "Chat club-2026-12-10"


def test_long_words_are_cut_and_the_hashtag_and_mark_are_not() -> None:
    welcome = "welcome: " + "Say who you are. " * 100
    found = only(club(WEEKLY, welcome, 'hashtag: "#urojc"', title="Long " * 39))
    assert len(found.description) <= 1000
    assert found.description.endswith("…\n\n#urojc\nChat club-2026-12-10")
    assert len(found.title) <= 100
    assert found.title.startswith("Long Long")


# ---------------------------------------------------------------- the calendar


class Wall:
    """A platform's calendar that shows what it is told, or refuses."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.shows: list[Appointment] = []
        self.spared: frozenset[str] = frozenset()
        self.refuses: tuple[str, ...] = ()
        self.raises: Exception | None = None

    async def keep_appointments(
        self, wanted: Sequence[Appointment], spared: Collection[str], now: datetime
    ) -> Sequence[str]:
        self.asked.append(now)
        await asyncio.sleep(0)
        if self.raises is not None:
            raise self.raises
        if not self.refuses:
            self.shows, self.spared = list(wanted), frozenset(spared)
        return self.refuses

    async def asked_times(self, count: int) -> None:
        """Wait until it was asked so often, and has answered."""
        while len(self.asked) < count:  # noqa: ASYNC110  the test's time limit is the only one
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    @property
    def chats(self) -> list[str]:
        return [f"{one.chat} {one.starts:%H:%M}" for one in self.shows]


class Hall:
    """A house with one calendar."""

    def __init__(self, h: House) -> None:
        self.house = h
        self.wall = Wall()
        self.unreadable: frozenset[str] = frozenset()
        self.calendar = Calendar(
            h.store, h.catalogue, {"local": self.wall}, h.clock, lambda: self.unreadable
        )

    async def keep(self, later: timedelta = timedelta(0)) -> datetime:
        self.house.clock.advance(later)
        return await self.calendar.keep(self.house.clock())

    async def rewrite(self, *series: Series) -> None:
        """Take over what the organizers wrote, as the process does."""
        self.house.series = {one.name: one for one in series}
        await Planner(self.house.runner, self.house.store, self.house.catalogue).follow_agendas(
            self.house.clock()
        )
        await self.keep()


@contextlib.asynccontextmanager
async def hall(folder: Path, *series: Series) -> AsyncIterator[Hall]:
    async with house(folder, *series, now=NOW) as h:
        yield Hall(h)


async def test_a_calendar_follows_the_agendas(tmp_path: Path) -> None:
    async with hall(tmp_path, club()) as h:
        await h.keep()
        assert h.wall.chats == ["club-2026-12-10 21:00", "club-2026-12-17 21:00"]
        await h.rewrite(club("schedule: {every: thursday at 20:00}"))
        assert h.wall.chats == ["club-2026-12-10 20:00", "club-2026-12-17 20:00"]
        await h.rewrite(club("schedule: {every: friday at 20:00}"), club(name="other"))
        assert h.wall.chats == [
            "club-2026-12-11 20:00",
            "club-2026-12-18 20:00",
            "other-2026-12-10 21:00",
            "other-2026-12-17 21:00",
        ]
        await h.rewrite(club("schedule: {every: friday at 20:00}", title="A new name"))
        assert {one.title for one in h.wall.shows} == {"A new name"}
        await h.rewrite()
        assert h.wall.chats == []


async def test_a_planned_chat_that_is_moved_within_its_day_keeps_its_id(tmp_path: Path) -> None:
    async with hall(tmp_path, club("starts: 2026-12-09 10:00")) as h:
        planner = Planner(h.house.runner, h.house.store, h.house.catalogue)
        await planner.plan(h.house.clock())
        await h.rewrite(club("starts: [2026-12-09 09:00, 2026-12-09 18:00]"))
        await planner.plan(h.house.clock())
        await h.keep()
        assert h.wall.chats == ["club-2026-12-09 09:00", "club-2026-12-09-2 18:00"]
        await h.rewrite(club("starts: [2026-12-09 08:00, 2026-12-09 18:00]"))
        assert h.wall.chats == ["club-2026-12-09 08:00", "club-2026-12-09-2 18:00"]


async def test_a_chat_that_a_moderator_starts_is_not_told_and_its_end_moves_none(
    tmp_path: Path,
) -> None:
    series = club()
    async with hall(tmp_path, series) as h:
        await h.keep()
        before = [*h.wall.chats]
        await h.house.start(series)
        for command in ("extend 1h", "close"):
            await h.keep()
            assert h.wall.chats == before == ["club-2026-12-10 21:00", "club-2026-12-17 21:00"]
            await h.house.ask(command, moderator(series), Room("local", "club"))


async def test_the_ids_that_are_told_are_those_that_the_chats_are_given(tmp_path: Path) -> None:
    """Also where one was cancelled on that day before, and a moderator opened another one."""
    series = club("starts: [2026-12-09 10:00, 2026-12-09 18:00]")
    async with hall(tmp_path, series) as h:
        clock, runner = h.house.clock, h.house.runner
        planner = Planner(runner, h.house.store, h.house.catalogue)
        await planner.plan(clock())
        await h.rewrite(club("starts: 2026-12-09 18:00"))
        clock.set(utc("2026-12-09 00:30"))
        by = moderator(series)
        await runner.handle(
            StartAsked(clock(), Room("local", "club"), by, "club-2026-12-09", "club", series.agenda)
        )
        await h.rewrite(series)
        foretold = h.wall.chats
        await planner.plan(clock())
        await h.keep()
        assert h.wall.chats == foretold
        async with h.house.store.reading() as tables:
            planned = await tables.lines_in_stage(Stage.PLANNED)
        assert [f"{one.id} {one.opens_at:%H:%M}" for one in planned] == foretold


async def test_a_chat_that_opens_makes_room_for_the_one_after_the_next(tmp_path: Path) -> None:
    async with hall(tmp_path, club()) as h:
        await h.keep()
        await h.keep(2 * DAY + 9 * HOUR)
        assert h.wall.chats == ["club-2026-12-17 21:00", "club-2026-12-24 21:00"]


async def test_series_whose_file_is_wrong_are_spared(tmp_path: Path) -> None:
    async with hall(tmp_path) as h:
        h.unreadable = frozenset({"club"})
        await h.keep()
        assert h.wall.spared == {"club"}


async def test_platforms_without_a_calendar_are_told_nothing(tmp_path: Path) -> None:
    series = club()
    agenda = replace(series.agenda, rooms=(Room("local", "club"), Room("slack", "C1")))
    async with hall(tmp_path, replace(series, agenda=agenda)) as h:
        await h.keep()
        assert {one.room for one in h.wall.shows} == {Room("local", "club")}


async def test_a_platform_is_asked_again_only_when_something_changed_or_after_an_hour(
    tmp_path: Path,
) -> None:
    single = "starts: 2027-03-01 18:00"
    async with hall(tmp_path, club(single)) as h:
        for _ in range(5):
            assert await h.keep() == NOW + COMPARED_EVERY
        await h.keep(59 * MINUTE)
        assert h.wall.asked == [NOW]
        await h.keep(MINUTE)
        assert h.wall.asked == [NOW, NOW + HOUR], "people may have changed something there"
        await h.rewrite(club(single, title="Another name"))
        assert len(h.wall.asked) == 3
        h.house.clock.advance(-30 * DAY)
        await h.keep()
        await h.keep(HOUR)
        assert len(h.wall.asked) == 5, "also where the clock was set back"


async def test_a_platform_that_announces_changes_all_the_time_is_asked_once_a_minute(
    tmp_path: Path,
) -> None:
    async with hall(tmp_path, club()) as h:
        await h.keep()
        await h.keep(10 * MINUTE)
        for _ in range(150):
            h.calendar.connected("local")
            moment = await h.keep(timedelta(seconds=1))
            if h.wall.asked[-1] != h.house.clock():
                assert moment == h.wall.asked[-1] + MINUTE
        assert [at - NOW - 10 * MINUTE for at in h.wall.asked[1:]] == [
            timedelta(seconds=1),
            timedelta(seconds=61),
            timedelta(seconds=121),
        ]
        await h.keep(3 * MINUTE)
        await h.keep(3 * MINUTE)
        assert len(h.wall.asked) == 5, "the last announcement is not forgotten"


async def test_a_refusal_is_logged_once_and_tried_again_every_five_minutes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.clockwork.calendar")
    async with hall(tmp_path, club()) as h:
        h.wall.refuses = ("It lacks Create Events.",)
        for _ in range(10):
            assert await h.keep() == h.house.clock() + RETRY_AT_MOST_EVERY
            await h.keep(4 * MINUTE)
            h.house.clock.advance(MINUTE)
        assert h.wall.asked == [NOW + n * 5 * MINUTE for n in range(10)]
        assert caplog.messages == ["It lacks Create Events."]
        h.wall.refuses = ()
        await h.keep()
        assert caplog.messages[1:] == ["The calendar of local shows the coming chats again."]
        assert h.wall.chats[:1] == ["club-2026-12-10 21:00"]
        h.wall.refuses = ("It lacks Create Events.",)
        await h.keep(HOUR)
        assert caplog.messages[2:] == ["It lacks Create Events."]


async def test_a_calendar_that_cannot_be_asked_is_tried_again_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.clockwork.calendar")
    async with hall(tmp_path, club()) as h:
        h.wall.raises = Unreachable("not connected")
        assert await h.keep() == NOW + RETRY_AT_MOST_EVERY
        h.wall.raises = None
        h.calendar.connected("local")
        assert await h.keep() == NOW + COMPARED_EVERY
        assert len(h.wall.chats) == 2
        assert caplog.messages == []


async def test_no_fault_ends_the_keeping(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with hall(tmp_path, club()) as h:
        h.wall.raises = LookupError("a fault that quotes somebody")
        for _ in range(3):
            assert await h.keep(5 * MINUTE) == h.house.clock() + RETRY_AT_MOST_EVERY
        assert caplog.messages == [
            "The calendar of local waits; it is tried again in five minutes: LookupError."
        ]
        h.wall.raises = None
        await h.keep(5 * MINUTE)
        assert len(h.wall.chats) == 2
        assert caplog.messages[1:] == ["The calendar of local is kept again."]
        await h.house.disk.close()
        assert await h.keep() == h.house.clock() + MINUTE
        assert len(caplog.messages) == 3
        assert not any("quotes" in said for said in caplog.messages)
        await h.house.disk.open()


async def test_one_that_refuses_holds_up_no_other(tmp_path: Path) -> None:
    async with hall(tmp_path, club()) as h:
        sound, broken = Wall(), Wall()
        broken.raises = LookupError()
        boards = {"discord": broken, "local": sound}
        await Calendar(h.house.store, h.house.catalogue, boards, h.house.clock).keep(NOW)
        assert len(sound.chats) == 2


async def test_it_looks_when_it_is_poked(tmp_path: Path) -> None:
    async with hall(tmp_path, club()) as h:
        running = asyncio.create_task(h.calendar.run())
        try:
            await h.wall.asked_times(1)
            assert len(h.wall.chats) == 2
            h.house.series = {}
            h.calendar.poke()
            await h.wall.asked_times(2)
            assert h.wall.chats == []
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
