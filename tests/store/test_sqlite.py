"""The store in a SQLite file: one transaction at a time, also when it is cut short."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from bot.engine.agenda import Room
from bot.store.errors import Damaged, StoreError, Unusable
from bot.store.holding import Holder, held
from bot.store.schema import MIGRATIONS, newest
from bot.store.sqlite import SqliteStore, opened
from tests.engine.script import OPENS
from tests.store.old_stores import put
from tests.store.seen import note, noted, said
from tests.typed import ROOT, environment

WORDS = "the postman from Elm Street"


def threads() -> set[threading.Thread]:
    """Every connection has a thread, and an open one keeps the process from ending."""
    return set(threading.enumerate())


def all_end_but(before: set[threading.Thread]) -> bool:
    """Say whether every thread ends that was not there before."""
    for thread in threads() - before:
        thread.join(5)
    return threads() <= before


def on_disk(path: Path, words: str) -> set[str]:
    """Return which files of a store hold these words."""
    files = [path, path.with_name(path.name + "-wal")]
    return {file.name for file in files if file.exists() and words.encode() in file.read_bytes()}


# ---------------------------------------------------------------- transactions


async def test_in_memory_reading_waits_for_writing() -> None:
    async with opened(":memory:") as store:
        async with store.writing() as tables:
            await note(tables, "one")
        assert await noted(store) == {"one"}


async def test_a_writer_that_is_cancelled_while_it_waits_for_another_process_leaves_no_lock(
    tmp_path: Path,
) -> None:
    async def write() -> None:
        async with store.writing() as tables:
            await note(tables, "cancelled")

    async with opened(tmp_path / "rounds.db") as store:
        with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            writing = asyncio.create_task(write())
            await asyncio.sleep(0.1)  # it waits for the other's lock now
            writing.cancel()
            await asyncio.sleep(0.1)
            other.rollback()
        await asyncio.gather(writing, return_exceptions=True)
        async with store.writing() as tables:
            await note(tables, "one")
        assert await noted(store) == {"one"}


async def test_a_reader_that_outlives_the_store_lets_the_process_end(tmp_path: Path) -> None:
    before = threads()
    store = SqliteStore(tmp_path / "rounds.db")
    await store.open()
    async with store.reading() as tables:
        await store.close()
        assert await tables.connection.rows("SELECT 1") == [(1,)], "it may finish what it reads"
    assert all_end_but(before)


# ---------------------------------------------------------------- opening


async def test_what_is_made_is_for_its_owner_alone_and_what_was_there_stays_as_it_is(
    tmp_path: Path,
) -> None:
    def rights(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    before = os.umask(0o022)
    try:
        folder = tmp_path / "data"
        holder = Holder.here("rounds run", OPENS)
        async with held(folder / "rounds.db", holder), opened(folder / "rounds.db") as store:
            async with store.writing() as tables:
                await note(tables, "one")
            assert rights(folder) == 0o700
            for end in ("", "-wal", "-shm"):
                assert rights(folder / f"rounds.db{end}") == 0o600, end
        async with opened(tmp_path / "other" / "rounds.db"):
            assert rights(tmp_path / "other") == 0o700
        folder.chmod(0o755)
        (folder / "rounds.db").chmod(0o640)
        async with opened(folder / "rounds.db"):
            assert (rights(folder), rights(folder / "rounds.db")) == (0o755, 0o640)
    finally:
        os.umask(before)


async def test_a_file_that_is_no_store_is_refused_in_words_and_the_process_can_end(
    tmp_path: Path,
) -> None:
    (tmp_path / "rounds.db").write_text("Dear diary, today I met the postman. " * 100)
    before = threads()
    with pytest.raises(StoreError, match=r"rounds\.db cannot be opened .*--data DIR"):
        await SqliteStore(tmp_path / "rounds.db").open()
    assert all_end_but(before)


async def test_a_folder_in_the_place_of_the_store_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "rounds.db").mkdir()
    before = threads()
    with pytest.raises(StoreError, match="--data DIR"):
        await SqliteStore(tmp_path / "rounds.db").open()
    assert all_end_but(before)


async def test_a_store_of_a_newer_version_is_refused_in_words_and_left_alone(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path / "rounds.db"):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db")) as database:
        database.execute("PRAGMA user_version = 99")
    before = threads()
    with pytest.raises(StoreError, match=r"newer version of Rounds \(schema 99"):
        await SqliteStore(tmp_path / "rounds.db").open()
    assert all_end_but(before)
    with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (99,)


async def test_a_store_of_the_first_version_is_brought_up_to_date_with_what_is_in_it(
    tmp_path: Path,
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db")) as database:
        database.executescript((MIGRATIONS / "0001_first.sql").read_text("utf-8"))
        database.execute("INSERT INTO secrets (name, value) VALUES ('signing', 'kept')")
        database.execute("PRAGMA user_version = 1")
        database.commit()
    room = Room("discord", "9")
    async with opened(tmp_path / "rounds.db") as store, store.writing() as tables:
        assert await tables.secret("signing", "fresh") == "kept"
        await tables.put_threads([(room, "17", "a chat")])
        assert await tables.chat_of_thread(room, "17") == "a chat"


async def test_a_row_that_can_never_be_written_is_no_conflict(tmp_path: Path) -> None:
    """A conflict is decided anew, which would never end here."""
    async with opened(tmp_path / "rounds.db") as store:
        with pytest.raises(sqlite3.IntegrityError):
            async with store.writing() as tables:
                await tables.connection.run_many(
                    "INSERT INTO events (chat, seq, kind, body) VALUES (?, ?, ?, ?)",
                    [("a", 1, None, "{}")],
                )


# ---------------------------------------------------------------- words that are taken away


async def test_words_that_are_taken_away_are_in_no_file_of_the_store(tmp_path: Path) -> None:
    path = tmp_path / "rounds.db"
    async with opened(path) as store:
        async with store.writing() as tables:
            await tables.put_messages([said(WORDS), said("Something else " * 400, "2")])
        assert on_disk(path, WORDS), "or nothing is seen here"
        async with store.writing() as tables:
            await tables.withdraw("urojc-2026-12-07", "local", "ann", OPENS)
        assert on_disk(path, WORDS) == set()


async def test_a_new_wording_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "rounds.db"
    async with opened(path) as store:
        async with store.writing() as tables:
            await tables.put_messages([said(WORDS * 300)])  # longer than a page of the file
        async with store.writing() as tables:
            tables.erases = True
            await tables.put_messages([said("hello")])
        assert on_disk(path, WORDS) == set()


async def test_who_reads_an_old_moment_delays_the_erasure_and_not_the_writer(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rounds.db"
    async with opened(path) as store:
        async with store.writing() as tables:
            await tables.put_messages([said(WORDS)])
        async with store.reading() as before:
            await before.connection.rows("SELECT 1 FROM messages")
            async with store.writing() as tables:
                await tables.withdraw("urojc-2026-12-07", "local", "ann", OPENS)
            async with store.writing() as tables:
                await note(tables, "one")
            assert on_disk(path, WORDS)
        assert on_disk(path, WORDS) == set()


async def test_another_process_that_reads_delays_the_erasure_and_not_the_writer(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rounds.db"
    async with opened(path) as store, opened(path) as theirs:
        async with store.writing() as tables:
            await tables.put_messages([said(WORDS)])
        async with theirs.reading() as before:
            await before.connection.rows("SELECT 1 FROM messages")
            async with store.writing() as tables:
                await tables.withdraw("urojc-2026-12-07", "local", "ann", OPENS)
            assert on_disk(path, WORDS)
        async with store.writing() as tables:
            await note(tables, "one")
        assert on_disk(path, WORDS) == set()


async def test_an_erasure_that_a_dead_process_owed_is_done_by_the_next(tmp_path: Path) -> None:
    path, dead = tmp_path / "rounds.db", tmp_path / "dead" / "rounds.db"
    dead.parent.mkdir()
    async with opened(path) as store:
        async with store.writing() as tables:
            await tables.put_messages([said(WORDS)])
        async with store.reading() as before:
            await before.connection.rows("SELECT 1 FROM messages")
            async with store.writing() as tables:
                await tables.withdraw("urojc-2026-12-07", "local", "ann", OPENS)
            for name in ("rounds.db", "rounds.db-wal"):  # as a killed process leaves them
                (dead.parent / name).write_bytes((tmp_path / name).read_bytes())
    assert on_disk(dead, WORDS)
    async with opened(dead):
        assert on_disk(dead, WORDS) == set()


def test_a_store_that_cannot_be_opened_leaves_no_thread_that_speaks_to_a_loop_that_is_gone(
    tmp_path: Path,
) -> None:
    (tmp_path / "rounds.db").mkdir()  # a folder where the file should be

    async def fail() -> None:
        with pytest.raises(StoreError, match="cannot be opened"):
            await SqliteStore(tmp_path / "rounds.db").open()
        assert threads() <= before

    before = threads()
    for _ in range(20):
        asyncio.run(fail())


async def test_a_file_that_another_program_holds_is_told_after_one_patience(
    tmp_path: Path,
) -> None:
    file = tmp_path / "rounds.db"
    async with opened(file):
        pass
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="database is locked"):
            async with asyncio.timeout(30):  # not ten seconds for each of a hundred times
                await SqliteStore(file).open()


async def test_a_full_disk_is_named_without_what_was_to_be_written(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        async with store.writing() as tables:
            ((pages,),) = await tables.connection.rows("PRAGMA page_count")
            await tables.connection.rows(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(Unusable) as refused:
            async with store.writing() as tables:
                await note(tables, "the postman " * 10_000)
        assert str(refused.value) == "The store cannot be used: database or disk is full."
        assert await noted(store) == set()


READS_AS_NOBODY = """
import asyncio, logging, os, sys
from bot.store.sqlite import opened
logging.basicConfig(level=logging.WARNING)
if os.geteuid() == 0:  # who may write everywhere
    async def reads_the_modules():
        async with opened(":memory:"):
            pass
    asyncio.run(reads_the_modules())
    os.setresuid(65534, 65534, 65534)
async def reads():
    async with opened(sys.argv[1]) as store, store.reading() as tables:
        print(await tables.connection.rows("SELECT COUNT(*) FROM chats"))
asyncio.run(reads())
"""


def test_who_may_only_read_a_store_is_not_told_of_words_that_they_did_not_take_away() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own are closed to others
        file, folder = Path(name) / "rounds.db", Path(name) / "copied"

        async def written_and_killed() -> None:
            async with opened(file) as store:
                async with store.writing() as tables:
                    await note(tables, "one")
                for one in ("rounds.db", "rounds.db-wal", "rounds.db-shm"):
                    Path(shutil.copy(file.with_name(one), folder)).chmod(0o444)

        folder.mkdir()
        asyncio.run(written_and_killed())
        folder.chmod(0o555)
        file.parent.chmod(0o711)
        settings = environment()  # without those of coverage, which nobody may write
        read = subprocess.run(
            [sys.executable, "-c", READS_AS_NOBODY, folder / "rounds.db"],
            cwd=ROOT,
            env={name: one for name, one in settings.items() if not name.startswith("COV")},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        folder.chmod(0o700)
    assert (read.stdout, read.stderr) == ("[(0,)]\n", "")


async def test_a_file_that_is_damaged_while_it_is_open_is_named_with_the_way_out(
    tmp_path: Path,
) -> None:
    file = tmp_path / "rounds.db"
    await put(newest(), file)
    async with opened(file) as store:
        await store.cut_off()
        with file.open("r+b") as there:
            there.seek(4_096)
            there.write(b"\x55" * (file.stat().st_size - 4_096))
        with pytest.raises(Damaged, match=r"rounds\.db is damaged .* rounds restore FILE"):
            async with store.reading() as tables:
                await tables.lines()
        with pytest.raises(Damaged, match=r"rounds\.db is damaged"):
            async with store.writing() as tables:
                await note(tables, "one")


async def test_nothing_is_written_to_a_file_that_was_moved_or_removed(tmp_path: Path) -> None:
    folder, away = tmp_path / "data", tmp_path / "away"
    async with opened(folder / "rounds.db") as store:
        async with store.writing() as tables:
            await note(tables, "one")
        folder.rename(away)
        with pytest.raises(Unusable, match="its file was moved or removed"):
            async with store.writing() as tables:
                await note(tables, "lost")
        away.rename(folder)
        async with store.writing() as tables:
            await note(tables, "two")
        assert await noted(store) == {"one", "two"}
        (folder / "rounds.db").rename(tmp_path / "old.db")
        (folder / "rounds.db").write_bytes(b"")
        with pytest.raises(Unusable):
            async with store.writing() as tables:
                await note(tables, "lost")
