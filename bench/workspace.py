"""A Slack in a process of its own on the loopback, where people talk as fast as they are told.

It is the tests' Slack (`tests/slack/`): real HTTP, a real WebSocket, real signatures. Everything
is written before it is sent, and each event's time runs from when it leaves to when it is
acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench import corpus
from tests.slack.deliveries import Delivery
from tests.slack.events import callback
from tests.slack.server import Server, serving

PEOPLE = 40
"""Who talk; somebody who is not known yet has to be asked for."""

PATIENCE = 600.0
"""Seconds in which everything is acknowledged; nothing is to be brought a second time here."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How long all of it took, and each event from its leaving to its acknowledgement; seconds."""

    all: float
    each: list[float]


# ---------------------------------------------------------------- here


class Workspace:
    """That process, as it is seen from here."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.api = self.bot_token = self.app_token = self.secret = self.channel = ""

    async def _order(self, name: str, *arguments: object) -> Any:
        process = self._process
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(json.dumps([name, arguments]).encode() + b"\n")
        found, wrong = json.loads(await process.stdout.readline())
        if wrong:
            raise RuntimeError(wrong)
        return found

    async def begin(self) -> None:
        """Learn where it is."""
        where = await self._order("where")
        self.api, self.bot_token, self.app_token, self.secret, self.channel = where

    async def heard(self) -> None:
        """Wait until the app has a socket there."""
        await self._order("heard")

    async def alone(self) -> None:
        """Wait until the app has no socket there any more."""
        await self._order("alone")

    async def prepare(self, count: int, seed: int) -> list[str]:
        """Write messages; return their ids."""
        ids: list[str] = await self._order("prepare", count, seed)
        return ids

    async def send(self, at_most: int, rate: float = 0, url: str = "") -> Sent:
        """Send what was prepared, over the socket or signed to an address.

        It is sent as fast as can be, so many `at_most` before they are acknowledged, or so many a
        second.
        """
        whole, each = await self._order("send", at_most, rate, url)
        return Sent(whole, each)


@contextlib.asynccontextmanager
async def elsewhere() -> AsyncIterator[Workspace]:
    """Run a Slack in another process for a block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.workspace",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
    )  # fmt: skip
    workspace = Workspace(process)
    try:
        await workspace.begin()
        yield workspace
    finally:
        process.kill()
        await process.wait()


# ---------------------------------------------------------------- there


class Crowd:
    """The people of that Slack, in a channel."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.world = server.workspace
        self.world.set(corpus.OPENS)
        self.channel = self.world.channel("journal-club")
        self.people = [self.world.user(f"Person {n}") for n in range(PEOPLE)]
        self._payloads: list[Any] = []

    async def where(self) -> tuple[str, str, str, str, str]:
        """Say where this Slack is."""
        app = self.world.application
        return (
            self.server.api, app.bot_token, app.app_token, app.signing_secret, self.channel.id
        )  # fmt: skip

    async def heard(self) -> None:
        """Wait for the app."""
        await self.server.until(lambda: self.server.sockets.lines, 30)

    async def alone(self) -> None:
        """Wait until the app is gone."""
        await self.server.until(lambda: not self.server.sockets.lines, 30)

    async def prepare(self, count: int, seed: int) -> list[str]:
        """Write the events of messages that nobody has said yet."""
        self._payloads = []
        ids = []
        for n, row in enumerate(corpus.messages(count, seed)):
            if not row.text or not corpus.OPENS < row.at < corpus.OPENS + corpus.WINDOW:
                continue
            ts = f"{int(row.at.timestamp())}.{seed:02}{n:04}"
            person = self.people[int(row.author[1:]) % PEOPLE]
            event = {
                "type": "message", "user": person.id, "text": row.text, "ts": ts,
                "client_msg_id": str(uuid.uuid4()), "team": self.world.id,
                "channel": self.channel.id, "event_ts": ts, "channel_type": "channel",
            }  # fmt: skip
            self._payloads.append(callback(self.world, event))
            ids.append(ts)
        return ids

    async def send(self, at_most: int, rate: float, url: str) -> tuple[float, list[float]]:
        """Send the events; return how long everything took, and each."""
        each: list[float] = []
        room = asyncio.Semaphore(at_most)
        self.server.deliveries.seconds = PATIENCE
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_most)) as session,
            asyncio.TaskGroup() as sending,
        ):
            signed = [self._signed(payload) for payload in self._payloads] if url else []
            began = time.perf_counter()
            for n, payload in enumerate(self._payloads):
                if rate:
                    await asyncio.sleep(began + n / rate - time.perf_counter())
                await room.acquire()
                if url:
                    sending.create_task(self._post(session, url, *signed[n], each, room))
                else:
                    self._bring(payload, each, room)
            for _ in range(at_most):
                await room.acquire()
            whole = time.perf_counter() - began
        return whole, each

    def _bring(self, payload: Any, each: list[float], room: asyncio.Semaphore) -> None:
        left = time.perf_counter()

        def heard(_answer: object) -> None:
            each.append(time.perf_counter() - left)
            room.release()

        self.server.sockets.bring(Delivery("events_api", payload, heard=heard))

    def _signed(self, payload: Any) -> tuple[bytes, dict[str, str]]:
        return self.server.signed.request(Delivery("events_api", payload))

    async def _post(
        self,
        session: aiohttp.ClientSession,
        url: str,
        body: bytes,
        headers: dict[str, str],
        each: list[float],
        room: asyncio.Semaphore,
    ) -> None:
        left = time.perf_counter()
        async with session.post(url, data=body, headers=headers) as answer:
            if answer.status != 200:
                raise RuntimeError(f"not acknowledged: {answer.status}")
        each.append(time.perf_counter() - left)
        room.release()


async def obey() -> None:
    """Do what stands on standard input, one order after the other, until there is no more."""
    async with serving() as server:
        crowd = Crowd(server)
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, arguments = json.loads(line)
            found, wrong = None, ""
            try:
                found = await getattr(crowd, name)(*arguments)
            except Exception as error:  # told where the order came from
                wrong = repr(error)
            print(json.dumps([found, wrong]), flush=True)


if __name__ == "__main__":
    asyncio.run(obey())
