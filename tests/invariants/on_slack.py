"""The program beside a Slack of our own, and a Discord where one is wanted; one clock for all."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.platforms.slack_manifest import manifest
from tests.discord.guild import Guild
from tests.discord.server import Server as Discord
from tests.discord.server import serving as serving_discord
from tests.invariants.on_discord import PLACE_OF_CODE, STARTS
from tests.invariants.process import Process, program
from tests.slack.channels import Channel
from tests.slack.files import File
from tests.slack.messages import Message
from tests.slack.people import Person
from tests.slack.server import Server, serving

LONG = 40.0
"""Seconds that are waited for something at most; it is never what decides."""

HOOK = "/slack/events"
"""Where the program takes signed requests, at its own address."""


class OnSlack:
    """A club on Slack, held by the program; over the socket unless it takes signed requests."""

    def __init__(self, slack: Server, process: Process, clock: Path, discord: Discord | None):
        self.slack = slack
        self.process = process
        self.workspace = slack.workspace
        self.henry = self.workspace.user("Henry")
        self.maria = self.workspace.user("Maria")
        self.joao = self.workspace.user("João")
        self.channel = self.workspace.channel("journal-club")
        self.discord = discord
        self.said: list[str] = []
        self._clock = clock
        self._ahead = timedelta(0)
        self._set(STARTS - datetime.now(UTC))
        far = {"0m": "First?"}  # a room of our own, whose moderator's link the program prints
        self.agenda("house", "{local: house}", "local: [henry]", far, "1h", "2099-01-05 07:00")

    # ------------------------------------------------------------ time

    @property
    def now(self) -> datetime:
        return self.workspace.now()

    async def later(self, **by: float) -> None:
        """Let the clock jump, of the program and of all platforms: `later(hours=4, minutes=1)`."""
        self._set(timedelta(**by))

    def _set(self, by: timedelta) -> None:
        self._ahead += by
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(self._ahead.total_seconds()), "utf-8")
        fresh.replace(self._clock)
        self.workspace.shift(by)
        if self.discord is not None:
            self.discord.world.shift(by)

    async def until(self, condition: Callable[[], object], seconds: float = LONG) -> None:
        """Wait until something is so."""
        await self.slack.until(condition, seconds)

    # ------------------------------------------------------------ what organizers write

    def agenda(
        self,
        name: str,
        rooms: str,
        moderators: str,
        topics: Mapping[str, str],
        window: str,
        starts: str = "2034-12-04 07:00",
    ) -> None:
        """Write an agenda, by default one that opens ten minutes after the clock's first moment.

        Its questions are given by their moments after the opening.
        """
        lines = [
            f"title: The {name} chat",
            f'hashtag: "#{name}"',
            "zone: UTC",
            f"starts: {starts}",
            f"window: {window}",
            f"rooms: [{rooms}]",
            f"moderators: {{{moderators}}}",
            "reminders: []",
            "topics:",
            *(f'  - {{ask: "{ask}", after: {after}}}' for after, ask in topics.items()),
        ]
        path = self.process.chats / f"{name}.yaml"
        path.write_text("\n".join(lines) + "\n", "utf-8")

    # ------------------------------------------------------------ the program

    async def start(self) -> None:
        """Start the program, and wait until it is connected to Slack."""
        before = self.connections
        await self.process.start()
        await self.connected(before)

    @property
    def connections(self) -> int:
        """How often the program came to be connected: a session with Slack was begun."""
        if not self.process.log.exists():
            return 0
        return self.log.count("Slack is connected.")

    async def connected(self, before: int) -> None:
        """Wait until a session was begun after so many, and Slack has a way to the program."""
        socket_mode = self.workspace.application.socket_mode
        await self.until(
            lambda: self.connections > before and (self.slack.sockets.lines or not socket_mode)
        )

    # ------------------------------------------------------------ people

    async def say(self, who: Person, text: str, thread: Message | None = None) -> Message:
        """Let somebody say something, in words of which none may be in the log."""
        self.said.append(text)
        return await who.say(self.channel, text, thread=thread)

    # ------------------------------------------------------------ what came of it

    @property
    def own(self) -> list[Message]:
        """What the bot said in the channel in words, oldest first."""
        bot = self.workspace.bot
        return [one for one in self.channel.messages if one.author is bot and one.text]

    @property
    def posts(self) -> list[str]:
        """The first words of what the bot said in the channel."""
        return [one.text.split()[0].rstrip(":") for one in self.own]

    def topic(self, number: int) -> Message:
        """Return the one post of a topic."""
        (found,) = (one for one in self.own if one.text.startswith(f"T{number}: "))
        return found

    async def posted(self, *posts: str) -> None:
        """Wait until the bot has said this in the channel, in this order, and nothing else."""
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: len(self.posts) >= len(posts))
        assert self.posts == list(posts)

    async def files_in(self, channel: Channel, name: str) -> list[File]:
        """Wait for files of this name's end in a channel."""

        def found() -> list[File]:
            files = [file for one in channel.everything for file in one.files]
            return [file for file in files if file.name.endswith(name)]

        await self.until(found)
        return found()

    async def handed_over(self, chat: str) -> File:
        """Wait for a chat's transcript, which the moderator is sent privately, once."""
        (file,) = await self.files_in(self.workspace.conversation(self.henry), f"{chat}.html")
        return file

    def kept(self, chat: str) -> list[str]:
        """Return the texts that the store has of a chat's people, in order."""
        rows = self.process.rows(
            "SELECT text FROM messages WHERE chat = ? AND role <> 'bot' AND withdrawn = 0"
            " ORDER BY at, key",
            chat,
        )
        return [str(text) for (text,) in rows]

    async def is_kept(self, chat: str, texts: Sequence[str]) -> None:
        """Wait until the store has just these texts of a chat's people."""
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: self.kept(chat) == list(texts))
        assert self.kept(chat) == list(texts)

    @property
    def log(self) -> str:
        return self.process.log.read_text("utf-8")

    def check_log(self) -> None:
        """The log holds no traceback, no secret and nothing that people said."""
        log, application = self.log, self.workspace.application
        assert "Traceback" not in log
        assert PLACE_OF_CODE.findall(log) == [], log[-3000:]
        secrets = (application.bot_token, application.app_token, application.signing_secret)
        assert [text for text in (*self.said, *secrets) if text in log] == []


@contextlib.asynccontextmanager
async def on_slack(
    folder: Path, *, signed: bool = False, with_discord: bool = False
) -> AsyncIterator[OnSlack]:
    """Give a Slack with the app of our manifest and the program beside it, not started.

    In the end the log must be clean.
    """
    clock = folder / "clock"
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(serving())
        application = slack.workspace.application
        environment = {
            "CLOCK": str(clock),
            "SLACK_BOT_TOKEN": application.bot_token,
            "SLACK_API": slack.api,
        }
        if signed:
            environment["SLACK_SIGNING_SECRET"] = application.signing_secret
        else:
            environment["SLACK_APP_TOKEN"] = application.app_token
        discord = None
        if with_discord:
            discord = await stack.enter_async_context(serving_discord())
            environment |= {"DISCORD_TOKEN": "bot-token", "DISCORD_API": discord.api}
        process = await stack.enter_async_context(
            program(folder, "tests.invariants.clocked", environment)
        )
        application.install(manifest(process.url if signed else ""))
        club = OnSlack(slack, process, clock, discord)
        yield club
        if process.runs:
            assert await process.stop() == 0
        club.check_log()


def guild_of(club: OnSlack) -> Guild:
    """Make a guild on the Discord of a club that has one."""
    assert club.discord is not None
    return club.discord.world.guild("Urology")
