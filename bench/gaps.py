"""For how long others wait while the transcript of a long chat is made and handed over.

    python -m bench.gaps [--quick]

A moderator asks for it on Discord (`/chat transcript`), while the gateway goes on telling two
hundred messages a second and somebody asks five times a second how the chat stands. *Gap* is the
longest time for which the event loop was held up, by whatever the machine did; *at a stretch* is
how much of the processor the loop's own thread took between two turns of others, at most. The
*first answer* is what Discord allows three seconds for. The best of several runs.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import corpus
from bench.discord_house import House, at_share, connected, until
from bench.gateway import Answered, Gateway, elsewhere
from bot.serving import pass_over_what_stays

TURNS = 3
BESIDE = 200
"""Messages a second."""
TICK = 0.001


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """For how long the event loop was held up, and its longest work at a stretch; seconds."""

    gap: float
    work: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One transcript: what others noticed of it, the answers, and frame to disk (sorted)."""

    held: Held
    transcript: Answered
    others: tuple[Answered, ...]
    took: list[float]


async def held_up(doing: Coroutine[Any, Any, None]) -> Held:
    """Return how others on this event loop fared while something was done."""
    gap = work = 0.0

    async def tick() -> None:
        nonlocal gap, work
        while True:
            began, busy = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            gap = max(gap, time.perf_counter() - began - TICK)
            work = max(work, time.thread_time() - busy)

    ticking = asyncio.create_task(tick())
    await doing
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    return Held(gap, work)


async def beside(gateway: Gateway, house: House, seed: int) -> tuple[Held, Turn]:
    """Return what was noticed in a second before, and while the transcript was made."""
    ids = await gateway.prepare(BESIDE * 60, seed)
    commits = house.expect(ids)
    talking = asyncio.create_task(gateway.send(BESIDE))
    await asyncio.sleep(0.5)
    before = await held_up(asyncio.sleep(1))
    answers: list[Answered] = []
    held = await held_up(_ask(gateway, answers))
    await gateway.hush()
    sent = await talking
    await until(lambda: len(commits.moments) == len(sent))
    transcript, *others = answers
    return before, Turn(held, transcript, tuple(others), commits.took(sent))


async def _ask(gateway: Gateway, answers: list[Answered]) -> None:
    """Ask for the transcript, and meanwhile how the chat stands."""
    asking = asyncio.create_task(gateway.ask("chat transcript", format="html"))
    others = []
    while not asking.done():
        await asyncio.sleep(0.2)
        others.append(await gateway.ask("chat status"))
    answers += [await asking, *others]


async def measure(*, quick: bool) -> None:
    """Print the table."""
    pass_over_what_stays()
    length = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as name:
        async with elsewhere() as gateway, connected(gateway, Path(name) / "long.db") as house:
            async with house.store.writing() as tables:
                await corpus.say(tables, length, house.room, house.thread)
            turns = [await beside(gateway, house, seed) for seed in range(1, TURNS + 1)]
    quiet = min(before for before, _turn in turns)
    held = min(turn.held for _before, turn in turns)
    work = min(turn.held.work for _before, turn in turns)
    _before, best = min(turns, key=lambda each: each[1].held)
    ((file, octets),) = best.transcript.files
    print(
        f"While {length:,} messages become {file} of {octets / 1e6:.1f} MB on Discord, "
        f"in {best.transcript.last:.1f} s, beside {BESIDE} messages a second\n"
        f"longest gap      {held.gap * 1e3:>6.1f} ms (goal 25; {quiet.gap * 1e3:.1f} ms before)   "
        f"at a stretch {work * 1e3:.1f} ms\n"
        f"frame to disk    {at_share(best.took, 0.5):>6.1f} ms p50, "
        f"{at_share(best.took, 0.99):.1f} ms p99\n"
        f"first answer     {best.transcript.first * 1e3:>6.0f} ms to /chat transcript, "
        f"at most {max(one.first for one in best.others) * 1e3:.0f} ms to /chat status "
        f"({len(best.others)} asked)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    asyncio.run(measure(quick=parser.parse_args().quick))
