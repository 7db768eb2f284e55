"""A club that asks Rounds on the loopback Discord: the real discord.py and the real house."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord

from bot.desk.asking import Desk
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.engine.actions import Post, PostKind, Thread
from bot.engine.agenda import Room
from bot.engine.people import Person
from bot.engine.signals import Delivered, Said
from bot.engine.state import Chat
from bot.engine.wording import plain
from bot.platforms.discord.commands import ChatCommands
from bot.platforms.discord.sync import sync
from bot.platforms.platform import Door
from tests.discord import conformity
from tests.discord.guild import Guild
from tests.discord.interactions import Answer
from tests.discord.messages import Message
from tests.discord.people import Member
from tests.discord.places import Channel, Place
from tests.discord.rules import Permission
from tests.discord.server import Server, pointed_at, serving
from tests.house import House, house, urojc, way_in

CHAT = "urojc-2026-12-07"
"""The chat that is started at the moment where a house begins."""


class Bot(discord.Client):
    """What the adapter makes, less what is heard and posted."""

    def __init__(self, door: Door | None) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self._connection.guild_ready_timeout = 0.05  # two seconds for nothing, with one guild
        self.tree = ChatCommands(self, door)
        self.changed: bool | None = None

    async def setup_hook(self) -> None:
        self.changed = await sync(self.tree)


@contextlib.asynccontextmanager
async def online(server: Server, door: Door | None) -> AsyncIterator[Bot]:
    """Give a client that is ready, its commands registered."""
    with pointed_at(server):
        bot = Bot(door)
        running = asyncio.create_task(bot.start(server.world.application.token))
        try:
            await server.until(lambda: running.done() or bot.is_ready())
            if running.done():
                running.result()
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)


@dataclass(frozen=True)
class Club:
    """The journal club "urojc" in its channel; "meded" in another one names no moderators."""

    server: Server
    guild: Guild
    channel: Channel
    other: Channel
    henry: Member
    """He moderates urojc by a role."""
    ann: Member
    sam: Member
    """Sam may manage threads, everywhere in this guild."""
    at: House
    door: HouseDoor

    @property
    def room(self) -> Room:
        return Room("discord", str(self.channel.id))

    async def ask(
        self, member: Member, path: str, place: Place | None = None, **options: Any
    ) -> Answer:
        """Let somebody type a command, in the journal club's channel; return the whole answer."""
        typed = await member.command(place or self.channel, f"chat {path}", **options)
        return await typed.done()

    async def told(self, member: Member, path: str, **options: Any) -> str:
        """Let somebody type a command; return what they are told."""
        return (await self.ask(member, path, **options)).text

    async def start(self) -> Chat:
        """Let Henry start the chat, and its first topic be posted."""
        await self.ask(self.henry, "start", series="urojc")
        await self.posted(3, Post(self.room, PostKind.TOPIC, ("T1: ...",), 1), "1")
        return await self.at.chat(CHAT)

    async def posted(self, seq: int, post: Post, ref: str, thread: str | None = None) -> None:
        """Let the first post of an event stand in the channel."""
        key, now = f"{CHAT}/{seq}/0", self.at.clock()
        await self.at.runner.handle(Delivered(now, key, post, ref, plain(post.words), thread))

    async def open_thread(self, thread: Place) -> None:
        """Let a thread be the chat's own, as if the opening had just been posted."""
        where, hangs = str(thread.id), Thread(thread.name, timedelta(hours=48))
        opening = Post(self.room, PostKind.OPENING, ("Welcome",), opens=hangs)
        await self.posted(2, opening, where, where)

    async def say(
        self,
        member: Member,
        text: str,
        *,
        thread: Place | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Let somebody say something that belongs to the chat."""
        message = await member.say(thread or self.channel, text, reply_to=reply_to)
        parent = str(reply_to.id) if reply_to else None
        author = Person("discord", str(member.id), member.name)
        where = None if thread is None else str(thread.id)
        said = Said(self.at.clock(), self.room, str(message.id), author, text, parent, where)
        outcome = await self.at.runner.handle(said)
        assert outcome.chat is not None
        return message


@contextlib.asynccontextmanager
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    """Give a club whose bot is not yet there (`online`).

    Afterwards all requests must have been as Discord describes them, where its description is.
    """
    async with serving() as server:
        guild = server.world.guild("Urology")
        channel, other = guild.channel("journal-club"), guild.channel("meded")
        moderators = guild.role("Moderators")
        series = []
        for name, place, listed in (
            ("urojc", channel, (f"role:{moderators.id}",)),
            ("meded", other, ()),
        ):
            one = urojc(name)
            agenda = replace(
                one.agenda,
                rooms=(Room("discord", str(place.id)),),
                moderators={"discord": listed} if listed else {},
            )
            series.append(replace(one, agenda=agenda))
        async with house(tmp_path, *series) as at:
            desk = Desk(at.runner, at.store, at.catalogue, way_in)
            yield Club(
                server,
                guild,
                channel,
                other,
                guild.member("Henry", roles=[moderators]),
                guild.member("Ann"),
                guild.member("Sam", permissions=Permission.MANAGE_THREADS),
                at,
                HouseDoor(desk, at.outbox, Enclosures(at.store, at.runner), at.clock),
            )
        if conformity.is_there():
            description = conformity.description()
            assert [one for call in server.requests for one in description.problems(call)] == []
