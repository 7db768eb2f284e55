"""Two programs on one PostgreSQL database, with one clock, and people who talk to either."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import asyncpg

from bot.store.address import Address
from bot.web.access import new_ticket
from tests.invariants.process import Process, posted, program
from tests.web.served import Guest

ROOM = "club"

LONG = 60.0
"""Seconds that are waited for something at most; it is never what decides."""

AGENDA = """\
title: A club
zone: UTC
starts: 2099-01-01 12:00
window: 3h
rooms: [{rooms}]
moderators: {{local: [henry]}}
reminders: []
topics: {{every: 20m, ask: ["1st?", "2nd?", "3rd?", "4th?", "5th?", "6th?", "7th?", "8th?"]}}
"""


class Pair:
    """Two programs of which one leads, the database between them, and its clock."""

    def __init__(self, first: Process, second: Process, address: Address, clock: Path) -> None:
        self.first = first
        self.second = second
        self.both = (first, second)
        self.address = address
        self.told: dict[str, str] = {}
        self._clock = clock
        self._ahead = timedelta(0)

    def later(self, **by: float) -> None:
        """Let the clock jump: `later(minutes=20)`."""
        self._ahead += timedelta(**by)
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(self._ahead.total_seconds()), "utf-8")
        fresh.replace(self._clock)

    # ------------------------------------------------------------ what the database has

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Look into the database, beside the programs."""
        line = await asyncpg.connect(self.address.text, timeout=5)
        try:
            return [tuple(row) for row in await line.fetch(sql)]
        finally:
            await line.close()

    async def topics(self) -> list[str]:
        """Return the topics that stand in the room, in their order there."""
        texts = await self.rows("SELECT text FROM messages WHERE role = 'bot' ORDER BY at, key")
        return [str(text).split(":")[0] for (text,) in texts if str(text)[:1] == "T"]

    async def until(self, condition: Callable[[], Awaitable[object]]) -> None:
        """Wait until something is so; a database that is away is no answer."""
        async with asyncio.timeout(LONG):
            while True:
                with contextlib.suppress(OSError, asyncpg.PostgresError):
                    if await condition():
                        return
                await asyncio.sleep(0.05)

    async def has_posted(self, number: int) -> None:
        """Wait until a topic stands in the room."""

        async def there() -> bool:
            return f"T{number}" in await self.topics()

        await self.until(there)

    async def settled(self) -> None:
        """Wait until nothing is to be done."""

        async def done() -> bool:
            waits = "SELECT 1 FROM outbox WHERE state = 'waiting'"
            return not await self.rows(f"{waits} UNION SELECT 1 FROM chats WHERE stage = 'closed'")

        await self.until(done)

    # ------------------------------------------------------------ people

    async def order(self, henry: Guest, command: str, words: str) -> None:
        """Type a command to either program, again until one answers with these words."""
        async with asyncio.timeout(LONG):
            for process in itertools.cycle(self.both):
                henry.url = process.url
                try:
                    answer = await henry.say(ROOM, f"/chat {command}")
                except (aiohttp.ClientError, TimeoutError):
                    await asyncio.sleep(0.05)
                    continue
                if answer.status == 200:
                    assert words in answer.words, answer.words
                    return
                await asyncio.sleep(0.05)

    async def say(self, guest: Guest, text: str) -> None:
        """Say something to either program, as a browser does whose user presses Send again."""
        fields = {"text": text, "ticket": new_ticket(), "reply": ""}
        async with asyncio.timeout(LONG):
            for process in itertools.cycle(self.both):
                guest.url = process.url
                try:
                    answer = await guest.post(f"/rooms/{ROOM}/say", fields, follow=False)
                except (aiohttp.ClientError, TimeoutError):
                    await asyncio.sleep(0.05)
                    continue
                if answer.status < 500:
                    self.told[posted(answer)] = text
                    return
                await asyncio.sleep(0.05)

    @contextlib.asynccontextmanager
    async def talking(self, guest: Guest) -> AsyncIterator[None]:
        """Let somebody talk all the time, whatever happens."""
        over = asyncio.Event()

        async def talk() -> None:
            for number in itertools.count():
                await self.say(guest, f"number {number} of {id(over)}")
                if over.is_set():
                    return
                await asyncio.sleep(1.1)  # ten within ten seconds are all that a person may say

        task = asyncio.create_task(talk())
        try:
            yield
            over.set()
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def nothing_lost(self) -> None:
        """See that everything that was acknowledged is there, once."""
        found = await self.rows("SELECT id, text FROM messages WHERE role = 'participant'")
        assert sorted(found) == sorted(self.told.items())
        assert self.told


@contextlib.asynccontextmanager
async def pair(
    folder: Path,
    address: Address,
    module: str = "tests.invariants.clocked",
    rooms: str = "{local: club}",
    **environment: str,
) -> AsyncIterator[Pair]:
    """Give two programs on one database, not started."""
    clock = folder / "clock"
    given = {"CLOCK": str(clock), "DATABASE_URL": address.text, **environment}
    (folder / "second").mkdir()
    async with (
        program(folder, module, given | {"LEADS_AS": "first"}) as first,
        program(folder / "second", module, given | {"LEADS_AS": "second"}) as second,
    ):
        for process in (first, second):
            (process.chats / "club.yaml").write_text(AGENDA.format(rooms=rooms), "utf-8")
        found = Pair(first, second, address, clock)
        found.later()
        yield found
        for process in (first, second):
            log = process.log.read_text("utf-8") if process.log.exists() else ""
            assert "Traceback" not in log
            assert [text for text in found.told.values() if text in log] == []


@contextlib.asynccontextmanager
async def guest_of(process: Process, name: str) -> AsyncIterator[Guest]:
    """Bring somebody into the room who does not wait long for an answer."""
    jar = aiohttp.CookieJar(unsafe=True)
    patience = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=patience) as session:
        guest = Guest(process.url, session)
        if name == "henry":
            assert (await guest.get(process.link.removeprefix(process.url))).status == 200
        else:
            assert (await guest.join(ROOM, name)).status == 200
        yield guest


async def seconds_until(began: float, what: Awaitable[None]) -> float:
    """Wait for something; return how many seconds after `began` (monotonic) it came."""
    await what
    return time.monotonic() - began
