"""Measures on Discord: threads are slowed down, people silenced for a while, messages removed.

Each is done to what stands there now, so that doing it again changes nothing. A person or message
that is not there any more needs none of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

import discord

from bot.engine.actions import Remove, SlowMode, TimeOut
from bot.platforms.discord.refusals import (
    MISSING_PERMISSIONS,
    NO_MEMBER,
    THREAD_IS_ARCHIVED,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    missing_in,
    translated,
)
from bot.platforms.platform import Errand, Impossible, Receipt

_GONE = (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL)

ABOVE_US = (
    "Discord lets nobody silence a server's owner, its administrators, and whoever has a higher "
    "role than the bot."
)
NO_THREAD = "the chat has no thread there yet, and Rounds slows down no other talk of a channel."


class Measures:
    """What is done through one client, which is logged in."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def slow(self, action: SlowMode, now: datetime) -> Receipt:
        """Slow the chat's threads down; those put away already are as slow as can be.

        Raises Impossible where there is none.
        """
        if not action.threads:
            raise Impossible(NO_THREAD)
        for number in map(int, action.threads):
            known = self._client.get_channel(number)
            with (
                translated(known, ["view_channel", "manage_threads"]),
                _unless(*_GONE, THREAD_IS_ARCHIVED),
            ):
                thread = await self._client.fetch_channel(number)
                if isinstance(thread, discord.Thread) and not thread.archived:
                    await thread.edit(slowmode_delay=action.every)
        return Receipt(now)

    async def silence(self, action: TimeOut, now: datetime) -> Receipt:
        """Keep a member from writing until then, or no longer.

        Raises Impossible for somebody whom the bot may not silence.
        """
        number = int(action.place.name)
        channel = self._client.get_channel(number)
        needed = ["moderate_members"]
        with translated(channel, needed), _unless(*NO_MEMBER):
            there = channel or await self._client.fetch_channel(number)
            guild = getattr(there, "guild", None)
            if not isinstance(guild, discord.Guild):
                return Receipt(now)
            member = await guild.fetch_member(int(action.person))
            if action.until is None and member.timed_out_until is None:
                return Receipt(now)
            try:
                await member.timeout(action.until, reason="Rounds: muted in a chat held here")
            except discord.Forbidden as refusal:
                if refusal.code == MISSING_PERMISSIONS and not missing_in(there, needed):
                    raise Impossible(ABOVE_US) from None
                raise
        return Receipt(now)

    async def remove(self, action: Remove, errand: Errand) -> Receipt:
        """Delete a message; the receipt names it where somebody had deleted it before us.

        Where we may have deleted it ourselves, and the answer was lost, it does not.
        """
        number = int(action.thread or action.place.name)
        known = self._client.get_channel(number) or self._client.get_channel(int(action.place.name))
        there = self._client.get_partial_messageable(number)
        with translated(known, ["view_channel", "manage_messages"]):
            try:
                await there.get_partial_message(int(action.message)).delete()
            except discord.NotFound as missing:
                if missing.code not in _GONE:
                    raise
                was_gone = errand.since is None and missing.code == UNKNOWN_MESSAGE
                return Receipt(errand.now, action.message if was_gone else "")
        return Receipt(errand.now)


@contextlib.contextmanager
def _unless(*codes: int) -> Iterator[None]:
    """Let pass that what a measure is about is not there, by Discord's codes."""
    try:
        yield
    except discord.HTTPException as failure:
        if failure.code not in codes:
            raise
