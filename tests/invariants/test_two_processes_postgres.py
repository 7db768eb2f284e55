"""Two programs on one PostgreSQL: one leads, and the other takes over, whatever ends the first."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import aiohttp
import pytest

from bot.store.address import Address
from tests.invariants.pair import Pair, guest_of, pair, seconds_until
from tests.postgres import Server, running
from tests.web.served import Guest

PROMISED = 10.0
"""Seconds within which the other process has taken over, as docs/operating.md promises."""

SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name {}"


@contextlib.asynccontextmanager
async def leading(folder: Path, address: Address) -> AsyncIterator[tuple[Pair, Guest, Guest]]:
    """Give two programs, of which the first leads and holds a chat; its moderator; and Ann."""
    async with pair(folder, address) as two:
        await two.first.start()
        await two.second.start(stands_by=True)
        async with guest_of(two.first, "henry") as henry, guest_of(two.first, "Ann") as ann:
            await two.order(henry, "start club", "is open")
            await two.has_posted(1)
            await two.say(ann, "T1: before")
            yield two, henry, ann
            await two.order(henry, "next", "is posted")
            await two.say(ann, "T1: after")
            await two.order(henry, "close", "is closed")
            await two.settled()
            topics = await two.topics()
            assert topics == [f"T{number}" for number in range(1, len(topics) + 1)]
            await two.nothing_lost()
            assert await two.rows("SELECT stage FROM chats WHERE stage <> 'planned'") == [
                ("archived",)
            ]


def tell(capsys: pytest.CaptureFixture[str], what: str, seconds: float, topic: float) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: one led after {seconds:.1f} s, T2 stood after {topic:.1f} s\n")


async def test_one_leads_and_the_other_says_at_its_address_that_it_stands_by(
    tmp_path: Path, database: Address
) -> None:
    async with leading(tmp_path, database) as (two, henry, _ann):
        henry.url = two.second.url
        assert (await henry.get("/healthz")).status == 200
        ready = await henry.get("/readyz")
        assert (ready.status, "standing by" in ready.text) == (503, True)
        page = await henry.get("/rooms/club")
        assert (page.status, "Another process serves" in page.words) == (503, True)
        log = two.second.log.read_text()
        assert f"This process stands by: rounds run, process {two.first.id} on " in log
        assert await two.second.stop() == 0, "and ends at once when it is told to"


async def test_killed_its_place_is_taken(
    tmp_path: Path, database: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    async with leading(tmp_path, database) as (two, _henry, ann), two.talking(ann):
        began = time.monotonic()
        await two.first.kill()
        two.later(minutes=21)
        led = await seconds_until(began, two.second.serves())
        topic = await seconds_until(began, two.has_posted(2))
        tell(capsys, "killed", led, topic)
        assert topic < PROMISED


async def test_told_to_end_it_leaves_its_place_at_once(
    tmp_path: Path, database: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    async with leading(tmp_path, database) as (two, _henry, ann), two.talking(ann):
        began = time.monotonic()
        assert await two.first.stop() == 0
        two.later(minutes=21)
        led = await seconds_until(began, two.second.serves())
        topic = await seconds_until(began, two.has_posted(2))
        tell(capsys, "told to end", led, topic)
        assert topic < PROMISED


async def test_stopped_for_a_while_it_loses_its_place_and_does_no_harm_when_it_goes_on(
    tmp_path: Path, database: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    async with leading(tmp_path, database) as (two, henry, ann):
        async with two.talking(ann):
            began = time.monotonic()
            two.first.send(signal.SIGSTOP)
            two.later(minutes=21)
            led = await seconds_until(began, two.second.serves())
            topic = await seconds_until(began, two.has_posted(2))
            tell(capsys, "stopped", led, topic)
            assert topic < PROMISED
            two.later(minutes=20)  # it is overdue for both the moment the first goes on
            two.first.send(signal.SIGCONT)
            await two.first.stands_by()
            await two.has_posted(3)
        assert "leads no longer" in two.first.log.read_text()
        await two.second.kill()
        await two.first.serves()
        await two.order(henry, "next", "T4 is posted")


async def test_a_leader_whose_sessions_are_ended_stands_by_or_leads_again(
    tmp_path: Path, database: Address, postgres: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    async with leading(tmp_path, database) as (two, _henry, ann), two.talking(ann):
        began = time.monotonic()
        await postgres.ask(SESSIONS.format("LIKE 'rounds%'"))
        two.later(minutes=21)
        either = [asyncio.create_task(process.serves()) for process in two.both]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        led = time.monotonic() - began
        topic = await seconds_until(began, two.has_posted(2))
        tell(capsys, "its sessions ended", led, topic)
        assert topic < PROMISED
        for task in either:
            task.cancel()
        assert "leads no longer" in two.first.log.read_text()


async def test_while_the_database_is_away_both_stand_by_and_then_one_leads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running() as server:
        async with (
            server.database() as address,
            leading(tmp_path, address) as (two, _henry, ann),
            two.talking(ann),
        ):
            await asyncio.to_thread(server.end)
            await two.first.stands_by()
            two.later(minutes=21)
            await asyncio.to_thread(server.start)
            began = time.monotonic()
            topic = await seconds_until(began, two.has_posted(2))
            tell(capsys, "the database is back", topic, topic)
            assert topic < PROMISED


async def test_a_database_that_hangs_is_left_and_led_on_again_when_it_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where the network swallows everything: connections stand, and nothing comes back."""
    with running() as server:
        async with (
            server.database() as address,
            leading(tmp_path, address) as (two, _henry, ann),
            two.talking(ann),
        ):
            assert server._process is not None
            sessions = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
            pids = [server._process.pid, *(int(str(pid)) for (pid,) in await two.rows(sessions))]
            began = time.monotonic()
            send(signal.SIGSTOP, pids)
            try:
                left = await seconds_until(began, two.first.stands_by())
                two.later(minutes=21)
                async with aiohttp.ClientSession() as session:
                    assert (await session.get(f"{two.first.url}/healthz")).status == 200
            finally:
                send(signal.SIGCONT, pids)
            began = time.monotonic()
            topic = await seconds_until(began, two.has_posted(2))
            tell(capsys, f"the database hung, left after {left:.1f} s, is back", topic, topic)
            assert topic < PROMISED


def send(number: signal.Signals, pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
