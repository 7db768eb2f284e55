"""What is done to a running program; when a fault returns it is over, and the program serves.

Each may last: the program's clock then moves on by minutes or hours, while a second or two pass.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bot.store.codec import MESSAGE_COLUMNS
from tests.discord.server import Server as Discord
from tests.slack.server import Server as Slack
from tests.storm.club import Club, Stuck
from tests.storm.disk import can_be_own

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
    if wrong := await club.end():
        raise Stuck(wrong)
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
    pid = club.pid
    await club.place.fill(pid)
    try:
        await _lasts(club, chance)
    finally:
        await club.place.free(club.pid and pid)
    await club.serve()


async def read_only(club: Club, chance: Random) -> None:
    """Let nothing be written to the store for a while."""
    await club.place.forbid()
    try:
        await _lasts(club, chance)
    finally:
        await club.place.allow()
    await club.serve()


async def gone(club: Club, chance: Random) -> None:
    """Take the store away from the running program, and put it back."""
    await club.place.take_away(chance)
    try:
        await asyncio.sleep(chance.uniform(0.3, 2.5))
        club.clock.shift(timedelta(seconds=chance.choice(LASTS)))
        await asyncio.sleep(0.5)
    finally:
        await club.place.bring_back()


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


# ---------------------------------------------------------------- of the platforms

POSTS = ("POST /channels/*/messages", "chat.postMessage")
"""Where posts go, on Discord and on Slack."""


async def refuses(club: Club, chance: Random) -> None:
    """Let both platforms answer the next posts with failures, once or twice."""
    discord, slack = _outside(club)
    times = chance.choice((1, 2))
    discord.faults.fail(POSTS[0], times, chance.choice((500, 502, 503)))
    if chance.random() < 0.5:
        slack.faults.fail(POSTS[1], times)
    else:
        slack.faults.too_many(POSTS[1], times)
    await _met(club, chance)


async def slow(club: Club, chance: Random) -> None:
    """Let both platforms take seconds for the next post; every third time the program dies."""
    discord, slack = _outside(club)
    seconds = chance.uniform(0.5, 4)
    discord.faults.hang(POSTS[0], seconds)
    slack.faults.hang(POSTS[1], seconds)
    await _met(club, chance)


async def cut_after(club: Club, chance: Random) -> None:
    """Let the next posts be made and their answers be lost; every third time the program dies."""
    discord, slack = _outside(club)
    discord.faults.cut_after(POSTS[0])
    slack.faults.cut_after(POSTS[1])
    await _met(club, chance)


async def twice(club: Club, chance: Random) -> None:
    """Let the platforms tell of what is said, changed and deleted twice."""
    discord, slack = _outside(club)
    for name in ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"):
        for _ in range(5):
            discord.gateway.twice(name)
    for name in ("message", "message.message_changed", "message.message_deleted"):
        for _ in range(5):
            slack.deliveries.twice(name)
    await asyncio.sleep(chance.uniform(2, 4))


async def out_of_order(club: Club, chance: Random) -> None:
    """Let the platforms hold back what they tell, and tell it in another order."""
    discord, slack = _outside(club)
    discord.gateway.hold("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE")
    slack.deliveries.hold("message", "message.message_changed", "message.message_deleted")
    await asyncio.sleep(chance.uniform(2, 4))
    discord.gateway.release(lambda held: chance.sample(held, len(held)))
    slack.deliveries.release(lambda held: chance.sample(held, len(held)))


async def away(club: Club, chance: Random) -> None:
    """Let both platforms be out of reach, for minutes of the clock, and come back."""
    discord, slack = _outside(club)
    await discord.outage()
    await slack.outage()
    try:
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        club.clock.shift(timedelta(seconds=chance.choice(LASTS)))
        await asyncio.sleep(0.5)
    finally:
        await slack.recover()
        await discord.recover()


async def _met(club: Club, chance: Random) -> None:
    """Give posts time to meet a fault; every third time the program is killed as they do.

    What no post has met by then is over too.
    """
    await asyncio.sleep(chance.uniform(0.5, 3))
    if chance.random() < 0.33:
        await killed(club, chance)
    for platform in _outside(club):
        platform.faults.waiting.clear()


def _outside(club: Club) -> tuple[Discord, Slack]:
    assert club.outside is not None
    return club.outside.discord, club.outside.slack


@dataclass(frozen=True)
class Kind:
    """A kind of fault; `needs_disk` is true of those that need a disk of their own.

    `outside` is true of the platforms'; `also_outside` of others that happen beside them too.
    `afterwards` is true of what comes when all was said, so that nobody changes what it did.
    """

    happens: Callable[[Club, Random], Awaitable[None]]
    needs_disk: bool = False
    needs_disk_in_postgres: bool = False
    outside: bool = False
    also_outside: bool = False
    afterwards: bool = False


LATEST = "(SELECT MAX(key) FROM messages WHERE role = '{role}' AND topics <> '' AND withdrawn = 0)"
"""One of the messages that there are, in SQL."""


async def _lose_a_message(club: Club, chance: Random) -> None:
    latest = LATEST.format(role="participant")
    await club.place.tamper(f"DELETE FROM messages WHERE key = {latest}")


async def _double_a_post(club: Club, chance: Random) -> None:
    copied = {"key": "key || 'x'", "id": "id || 'x'"}
    values = ", ".join(copied.get(name, name) for name in MESSAGE_COLUMNS.split(", "))
    await club.place.tamper(
        f"INSERT INTO messages ({MESSAGE_COLUMNS}) SELECT {values} FROM messages "
        f"WHERE key = {LATEST.format(role='bot')}"
    )


async def _misplace_a_message(club: Club, chance: Random) -> None:
    latest = LATEST.format(role="participant")
    await club.place.tamper(
        f"UPDATE messages SET topics = '7', placed_by = 'label' WHERE key = {latest}"
    )


async def _hold_a_message(club: Club, chance: Random) -> None:
    latest = LATEST.format(role="participant")
    await club.place.tamper(f"UPDATE messages SET held = 'rule' WHERE key = {latest}")


SABOTAGE: Mapping[str, Kind] = {
    "a message is lost": Kind(_lose_a_message, afterwards=True),
    "a post is doubled": Kind(_double_a_post, afterwards=True),
    "a message is misplaced": Kind(_misplace_a_message, afterwards=True),
    "a message is held": Kind(_hold_a_message, afterwards=True),
}
"""What no program survives: by it one sees that the storm sees it. It is never drawn unasked."""

FAULTS: Mapping[str, Kind] = {
    "kill -9": Kind(killed, also_outside=True),
    "SIGTERM and a new start": Kind(ended, also_outside=True),
    "SIGSTOP for minutes": Kind(stopped, also_outside=True),
    "disk full": Kind(full, needs_disk_in_postgres=True),
    "store read-only": Kind(read_only, needs_disk=True),
    "database gone and back": Kind(gone),
    "clock an hour on and back": Kind(an_hour_on),
    "clock an hour back and on": Kind(an_hour_back),
    "platforms refuse": Kind(refuses, outside=True),
    "platforms slow": Kind(slow, outside=True),
    "platforms cut after the commit": Kind(cut_after, outside=True),
    "platforms deliver twice": Kind(twice, outside=True),
    "platforms deliver out of order": Kind(out_of_order, outside=True),
    "platforms out of reach": Kind(away, outside=True),
}


def impossible(kinds: Sequence[str], *, postgres: bool) -> list[str]:
    """Return which of these cannot be made on this machine with the rights of this process."""
    needing = [
        kind
        for kind in kinds
        if EVERY[kind].needs_disk or (postgres and EVERY[kind].needs_disk_in_postgres)
    ]
    return [] if not needing or can_be_own() else needing


EVERY: Mapping[str, Kind] = {**FAULTS, **SABOTAGE}
