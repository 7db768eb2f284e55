"""Reads back what was said, edited and deleted on Slack while nobody listened.

What is new comes first, in every place; then what was there before is read once more, for edits
and deletions. A channel is read from its newest message down, a thread from its first one up, as
Slack gives them. What is read goes through the same door as what arrives. Where Slack gives only
15 messages a minute (to apps that are distributed outside of its Marketplace: conversations.history
"rate limits") it takes its time: nothing else waits for it, and where it was interrupted it goes
on.

A message that is stored counts as deleted only where it would have been read: in a channel between
two messages that were read one after the other, in a thread that was read to its end; never in the
last minute, nor before its chat's opening. Where nothing could be read nothing is concluded.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.agenda import Room
from bot.engine.signals import Deleted, Edited, Said
from bot.platforms.platform import Door, Place
from bot.platforms.slack.errors import why_of
from bot.platforms.slack.pages import (
    BEGINNING,
    MOST,
    SETTLED,
    Channel,
    Page,
    Stretch,
    Thread,
    history,
    missing,
    replies,
)
from bot.platforms.slack.people import People
from bot.platforms.slack.signals import (
    PLATFORM,
    Known,
    Payload,
    Reader,
    Wanted,
    moment_of,
    thread_of,
)

REDELIVERED = timedelta(minutes=15)
"""What Slack delivers once more comes within this time: 1 and 5 minutes after the first tries."""

WAITS = 30.0
"""Seconds that a page waits for what Slack tells of its authors: nobody waits for the page."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a reading: how many messages were read.

    `found` are the ids of those that are stored since; it may hold what arrived meanwhile. So many
    stored ones were `deleted` there. `refused` are the rooms that Slack does not let be read to
    the end, with its name of the reason.
    """

    messages: int = 0
    found: frozenset[str] = frozenset()
    deleted: int = 0
    refused: tuple[tuple[Room, str], ...] = ()


class History:
    """What Slack has of the places of chats, and how far it was read."""

    def __init__(
        self,
        client: AsyncWebClient,
        door: Door,
        reader: Reader,
        people: People,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._door = door
        self._reader = reader
        self._people = people
        self._clock = clock
        self._channels: dict[Room, Channel] = {}
        self._new: deque[Thread] = deque()
        self._again: deque[Thread] = deque()
        self._known = BEGINNING
        self._known_in_threads = BEGINNING  # earlier, while something of before is left unread
        self._unread_from: dict[Room, datetime] = {}  # where reading is refused
        self._queued: set[tuple[Room, str]] = set()
        self._latest: dict[tuple[Room, str], datetime | None] = {}  # replies, as channels tell
        self._found = asyncio.Event()  # a thread, or the end of the channels
        self._gone: set[tuple[Room, str]] | None = None  # deleted while it is read
        self._reading = Reading()

    # ------------------------------------------------------------ what is to be read

    @property
    def rooms(self) -> tuple[Room, ...]:
        """The rooms that are read."""
        return tuple(self._channels)

    async def begin(self, known: datetime | None = None) -> None:
        """Look up what is to be read back. Everything said before `known` was heard.

        None: it is not known since when nobody listened, as when the process begins; then it is
        taken from what is stored, and this is to be called before anything is heard. What an
        earlier reading left unread, or was refused, is read with it. Not to be called while
        something is read.
        """
        places = await self._door.places(PLATFORM)
        self._known = known or await self._newest(places)
        before, self._channels = self._channels, {}
        is_behind = bool(self._new) or any(channel.new for channel in before.values())
        earlier = self._known_in_threads if is_behind else self._known
        self._known_in_threads = min(self._known, earlier)
        rooms = dict.fromkeys(place.room for place in places)
        for room in rooms:
            own = tuple(one for one in places if one.room == room and one.thread is None)
            if own:
                channel = self._channels[room] = Channel(room, own)
                self._take_up(channel, before.get(room))
        left = [(one.channel.room, one.ts) for one in (*self._again, *self._new)]
        topics = [(one.room, one.thread) for one in places if one.thread]
        self._new.clear()
        self._again.clear()
        self._queued.clear()
        self._latest.clear()
        # what an earlier reading did not come to goes first
        for room, ts in dict.fromkeys([*left, *topics]):
            if room in self._channels:
                self._queue(self._channels[room], ts)

    async def _newest(self, places: Sequence[Place]) -> datetime:
        """Return the time before which what is stored was heard in its turn."""
        stored = [ts for place in places for ts in await self._door.stored(place)]
        moments = [moment for ts in stored if (moment := _moment(ts)) is not None]
        return max(moments) - REDELIVERED if moments else BEGINNING

    def _take_up(self, channel: Channel, before: Channel | None) -> None:
        """Note what is to be read of a channel, with what was left of it."""
        unread_from = self._unread_from.get(channel.room, self._known)
        channel.known_in_threads = min(self._known_in_threads, unread_from)
        floor = max(min(self._known, unread_from), channel.since)
        left = () if before is None else before.new
        floors = [one.floor for one in left if one.below is None]
        channel.new = deque([Stretch(None, min([floor, *floors]))])
        channel.new.extend(one for one in left if one.below is not None)
        if before is not None and before.again:
            channel.turn = before.again[0].below
        elif before is not None:
            channel.turn = before.turn

    def _queue(self, channel: Channel, ts: str) -> None:
        """Let a thread be read: what is new in it, and once more what was there before."""
        if (channel.room, ts) in self._queued:
            return
        self._queued.add((channel.room, ts))
        since = channel.since
        new_after = max(since, channel.known_in_threads)
        self._new.append(Thread(channel, ts, new_after))
        if new_after > max(since, _moment(ts) or since):
            self._again.append(Thread(channel, ts, since))

    # ------------------------------------------------------------ reading

    async def read_new(self) -> Reading:
        """Read what is new, in every place. Then everything that was said is known.

        Raises Unreachable where Slack could not be reached, and what the door raises; called
        again it goes on.
        """
        return await self._read(again=False)

    async def read_again(self) -> Reading:
        """Read what was there before, for edits and deletions. Raises what `read_new` raises."""
        return await self._read(again=True)

    def note_deleted(self, signal: Deleted) -> None:
        """Take note of a deletion that arrives: what is just being read must not be said again."""
        if self._gone is not None:
            self._gone.add((signal.room, signal.id))

    async def _read(self, *, again: bool) -> Reading:
        self._reading, self._gone = Reading(), set()
        self._found.clear()
        try:
            async with asyncio.TaskGroup() as tasks:
                channels = tasks.create_task(self._read_channels(again=again))
                channels.add_done_callback(lambda _: self._found.set())
                tasks.create_task(self._read_threads(channels, again=again))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._gone = None
        return self._reading

    async def _read_channels(self, *, again: bool) -> None:
        for channel in self._channels.values():
            parts = channel.again if again else channel.new
            if not parts:
                continue
            stored = await self._stored(channel, None)
            floor = min(part.floor for part in parts)
            try:
                while parts and channel.left > 0:
                    if await self._read_part(channel, parts[0], stored):
                        channel.finish(parts.popleft())
            except SlackApiError as error:
                self._refused(channel.room, error)
                if not again:
                    self._unread_from[channel.room] = floor
            else:
                if not again:
                    self._unread_from.pop(channel.room, None)
                    channel.look_again()
            parts.clear()
            await self._note_found(channel, None, stored)

    async def _read_part(self, channel: Channel, part: Stretch, stored: frozenset[str]) -> bool:
        """Read a page of a part of a channel; return whether it was its last one."""
        page = await history(self._client, channel.room, part.below)
        if not page.messages:
            return True
        times = page.times
        oldest, last = times[0], max(self._clock() - SETTLED, moment_of(times[-1]))
        if part.below is not None:
            last = moment_of(part.below) - _INSTANT
        first = channel.since if page.whole else max(moment_of(oldest), channel.since)
        self._look_for_threads(channel, page)
        recent = [one for one in page.messages if moment_of(one["ts"]) >= channel.since]
        await self._hear(channel.room, recent, stored)
        await self._withdraw(channel.room, None, missing(stored, times, first, last))
        channel.left -= len(page.messages)
        part.below, part.is_last = oldest, page.whole
        return page.whole or moment_of(oldest) < part.floor

    def _look_for_threads(self, channel: Channel, page: Page) -> None:
        """Let the threads be read that hang from messages of a page."""
        for message in page.messages:
            latest = _moment(message.get("latest_reply"))
            self._latest[channel.room, str(message["ts"])] = latest
            if latest is not None:
                self._queue(channel, str(message["ts"]))
        self._found.set()

    async def _read_threads(self, channels: asyncio.Task[None], *, again: bool) -> None:
        """Read the threads that wait, and those that are found in the channels meanwhile."""
        while True:
            while line := self._new or (self._again if again else None):
                thread = line.popleft()
                try:
                    await self._read_thread(thread)
                except BaseException:
                    line.appendleft(thread)
                    raise
            self._found.clear()
            if channels.done():
                return
            await self._found.wait()

    async def _read_thread(self, thread: Thread) -> None:
        room = thread.channel.room
        if thread.stored is None:
            thread.stored = await self._stored(thread.channel, thread.ts)
            known = sorted(filter(None, map(_moment, thread.stored)))
            thread.after = max([thread.after, *known[-MOST : 1 - MOST]])
        if self._is_quiet(thread, thread.stored):
            return
        try:
            is_whole = await self._read_pages(thread, thread.stored)
        except SlackApiError as error:
            if why_of(error) != "thread_not_found" or not await self._is_gone(thread):
                self._refused(room, error)
                return
            is_whole = True
        if is_whole:
            last = max([self._clock() - SETTLED, *map(moment_of, thread.read)])
            lost = missing(thread.stored, thread.read, thread.after, last)
            await self._withdraw(room, thread.ts, lost)
        await self._note_found(thread.channel, thread.ts, thread.stored)

    def _is_quiet(self, thread: Thread, stored: frozenset[str]) -> bool:
        """Whether its channel tells that there is nothing in it that could be read."""
        key = (thread.channel.room, thread.ts)
        if key not in self._latest:
            return False
        times = (self._latest[key], *map(_moment, stored))
        return all(at is None or at < thread.after for at in times)

    async def _read_pages(self, thread: Thread, stored: frozenset[str]) -> bool:
        """Read a thread to its end; return whether everything there was read.

        Raises SlackApiError for a refusal.
        """
        while True:
            try:
                page = await replies(self._client, thread)
            except SlackApiError as error:
                if why_of(error) != "invalid_cursor" or thread.is_anew:
                    raise
                thread.start_over()
                continue
            hanging = [one for one in page.messages if thread_of(one) == thread.ts]
            await self._hear(thread.channel.room, hanging, stored)
            thread.read.update(one["ts"] for one in page.messages)
            thread.cursor = page.cursor
            if page.cursor is None:
                return page.whole and bool(thread.read)

    async def _is_gone(self, thread: Thread) -> bool:
        """Whether what a thread hung from is deleted, and with it the last of its replies.

        Slack says that there is no such thread also where it hides what is old.
        """
        try:
            page = await history(self._client, thread.channel.room, thread.ts, itself=True, most=1)
        except SlackApiError:
            return False
        return bool(page.messages) and thread.ts not in page.times

    async def _stored(self, channel: Channel, thread: str | None) -> frozenset[str]:
        """Return the ids that are known of a place, in all of the chats that are held there."""
        places = (replace(place, thread=thread) for place in channel.places)
        return frozenset[str]().union(*[await self._door.stored(place) for place in places])

    async def _note_found(
        self, channel: Channel, thread: str | None, before: frozenset[str]
    ) -> None:
        found = self._reading.found | (await self._stored(channel, thread) - before)
        self._reading = replace(self._reading, found=found)

    # ------------------------------------------------------------ what was read

    async def _hear(self, room: Room, messages: Sequence[Payload], stored: frozenset[str]) -> None:
        """Hear messages; of those that are stored only what happened to them since."""
        now, news, wanted = self._clock(), [], Wanted(room.name)
        for message in messages:
            told = self._reader.speech(room.name, message, Known(), now)
            if not told or (message["ts"] in stored and all(isinstance(s, Said) for s in told)):
                continue
            news.append(message)
            whom = self._reader.wanted_by(room.name, message)
            people = frozenset[str]() if message["ts"] in stored else whom.people
            wanted = Wanted(room.name, wanted.people | people, wanted.named | whom.named)
        known = await self._people.known(wanted, WAITS)
        told_now = (self._reader.speech(room.name, one, known, now) for one in news)
        await asyncio.gather(*map(self._tell, told_now))
        count = self._reading.messages + len(messages)
        self._reading = replace(self._reading, messages=count)

    async def _tell(self, signals: Iterable[Said | Edited | Deleted]) -> None:
        for signal in signals:
            if self._gone is None or (signal.room, signal.id) not in self._gone:
                await self._door.hear(signal)

    async def _withdraw(self, room: Room, thread: str | None, messages: Sequence[str]) -> None:
        now = self._clock()
        await asyncio.gather(
            *(self._door.hear(Deleted(now, room, message, thread)) for message in messages)
        )
        count = self._reading.deleted + len(messages)
        self._reading = replace(self._reading, deleted=count)

    def _refused(self, room: Room, error: SlackApiError) -> None:
        refused = dict.fromkeys([*self._reading.refused, (room, why_of(error))])
        self._reading = replace(self._reading, refused=tuple(refused))


def _moment(ts: Any) -> datetime | None:
    """Return the time of a `ts`; None: it is none, as the ids of other platforms."""
    try:
        return moment_of(ts)
    except (TypeError, ValueError):
        return None
