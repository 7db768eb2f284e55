"""A store's file is copied whole while others write, checked, and exchanged for another."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.agenda import Room
from bot.engine.messages import Message
from bot.store import copying
from bot.store.errors import StoreError
from bot.store.sqlite import SqliteStore, opened
from tests.engine.script import OPENS

ROOM = Room("local", "urojc")


def said(number: int, text: str = "the postman ") -> Message:
    at = OPENS + timedelta(seconds=number)
    return Message("a", ROOM, str(number), True, at, "ann", "Ann", text=text * 40)


def quiet(_done: int, _of: int) -> None:
    """Tell nobody how far it is."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with opened(tmp_path / "rounds.db") as found:
        async with found.writing() as tables:
            await tables.put_messages(map(said, range(2_000)))
        yield found


async def test_a_copy_is_one_file_for_its_owner_with_everything_in_it(
    store: SqliteStore, tmp_path: Path
) -> None:
    steps: list[tuple[int, int]] = []
    copying.copy(
        tmp_path / "rounds.db", tmp_path / "copy.db", lambda done, of: steps.append((done, of))
    )
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("copy.db-*"))
    assert steps[-1][0] == steps[-1][1]
    assert len(steps) > 1
    whole = copying.checked(tmp_path / "copy.db")
    assert (whole.messages, whole.chats, whole.last) == (2_000, 0, said(1_999).at)
    assert not list(tmp_path.glob("copy.db-*"))
    async with opened(tmp_path / "copy.db") as copied, copied.reading() as tables:
        (found,) = await tables.messages(["local:urojc/7"])
        assert found == said(7)


async def test_a_file_of_any_name_is_copied(store: SqliteStore, tmp_path: Path) -> None:
    first, second = (tmp_path / os.fsdecode(name) for name in (b"a \xff?#%.db", b"b \xff?#%.db"))
    copying.copy(tmp_path / "rounds.db", first, quiet)
    copying.copy(first, second, quiet)
    assert copying.checked(second).messages == 2_000


async def test_a_copy_is_of_one_moment_however_much_is_written_meanwhile(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store, store.writing() as tables:
        await tables.put_messages(map(said, range(20_000)))
    stopped = threading.Event()
    written: list[int] = []

    def write() -> None:
        with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db", timeout=10)) as database:
            while not stopped.is_set():
                database.execute("INSERT INTO secrets VALUES (?, '')", (str(len(written)),))
                database.commit()
                written.append(1)

    writer = threading.Thread(target=write)
    during: list[int] = []
    writer.start()
    try:
        while not written:
            pass
        copying.copy(
            tmp_path / "rounds.db", tmp_path / "copy.db", lambda *_: during.append(len(written))
        )
    finally:
        stopped.set()
        writer.join()
    assert during[-1] > during[0], "nobody wrote meanwhile, so nothing is seen here"
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        ((secrets,),) = copied.execute("SELECT COUNT(*) FROM secrets")
    assert secrets <= during[0]
    assert copying.checked(tmp_path / "copy.db").messages == 20_000


async def test_a_copy_that_fails_leaves_nothing(store: SqliteStore, tmp_path: Path) -> None:
    def fail(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy(tmp_path / "rounds.db", tmp_path / "copy.db", fail)
    with pytest.raises(StoreError):
        copying.copy(tmp_path / "no.db", tmp_path / "copy.db", quiet)
    assert not list(tmp_path.glob("copy.db*"))
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(FileExistsError):
        copying.copy(tmp_path / "rounds.db", tmp_path / "copy.db", quiet)
    assert (tmp_path / "copy.db").read_text() == "mine"


async def test_a_store_that_was_killed_is_copied_with_what_its_log_holds(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        async with store.writing() as tables:
            await tables.put_messages([said(1)])
        for name in ("rounds.db", "rounds.db-wal"):  # as a killed process leaves them
            (tmp_path / f"dead-{name}").write_bytes((tmp_path / name).read_bytes())
    copying.copy(tmp_path / "dead-rounds.db", tmp_path / "copy.db", quiet)
    assert copying.checked(tmp_path / "copy.db").messages == 1


# ---------------------------------------------------------------- what is no store


def test_what_is_no_store_is_told_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with pytest.raises(StoreError, match="no file"):
        copying.checked(file)
    file.write_text("not a database at all, but longer than its header would be " * 9)
    before = file.read_bytes()
    with pytest.raises(StoreError, match="cannot be read"):
        copying.checked(file)
    assert file.read_bytes() == before
    with contextlib.closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE notes (text)")
    with pytest.raises(StoreError, match="no store of Rounds"):
        copying.checked(tmp_path / "other.db")


async def test_a_damaged_copy_is_told(store: SqliteStore, tmp_path: Path) -> None:
    copying.copy(tmp_path / "rounds.db", tmp_path / "copy.db", quiet)
    raw = bytearray((tmp_path / "copy.db").read_bytes())
    raw[4096 * 20 : 4096 * 60] = bytes(4096 * 40)
    (tmp_path / "copy.db").write_bytes(raw)
    with pytest.raises(StoreError, match="damaged"):
        copying.checked(tmp_path / "copy.db")
    raw = raw[: len(raw) // 2]
    (tmp_path / "copy.db").write_bytes(raw)
    with pytest.raises(StoreError, match=r"damaged|cannot be read"):
        copying.checked(tmp_path / "copy.db")


async def test_a_store_from_the_future_is_told(store: SqliteStore, tmp_path: Path) -> None:
    copying.copy(tmp_path / "rounds.db", tmp_path / "copy.db", quiet)
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as database:
        database.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreError, match="newer version of Rounds"):
        copying.checked(tmp_path / "copy.db")


# ---------------------------------------------------------------- places


def test_a_file_gets_its_place_at_once_and_takes_no_others(tmp_path: Path) -> None:
    new, place = tmp_path / "new", tmp_path / "place"
    new.write_text("new")
    copying.put(new, place, over=False)
    assert (place.read_text(), new.exists()) == ("new", False)
    new.write_text("newer")
    with pytest.raises(FileExistsError):
        copying.put(new, place, over=False)
    assert place.read_text() == "new"
    copying.put(new, place, over=True)
    assert (place.read_text(), new.exists()) == ("newer", False)


def test_a_store_is_exchanged_with_its_log_and_its_mode(tmp_path: Path) -> None:
    new, store, kept = tmp_path / "new", tmp_path / "rounds.db", tmp_path / "rounds-old.db"
    new.write_text("new")
    store.write_text("old")
    store.chmod(0o640)
    store.with_name("rounds.db-wal").write_text("old log")
    copying.exchange(new, store, kept)
    assert (store.read_text(), kept.read_text()) == ("new", "old")
    assert stat.S_IMODE(store.stat().st_mode) == 0o640
    assert (tmp_path / "rounds-old.db-wal").read_text() == "old log"
    assert not (tmp_path / "rounds.db-wal").exists()
    assert not new.exists()
    copying.remove(kept)
    assert {path.name for path in tmp_path.iterdir()} == {"rounds.db"}


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match=r"copy\.db cannot be written"),
        copying.room_for(tmp_path / "copy.db"),
        contextlib.closing(sqlite3.connect(tmp_path / "no" / "copy.db")) as database,
    ):
        database.execute("CREATE TABLE notes (text)")
