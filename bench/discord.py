"""What it costs to take a message in from Discord until it is on the disk.

    python -m bench.discord [--quick]

The frames come over a real WebSocket from a Discord in another process (`bench/gateway.py`), with
a thousand messages on their way at once. *discord.py alone* hands each of them to an `on_message`
that does nothing. *The store alone* writes the rows that came of them, in as many transactions as
the runner made of them. *One after the other* is the rate of whoever does both in turn,
1 / (1/a + 1/b). *Rounds* is the whole way: connection, door, runner, rules, commit. Every figure is
the best of several runs, taken in turn; those of the processor, all threads together, depend less
on what else the machine does. *Own work* is what Rounds adds to what the event loop's thread takes
of the processor. After that all messages come at once, as after an outage; then a thousand a
second, where what counts is how long each takes from its frame to the disk, beside what the
standard library's sqlite3 takes to commit one row.
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
from dataclasses import dataclass
from pathlib import Path

import discord
from discord.utils import HAS_ORJSON

from bench.discord_house import SOON, Arrivals, at_share, connected, until
from bench.gateway import Gateway, elsewhere
from bot.engine.messages import Message
from bot.platforms.discord.address import greet, listen_at, point_at
from bot.platforms.discord.needs import intents
from bot.serving import pass_over_what_stays
from bot.store import sqlite
from bot.store.codec import message_row
from bot.store.sqlite import opened
from bot.store.tables import UPSERT_MESSAGE

TURNS = 3
UNDER_WAY = 1_000
STEADY = 1_000
"""Messages a second, where what counts is how long each one takes."""


@dataclass(frozen=True, slots=True)
class Run:
    """Messages a second, and seconds of the processor for each: all of it, and the loop's."""

    rate: float
    processor: float
    loop: float


def best(runs: Sequence[Run]) -> Run:
    """Return the best of each figure: whatever else the machine did only made it worse."""
    return Run(
        max(run.rate for run in runs),
        min(run.processor for run in runs),
        min(run.loop for run in runs),
    )


class Watch:
    """Measures from now on."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time(), time.thread_time()

    def read(self, count: int) -> Run:
        """Return what so many messages took."""
        began, busy, loop = self._began
        return Run(
            count / (time.perf_counter() - began),
            (time.process_time() - busy) / count,
            (time.thread_time() - loop) / count,
        )


class Bare(discord.Client):
    """discord.py as Rounds makes it, which counts messages."""

    def __init__(self, arrivals: Arrivals) -> None:
        super().__init__(
            intents=intents(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=SOON.total_seconds(),
        )
        self._arrivals = arrivals

    async def on_message(self, _message: discord.Message) -> None:
        """Count."""
        self._arrivals.note(1)


async def library_alone(gateway: Gateway, count: int) -> Run:
    """Let discord.py alone take in what was prepared."""
    point_at(gateway.api)
    listen_at((await greet(gateway.api)).gateway)
    arrivals = Arrivals(gateway, count)
    client = Bare(arrivals)
    running = asyncio.create_task(client.start(gateway.token))
    try:
        await until(client.is_ready, running)
        return await timed(gateway, count, arrivals, UNDER_WAY)
    finally:
        await client.close()
        await asyncio.gather(running, return_exceptions=True)


async def store_alone(database: Path, messages: Sequence[Message], sizes: Sequence[int]) -> Run:
    """Write these rows, so many in each transaction."""
    async with opened(database) as store:
        watch = Watch()
        start = 0
        for size in sizes:
            async with store.writing() as tables:
                await tables.put_messages(messages[start : start + size])
            start += size
        return watch.read(len(messages))


def one_commit(database: Path, messages: Sequence[Message]) -> list[float]:
    """Write each row with the standard library alone; return each commit's seconds, sorted."""
    seconds = []
    connection = sqlite3.connect(database, isolation_level=None)
    with contextlib.closing(connection):
        for pragma in sqlite.PRAGMAS:
            connection.execute(pragma)
        for message in messages:
            began = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(UPSERT_MESSAGE, message_row(message))
            connection.execute("COMMIT")
            seconds.append(time.perf_counter() - began)
    return sorted(seconds)


async def timed(gateway: Gateway, count: int, arrivals: Arrivals, under_way: int) -> Run:
    """Send everything, so much at once (0: all of it); measure until it has arrived."""
    watch = Watch()
    sending = asyncio.create_task(gateway.send(at_most=under_way))
    await arrivals.complete.wait()
    run = watch.read(count)
    await sending
    return run


async def at_full_speed(gateway: Gateway, folder: Path, count: int) -> None:
    """Print what discord.py, the store and Rounds manage."""
    ids = await gateway.prepare(count, 1)
    library: list[Run] = []
    stored: list[Run] = []
    rounds: list[Run] = []
    for turn in range(TURNS):
        library.append(await library_alone(gateway, len(ids)))
        async with connected(gateway, folder / f"rounds-{turn}.db") as house:
            commits = house.expect(ids)
            rounds.append(await timed(gateway, len(ids), commits.arrivals, UNDER_WAY))
            rows = await house.rows(commits.moments)
        stored.append(await store_alone(folder / f"store-{turn}.db", rows, commits.sizes))
    bare, written, ours = best(library), best(stored), best(rounds)
    rate = 1 / (1 / bare.rate + 1 / written.rate)
    processor = bare.processor + written.processor
    print("                       a second   µs of the processor")
    _print("discord.py alone", bare.rate, bare.processor)
    _print("the store alone", written.rate, written.processor)
    _print("one after the other", rate, processor)
    _print(
        "Rounds", ours.rate, ours.processor,
        f"{ours.rate / rate:.2f}x, by the processor {processor / ours.processor:.2f}x (goal 0.80); "
        f"{statistics.mean(commits.sizes):.0f} in a commit",
    )  # fmt: skip
    print(f"own work on the loop {(ours.loop - bare.loop) * 1e6:>29.1f}   goal 25")
    async with connected(gateway, folder / "outage.db") as house:
        run = await timed(gateway, len(ids), house.expect(ids).arrivals, 0)
    _print(f"{len(ids):,} at once", run.rate, run.processor)


def _print(what: str, rate: float, processor: float, more: str = "") -> None:
    print(f"{what:<20} {rate:>10,.0f} {processor * 1e6:>18.1f}   {more}".rstrip())


async def at_a_steady_rate(gateway: Gateway, folder: Path, seconds: int) -> None:
    """Print how long a message takes where so many come in a second."""
    ids = await gateway.prepare(STEADY * seconds, 2)
    async with connected(gateway, folder / "steady.db") as house:
        commits = house.expect(ids)
        sent = await gateway.send(STEADY)
        await commits.arrivals.complete.wait()
        rows = await house.rows(commits.moments)
    took = commits.took(sent)
    bare = one_commit(folder / "steady.db", rows[:STEADY])
    print(
        f"{STEADY:,}/s offered    frame to disk p50 {at_share(took, 0.5):.2f} ms, "
        f"p99 {at_share(took, 0.99):.2f} ms (goal 5)   "
        f"a bare commit p50 {at_share(bare, 0.5):.2f} ms, p99 {at_share(bare, 0.99):.2f} ms"
    )


async def measure(*, quick: bool) -> None:
    """Print the table."""
    pass_over_what_stays()
    json = "orjson" if HAS_ORJSON else "the standard library's json"
    print(f"Taking a message in from Discord's gateway, through discord.py with {json}")
    with tempfile.TemporaryDirectory() as name:
        async with elsewhere() as gateway:
            await at_full_speed(gateway, Path(name), 4_000 if quick else 20_000)
            await at_a_steady_rate(gateway, Path(name), 2 if quick else 8)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    asyncio.run(measure(quick=parser.parse_args().quick))
