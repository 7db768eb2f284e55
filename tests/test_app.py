"""The house put together: a process whose agendas change, and which ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.serving import pass_over_what_stays
from tests.invariants.process import Process, program


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; the test's time limit is the only one."""
    while not condition():  # noqa: ASYNC110  it may happen in another process
        await asyncio.sleep(0.01)


def test_the_garbage_collector_passes_over_what_was_made_before() -> None:
    made = [["before"]]
    try:
        pass_over_what_stays()
        looked_at = [id(one) for one in gc.get_objects()]
        assert id(made) not in looked_at
        assert len(looked_at) < gc.get_freeze_count()
    finally:
        gc.unfreeze()
    assert id(made) in [id(one) for one in gc.get_objects()]


AGENDA = """\
title: {title}
zone: UTC
starts: 2099-01-01 12:00
window: 2h
rooms: [{{local: {room}}}]
moderators: {{local: [henry]}}
topics: [{{ask: "First?", after: 0m}}]
"""


@contextlib.asynccontextmanager
async def club(folder: Path) -> AsyncIterator[Process]:
    async with program(folder) as process:
        write(process, "club", AGENDA.format(title="A club", room="club"))
        await process.start()
        yield process


def write(process: Process, name: str, text: str) -> None:
    (process.chats / f"{name}.yaml").write_text(text, "utf-8")


async def test_agendas_that_change_are_taken_over_while_it_runs_and_wrong_ones_are_not(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as process, process.moderator() as henry:

        async def listed() -> str:
            await asyncio.sleep(1)  # nobody may ask too fast
            return (await henry.say("club", "/chat list")).words

        async def listing(words: str) -> None:
            while words not in await listed():
                pass

        assert (await henry.get("/rooms/second")).status == 404
        write(process, "second", AGENDA.format(title="A second", room="second"))
        await listing("second: A second opens")
        assert (await henry.get("/rooms/second")).status == 200

        write(process, "club", AGENDA.format(title="B club", room="club").replace("zone:", "zon:"))
        await until(lambda: "club.yaml:2:1: " in process.log.read_text())
        assert "club: A club opens" in await listed()
        assert "A club is open" in (await henry.say("club", "/chat start club")).words

        write(process, "club", AGENDA.format(title="C club", room="club"))
        (process.chats / "second.yaml").unlink()
        await listing("club: C club opens")
        assert "second" not in await listed()
        assert await process.stop() == 0


async def test_told_to_stop_as_soon_as_it_listens_it_ends_well(tmp_path: Path) -> None:
    async with club(tmp_path) as process:
        assert await process.stop() == 0
        assert not (process.data / "rounds.db-wal").exists(), "the store was closed"


async def test_ctrl_c_ends_it_as_well(tmp_path: Path) -> None:
    async with club(tmp_path) as process:
        process.send(signal.SIGINT)
        async with asyncio.timeout(20):
            while process.runs:  # noqa: ASYNC110  nothing else tells
                await asyncio.sleep(0.05)
        assert not (process.data / "rounds.db-wal").exists(), "the store was closed"
        assert "Traceback" not in process.log.read_text()


async def test_a_second_one_at_the_same_address_leaves_the_first_one_alone(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as process, process.moderator() as henry:
        await henry.say("club", "/chat start club")
        (tmp_path / "other").mkdir()
        second = Process(tmp_path / "other")
        second.port = process.port
        with pytest.raises(AssertionError, match="is taken by another program"):
            await second.start()
        assert "A club" in (await henry.say("club", "/chat status")).words
        assert process.rows("SELECT COUNT(*) FROM messages") == [(2,)]
