"""The store in one SQLite file: WAL, every commit on the disk before it is acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import aiosqlite

from bot.store.codec import Row
from bot.store.tables import Conflict, Tables

MIGRATIONS = Path(__file__).parent / "migrations"

_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",  # another process may be writing
    "PRAGMA journal_mode = WAL",  # readers and the writer do not wait for one another
    "PRAGMA synchronous = FULL",  # a commit survives a power cut
    "PRAGMA secure_delete = ON",  # withdrawn text is overwritten, not only unlinked
)


class StoreError(Exception):
    """The store cannot be opened; the sentence says what to do."""


class _Connection:
    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    async def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[Row]:
        return list(await self._database.execute_fetchall(sql, arguments))  # type: ignore[arg-type]

    async def run(self, sql: str, arguments: Sequence[object] = ()) -> int:
        async with self._database.execute(sql, arguments) as cursor:
            return cursor.rowcount

    async def run_many(self, sql: str, arguments: Iterable[Sequence[object]]) -> None:
        try:
            await self._database.executemany(sql, arguments)
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error


class SqliteStore:
    """A store in a file, or in memory for tests (`:memory:`; then reading waits for writing)."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._writer: aiosqlite.Connection | None = None
        self._turn = asyncio.Lock()  # one transaction at a time on the writing connection
        self._idle: list[aiosqlite.Connection] = []

    async def open(self) -> None:
        """Open the file, make it where it is missing, and bring its tables up to date.

        Raises StoreError where it cannot be used.
        """
        if self._path != ":memory:":
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._writer = await self._connect()
            await self._migrate(self._writer)
        except sqlite3.DatabaseError as error:
            await self.close()
            raise StoreError(
                f"The store {self._path} cannot be opened ({error}). Is it a file of Rounds, "
                "and may this user write there? Choose another place with --data DIR."
            ) from error

    async def close(self) -> None:
        """Close every connection."""
        for database in [*self._idle, *([self._writer] if self._writer else [])]:
            await database.close()
        self._idle, self._writer = [], None

    async def _connect(self) -> aiosqlite.Connection:
        database = await aiosqlite.connect(self._path, isolation_level=None)
        for pragma in _PRAGMAS:
            await database.execute_fetchall(pragma)
        return database

    async def _migrate(self, database: aiosqlite.Connection) -> None:
        """Run what is new among the numbered migrations, each with its mark in one transaction."""
        steps = sorted(MIGRATIONS.glob("*.sql"))
        async with _transaction(database, "IMMEDIATE"):
            ((version,),) = await database.execute_fetchall("PRAGMA user_version")
            if version > len(steps):
                raise StoreError(
                    f"{self._path} was written by a newer version of Rounds (schema {version}, "
                    f"this one knows {len(steps)}). Install the newer version."
                )
            for number, step in enumerate(steps[version:], version + 1):
                for statement in step.read_text("utf-8").split(";\n"):
                    await database.execute_fetchall(statement)
                await database.execute_fetchall(f"PRAGMA user_version = {number}")

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        """Give the store for one transaction: all of it is committed, or nothing."""
        if self._writer is None:
            raise StoreError("the store is not open")
        async with self._turn, _transaction(self._writer, "IMMEDIATE"):
            yield Tables(_Connection(self._writer))

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Tables]:
        """Give the store as it is at one moment, beside whoever writes."""
        if self._path == ":memory:":  # no second connection sees the same memory
            async with self.writing() as tables:
                yield tables
            return
        database = self._idle.pop() if self._idle else await self._connect()
        try:
            async with _transaction(database, "DEFERRED"):
                yield Tables(_Connection(database))
        finally:
            self._idle.append(database)


@contextlib.asynccontextmanager
async def opened(path: str | Path) -> AsyncIterator[SqliteStore]:
    """Open the store at `path` for a block, and close it after it.

    Raises StoreError where it cannot be used.
    """
    store = SqliteStore(path)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def _transaction(database: aiosqlite.Connection, kind: str) -> AsyncIterator[None]:
    await database.execute_fetchall(f"BEGIN {kind}")
    try:
        yield
        await database.execute_fetchall("COMMIT")
    except BaseException:  # also when cancelled: an open transaction would block everybody
        if database.in_transaction:
            await database.execute_fetchall("ROLLBACK")
        raise
