"""How a process finds itself: by a real store that takes writes, hangs or refuses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import vitals
from bot.intake.runner import Runner
from bot.vitals import Watch, standing_by
from tests.house import START, House, house

SECOND = timedelta(seconds=1)


@dataclass
class Platform:
    is_connected: bool = False
    is_current: bool = False


@dataclass
class Looked:
    """A house that is watched; `rang_at` is its alarm's."""

    house: House
    platform: Platform = field(default_factory=Platform)
    rang_at: datetime | None = START

    def __post_init__(self) -> None:
        self.watch = Watch(
            self.house.store,
            self.house.runner,
            lambda: self.rang_at,
            {"discord": self.platform},
            self.house.clock,
        )


@contextlib.asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Looked]:
    async with house(folder) as h:
        found = Looked(h)
        try:
            yield found
        finally:
            await found.watch.end()


async def test_a_process_that_writes_and_whose_alarm_rings_is_ready(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        found = await looked.watch.look()
        assert found.is_ready
        assert found.facts() == {
            "status": "ready",
            "at": "2026-12-06T20:00:00Z",
            "store": "takes writes",
            "alarm_rang_at": "2026-12-06T20:00:00Z",
            "platforms": {"discord": {"connected": False, "current": False}},
        }


async def test_a_platform_that_is_away_is_told_and_is_no_reason(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        looked.platform.is_connected = True
        found = await looked.watch.look()
        assert found.platforms == {"discord": (True, False)}
        assert found.is_ready


async def test_without_a_ring_of_the_alarm_it_is_not_ready(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        for rang_at, is_ready in (
            (None, False),
            (START - 29 * SECOND, True),
            (START - 30 * SECOND, False),
            (START + 3600 * SECOND, True),  # the clock was set back
        ):
            looked.rang_at = rang_at
            assert (await looked.watch.look()).is_ready is is_ready, rang_at


async def test_what_is_looked_at_is_written_to_the_disk(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db")) as other:
            version = other.execute("PRAGMA data_version").fetchone()
            await looked.watch.look()
            assert other.execute("PRAGMA data_version").fetchone() > version


async def test_however_often_somebody_asks_little_is_written(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db")) as other:
            await looked.watch.look()
            version = other.execute("PRAGMA data_version").fetchone()
            looked.house.clock.advance(SECOND)
            await asyncio.gather(*(looked.watch.look() for _ in range(100)))
            assert other.execute("PRAGMA data_version").fetchone() == version
            looked.house.clock.advance(vitals.LOOKED_AT_EVERY)
            await looked.watch.look()
            assert other.execute("PRAGMA data_version").fetchone() > version


async def test_a_writer_that_hangs_is_found_out_and_nobody_waits_for_it(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        assert (await looked.watch.look()).is_ready
        looked.house.clock.advance(10 * SECOND)
        looked.rang_at = looked.house.clock()
        async with looked.house.store.writing():  # and does not come to an end
            assert (await looked.watch.look()).is_ready, "a second says nothing yet"
            looked.house.clock.advance(7 * SECOND)
            found = await looked.watch.look()
            assert (found.state, found.store) == ("not ready", "has taken no write for 7 s")
        looked.house.clock.advance(vitals.LOOKED_AT_EVERY)
        assert (await looked.watch.look()).is_ready


async def test_a_store_that_refuses_is_told_by_the_kind_of_its_error(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        await looked.house.disk.close()
        found = await looked.watch.look()
        assert not found.is_ready
        assert found.store == "takes no write (StoreError)"
        assert str(tmp_path) not in json.dumps(found.facts())


async def test_what_keeps_a_store_from_taking_writes_is_told_and_logged_once_with_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, elsewhere = tmp_path / "rounds.db", tmp_path / "elsewhere.db"
    async with watched(tmp_path) as looked:
        file.rename(elsewhere)
        for _ in range(2):
            found = await looked.watch.look()
            assert found.store == "takes no write (its file was moved or removed)"
            looked.house.clock.advance(vitals.LOOKED_AT_EVERY)
        elsewhere.rename(file)
        assert (await looked.watch.look()).store == "takes writes"
    told = [one.getMessage() for one in caplog.records if one.name == "bot.vitals"]
    assert told == [
        "The store takes no write: The store cannot be used: its file was moved or removed.",
        "The store takes writes again.",
    ]


async def test_a_runner_that_takes_nothing_in_is_found_out(tmp_path: Path) -> None:
    async with watched(tmp_path) as looked:
        asleep = Runner(looked.house.store)  # nobody lets it run
        watch = Watch(looked.house.store, asleep, lambda: START, {}, looked.house.clock)
        assert not (await watch.look()).is_ready
        looked.house.clock.advance(6 * SECOND)
        assert (await watch.look()).store == "has taken no write for 6 s"
        await watch.end()


async def test_a_process_that_stands_by_is_not_ready_and_says_so() -> None:
    found = await standing_by()
    assert not found.is_ready
    assert found.facts() == {"status": "standing by"}
