"""Where a run's store is, in SQLite or in PostgreSQL, and what can be done to it there."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random
from typing import Protocol

import asyncpg

from bot.store.opening import Where
from tests.postgres import Server
from tests.storm.disk import Disk, disk

Rows = list[tuple[object, ...]]

DATABASE = "storm"
SQLITE_MEGABYTES = 12
POSTGRES_MEGABYTES = 200
SMALL = {
    "max_wal_size": "48MB",
    "min_wal_size": "32MB",
    "wal_recycle": "off",
    "log_min_messages": "log",
    "io_method": "sync",
    "restart_after_crash": "off",
}
"""So that a server fits on a small disk, and needs room there again and again. One that crashes
ends, and is started anew, as a host does."""


class Unreadable(Exception):
    """The store cannot be looked into just now."""


class Place(Protocol):
    """Where a store is. Every fault that begins here is ended here."""

    @property
    def data(self) -> Path:
        """The program's folder of data."""
        ...

    @property
    def where(self) -> Where:
        """The store itself, for whoever opens it."""
        ...

    @property
    def environment(self) -> dict[str, str]:
        """What the program is told of it."""
        ...

    async def rows(self, sql: str) -> Rows:
        """Look into the store. Raises Unreadable."""
        ...

    async def tamper(self, sql: str) -> None:
        """Change the store behind the program's back."""
        ...

    async def fill(self, pid: int | None) -> None:
        """Leave no room for it, as far as the process of this number is concerned."""
        ...

    async def free(self, pid: int | None) -> None:
        """Make room again."""
        ...

    async def forbid(self) -> None:
        """Let nothing be written."""
        ...

    async def allow(self) -> None:
        """Let it be written again."""
        ...

    async def take_away(self, chance: Random) -> None:
        """Let it be gone."""
        ...

    async def bring_back(self) -> None:
        """Let it be there again."""
        ...


class InFile:
    """A file of SQLite."""

    def __init__(self, place: Disk) -> None:
        self._disk = place
        self.environment: dict[str, str] = {}

    @property
    def data(self) -> Path:
        return self._disk.data

    @property
    def where(self) -> Where:
        return self._disk.data / "rounds.db"

    async def rows(self, sql: str) -> Rows:
        address = f"file:{self.where}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5)) as database:
                return list(database.execute(sql))
        except sqlite3.Error as error:
            raise Unreadable from error

    async def tamper(self, sql: str) -> None:
        with contextlib.closing(sqlite3.connect(str(self.where), timeout=5)) as database, database:
            database.execute(sql)

    async def fill(self, pid: int | None) -> None:
        self._disk.fill(pid, self.data)

    async def free(self, pid: int | None) -> None:
        self._disk.free(pid)

    async def forbid(self) -> None:
        there = [self.data / name for name in ("rounds.db", "rounds.db-wal")]
        self._disk.forbid([*(path for path in there if path.exists()), self.data])

    async def allow(self) -> None:
        self._disk.allow()

    async def take_away(self, chance: Random) -> None:
        self._disk.take_away()

    async def bring_back(self) -> None:
        self._disk.bring_back()


class InPostgres:
    """A database of a PostgreSQL server of its own, whose files are on the disk."""

    def __init__(self, place: Disk, server: Server) -> None:
        self._disk = place
        self._server = server
        self._line: asyncpg.Connection | None = None
        self.where: Where = server.address(DATABASE)
        self.environment = {"DATABASE_URL": server.address(DATABASE).text}

    @property
    def data(self) -> Path:
        return self._disk.data

    async def rows(self, sql: str) -> Rows:
        try:
            if self._line is None or self._line.is_closed():
                self._line = await asyncpg.connect(self.environment["DATABASE_URL"], timeout=5)
            return [tuple(row) for row in await self._line.fetch(sql, timeout=5)]
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            await self._revive()  # it may have died of a fault only now
            raise Unreadable from error

    async def tamper(self, sql: str) -> None:
        await self._server.ask(sql, database=DATABASE)

    async def fill(self, pid: int | None) -> None:
        await asyncio.to_thread(self._disk.fill, None, self.data)

    async def free(self, pid: int | None) -> None:
        self._disk.free(None)
        await self._revive()

    async def forbid(self) -> None:
        """Let no file of its write-ahead log be written, without which nothing is committed."""
        logs = [path for path in (self._server._data / "pg_wal").iterdir() if path.is_file()]
        self._disk.forbid([*logs, self._server._data / "pg_wal"])

    async def allow(self) -> None:
        self._disk.allow()
        await self._revive()

    async def take_away(self, chance: Random) -> None:
        """End the server, kill it, or cut its connections alone."""
        ways: tuple[Callable[[], object], ...] = (self._server.end, self._server.kill)
        if chance.random() < 0.3:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
            await self._server.ask(cut.replace("$1", f"'{DATABASE}'"))
            return
        await asyncio.to_thread(chance.choice(ways))

    async def bring_back(self) -> None:
        await self._revive()

    async def _revive(self) -> None:
        """Start the server where it has ended, as its host does."""
        await asyncio.sleep(0.2)  # one that dies of a full disk has to notice
        process = self._server._process
        if process is None or process.poll() is not None:
            await asyncio.to_thread(self._server.start)

    async def close(self) -> None:
        """Let the database go."""
        if self._line is not None:
            self._line.terminate()


@contextlib.asynccontextmanager
async def place(folder: Path, *, postgres: bool) -> AsyncIterator[Place]:
    """Give a place for a store, below `folder`, for a block."""
    if not postgres:
        with disk(folder, SQLITE_MEGABYTES) as found:
            yield InFile(found)
        return
    with disk(folder, POSTGRES_MEGABYTES) as found:
        found.root.chmod(0o711)  # whoever the server runs as must come to its data
        folder.chmod(0o711)
        server = Server(found.root / "server", **SMALL)
        (found.root / "server").mkdir(mode=0o711)
        found.data.mkdir()
        await asyncio.to_thread(server.make)
        await asyncio.to_thread(server.start)
        try:
            await server.ask(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
            there = InPostgres(found, server)
            try:
                yield there
            finally:
                await there.close()
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(server.kill)
