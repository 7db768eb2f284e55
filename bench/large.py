"""What a large house costs: many series for a year, many open chats, many words, a very long chat.

    python -m bench.large [--quick] [--only start|year|talk|long]

*Start*: `rounds run` with 500 agendas and 500 open chats, from the command to the line that says
where it listens; floor: a process that imports the same libraries and ends. *Year*: 500 weekly and
monthly series on a clock that is moved by hand, with the real planner, runner and store; what is in
memory after each quarter. *Talk*: 200 open chats in which somebody speaks at once, then a hundred
messages a second; floor: the standard library's sqlite3 commits as many rows, each for itself.
*Long*: 100,000 messages in one chat, which is closed, counted, drawn and written out; 500 agendas
that are read and planned. *At a stretch* is how much of the processor the event loop's own thread
took between two turns of others (goal 25 ms), *gap* for how long it was held up by whatever the
machine did.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import corpus
from bench.discord import one_commit
from bench.discord_house import at_share
from bench.gaps import Held, held_up
from bench.large_house import (
    NOW,
    Year,
    agenda,
    agenda_text,
    open_chats,
    person,
    resident,
    seconds_until_line,
    series_in,
)
from bot.clockwork.catalogue import Catalogue
from bot.clockwork.planner import Planner
from bot.dispatch.enclosures import Enclosures
from bot.engine.audience import Audience
from bot.engine.signals import Said, Woke
from bot.intake.runner import Runner
from bot.serving import pass_over_what_stays
from bot.store.sqlite import opened

ROOT = Path(__file__).resolve().parents[1]
TURNS = 5  # the first one leaves the program compiled
LIBRARIES = (
    "aiohttp.web, aiosqlite, apscheduler.schedulers.asyncio, dateutil.rrule, jinja2, PIL.Image, "
    "pydantic, rich.console, typer, yaml"
)

# ---------------------------------------------------------------- start


def _imports() -> float:
    """Return how long a process takes that imports the libraries and ends."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {LIBRARIES}"], check=True)  # noqa: S603
    return time.perf_counter() - began


async def start(folder: Path, *, quick: bool) -> None:
    """Print how long the program takes to listen."""
    count = 50 if quick else 500
    await open_chats(folder, count)
    took, bare = [], []
    for _ in range(TURNS):
        bare.append(await asyncio.to_thread(_imports))
        took.append(await asyncio.to_thread(seconds_until_line, folder))
    best, least = min(took), min(bare)
    print(
        f"Start with {count} agendas and {count} open chats\n"
        f"libraries alone  {least:>6.2f} s\n"
        f"rounds run       {best:>6.2f} s ({best / least:.1f}x), goal 2 s"
    )


# ---------------------------------------------------------------- a year


async def year(folder: Path, *, quick: bool) -> None:
    """Print what is in memory after each quarter of a year."""
    count, days = (50, 28) if quick else (500, 91)
    async with opened(folder / "year.db") as store:
        lived = Year(store, series_in(count))
        async with lived.simulation.runner.running():
            print(f"{count} series, half of them weekly, the others monthly")
            for _quarter in range(4):
                began = time.perf_counter()
                await lived.passes(timedelta(days=days))
                gc.collect()
                print(
                    f"day {lived.days:>4}   {await lived.chats():>6,} chats so far   "
                    f"{lived.remembered:>4,} remembered   {len(gc.get_objects()):>8,} objects   "
                    f"{resident() / 1e6:>5.0f} MB   ({time.perf_counter() - began:.0f} s)"
                )


# ---------------------------------------------------------------- many chats, many words


async def talk(folder: Path, *, quick: bool) -> None:
    """Print how long words take where 200 chats are open, and what else had to wait."""
    chats, seconds = (50, 2) if quick else (200, 10)
    await open_chats(folder, chats)
    async with opened(folder / "data" / "rounds.db") as store:
        runner = Runner(store)
        took: list[float] = []
        rooms = [agenda(n).rooms[0] for n in range(chats)]

        async def say(n: int) -> None:
            began = time.perf_counter()
            said = Said(NOW, rooms[n % chats], f"m{n}", person(n), f"T1: answer {n}")
            await runner.handle(said)
            took.append(time.perf_counter() - began)

        async def at_once() -> None:
            await asyncio.gather(*(say(n) for n in range(chats)))

        async def steadily() -> None:
            began, saying = time.perf_counter(), []
            for n in range(chats, chats + 100 * seconds):
                await asyncio.sleep(max(0, began + (n - chats) / 100 - time.perf_counter()))
                saying.append(asyncio.create_task(say(n)))
            await asyncio.gather(*saying)

        async with runner.running():
            quiet = await held_up(asyncio.sleep(1))
            await _shown(f"{chats} chats, a message in each at once", at_once, took)
            await _shown(f"100 messages a second, for {seconds} s", steadily, took)
            due = await held_up(_wake(runner))
    print(f"{chats} topics due at once, after a start\n{'':<17}{_held(due)}")
    bare = one_commit(folder / "data" / "rounds.db", list(corpus.messages(500)))
    print(
        f"a bare commit    p50 {at_share(bare, 0.5):.2f} ms, p99 {at_share(bare, 0.99):.2f} ms   "
        f"at rest {_held(quiet)}"
    )


async def _wake(runner: Runner) -> None:
    """Let every chat's second topic come, though nothing is remembered of the chats."""
    runner._forget()  # noqa: SLF001  as after a start
    while await runner.wake(NOW + timedelta(minutes=10)):
        pass


async def _shown(
    what: str, doing: Callable[[], Coroutine[Any, Any, None]], took: list[float]
) -> None:
    """Do something, and print how long its parts took and what others noticed."""
    took.clear()
    held = await held_up(doing())
    ordered = sorted(took)
    print(
        f"{what}\n"
        f"said to disk     p50 {at_share(ordered, 0.5):.2f} ms, "
        f"p99 {at_share(ordered, 0.99):.2f} ms   {_held(held)}"
    )


def _held(held: Held) -> str:
    return f"gap {held.gap * 1e3:.1f} ms, at a stretch {held.work * 1e3:.1f} ms"


# ---------------------------------------------------------------- a very long chat, many agendas


async def long(folder: Path, *, quick: bool) -> None:
    """Print for how long others wait while a very long chat is closed and much is planned."""
    length, count = (10_000, 50) if quick else (100_000, 500)
    async with opened(folder / "long.db") as store:
        runner = Runner(store)
        async with store.writing() as tables:
            chat = await corpus.fill(tables, 0)
            await corpus.say(tables, length)
        chats = folder / "chats"
        chats.mkdir()
        for n in range(count):
            (chats / f"s{n}.yaml").write_text(agenda_text(n), "utf-8")
        catalogue, enclosures = Catalogue(chats), Enclosures(store, runner)
        planner = Planner(runner, store, catalogue.series)

        async def rest() -> None:
            await asyncio.sleep(1)

        async def count_it() -> None:
            await runner.handle(Woke(corpus.OPENS + timedelta(days=3)), chat.id)

        async def draw() -> None:
            async with store.reading() as tables:
                (found,) = (await tables.load([chat.id])).values()
            await enclosures._picture(found)  # noqa: SLF001  what a closing post comes with

        async def write() -> None:
            await enclosures.transcript(chat, "html", Audience.ORGANIZERS, corpus.OPENS)

        async def read_agendas() -> None:
            await asyncio.to_thread(catalogue.refresh)

        async def read_one() -> None:
            (chats / "s1.yaml").write_text(agenda_text(1) + "\n", "utf-8")
            await asyncio.to_thread(catalogue.refresh)

        async def plan() -> None:
            await planner.plan(NOW)

        async def follow() -> None:
            await planner.follow_agendas(NOW)

        async with runner.running():
            for what, doing in (
                ("nothing, for a second", rest),
                (f"{length:,} messages counted", count_it),
                ("the picture of them", draw),
                ("the transcript of them", write),
                (f"{count} agendas read", read_agendas),
                ("one of them changed", read_one),
                (f"{count} series planned", plan),
                ("planned again", plan),
                ("followed", follow),
            ):
                began = time.perf_counter()
                held = await held_up(doing())
                print(f"{what:<28} {time.perf_counter() - began:>7.2f} s   {_held(held)}")


PARTS = {"start": start, "year": year, "talk": talk, "long": long}


async def measure(*, quick: bool, only: str = "") -> None:
    """Print all tables, or one."""
    pass_over_what_stays()
    for name in [only] if only else PARTS:
        with tempfile.TemporaryDirectory() as folder:
            await PARTS[name](Path(folder), quick=quick)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=PARTS, default="")
    given = parser.parse_args()
    asyncio.run(measure(quick=given.quick, only=given.only))
