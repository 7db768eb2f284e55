"""Reads a place back after an absence: what was said, edited and deleted there meanwhile.

A place is read from its newest message to its oldest, so that each page hangs together with the
one before it. What is read goes through the same door as what arrives. A message that is stored
counts as deleted only where it would have been read: below the newest message, or a minute
before the reading at the latest, and above the oldest; and above the chat's opening where the
place was read down to there. Where nothing could be read nothing is concluded.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord
from discord.utils import time_snowflake

from bot.engine.signals import Deleted, Edited, Said, Signal
from bot.platforms.discord.refusals import NO_MEMBER
from bot.platforms.discord.signals import Reader
from bot.platforms.platform import Place

MOST = 2_000
"""Messages of one place that are read."""

PAGE = 100
"""Messages of one request, as many as Discord gives; they are committed together."""

SETTLED = timedelta(minutes=1)
"""What was said this long ago is in the history, if it was not deleted."""

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""Where people write in a guild."""

Hear = Callable[[Signal], Awaitable[None]]
"""Commits a signal; returns when it is on the disk."""

NOT_SEEN = "the permission View Channel is missing. Give it to the bot there."
"""Why nothing can be read where nothing can be posted either."""

NO_HISTORY = "the permission Read Message History is missing. Give it to the bot there."


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a reading: how many messages were read, how many stored ones were deleted.

    `refused` says why Discord did not let it be read to its end; empty: it did. `unsettled`
    stored ones were not there and are so new that nothing is concluded from it yet.
    """

    messages: int = 0
    deleted: int = 0
    refused: str = ""
    unsettled: int = 0


class Members:
    """The members of a guild, each asked for once; made anew for each absence."""

    def __init__(self, guild: discord.Guild) -> None:
        self._guild = guild
        self._known: dict[int, discord.Member | None] = {}

    async def find(self, user: int) -> discord.Member | None:
        """Return a member with their roles; None: they have left.

        Raises discord.HTTPException where Discord does not say.
        """
        if user not in self._known:
            try:
                self._known[user] = await self._guild.fetch_member(user)
            except discord.NotFound as error:
                if error.code not in NO_MEMBER:
                    raise
                self._known[user] = None
        return self._known[user]


async def readable(client: discord.Client, number: int) -> Readable | None:
    """Return a channel or thread, also one that is put away; None: nothing can be read."""
    found = client.get_channel(number)
    if found is None:
        try:
            found = await client.fetch_channel(number)
        except (discord.Forbidden, discord.NotFound, discord.InvalidData):
            return None
    return found if isinstance(found, Readable) else None


async def read_back(
    channel: Readable,
    place: Place,
    stored: Collection[str],
    hear: Hear,
    *,
    reader: Reader,
    members: Members,
    now: datetime,
    gone: Collection[str] = (),
) -> Reading:
    """Read at most the last 2,000 messages of a place since its chat's opening, and hear them.

    `stored` are the ids that are known of the place and were not withdrawn, asked for before
    the call. `gone` is looked at before each message: ids whose deletion arrives while this reads,
    and which must not be said again after it. The message content intent is granted, or every text
    would be empty.

    Raises discord.HTTPException, aiohttp.ClientError or OSError where Discord could not be
    reached, and what `hear` raises; what was read by then was heard, and nothing is withdrawn.
    """
    if refused := _refusal(channel):
        return Reading(refused=refused)
    ids: set[int] = set()
    whole = False
    try:
        async for page in _pages(channel, place.since):
            ids.update(message.id for message in page.messages)
            whole = page.last
            known = await _authors(page.messages, stored, reader, members)
            await asyncio.gather(
                *(
                    _tell(reader.speech(message, known.get(message.author.id)), hear, gone)
                    for message in page.messages
                )
            )
    except (discord.Forbidden, discord.NotFound) as error:
        return Reading(len(ids), refused=f"Discord answers {error.status} {error.code}.")
    span = _span(ids, place.since if whole else None, now)
    missing = _missing(stored, ids, span)
    for start in range(0, len(missing), PAGE):
        batch = missing[start : start + PAGE]
        signals = (Deleted(now, place.room, message, place.thread) for message in batch)
        await asyncio.gather(*map(hear, signals))
    newer = range(span.stop, sys.maxsize) if span else span  # nothing read, nothing concluded
    return Reading(len(ids), len(missing), unsettled=len(_missing(stored, ids, newer)))


def _refusal(channel: Readable) -> str:
    """Say why a place cannot be read: Discord answers most of it with an empty list, no error."""
    parent = channel.parent if isinstance(channel, discord.Thread) else channel
    if parent is None or channel.guild.unavailable:
        return "The channel is not there."
    able = channel.permissions_for(channel.guild.me)
    if not able.view_channel:
        return NOT_SEEN
    return "" if able.read_message_history else NO_HISTORY


@dataclass(frozen=True, slots=True)
class _Page:
    messages: list[discord.Message]
    last: bool  # nothing older is left


async def _pages(channel: Readable, since: datetime) -> AsyncIterator[_Page]:
    """Yield what was said since then, page by page, the newest first.

    A page with fewer messages than were asked for is the last one. An empty page tells nothing:
    whoever may not read any more is shown the same.
    """
    before: discord.Object | None = None
    for _ in range(MOST // PAGE):
        found = [message async for message in channel.history(limit=PAGE, before=before)]
        if not found:
            return
        recent = [message for message in found if message.created_at >= since]
        last = len(recent) < PAGE
        yield _Page(recent, last)
        if last:
            return
        before = discord.Object(found[-1].id)


async def _authors(
    messages: Sequence[discord.Message],
    stored: Collection[str],
    reader: Reader,
    members: Members,
) -> dict[int, discord.Member | None]:
    """Ask for the authors of what is new: a history does not tell their roles."""
    unknown = dict.fromkeys(
        message.author.id
        for message in messages
        if str(message.id) not in stored and reader.needs_member(message)
    )
    return {user: await members.find(user) for user in unknown}


async def _tell(speech: Sequence[Said | Edited], hear: Hear, gone: Collection[str]) -> None:
    for signal in speech:
        if signal.id not in gone:
            await hear(signal)


def _span(read: Collection[int], since: datetime | None, now: datetime) -> range:
    """Return the ids that were read whole; `since`: down to there, None: to the oldest read."""
    if since is None and not read:
        return range(0)
    oldest = min(read) if since is None else time_snowflake(since)
    return range(oldest, max([time_snowflake(now - SETTLED), *read]) + 1)


def _missing(stored: Collection[str], read: Collection[int], span: range) -> list[str]:
    """Return the stored messages that would have been read, if they were still there."""
    numbers = {int(message) for message in stored if message.isdecimal()}
    return [str(number) for number in sorted(numbers.difference(read)) if number in span]
