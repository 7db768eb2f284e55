"""What every store promises, whichever database it is in: one body of tests over each of them."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path

import pytest

from bot.intake.runner import Store
from bot.store.address import Address
from bot.store.errors import StoreError
from bot.store.opening import IN_MEMORY, Where, opened, store_at
from bot.store.schema import newest
from bot.store.tables import Conflict, Tables
from tests.engine.script import OPENS
from tests.store.seen import note, noted, said


async def test_what_is_committed_is_there_when_the_store_is_opened_again(lasting: Where) -> None:
    async with opened(lasting) as store, store.writing() as tables:
        await note(tables, "one")
    async with opened(lasting) as store:
        assert await noted(store) == {"one"}


async def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    async with opened(tmp_path / "deep" / "rounds.db") as store, store.writing() as tables:
        await note(tables, "one")
    assert (tmp_path / "deep" / "rounds.db").is_file()


async def test_a_transaction_that_fails_leaves_nothing(anywhere: Where) -> None:
    async def fail() -> None:
        async with store.writing() as tables:
            await note(tables, "one")
            raise LookupError

    async with opened(anywhere) as store:
        with pytest.raises(LookupError):
            await fail()
        async with store.writing() as tables:
            await note(tables, "two")
        assert await noted(store) == {"two"}


async def test_who_reads_sees_one_moment_while_others_write(lasting: Where) -> None:
    async with opened(lasting) as store, store.reading() as before:
        assert await before.connection.rows("SELECT name FROM secrets") == []
        async with store.writing() as tables:
            await note(tables, "one")
        assert await before.connection.rows("SELECT name FROM secrets") == []
        assert await noted(store) == {"one"}


async def test_many_read_and_write_at_once(anywhere: Where) -> None:
    async def write(name: str) -> None:
        async with store.writing() as tables:
            await note(tables, name)

    names = {f"n{number}" for number in range(40)}
    async with opened(anywhere) as store:
        found = await asyncio.gather(*map(write, names), *(noted(store) for _ in names))
        assert all(one is None or one <= names for one in found)
        assert await noted(store) == names


@contextlib.asynccontextmanager
async def cancelled_after(steps: int, work: Coroutine[None, None, object]) -> AsyncIterator[None]:
    """Start a coroutine and cancel it after so many turns of the event loop."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    yield


async def test_cancelled_at_any_step_reading_and_writing_leave_the_store_usable(
    anywhere: Where,
) -> None:
    async def write(name: str) -> None:
        async with store.writing() as tables:
            await note(tables, name)

    async with opened(anywhere) as store:
        for steps in range(60):
            async with cancelled_after(steps, noted(store)):
                await noted(store)
            async with cancelled_after(steps, write(f"cancelled {steps}")):
                await write(f"whole {steps}")
        whole = {name for name in await noted(store) if name.startswith("whole")}
        assert len(whole) == 60


async def test_a_store_that_is_not_open_says_so(lasting: Where) -> None:
    store = store_at(lasting)
    with pytest.raises(StoreError, match="not open"):
        async with store.writing():
            pass
    with pytest.raises(StoreError, match="not open"):
        async with store.reading():
            pass
    assert not isinstance(lasting, Path) or not lasting.exists()


# ---------------------------------------------------------------- migrations


async def schema(store: Store, where: Where) -> int:
    sql = "PRAGMA user_version" if isinstance(where, Path) else "SELECT version FROM rounds_schema"
    async with store.reading() as tables:
        ((version,),) = await tables.connection.rows(sql)
    return int(version)


async def test_opening_makes_the_tables_once(anywhere: Where) -> None:
    for _ in range(2):
        async with opened(anywhere) as store:
            assert await schema(store, anywhere) == newest()
            async with store.writing() as tables:
                for table in ("events", "chats", "messages", "outbox", "threads"):
                    await tables.connection.rows(f"SELECT * FROM {table}")


async def test_a_store_of_a_newer_version_is_refused_in_words_and_left_alone(
    lasting: Where,
) -> None:
    async with opened(lasting) as store, store.writing() as tables:
        await tables.connection.run(
            "PRAGMA user_version = 99"
            if isinstance(lasting, Path)
            else "UPDATE rounds_schema SET version = 99"
        )
    for _ in range(2):
        with pytest.raises(StoreError, match=r"newer version of Rounds \(schema 99"):
            await store_at(lasting).open()


async def test_several_processes_open_a_new_store_at_once(lasting: Where) -> None:
    stores = [store_at(lasting) for _ in range(4)]
    try:
        await asyncio.gather(*(store.open() for store in stores))
        async with stores[0].writing() as tables:
            await note(tables, "one")
        assert await noted(stores[3]) == {"one"}
    finally:
        for store in stores:
            await store.close()


# ---------------------------------------------------------------- two processes


async def test_what_another_process_wrote_is_noticed(lasting: Where) -> None:
    async with opened(lasting) as ours, opened(lasting) as theirs:
        async with ours.writing() as tables:
            version = tables.version
            await note(tables, "ours")
        async with ours.writing() as tables:
            assert tables.version == version
            await note(tables, "ours again")
        async with theirs.writing() as tables:
            await note(tables, "theirs")
        for _ in range(2):
            async with ours.writing() as tables:
                assert tables.version != version


async def test_of_two_that_write_at_once_each_sees_all_that_the_other_has_written(
    lasting: Where,
) -> None:
    """Between a transaction's first look and its commit nobody else commits."""

    async def count_up(store: Store, times: int) -> list[int]:
        versions = []
        for _ in range(times):
            async with store.writing() as tables:
                versions.append(tables.version)
                ((count,),) = await tables.connection.rows("SELECT COUNT(*) FROM secrets")
                await asyncio.sleep(0)
                await note(tables, f"number {count}")
        return versions

    async with opened(lasting) as ours, opened(lasting) as theirs:
        await asyncio.gather(count_up(ours, 50), count_up(theirs, 50))
        assert await noted(ours) == {f"number {n}" for n in range(100)}


async def append(tables: Tables) -> None:
    await tables.connection.run_many(
        "INSERT INTO events (chat, seq, kind, body) VALUES (?, ?, ?, ?)",
        [("a", 1, "Opened", "{}")],
    )


async def test_a_second_event_of_one_number_is_a_conflict_and_nothing_of_it_is_kept(
    anywhere: Where,
) -> None:
    async def write(name: str) -> None:
        async with store.writing() as tables:
            await note(tables, name)
            await append(tables)

    async with opened(anywhere) as store:
        await write("first")
        with pytest.raises(Conflict):
            await write("second")
        assert await noted(store) == {"first"}


# ---------------------------------------------------------------- what is kept is what was said


@pytest.mark.parametrize(
    "text",
    [
        "🩺 Ünï → 漢字 \u202e \x1b[31m \u2028 '; DROP TABLE messages; --",
        "",
        "?",
        "$1",
        "x" * 100_000,
    ],
)
async def test_every_text_is_read_as_it_was_written(anywhere: Where, text: str) -> None:
    message = said(text)._replace(name=text, thread=text, labels=(1, 2))
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await tables.put_messages([message])
        async with store.reading() as tables:
            assert await tables.messages([message.key]) == [message]


async def test_messages_of_one_instant_stand_in_the_order_of_their_bytes(anywhere: Where) -> None:
    """In the order of a language they would stand otherwise, and differently in each database."""
    names = ["b", "B", "a", "A", "é", "z", "Z", "1", "10", "9", "_", "-", "🩺", "\uffff"]
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await tables.put_messages(said("", name) for name in names)
        async with store.reading() as tables:
            found = [
                message.id
                async for batch in tables.messages_since("urojc-2026-12-07", OPENS)
                for message in batch
            ]
    assert found == sorted(names, key=str.encode)


def test_a_database_is_only_connected_to_where_one_is_named() -> None:
    assert type(store_at(IN_MEMORY)).__name__ == "SqliteStore"
    address = Address("postgresql://h/n")
    assert type(store_at(address)).__name__ == "PostgresStore"


WITHOUT_A_DATABASE = """
import asyncio, sys
import bot.cli.commands
from bot.store.opening import IN_MEMORY, opened
async def main():
    async with opened(IN_MEMORY):
        print("asyncpg" in sys.modules)
asyncio.run(main())
"""


def test_who_has_no_database_does_not_wait_for_its_library() -> None:
    run = [sys.executable, "-c", WITHOUT_A_DATABASE]
    told = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60).stdout
    assert told == "False\n"
