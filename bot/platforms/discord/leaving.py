"""Who leaves a server: as Discord tells it, and as it is found out where it was not told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import discord

from bot.engine.agenda import Room
from bot.engine.errors import reason
from bot.platforms.discord.changes import Changes
from bot.platforms.discord.history import Members
from bot.platforms.discord.signals import PLATFORM
from bot.platforms.platform import Door

log = logging.getLogger(__name__)

LOOKS_EVERY = timedelta(days=1)
"""How often it is looked whether those who spoke are still there, beside each new connection."""


class Leavers(Changes):
    """A client that tells the house who left a server; whoever was kicked or banned left too.

    `again_after` is when it is tried again to keep that somebody left.
    """

    def __init__(self, door: Door, again_after: timedelta, **options: Any) -> None:
        super().__init__(**options)
        self._door = door
        self._minds = door.minds_leaving(PLATFORM)
        self._again_after = again_after
        self._looks = 0

    @property
    def is_of_use(self) -> bool:
        """Whether the agendas still say of leaving what they said when this client was made."""
        return self._door.minds_leaving(PLATFORM) is self._minds

    async def on_raw_member_remove(self, event: discord.RawMemberRemoveEvent) -> None:
        """Hear that somebody left, by themselves or not."""
        await self._keep(event.user.id, event.guild_id)

    async def _keep(self, user: int, guild: int) -> None:
        """Let the house know, as often as it takes: Discord does not tell it again."""
        while True:
            try:
                return await self._door.left(
                    f"{PLATFORM}:{user}", lambda room: self._guild_of(room) == guild
                )
            except Exception as failure:  # whatever the store raises
                why = reason(failure)
                log.error("That somebody left could not be kept (%s); it is tried again.", why)
            await asyncio.sleep(self._again_after.total_seconds())

    def _guild_of(self, room: Room) -> int | None:
        """Return the server that a room is in, as far as it is known."""
        known = room.platform == PLATFORM and room.name.isdecimal()
        channel = self.get_channel(int(room.name)) if known else None
        return channel.guild.id if isinstance(channel, discord.abc.GuildChannel) else None

    async def find_leavers(self) -> None:
        """Look now, and every day, whether somebody left whom nobody told of."""
        self._looks += 1
        this = self._looks
        while self._minds and this == self._looks:
            try:
                speakers = await self._door.speakers(PLATFORM)
                for guild, people in self._by_guild(speakers.items()).items():
                    await self._look_for(guild, people)
            except Exception as failure:  # whatever the network or the store raises
                why = reason(failure)
                log.warning("Who left Discord's servers is not known (%s); seen later.", why)
            await asyncio.sleep(LOOKS_EVERY.total_seconds())

    def _by_guild(
        self, speakers: Iterable[tuple[Room, Iterable[str]]]
    ) -> dict[discord.Guild, set[int]]:
        """Return who spoke in each server that the bot is in."""
        found: dict[discord.Guild, set[int]] = {}
        for room, people in speakers:
            guild = self.get_guild(self._guild_of(room) or 0)
            if guild is not None:
                found.setdefault(guild, set()).update(int(p) for p in people if p.isdecimal())
        return found

    async def _look_for(self, guild: discord.Guild, people: Iterable[int]) -> None:
        members = Members(guild)
        for user in sorted(people):
            if await members.find(user) is None:
                await self._keep(user, guild.id)
