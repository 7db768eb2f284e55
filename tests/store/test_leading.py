"""Who leads on a database: one at a time, for as long as it is heard of."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.address import Address
from bot.store.errors import Unavailable
from bot.store.holding import Held, Holder
from bot.store.leading import Candidacy, leader_of, led
from bot.store.postgres import WRITING, PostgresStore
from bot.store.postgres_line import connect
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
HERE = Holder.here("rounds run", datetime(2026, 12, 6, 20, 0, tzinfo=UTC))
ONE, OTHER = "0000000a", "7fffffff"

LEADS = """
import asyncio, sys
from datetime import datetime, UTC
from bot.store.address import Address
from bot.store.holding import Holder
from bot.store.leading import Candidacy

async def main():
    candidacy = Candidacy(Address(sys.argv[1]), Holder.here("rounds run", datetime.now(UTC)))
    await candidacy.connect()
    assert await candidacy.try_to_lead("0000000a")
    print("leads", flush=True)
    while True:
        await candidacy.beat()
        await asyncio.sleep(0.5)

asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def candidacy(address: Address) -> AsyncIterator[Candidacy]:
    """Give the sessions of a process that would lead."""
    found = Candidacy(address, HERE)
    await found.connect()
    try:
        yield found
    finally:
        await found.leave()


@contextlib.asynccontextmanager
async def leader(address: Address) -> AsyncIterator[asyncio.subprocess.Process]:
    """Let another process lead, under the name `0000000a`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LEADS, address.text),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it fails when it leads no longer
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"leads\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def leads_at_last(waiting: Candidacy) -> None:
    while not await waiting.try_to_lead(OTHER):  # noqa: ASYNC110  nothing else tells
        await asyncio.sleep(0.1)


async def test_one_leads_and_another_is_told_who(database: Address) -> None:
    async with candidacy(database) as one, candidacy(database) as other:
        assert await other.leader() is None
        assert await leader_of(database) is None
        assert await one.try_to_lead(ONE)
        assert not await other.try_to_lead(OTHER)
        for told in (await other.leader(), await leader_of(database)):
            assert told is not None
            assert (told.doing, told.process, told.host) == ("rounds run", os.getpid(), HERE.host)
        await one.leave()
        assert await other.try_to_lead(OTHER)


async def test_who_leads_in_one_schema_leaves_others_alone(
    database: Address, postgres: Server
) -> None:
    name = database.text.rpartition("/")[2]
    await postgres.ask("CREATE SCHEMA other", database=name)
    apart = Address(f"{database.text}?search_path=other")
    try:
        async with candidacy(database) as one, candidacy(apart) as other:
            assert await one.try_to_lead(ONE)
            assert await other.try_to_lead(OTHER)
    finally:
        await postgres.ask("DROP SCHEMA other", database=name)


async def test_killed_a_process_leads_no_longer(database: Address) -> None:
    async with leader(database) as process, candidacy(database) as waiting:
        assert not await waiting.try_to_lead(OTHER)
        process.kill()
        await leads_at_last(waiting)
        assert await waiting.gone({ONE, OTHER, "", "of a file"}) == {ONE, "", "of a file"}


async def test_one_that_is_not_heard_of_leads_no_longer_and_keeps_what_it_had_leased(
    database: Address,
) -> None:
    async with leader(database) as process, candidacy(database) as waiting:
        process.send_signal(signal.SIGSTOP)
        await leads_at_last(waiting)
        assert await waiting.gone({ONE, OTHER}) == set(), "it may go on with it"
        process.send_signal(signal.SIGCONT)
        await process.wait()  # it hears that it leads no longer
        while await waiting.gone({ONE, OTHER}) != {ONE}:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.1)


async def test_one_that_is_heard_of_leads_for_as_long_as_it_likes(database: Address) -> None:
    async with leader(database), candidacy(database) as waiting:
        for _ in range(16):
            await asyncio.sleep(0.5)
            assert not await waiting.try_to_lead(OTHER)


async def test_who_has_lost_a_session_is_told_so(database: Address, postgres: Server) -> None:
    for ended in ("rounds run%", "rounds"):
        async with candidacy(database) as one:
            assert await one.try_to_lead(ONE)
            await one.beat()
            assert not one.cut.is_set()
            await postgres.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE application_name LIKE '{ended}'"
            )
            await one.cut.wait()
            with pytest.raises(Unavailable):
                await one.beat()
            assert await one.try_to_lead(OTHER), "and may lead again"


async def test_a_process_that_falls_silent_while_it_writes_holds_up_no_other(
    database: Address,
) -> None:
    """The server ends whoever rests in a transaction, but sees no rest after a statement is
    prepared: a process that is stopped there holds the lock of whoever writes."""
    store = PostgresStore(database)
    await store.open()
    silent = await connect(database, writes=True)
    try:
        await silent.execute(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")
        await silent.prepare("SELECT COUNT(*) FROM messages")
        async with candidacy(database) as one:
            assert await one.try_to_lead(ONE)
            writing = asyncio.create_task(_write(store))
            while not writing.done():
                await asyncio.sleep(0.5)
                await one.beat()
            await writing
    finally:
        silent.terminate()
        await store.close()


async def _write(store: PostgresStore) -> None:
    async with store.writing() as tables:
        await tables.secret("a", "b")


async def test_a_command_that_writes_keeps_others_from_leading_and_is_kept_by_them(
    database: Address,
) -> None:
    async with candidacy(database) as one:
        async with led(database, Holder.here("rounds restore", HERE.since)):
            assert not await one.try_to_lead(ONE)
            told = await one.leader()
            assert told is not None
            assert told.doing == "rounds restore"
        assert await one.try_to_lead(ONE)
        sentence = (
            rf"{database} is in use: rounds run, process {os.getpid()} on .* another database\."
        )
        with pytest.raises(Held, match=sentence):
            async with led(database, HERE):
                pass
