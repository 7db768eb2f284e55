"""A house on Slack in this process: the real store, runner and app, and a Slack to meet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.asking import Desk
from bot.door import HouseDoor
from bot.enclosures import Enclosures
from bot.engine.agenda import Room, Series
from bot.engine.messages import Message as Row
from bot.engine.state import Chat
from bot.outbox import Outbox
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Platform
from bot.platforms.slack_adapter import Secrets, Slack
from bot.platforms.slack_connection import Pace
from bot.runner import Changed, Runner
from bot.store.sqlite import SqliteStore, opened
from tests.house import urojc, way_in
from tests.slack.channels import Channel
from tests.slack.messages import Message
from tests.slack.server import Server, serving

SOON = timedelta(seconds=0.1)
PACE = Pace(
    looks_every=SOON, reads_again_after=SOON, checks_every=timedelta(minutes=5), rests=(SOON,)
)
PATIENCE = 20.0
"""Seconds after which something that is waited for will not come."""


class SlackHouse:
    """What bot/app.py puts together, less the alarm, the pages and the calendar."""

    def __init__(self, server: Server, store: SqliteStore, channel: Channel) -> None:
        self.server = server
        self.workspace = server.workspace
        self.store = store
        self.channel = channel
        self.henry = self.workspace.user("Henry")
        self.ann = self.workspace.user("Ann")
        self.room = Room("slack", channel.id)
        listed = {"slack": (self.henry.id,)}
        agenda = replace(
            urojc().agenda, rooms=(self.room,), moderators=listed, welcome="", reading=None
        )
        self.series: dict[str, Series] = {"urojc": replace(urojc(), agenda=agenda)}
        self.runner = Runner(store)
        self.changes = 0
        enclosures = Enclosures(store, self.runner)
        self.platforms: dict[str, Platform] = {"local": LocalRooms()}
        self.outbox = Outbox(store, self.runner, self.platforms, self.clock, enclose=enclosures.of)
        desk = Desk(self.runner, store, lambda: self.series, way_in)
        self.door = HouseDoor(desk, self.outbox, enclosures, self.clock)
        app = self.workspace.application
        self.slack = self.new_slack(Secrets(app.bot_token, app.app_token))
        self.platforms["slack"] = self.slack
        self.runner.watch(self._notice)
        self.dead_after = PACE.checks_every

    def new_slack(self, secrets: Secrets, pace: Pace = PACE) -> Slack:
        return Slack(secrets, self.door, self.clock, self._changed, tuple, self.server.api, pace)

    def _notice(self, changed: Changed) -> None:
        if changed.actions:
            self.outbox.poke()

    def _changed(self) -> None:
        self.changes += 1

    def clock(self) -> datetime:
        """Return the time of the Slack that this house is on."""
        return self.workspace.now()

    # ------------------------------------------------------------ doing

    async def wake(self) -> None:
        """Do what is due now, as the alarm does."""
        while await self.runner.wake(self.clock()):
            self.outbox.poke()

    async def start(self) -> Message:
        """Let Henry open the chat; return the post of T1."""
        await self.henry.command(self.channel, "/chat", "start urojc")
        await self.chat(lambda chat: chat.topics[0].posts)
        return self.post("T1")

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        await self.server.until(condition, PATIENCE)

    # ------------------------------------------------------------ looking

    def ours(self) -> list[Message]:
        """Return the bot's messages in the channel."""
        return [one for one in self.channel.messages if one.author is self.workspace.bot]

    def post(self, beginning: str) -> Message:
        """Return the bot's message that begins so."""
        return next(one for one in self.ours() if one.text.startswith(beginning))

    async def rows(self) -> dict[str, Row]:
        """Return what people said that is kept, by its ts."""
        async with self.store.reading() as tables:
            keys = await tables.connection.rows("SELECT key FROM messages WHERE role <> 'bot'")
            found = await tables.messages([key for (key,) in keys])
        return {one.id: one for one in found}

    async def kept(self, *texts: str) -> dict[str, Row]:
        """Wait until just these texts are kept; return their rows by their texts."""
        async with asyncio.timeout(PATIENCE):
            while True:
                rows = (await self.rows()).values()
                if sorted(row.text for row in rows if row.text) == sorted(texts):
                    return {row.text: row for row in rows}
                await asyncio.sleep(0.01)

    async def chat(self, so: Callable[[Chat], object] = lambda _chat: True) -> Chat:
        """Return the only chat as soon as it is so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.store.reading() as tables:
                    chats = await tables.load([line.id for line in await tables.lines()])
                for found in chats.values():
                    if so(found):
                        return found
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def on_slack(tmp_path: Path, *, connected: bool = True) -> AsyncIterator[SlackHouse]:
    """Run a house on a Slack with a channel, a moderator and a participant."""
    async with serving() as server, opened(tmp_path / "rounds.db") as store:
        house = SlackHouse(server, store, server.workspace.channel("journal-club"))
        async with house.runner.running():
            tasks = [asyncio.create_task(house.outbox.run())]
            if connected:
                tasks.append(asyncio.create_task(house.slack.run()))
                await house.until(lambda: house.slack.is_current)
            try:
                yield house
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
