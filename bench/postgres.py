"""What a store in PostgreSQL costs: taking messages in, timers, and a start.

    python -m bench.postgres [--quick]

The server is one of its own on this machine, with its own settings: every commit waits for the
disk. Floor: asyncpg alone writes the same rows into the same tables, 64 in each transaction, or
one; for the timers it finds the due rows by their index, claims them and writes an event and an
outbox row for each, in one transaction. *Store* and *rules* are as in `bench.ingest`. Beside it
stands the same from a file of SQLite, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncpg

from bench import corpus, ingest, timers
from bench.large_house import open_chats, seconds_until_line
from bot.engine.messages import Message
from bot.store.address import Address
from bot.store.codec import message_row, stamp
from bot.store.marks import statement
from bot.store.moving import move
from bot.store.opening import opened
from bot.store.tables import UPSERT_MESSAGE
from tests.postgres import Server, running

TURNS = 3


@contextlib.asynccontextmanager
async def bare(address: Address) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection of asyncpg alone to a database that has its tables."""
    async with opened(address):
        pass
    line = await asyncpg.connect(address.text)
    try:
        yield line
    finally:
        await line.close()


# ---------------------------------------------------------------- taking messages in


async def floor(address: Address, messages: Sequence[Message], together: int) -> float:
    """Write the rows with asyncpg alone; return messages a second."""
    rows = [message_row(message) for message in messages]
    sql = statement(UPSERT_MESSAGE).sql
    async with bare(address) as line:
        await line.fetch("SELECT 1 FROM messages")
        began = time.perf_counter()
        for start in range(0, len(rows), together):
            async with line.transaction():
                await line.executemany(sql, rows[start : start + together])
        return len(rows) / (time.perf_counter() - began)


async def compare(server: Server, folder: Path, count: int, callers: int) -> None:
    """Print floor, store and rules for a number of callers, on both databases."""
    messages = list(corpus.messages(count))
    async with server.database() as address:
        least = await floor(address, messages, callers)
    async with server.database() as address:
        stored = await ingest.through_store(address, messages, callers)
    async with server.database() as address:
        line = await ingest.beside(least, stored, address, messages, callers)
    print(f"{callers:>3} at once   PostgreSQL   {line}")
    least = await ingest.floor(folder / f"floor-{callers}.db", messages, callers)
    stored = await ingest.through_store(folder / f"store-{callers}.db", messages, callers)
    rules = folder / f"rules-{callers}.db"
    line = await ingest.beside(least, stored, rules, messages, callers)
    print(f"{'':<12}  SQLite       {line}")


# ---------------------------------------------------------------- timers


async def claimed(address: Address) -> float:
    """Claim what is due with asyncpg alone; return seconds. Leaves no trace."""
    async with bare(address) as line:
        work = line.transaction()
        began = time.perf_counter()
        await work.start()
        due = await line.fetch(
            "SELECT chat FROM chats WHERE wake_at <= $1 ORDER BY wake_at", stamp(timers.INSTANT)
        )
        rows = [(chat,) for (chat,) in due]
        await line.executemany("UPDATE chats SET wake_at = wake_at + 1 WHERE chat = $1", rows)
        await line.executemany("INSERT INTO events VALUES ($1, 0, 'Floor', '')", rows)
        await line.executemany(
            "INSERT INTO outbox VALUES "
            "('floor/' || CAST($1 AS TEXT), '', 0, 0, '', '', '', 'done', 0, 0, 0, 0)",
            rows,
        )
        await work.commit()
        seconds = time.perf_counter() - began
        await line.execute("DELETE FROM events WHERE seq = 0")
        await line.execute("DELETE FROM outbox WHERE key LIKE 'floor/%'")
        await line.execute(
            "UPDATE chats SET wake_at = $1 WHERE wake_at = $2",
            stamp(timers.INSTANT),
            stamp(timers.INSTANT) + 1,
        )
    return seconds


async def due_together(server: Server, folder: Path, chats: int) -> None:
    """Print how late what is due at one instant comes, on both databases."""
    file = folder / "timers.db"
    async with opened(file) as store:
        await timers.fill(store, chats)
    async with server.database() as address:
        async with opened(file) as source, opened(address) as target:
            await move(source, target, lambda _done, _of: None, "The database")
        line = await asyncpg.connect(address.text)
        await line.execute("VACUUM ANALYZE")
        await line.close()
        least = min([await claimed(address) for _ in range(TURNS)])
        async with opened(address) as store:
            late = await timers.lateness(store)
    print(f"{timers.DUE:,} topics of {chats:,} chats due at one instant")
    _print_late("PostgreSQL", least, late)
    least = min(timers.floor(file) for _ in range(TURNS))
    async with opened(file) as store:
        late = await timers.lateness(store)
    _print_late("SQLite", least, late)


def _print_late(name: str, least: float, late: Sequence[float]) -> None:
    half, most = late[len(late) // 2], late[int(len(late) * 0.99)]
    print(
        f"{name:<12} floor {least * 1e3:>7.1f} ms   p50 {half * 1e3:>7.1f} ms "
        f"({half / least:.1f}x)   p99 {most * 1e3:>7.1f} ms ({most / least:.1f}x)"
    )


# ---------------------------------------------------------------- a start


def imports(library: str) -> float:
    """Start Python, load the program and a database's library, and end; return seconds."""
    began = time.perf_counter()
    run = [sys.executable, "-c", f"import bot.cli.commands, {library}"]
    subprocess.run(run, check=True, cwd=Path(__file__).parents[1])  # noqa: S603
    return time.perf_counter() - began


async def start(server: Server, folder: Path, count: int) -> None:
    """Print how long the program takes to listen with open chats, on both databases."""
    await open_chats(folder, count)
    async with server.database() as address:
        source = folder / "data" / "rounds.db"
        async with opened(source) as old, opened(address) as new:
            await move(old, new, lambda _done, _of: None, "The database")
        print(f"Start with {count} agendas and {count} open chats")
        for name, library, where in (
            ("PostgreSQL", "bot.succession", address),
            ("SQLite", "aiosqlite", None),
        ):
            least = min([await asyncio.to_thread(imports, library) for _ in range(TURNS)])
            took = min(
                [await asyncio.to_thread(seconds_until_line, folder, where) for _ in range(TURNS)]
            )
            print(
                f"{name:<12} libraries alone {least:.2f} s   rounds run {took:.2f} s "
                f"({took / least:.1f}x), goal 2 s"
            )


async def measure(*, quick: bool) -> None:
    """Print all tables."""
    count = 6_400 if quick else 32_000
    settings = {"fsync": "on", "shared_buffers": "128MB", "autovacuum": "on"}
    with running(**settings) as server, tempfile.TemporaryDirectory() as name:
        print("Taking a message in, until it is on the disk")
        await compare(server, Path(name), count, ingest.TOGETHER)
        await compare(server, Path(name), count // 16, 1)
        print()
        await due_together(server, Path(name), 5_000 if quick else 50_000)
        print()
        await start(server, Path(name), 50 if quick else 500)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    asyncio.run(measure(quick=parser.parse_args().quick))
