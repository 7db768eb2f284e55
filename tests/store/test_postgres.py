"""The store in PostgreSQL: a server that goes and comes back, and others that hold it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import asyncpg
import pytest
from asyncpg import exceptions as pg

from bot.engine.state import Stage
from bot.intake.runner import Store
from bot.store.address import Address
from bot.store.errors import StoreError, Unavailable
from bot.store.figures import Figures
from bot.store.opening import opened
from bot.store.postgres import READERS, PostgresStore, ordered_by_bytes
from bot.store.schema import newest, steps_from
from tests.house import house, person, room_of, urojc
from tests.postgres import Server, running
from tests.store.cutting import wire
from tests.store.seen import note, noted, said

ANN = person("Ann")


@contextlib.asynccontextmanager
async def beside(address: Address) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection that another program has to the same database."""
    line = await asyncpg.connect(address.text)
    try:
        yield line
    finally:
        line.terminate()


async def write(store: Store, name: str) -> None:
    async with store.writing() as tables:
        await note(tables, name)


OURS = "FROM pg_stat_activity WHERE application_name = 'rounds' AND datname = current_database()"
CUT = f"SELECT pg_terminate_backend(pid) {OURS}"


# ---------------------------------------------------------------- connections that are cut


async def test_connections_that_were_cut_while_they_rested_are_made_anew(
    database: Address,
) -> None:
    async with opened(database) as store, beside(database) as other:
        await write(store, "one")
        for number in range(3):
            await asyncio.gather(*(noted(store) for _ in range(3)))
            await other.execute(CUT)
            assert len(await noted(store)) == number + 1
            await other.execute(CUT)
            await write(store, f"after {number}")


async def test_a_transaction_that_is_cut_leaves_nothing_and_says_so(database: Address) -> None:
    async def cut_in_the_middle() -> None:
        async with store.writing() as tables:
            await note(tables, "cut")
            await other.execute(CUT)
            await note(tables, "and more")

    async with opened(database) as store, beside(database) as other:
        with pytest.raises(Unavailable, match=r"The database 127\.0\.0\.1:\d+/test_\d+ "):
            await cut_in_the_middle()
        await write(store, "after")
        assert await noted(store) == {"after"}


async def test_who_reads_while_the_connection_is_cut_is_told(database: Address) -> None:
    async def read() -> None:
        async with store.reading() as tables:
            await other.execute(CUT)
            await tables.connection.rows("SELECT 1")

    async with opened(database) as store, beside(database) as other:
        with pytest.raises(Unavailable):
            await read()
        assert await noted(store) == set()


async def test_a_commit_whose_answer_was_lost_is_asked_after_and_not_done_again(
    database: Address,
) -> None:
    async with wire(database) as cut, opened(cut.address) as store:
        await write(store, "one")
        cut.cuts = "after"
        await write(store, "two")
        assert cut.cuts == "", "it was cut"
        assert await noted(store) == {"one", "two"}
        await write(store, "three")
        assert await noted(store) == {"one", "two", "three"}


async def test_a_commit_that_never_arrived_is_told_as_not_kept(database: Address) -> None:
    async with wire(database) as cut, opened(cut.address) as store:
        await write(store, "one")
        cut.cuts = "before"
        with pytest.raises(Unavailable):
            await write(store, "two")
        assert await noted(store) == {"one"}
        await write(store, "three")
        assert await noted(store) == {"one", "three"}


async def test_a_transaction_that_its_server_forgot_as_it_died_is_told_as_not_kept(
    database: Address,
) -> None:
    """The next server has not come to its number yet, and refuses to say what became of it."""
    async with opened(database) as store:
        assert isinstance(store, PostgresStore)
        assert store._writer is not None
        store._writer.terminate()
        assert not await store._was_committed("1000000")


async def test_a_chat_goes_on_after_its_database_was_away(own_server: Server) -> None:
    """What was refused is said again; nothing that was acknowledged is lost or doubled."""
    series = urojc()
    async with own_server.database() as address, house(address, series) as h:
        chat = await h.start(series)
        await h.say(room_of(series), ANN, "T1: before", message="1")
        own_server.end()
        refused = await asyncio.gather(
            *(h.say(room_of(series), ANN, "T1: away", message=f"{n}") for n in range(2, 30)),
            return_exceptions=True,
        )
        assert {type(one) for one in refused} == {Unavailable}
        with pytest.raises(Unavailable):
            await h.live(timedelta(hours=7))
        own_server.start()
        await h.live(timedelta(hours=7))
        for n in range(2, 30):
            await h.say(room_of(series), ANN, "T1: away", message=f"{n}")
        await h.live(timedelta(hours=60))
        found = await h.chat(chat)
        assert found.stage is Stage.ARCHIVED
        assert [len(topic.posts) for topic in found.topics] == [1, 1, 1]
        async with h.store.reading() as tables:
            counts = await Figures(tables.connection, chat).counts()
            waiting = await tables.connection.rows("SELECT 1 FROM outbox WHERE state = 'waiting'")
        assert (counts.messages, waiting) == (29, [])


@pytest.fixture
def own_server() -> Iterator[Server]:
    """Give a server that may be stopped."""
    with running() as server:
        yield server


async def test_what_was_acknowledged_is_kept_by_a_server_that_is_killed_and_comes_back(
    own_server: Server,
) -> None:
    kept, number = [], 0
    async with own_server.database() as address, opened(address) as store:
        for _ in range(2):
            for _ in range(5):
                number += 1
                await write(store, f"n{number}")
                kept.append(f"n{number}")
            own_server.kill()
            with pytest.raises(Unavailable, match="refuses connections"):
                await write(store, "while it is away")
            with pytest.raises(Unavailable, match="refuses connections"):
                await noted(store)
            own_server.start()
        assert await noted(store) == set(kept)
        await write(store, "again")


async def test_who_writes_as_the_server_restarts_waits_for_it(own_server: Server) -> None:
    async with own_server.database() as address, opened(address) as store:
        own_server.end()
        waiting = asyncio.gather(write(store, "one"), noted(store))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await asyncio.to_thread(own_server.start)
        await waiting
        assert await noted(store) == {"one"}


# ---------------------------------------------------------------- two that write


async def test_a_process_that_was_frozen_while_it_wrote_does_not_hold_up_the_others(
    database: Address,
) -> None:
    async def frozen() -> None:
        async with theirs.writing() as tables:
            await note(tables, "frozen")
            await asyncio.sleep(7)  # as one that was stopped: it asks nothing of the server

    async with opened(database) as ours, opened(database) as theirs:
        freezing = asyncio.create_task(frozen())
        await asyncio.sleep(0.2)
        await write(ours, "ours")
        with pytest.raises(Unavailable):
            await freezing
        assert await noted(ours) == {"ours"}
        await write(theirs, "theirs")


async def test_who_finds_it_locked_for_long_is_told(database: Address) -> None:
    async with opened(database) as store, beside(database) as other:
        await other.execute("BEGIN")
        await other.execute("SELECT pg_advisory_xact_lock(7236837101)")
        with pytest.raises(Unavailable, match="written by another process for ten seconds"):
            await write(store, "one")
        await other.execute("ROLLBACK")
        await write(store, "two")
        assert await noted(store) == {"two"}


# ---------------------------------------------------------------- readers


async def test_more_readers_than_there_are_connections_wait_for_one_another(
    database: Address,
) -> None:
    async with opened(database) as store, beside(database) as other:
        found = await asyncio.gather(*(noted(store) for _ in range(READERS * 3)))
        assert found == [set()] * READERS * 3
        count = await other.fetchval(f"SELECT COUNT(*) {OURS}")
        assert count <= 5, "connections that nobody needs are closed"


async def test_a_reader_that_outlives_the_store_may_finish_what_it_reads(
    database: Address,
) -> None:
    store = PostgresStore(database)
    await store.open()
    async with store.reading() as tables:
        await store.close()
        assert await tables.connection.rows("SELECT 1") == [(1,)]
    async with beside(database) as other:
        while await other.fetchval(f"SELECT COUNT(*) {OURS}"):  # noqa: ASYNC110  it ends by itself, or the test does
            await asyncio.sleep(0.01)


async def test_a_reader_can_change_nothing(database: Address) -> None:
    async with opened(database) as store, store.reading() as tables:
        with pytest.raises(Unavailable, match="can only be read"):
            await tables.connection.run("DELETE FROM secrets")


# ---------------------------------------------------------------- promises


async def test_a_commit_is_on_the_disk_also_where_the_host_says_otherwise(
    database: Address,
) -> None:
    async with beside(database) as other:
        name = database.text.rpartition("/")[2]
        await other.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        async with opened(database) as store, store.writing() as tables:
            rows = await tables.connection.rows("SHOW synchronous_commit")
        await other.execute(f"ALTER DATABASE {name} RESET ALL")
    assert rows == [("on",)]


async def test_a_transaction_of_which_a_part_failed_is_never_taken_for_committed(
    database: Address,
) -> None:
    async def overlook() -> None:
        async with store.writing() as tables:
            await note(tables, "one")
            with pytest.raises(pg.UndefinedTableError):
                await tables.connection.rows("SELECT 1 FROM nowhere")

    async with opened(database) as store:
        with pytest.raises(StoreError, match="a part of it had failed"):
            await overlook()
        assert await noted(store) == set()


async def test_a_conflict_says_nothing_of_what_people_said(database: Address) -> None:
    async def twice() -> None:
        async with store.writing() as tables:
            row = ("k", "p", "the postman", 1, 1)
            await tables.connection.run_many(
                "INSERT INTO reactions (message, person, emoji, at, present) "
                "VALUES (?, ?, ?, ?, ?)",
                [row, row],
            )

    async with opened(database) as store:
        with pytest.raises(Exception, match="there is one of this key in reactions") as told:
            await twice()
    assert "postman" not in str(told.value)


async def test_a_sign_that_it_cannot_hold_is_kept_as_it_is_shown(database: Address) -> None:
    async with opened(database) as store, store.writing() as tables:
        await tables.put_messages([said("a\x00b")])
        (found,) = await tables.messages([said("").key])
        assert found.text == "a␀b"


# ---------------------------------------------------------------- opening


async def test_every_text_is_ordered_by_its_bytes(database: Address) -> None:
    sql = (
        "SELECT DISTINCT collation_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type = 'text'"
    )
    async with opened(database) as store, store.reading() as tables:
        assert await tables.connection.rows(sql) == [("C",)]


def test_only_tables_are_told_how_to_order_texts() -> None:
    assert ordered_by_bytes("CREATE TABLE a (b TEXT)") == 'CREATE TABLE a (b TEXT COLLATE "C")'
    assert ordered_by_bytes("UPDATE a SET b = CAST(c AS TEXT)").endswith("AS TEXT)")


async def test_a_database_of_another_program_is_left_alone(database: Address) -> None:
    async with beside(database) as other:
        await other.execute("CREATE TABLE patients (id INTEGER)")
        with pytest.raises(StoreError, match="tables of another program"):
            await PostgresStore(database).open()
        tables = await other.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' "
                                   "AND relnamespace = 'public'::regnamespace")  # fmt: skip
        assert [name for (name,) in tables] == ["patients"]


async def test_a_user_who_may_not_make_tables_is_told_how_to_allow_it(
    postgres: Server, database: Address
) -> None:
    name = database.text.rpartition("/")[2]
    await postgres.ask("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN PASSWORD 'r'")
    with pytest.raises(StoreError, match=r"does not let this user .* GRANT ALL ON SCHEMA public"):
        await PostgresStore(postgres.address(name, "reader", "r")).open()


async def test_a_store_that_is_up_to_date_needs_no_right_to_make_tables(
    postgres: Server, database: Address
) -> None:
    async with opened(database):
        pass
    name = database.text.rpartition("/")[2]
    await postgres.ask("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN PASSWORD 'c'")
    await postgres.ask(
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk",
        database=name,
    )
    async with opened(postgres.address(name, "clerk", "c")) as store:
        async with store.writing() as tables:
            await note(tables, "one")
        assert await noted(store) == {"one"}
    await postgres.ask("DROP OWNED BY clerk", database=name)


async def test_a_step_that_fails_leaves_the_database_as_it_was(database: Address) -> None:
    async with opened(database) as store, store.writing() as tables:
        await tables.connection.run("UPDATE rounds_schema SET version = ?", (newest() - 1,))
        last = steps_from(newest() - 1, "it")[0].statements[0]
        assert last.strip(), "the last step is run once more, which fails: it was done already"
    with pytest.raises((StoreError, pg.PostgresError)):
        await PostgresStore(database).open()
    async with beside(database) as other:
        assert await other.fetchval("SELECT version FROM rounds_schema") == newest() - 1


async def test_rows_are_found_by_an_index_however_many_there_are_and_before_anybody_counted_them(
    database: Address,
) -> None:
    """Else what one message costs would grow with those before it."""
    many = [said("T1: yes", f"{n}")._replace(reply_to=f"{n // 2}") for n in range(5_000)]
    sql = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'messages'"
    async with opened(database) as store:
        async with store.writing() as tables:
            await tables.put_messages(many[:10])
        keys = [message.key for message in many[:64]]
        for start in range(0, len(many), 500):
            async with store.writing() as tables:
                await tables.put_messages(many[start : start + 500])
                await tables.messages(keys)
                await tables.replies_to(keys)
        async with store.writing() as tables:
            await tables.connection.rows("SELECT pg_stat_force_next_flush()")
    async with beside(database) as other:
        assert await other.fetchval(sql) == 0
