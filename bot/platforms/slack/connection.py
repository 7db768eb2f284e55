"""One session with Slack: its events come in and are committed before they are acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.engine.actions import privately
from bot.engine.agenda import Room
from bot.engine.errors import reason
from bot.engine.signals import Deleted, Edited, Said
from bot.platforms.platform import Door, Hindered, Unreachable
from bot.platforms.slack.catching_up import CatchingUp, Owner
from bot.platforms.slack.changes import change_of
from bot.platforms.slack.commands import authorize, install
from bot.platforms.slack.leaving import USER_CHANGE, Leavers
from bot.platforms.slack.people import People
from bot.platforms.slack.refusals import CUT, app_token_wrong
from bot.platforms.slack.signals import PLATFORM, Reader, moment_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited for what.

    `looks_every` whether the socket lives. `gives_up_after` so long without one a new session is
    begun. `reads_again_after` something could not be taken in. `checks_every` whether a socket
    that is open still brings what is said: what it should have brought `settled_after` it was
    said and did not means that it is dead. `rests` are how long nothing is tried after each of the
    tries that fail one after the other.
    """

    looks_every: timedelta = timedelta(seconds=5)
    gives_up_after: timedelta = timedelta(minutes=1)
    reads_again_after: timedelta = timedelta(seconds=30)
    checks_every: timedelta = timedelta(minutes=5)
    settled_after: timedelta = timedelta(minutes=1)
    rests: tuple[timedelta, ...] = tuple(timedelta(seconds=s) for s in (1, 2, 5, 10, 20, 30, 60))


USUAL = Pace()

_DELETIONS_KNOWN = 1000
"""Of so many deletions it is known that what they deleted is not to be heard any more."""

_REPLAYED_WITHIN = 2 * 300
"""Seconds between the times of two requests that can both count: one counts for five minutes
before and after its time (Verifying requests from Slack, "Step-by-step")."""

_OF_LISTENERS = frozenset({"app_home_opened"})
"""Events that a listener answers; all others are taken in here."""


class Connection:
    """A Bolt app, with what reads, commits and answers."""

    def __init__(
        self,
        client: AsyncWebClient,
        me: AsyncSlackResponse,
        reader: Reader,
        people: People,
        door: Door,
        clock: Callable[[], datetime],
        pace: Pace,
        signing_secret: str,
        owner: Owner,
        catching_up: CatchingUp,
    ) -> None:
        self._owner = owner
        self._reader = reader
        self._people = people
        self._door = door
        self._clock = clock
        self._pace = pace
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._app = AsyncApp(
            client=client,
            request_verification_enabled=False,  # they are before it reads them
            raise_error_for_unhandled_request=False,
        )
        authorize(self._app, me)
        self._app.middleware(self._take_in)
        self._app.error(self._failed)
        install(self._app, door, people)
        self._catching_up = catching_up
        self._answered: dict[str, int] = {}  # signatures, with the seconds in which they were made
        self._refused = False  # a request
        self._deleted: dict[tuple[Room, str], None] = {}  # in the order in which it was told
        self._tasks: set[asyncio.Task[None]] = set()
        self._checked_at = clock()
        self._leavers = Leavers(people, door)

    # ------------------------------------------------------------ the session

    async def listen(self, app_token: str, base_url: str) -> None:
        """Listen at a socket until it was silent for too long."""
        await self._catching_up.begin()  # before anything is heard
        asking = AsyncWebClient(token=app_token, base_url=base_url, retry_handlers=[])
        handler = AsyncSocketModeHandler(
            self._app,
            app_token,
            web_client=asking,
            ping_interval=self._pace.looks_every.total_seconds(),
        )
        handler.client.on_message_listeners.append(self._hello)
        self._begin(self._leavers.find())
        connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
        try:
            await self._watch(handler)
        except Unreachable:
            await _must_open(asking, app_token)
            raise
        finally:
            connecting.cancel()
            with contextlib.suppress(Exception):  # what is broken already need not be closed
                await handler.close_async()  # type: ignore[no-untyped-call]
            await asyncio.gather(connecting, return_exceptions=True)

    async def serve(self) -> None:
        """Take in what Slack sends to our address; nothing tells when it cannot reach it."""
        await self._catching_up.begin()
        await self._catching_up.read()
        self._begin(self._leavers.find())
        told = False
        while True:
            await self._look()
            if await self._check(self._clock()) and not told:
                told = True
                log.warning(
                    "Slack's requests do not arrive; the channels of open chats are read instead, "
                    "and commands do not work. Can Slack open ROUNDS_URL? Verify the address at "
                    "api.slack.com/apps, Event Subscriptions."
                )

    async def receive(self, body: str, headers: Mapping[str, str]) -> BoltResponse:
        """Answer a request: 401 if Slack did not sign it, did so long ago, or it came before.

        What Slack delivers again it signs anew. A request that was not answered well counts as if
        it had not come.
        """
        signed = self._signed(body, headers)
        if signed is None:
            self._tell_refused()
        if signed is None or signed[0] in self._answered:
            return BoltResponse(status=401, body="")
        self._note_answered(*signed)
        status = 0
        try:
            request = AsyncBoltRequest(body=body, headers=dict(headers))
            answer = await self._app.async_dispatch(request)
            status = answer.status
        finally:
            if not 200 <= status < 300:
                self._answered.pop(signed[0], None)
        return answer

    def _signed(self, body: str, headers: Mapping[str, str]) -> tuple[str, int] | None:
        """Return a request's signature with its time; None: it is not Slack's, or too old."""
        named = {name.lower(): value for name, value in headers.items()}
        try:
            if self._verifier is None or not self._verifier.is_valid_request(body, named):
                return None
            return named["x-slack-signature"], int(named["x-slack-request-timestamp"])
        except (TypeError, ValueError):  # its time is no number, or its signature not in ASCII
            return None

    def _tell_refused(self) -> None:
        """Say once in the log that a request was refused: Slack's own may be, for two reasons."""
        if not self._refused:
            log.warning(
                "A request to Slack's address was refused: SLACK_SIGNING_SECRET did not sign it in "
                "these five minutes. If Slack sent it (it says so where the address is verified), "
                "compare the secret (api.slack.com/apps, Basic Information, App Credentials) and "
                "this machine's clock."
            )
        self._refused = True

    def _note_answered(self, signature: str, at: int) -> None:
        """Take note of a request; those that are too old to count are forgotten."""
        self._answered[signature] = at
        while at - next(iter(self._answered.values())) > _REPLAYED_WITHIN:
            del self._answered[next(iter(self._answered))]

    async def end(self) -> None:
        """Close everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._catching_up.leave_off()

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        """Return when no socket lives, or one is open and dead; read back what was not taken in."""
        cut_at: datetime | None = self._clock()
        while True:
            await self._look()
            now = self._clock()
            if await handler.client.is_connected():
                cut_at = None
                self._catching_up.heard(now)
                if await self._check(now):
                    log.warning("Slack's socket is open and brings nothing; a new one is opened.")
                    return
                continue
            self._owner.cut()
            cut_at = cut_at or now
            if now - cut_at > self._pace.gives_up_after:
                raise Unreachable("Slack's socket stays closed.")

    async def _look(self) -> None:
        """Let some time pass; read back what could not be taken in meanwhile."""
        behind, pace = self._catching_up.behind, self._pace
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(behind.wait(), pace.looks_every.total_seconds())
            await asyncio.sleep(pace.reads_again_after.total_seconds())
            await self._catching_up.read()

    async def _check(self, now: datetime) -> bool:
        """Look now and then for what nobody brought; say whether it should have been brought."""
        before = self._checked_at
        if now - before < self._pace.checks_every:
            return False
        self._checked_at = now
        found = await self._catching_up.read(known=before - self._pace.settled_after)
        return any(_was_said(one, now - self._pace.settled_after) for one in found)

    async def _hello(self, message: WSMessage) -> None:
        """Read back when a socket is there: what was said meanwhile may come, or not."""
        if json.loads(message.data).get("type") == "hello":
            self._begin(self._catch_up())

    async def _catch_up(self) -> None:
        await self._catching_up.read()

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
        if kind == USER_CHANGE:
            await self._leavers.heard(event)
            return BoltResponse(status=200, body="")
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
        self._catching_up.note_deleted(signal)
        self._deleted[signal.room, signal.id] = None
        if len(self._deleted) > _DELETIONS_KNOWN:
            del self._deleted[next(iter(self._deleted))]

    def _note_change(self, kind: str, event: Mapping[str, Any]) -> None:
        """Take note of what was done to a channel or a user group, of which much is remembered."""
        if kind == "subteam_members_changed":
            self._people.forget(str(event.get("subteam_id")))
        if (change := change_of(event, self._reader.user)) is None:
            return
        self._people.forget(change.room.name)
        if change.shut:
            self._door.changed(change.room, shut=change.shut)
        if change.freed:  # what waits is tried again, and what was said meanwhile is read
            self._catching_up.note_freed(change.room)
            self._door.changed(change.room, freed=change.freed)
            self._door.reachable((change.room, privately(PLATFORM)))
            self._owner.announced()
        if change.shut or change.freed:
            self._begin(self._catch_up())

    async def _failed(self, error: Exception) -> BoltResponse:
        """Log what kind of failure it was, and nothing that anybody wrote."""
        log.error("Something from Slack could not be taken in (%s).", reason(error))
        self._owner.cut()
        self._catching_up.behind.set()
        return BoltResponse(status=500, body="")


async def _must_open(client: AsyncWebClient, app_token: str) -> None:
    """Raise Hindered where Slack opens no socket for this token; the library only tries again."""
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        if why := app_token_wrong(error):
            raise Hindered(f"Slack opens no socket with the app token. {why}") from None
    except CUT:
        return


def _was_said(message: str, by: datetime) -> bool:
    """Whether a message was said by then; ids of other platforms are no messages here."""
    try:
        return moment_of(message) < by
    except ValueError:
        return False
