"""Tells open pages what has changed, as server-sent events that carry ready HTML."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from bot.engine.agenda import Room
from bot.engine.errors import reason
from bot.engine.messages import Message
from bot.engine.state import Chat
from bot.intake.runner import Changed
from bot.store import departures, pages
from bot.store.tables import Tables
from bot.web.access import Visitor
from bot.web.counts import Counts
from bot.web.house import House
from bot.web.painter import Painter, clock_of
from bot.web.rows import rows_of
from bot.web.scene import Scene, Scenes

log = logging.getLogger(__name__)

PACE_SECONDS = 0.2
"""Changes that come within this time are sent together."""

BEAT_SECONDS = 15.0
"""So often something is sent, that proxies keep the connection and a lost one is noticed."""

LOOKS_SECONDS = 5.0
"""So often it is looked whether another process has erased somebody (`rounds erase`)."""

MOST_ROWS = 50
"""When more messages than this change at once, pages are told to fetch themselves anew."""

MOST_UNSENT = 100
"""A listener with so many unsent events is told to fetch its page anew instead."""

SPREAD_MILLISECONDS = 15
"""For each listener: pages that all fetch themselves anew do it at different moments."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something for an open page.

    `rows` and `bar` carry HTML to be put in place, `main` the milliseconds within which the page
    fetches itself anew, `beat` the time in the house (seconds since 1970).
    """

    name: str
    data: str = ""

    def encoded(self) -> bytes:
        """Return it as an event stream writes it."""
        text = self.data.replace("\r\n", "\n").replace("\r", "\n")
        lines = "".join(f"data: {line}\n" for line in text.split("\n"))
        return f"event: {self.name}\n{lines}\n".encode("utf-8", "replace")


@dataclass(slots=True, eq=False)
class _Listener:
    visitor: Visitor | None
    events: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(MOST_UNSENT))

    @property
    def key(self) -> str:
        return self.visitor.person.key if self.visitor else ""

    def tell(self, event: Event) -> None:
        """Queue an event; whoever is too far behind starts over with a fresh page."""
        if self.events.full():
            while not self.events.empty():
                self.events.get_nowait()
            event = Event("main", "0")
        self.events.put_nowait(event)


@dataclass(slots=True, eq=False)
class _Feed:
    """The open pages of one room, and what has changed since they were last told."""

    room: Room
    listeners: set[_Listener] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    poked: asyncio.Event = field(default_factory=asyncio.Event)
    shape: object = None
    erased: int = 0

    def tell_all(self, event: Event) -> None:
        for listener in self.listeners:
            listener.tell(event)

    def renew(self) -> None:
        """Let all pages fetch themselves anew, at different moments."""
        self.tell_all(Event("main", str(SPREAD_MILLISECONDS * len(self.listeners))))


class Live:
    """Knows the open pages of each room and sends them what commits change."""

    def __init__(self, house: House, painter: Painter) -> None:
        self._house = house
        self._painter = painter
        self.scenes = Scenes(house, Counts(house.store, self._poke))
        self._feeds: dict[Room, _Feed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._process = secrets.token_hex(4)
        self._commits = 0
        self._last: dict[Room, int] = {}
        self._last_of_chats = 0
        self._closed = False
        house.runner.watch(self._notice)

    # ------------------------------------------------------------ what changes

    def _notice(self, changed: Changed) -> None:
        """Remember what a commit changed, for the rooms that are looked at."""
        self._commits += 1
        self.scenes.counts.notice(changed)
        self._last.update(dict.fromkeys(changed.rooms, self._commits))
        if changed.chats:
            self._last_of_chats = self._commits
        for room, feed in self._feeds.items():
            if room in changed.rooms:
                feed.keys.update(key for key in changed.messages if key.startswith(f"{room}/"))
            if room in changed.rooms or changed.chats:
                feed.poked.set()

    def _poke(self, room: Room) -> None:
        if room in self._feeds:
            self._feeds[room].poked.set()

    def version(self) -> str:
        """Return up to which commit a page is complete that is read from now on."""
        return f"{self._process}.{self._commits}"

    def _is_behind(self, room: Room, version: str) -> bool:
        process, _, commits = version.partition(".")
        if process != self._process or not commits.isdecimal():
            return True
        return int(commits[:18]) < max(self._last.get(room, 0), self._last_of_chats)

    # ------------------------------------------------------------ who listens

    async def listen(
        self, request: web.Request, room: Room, visitor: Visitor | None, version: str
    ) -> web.StreamResponse:
        """Send a page of `room`, read at `version`, what changes until it is closed."""
        async with self._listening(room, visitor) as listener:
            if self._is_behind(room, version):
                listener.tell(Event("main", "0"))
            response = web.StreamResponse()
            response.headers["Content-Type"] = "text/event-stream; charset=utf-8"
            response.headers["X-Accel-Buffering"] = "no"  # nginx would keep events back
            with contextlib.suppress(ConnectionError):  # the page was closed
                await response.prepare(request)
                while not self._closed and request.method != "HEAD":
                    await response.write((await self._next(listener)).encoded())
            return response

    async def _next(self, listener: _Listener) -> Event:
        try:
            return await asyncio.wait_for(listener.events.get(), BEAT_SECONDS)
        except TimeoutError:
            return Event("beat", str(self._house.clock().timestamp()))

    @contextlib.asynccontextmanager
    async def _listening(self, room: Room, visitor: Visitor | None) -> AsyncIterator[_Listener]:
        erased, shape = await self._erased(), _shape(await self.scenes.standing(room))
        feed = self._feeds.get(room)
        if feed is None:
            feed = self._feeds[room] = _Feed(room, shape=shape, erased=erased)
            task = asyncio.create_task(self._serve(feed), name=f"live {room}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        listener = _Listener(visitor)
        listener.tell(Event("beat", str(self._house.clock().timestamp())))
        feed.listeners.add(listener)
        try:
            yield listener
        finally:
            feed.listeners.discard(listener)
            if not feed.listeners and self._feeds.get(room) is feed:
                del self._feeds[room]
                feed.poked.set()

    def close(self) -> None:
        """Let every open connection end."""
        self._closed = True
        for feed in self._feeds.values():
            feed.tell_all(Event("beat"))

    async def finish(self) -> None:
        """Wait until nothing is read any more, so that the store can be closed."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------ telling them

    async def _serve(self, feed: _Feed) -> None:
        """Tell a room's pages what changes, as long as there are any."""
        clock = asyncio.get_running_loop().time
        looked = clock()
        while feed.listeners:
            await _within(LOOKS_SECONDS, feed.poked)
            is_poked, (keys, feed.keys) = feed.poked.is_set(), (feed.keys, set())
            feed.poked.clear()
            try:
                if is_poked:
                    await self._tell(feed, keys)
                if clock() - looked >= LOOKS_SECONDS:
                    looked = clock()
                    await self._look(feed)
            except Exception as error:  # the store cannot be read just now; pages try again
                log.error("Pages of %s go without news: %s.", feed.room, reason(error))
                feed.renew()
            await asyncio.sleep(PACE_SECONDS)

    async def _look(self, feed: _Feed) -> None:
        """Let pages fetch themselves anew where somebody was erased meanwhile."""
        try:
            erased = await self._erased()
        except Exception as error:  # others say what the store lacks; it is looked again
            log.debug("Nobody looks for news of %s: %s.", feed.room, reason(error))
            return
        if erased != feed.erased:
            feed.renew()
        feed.erased = erased

    async def _erased(self) -> int:
        async with self._house.store.reading() as tables:
            return await departures.count(tables.connection)

    async def _tell(self, feed: _Feed, keys: set[str]) -> None:
        scene = await self.scenes.standing(feed.room)
        before, feed.shape = feed.shape, _shape(scene)
        if feed.shape != before or len(keys) > MOST_ROWS:
            return feed.renew()
        if scene.chat is not None and keys:
            await self._tell_rows(feed, scene, scene.chat, keys)
        feed.tell_all(Event("bar", self._painter.bar(scene)))
        return None

    async def _tell_rows(self, feed: _Feed, scene: Scene, chat: Chat, keys: set[str]) -> None:
        async with self._house.store.reading() as tables:
            messages = [
                message
                for message in await _with_replies(tables, keys)
                if message.said and message.chat == chat.id
            ]
            messages.sort(key=lambda message: (message.at, message.key))
            rows = await rows_of(tables, chat, messages)
            reacted = await pages.reacted(tables.connection, [one.key for one in messages])
        if not rows:
            return
        concerned = {*reacted, *(m.author_key for m in messages)}
        painted: dict[str, Event] = {}  # by person; empty: whom it does not concern
        for listener in feed.listeners:
            who = listener.key if listener.key in concerned else ""
            if who not in painted:
                html = self._painter.rows(
                    rows, scene.room, clock_of(scene), reacted.get(who, {}), listener.visitor
                )
                painted[who] = Event("rows", html)
            listener.tell(painted[who])


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, but no longer than that."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


async def _with_replies(tables: Tables, keys: set[str]) -> list[Message]:
    """Return these messages, and those that answer them: they quote them."""
    found = {one.key: one for one in await tables.replies_to(keys)}
    found |= {one.key: one for one in await tables.messages(keys)}
    return list(found.values())


def _shape(scene: Scene) -> object:
    """Return what of a chat the pages show besides its messages and counts."""
    chat = scene.chat
    if chat is None:
        return None
    gone = chat.withdrawn, chat.blanked
    called = [(_calls_of(one), _alerts_of(one)) for one in (chat, *scene.others)]
    return chat.id, chat.stage, chat.agenda, chat.opens_at, chat.closes_at, gone, called


def _alerts_of(chat: Chat) -> object:
    """Return of which breaches moderators were told, and when."""
    return {rule: watch.told_at for rule, watch in chat.order.watches.items()}


def _calls_of(chat: Chat) -> object:
    """Return what pages show of calls for a moderator."""
    calls = chat.calls.values()
    return [(call.number, call.is_open, call.taken_by, call.unreached) for call in calls]
