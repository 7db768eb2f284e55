"""What is done to a running program; when a fault returns it is over, and the program serves.

Each may last: the program's clock then moves on by minutes or hours, while a second or two pass.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tests.storm.club import Club, Stuck

AWAY = (0, 0, 0, 90, 600, 2400, 7 * 3600)
"""Seconds for which the program is away, by its own clock; most often it is started at once."""

STOPPED = (120, 300, 900, 3600)
"""The same where it is not ended, but stands still."""

LASTS = (0, 0, 0, 60, 600)
"""The same for what is wrong with the disk or the database."""

HOUR = timedelta(hours=1)


async def killed(club: Club, chance: Random) -> None:
    """End it as a power cut would, and start it again."""
    await club.process.kill()
    club.clock.shift(timedelta(seconds=chance.choice(AWAY)))
    await club.start()


async def ended(club: Club, chance: Random) -> None:
    """Tell it to end, as a deploy does, and start it again."""
    async with asyncio.timeout(20):
        code = await club.process.stop()
    if code != 0:
        raise Stuck(f"told to end, it ended with {code}")
    club.clock.shift(timedelta(seconds=chance.choice(AWAY)))
    await club.start()


async def stopped(club: Club, chance: Random) -> None:
    """Let it stand still for minutes, as a machine that sleeps or is moved does."""
    club.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(chance.uniform(0.2, 0.8))
        club.clock.shift(timedelta(seconds=chance.choice(STOPPED)))
    finally:
        club.signal(signal.SIGCONT)


async def full(club: Club, chance: Random) -> None:
    """Leave no room on the disk for a while; some start the program again meanwhile."""
    disk, pid = club.disk, club.pid
    disk.fill(pid)
    try:
        await _lasts(club, chance)
    finally:
        disk.free(pid)
    await club.serve()


async def read_only(club: Club, chance: Random) -> None:
    """Let nothing be written to the store for a while."""
    club.disk.forbid()
    try:
        await _lasts(club, chance)
    finally:
        club.disk.allow()
    await club.serve()


async def gone(club: Club, chance: Random) -> None:
    """Take the store's folder away from the running program, and put it back."""
    club.disk.take_away()
    try:
        await asyncio.sleep(chance.uniform(0.3, 2.5))
        club.clock.shift(timedelta(seconds=chance.choice(LASTS)))
        await asyncio.sleep(0.5)
    finally:
        club.disk.bring_back()


async def _lasts(club: Club, chance: Random) -> None:
    """Let time pass; every third time the program is killed, and tries in vain to start."""
    await asyncio.sleep(chance.uniform(0.3, 2.5))
    club.clock.shift(timedelta(seconds=chance.choice(LASTS)))
    if chance.random() < 0.33:
        await club.process.kill()
        try:
            await club.start(1.5)
        except Stuck:
            await club.kill()  # it may still be about to start


async def an_hour_on(club: Club, chance: Random) -> None:
    """Set the clock an hour on, and after a while right again."""
    await _stepped(club, chance, HOUR)


async def an_hour_back(club: Club, chance: Random) -> None:
    """Set the clock an hour back, and after a while right again."""
    await _stepped(club, chance, -HOUR)


async def _stepped(club: Club, chance: Random, by: timedelta) -> None:
    club.clock.shift(by)
    await asyncio.sleep(chance.uniform(0.3, 2.5))
    club.clock.shift(-by)


@dataclass(frozen=True)
class Kind:
    """A kind of fault; `needs_disk` is true of those that need a disk of their own."""

    happens: Callable[[Club, Random], Awaitable[None]]
    needs_disk: bool = False


FAULTS: Mapping[str, Kind] = {
    "kill -9": Kind(killed),
    "SIGTERM and a new start": Kind(ended),
    "SIGSTOP for minutes": Kind(stopped),
    "disk full": Kind(full),
    "store read-only": Kind(read_only, needs_disk=True),
    "database gone and back": Kind(gone),
    "clock an hour on and back": Kind(an_hour_on),
    "clock an hour back and on": Kind(an_hour_back),
}
