"""The databases that a store is tested in: memory, a file, and a real PostgreSQL server.

A test that sets up the log of the process leaves the next one a log as it was.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.store.address import Address
from bot.store.opening import IN_MEMORY, Where
from tests.postgres import Server, running

LASTING = ("sqlite", "postgres")
"""The databases that several can open at once, and that outlive who opened them."""

EVERY = ("memory", *LASTING)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    names = [
        "",
        "bot",
        "asyncio",
        "aiohttp.server",
        "apscheduler",
        "discord",
        "discord.client",
        "slack_bolt",
    ]
    logs = [logging.getLogger(name or None) for name in (*names, "slack_sdk")]
    before = [(log.level, log.handlers[:], log.filters[:], log.propagate) for log in logs]
    yield
    for log, (level, handlers, filters, propagate) in zip(logs, before, strict=True):
        log.setLevel(level)
        log.handlers[:], log.filters[:], log.propagate = handlers, filters, propagate


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a PostgreSQL server, started when the first test asks for it."""
    with running() as server:
        yield server


@pytest.fixture
async def database(postgres: Server) -> AsyncIterator[Address]:
    """Give an empty PostgreSQL database."""
    async with postgres.database() as address:
        yield address


def _where(kind: str, request: pytest.FixtureRequest, folder: Path) -> Where:
    if kind == "postgres":
        address: Address = request.getfixturevalue("database")
        return address
    return IN_MEMORY if kind == "memory" else folder / "rounds.db"


@pytest.fixture(params=EVERY)
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """Give a place for a store, in each database in turn."""
    return _where(request.param, request, tmp_path)


NewPlace = Callable[[], AbstractAsyncContextManager[Where]]


def _new_places(kind: str, request: pytest.FixtureRequest, folder: Path) -> NewPlace:
    numbers = itertools.count(1)

    @contextlib.asynccontextmanager
    async def memory() -> AsyncIterator[Where]:
        yield IN_MEMORY

    @contextlib.asynccontextmanager
    async def file() -> AsyncIterator[Where]:
        yield folder / f"{next(numbers)}" / "rounds.db"

    if kind != "postgres":
        return memory if kind == "memory" else file
    server: Server = request.getfixturevalue("postgres")
    return server.database


@pytest.fixture(params=LASTING)
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Give a function that gives a new place for a store, again and again."""
    return _new_places(request.param, request, tmp_path)


@pytest.fixture(params=EVERY)
def new_place_anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Give the same for each database, memory too."""
    return _new_places(request.param, request, tmp_path)


@pytest.fixture(params=LASTING)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """Give a place for a house: a folder, or a database."""
    return _where(request.param, request, tmp_path) if request.param == "postgres" else tmp_path


@pytest.fixture(params=LASTING)
def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """Give a place for a store that outlives whoever opens it, in each such database in turn."""
    return _where(request.param, request, tmp_path)
