"""Agendas that change while Rounds runs are taken over, also after the store was away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clockwork.catalogue import Catalogue
from bot.clockwork.rereading import reread
from bot.store.errors import Unusable
from tests.clockwork.test_catalogue import titles, write

OFTEN = timedelta(milliseconds=2)


@contextlib.asynccontextmanager
async def rereading(
    catalogue: Catalogue, take_over: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    task = asyncio.create_task(reread(catalogue, take_over, OFTEN))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_could_not_be_taken_over_is_until_it_is_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "a", "A", 1)
    catalogue = Catalogue(tmp_path)
    catalogue.refresh()
    tries: list[dict[str, str]] = []
    done = asyncio.Event()

    async def take_over() -> None:
        tries.append(titles(catalogue))
        if len(tries) < 4:
            raise Unusable("its file was moved or removed")
        done.set()

    async with rereading(catalogue, take_over):
        await asyncio.sleep(0.02)
        assert tries == []  # nothing has changed
        write(tmp_path, "a", "A, rewritten", 2)
        await asyncio.wait_for(done.wait(), 20)
        await asyncio.sleep(0.02)
    assert tries == [{"a": "A, rewritten"}] * 4
    said = [(one.levelno, one.getMessage()) for one in caplog.records]
    assert [level for level, _ in said] == [logging.ERROR, logging.WARNING]
    assert "its file was moved or removed" in said[0][1]
    assert caplog.records[0].exc_info is None


async def test_what_is_wrong_in_an_agenda_is_logged_with_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue = Catalogue(tmp_path)
    catalogue.refresh()
    taken = asyncio.Event()

    async def take_over() -> None:
        taken.set()

    async with rereading(catalogue, take_over):
        write(tmp_path, "a", "title: only\n", 2)
        await asyncio.wait_for(taken.wait(), 20)
    assert any("a.yaml:1:" in one.getMessage() for one in caplog.records)
