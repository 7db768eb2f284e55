"""One session with Discord: events come in as signals, and what was missed is read back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import discord
from discord import AllowedMentions, MemberCacheFlags

from bot.engine.agenda import Room
from bot.engine.errors import reason
from bot.engine.signals import Signal
from bot.platforms.discord.address import CUT
from bot.platforms.discord.commands import ChatCommands
from bot.platforms.discord.history import (
    NOT_SEEN,
    SETTLED,
    Members,
    Reading,
    read_back,
    readable,
)
from bot.platforms.discord.leaving import Leavers
from bot.platforms.discord.needs import intents
from bot.platforms.discord.posts import Posts
from bot.platforms.discord.signals import PLATFORM, Reader
from bot.platforms.discord.sync import sync
from bot.platforms.platform import Door, Place

log = logging.getLogger(__name__)


LOOKS_EVERY = timedelta(seconds=1)
"""How often it is looked whether a connection has been cut for too long."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited for what.

    `ready_within`: the gateway may be silent so long between one server and the next before it
    counts as ready; one that comes later is read back then. `reads_again_after` something could
    not be taken in. `settles_within`: what was stored just before an absence, and is not found
    after it, is looked for once more then, for it was deleted, or Discord's history lags behind.
    `sees_a_thread_after` it was made, for somebody may have said something there before the chat
    knew of it. `gives_up_after` so long without a connection: the library tries it less and less
    often. `asks_again_after` a token or an intent was refused. `registers_again_after` Discord did
    not take the commands.
    """

    ready_within: timedelta = timedelta(seconds=1)
    reads_again_after: timedelta = timedelta(seconds=30)
    settles_within: timedelta = SETTLED + timedelta(seconds=5)
    sees_a_thread_after: timedelta = timedelta(seconds=2)
    gives_up_after: timedelta = timedelta(minutes=2)
    asks_again_after: timedelta = timedelta(minutes=1)
    registers_again_after: timedelta = timedelta(minutes=5)


USUAL = Pace()


class Owner(Protocol):
    """Who is told how the connection stands."""

    def gain(self, connection: Connection) -> None:
        """Take note that actions can be performed through it."""
        ...

    def read(self, found: int, deleted: int) -> None:
        """Take note that everything that was said is known: so many were found, and deleted."""
        ...

    def cut(self) -> None:
        """Take note that what is said may be missed for now."""
        ...

    def resumed(self) -> None:
        """Take note that the gateway has told what it could not tell meanwhile."""
        ...

    def announced(self) -> None:
        """Take note that something was changed that may have been in the way."""
        ...


class Connection(Leavers):
    """One session with Discord, from login to the end."""

    def __init__(
        self,
        owner: Owner,
        door: Door,
        clock: Callable[[], datetime],
        pace: Pace,
        *,
        hears_leavers: bool = False,
    ) -> None:
        super().__init__(
            door,
            pace.reads_again_after,
            intents=intents(members=hears_leavers),
            max_messages=None,  # a kept message changes while it is read
            member_cache_flags=MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=AllowedMentions.none(),
            max_ratelimit_timeout=30.0,
            guild_ready_timeout=pace.ready_within.total_seconds(),
        )
        self.posts = Posts(self)
        self.was_ready = False
        self._owner = owner
        self._pace = pace
        self._clock = clock
        self.tree = ChatCommands(self, door)
        self._parents: dict[int, int] = {}  # threads that the library may not keep
        self._reader = Reader(0, self._parent_of)
        self._gone: set[str] = set()  # what was deleted while it is read back
        self._last_emoji = datetime.min.replace(tzinfo=UTC)  # when one was put or taken back
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_been_read = False
        self._is_behind = False  # something was not taken in, and will be read back
        self._cut_at: datetime | None = None

    @property
    def has_identified(self) -> bool:
        """Whether a session was begun, ready or not."""
        return self.ws is not None

    # ------------------------------------------------------------ beginning and end

    async def listen(self) -> None:
        """Listen until the connection is over, or has been cut for too long."""
        self._reader = Reader(self.user.id if self.user else 0, self._parent_of)
        listening = asyncio.create_task(self.connect(), name="Discord's gateway")
        watching = asyncio.create_task(self._watch(), name="watch over Discord's gateway")
        try:
            await asyncio.wait({listening, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            if not listening.done():
                listening.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        if listening.done() and not listening.cancelled():
            listening.result()

    async def end(self) -> None:
        """Close everything, also where whoever waits for it is told to end meanwhile."""
        for task in list(self._tasks):
            task.cancel()
        closing = asyncio.create_task(self.close())
        with contextlib.suppress(Exception):  # what is broken already need not be closed
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError:
                await closing
                raise

    async def _watch(self) -> None:
        """Return when the gateway was cut for too long, or something else is to be asked of it."""
        while True:
            await asyncio.sleep(LOOKS_EVERY.total_seconds())
            cut_at, patience = self._cut_at, self._pace.gives_up_after
            if cut_at is not None and self._clock() - cut_at > patience:
                return
            if not self.is_of_use:  # an agenda was changed
                return

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def on_ready(self) -> None:
        """Read back what was said while nobody listened."""
        self.was_ready = True
        self._cut_at = None
        self._owner.gain(self)
        self.free_all()
        self._begin(self._sync())
        await self._read_back()
        self._begin(self.find_leavers())

    async def on_disconnect(self) -> None:
        """Note since when nothing is heard."""
        self._cut_at = self._cut_at or self._clock()
        self._owner.cut()

    async def on_resumed(self) -> None:
        """Nothing was missed, if nothing was before; each place is looked at all the same.

        The gateway tells again what it still has, and says of nothing that it is not among it.
        """
        self._cut_at = None
        self.free_all()
        if self._has_been_read and not self._is_behind:
            self._owner.resumed()
        if not self._reading.locked():  # else it is being read, or waits for its turn
            await self._read_back()

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Log that an event could not be taken in, without its words; it is read back."""
        why = reason(sys.exception())
        log.error("%s of Discord could not be taken in (%s); it is read again.", event_method, why)
        self._fall_behind()

    async def _sync(self) -> None:
        """Give Discord the commands, as often as it takes; without them nobody can ask anything."""
        is_told = False
        while not self.is_closed():
            try:
                if await sync(self.tree):
                    log.info("Discord was given the commands; it may take a minute to show them.")
            except (discord.DiscordException, *CUT) as failure:
                why = type(failure).__name__
                level = logging.DEBUG if is_told else logging.WARNING
                log.log(level, "Discord did not take the commands (%s); it is tried again.", why)
                is_told = True
            else:
                return
            await asyncio.sleep(self._pace.registers_again_after.total_seconds())

    # ------------------------------------------------------------ what is said

    def _hear(self, signals: Iterable[Signal]) -> None:
        """Hand signals over, in order; Discord wants no acknowledgement, so nobody waits here."""
        for signal in signals:
            self._door.hear(signal).add_done_callback(self._heard)

    def _heard(self, hearing: asyncio.Future[Any]) -> None:
        """Have it read again where something could not be kept."""
        failure = None if hearing.cancelled() else hearing.exception()
        if failure is not None:
            why = reason(failure)
            log.error("Something said on Discord could not be kept (%s); read again.", why)
            self._owner.cut()
            self._fall_behind()

    async def on_message(self, message: discord.Message) -> None:
        """Hear what somebody said."""
        self._hear(self._reader.speech(message))

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Hear a new wording."""
        self._hear(self._reader.speech(event.message))

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Hear that a message was deleted."""
        self._take_away(event)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Hear that many messages were deleted at once."""
        self._take_away(event)

    def _take_away(
        self, event: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent
    ) -> None:
        deleted = self._reader.deleted(event, self._clock())
        if self._reading.locked():
            self._gone.update(signal.id for signal in deleted)
        self._hear(deleted)

    def _emoji_at(self) -> datetime:
        """Return when an emoji comes: after the last one, also where the clock was set back."""
        self._last_emoji = max(self._clock(), self._last_emoji + timedelta(microseconds=1))
        return self._last_emoji

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Hear that somebody put an emoji to a message, or took it back."""
        reacted = self._reader.reacted(event, self._emoji_at())
        self._hear([reacted] if reacted else [])

    on_raw_reaction_remove = on_raw_reaction_add

    async def on_raw_reaction_clear(
        self, event: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent
    ) -> None:
        """Hear that a message's emojis were taken away."""
        cleared = self._reader.cleared(event, self._emoji_at())
        self._hear([cleared] if cleared else [])

    on_raw_reaction_clear_emoji = on_raw_reaction_clear

    # ------------------------------------------------------------ reading back

    def _parent_of(self, channel: int) -> int | None:
        known = self.get_channel(channel)
        if isinstance(known, discord.Thread):
            return known.parent_id
        return None if known is not None else self._parents.get(channel)

    def expect(self, thread: int, channel: int) -> None:
        """Remember a new thread, and read it as soon as the chat knows of it."""
        self._parents[thread] = channel
        self._begin(self._read_back_after(self._pace.sees_a_thread_after, str(thread)))

    async def _read_back_after(self, wait: timedelta, thread: str | None = None) -> None:
        await asyncio.sleep(wait.total_seconds())
        await self._read_back(thread)

    def _fall_behind(self) -> None:
        """Have it read back soon."""

        async def catch_up() -> None:
            await asyncio.sleep(self._pace.reads_again_after.total_seconds())
            self._is_behind = False
            await self._read_back()

        if not self._is_behind:
            self._is_behind = True
            self._begin(catch_up())

    async def _read_back(self, thread: str | None = None) -> None:
        """Read every place of the chats that are open or were lately, or one thread alone.

        One that cannot be read, or not kept, holds up none of the others.
        """
        readings: list[Reading] = []
        failure: Exception | None = None
        async with self._reading:
            self._gone.clear()
            members: dict[int, Members] = {}
            try:
                places = await self._door.places(PLATFORM)
            except Exception as error:
                return self._read_again_after(error)
            self._parents |= {int(p.thread): int(p.room.name) for p in places if p.thread}
            for place in places:
                if thread is not None and place.thread != thread:
                    continue
                try:
                    readings.append(await self._read(place, members))
                except Exception as error:  # whatever the network or the store raises
                    failure = error
                    if isinstance(error, CUT):  # the others would find no way either
                        break
        if any(reading.unsettled for reading in readings):
            self._begin(self._read_back_after(self._pace.settles_within, thread))
        if failure is not None:
            return self._read_again_after(failure)
        if thread is None:
            self._has_been_read = True
            self._owner.read(sum(r.messages for r in readings), sum(r.deleted for r in readings))
        return None

    def _read_again_after(self, failure: Exception) -> None:
        why = reason(failure)
        log.warning("Discord could not be read back (%s); it is tried again.", why)
        self._fall_behind()

    async def _read(self, place: Place, members: dict[int, Members]) -> Reading:
        channel = await readable(self, int(place.thread or place.room.name))
        if channel is None:
            return Reading()
        guild = channel.guild
        reading = await read_back(
            channel,
            place,
            await self._door.stored(place),
            self._door.hear,
            reader=self._reader,
            members=members.setdefault(guild.id, Members(guild)),
            now=self._clock(),
            gone=self._gone,
        )
        if place.thread is None and reading.refused != NOT_SEEN:
            self._door.read_back(place.room, reading.refused)
        if self.sight.is_news(place.room, place.thread, reading.refused):
            log.warning("%s of %s cannot be read: %s", place.room, place.chat, reading.refused)
        return reading

    # ------------------------------------------------------------ what was changed there

    def changed(self, rooms: Collection[Room], *, sees_more: bool) -> None:
        """Try again what waits there, and read back what can be read again."""
        if sees_more:
            self._begin(self._read_back())
        self._door.reachable(tuple(rooms))
        self._owner.announced()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Try again and read back: we are in a server, perhaps again."""
        self.free(guild)
        await self._read_back()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Try again and read back: a server's outage is over."""
        self.free(guild)
        if self.was_ready and self._cut_at is None:  # else all is read as soon as it is ready
            await self._read_back()
