"""The program beside a Discord of our own, with one clock for both that a test moves."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from tests.discord.calls import Call
from tests.discord.guild import Guild
from tests.discord.interactions import Answer
from tests.discord.messages import DEFAULT, File, Message
from tests.discord.people import Member
from tests.discord.places import Channel, Place
from tests.discord.server import Server, serving
from tests.discord.threads import Thread
from tests.invariants.club import LONG, Club
from tests.invariants.process import Process, program

COMMANDS = re.compile(r"/applications/\d+/commands")


class OnDiscord(Club):
    """A club on Discord, held by the program; a chat of the built-in room is always at hand."""

    def __init__(self, discord: Server, process: Process, clock: Path) -> None:
        self.discord = discord
        super().__init__(process, clock, discord.world.shift)
        self.guild = discord.world.guild("Urology")
        self.henry = self.guild.member("Henry")
        self.maria = self.guild.member("Maria")
        self.joao = self.guild.member("João")
        self._connected = 0
        self.agenda("club", "{local: club}", {"0m": "First?", "300h": "Second?"}, window="400h")

    @property
    def now(self) -> datetime:
        return self.discord.world.now()

    # ------------------------------------------------------------ what organizers write

    def agenda(
        self,
        name: str,
        room: Channel | str,
        topics: Mapping[str, str],
        window: str = "48h",
        starts: str = "2099-01-05 07:00",
        **more: object,
    ) -> Path:
        """Write an agenda: its questions by their moments after the opening."""
        place = room if isinstance(room, str) else f'{{discord: "{room.id}"}}'
        moderators = f'{{discord: ["user:{self.henry.id}"], local: [henry]}}'
        if isinstance(room, str):
            moderators = "{local: [henry]}"
        who = str(more.pop("moderators", moderators))
        return self.write(name, place, who, topics, window, starts, **more)

    # ------------------------------------------------------------ the program

    async def start(self) -> None:
        """Start the program, and wait until it is connected and has its commands."""
        self._connected = self.connections
        await self.process.start()
        await self.connected()

    @property
    def connections(self) -> int:
        """How often the program was ready: then it compares its commands."""
        return sum(
            call.method == "GET"
            and COMMANDS.fullmatch(call.path) is not None
            and call.status == 200
            for call in self.discord.requests
        )

    async def connected(self) -> None:
        """Wait until the program is ready once more than when this was last so."""
        before = self._connected
        commands = self.discord.world.application.commands
        await self.until(lambda: self.connections > before and commands.get(None))
        self._connected = self.connections

    async def announced(self, *titles: str) -> None:
        """Wait until the guild's scheduled events are these chats, by their openings and names."""

        def events() -> list[str]:
            found = self.guild.schedule.payload()
            return [
                name for _, name in sorted((e["scheduled_start_time"], e["name"]) for e in found)
            ]

        with contextlib.suppress(TimeoutError):
            await self.until(lambda: events() == [f"The {title} chat" for title in titles])
        assert events() == [f"The {title} chat" for title in titles]

    # ------------------------------------------------------------ people

    async def say(self, who: Member, place: Place, text: str, **more: object) -> Message:
        """Let somebody say something, in words of which none may be in the log."""
        self.said.append(text)
        return await who.say(place, text, **more)  # type: ignore[arg-type]

    async def ask(
        self, path: str, place: Place, who: Member | None = None, **options: str
    ) -> Answer:
        """Let somebody type a command; they alone see its answer, promised within three seconds."""
        answer = await (who or self.henry).command(place, f"chat {path}", **options)
        await answer.first()
        await answer.done(LONG)
        assert answer.ephemeral
        return answer

    def also_in(self, guild: Guild, who: Member) -> Member:
        """Let somebody be a member of another guild too."""
        guild.members[who.id] = Member(guild, who.user, [], None)
        return guild.members[who.id]

    async def open(self, series: str, channel: Channel, who: Member | None = None) -> Thread:
        """Let a moderator open a chat; return its thread."""
        before = len(channel.threads)
        answer = await self.ask("start", channel, who, series=series)
        assert f"is open as {series}-" in answer.text, answer.text
        return await self.thread(channel, before)

    async def thread(self, channel: Channel, before: int = 0) -> Thread:
        """Wait for one more thread than there were."""
        await self.until(lambda: len(channel.threads) > before)
        return channel.threads[before]

    # ------------------------------------------------------------ what came of it

    def posts(self, place: Place) -> list[str]:
        """Return what the bot said in a place, each as its first word."""
        bot = self.discord.world.bot
        said = (one for one in place.messages if one.type == DEFAULT)  # not what Discord notes
        own = (one.content for one in said if one.author is bot)
        return [text.split()[0].rstrip(":") for text in own]

    async def posted(self, place: Place, *posts: str) -> None:
        """Wait until the bot has said this in a place, in this order, and nothing else."""
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: len(self.posts(place)) >= len(posts))
        assert self.posts(place) == list(posts)

    async def settled_in(self, series: str) -> None:
        """Wait until a series' chats are over and put away."""
        open_ones = "SELECT 1 FROM chats WHERE series = ? AND stage <> 'archived'"
        await self.until(lambda: not self.process.rows(open_ones, series))

    def sent(self, method: str, path: str) -> list[Call]:
        """Return the requests of a route, a pattern of its path."""
        return [
            call
            for call in self.discord.requests
            if call.method == method and re.fullmatch(path, call.path)
        ]

    def told(self, who: Member) -> list[str]:
        """Return what somebody was told privately."""
        return [message.content for message in who.inbox]

    def told_of(self, series: str, what: str = "") -> list[str]:
        """Return what the moderator was told privately of a series' chats, in which this stands."""
        told = (text for text in self.told(self.henry) if f"The {series} chat" in text)
        return [text for text in told if what in text]

    async def handed_over(self, chat: str, form: str = "html") -> File:
        """Wait for a chat's transcript, which the moderator is sent privately, once."""

        def files() -> list[File]:
            attached = [one.file for message in self.henry.inbox for one in message.attachments]
            return [file for file in attached if file.name == f"{chat}.{form}"]

        await self.until(files)
        (file,) = files()
        return file

    def check_posts(self) -> None:
        """Nothing that the bot said has pinged anybody."""
        bot = self.discord.world.bot
        for place in self.discord.world.places.values():
            assert [one.content for one in place.messages if one.author is bot and one.pinged] == []

    def check_log(self) -> None:
        """The log holds no traceback, no token and nothing that people said."""
        self.check_log_without(self.discord.world.application.token)


@contextlib.asynccontextmanager
async def on_discord(folder: Path, token: str = "bot-token") -> AsyncIterator[OnDiscord]:
    """Give a Discord and the program beside it, not started; in the end the log must be clean."""
    clock = folder / "clock"
    async with serving() as discord:
        environment = {
            "CLOCK": str(clock),
            "DISCORD_TOKEN": token,
            "DISCORD_API": discord.api,
        }
        async with program(folder, "tests.invariants.clocked", environment) as process:
            club = OnDiscord(discord, process, clock)
            yield club
            if process.runs:
                assert await process.stop() == 0
        club.check_log()
        club.check_posts()
