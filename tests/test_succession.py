"""A process leads or stands by on a database, and notices in time that it leads no longer."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.serving import Term, turn_of
from bot.store.address import Address
from bot.store.errors import StoreError, Unavailable
from bot.store.holding import Holder
from bot.store.leading import FORGOTTEN_AFTER
from bot.succession import BEATS_EVERY, SURE_FOR, standing
from tests.postgres import Server, running

HERE = Holder.here("rounds run", datetime(2026, 12, 6, 20, 0, tzinfo=UTC))


def test_who_leads_is_sure_of_it_for_less_long_than_the_server_waits() -> None:
    assert BEATS_EVERY * 2 < SURE_FOR < FORGOTTEN_AFTER
    assert timedelta(seconds=8) > FORGOTTEN_AFTER, "two seconds are left of the promised ten"


async def test_one_leads_the_other_stands_by_and_takes_over_when_it_leaves(
    database: Address,
) -> None:
    async with standing(database, HERE) as one, standing(database, HERE) as other:
        first = await one.wins()
        assert first is not None
        assert await other.wins() is None
        assert "rounds run, process" in await other.leader()
        assert await one.gone({"0000000a"}) == {"0000000a"}
        waiting = asyncio.create_task(turn_of(other, asyncio.Event()))
        await asyncio.sleep(FORGOTTEN_AFTER.total_seconds() + 1)
        assert not waiting.done(), "the first is heard of"
        assert not first.over.is_set()
        await one.leave()
        second = await waiting
        assert second is not None
        assert await second_lives(second)


async def second_lives(term: Term) -> bool:
    await asyncio.sleep(BEATS_EVERY.total_seconds() * 2)
    return not term.over.is_set()


async def test_a_term_is_over_in_the_moment_in_which_its_sessions_end(
    database: Address, postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing(database, HERE) as one:
        term = await one.wins()
        assert term is not None
        left = asyncio.Event()
        term.leave_first(left.set)
        await postgres.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'rounds run%'"
        )
        await left.wait()
        assert term.over.is_set()
        await one.leave()
        again = await turn_of(one, asyncio.Event())
        assert again is not None, "and it may lead again"
        assert again.owner != term.owner
    assert [r.levelname for r in caplog.records if r.name == "bot.succession"] == ["WARNING"]


async def test_a_loop_that_hung_finds_its_term_over_before_anything_else_is_done(
    database: Address,
) -> None:
    """As after SIGSTOP: nothing of it runs for longer than it may be sure."""
    async with standing(database, HERE) as one:
        term = await one.wins()
        assert term is not None
        await asyncio.sleep(0.2)
        happened: list[str] = []
        term.leave_first(lambda: happened.append("left"))

        async def posts() -> None:
            await asyncio.sleep(0)
            happened.append("posted")

        hang(SURE_FOR.total_seconds() + 0.5)
        await asyncio.create_task(posts())
        assert happened == ["left", "posted"]


def hang(seconds: float) -> None:
    """Let nothing else of this process happen for so long."""
    time.sleep(seconds)


async def test_while_the_database_is_away_it_stands_by_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with running() as server:
        async with server.database() as address, standing(address, HERE) as one:
            term = await one.wins()
            assert term is not None
            await asyncio.to_thread(server.end)
            await term.over.wait()
            await one.leave()
            caplog.set_level(logging.WARNING)
            for _ in range(3):
                assert await one.wins() is None
            assert "cannot be reached" in await one.leader() or "refuses" in await one.leader()
            await asyncio.to_thread(server.start)
            assert await turn_of(one, asyncio.Event()) is not None
            told = [r.getMessage() for r in caplog.records if r.name == "bot.succession"]
            assert len(told) == len(set(told))


async def test_a_database_that_was_never_there_is_told_at_once() -> None:
    nowhere = Address("postgresql://a:b@127.0.0.1:9/none")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9/none refuses connections"):
        async with standing(nowhere, HERE):
            pass


async def test_a_password_that_is_wrong_is_told_at_once(database: Address) -> None:
    wrong = Address(database.text.replace("only-for-tests", "wrong"))
    with pytest.raises(StoreError, match="refuses the user or the password"):
        async with standing(wrong, HERE):
            pass
