"""What those see who watch over the process, asked from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.web.health import metrics
from tests.invariants.process import Process, program

AGENDA = """\
title: A club for a rare disease
zone: UTC
starts: 2099-01-01 12:00
window: 2h
rooms: [{local: club}]
moderators: {local: [henry]}
topics: [{ask: "First?", after: 0m}]
"""


@contextlib.asynccontextmanager
async def at(app: web.Application) -> AsyncIterator[str]:
    """Serve an application at a free port of this machine."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def asked(url: str) -> tuple[int, str, str]:
    """Return status, text and kind of an answer to somebody who is nobody."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.headers["Server"] == "Rounds"
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, await response.text(), response.content_type


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Process]:
    async with program(folder) as process:
        (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        yield process


async def readiness(process: Process, wanted: int) -> dict[str, object]:
    """Wait until the process answers with a status; return what it says."""
    while True:
        status, text, kind = await asked(f"{process.url}/readyz")
        if status == wanted:
            assert kind == "application/json"
            told: dict[str, object] = json.loads(text)
            return told
        await asyncio.sleep(0.2)


async def test_a_serving_process_lives_and_is_ready_and_names_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as process:
        told = await readiness(process, 200)
        assert told.keys() == {"status", "at", "store", "alarm_rang_at", "platforms"}
        assert told["platforms"] == {}, "Rounds' own rooms are never away"
        assert "club" not in json.dumps(told)
        assert await asked(f"{process.url}/healthz") == (200, "ok\n", "text/plain")
        assert await process.stop() == 0


async def test_while_another_program_holds_the_store_the_process_lives_and_is_not_ready(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as process:
        await readiness(process, 200)
        with contextlib.closing(
            sqlite3.connect(process.data / "rounds.db", isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            told = await readiness(process, 503)
            assert told["status"] == "not ready"
            assert str(told["store"]).startswith(("has taken no write for ", "takes no write ("))
            assert (await asked(f"{process.url}/healthz"))[0] == 200
            other.execute("ROLLBACK")
        assert (await readiness(process, 200))["store"] == "takes writes"


async def test_a_platform_that_is_away_leaves_the_process_ready(tmp_path: Path) -> None:
    environment = {"DISCORD_TOKEN": "none", "DISCORD_API": "http://127.0.0.1:9/api/v10"}
    async with program(tmp_path, environment=environment) as process:
        (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        told = await readiness(process, 200)
        assert told["platforms"] == {"discord": {"connected": False, "current": False}}


async def test_metrics_are_written_when_they_are_asked_for() -> None:
    asked_for = 0

    async def write() -> tuple[bytes, str]:
        nonlocal asked_for
        asked_for += 1
        return f"asked {asked_for}\n".encode(), "text/plain; version=1.0.0; charset=utf-8"

    async with at(metrics(write)) as url:
        assert await asked(f"{url}/metrics") == (200, "asked 1\n", "text/plain")
        assert await asked(f"{url}/metrics") == (200, "asked 2\n", "text/plain")
        assert (await asked(f"{url}/"))[0] == 404
