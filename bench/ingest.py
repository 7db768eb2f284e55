"""What it costs to take a message in until it is on the disk, and whether that grows.

    python -m bench.ingest [--quick]

Floor: the standard library's sqlite3 writes the same rows, with the same table, indexes and
settings (WAL, synchronous FULL), 64 in each transaction, or one. *Store* writes them through
`SqliteStore`. *Rules* sends each as a signal through the runner: read what is known, label,
place, commit, acknowledge. The last table holds the same against a chat that is 100 and 100,000
messages long.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bench import corpus
from bot.engine.messages import Message
from bot.engine.people import Person
from bot.engine.signals import Said
from bot.intake.runner import Store
from bot.intake.watch import lookout
from bot.simulation import Simulation
from bot.store import sqlite
from bot.store.codec import message_row
from bot.store.opening import Where, opened
from bot.store.tables import UPSERT_MESSAGE

TOGETHER = 64


async def floor(database: Path, messages: Sequence[Message], together: int) -> float:
    """Write the rows with the standard library alone; return messages a second."""
    async with opened(database):
        rows = [message_row(message) for message in messages]
        connection = sqlite3.connect(database, isolation_level=None)
        with contextlib.closing(connection):
            for pragma in sqlite.PRAGMAS:
                connection.execute(pragma)
            began = time.perf_counter()
            for start in range(0, len(rows), together):
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(UPSERT_MESSAGE, rows[start : start + together])
                connection.execute("COMMIT")
            return len(rows) / (time.perf_counter() - began)


async def through_store(where: Where, messages: Sequence[Message], together: int) -> float:
    """Write the rows through the store; return messages a second."""
    async with opened(where) as store:
        began = time.perf_counter()
        for start in range(0, len(messages), together):
            async with store.writing() as tables:
                await tables.put_messages(messages[start : start + together])
        return len(messages) / (time.perf_counter() - began)


async def through_rules(
    store: Store, signals: Sequence[Said], callers: int
) -> tuple[float, list[float]]:
    """Send signals through a runner; return messages a second and each one's seconds, sorted."""
    house = Simulation(store, corpus.OPENS, lookout())
    waiting = iter(signals)
    seconds: list[float] = []

    async def caller() -> None:
        for signal in waiting:
            began = time.perf_counter()
            outcome = await house.runner.handle(signal)
            seconds.append(time.perf_counter() - began)
            assert outcome.chat is not None, "every message belongs to the chat"  # noqa: S101

    async with house.runner.running():
        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(callers)))
        rate = len(seconds) / (time.perf_counter() - began)
    return rate, sorted(seconds)


def as_signals(messages: Sequence[Message]) -> list[Said]:
    """Return what reached us when these messages were said."""
    return [
        Said(
            message.at,
            message.room,
            f"live-{message.id}",
            Person(message.room.platform, message.author, message.name),
            message.text,
            reply_to=None if message.reply_to is None else f"live-{message.reply_to}",
        )
        for message in messages
    ]


async def compare(folder: Path, count: int, callers: int) -> None:
    """Print floor, store and rules for a number of callers."""
    messages = list(corpus.messages(count))
    bare = await floor(folder / f"floor-{callers}.db", messages, callers)
    stored = await through_store(folder / f"store-{callers}.db", messages, callers)
    rules = folder / f"rules-{callers}.db"
    print(f"{callers:>3} at once   {await beside(bare, stored, rules, messages, callers)}")


async def beside(
    bare: float, stored: float, rules: Where, messages: Sequence[Message], callers: int
) -> str:
    """Send messages by the rules into an empty place; return a line with floor and store."""
    async with opened(rules) as store:
        async with store.writing() as tables:
            await corpus.fill(tables, 100)
        ruled, seconds = await through_rules(store, as_signals(messages), callers)
    half, most = statistics.median(seconds), seconds[int(len(seconds) * 0.99)]
    return (
        f"floor {bare:>8,.0f}/s   store {stored:>8,.0f}/s ({stored / bare:.2f}x)   "
        f"rules {ruled:>8,.0f}/s ({ruled / bare:.2f}x), p50 {half * 1e3:.2f} ms, "
        f"p99 {most * 1e3:.2f} ms"
    )


async def growth(folder: Path, lengths: Sequence[int], count: int) -> None:
    """Print what a message costs in a short and in a long chat, in turns."""
    best: dict[int, float] = {}
    for turn in range(3):
        for length in lengths:
            async with opened(folder / f"long-{length}-{turn}.db") as store:
                async with store.writing() as tables:
                    await corpus.fill(tables, length)
                said = as_signals(list(corpus.messages(count, seed=7)))
                said = [s if s.reply_to is None else _unanswered(s) for s in said]
                rate, _ = await through_rules(store, said, TOGETHER)
                best[length] = max(best.get(length, 0), rate)
    first, last = lengths[0], lengths[-1]
    for length in lengths:
        print(f"after {length:>7,} messages   {1e6 / best[length]:>6.1f} µs a message")
    print(f"a message in the long chat costs {best[first] / best[last]:.2f}x (goal: 1)")


def _unanswered(signal: Said) -> Said:
    return Said(
        signal.at + timedelta(milliseconds=1), signal.room, signal.id, signal.author, signal.text
    )


async def measure(*, quick: bool) -> None:
    """Print all tables."""
    count = 6_400 if quick else 32_000
    with tempfile.TemporaryDirectory() as name:
        print("Taking a message in, until it is on the disk")
        await compare(Path(name), count, TOGETHER)
        await compare(Path(name), count // 16, 1)
        print("\nDoes a message cost more where more was said before?")
        await growth(Path(name), (100, 10_000 if quick else 100_000), count // 4)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    asyncio.run(measure(quick=parser.parse_args().quick))
