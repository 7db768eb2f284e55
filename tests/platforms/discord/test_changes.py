"""What is changed on Discord is told for its rooms, once for many changes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest

from bot.engine.actions import Remove, SlowMode, TimeOut, apart, privately
from bot.engine.agenda import Room
from bot.platforms.discord.changes import SOON, Changes, Sight
from bot.platforms.discord.needs import intents
from tests.discord.guild import Guild
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server, pointed_at, serving
from tests.discord.world import INVITED

ROOM, OTHER = Room("discord", "1"), Room("discord", "2")


class Told(Changes):
    """A client that writes down what it is told."""

    def __init__(self, **options: Any) -> None:
        super().__init__(intents=intents(), guild_ready_timeout=0.05, **options)
        self.told: list[tuple[set[Room], bool]] = []

    def changed(self, rooms: Collection[Room], *, sees_more: bool) -> None:
        self.told.append((set(rooms), sees_more))


class Set:
    """A server, and the client that listens there."""

    def __init__(self, server: Server, guild: Guild, client: Told) -> None:
        self.server = server
        self.guild = guild
        self.client = client
        self.channel: Channel = guild.channel("journal-club")
        lines = {apart("discord", kind) for kind in (SlowMode, TimeOut, Remove)}
        self.rooms = {Room("discord", str(self.channel.id)), privately("discord"), *lines}

    async def told(self, times: int = 1) -> tuple[set[Room], bool]:
        """Wait until the client was told so often; return what it was told last."""
        await self.server.until(lambda: len(self.client.told) >= times)
        assert len(self.client.told) == times
        return self.client.told[-1]


@pytest.fixture
async def on() -> AsyncIterator[Set]:
    async with serving() as server:
        guild = server.world.guild("Urology")
        guild.channel("journal-club")
        with pointed_at(server):
            client = Told()
            running = asyncio.create_task(client.start("bot-token"))
            try:
                await server.until(client.is_ready)
                client.sight.is_wider(client.guilds[0])
                yield Set(server, guild, client)
            finally:
                await client.close()
                with contextlib.suppress(Exception):
                    await running


async def test_a_permission_of_the_channel_of_a_role_or_of_our_own_roles_is_told(on: Set) -> None:
    on.channel.deny(Permission.SEND_MESSAGES)
    assert await on.told() == (on.rooms, False)
    on.guild.deny(Permission.MANAGE_THREADS)
    assert await on.told(2) == (on.rooms, False)
    helpers = on.guild.role("Helpers", Permission.MANAGE_THREADS)
    on.guild.bot.give(helpers)
    assert await on.told(3) == (on.rooms, False)
    helpers.delete()
    assert await on.told(4) == (on.rooms, False)


async def test_what_a_server_asks_of_its_moderators_is_told(on: Set) -> None:
    on.guild.tell("GUILD_UPDATE", {**on.guild.payload(), "mfa_level": 1})
    assert await on.told() == (on.rooms, False)


async def test_many_changes_are_told_once(on: Set) -> None:
    for _ in range(3):
        on.channel.deny(Permission.SEND_MESSAGES)
        on.channel.grant(Permission.SEND_MESSAGES)
    assert await on.told() == (on.rooms, False)
    await asyncio.sleep(2 * SOON)
    await on.told()


async def test_a_new_channel_is_told_with_the_others(on: Set) -> None:
    channel = on.guild.channel("another")
    assert await on.told() == (on.rooms | {Room("discord", str(channel.id))}, False)


async def test_a_thread_that_is_opened_again_or_deleted_is_told(on: Set) -> None:
    maria: Member = on.guild.member("Maria")
    thread = await maria.start_thread(await maria.say(on.channel, "x"), "x")
    thread.archive_by_hand()
    await on.told()
    thread.unarchive_by_hand()  # the library has forgotten it by now
    assert await on.told(2) == (on.rooms, False)
    thread.delete()
    assert await on.told(3) == (on.rooms, False)


@pytest.mark.parametrize(
    "permission", [Permission.VIEW_CHANNEL, Permission.READ_MESSAGE_HISTORY], ids=str
)
async def test_what_comes_into_sight_again_is_told(on: Set, permission: Permission) -> None:
    on.channel.deny(permission)
    assert await on.told() == (on.rooms, False)
    on.channel.grant(permission)
    assert await on.told(2) == (on.rooms, True)
    on.channel.rename("urology-journal-club")
    assert await on.told(3) == (on.rooms, False)


async def test_a_server_that_was_never_looked_at_has_nothing_that_comes_into_sight(
    on: Set,
) -> None:
    on.server.world.guild("Elsewhere", INVITED).channel("x")
    await on.told()
    assert not Sight().is_wider(on.client.guilds[0])


def test_why_a_room_cannot_be_read_is_news_once_until_it_can() -> None:
    sight = Sight()
    assert sight.is_news(ROOM, "9", "View Channel is missing.")
    assert not sight.is_news(ROOM, None, "View Channel is missing.")
    assert sight.is_news(OTHER, None, "View Channel is missing.")
    assert sight.is_news(ROOM, None, "Read Message History is missing.")
    assert not sight.is_news(ROOM, "9", "")
    assert not sight.is_news(ROOM, None, "Read Message History is missing.")
    assert not sight.is_news(ROOM, None, "")
    assert sight.is_news(ROOM, None, "Read Message History is missing.")
