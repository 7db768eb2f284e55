"""What is changed on Discord that may let something go on: permissions, channels, threads."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import discord

from bot.engine.actions import Remove, SlowMode, TimeOut, apart, privately
from bot.engine.agenda import Room
from bot.platforms.discord.signals import PLATFORM

SOON = 0.5
"""Seconds in which many changes are gathered, as when a role is edited."""


class Sight:
    """What could be read of servers and rooms when they were last looked at.

    Of a channel that the bot may not view the gateway tells nothing, and no event says that it
    was silent; what was said there meanwhile stands in the history alone.
    """

    def __init__(self) -> None:
        self._hidden: dict[int, frozenset[int]] = {}
        self._told: dict[Room, str] = {}

    def is_wider(self, guild: discord.Guild) -> bool:
        """Look at a server; say whether a channel can be read that could not be before."""
        before = self._hidden.get(guild.id, frozenset())
        readable = {channel.id for channel in guild.channels if _is_readable(channel)}
        self._hidden[guild.id] = frozenset(channel.id for channel in guild.channels) - readable
        return not before.isdisjoint(readable)

    def is_news(self, room: Room, thread: str | None, why: str) -> bool:
        """Take note why a room or a thread there cannot be read (empty: it can); say if it is new.

        It is said once for a room, until the room itself can be read.
        """
        if not why:
            if thread is None:
                self._told.pop(room, None)
            return False
        is_known = self._told.get(room) == why
        self._told[room] = why
        return not is_known


def _is_readable(channel: discord.abc.GuildChannel) -> bool:
    able = channel.permissions_for(channel.guild.me)
    return able.view_channel and able.read_message_history


class Changes(discord.Client):
    """A client that says of which rooms something was changed that may have been in the way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.sight = Sight()
        self._freed: set[Room] = set()
        self._sees_more = False

    def changed(self, rooms: Collection[Room], *, sees_more: bool) -> None:
        """Take note that what waits for these rooms may be done now.

        `sees_more`: a channel can be read that could not be, so something may have been missed.
        """
        raise NotImplementedError

    def free(self, guild: discord.Guild) -> None:
        """Let what waits for this server be tried again, soon, once for many changes."""
        if not self._freed:
            asyncio.get_running_loop().call_later(SOON, self._tell)
        self._freed.update(Room(PLATFORM, str(channel.id)) for channel in guild.channels)
        self._freed.add(privately(PLATFORM))
        self._freed.update(apart(PLATFORM, kind) for kind in (SlowMode, TimeOut, Remove))
        self._sees_more |= self.sight.is_wider(guild)

    def free_all(self) -> None:
        """Let everything that waits be tried again: there is a way to Discord again."""
        for guild in self.guilds:
            self.free(guild)

    def _tell(self) -> None:
        rooms, self._freed = self._freed, set()
        sees_more, self._sees_more = self._sees_more, False
        if not self.is_closed():
            self.changed(rooms, sees_more=sees_more)

    async def on_guild_channel_update(
        self, _before: object, after: discord.abc.GuildChannel
    ) -> None:
        """Try again: a channel's permissions may have changed."""
        self.free(after.guild)

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """Try again: a channel is there."""
        self.free(channel.guild)

    async def on_guild_role_update(self, _before: object, after: discord.Role) -> None:
        """Try again: a role's permissions may have changed."""
        self.free(after.guild)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Try again: a role that took something from us may be gone."""
        self.free(role.guild)

    async def on_guild_update(self, _before: object, after: discord.Guild) -> None:
        """Try again: what a server asks of its moderators may have changed."""
        self.free(after)

    async def on_member_update(self, _before: object, after: discord.Member) -> None:
        """Try again: our own roles may have changed; of others Discord tells nothing."""
        self.free(after.guild)

    async def on_raw_thread_update(
        self, event: discord.RawThreadUpdateEvent | discord.RawThreadDeleteEvent
    ) -> None:
        """Try again: a thread may have been opened, or there is room for another one.

        The library tells of a thread that it did not keep, as one that was archived, in no other
        way.
        """
        guild = self.get_guild(event.guild_id)
        if guild is not None:
            self.free(guild)

    on_raw_thread_delete = on_raw_thread_update
