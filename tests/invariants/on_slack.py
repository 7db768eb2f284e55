"""The program beside a Slack of our own, and a Discord where one is wanted; one clock for all."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from bot.platforms.slack.manifest import manifest
from tests.discord.guild import Guild
from tests.discord.server import Server as Discord
from tests.discord.server import serving as serving_discord
from tests.invariants.club import Club
from tests.invariants.process import Process, program
from tests.slack.channels import Channel
from tests.slack.events import NOTICES
from tests.slack.files import File
from tests.slack.messages import Message
from tests.slack.people import Person
from tests.slack.server import Server, serving

HOOK = "/slack/events"
"""Where the program takes signed requests, at its own address."""


class OnSlack(Club):
    """A club on Slack, held by the program; over the socket unless it takes signed requests."""

    def __init__(self, slack: Server, process: Process, clock: Path, discord: Discord | None):
        self.slack = slack
        self.workspace = slack.workspace
        shifts = [self.workspace.shift, *([discord.world.shift] if discord else [])]
        super().__init__(process, clock, *shifts)
        self.henry = self.workspace.user("Henry")
        self.maria = self.workspace.user("Maria")
        self.joao = self.workspace.user("João")
        self.channel = self.workspace.channel("journal-club")
        self.discord = discord
        far = "2099-01-05 07:00"  # a room of our own, whose moderator's link the program prints
        asks = {"0m": "First?", "300h": "Second?"}
        self.agenda("house", "{local: house}", "local: [henry]", asks, "400h", far)

    @property
    def now(self) -> datetime:
        return self.workspace.now()

    # ------------------------------------------------------------ what organizers write

    def agenda(
        self,
        name: str,
        rooms: str,
        moderators: str,
        topics: Mapping[str, str],
        window: str,
        starts: str = "2034-12-04 07:00",
        **more: str,
    ) -> None:
        """Write an agenda, by default one that opens ten minutes after the clock's first moment.

        Its questions are given by their moments after the opening, `more` lines by their names.
        """
        self.write(name, rooms, f"{{{moderators}}}", topics, window, starts, **more)

    def series(self, name: str, *after: str, window: str = "48h", **more: str) -> Channel:
        """Make a channel, and the agenda of a chat there that Henry moderates."""
        private = name.startswith("private")
        channel = self.workspace.channel(
            name, private=private, members=[self.maria, self.joao, self.henry]
        )
        asks = {moment: f"Question {number}?" for number, moment in enumerate(after, 1)}
        who = more.pop("moderators", f'slack: ["{self.henry.id}"]')
        starts = more.pop("starts", "2034-12-04 07:00")
        self.agenda(name, f'{{slack: "{channel.id}"}}', who, asks, window, starts, **more)
        return channel

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

    async def say(
        self,
        who: Person,
        text: str,
        thread: Message | None = None,
        channel: Channel | None = None,
    ) -> Message:
        """Let somebody say something, in words of which none may be in the log."""
        self.said.append(text)
        return await who.say(channel or self.channel, text, thread=thread)

    # ------------------------------------------------------------ what came of it

    def by_bot(self, channel: Channel) -> list[Message]:
        """Return what the bot said in a channel in words, oldest first; not what Slack notes."""
        bot, said = self.workspace.bot, (one for one in channel.messages if one.text)
        return [one for one in said if one.author is bot and one.subtype not in NOTICES]

    @property
    def own(self) -> list[Message]:
        """What the bot said in the channel in words, oldest first."""
        return self.by_bot(self.channel)

    def posts_in(self, channel: Channel) -> list[str]:
        """Return the first words of what the bot said in a channel."""
        return [one.text.split()[0].rstrip(":") for one in self.by_bot(channel)]

    @property
    def posts(self) -> list[str]:
        """The first words of what the bot said in the channel."""
        return self.posts_in(self.channel)

    def topic(self, number: int, channel: Channel | None = None) -> Message:
        """Return the one post of a topic."""
        posts = self.by_bot(channel or self.channel)
        (found,) = (one for one in posts if one.text.startswith(f"T{number}: "))
        return found

    async def posted(self, *posts: str) -> None:
        """Wait until the bot has said this in the channel, in this order, and nothing else."""
        await self.posted_in(self.channel, *posts)

    async def posted_in(self, channel: Channel, *posts: str) -> None:
        """Wait until the bot has said this in a channel, in this order, and nothing else."""
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: len(self.posts_in(channel)) >= len(posts))
        assert self.posts_in(channel) == list(posts), channel.name

    async def opened(self, chat: str, topics: int) -> None:
        """Wait until so many topics of a chat were opened, wherever they could be posted."""
        counted = "SELECT COUNT(*) FROM events WHERE chat = ? AND kind = 'TopicOpened'"
        await self.until_stored(lambda: self.process.rows(counted, chat) == [(topics,)])

    def told_of(self, series: str, what: str = "", who: Person | None = None) -> list[str]:
        """Return what a moderator was told privately of a series' chats, in which this stands."""
        told = (one.text for one in (who or self.henry).inbox)
        return [text for text in told if f"The {series} chat" in text and what in text]

    async def is_told(self, series: str, *parts: str, who: Person | None = None) -> None:
        """Wait until a moderator was told just this of a series' chats, each thing once."""
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: len(self.told_of(series, who=who)) >= len(parts))
        told = self.told_of(series, who=who)
        assert len(told) == len(parts), told
        assert [text for part, text in zip(parts, told, strict=True) if part not in text] == []

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

    def check_log(self) -> None:
        """The log holds no traceback, no secret and nothing that people said."""
        app = self.workspace.application
        self.check_log_without(app.bot_token, app.app_token, app.signing_secret)


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
