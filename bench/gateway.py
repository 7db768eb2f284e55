"""A Discord in a process of its own on the loopback, where people talk as fast as they are told.

It is the tests' Discord (`tests/discord/`): real HTTP, a real WebSocket. The frames are made
before they are sent, so that sending takes little of the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench import corpus
from bot.engine.messages import Message as Row
from tests.discord.messages import REPLY, Attachment, File, Message
from tests.discord.people import Member
from tests.discord.posting import start_thread
from tests.discord.server import Server, serving
from tests.discord.threads import Thread
from tests.discord.world import World

MESSAGE = "MESSAGE_CREATE"
ROLES = 2
"""Roles of everybody, besides everyone's."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A command's answer: seconds to the first one and to the last, and the last one's files."""

    first: float
    last: float
    files: tuple[tuple[str, int], ...]  # name, bytes


# ---------------------------------------------------------------- here


class Gateway:
    """That process, as it is seen from here."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.api = self.token = ""
        self.channel = self.thread = 0

    async def listen(self) -> None:
        """Take answers until the process ends."""
        assert self._process.stdout is not None  # noqa: S101
        while line := await self._process.stdout.readline():
            number, found, wrong = json.loads(line)
            if wrong:
                self._waiting.pop(number).set_exception(RuntimeError(wrong))
            else:
                self._waiting.pop(number).set_result(found)
        for waiting in self._waiting.values():
            waiting.set_exception(RuntimeError("the Discord of this measurement has ended"))

    async def _order(self, name: str, *arguments: object, **options: object) -> Any:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._say(number, name, *arguments, **options)
        return await self._waiting[number]

    def _say(self, number: int, name: str, *arguments: object, **options: object) -> None:
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(json.dumps([number, name, arguments, options]).encode() + b"\n")

    async def begin(self) -> None:
        """Learn where it is."""
        self.api, self.token, self.channel, self.thread = await self._order("where")

    async def heard(self) -> None:
        """Wait until the bot listens and its commands are there."""
        await self._order("heard")

    async def prepare(self, count: int, seed: int) -> list[str]:
        """Make messages; return their ids."""
        ids: list[str] = await self._order("prepare", count, seed)
        return ids

    async def send(self, rate: float = 0, at_most: int = 0) -> list[float]:
        """Send what was prepared; return when each left.

        It is sent as fast as can be, or so many a second; `at_most`: so many before they are
        `taken`.
        """
        sent: list[float] = await self._order("send", rate, at_most)
        return sent

    def taken(self, count: int) -> None:
        """Say that so many more of them have arrived where they should."""
        self._say(0, "taken", count)

    async def hush(self) -> None:
        """Let whoever talks stop."""
        await self._order("hush")

    async def ask(self, path: str, **options: str) -> Answered:
        """Let the server's owner type a command in the chat's thread."""
        first, last, files = await self._order("ask", path, **options)
        return Answered(first, last, tuple((name, size) for name, size in files))


@contextlib.asynccontextmanager
async def elsewhere() -> AsyncIterator[Gateway]:
    """Run a Discord in another process for a block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.gateway",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
    )  # fmt: skip
    gateway = Gateway(process)
    listening = asyncio.create_task(gateway.listen())
    try:
        await gateway.begin()
        yield gateway
    finally:
        process.kill()
        await process.wait()
        await listening


# ---------------------------------------------------------------- there


class Crowd:
    """The people of that Discord, in the thread of a chat."""

    def __init__(self, server: Server, thread: Thread) -> None:
        self.server = server
        self.thread = thread
        self.guild = thread.parent.owner_guild
        self.roles = [self.guild.role(f"Role {n}") for n in range(ROLES)]
        self.members: dict[str, Member] = {}
        self._frames: list[str] = []
        self._talks = False
        self._taken = 0
        self._room = asyncio.Event()

    async def where(self) -> tuple[str, str, int, int]:
        """Say where this Discord is."""
        token = self.server.world.application.token
        return self.server.api, token, self.thread.parent.id, self.thread.id

    async def heard(self) -> None:
        """Wait for the bot."""
        await self.server.until(lambda: self.server.world.application.commands, 30)
        await self.server.until(lambda: any(s.line for s in self.server.gateway.sessions.values()))

    async def prepare(self, count: int, seed: int) -> list[str]:
        """Make the frames of messages that nobody has said yet."""
        made = list(self._messages([m for m in corpus.messages(count, seed) if m.text]))
        gateway = self.server.gateway
        gateway.hold(MESSAGE)
        for message in made:
            self.thread.tell_message(MESSAGE, message)
        held, gateway.held = gateway.held or [], None
        self._frames = [json.dumps(one.data, separators=(",", ":")) for one in held]
        return [str(message.id) for message in made]

    def _messages(self, rows: Sequence[Row]) -> Iterator[Message]:
        """Yield the corpus's messages as they stand in the thread."""
        made: dict[str, Message] = {}
        world = self.server.world
        for row in rows:
            world.set(row.at)
            member = self._member(row.author, row.name)
            message = Message(world.new_id(), self.thread, member.user, row.text)
            self._mention(message)
            for file in row.attachments:
                kept = Attachment(world.new_id(), File(file.name, b"", file.type), file.url)
                message.attachments.append(kept)
            answered = made.get(row.reply_to or "")
            if answered is not None:
                message.type, message.referenced = REPLY, answered
                message.reference = {"type": 0, "message_id": str(answered.id)}
                message.reference |= self.thread.where()
            made[row.id] = message
            yield message

    def _member(self, author: str, name: str) -> Member:
        if author not in self.members:
            self.members[author] = self.guild.member(name, roles=self.roles)
        return self.members[author]

    def _mention(self, message: Message) -> None:
        """Write a mention of the corpus, `<@u5>`, as Discord does."""
        before, mark, rest = message.content.partition("<@u")
        if mark:
            author, _, after = rest.partition(">")
            member = self._member(f"u{author}", "Somebody Else")
            message.content = f"{before}{member.mention}{after}"
            message.mentions.append(member.user)

    async def taken(self, count: int) -> None:
        """Take note that so many have arrived."""
        self._taken += count
        self._room.set()

    async def send(self, rate: float, at_most: int) -> list[float]:
        """Send the frames to the bot; return when each left."""
        sessions = self.server.gateway.sessions.values()
        (session,) = (one for one in sessions if one.line is not None)
        self._talks, self._taken = True, 0
        moments: list[float] = []
        began = time.perf_counter()
        for n, frame in enumerate(self._frames):
            if rate:
                await asyncio.sleep(began + n / rate - time.perf_counter())
            if not self._talks:
                break
            while at_most and len(moments) - self._taken >= at_most:
                self._room.clear()
                await self._room.wait()
            moments.append(time.perf_counter())
            session.tell(MESSAGE, frame)
        return moments

    async def hush(self) -> None:
        """Stop sending."""
        self._talks = False

    async def ask(self, path: str, **options: str) -> tuple[float, float, list[tuple[str, int]]]:
        """Type a command and wait for its answers."""
        began = time.perf_counter()
        answer = await self.guild.owner.command(self.thread, path, **options)
        await answer.first()
        first = time.perf_counter() - began
        await answer.done(60)
        files = [(file.name, len(file.content)) for file in answer.files]
        return first, time.perf_counter() - began, files


async def obey() -> None:
    """Do what stands on standard input, each order as it comes, until there is no more."""
    world = World()
    world.set(corpus.OPENS)
    async with serving(world, checked=False) as server:
        channel = world.guild("Urology").channel("journal-club")
        opening = await channel.owner_guild.bot.say(channel, "The chat is open.")
        thread = start_thread(opening, world.bot, "Journal club", 4320)
        crowd = Crowd(server, thread)
        doing: set[asyncio.Task[None]] = set()
        while line := await asyncio.to_thread(sys.stdin.readline):
            task = asyncio.create_task(_do(crowd, line))
            doing.add(task)
            task.add_done_callback(doing.discard)


async def _do(crowd: Crowd, line: str) -> None:
    number, name, arguments, options = json.loads(line)
    found, wrong = None, ""
    try:
        found = await getattr(crowd, name)(*arguments, **options)
    except Exception as error:  # told where the order came from
        wrong = repr(error)
    if number or wrong:
        print(json.dumps([number, found, wrong]), flush=True)


if __name__ == "__main__":
    asyncio.run(obey())
