"""One run: chats are held under load, and at its instants something is done to the program."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.storm.chats import Held, chats_of
from tests.storm.clock import Span
from tests.storm.club import Club, Stuck, club
from tests.storm.faults import EVERY
from tests.storm.outside import Outside, Spoken, outside, speak
from tests.storm.place import Place, Unreadable
from tests.storm.talk import Speaker, Table, Talk
from tests.storm.turns import TOGETHER

NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve")
JUST_BEFORE = timedelta(seconds=0.3)
INSTANT_WITHIN = (0.0, 1.8)
"""Seconds after the clock stands just before a due moment: before it is noticed, as it is done."""

KNOWN_WITHIN = 30.0
"""Seconds in which the program must know what was said on the platforms, after the last fault."""

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
    spoken: list[Spoken] = field(default_factory=list)
    posts: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    stuck: str = ""


async def hold(
    folder: Path, run: int, instants: Sequence[Instant], chance: Random, place: Place
) -> Told:
    """Hold the chats of a run, with these instants at moments drawn by `chance`.

    Where one of them is a platform's fault two of the chats are held on platforms. The store stays
    in its place.
    """
    async with contextlib.AsyncExitStack() as stack:
        platforms = None
        if any(EVERY[one.kind].outside for one in instants):
            platforms = await stack.enter_async_context(outside())
        chats = chats_of(run, platforms.rooms if platforms else ())
        told = Told(chats, list(instants))
        there = await stack.enter_async_context(club(folder, chats, place, platforms))
        over = asyncio.Event()
        talking: list[asyncio.Task[None]] = []
        try:
            await there.start()
            await there.connected()
            everybody = await _everybody(there, told, over, stack, chance)
            talking = [asyncio.create_task(one) for one in everybody]
            await _pass(there, told, chance)
        except Stuck as stuck:
            told.stuck = str(stuck)
        except Exception as error:  # what was held is judged, and other runs go on
            told.stuck = f"the run ended by {error!r}"
        finally:
            over.set()
            await _end_of(talking, told)
        for instant in told.instants:
            if EVERY[instant.kind].afterwards and not told.stuck:
                await _meet(there, told, instant, chance)
        if platforms is not None:
            await _take_down(there, platforms, told)
        if there.process.runs and (wrong := await there.end()):
            told.wrong.append(wrong)
    return told


async def _everybody(
    there: Club, told: Told, over: asyncio.Event, stack: contextlib.AsyncExitStack, chance: Random
) -> list[Coroutine[None, None, None]]:
    """Bring everybody to where they talk."""
    found: list[Coroutine[None, None, None]] = []
    for held in told.chats:
        if held.platform == "local":
            for name in NAMES:
                people = []
                for called in (f"{name}{n}" for n in range(1, TOGETHER + 1)):
                    guest = await stack.enter_async_context(there.process.guest(held.name, called))
                    people.append(Speaker(guest, called))
                table = Table(people, held, told.talk, there.clock, Random(chance.random()))
                found.append(table.speak(over))
        elif there.outside is not None:
            found += [
                speak(voice, held, there.clock.now, over, Random(chance.random()))
                for voice in there.outside.voices[held.platform]
            ]
    return found


async def _end_of(talking: Sequence[asyncio.Task[None]], told: Told) -> None:
    """Wait until everybody has said what they were about to say."""
    if not talking:
        return
    _, unanswered = await asyncio.wait(talking, timeout=25)
    for task in unanswered:
        task.cancel()
    if unanswered:
        told.wrong.append(f"{len(unanswered)} people were never answered")
    for task in talking:
        if task.done() and not task.cancelled() and task.exception() is not None:
            told.wrong.append(f"somebody could not talk: {task.exception()!r}")


async def _take_down(there: Club, platforms: Outside, told: Told) -> None:
    """Note what stands on the platforms, when the program knows it all or takes too long."""
    said = [
        one
        for held in told.chats
        for voice in platforms.voices.get(held.platform, ())
        for one in voice.spoken(held.name)
    ]
    told.spoken, told.posts = said, platforms.posts()
    standing = sum(one.text is not None for one in said)
    sql = "SELECT count(*) FROM messages WHERE said = 1 AND withdrawn = 0 AND role <> 'bot'"
    with contextlib.suppress(TimeoutError, Unreadable):
        async with asyncio.timeout(KNOWN_WITHIN):
            while await _count(there, f"{sql} AND room NOT LIKE 'local:%'") < standing:
                await asyncio.sleep(0.2)
                there.clock.shift(timedelta(seconds=2))


async def _count(there: Club, sql: str) -> int:
    ((count,),) = await there.place.rows(sql)
    return int(str(count))


async def _pass(there: Club, told: Told, chance: Random) -> None:
    """Let the time pass, from one due moment to the next, with the instants in between."""
    chats = told.chats
    stations = sorted({at for held in chats for at in (*held.dues, held.closes_at)})
    waiting = sorted(
        ((chance.choice(stations), one) for one in told.instants if not EVERY[one.kind].afterwards),
        key=lambda pair: (pair[0], pair[1].number),
    )
    await there.settle()
    while True:
        station = await _next(there, stations)
        if station is None:
            break
        there.clock.set(station - JUST_BEFORE)
        while waiting and waiting[0][0] <= station:
            _, instant = waiting.pop(0)
            if not EVERY[instant.kind].outside:  # a platform's comes before what it concerns
                await asyncio.sleep(chance.uniform(*INSTANT_WITHIN))
            await _meet(there, told, instant, chance)
        await asyncio.sleep((station - there.clock.now()).total_seconds() + 0.05)
        await there.settle()
    there.clock.shift(AFTERWARDS)
    await asyncio.sleep(1)
    await there.settle()
    if not await there.all_over():
        told.wrong.append("not every chat came to its end")


async def _next(there: Club, stations: list[datetime]) -> datetime | None:
    """Return the next moment at which something is agreed, or is due after a fault."""
    now = there.clock.now()
    coming = [at for at in (*stations, *await there.moments()) if at > now]
    return min(coming, default=None)


async def _meet(there: Club, told: Told, instant: Instant, chance: Random) -> None:
    began, instant.began = time.time(), there.clock.now()
    await EVERY[instant.kind].happens(there, chance)
    await there.connected()
    instant.ended = there.clock.now()
    await there.settle(hastened=True)
    instant.settled = there.clock.now()
    instant.span = there.clock.span(began, time.time())
    instant.refused = sum(at >= began for at in told.talk.refused)
