"""Who leads on a PostgreSQL database: the one process whose session holds a lock there.

A process that leads has two sessions for this. The first holds the lock, and is heard of every
second or two: a server that hears nothing of it for `FORGOTTEN_AFTER` ends it, so that a process
that hangs, is stopped, or whose machine is gone leads no longer. The second holds a lock under the
process's own name for as long as the process lives, heard of or not. What a process had leased that
only hangs is not taken over: it might go on with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import UTC, timedelta

from bot.store.address import Address
from bot.store.errors import StoreError, Unavailable
from bot.store.holding import TRIES, Held, Holder, in_use, is_plain
from bot.store.postgres import WRITING
from bot.store.postgres_line import Line, cause, connect, connect_patiently, hang_up, told
from bot.store.presence import WHO

NAME = "rounds"
"""Processes that would lead under one name stand by for one another."""

FORGOTTEN_AFTER = timedelta(seconds=6)
"""So long the server waits for a word of who leads."""

ANSWERS_WITHIN = timedelta(seconds=4)
"""So long we wait for an answer."""

SILENT_FOR = timedelta(seconds=5)
"""So long a process may be silent while it keeps others from writing."""

_LIVING = 723_683_710
"""Half of the lock under a process's own name; the other half is its name."""

_TRY = (  # a copy that can only be read has locks of its own
    "SELECT CASE WHEN pg_is_in_recovery() THEN false ELSE pg_try_advisory_lock($1) END"
)
_LOCKS = (
    "pg_locks WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_LEADER = (
    "SELECT application_name, backend_start FROM pg_stat_activity "
    f"WHERE pid IN (SELECT pid FROM {_LOCKS} AND objsubid = 1 AND classid = $1 AND objid = $2)"
)
# A session that takes no part in what it has begun, and may keep all others from writing, although
# its server lets nobody rest in a transaction: the server does not see a client that falls silent
# between preparing a statement and running it. Both times are its own.
_LET_GO = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'ClientRead' "
    f"AND state_change < clock_timestamp() - interval '{SILENT_FOR.total_seconds()} s' "
    f"AND pid IN (SELECT pid FROM {_LOCKS} AND objsubid = 1 AND classid = $1 AND objid = $2)"
)
_NAMES = f"SELECT objid FROM {_LOCKS} AND objsubid = 2 AND classid = $1"


class Candidacy:
    """The sessions of a process that leads on a database, or would.

    `owner` (8 hexadecimal digits, the first below 8) is the name under which it leases. Every
    question raises Unavailable where the database does not answer.
    """

    def __init__(self, address: Address, holder: Holder) -> None:
        self._address = address
        self._holder = holder
        self._line: Line | None = None  # holds the lock, if we lead
        self._living: Line | None = None
        self._session = 0
        self._turn = asyncio.Lock()  # one question at a time
        self.cut = asyncio.Event()  # a session by which we lead has ended

    async def connect(self) -> None:
        """Connect for the first time. Raises StoreError where waiting is of no use."""
        self._line = await self._prepared(await connect_patiently(self._address))

    async def try_to_lead(self, owner: str) -> bool:
        """Lead, if nobody else does; return whether we do."""
        async with self._answering():
            if self._line is None or self._line.is_closed():
                self._line = await self._prepared(await connect(self._address))
            if not await self._line.fetchval(_TRY, await _key(self._line)):
                return False
            self._session = await self._line.fetchval("SELECT pg_backend_pid()")
            self._living = await connect(self._address)
            await _forget_after(self._living, timedelta(0))  # never, whatever is set elsewhere
            await self._living.execute("SELECT pg_advisory_lock($1, $2)", _LIVING, int(owner, 16))
            await self._living.execute(_LET_GO, *_halves(WRITING))
            self.cut.clear()
            for line in (self._line, self._living):
                line.add_termination_listener(self._notice)
        return True

    def _notice(self, _line: object) -> None:
        self.cut.set()

    async def beat(self) -> None:
        """Be heard of. Raises Unavailable where we lead no longer, as far as we can know."""
        line, living = self._line, self._living
        async with self._answering():
            if line is None or living is None or line.is_closed() or living.is_closed():
                raise ConnectionAbortedError
            session = await line.fetchval("SELECT pg_backend_pid()")
            await living.execute(_LET_GO, *_halves(WRITING))
        if session != self._session:
            raise StoreError(
                f"{self._address} is reached by way of something that gives each question another "
                "session, so that no process can lead. Name the server itself in DATABASE_URL."
            )

    async def leader(self) -> Holder | None:
        """Return who leads; None: nobody, or somebody who is just about to."""
        async with self._answering():
            if self._line is None or self._line.is_closed():
                self._line = await self._prepared(await connect(self._address))
            return await _leader(self._line)

    async def gone(self, owners: Collection[str]) -> set[str]:
        """Return which of these names are no living process's."""
        async with self._answering():
            if self._living is None:
                raise ConnectionAbortedError
            rows = await self._living.fetch(_NAMES, _LIVING)
        living = {f"{number:08x}" for (number,) in rows}
        return set(owners) - living

    async def leave(self) -> None:
        """Lead no longer, at once, and let go of everything."""
        living, line = self._living, self._line
        self._living = self._line = None
        for one in (living, line):  # who leads next finds that our leases are nobody's
            if one is not None:
                await hang_up(one)

    async def _prepared(self, line: Line) -> Line:
        """Let the server end this session soon after it was last heard of."""
        try:
            await _name(line, self._holder)
            await _forget_after(line, FORGOTTEN_AFTER)
        except BaseException:
            line.terminate()
            raise
        return line

    @contextlib.asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """Turn what keeps the database from answering into Unavailable, and connect anew later."""
        try:
            async with self._turn, asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                yield
        except BaseException as error:
            for line in (self._living, self._line):
                if line is not None:
                    line.terminate()
            self._living = self._line = None
            if cause(error) is None or isinstance(error, StoreError):
                raise
            raise Unavailable(told(error, self._address)) from error


@contextlib.asynccontextmanager
async def led(address: Address, holder: Holder) -> AsyncIterator[None]:
    """Keep everybody else from leading on a database for a block, as a command does that writes.

    Raises Held where another process leads, and StoreError where the database cannot be used.
    """
    line = await connect_patiently(address)
    try:
        await _name(line, holder)
        for _ in range(TRIES):
            if await line.fetchval(_TRY, await _key(line)):
                break
            await asyncio.sleep(0.1)
        else:
            leader = await _leader(line)
            raise Held(in_use(address, leader or "another process, of which nothing is known"))
        yield
    finally:
        await hang_up(line)


async def leader_of(address: Address) -> Holder | None:
    """Return who leads on a database; None: nobody. Raises StoreError where it cannot be asked."""
    line = await connect_patiently(address, 0)
    try:
        return await _leader(line)
    finally:
        await hang_up(line)


async def _name(line: Line, holder: Holder) -> None:
    """Let a session tell others whose it is."""
    await line.execute("SELECT set_config('application_name', $1, false)", holder.told_as)


async def _leader(line: Line) -> Holder | None:
    row = await line.fetchrow(_LEADER, *_halves(await _key(line)))
    if row is None or row[1] is None:
        return None
    doing, process, host = ("rounds", "", "another machine")
    with contextlib.suppress(ValueError):
        doing, process, host = str(row[0]).rsplit(" ", 2)
    number = int(process) if process.isdecimal() else 0
    leader = Holder(doing, number, host, row[1].astimezone(UTC))
    return await _with_address(line, leader, str(row[0]))


async def _with_address(line: Line, leader: Holder, told_as: str) -> Holder:
    """Add where it serves, if it has written that down; who only writes serves nowhere."""
    if await line.fetchval("SELECT to_regclass('serving')") is None:  # as in an older version
        return leader
    row = await line.fetchrow(
        "SELECT host, address, near FROM serving WHERE name = $1 AND told_as = $2", WHO, told_as
    )
    if row is None or not is_plain(*row):
        return leader
    return replace(leader, host=row[0], address=row[1], near=row[2])


async def _key(line: Line) -> int:
    """Return the number of the lock: that of whoever leads on this schema of the database."""
    schema = await line.fetchval("SELECT current_schema()")
    digest = hashlib.sha256(f"{NAME} leads in {schema}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _halves(key: int) -> tuple[int, int]:
    """Return the number of a lock as the server lists it."""
    whole = key.to_bytes(8, signed=True)
    return int.from_bytes(whole[:4]), int.from_bytes(whole[4:])


async def _forget_after(line: Line, length: timedelta) -> None:
    """Let the server end a session that it has heard nothing of for so long, from 14 on."""
    if line.get_server_version().major >= 14:
        milliseconds = int(length.total_seconds() * 1000)
        await line.execute(f"SET idle_session_timeout = {milliseconds}")
