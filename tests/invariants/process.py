"""The program as it is run, in a process that can be killed and started again at its address."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import NamedTuple

import aiohttp

from tests.web.served import Answer, Guest

ROOT = Path(__file__).resolve().parents[2]


class Ended(NamedTuple):
    """What a command left: its exit code, and what it printed."""

    code: int
    out: str
    err: str


class Process:
    """`python -m bot run`: its agendas and data are in `folder`, its address stays the same.

    `environment` is added to this process's own, without what Rounds reads there.
    """

    def __init__(
        self, folder: Path, module: str = "bot", environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.module = module
        self.environment = dict(environment or {})
        self.chats = folder / "chats"
        self.data = folder / "data"
        self.log = folder / "log.txt"
        self.link = ""
        self.starts = 0
        self._process: asyncio.subprocess.Process | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.chats.mkdir(exist_ok=True)

    async def start(self, *, stands_by: bool = False) -> None:
        """Start the program, and wait until it listens, or stands by where another one serves."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self.module, "run", "--port", str(self.port)),
                *("--chats", str(self.chats)),
                *(() if "DATABASE_URL" in self.environment else ("--data", str(self.data))),
                cwd=self.folder,
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.starts += 1
        await (self.stands_by() if stands_by else self.serves())

    async def serves(self) -> None:
        """Wait until it has printed the moderator's link: it serves from then on."""
        self.link = await self._printed("Moderator henry: ")

    async def link_of(self, moderator: str) -> str:
        """Return the link of somebody whom the agendas name after henry."""
        return await self._printed(f"Moderator {moderator}: ")

    async def stands_by(self) -> None:
        """Wait until it has printed that another one serves."""
        await self._printed("Standing by: ")

    async def _printed(self, begin: str) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if line.startswith(begin.encode()):
                return line.decode().removeprefix(begin).strip()
        raise AssertionError(f"it did not start: {self.log.read_text()}")

    def _environment(self) -> dict[str, str]:
        theirs = ("ROUNDS_", "DISCORD_", "SLACK_", "DATABASE_URL")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(theirs)}
        own = {"PYTHONPATH": str(ROOT), "ROUNDS_LOG": "debug", **self.environment}
        return {**kept, **own}

    async def run(self, command: str, *arguments: str) -> Ended:
        """Run a command to its end, with the same agendas and data."""
        settings = {"ROUNDS_CHATS": str(self.chats), "ROUNDS_DATA": str(self.data)}
        settings["ROUNDS_LOG"] = "info"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", command, *arguments),
            cwd=self.folder,
            env=self._environment() | settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Ended(process.returncode or 0, out.decode(), err.decode())

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """Ask it to end; return its exit code."""
        self.send(signal.SIGTERM)
        assert self._process is not None
        return await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def id(self) -> int:
        """Its number on this machine."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @contextlib.asynccontextmanager
    async def guest(self, room: str, name: str) -> AsyncIterator[Guest]:
        """Bring somebody into a room."""
        async with self._visitor() as guest:
            assert (await guest.join(room, name)).status == 200
            yield guest

    @contextlib.asynccontextmanager
    async def moderator(self, link: str = "") -> AsyncIterator[Guest]:
        """Bring a moderator in by a link that the program printed: by default henry's."""
        async with self._visitor() as guest:
            answer = await guest.get((link or self.link).removeprefix(self.url))
            assert answer.status == 200
            yield guest

    @contextlib.asynccontextmanager
    async def _visitor(self) -> AsyncIterator[Guest]:
        jar = aiohttp.CookieJar(unsafe=True)  # or it keeps none for an address of digits
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            yield Guest(self.url, session)

    def rows(self, sql: str, *arguments: object) -> list[tuple[object, ...]]:
        """Look into the store, beside the program or after its end."""
        with contextlib.closing(sqlite3.connect(self.data / "rounds.db")) as database:
            return list(database.execute(sql, arguments))

    async def export(self, chat: str) -> bytes:
        """Return a chat's transcript as JSON, as the command line writes it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "export", chat, "--to", "json"),
            *("--data", str(self.data), "--out", str(self.folder / "out")),
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() == 0
        return (self.folder / "out" / "transcript.json").read_bytes()


@contextlib.asynccontextmanager
async def program(
    folder: Path, module: str = "bot", environment: Mapping[str, str] | None = None
) -> AsyncIterator[Process]:
    """Give the program, not started; end it after the block, however that goes."""
    process = Process(folder, module, environment)
    try:
        yield process
    finally:
        if process.runs:
            await process.kill()


def posted(answer: Answer) -> str:
    """Return the number of the message that was posted; raises where none was."""
    found = re.search(r"[?&]at=([^&#]+)", answer.headers.get("Location", ""))
    assert found is not None, (answer.status, answer.words[:300])
    return found[1]
