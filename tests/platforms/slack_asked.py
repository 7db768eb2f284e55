"""A club that asks Rounds on the loopback Slack: the real slack_bolt and the real house."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.asking import Desk
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.engine.actions import Post, PostKind
from bot.engine.agenda import Room, Schedule
from bot.engine.messages import Message as Row
from bot.engine.people import Person as Speaker
from bot.engine.signals import Delivered, Said
from bot.engine.state import Chat
from bot.engine.wording import plain
from bot.platforms.platform import Door
from bot.platforms.slack.commands import authorize, install
from bot.platforms.slack.manifest import manifest
from bot.platforms.slack.people import People
from bot.store.sqlite import SqliteStore
from tests.house import House, house, urojc, way_in
from tests.slack.channels import Channel
from tests.slack.interactions import Answer
from tests.slack.messages import Message
from tests.slack.people import Person
from tests.slack.server import Server, serving
from tests.slack.world import UserGroup

CHAT = "urojc-2026-12-07"
"""The chat that is started at the moment where a house begins."""

MODES = ("socket", "http")


@dataclass(frozen=True)
class Club:
    """The journal club "urojc" in its channel; "meded" in another one names no moderators."""

    server: Server
    channel: Channel
    other: Channel
    moderators: UserGroup
    henry: Person
    """He moderates urojc, by a user group."""
    ann: Person
    sam: Person
    """Sam made the channel of meded."""
    at: House
    door: HouseDoor
    people: list[People] = field(default_factory=list)

    @property
    def room(self) -> Room:
        return Room("slack", self.channel.id)

    @property
    def disk(self) -> SqliteStore:
        """The store as a file that can be closed and opened."""
        return self.at.disk

    async def ask(self, person: Person, text: str, channel: Channel | None = None) -> Answer:
        """Let somebody type a command, in the journal club's channel; return its answer."""
        typed = await person.command(channel or self.channel, "/chat", text)
        await typed.acked()
        return await typed.done()

    async def told(self, person: Person, text: str, channel: Channel | None = None) -> str:
        """Let somebody type a command; return what they are told, and nobody else."""
        answer = await self.ask(person, text, channel)
        assert answer.messages == []
        return answer.text

    async def start(self) -> Chat:
        """Let Henry start the chat, and its first topic stand in the channel."""
        await self.ask(self.henry, "start urojc")
        await self.post_topic(1, 3)
        return await self.at.chat(CHAT)

    async def post_topic(self, number: int, seq: int) -> Message:
        """Let a topic be posted, by the event of this number."""
        client = AsyncWebClient(self.server.workspace.application.bot_token, self.server.api)
        posted = await client.chat_postMessage(channel=self.channel.id, text=f"T{number}: ...")
        ts, post = str(posted["ts"]), Post(self.room, PostKind.TOPIC, (f"T{number}: ...",), number)
        key, now = f"{CHAT}/{seq}/0", self.at.clock()
        await self.at.runner.handle(Delivered(now, key, post, ts, plain(post.words), ts))
        found = self.channel.find(ts)
        assert found is not None
        return found

    async def say(self, person: Person, text: str, thread: Message | None = None) -> Message:
        """Let somebody say something that belongs to the chat."""
        message = await person.say(self.channel, text, thread=thread)
        author = Speaker("slack", person.id, person.name)
        where = None if thread is None else thread.ts
        said = Said(self.at.clock(), self.room, message.ts, author, text, where, where)
        outcome = await self.at.runner.handle(said)
        assert outcome.chat is not None
        return message

    async def row(self, message: Message) -> Row:
        """Return a message as the store has it."""
        return await self.at.message(self.room, message.ts)

    def forget_moderators(self) -> None:
        """Let nobody be in the group that moderates, for the app too, which keeps it a while."""
        self.moderators.users.clear()
        for people in self.people:
            people.forget(self.moderators.id)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        await self.server.until(condition)


@contextlib.asynccontextmanager
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    """Give a club whose bot is not yet there (`online`)."""
    async with serving() as server:
        slack = server.workspace
        slack.application.install(manifest())
        henry, ann, sam = slack.user("Henry"), slack.user("Ann"), slack.user("Sam")
        moderators = slack.group("moderators", henry)
        channel = slack.channel("journal-club", members=(henry, ann, sam))
        other = slack.channel("meded", creator=sam, members=(ann,))
        series = []
        for name, place, listed in (
            ("urojc", channel, (f"group:{moderators.id}",)),
            ("meded", other, ()),
        ):
            one = urojc(name)
            agenda = replace(
                one.agenda,
                rooms=(Room("slack", place.id),),
                moderators={"slack": listed} if listed else {},
            )
            dates = (datetime.fromisoformat("2026-12-14T07:00"),)  # in Sydney
            series.append(replace(one, agenda=agenda, schedule=Schedule(singles=dates)))
        async with house(tmp_path, *series) as at:
            desk = Desk(at.runner, at.store, at.catalogue, way_in)
            door = HouseDoor(desk, at.outbox, Enclosures(at.store, at.runner), at.clock)
            yield Club(server, channel, other, moderators, henry, ann, sam, at, door)


@contextlib.asynccontextmanager
async def online(
    found: Club, mode: str = "socket", door: Door | None = None
) -> AsyncIterator[AsyncApp]:
    """Let the club's app be there: what the adapter makes, less what is heard and posted."""
    application = found.server.workspace.application
    client = AsyncWebClient(application.bot_token, found.server.api, retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=application.signing_secret)
    app.event("message")(_heard)
    people = People(client, found.at.clock, lambda: [found.moderators.id])
    found.people.append(people)
    authorize(app, await client.auth_test())
    install(app, door or found.door, people)
    way = _socket(found, app) if mode == "socket" else _http(found, app)
    async with way:
        yield app
    await people.close()


async def _heard() -> None:
    """Take in what people say, as the adapter does before any listener."""


@contextlib.asynccontextmanager
async def _socket(found: Club, app: AsyncApp) -> AsyncIterator[None]:
    server = found.server
    token = server.workspace.application.app_token
    handler = AsyncSocketModeHandler(app, token, web_client=AsyncWebClient(token, server.api))
    before = server.sockets.opened
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await server.until(lambda: server.sockets.opened > before)
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@contextlib.asynccontextmanager
async def _http(found: Club, app: AsyncApp) -> AsyncIterator[None]:
    runner = web.AppRunner(app.web_app(), access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    application = found.server.workspace.application
    application.socket_mode = False
    application.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await asyncio.sleep(0)
        await runner.cleanup()
