"""One run: chats are held under load, and at its instants something is done to the program."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.storm.chats import Held, chats_of
from tests.storm.clock import Span
from tests.storm.club import Club, Stuck, club
from tests.storm.disk import Disk
from tests.storm.faults import FAULTS
from tests.storm.talk import Speaker, Talk

NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve")
JUST_BEFORE = timedelta(seconds=0.3)
INSTANT_WITHIN = (0.0, 1.8)
"""Seconds after the clock stands just before a due moment: before it is noticed, as it is done."""

AFTERWARDS = timedelta(minutes=10)
"""How long people talk on after the last chat was closed."""


@dataclass
class Instant:
    """A fault: when it began, and when it and what followed from it were over.

    `span` is what the clock showed meanwhile, at least and at most, and `refused` how many requests
    were answered by a failure, or not at all.
    """

    number: int
    kind: str
    began: datetime | None = None
    ended: datetime | None = None
    settled: datetime | None = None
    span: Span | None = None
    refused: int = 0


@dataclass
class Told:
    """What came of a run, for whoever judges it; nothing here is read from the store."""

    chats: tuple[Held, ...]
    instants: list[Instant]
    talk: Talk = field(default_factory=Talk)
    wrong: list[str] = field(default_factory=list)
    stuck: str = ""


async def hold(
    folder: Path, run: int, instants: Sequence[Instant], chance: Random, disk: Disk
) -> Told:
    """Hold the chats of a run, with these instants at moments drawn by `chance`.

    The store stays on the disk.
    """
    chats = chats_of(run)
    told = Told(chats, list(instants))
    async with club(folder, chats, disk) as there:
        await there.start()
        over = asyncio.Event()
        async with contextlib.AsyncExitStack() as stack:
            speakers = [
                Speaker(
                    await stack.enter_async_context(there.process.guest(held.name, name)),
                    name, held, told.talk, there.clock, Random(chance.random()),
                )
                for held in chats
                for name in NAMES
            ]  # fmt: skip
            talking = [asyncio.create_task(speaker.speak(over)) for speaker in speakers]
            try:
                await _pass(there, told, chance)
            except Stuck as stuck:
                told.stuck = str(stuck)
            finally:
                over.set()
                _, unanswered = await asyncio.wait(talking, timeout=25)
                for task in unanswered:
                    task.cancel()
                if unanswered:
                    told.wrong.append(f"{len(unanswered)} people were never answered")
                for task in talking:
                    if task.done() and not task.cancelled() and task.exception() is not None:
                        told.wrong.append(f"somebody could not talk: {task.exception()!r}")
        if there.process.runs and await there.process.stop() != 0:
            told.wrong.append("it did not end with 0")
    return told


async def _pass(there: Club, told: Told, chance: Random) -> None:
    """Let the time pass, from one due moment to the next, with the instants in between."""
    chats = told.chats
    stations = sorted({at for held in chats for at in (*held.dues, held.closes_at)})
    waiting = sorted(
        ((chance.choice(stations), one) for one in told.instants),
        key=lambda pair: (pair[0], pair[1].number),
    )
    await there.settle()
    while True:
        station = _next(there, stations)
        if station is None:
            break
        there.clock.set(station - JUST_BEFORE)
        while waiting and waiting[0][0] <= station:
            _, instant = waiting.pop(0)
            await asyncio.sleep(chance.uniform(*INSTANT_WITHIN))
            await _meet(there, told, instant, chance)
        await asyncio.sleep((station - there.clock.now()).total_seconds() + 0.05)
        await there.settle()
    there.clock.shift(AFTERWARDS)
    await asyncio.sleep(1)
    await there.settle()
    if not there.all_over():
        told.wrong.append("not every chat came to its end")


def _next(there: Club, stations: list[datetime]) -> datetime | None:
    """Return the next moment at which something is agreed, or is due after a fault."""
    now = there.clock.now()
    coming = [at for at in (*stations, *there.moments()) if at > now]
    return min(coming, default=None)


async def _meet(there: Club, told: Told, instant: Instant, chance: Random) -> None:
    began, instant.began = time.time(), there.clock.now()
    await FAULTS[instant.kind].happens(there, chance)
    instant.ended = there.clock.now()
    await there.settle(hastened=True)
    instant.settled = there.clock.now()
    instant.span = there.clock.span(began, time.time())
    instant.refused = sum(at >= began for at in told.talk.refused)
