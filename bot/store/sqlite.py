"""The store in one SQLite file: WAL, every commit on the disk before it is acknowledged.

What is overwritten or deleted is gone from the file (`secure_delete`), but its old pages stay in
the write-ahead log. So a transaction that takes words away (`Tables.erases`) is followed by a
checkpoint that cuts the log off, as soon as nobody reads an older moment.

Nothing is written any more to a file that was moved or removed: it would be acknowledged and lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path

import aiosqlite

from bot.store.codec import Row
from bot.store.errors import Damaged, StoreError, Unusable, is_damage
from bot.store.schema import steps_from
from bot.store.tables import Conflict, Tables

log = logging.getLogger(__name__)

PRAGMAS = (
    "PRAGMA busy_timeout = 10000",  # another process may be writing
    "PRAGMA journal_mode = WAL",  # readers and the writer do not wait for one another
    "PRAGMA synchronous = FULL",  # a commit survives a power cut
    "PRAGMA secure_delete = ON",  # withdrawn text is overwritten, not only unlinked
)

READERS = 8
"""Connections that are kept open for those who read next."""

_TAKEN = (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE)


_OUTSIDE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)


def outside_cause(error: Exception) -> str | None:
    """Name what keeps the store from being used, such as a full disk; None for other failures."""
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)  # errors of Python's own module have none
    return str(error) if code is not None and code & 0xFF in _OUTSIDE else None


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
            if error.sqlite_errorcode in _TAKEN:
                raise Conflict(str(error)) from error
            raise


class SqliteStore:
    """A store in a file, or in memory for tests (`:memory:`; then reading waits for writing)."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._writer: aiosqlite.Connection | None = None
        self._turn = asyncio.Lock()  # one transaction at a time on the writing connection
        self._idle: list[aiosqlite.Connection] = []
        self._reading = 0
        self._must_erase = True  # a process that was killed may owe it
        self._has_erased = False  # this one has taken words away
        self._file: tuple[int, int] | None = None  # which one was opened

    async def open(self) -> None:
        """Open the file, make it where it is missing, and bring its tables up to date.

        What is made is for its owner alone: what people said is in it, and the key to sign in.
        Raises StoreError where it cannot be used.
        """
        if self._path != ":memory:":
            _make(Path(self._path))
        try:
            self._writer = await self._connect()
            await self._migrate(self._writer)
            await self._erase(self._writer)
            self._file = self._found()
        except sqlite3.DatabaseError as error:
            await self.close()
            raise _cannot_open(self._path, error) from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close every connection; who still reads closes theirs at the end."""
        async with self._turn:
            databases = [*self._idle, *([self._writer] if self._writer else [])]
            self._idle, self._writer = [], None
            for database in databases:
                await database.close()

    async def _connect(self) -> aiosqlite.Connection:
        connecting = aiosqlite.connect(self._path, isolation_level=None, timeout=0)
        try:
            database = await connecting
        except BaseException:  # its thread speaks to this loop once more, which may soon be closed
            connecting._thread.join(timeout=5)  # noqa: SLF001  nothing else waits for it
            raise
        try:
            for pragma in reversed(PRAGMAS):  # how long to wait comes last: see `_patiently`
                await _patiently(database, pragma)
        except BaseException:  # an open connection would keep the process from ending
            await database.close()
            raise
        return database

    async def _migrate(self, database: aiosqlite.Connection) -> None:
        """Run what is new among the numbered migrations, each with its mark in one transaction."""
        async with _transaction(database, "IMMEDIATE"):
            ((version,),) = await database.execute_fetchall("PRAGMA user_version")
            for step in steps_from(version, self._path):
                for statement in step.statements:
                    await database.execute_fetchall(statement)
                await database.execute_fetchall(f"PRAGMA user_version = {step.version}")

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        """Give the store for one transaction: all of it is committed, or nothing.

        Raises Damaged where the file is not whole, and Unusable where something else outside keeps
        it from being used.
        """
        async with self._turn:
            if self._writer is None:
                raise StoreError("the store is not open")
            if self._found() != self._file:
                raise Unusable("its file was moved or removed")
            with _telling(self._path):
                async with _transaction(self._writer, "IMMEDIATE"):
                    ((version,),) = await self._writer.execute_fetchall("PRAGMA data_version")
                    tables = Tables(_Connection(self._writer), version)
                    yield tables
            self._must_erase = self._must_erase or tables.erases
            self._has_erased = self._has_erased or tables.erases
            await self._erase(self._writer)

    def _found(self) -> tuple[int, int] | None:
        """Return which file stands under the store's name; None: none, or it is in memory."""
        try:
            there = os.stat(self._path)  # noqa: PTH116  for each commit: the quick way
        except OSError:
            return None
        return there.st_dev, there.st_ino

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Tables]:
        """Give the store as it is at one moment, beside whoever writes; raises as `writing`."""
        if self._path == ":memory:":  # no second connection sees the same memory
            async with self.writing() as tables:
                yield tables
            return
        if self._writer is None:
            raise StoreError("the store is not open")
        with _telling(self._path):
            database = self._idle.pop() if self._idle else await self._connect()
        self._reading += 1
        try:
            with _telling(self._path):
                async with _transaction(database, "DEFERRED"):
                    yield Tables(_Connection(database))
        finally:
            self._reading -= 1
            await self._put_back(database)

    async def cut_off(self) -> bool:
        """Try again to cut off what was taken away; say whether it has left the disk."""
        async with self._turn:
            if self._writer is not None:
                await self._erase(self._writer)
        return not self._must_erase

    async def _put_back(self, database: aiosqlite.Connection) -> None:
        """Keep a connection for the next reader, and make up for an erasure that had to wait."""
        if self._writer is None or len(self._idle) >= READERS:
            await database.close()
        else:
            self._idle.append(database)
        if self._must_erase and not self._reading and not self._turn.locked():
            async with self._turn:
                if self._writer is not None:
                    await self._erase(self._writer)

    async def _erase(self, database: aiosqlite.Connection) -> None:
        """Cut the write-ahead log off, where words were taken away and nobody needs it."""
        if not self._must_erase or self._reading:
            return
        try:
            await database.execute_fetchall("PRAGMA busy_timeout = 0")  # wait for no other process
            ((busy, _, _),) = await database.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            self._must_erase = bool(busy)
        except sqlite3.Error as error:  # what was committed stays committed
            why = outside_cause(error) or type(error).__name__
            level = logging.WARNING if self._has_erased else logging.DEBUG
            log.log(level, "Old wordings are still in the store's log: %s.", why)
        finally:
            await database.execute_fetchall(PRAGMAS[0])


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


def _make(file: Path) -> None:
    """Make a store's folder and its empty file where they are missing; others stay as they are.

    The files beside it get its rights from SQLite.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # SQLite says why it cannot be made
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


@contextlib.contextmanager
def _telling(path: str) -> Iterator[None]:
    """Raise Damaged or Unusable for what is no fault of ours."""
    try:
        yield
    except sqlite3.Error as error:
        if is_damage(error):
            raise Damaged(f"The store {path}", str(error)) from error
        cause = outside_cause(error)
        if cause is None:
            raise
        raise Unusable(cause) from error


def _cannot_open(path: str, error: sqlite3.Error) -> StoreError:
    if not is_damage(error):
        why = "Is it a file of Rounds, and may this user write there? Choose"
    elif error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_NOTADB:  # maybe it never was one
        why = (
            "It is damaged, or no file of Rounds. Put a backup in its place: rounds restore FILE, "
            "or choose"
        )
    else:
        return Damaged(f"The store {path}", str(error))
    return StoreError(
        f"The store {path} cannot be opened ({error}). {why} another place with --data DIR."
    )


async def version_at(path: Path) -> int | None:
    """Return the version of the tables in a file, which is left as it is; None: there are none.

    Raises StoreError where it is no store, or newer than this Rounds.
    """
    version = await asyncio.to_thread(_version_of, path)
    steps_from(version, str(path))
    return version or None


def _version_of(path: Path) -> int:
    if not path.exists():
        return 0
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            return int(database.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise _cannot_open(str(path), error) from error


async def _patiently(database: aiosqlite.Connection, pragma: str) -> None:
    """Run a pragma, again for 10 s while the file is locked.

    Going over to WAL does not wait by itself; a connection that waits would wait each time.
    """
    for _ in range(100):
        try:
            await database.execute_fetchall(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the rest says which kind
                raise
            await asyncio.sleep(0.1)
        else:
            return
    await database.execute_fetchall(pragma)


@contextlib.asynccontextmanager
async def _transaction(database: aiosqlite.Connection, kind: str) -> AsyncIterator[None]:
    try:
        await database.execute_fetchall(f"BEGIN {kind}")
        yield
        await database.execute_fetchall("COMMIT")
    except BaseException:  # also when cancelled: an open transaction would block everybody
        with contextlib.suppress(sqlite3.OperationalError):  # there may be none
            await database.execute_fetchall("ROLLBACK")  # after whatever is still under way
        raise
