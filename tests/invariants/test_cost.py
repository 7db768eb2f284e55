"""What a message costs does not grow with the chat (invariant 5): counted, not timed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.commands import parse
from bot.engine.people import Person
from bot.engine.signals import Asked, Deleted, Edited, Reacted, Said, Signal
from bot.store.codec import Row
from bot.store.tables import Connection, Tables
from tests.house import House, house, moderator, room_of, urojc

SERIES = urojc(questions=[f"Question {n}?" for n in range(1, 9)], apart=timedelta(hours=5))
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
CHAT = "urojc-2026-12-07"
SECOND = timedelta(seconds=1)
SHORT, LONG = 100, 10_000


@dataclass
class Cost:
    """What was asked of the database, and what it did for it."""

    statements: int = 0
    rows_read: int = 0
    rows_written: int = 0
    steps: int = 0  # of SQLite's virtual machine: what a scan takes is among them


class Counting:
    """A connection that counts."""

    def __init__(self, connection: Connection, cost: Cost) -> None:
        self._connection = connection
        self._cost = cost

    async def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[Row]:
        found = await self._connection.rows(sql, arguments)
        self._cost.statements += 1
        self._cost.rows_read += len(found)
        return found

    async def run(self, sql: str, arguments: Sequence[object] = ()) -> int:
        changed = await self._connection.run(sql, arguments)
        self._cost.statements += 1
        self._cost.rows_written += changed
        return changed

    async def run_many(self, sql: str, arguments: Iterable[Sequence[object]]) -> None:
        listed = list(arguments)
        await self._connection.run_many(sql, listed)
        self._cost.statements += 1
        self._cost.rows_written += len(listed)


@contextlib.asynccontextmanager
async def counted(h: House) -> AsyncIterator[Cost]:
    """Count everything that is written, and read for it, within the block."""
    cost, writing = Cost(), h.store.writing

    @contextlib.asynccontextmanager
    async def counting() -> AsyncIterator[Tables]:
        async with writing() as tables:
            tables.connection = Counting(tables.connection, cost)
            yield tables

    def step() -> None:
        cost.steps += 1

    database = h.disk._writer
    assert database is not None
    await database.set_progress_handler(step, 1)
    h.store.writing = counting  # type: ignore[method-assign]
    try:
        yield cost
    finally:
        h.store.writing = writing  # type: ignore[method-assign]
        await database.set_progress_handler(None, 1)  # type: ignore[arg-type]


def people(count: int) -> list[Person]:
    return [Person("local", f"p{n}", f"Person {n}") for n in range(count)]


async def talk(h: House, messages: int) -> None:
    """Let so many messages be said within the chat's first hour, many of them replies."""
    await h.start(SERIES)
    crowd = people(50)
    start = h.clock()
    said: list[Signal] = []
    for n in range(messages):
        at = start + timedelta(hours=1) * (n + 1) / (messages + 1)
        reply_to = None if n % 3 else str(n // 2)
        text = f"T1: number {n}" if n % 5 == 0 else f"number {n}"
        said.append(Said(at, ROOM, str(n), crowd[n % 50], text, reply_to if n else None))
    await h.simulation.take(said)
    h.clock.set(start + timedelta(hours=1))


async def costs(h: House) -> dict[str, Cost]:
    """Return what each kind of signal costs by itself."""
    ann = people(1)[0]
    found: dict[str, Cost] = {}

    async def take(name: str, signal: Signal) -> None:
        h.clock.advance(SECOND)
        async with counted(h) as cost:
            await h.runner.handle(signal)
            await h.outbox.deliver()
        found[name] = cost

    now = h.clock
    await take("the first after a while", Said(now(), ROOM, "a", ann, "hello"))
    await take("a message", Said(now(), ROOM, "b", ann, "T1: hello"))
    await take("a reply to the first message", Said(now(), ROOM, "c", ann, "yes", "0"))
    await take("a reply to the last message", Said(now(), ROOM, "d", ann, "yes", "b"))
    await take("the same again", Said(now(), ROOM, "d", ann, "yes", "b"))
    await take("an edit", Edited(now(), ROOM, "b", "T1: hello again"))
    await take("a reaction", Reacted(now(), ROOM, "0", ann, "👍"))
    await take("a deletion", Deleted(now(), ROOM, "c"))
    await take("a topic", Asked(now(), ROOM, HENRY, parse("next")[1]))
    await take("a message after the topic", Said(now(), ROOM, "e", ann, "T2: hello"))
    await take("a correction", Asked(now(), ROOM, HENRY, parse("place e T1")[1]))
    return found


async def measured(folder: Path, messages: int) -> tuple[dict[str, Cost], str, list[object]]:
    """Return costs, the chat's state as text, and the kinds of events, after so many messages."""
    async with house(folder, SERIES) as h:
        await talk(h, messages)
        await h.live()
        found = await costs(h)
        async with h.store.reading() as tables:
            ((kept,),) = await tables.connection.rows("SELECT COUNT(*) FROM messages")
            log = await tables.connection.rows("SELECT kind FROM events ORDER BY seq")
            assert kept > messages
        state = repr(await h.chat(CHAT))
        assert len(h.runner._chats) == len(h.runner._floors) == 1, "nothing else is remembered"
        return found, state, [kind for (kind,) in log]


async def test_a_signal_costs_the_same_in_a_short_chat_and_in_a_hundred_times_longer_one(
    tmp_path: Path,
) -> None:
    short, short_state, short_log = await measured(tmp_path / "short", SHORT)
    long, long_state, long_log = await measured(tmp_path / "long", LONG)
    for name, cost in long.items():
        few = short[name]
        assert (cost.statements, cost.rows_read, cost.rows_written) == (
            few.statements,
            few.rows_read,
            few.rows_written,
        ), name
        assert cost.steps <= few.steps * 1.1 + 20, name
    assert long["a message"].statements <= 4
    assert len(long_state) == len(short_state)
    assert long_log == short_log


async def test_counting_sees_a_scan(tmp_path: Path) -> None:
    """Or the test above would see nothing."""
    async with house(tmp_path, SERIES) as h:
        await talk(h, SHORT)
        async with counted(h) as cost, h.store.writing() as tables:
            await tables.connection.rows("SELECT COUNT(*) FROM messages WHERE text LIKE '%1%'")
        assert cost.rows_read == 1
        assert cost.steps > SHORT


@pytest.mark.parametrize("together", [1, 64])
async def test_messages_that_come_together_share_what_is_read_for_them(
    tmp_path: Path, together: int
) -> None:
    async with house(tmp_path, SERIES) as h:
        await talk(h, SHORT)
        said: list[Signal] = [
            Said(h.clock(), ROOM, f"x{n}", one, "T1: hello", str(n))
            for n, one in enumerate(people(together))
        ]
        async with counted(h) as cost:
            await h.simulation.take(said)
        assert cost.statements <= 4
        assert cost.rows_written == together


async def test_the_database_finds_everything_by_an_index(tmp_path: Path) -> None:
    """Nothing that a message needs walks through a table."""
    async with house(tmp_path, SERIES) as h:
        await talk(h, SHORT)
        seen: list[str] = []
        database = h.disk._writer
        assert database is not None
        await database.set_trace_callback(seen.append)
        await costs(h)
        await database.set_trace_callback(None)  # type: ignore[arg-type]
        asked = [sql for sql in seen if sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))]
        assert asked
        with contextlib.closing(sqlite3.connect(tmp_path / "rounds.db")) as beside:
            for sql in asked:
                plan = beside.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
                scans = [step for *_, step in plan if step.startswith("SCAN ")]
                assert [s for s in scans if "messages" in s or "reactions" in s] == [], sql
