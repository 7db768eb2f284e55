"""A backup is whole, and what left since leaves it again when it comes back."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.backup import back_up, restore
from bot.cli.departure import erase, found
from bot.cli.faults import Stopped
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.signals import CheckedIn
from bot.store import checkins
from bot.store.errors import Damaged, StoreError
from bot.store.holding import Held, Holder, held
from bot.store.schema import MIGRATIONS
from tests.house import house, moderator, person, room_of, urojc
from tests.store.old_stores import spoil

SERIES = urojc()
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
ANN, BO = person("Ann Lee"), person("Bo")
WORDS = "the postman from Elm Street"
CHAT = "urojc-2026-12-07"
NOW = datetime(2026, 12, 9, 9, 30, tzinfo=UTC)
HOLDER = Holder.here("rounds restore", NOW)


def quiet(_done: int, _of: int) -> None:
    """Tell nobody how far it is."""


async def hold(folder: Path) -> None:
    """Hold a chat that is still open."""
    async with house(folder) as h:
        await h.start(SERIES)
        for n in range(8):
            h.clock.advance(timedelta(minutes=1))
            await h.say(ROOM, ANN if n % 2 else BO, f"T1: {WORDS} {n}", message=str(n))


async def texts(folder: Path) -> dict[str, str]:
    async with house(folder) as h, h.store.reading() as tables:
        return {m.id: m.text for m in await tables.messages([f"{ROOM}/{n}" for n in range(9)])}


def names(folder: Path) -> set[str]:
    """Return which files are there, without the one that is locked."""
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


async def test_a_backup_that_comes_back_is_what_was_there(tmp_path: Path) -> None:
    await hold(tmp_path)
    file = tmp_path / "backup.db"
    lines = back_up(tmp_path / "rounds.db", file, quiet)
    assert lines == [f"{file}: 1 chat, 10 messages, the last of 2026-12-06 20:08 UTC."]
    assert names(tmp_path) == {"rounds.db", "backup.db"}
    before = await texts(tmp_path)
    async with house(tmp_path) as h:
        await h.edit(ROOM, "1", "T1: something else")
        await h.say(ROOM, BO, "since then", message="8")
    lines = await restore(file, tmp_path / "rounds.db", HOLDER, NOW, quiet)
    assert lines[0] == "Restored: 1 chat, 10 messages, the last of 2026-12-06 20:08 UTC."
    assert "rounds-2026-12-09T09-30-00Z.db" in lines[1]
    assert CHAT in lines[2]
    assert "once more" in lines[2]
    assert await texts(tmp_path) == before
    kept = {"rounds.db", "backup.db", "rounds-2026-12-09T09-30-00Z.db"}
    assert names(tmp_path) == kept
    old = tmp_path / "old"
    old.mkdir()
    (tmp_path / "rounds-2026-12-09T09-30-00Z.db").rename(old / "rounds.db")
    assert (await texts(old))["8"] == "since then"


async def test_where_nothing_was_a_backup_becomes_the_store(tmp_path: Path) -> None:
    await hold(tmp_path)
    file = tmp_path / "backup.db"
    back_up(tmp_path / "rounds.db", file, quiet)
    elsewhere = tmp_path / "new" / "rounds.db"
    lines = await restore(file, elsewhere, HOLDER, NOW, quiet)
    assert len(lines) == 2
    assert names(elsewhere.parent) == {"rounds.db"}
    assert await texts(elsewhere.parent) == await texts(tmp_path)


async def test_what_was_withdrawn_deleted_or_erased_since_does_not_come_back(
    tmp_path: Path,
) -> None:
    await hold(tmp_path)
    store, file = tmp_path / "rounds.db", tmp_path / "backup.db"
    back_up(store, file, quiet)
    async with house(tmp_path) as h:
        await h.delete(ROOM, "0")
        h.clock.advance(timedelta(hours=1))
        whom = await found(h.store, ANN.key, lambda _: [], NOW)
        await erase(h.store, whom, NOW)
    lines = await restore(file, store, HOLDER, NOW, quiet)
    assert "Taken out again, as it was since the backup: 1 withdrawn message, 1 erased person." in (
        lines
    )
    after = await texts(tmp_path)
    assert [n for n, text in sorted(after.items()) if text] == ["2", "4", "6"]
    raw = store.read_bytes()
    for gone in (ANN.id, "Ann Lee", f"{WORDS} 1", f"{WORDS} 0"):
        assert gone.encode() not in raw, gone
    assert names(tmp_path) == {"rounds.db", "backup.db", "rounds-2026-12-09T09-30-00Z.db"}


async def test_what_people_said_of_themselves_since_holds_in_the_backup(tmp_path: Path) -> None:
    await hold(tmp_path)
    store, file = tmp_path / "rounds.db", tmp_path / "backup.db"
    async with house(tmp_path) as h:
        first = CheckIn("Bo Berg", interest="Paid by Example Pharma")
        await h.runner.handle(CheckedIn(h.clock(), ROOM, BO, "urojc", first))
    back_up(store, file, quiet)
    out = CheckIn(consent=Consent.OUT)
    async with house(tmp_path) as h:
        h.clock.advance(timedelta(hours=1))
        await h.runner.handle(CheckedIn(h.clock(), ROOM, BO, "urojc", out))
    lines = await restore(file, store, HOLDER, NOW, quiet)
    assert "Kept, though it is newer than the backup: what 1 person said at a check-in." in lines
    async with house(tmp_path) as h, h.store.reading() as tables:
        assert await checkins.of(tables.connection, "urojc", BO.key) == out
        assert "Bo Berg" in (await checkins.names(tables.connection, "urojc"))[BO.key]
    assert b"Example Pharma" not in store.read_bytes()


async def test_no_pseudonyms_name_comes_out_of_what_others_wrote_in_a_backup(
    tmp_path: Path,
) -> None:
    await hold(tmp_path)
    store, file = tmp_path / "rounds.db", tmp_path / "backup.db"
    wish = CheckIn("Bo Berg", consent=Consent.PSEUDONYM)
    async with house(tmp_path) as h:
        await h.runner.handle(CheckedIn(h.clock(), ROOM, BO, "urojc", wish))
        await h.say(ROOM, ANN, "T1: as Berg said before", message="8")
    back_up(store, file, quiet)
    async with house(tmp_path) as h:
        h.clock.advance(timedelta(hours=1))
        await erase(h.store, await found(h.store, BO.key, lambda _: [], NOW), NOW)
    await restore(file, store, HOLDER, NOW, quiet)
    assert "Berg" not in (await texts(tmp_path))["8"]
    assert "said before" in (await texts(tmp_path))["8"]


async def test_where_the_old_store_is_unreadable_the_backup_comes_and_it_is_said(
    tmp_path: Path,
) -> None:
    await hold(tmp_path)
    store, file = tmp_path / "rounds.db", tmp_path / "backup.db"
    back_up(store, file, quiet)
    before = await texts(tmp_path)
    damaged = b"not a store any more" * 1_000
    store.write_bytes(damaged)
    lines = await restore(file, store, HOLDER, NOW, quiet)
    assert any("cannot be read" in line and "erase it again" in line for line in lines)
    assert (tmp_path / "rounds-2026-12-09T09-30-00Z.db").read_bytes() == damaged
    assert await texts(tmp_path) == before


async def test_nothing_is_restored_over_a_store_that_is_served(tmp_path: Path) -> None:
    await hold(tmp_path)
    store, file = tmp_path / "rounds.db", tmp_path / "backup.db"
    back_up(store, file, quiet)
    before = store.read_bytes()
    serving = Holder.here("rounds run", NOW, "http://127.0.0.1:8080")
    async with held(store, serving):
        with pytest.raises(Held, match="rounds run, process"):
            await restore(file, store, HOLDER, NOW, quiet)
    assert store.read_bytes() == before
    assert names(tmp_path) == {"rounds.db", "backup.db"}


async def test_what_is_no_backup_replaces_nothing(tmp_path: Path) -> None:
    await hold(tmp_path)
    store = tmp_path / "rounds.db"
    before = store.read_bytes()
    (tmp_path / "notes.db").write_text("notes " * 400)
    for wrong in (tmp_path / "notes.db", tmp_path / "missing.db"):
        with pytest.raises(StoreError):
            await restore(wrong, store, HOLDER, NOW, quiet)
    with pytest.raises(Stopped, match="the store itself"):
        await restore(store, store, HOLDER, NOW, quiet)
    assert store.read_bytes() == before
    assert names(tmp_path) == {"rounds.db", "notes.db"}


async def test_what_is_damaged_is_told_in_one_line(tmp_path: Path) -> None:
    await hold(tmp_path)
    store, file = tmp_path / "rounds.db", tmp_path / "backup.db"
    back_up(store, file, quiet)
    whole = bytearray(file.read_bytes())
    whole[20_000:40_000] = b"\x55" * 20_000
    file.write_bytes(whole)
    for given, why in ((file, "damaged"), (tmp_path, "is no file")):
        with pytest.raises(StoreError, match=why) as refused:
            await restore(given, store, HOLDER, NOW, quiet)
        assert "\n" not in str(refused.value)


async def test_a_store_that_cannot_be_backed_up_is_named_with_what_to_do(tmp_path: Path) -> None:
    store, file = tmp_path / "rounds.db", tmp_path / "copy.db"
    await hold(tmp_path)
    whole = store.read_bytes()
    for begin, end in ((0, 4_096), (4_096, 1_000_000), (20_000, 40_000)):
        spoil(store, begin, end)
        with pytest.raises(Damaged, match=r"^The store .*rounds\.db is damaged .*restore FILE"):
            back_up(store, file, quiet)
        store.write_bytes(whole)
    with contextlib.closing(sqlite3.connect(store)) as database:  # an index that lacks a row
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_master SET rootpage = rootpage + 1 WHERE name = 'chats_by_wake'"
        )
        database.commit()
    with pytest.raises(Damaged, match=r"^The store .*rounds\.db is damaged .*restore FILE"):
        back_up(store, file, quiet)
    store.write_bytes(whole)
    with contextlib.closing(sqlite3.connect(store)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"rounds\.db was written by a newer version") as told:
        back_up(store, file, quiet)
    assert ".copy.db" not in str(told.value)
    assert "Install the newer version" in str(told.value)
    assert names(tmp_path) == {"rounds.db"}


async def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as database:
        database.executescript((MIGRATIONS / "0001_first.sql").read_text("utf-8"))
        database.execute("PRAGMA user_version = 1")
    database.close()
    before = file.read_bytes()
    await restore(file, tmp_path / "rounds.db", HOLDER, NOW, quiet)
    assert await texts(tmp_path) == {}
    assert file.read_bytes() == before


async def test_a_backup_is_made_over_nothing_unless_it_is_said(tmp_path: Path) -> None:
    await hold(tmp_path)
    store, file = tmp_path / "rounds.db", tmp_path / "backup.db"
    file.write_text("mine")
    for wrong, why in (
        (file, "is there already"),
        (tmp_path, "is a folder"),
        (store, "the store itself"),
        (tmp_path / "none" / "backup.db", "no folder"),
    ):
        with pytest.raises(Stopped, match=why):
            back_up(store, wrong, quiet, replace=wrong is store)
    with pytest.raises(Stopped, match="no store"):
        back_up(tmp_path / "none" / "rounds.db", file, quiet)
    assert file.read_text() == "mine"
    assert names(tmp_path) == {"rounds.db", "backup.db"}
    back_up(store, file, quiet, replace=True)
    assert file.read_bytes()[:6] == b"SQLite"
    assert names(tmp_path) == {"rounds.db", "backup.db"}


async def test_no_backup_takes_the_place_of_what_belongs_to_the_store_or_is_no_file(
    tmp_path: Path,
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with house(tmp_path) as h:
        await h.start(SERIES)
        store = tmp_path / "rounds.db"
        log = tmp_path / "rounds.db-wal"
        before = log.stat().st_ino
        for end in ("-wal", "-shm", "-journal", ".lock"):
            with pytest.raises(Stopped, match="of the store's own"):
                back_up(store, tmp_path / f"rounds.db{end}", quiet, replace=True)
        with pytest.raises(Stopped, match="is no file"):
            back_up(store, pipe, quiet, replace=True)
        assert log.stat().st_ino == before
        assert pipe.is_fifo()
