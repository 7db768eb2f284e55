"""A house on Slack in this process: the real store, runner and app, and a Slack to meet."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.engine.agenda import Room
from bot.platforms.slack.adapter import Secrets, Slack
from bot.platforms.slack.connection import Pace
from bot.store.sqlite import SqliteStore, opened
from tests.platforms.outer_house import OuterHouse
from tests.slack.channels import Channel
from tests.slack.messages import Message
from tests.slack.server import Server, serving

SOON = timedelta(seconds=0.1)
PACE = Pace(
    looks_every=SOON, reads_again_after=SOON, checks_every=timedelta(minutes=5), rests=(SOON,)
)


class SlackHouse(OuterHouse):
    """A house on Slack, whose series is held in one channel, with Henry to moderate it."""

    def __init__(self, server: Server, store: SqliteStore, channel: Channel) -> None:
        self.server = server
        self.workspace = server.workspace
        super().__init__(store)
        self.channel = channel
        self.henry = self.workspace.user("Henry")
        self.ann = self.workspace.user("Ann")
        self.room = Room("slack", channel.id)
        self.hold_in(self.room, self.henry.id)
        app = self.workspace.application
        self.slack = self.new_slack(Secrets(app.bot_token, app.app_token))
        self.platforms["slack"] = self.slack
        self.dead_after = PACE.checks_every

    def new_slack(self, secrets: Secrets, pace: Pace = PACE) -> Slack:
        return Slack(secrets, self.door, self.clock, self.changed, tuple, self.server.api, pace)

    def clock(self) -> datetime:
        """Return the time of the Slack that this house is on."""
        return self.workspace.now()

    # ------------------------------------------------------------ doing

    async def start(self) -> Message:
        """Let Henry open the chat; return the post of T1."""
        await self.henry.command(self.channel, "/chat", "start urojc")
        await self.chat(lambda chat: chat.topics[0].posts)
        return self.post("T1")

    # ------------------------------------------------------------ looking

    def ours(self) -> list[Message]:
        """Return the bot's messages in the channel."""
        return [one for one in self.channel.messages if one.author is self.workspace.bot]

    def post(self, beginning: str) -> Message:
        """Return the bot's message that begins so."""
        return next(one for one in self.ours() if one.text.startswith(beginning))


@contextlib.asynccontextmanager
async def on_slack(tmp_path: Path, *, connected: bool = True) -> AsyncIterator[SlackHouse]:
    """Run a house on a Slack with a channel, a moderator and a participant."""
    async with serving() as server, opened(tmp_path / "rounds.db") as store:
        house = SlackHouse(server, store, server.workspace.channel("journal-club"))
        async with house.at_work(*([house.slack] if connected else [])):
            yield house
