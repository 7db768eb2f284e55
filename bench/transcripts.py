"""What a transcript costs, against a floor that reads, escapes and writes the same rows.

    python -m bench.transcripts [--quick] [--format html] [--edition organizers]

The floor reads the rows from SQLite with the standard library, escapes id, name and text, writes
them with their local time to a file, and counts per topic and per person. It knows no replies,
reactions, mark-up, links, pictures, days or rules. Both write to a file; the garbage collector
passes over what is there before, as where Rounds serves. The goal is that of the organizers'
edition: the others hide names, and number what they show before they write it. Times are of the
processor, all threads together, so that other work on the machine matters less; each is the best
of several runs, taken in turn. *Memory* is what a process that writes N messages needs more than
one that writes a hundred; *gap* the longest time the event loop was held up meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from bench import corpus
from bot.engine.showing import EDITIONS, Audience
from bot.serving import pass_over_what_stays
from bot.store.sqlite import opened
from bot.transcripts.rendering import FORMATS, render

SMALL = 100
SIZES = (1_000, 10_000, 100_000)
QUICK_SIZES = (1_000, 10_000)
RUNS = 5
TICK = 0.001


@dataclass(frozen=True, slots=True)
class Cost:
    """What writing one file took: seconds of the processor, and bytes."""

    seconds: float
    octets: int


def floor(database: Path, out: Path) -> Cost:
    """Write every row, escaped, and count; nothing else."""
    began = time.process_time()
    zone = ZoneInfo("Australia/Sydney")
    topics: Counter[str] = Counter()
    people: Counter[str] = Counter()
    connection = sqlite3.connect(database)
    with contextlib.closing(connection), out.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.write("<!doctype html><meta charset=utf-8>")
        for key, at, author, name, text, numbers in connection.execute(
            "SELECT key, at, author, name, text, topics FROM messages "
            "WHERE chat = ? AND said = 1 ORDER BY at, key",
            (corpus.CHAT,),
        ):
            topics[numbers] += 1
            people[author] += 1
            local = datetime.fromtimestamp(at / 1e6, zone)
            file.write(
                f'<article id="{escape(key)}"><p><b>{escape(name)}</b> '
                f"<time>{local.isoformat()}</time></p><p>{escape(text)}</p></article>\n"
            )
        file.write(f"<p>{escape(repr(topics))} {escape(repr(people.most_common(10)))}</p>")
    return Cost(time.process_time() - began, out.stat().st_size)


async def ours(
    database: Path, out: Path, wanted: str, edition: Audience = Audience.ORGANIZERS
) -> Cost:
    """Write the whole transcript."""
    async with opened(database) as store, store.reading() as tables:
        began = time.process_time()
        chat = await tables.chat(corpus.CHAT)
        if chat is None:
            raise LookupError(corpus.CHAT)
        octets = 0
        with out.open("wb", buffering=1 << 20) as file:
            async for chunk in render(tables, chat, wanted, edition):
                octets += file.write(chunk)
        return Cost(time.process_time() - began, octets)


async def longest_gap(database: Path, out: Path, wanted: str, edition: Audience) -> float:
    """Return how long, at most, others on the same event loop waited for their turn; seconds."""
    gap = 0.0

    async def tick() -> None:
        nonlocal gap
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            gap = max(gap, time.perf_counter() - began - TICK)

    ticking = asyncio.create_task(tick())
    await ours(database, out, wanted, edition)
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    return gap


async def memory(database: Path, out: Path, wanted: str, edition: Audience) -> float:
    """Return the peak memory of a fresh process that writes the file; megabytes."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.transcripts",
        "--format", wanted, "--edition", edition, "--child", str(database), str(out),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await child.communicate()
    return float(printed)


async def measure(
    *, quick: bool, wanted: str = "html", edition: Audience = Audience.ORGANIZERS
) -> None:
    """Print one row for each length of a chat."""
    print(f"Writing a transcript as {wanted} for {edition}, from SQLite to a file")
    pass_over_what_stays()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "transcript"
        small = await memory(await _filled(Path(folder), SMALL), out, wanted, edition)
        each: dict[int, float] = {}
        for size in QUICK_SIZES if quick else SIZES:
            database = await _filled(Path(folder), size)
            floors, costs = [], []
            for _ in range(RUNS):
                floors.append(floor(database, out))
                costs.append(await ours(database, out, wanted, edition))
            bare = min(cost.seconds for cost in floors)
            each[size] = min(cost.seconds for cost in costs)
            gap = await longest_gap(database, out, wanted, edition)
            more = await memory(database, out, wanted, edition) - small
            print(
                f"{size:>7,} messages   floor {bare / size * 1e6:>5.1f} µs   "
                f"ours {each[size] / size * 1e6:>5.1f} µs ({each[size] / bare:.2f}x, goal 4)   "
                f"{costs[0].octets / size:>4.0f} B (goal 450)   "
                f"memory {more:>+5.1f} MB (goal 8)   gap {gap * 1e3:>4.1f} ms (goal 25)"
            )
        shorter, longer = sorted(each)[-2:]
        print(f"{longer:,} cost {each[longer] / each[shorter]:.1f}x of {shorter:,} (goal 10.5)")


async def _filled(folder: Path, count: int) -> Path:
    database = folder / f"{count}.db"
    async with opened(database) as store, store.writing() as tables:
        await corpus.fill(tables, count)
    return database


def _peak() -> float:
    """Return the most memory this process ever had; megabytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage tells counts the parent's memory before the exec too
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no chat of 100,000 messages")
    parser.add_argument("--format", choices=FORMATS, default="html")
    parser.add_argument("--edition", type=Audience, choices=EDITIONS, default=Audience.ORGANIZERS)
    parser.add_argument("--child", nargs=2, metavar=("DATABASE", "OUT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        database, out = map(Path, asked.child)
        pass_over_what_stays()
        asyncio.run(ours(database, out, asked.format, asked.edition))
        print(_peak())
    else:
        asyncio.run(measure(quick=asked.quick, wanted=asked.format, edition=asked.edition))


if __name__ == "__main__":
    _main()
