"""A store's file has one holder: others are told who, and a dead one is in nobody's way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.errors import StoreError
from bot.store.holding import Held, Holder, held, holder_of, in_use

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
HERE = Holder.here("rounds run", NOW, "http://127.0.0.1:8080")

HOLDS = """
import asyncio, os, sys
from datetime import datetime, UTC
from pathlib import Path
from bot.store.holding import Holder, held

async def main():
    here = Holder.here("rounds run", datetime(2026, 12, 6, 20, tzinfo=UTC), "http://127.0.0.1:1")
    async with held(Path(sys.argv[1]), here):
        {then}
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "data" / "rounds.db"


@contextlib.asynccontextmanager
async def other(store: Path, then: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """Let another process hold the store."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS.replace("{then}", then or "pass"), str(store)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"held\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ended(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert await process.wait() == 0


async def test_a_second_holder_is_told_who_holds_the_store(store: Path) -> None:
    async with other(store) as process:
        with pytest.raises(Held) as refused:
            async with held(store, HERE):
                pass
        assert str(refused.value) == (
            f"The store {store} is in use: rounds run, process {process.pid} on "
            f"{socket.gethostname()}, since 2026-12-06 20:00 UTC, at http://127.0.0.1:1. One "
            "process at a time serves a store. End that one first, or name another folder: "
            "--data DIR"
        )
        holder = holder_of(store)
        assert isinstance(holder, Holder)
        assert in_use(store, holder) == str(refused.value)
        assert isinstance(refused.value, StoreError)


async def test_within_one_process_there_is_one_holder_too(store: Path) -> None:
    async with held(store, HERE):
        with pytest.raises(Held, match=f"process {os.getpid()} "):
            async with held(store, HERE):
                pass
        assert holder_of(store) == HERE, "and looking has not let it go"
        assert holder_of(store) == HERE


async def test_a_store_that_nobody_holds_has_no_holder(store: Path) -> None:
    assert holder_of(store) is None
    assert not store.parent.exists(), "nothing is made"
    async with held(store, HERE):
        pass
    assert holder_of(store) is None
    async with held(store, HERE):
        pass


async def test_killed_a_holder_is_gone_at_once_whatever_its_file_says(store: Path) -> None:
    async with other(store) as process:
        process.kill()
        await process.wait()
        assert b"rounds run" in store.with_name("rounds.db.lock").read_bytes()
        assert holder_of(store) is None
        async with held(store, HERE):
            assert holder_of(store) == HERE


async def test_stopped_for_a_while_a_holder_still_holds_it(store: Path) -> None:
    async with other(store) as process:
        process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(Held):
                async with held(store, HERE):
                    pass
        finally:
            process.send_signal(signal.SIGCONT)
        await ended(process)
    assert holder_of(store) is None


async def test_a_program_that_a_holder_started_does_not_hold_it(store: Path) -> None:
    """It lives on after the holder, as a browser or an editor may."""
    sleep = "asyncio.create_subprocess_exec('sleep', '60', stdin=-3, stdout=-3)"
    started = f"p = await {sleep}; print(p.pid, flush=True)"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS.replace("{then}", started), str(store)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    sleeper = int(await process.stdout.readline())
    try:
        assert await process.stdout.readline() == b"held\n"
        process.kill()
        await process.wait()
        os.kill(sleeper, 0)
        assert holder_of(store) is None
    finally:
        os.kill(sleeper, signal.SIGKILL)
        await process.wait()


async def test_a_holder_that_ends_is_waited_for(store: Path) -> None:
    async with other(store) as process:

        async def soon() -> None:
            await asyncio.sleep(0.3)
            await ended(process)

        async with asyncio.TaskGroup() as group:
            group.create_task(soon())
            async with held(store, HERE):
                assert holder_of(store) == HERE


async def test_a_lock_without_room_for_its_words_holds_all_the_same(store: Path) -> None:
    """Its file is damaged while it is held, as by a full disk."""
    lock = store.with_name("rounds.db.lock")
    told = {"doing": "rounds run", "process": 1, "since": NOW.isoformat(), "address": ""}
    async with held(store, HERE):
        for broken in (
            b"",
            b"\x00\xff",
            b"[]",
            b"{}",
            json.dumps(told).encode(),
            json.dumps(told | {"host": "\x1b[2J"}).encode(),
            json.dumps(told | {"host": "a" * 300}).encode(),
            json.dumps(told | {"host": "a", "since": 7}).encode(),
            json.dumps(told | {"host": "a", "process": "many"}).encode(),
        ):
            lock.write_bytes(broken)
            with pytest.raises(Held, match="in use: another process, of which nothing is known"):
                async with held(store, HERE):
                    pass


async def test_where_nobody_may_write_the_operating_system_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(OSError, match="data"):
        async with held(tmp_path / "data" / "rounds.db", HERE):
            pass
    (tmp_path / "rounds.db.lock").mkdir()
    with pytest.raises(IsADirectoryError, match=r"rounds\.db\.lock"):
        async with held(tmp_path / "rounds.db", HERE):
            pass
