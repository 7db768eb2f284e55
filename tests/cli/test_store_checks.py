"""Whether a store is ready: what is said of folders that are wiped, and of databases."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sqlite3
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from bot.cli.store_checks import HOSTS, PASSING, beside, does_not_last, look
from bot.settings import Settings, read_settings
from bot.store import copying
from bot.store.address import Address
from bot.store.holding import Holder
from bot.store.leading import led
from bot.store.opening import opened
from bot.store.schema import newest
from tests.postgres import PASSWORD, Server
from tests.store.old_stores import put, spoil
from tests.typed import rounds

HEROKU = {"DYNO": "web.1"}
WIPED = Path("/rounds-of-a-test/data")
"""A folder on the disk of the system, wherever temporary files are; nothing is made there."""


def at(address: Address) -> Settings:
    return Settings(database=address)


@pytest.mark.parametrize("name", HOSTS)
async def test_a_host_that_wipes_its_disk_is_told_with_what_to_do(name: str) -> None:
    settings = Settings(data=WIPED)
    warning = does_not_last(settings, {name: "something"})
    assert warning is not None
    for part in (HOSTS[name], str(settings.data), "DATABASE_URL", "ROUNDS_DATA"):
        assert part in warning
    found = await look(settings, {name: "something"})
    assert (found.ok, found.sentence) == (False, warning)
    assert not WIPED.parent.exists(), "nothing is made to find it out"


def test_where_the_disk_lasts_nothing_is_said(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert does_not_last(settings, {}) is None
    assert does_not_last(settings, {"DYNO": ""}) is None
    in_database = read_settings({"DATABASE_URL": "postgres://u:p@h/d"})
    assert does_not_last(in_database, HEROKU) is None


def mounted() -> list[tuple[Path, str]]:
    """Return where file systems are mounted other than that of the root, and their kinds."""
    places = []
    with contextlib.suppress(OSError):  # there is no /proc on other systems
        for line in Path("/proc/mounts").read_text("utf-8").splitlines():
            _, place, kind, *_ = line.split(" ")
            places.append((Path(place), kind))
    root = Path("/").stat().st_dev
    return [one for one in places if one[0].is_dir() and one[0].stat().st_dev != root]


def test_a_volume_that_is_mounted_lasts() -> None:
    volumes = [place for place, kind in mounted() if kind not in PASSING]
    if not volumes:
        pytest.skip("there is no second disk here")
    assert does_not_last(Settings(data=volumes[0]), HEROKU) is None


def test_memory_is_no_volume() -> None:
    places = [place for place, kind in mounted() if kind in ("tmpfs", "ramfs")]
    if not places:
        pytest.skip("nothing is mounted in memory here")
    for place in places:
        warning = does_not_last(Settings(data=place / "rounds-of-a-test"), HEROKU)
        assert warning is not None
        assert "Heroku wipes" in warning


async def test_earlier_stores_are_listed_with_age_and_size_and_what_to_do(tmp_path: Path) -> None:
    settings, now = Settings(data=tmp_path), datetime.now(UTC)
    assert beside(Settings(data=tmp_path / "nowhere"), now) == []
    async with opened(settings.store) as store:
        assert beside(settings, now) == [], "the store in use and its log are none"
        old = settings.store.with_name("rounds-2026-12-07T09-30-00Z.db")
        for copy in (old, tmp_path / "backup", tmp_path / ".rounds.db.0123abcd"):
            copying.copy(settings.store, copy, lambda done, of: None, in_use=True)
        async with store.reading():
            pass
    (tmp_path / "notes.txt").write_text("SQLite is what we use", "utf-8")
    (tmp_path / "empty.db").touch()
    os.utime(old, times=(now.timestamp(), now.timestamp() - 12 * 86_400))
    cut_short, backup, kept = (found.sentence for found in beside(settings, now))
    assert kept.startswith(f"“{old}”, ")
    assert re.search(r" kB, last changed 12 days ago\. It holds what people said\. Remove ", kept)
    assert f"“{tmp_path / 'backup'}”" in backup
    assert "cut short" in cut_short
    assert len(beside(Settings(data=tmp_path, database=Address("postgres://h/d")), now)) == 4


async def test_a_store_of_the_future_and_a_damaged_one_are_not_well(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    await put(newest(), settings.store)
    before = settings.store.read_bytes()
    assert (await look(settings, {})).ok
    for begin, end in ((20_000, 40_000), (4_096, 1_000_000)):
        spoil(settings.store, begin, end)
        found = await look(settings, {})
        assert (found.ok, "rounds.db is damaged (" in found.sentence) == (False, True)
        assert "rounds restore FILE" in found.sentence
        settings.store.write_bytes(before)
    with contextlib.closing(sqlite3.connect(settings.store)) as database:
        database.execute("PRAGMA user_version = 99")
    found = await look(settings, {})
    assert (found.ok, "newer version of Rounds (schema 99" in found.sentence) == (False, True)
    assert {path.name for path in tmp_path.iterdir()} == {"rounds.db"}


async def test_where_every_user_can_read_the_store_it_is_said_with_the_way_to_mend_it() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "our data"
        settings, old = Settings(data=folder), folder / "rounds-old.db"
        now = datetime.now(UTC)
        folder.mkdir()
        await put(newest(), settings.store)
        old.write_bytes(settings.store.read_bytes())
        for one in (settings.store, old):
            one.chmod(0o644)
        folder.chmod(0o755)
        Path(name).chmod(0o700)
        assert [found.ok for found in (await look(settings, {}), *beside(settings, now))] == [
            True,
            True,
        ], "nobody else comes as far as that"
        Path(name).chmod(0o755)
        told = (await look(settings, {}), *beside(settings, now))
        assert [found.ok for found in told] == [False, False]
        for found, kept in zip(told, (settings.store, old), strict=True):
            command = found.sentence.rpartition(": ")[2]
            assert command.startswith("chmod 600 '")
            assert await (await asyncio.create_subprocess_shell(command)).wait() == 0
            assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        told = (await look(settings, {}), *beside(settings, now))
        assert [found.ok for found in told] == [True, True]


async def test_a_store_that_is_served_is_looked_through_beside(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    async with opened(settings.store) as store, store.writing():
        found = await look(settings, {})
        assert (found.ok, "can be written" in found.sentence) == (True, True)


async def test_a_database_is_looked_at_and_left_as_it_is(database: Address) -> None:
    found = await look(at(database), HEROKU)
    assert (found.ok, "there is no chat in it yet" in found.sentence) == (True, True)
    line = await asyncpg.connect(database.text)
    assert await line.fetchval("SELECT COUNT(*) FROM pg_class WHERE relname = 'events'") == 0
    await line.close()
    async with opened(database):
        pass
    found = await look(at(database), {})
    assert (found.ok, found.sentence) == (True, f"The database {database} can be reached.")


async def test_who_leads_on_a_database_is_told(database: Address) -> None:
    here = Holder.here("rounds run", datetime(2026, 12, 6, 20, 0, tzinfo=UTC))
    async with opened(database), led(database, here):
        found = await look(at(database), {})
        assert found.ok
        assert f" In use: rounds run, process {here.process} on {here.host}, " in found.sentence
    assert "In use" not in (await look(at(database), {})).sentence


async def test_a_database_that_cannot_be_used_is_told(postgres: Server, database: Address) -> None:
    found = await look(at(postgres.address("nowhere")), {})
    assert (found.ok, "is not there" in found.sentence) == (False, True)
    wrong = postgres.address("postgres", password=f"{PASSWORD}!")
    assert PASSWORD not in (await look(at(wrong), {})).sentence
    line = await asyncpg.connect(database.text)
    await line.execute("CREATE TABLE patients (id INTEGER)")
    await line.close()
    found = await look(at(database), {})
    assert (found.ok, "tables of another program" in found.sentence) == (False, True)


def test_who_runs_it_on_such_a_host_is_warned(tmp_path: Path) -> None:
    given = HEROKU | {"ROUNDS_DATA": str(WIPED)}
    for level in ("info", "error"):
        ended = rounds("run", "--chats", "nowhere", cwd=tmp_path, ROUNDS_LOG=level, **given)
        assert ended.code == 1, "there are no agendas"
        assert ended.err.count("on a disk that Heroku wipes") == 1, "and said once"
    assert not WIPED.parent.exists()
