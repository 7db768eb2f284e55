"""The store in a PostgreSQL database: one writes at a time, and a commit is on its disk.

Whoever writes holds a lock until the commit, as SQLite's writer does: what a transaction reads
nobody changes meanwhile. Under the lock it takes a number. If that is not the one after our last,
another process has written, or begun to.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from asyncpg import exceptions as pg

from bot.store.address import Address
from bot.store.codec import Row
from bot.store.errors import StoreError, Unavailable
from bot.store.marks import arguments_for, statement
from bot.store.postgres_line import (
    PATIENCE,
    Line,
    cause,
    connect_patiently,
    hang_up,
    is_lost,
    told,
)
from bot.store.schema import newest, steps_from
from bot.store.tables import Conflict, Tables

READERS = 16
"""Connections that read at once; who comes later waits for one of them."""

KEPT = 4
"""Connections that are kept open for those who read next."""

WRITING = 7_236_837_101
"""The lock of whoever writes: a number that no other program is likely to use."""

_BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock({WRITING})"
_NUMBER = "SELECT nextval('rounds_writings'), CAST(pg_current_xact_id() AS TEXT)"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_IS_THERE = "SELECT 1 FROM pg_class WHERE relname = 'rounds_schema' AND pg_table_is_visible(oid)"
_FATE = "SELECT pg_xact_status(CAST(CAST($1 AS TEXT) AS xid8))"


class _Connection:
    """A transaction on one connection."""

    def __init__(self, line: Line, address: Address) -> None:
        self._line = line
        self._address = address

    async def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[Row]:
        found = statement(sql)
        with _telling(self._address):
            records = await self._line.fetch(found.sql, *arguments_for(found, arguments))
        return list(map(tuple, records))

    async def run(self, sql: str, arguments: Sequence[object] = ()) -> int:
        found = statement(sql)
        with _telling(self._address):
            status = await self._line.execute(found.sql, *arguments_for(found, arguments))
        count = status.rpartition(" ")[2]  # `UPDATE 3`, `INSERT 0 1`
        return int(count) if count.isdecimal() else 0

    async def run_many(self, sql: str, arguments: Iterable[Sequence[object]]) -> None:
        found = statement(sql)
        rows = [arguments_for(found, row) for row in arguments]
        try:
            with _telling(self._address):
                await self._line.executemany(found.sql, rows)
        except pg.UniqueViolationError as error:  # its own text would quote the row
            raise Conflict(f"there is one of this key in {error.table_name}") from None


@contextlib.contextmanager
def _telling(address: Address) -> Iterator[None]:
    """Raise Unavailable for what is no fault of ours, and nothing that quotes a row."""
    try:
        yield
    except pg.DataError:
        raise ValueError("the database does not take one of the values") from None
    except Exception as error:
        if cause(error) is None:
            raise
        raise Unavailable(told(error, address)) from error


class PostgresStore:
    """A store in the database at an address."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._is_open = False
        self._is_away = False
        self._writer: Line | None = None
        self._turn = asyncio.Lock()  # one transaction at a time on the writing connection
        self._idle: list[Line] = []
        self._reading = asyncio.Semaphore(READERS)
        self._number = 0  # of our last transaction that wrote
        self._version = 0

    async def open(self) -> None:
        """Connect, and make the tables or bring them up to date.

        Raises StoreError where the database cannot be used.
        """
        try:
            self._writer = await connect_patiently(self._address, writes=True)
            await _migrate(self._writer, f"The database {self._address}")
        except BaseException as error:
            await self.close()
            if isinstance(error, StoreError) or cause(error) is None:
                raise
            raise StoreError(told(error, self._address)) from error
        self._is_open = True

    async def close(self) -> None:
        """Close every connection; who still reads closes theirs at the end."""
        self._is_open = False
        async with self._turn:
            lines = [*self._idle, *([self._writer] if self._writer else [])]
            self._idle, self._writer = [], None
            for line in lines:
                await hang_up(line)

    async def cut_off(self) -> bool:
        """Say whether what was taken away can be cut off: PostgreSQL does it in its own time."""
        return True

    async def _connect(self, *, writes: bool = False) -> Line:
        """Connect; when the database was away a moment ago, do not wait for it once more."""
        if not self._is_open:
            raise StoreError("the store is not open")
        patience = 0.0 if self._is_away else PATIENCE
        try:
            line = await connect_patiently(self._address, patience, writes=writes)
        except Unavailable:
            self._is_away = True
            raise
        self._is_away = False
        return line

    # ------------------------------------------------------------ writing

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        """Give the store for one transaction: all of it is committed, or nothing.

        Raises Unavailable where the database cannot be reached, at the beginning or at the end.
        """
        async with self._turn:
            line, transaction = await self._begin()
            try:
                yield Tables(_Connection(line, self._address), self._version)
                with _telling(self._address):
                    await self._commit(line, transaction)
            except BaseException:
                await self._undo(line)
                raise

    async def _begin(self) -> tuple[Line, str]:
        """Begin to write; return the connection, and the transaction's own name on the server."""
        line = self._writer
        while True:
            is_new = line is None or line.is_closed()
            if line is None or is_new:
                line = self._writer = await self._connect(writes=True)
            try:
                await line.execute(_BEGIN)
                number, transaction = await line.fetchrow(_NUMBER) or (0, "")
            except BaseException as error:
                await self._undo(line)
                if is_new or not is_lost(error):  # else it was cut while it rested
                    if cause(error) is None:
                        raise
                    raise Unavailable(told(error, self._address)) from error
            else:
                break
        if number != self._number + 1:
            self._version += 1
        self._number = number
        return line, transaction

    async def _commit(self, line: Line, transaction: str) -> None:
        try:
            status = await line.execute("COMMIT")
        except Exception as error:
            if not is_lost(error):
                raise
            await self._undo(line)
            if not await self._was_committed(transaction):
                raise
        else:
            if status != "COMMIT":  # a statement failed, and whoever saw it went on
                raise StoreError("a transaction was rolled back, because a part of it had failed")

    async def _was_committed(self, transaction: str) -> bool:
        """Ask what became of a transaction whose connection was cut while it was committed."""
        self._writer = await self._connect(writes=True)
        # Of a transaction that a server had begun and written nothing of when it died, the next one
        # says that its number lies in the future: it refuses to answer (22023).
        with contextlib.suppress(TimeoutError, pg.InvalidParameterValueError):
            async with asyncio.timeout(10):
                while True:
                    fate = await self._writer.fetchval(_FATE, transaction)
                    if fate != "in progress":
                        return bool(fate == "committed")
                    await asyncio.sleep(0.1)  # the server has not noticed yet
        return False

    async def _undo(self, line: Line) -> None:
        """Roll a transaction back; a connection that cannot do so any more is given up."""
        if not await _roll_back(line) and line is self._writer:
            self._writer = None

    # ------------------------------------------------------------ reading

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Tables]:
        """Give the store as it is at one moment, beside whoever writes.

        Raises Unavailable where the database cannot be reached.
        """
        async with self._reading:
            line = await self._begin_to_read()
            try:
                yield Tables(_Connection(line, self._address))
            finally:
                await self._put_back(line)

    async def _begin_to_read(self) -> Line:
        while True:
            is_new = not self._idle or not self._is_open
            line = await self._connect() if is_new else self._idle.pop()
            try:
                with _telling(self._address):
                    await line.execute(_READ)
            except BaseException as error:
                line.terminate()
                if is_new or not isinstance(error, Unavailable):
                    raise
            else:
                return line

    async def _put_back(self, line: Line) -> None:
        """Keep a connection for the next reader."""
        if not await _roll_back(line):  # as good as a commit, and right after every failure
            return
        if self._is_open and len(self._idle) < KEPT:
            self._idle.append(line)
        else:
            await hang_up(line)


async def _roll_back(line: Line) -> bool:
    """End a transaction, if there is one; return whether the connection is still of use."""
    if line.is_closed():
        return False
    try:
        async with asyncio.timeout(5):
            await line.execute("ROLLBACK")
    except Exception:
        line.terminate()
        return False
    except BaseException:
        line.terminate()
        raise
    return True


# ---------------------------------------------------------------- migrations


async def version_at(address: Address) -> int | None:
    """Return the version of the tables in a database; None where there are none of any program.

    Raises StoreError where it cannot be reached, is another program's or newer than this Rounds.
    """
    line = await connect_patiently(address)
    try:
        with _telling(address):
            version = await _version_of(line)
            if version is None:
                await _must_be_empty(line, f"The database {address}")
    finally:
        await hang_up(line)
    steps_from(version or 0, f"The database {address}")
    return version


async def _migrate(line: Line, where: str) -> None:
    """Bring the tables up to date, all in one transaction, while nobody writes."""
    if await _version_of(line) == newest():
        return
    await line.execute(_BEGIN)  # two that open a new database at once: one after the other
    try:
        version = await _version_of(line)
        if version is None:
            await _must_be_empty(line, where)
            await line.execute("CREATE TABLE rounds_schema (version INTEGER NOT NULL)")
            await line.execute("INSERT INTO rounds_schema (version) VALUES (0)")
            await line.execute("CREATE SEQUENCE rounds_writings")
        for step in steps_from(version or 0, where):
            for one in step.statements:
                await line.execute(ordered_by_bytes(one))
            await line.execute("UPDATE rounds_schema SET version = $1", step.version)
        await line.execute("COMMIT")
    except BaseException:
        await _roll_back(line)
        raise


async def _must_be_empty(line: Line, where: str) -> None:
    """Raise StoreError where tables are that are not ours: the address may be another program's."""
    others = await line.fetchval(
        "SELECT COUNT(*) FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace = to_regnamespace(current_schema())"
    )
    if others:
        raise StoreError(
            f"{where} holds tables of another program. Give Rounds a database of its own, in "
            "DATABASE_URL; or unset it, and a file in the folder of --data is used."
        )


async def _version_of(line: Line) -> int | None:
    """Return the version of the tables; None where there are none.

    The catalogue is read as a table: what the server remembers of it may be older than the lock.
    """
    if not await line.fetch(_IS_THERE):
        return None
    return int(await line.fetchval("SELECT version FROM rounds_schema"))


def ordered_by_bytes(definition: str) -> str:
    """Let a table's texts be put in order by their bytes, as SQLite does, in whatever language.

    Otherwise what is said at one instant would stand in another order in each database.
    """
    if not definition.lstrip().upper().startswith(("CREATE TABLE", "ALTER TABLE", "--")):
        return definition
    return definition.replace(" TEXT", ' TEXT COLLATE "C"')
