"""Chats that were missed are told to their moderators: each, but of several in a row at once."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.agendas.agenda import parse_agenda
from bot.clockwork.planner import Planner
from bot.dispatch.outbox import Outbox
from bot.engine.agenda import Series
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Platform
from tests.channels import Channels
from tests.house import House, house

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
"""Noon, before the club's first evening."""


def club(schedule: str = "every: thursday at 21:00", more: str = "", name: str = "club") -> Series:
    text = (
        f"title: The {name}\nzone: UTC\nschedule: {{{schedule}}}\nwindow: 1h\n"
        'rooms: [{discord: "345678901234567890"}, {local: club}]\n'
        'moderators: {discord: ["user:123456789012345678"], local: [henry]}\n'
        f'reminders: [15m]\ntopics: [{{ask: "Why?", after: 0m}}]\n{more}'
    )
    return parse_agenda(text, f"{name}.yaml")


class Club:
    """A house that is up and down, and a Discord on which its moderators are told."""

    def __init__(self, h: House) -> None:
        self.house = h
        self.planner = Planner(h.runner, h.store, h.catalogue)
        self.discord = Channels()
        rooms: dict[str, Platform] = {"local": LocalRooms(), "discord": self.discord}
        h.simulation.outbox = Outbox(h.store, h.runner, rooms, h.clock)

    async def comes_back(self, after: timedelta = timedelta(0)) -> None:
        """Start the process after an absence, as `bot.app` does."""
        self.house.clock.advance(after)
        await self.planner.follow_agendas(self.house.clock())
        while await self.house.runner.wake(self.house.clock()):
            pass
        await self.planner.plan(self.house.clock())
        await self.house.live()

    @property
    def told(self) -> list[str]:
        """What moderators were told of missed chats."""
        texts = (standing.text for standing in self.discord.told)
        return [re.sub(r"<t:(\d+):F>", _utc, text) for text in texts if "missed" in text]

    async def stages(self) -> list[str]:
        """Return the stage of each chat, in order of opening."""
        async with self.house.store.reading() as tables:
            return [line.stage.value for line in reversed(await tables.lines())]


@contextlib.asynccontextmanager
async def held(folder: Path, *series: Series, now: datetime = MONDAY) -> AsyncIterator[Club]:
    async with house(folder, *series, now=now) as h:
        found = Club(h)
        await found.comes_back()
        yield found


def _utc(moment: re.Match[str]) -> str:
    return f"{datetime.fromtimestamp(int(moment[1]), UTC):%Y-%m-%d %H:%M} UTC"


def missed(day: str, before: str = "", name: str = "club") -> str:
    more = f" So {before} before it." if before else ""
    return (
        f"The {name} was missed: from its opening, {day} 21:00 UTC, to its end nobody was there to "
        f"hold it.{more} Hold it now with /chat start."
    )


async def test_a_chat_that_was_missed_is_told_once(tmp_path: Path) -> None:
    async with held(tmp_path, club()) as c:
        await c.comes_back(5 * DAY)
        assert await c.stages() == ["missed"]
        assert c.told == [missed("2026-12-03")]
        await c.comes_back()
        await c.comes_back(HOUR)
        assert len(c.told) == 1


@pytest.mark.parametrize(
    ("away", "before", "last"),
    [
        (12 * DAY, "was the one", "2026-12-10"),
        (19 * DAY, "were the 2", "2026-12-17"),
        (365 * DAY, "were the 51", "2027-11-25"),
    ],
)
async def test_of_several_in_a_row_the_last_ones_words_tell_of_all(
    tmp_path: Path, away: timedelta, before: str, last: str
) -> None:
    async with held(tmp_path, club()) as c:
        await c.comes_back(away)
        *gone, newest = await c.stages()
        assert set(gone) == {"missed"}
        assert newest in ("missed", "planned")
        assert c.told == [missed(last, before)]


async def test_what_was_planned_before_the_absence_counts_with_what_was_not(
    tmp_path: Path,
) -> None:
    """A daily chat: one or two of them exist when the process goes away."""
    daily = club("every: daily at 21:00")
    async with held(tmp_path, daily, now=MONDAY + 9 * HOUR - timedelta(minutes=1)) as c:
        assert await c.stages() == ["planned", "planned"]
        await c.comes_back(26 * HOUR)
        assert c.told == [missed("2026-12-01", "was the one")]
    async with held(tmp_path / "longer", daily, now=MONDAY + 9 * HOUR) as c:
        await c.comes_back(2 * DAY + 2 * HOUR)
        assert c.told[-1] == missed("2026-12-02", "was the one")


async def test_after_a_chat_that_was_held_the_count_begins_anew(tmp_path: Path) -> None:
    async with held(tmp_path, club()) as c:
        await c.comes_back(12 * DAY)
        assert len(c.told) == 1
        await c.comes_back(5 * DAY)  # the 17th, noon: the next chat is planned
        await c.house.live(DAY)
        await c.comes_back(7 * DAY)
        assert await c.stages() == ["missed", "missed", "archived", "missed"]
        assert c.told[-1] == missed("2026-12-24")


async def test_each_series_has_its_own_words(tmp_path: Path) -> None:
    async with held(tmp_path, club(), club(name="other")) as c:
        await c.comes_back(12 * DAY)
        assert sorted(c.told) == [
            missed("2026-12-10", "was the one"),
            missed("2026-12-10", "was the one", "other"),
        ]


async def test_who_moderates_one_date_alone_is_told_of_it(tmp_path: Path) -> None:
    """The guest of the 10th would never hear of what the 17th says to others."""
    guest = 'dates: {2026-12-10: {moderators: {discord: ["user:223456789012345678"]}}}\n'
    async with held(tmp_path, club(more=guest)) as c:
        await c.comes_back(19 * DAY)
        assert c.told == [
            missed("2026-12-03"),
            missed("2026-12-10", "was the one"),
            missed("2026-12-17", "were the 2"),
        ]


async def test_a_chat_that_was_missed_is_told_of_also_where_its_agenda_is_gone(
    tmp_path: Path,
) -> None:
    """Nobody can say whether it was taken out before the chat or afterwards."""
    async with held(tmp_path, club(), now=MONDAY + 3 * DAY) as c:
        c.house.series.clear()
        await c.comes_back(11 * HOUR)
        assert await c.stages() == ["missed"]
        assert c.told == [missed("2026-12-03")]


async def test_a_date_that_is_taken_back_before_its_window_has_passed_is_cancelled(
    tmp_path: Path,
) -> None:
    async with held(tmp_path, club(), now=MONDAY + 3 * DAY) as c:
        c.house.series.clear()
        await c.comes_back(9 * HOUR + timedelta(minutes=59))
        assert await c.stages() == ["cancelled"]
        assert c.told == []


async def test_a_chat_that_was_moved_meanwhile_to_a_later_hour_of_its_day_is_held_then(
    tmp_path: Path,
) -> None:
    morning = "every: thursday at 07:00"
    async with held(tmp_path, club(morning), now=MONDAY + 2 * DAY) as c:
        c.house.series["club"] = club()
        await c.comes_back(DAY)  # noon of Thursday
        assert await c.stages() == ["planned"]
        await c.house.live(10 * HOUR)
        assert await c.stages() == ["archived"]
        assert c.told == []


async def test_a_chat_that_was_changed_after_its_window_was_missed_as_it_was_agreed(
    tmp_path: Path,
) -> None:
    async with held(tmp_path, club(), now=MONDAY + 3 * DAY) as c:
        c.house.series["club"] = club("every: thursday at 20:00")
        await c.comes_back(11 * HOUR)
        assert c.told == [missed("2026-12-03")]


async def test_a_missed_chat_beside_a_broken_one_is_told_of(tmp_path: Path) -> None:
    daily = club("every: daily at 21:00")
    async with held(tmp_path, daily, now=MONDAY + 9 * HOUR - timedelta(minutes=1)) as c:
        async with c.house.store.writing() as tables:
            broken = "UPDATE events SET body = '{}' WHERE chat = 'club-2026-12-01'"
            await tables.connection.run(broken)
        await c.comes_back(26 * HOUR)
        assert c.told == [missed("2026-11-30")]
