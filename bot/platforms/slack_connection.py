"""One session with Slack: its events come in and are committed before they are acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.engine.actions import privately
from bot.engine.agenda import Room
from bot.engine.signals import Deleted, Edited, Said
from bot.platforms.platform import Door, Unreachable
from bot.platforms.slack_commands import authorize, install
from bot.platforms.slack_history import History, Reading
from bot.platforms.slack_people import People
from bot.platforms.slack_signals import PLATFORM, Reader, moment_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited for what.

    `looks_every` whether the socket lives. `gives_up_after` so long without one a new session is
    begun. `reads_again_after` something could not be taken in. `checks_every` whether a socket
    that is open still brings what is said: what it should have brought `settled_after` it was
    said and did not means that it is dead.
    """

    looks_every: timedelta = timedelta(seconds=5)
    gives_up_after: timedelta = timedelta(minutes=1)
    reads_again_after: timedelta = timedelta(seconds=30)
    checks_every: timedelta = timedelta(minutes=5)
    settled_after: timedelta = timedelta(minutes=1)


USUAL = Pace()

_OPENED_AGAIN = frozenset(
    {
        "channel_unarchive",
        "group_unarchive",
        "member_joined_channel",
        "channel_joined",
        "group_joined",
        "channel_rename",
    }
)
"""Events after which something may be possible that was refused."""

_DELETIONS_KNOWN = 1000
"""Of so many deletions it is known that what they deleted is not to be heard any more."""

_OF_LISTENERS = frozenset({"app_home_opened"})
"""Events that a listener answers; all others are taken in here."""


class Owner(Protocol):
    """Who is told how the session stands."""

    def read(self, found: int, deleted: int) -> None:
        """Take note that everything that was said is known: so many were found, and deleted."""
        ...

    def cut(self) -> None:
        """Take note that what is said may be missed for now."""
        ...

    def announced(self) -> None:
        """Take note that something was changed that may have been in the way."""
        ...


class Connection:
    """A Bolt app, with what reads, commits and answers."""

    def __init__(
        self,
        owner: Owner,
        client: AsyncWebClient,
        me: AsyncSlackResponse,
        reader: Reader,
        people: People,
        door: Door,
        clock: Callable[[], datetime],
        pace: Pace,
        signing_secret: str,
        heard_until: datetime | None,  # everything said before was heard or read
    ) -> None:
        self._owner = owner
        self._client = client
        self._reader = reader
        self._people = people
        self._door = door
        self._clock = clock
        self._pace = pace
        self._app = AsyncApp(
            client=client,
            signing_secret=signing_secret or None,
            request_verification_enabled=bool(signing_secret),
            raise_error_for_unhandled_request=False,
        )
        authorize(self._app, me)
        self._app.middleware(self._take_in)
        self._app.error(self._failed)
        install(self._app, door, people)
        self._history = History(client, door, reader, people, clock)
        self._deleted: dict[tuple[Room, str], None] = {}  # in the order in which it was told
        self._behind = asyncio.Event()
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._again: asyncio.Task[None] | None = None  # the second look
        self.heard_until = heard_until
        self._checked_at: datetime | None = None

    # ------------------------------------------------------------ the session

    async def listen(self, app_token: str, base_url: str) -> None:
        """Listen at a socket until it was silent for too long."""
        await self._history.begin(self.heard_until)  # before anything is heard
        asking = AsyncWebClient(token=app_token, base_url=base_url, retry_handlers=[])
        handler = AsyncSocketModeHandler(
            self._app,
            app_token,
            web_client=asking,
            ping_interval=self._pace.looks_every.total_seconds(),
        )
        handler.client.on_message_listeners.append(self._hello)
        connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
        try:
            await self._watch(handler)
        finally:
            connecting.cancel()
            with contextlib.suppress(Exception):  # what is broken already need not be closed
                await handler.close_async()  # type: ignore[no-untyped-call]
            await asyncio.gather(connecting, return_exceptions=True)

    async def serve(self) -> None:
        """Take in what Slack sends to our address; nothing tells when it cannot reach it."""
        await self._history.begin(self.heard_until)
        await self._read_back()
        while True:
            known: datetime | None = self._clock() - self._pace.settled_after
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._behind.wait(), self._pace.checks_every.total_seconds())
                await asyncio.sleep(self._pace.reads_again_after.total_seconds())
                known = None
            await self._read_back(known)

    async def receive(self, body: str, headers: Mapping[str, str]) -> BoltResponse:
        """Answer a signed request."""
        request = AsyncBoltRequest(body=body, headers=dict(headers))
        return await self._app.async_dispatch(request)

    async def end(self) -> None:
        """Close everything."""
        for task in list(self._tasks):
            task.cancel()
        await self._leave_off()
        await self._people.close()

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        """Return when no socket lives, or one is open and dead; read back what was not taken in."""
        cut_at: datetime | None = self._clock()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._behind.wait(), self._pace.looks_every.total_seconds())
                await asyncio.sleep(self._pace.reads_again_after.total_seconds())
                await self._read_back()
            now = self._clock()
            if await handler.client.is_connected():
                cut_at = None
                if self.heard_until is not None:
                    self.heard_until = now
                if await self._is_dead(now):
                    log.warning("Slack's socket is open and brings nothing; a new one is opened.")
                    return
                continue
            self._owner.cut()
            cut_at = cut_at or now
            if now - cut_at > self._pace.gives_up_after:
                raise Unreachable("Slack's socket stays closed.")

    async def _is_dead(self, now: datetime) -> bool:
        """Whether something was said a while ago that the socket did not bring."""
        self._checked_at = self._checked_at or now
        if now - self._checked_at < self._pace.checks_every:
            return False
        before, self._checked_at = self._checked_at, now
        found = await self._read_back(known=before - self._pace.settled_after)
        return any(_was_said(one, now - self._pace.settled_after) for one in found)

    async def _hello(self, message: WSMessage) -> None:
        """Read back when a socket is there: what was said meanwhile may come, or not."""
        if json.loads(message.data).get("type") == "hello":
            self._begin(self._catch_up())

    async def _catch_up(self) -> None:
        await self._read_back()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ events

    async def _take_in(
        self,
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt's name
    ) -> BoltResponse | None:
        """Commit what an event says. Where that fails Slack is not acknowledged, and repeats it."""
        event = body.get("event")
        if body.get("type") != "event_callback" or not isinstance(event, dict):
            await next()
            return None
        kind = str(event.get("type"))
        if kind in _OF_LISTENERS:
            await next()
            return None
        known = await self._people.known(self._reader.wanted(event))
        for signal in self._reader.signals(event, known):
            if isinstance(signal, Deleted):
                self._note_deleted(signal)
            elif isinstance(signal, Said | Edited) and (signal.room, signal.id) in self._deleted:
                continue  # its deletion overtook it: Slack promises no order
            await self._door.hear(signal)
        self._note_change(kind, event)
        return BoltResponse(status=200, body="")

    def _note_deleted(self, signal: Deleted) -> None:
        self._history.note_deleted(signal)
        self._deleted[signal.room, signal.id] = None
        if len(self._deleted) > _DELETIONS_KNOWN:
            del self._deleted[next(iter(self._deleted))]

    def _note_change(self, kind: str, event: Mapping[str, Any]) -> None:
        """Try again what waits, and ask anew who people are, where Slack says it was changed."""
        changed = event.get("user")
        if kind in ("user_change", "user_profile_changed") and isinstance(changed, dict):
            self._people.forget(str(changed.get("id")))
        if kind == "subteam_members_changed":
            self._people.forget(str(event.get("subteam_id")))
        if kind not in _OPENED_AGAIN:
            return
        channel = event.get("channel")
        number = str(channel.get("id") if isinstance(channel, dict) else channel)
        self._people.forget(number)
        self._door.reachable((Room(PLATFORM, number), privately(PLATFORM)))
        self._owner.announced()
        self._begin(self._catch_up())

    async def _failed(self, error: Exception) -> BoltResponse:
        """Log what kind of failure it was, and nothing that anybody wrote."""
        log.error("Something from Slack could not be taken in (%s).", type(error).__name__)
        self._owner.cut()
        self._behind.set()
        return BoltResponse(status=500, body="")

    # ------------------------------------------------------------ reading back

    async def _read_back(self, known: datetime | None = None) -> frozenset[str]:
        """Read what is new since `known` (None: since we last listened).

        Returns the ids of the messages that nobody had brought. What was there before is looked
        at once more beside everything else, for edits and deletions: where Slack gives 15
        messages a minute that takes hours.
        """
        async with self._reading:
            self._behind.clear()
            await self._leave_off()
            now, since = self._clock(), known or self.heard_until
            try:
                if since is not None:
                    await self._history.begin(since)
                new = await self._history.read_new()
            except Exception as failure:  # whatever the network or the store raises
                why = str(failure) if isinstance(failure, Unreachable) else type(failure).__name__
                log.warning("Slack could not be read back (%s); it is tried again.", why)
                self._behind.set()
                return frozenset()
            self.heard_until = now
            self._owner.read(len(new.found), new.deleted)
            self._tell_refused(new)
            if known is None:
                self._again = asyncio.create_task(self._look_again())
        return new.found

    async def _look_again(self) -> None:
        try:
            changed = await self._history.read_again()
        except Exception as failure:  # the next reading goes on where this one was
            log.warning("Slack was not read to the end (%s).", type(failure).__name__)
            return
        self._owner.read(len(changed.found), changed.deleted)
        self._tell_refused(changed)

    async def _leave_off(self) -> None:
        """End the second look; the next one goes on where it was."""
        if self._again is not None:
            self._again.cancel()
            await asyncio.gather(self._again, return_exceptions=True)
            self._again = None

    @staticmethod
    def _tell_refused(reading: Reading) -> None:
        for room, reason in dict.fromkeys(reading.refused):
            log.warning("%s cannot be read back: %s.", room, reason)


def _was_said(message: str, by: datetime) -> bool:
    """Whether a message was said by then; ids of other platforms are no messages here."""
    try:
        return moment_of(message) < by
    except ValueError:
        return False
