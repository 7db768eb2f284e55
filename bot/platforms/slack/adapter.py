"""Slack: one supervised app, over a socket or signed requests; events as signals, actions as calls.

What people say is committed in a middleware that comes before every listener, so that Slack is
acknowledged only afterwards: where the commit fails, Slack delivers again. After a break what was
said meanwhile is read back; until then nobody takes the talk for complete (`is_current`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.actions import Spot
from bot.platforms.appointment import Appointment
from bot.platforms.platform import Door, Errand, Hindered, Hook, Receipt
from bot.platforms.slack.catching_up import CatchingUp
from bot.platforms.slack.connection import USUAL, Connection, Pace
from bot.platforms.slack.history import History
from bot.platforms.slack.manifest import EVENTS_PATH
from bot.platforms.slack.people import People
from bot.platforms.slack.posts import Posts
from bot.platforms.slack.refusals import TokenRefused, translated
from bot.platforms.slack.signals import Reader
from bot.platforms.slack.text import address
from bot.platforms.standing import Standing

API = "https://slack.com/api/"

ANSWERS_WITHIN = 30
"""Seconds for one call."""

REFUSED_EVERY = 60
"""Seconds until a refused token is tried again."""

STEADY = timedelta(minutes=1)
"""A session that lasted longer is none of the failed tries that come one after the other."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Slack gave its app: `app` for the socket, or `signing` for signed requests."""

    bot: str
    app: str = ""
    signing: str = ""


class Slack(Standing):
    """The platform. `changed` is called when it comes to be connected, or something changed.

    `groups` gives the ids of the user groups that agendas name.
    """

    def __init__(
        self,
        secrets: Secrets,
        door: Door,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
        groups: Callable[[], Iterable[str]],
        api: str = "",
        pace: Pace = USUAL,
    ) -> None:
        super().__init__("Slack", changed)
        self._secrets = secrets
        self._door = door
        self._clock = clock
        self._api = api or API
        self._pace = pace
        self._client = AsyncWebClient(
            token=secrets.bot,
            base_url=self._api,
            timeout=ANSWERS_WITHIN,
            retry_handlers=[],  # nothing is posted twice because a connection broke
        )
        self._people = People(self._client, clock, groups)
        self._catching_up: CatchingUp | None = None  # whose the token is does not change
        self._connection: Connection | None = None
        self._posts: Posts | None = None
        self._listening: asyncio.Task[None] | None = None
        self._refusal: Hindered | None = None
        self._team = ""  # the workspace's address

    # ------------------------------------------------------------ actions

    async def perform(self, errand: Errand) -> Receipt:
        """Do what the errand's action says.

        Raises Unreachable, Hindered or Impossible.
        """
        posts = self._posts
        if posts is None:
            raise self.trouble
        try:
            return await posts.perform(errand)
        except TokenRefused as refusal:
            self.locked_out(refusal)
            raise

    def address(self, spot: Spot) -> str:
        """Return where a message, a thread or a channel is found; empty: not logged in yet."""
        return address(self._team, spot) if self._team else ""

    async def keep_appointments(
        self,
        wanted: Sequence[Appointment],  # noqa: ARG002  Slack has no calendar
        spared: Collection[str],  # noqa: ARG002  the same
        now: datetime,  # noqa: ARG002  the same
    ) -> Sequence[str]:
        """Show nothing: Slack has no calendar."""
        return ()

    # ------------------------------------------------------------ the connection

    @property
    def hooks(self) -> Mapping[str, Hook]:
        """Where Slack calls: nowhere if there is a socket."""
        return {} if self._secrets.app else {EVENTS_PATH: self._receive}

    async def _receive(
        self, body: str, headers: Mapping[str, str]
    ) -> tuple[int, str, Mapping[str, str]]:
        """Answer a signed request; while nothing can be taken in Slack is told to come again."""
        if self._connection is None:
            return 503, "", {}
        answer = await self._connection.receive(body, headers)
        return answer.status, answer.body or "", answer.first_headers_without_set_cookie()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        failures, rests = 0, self._pace.rests
        while True:
            began = self._clock()
            try:
                await self._session()
                failures = 0
                continue
            except Hindered as refusal:
                self.refused(str(refusal))
                wait = float(REFUSED_EVERY)
            except Exception as failure:  # the libraries let through whatever their network raises
                self.failed(failure)
                if self._clock() - began > STEADY:
                    failures = 0
                wait = rests[min(failures, len(rests) - 1)].total_seconds()
            failures += 1
            await asyncio.sleep(wait)

    async def _session(self) -> None:
        """Log in, and listen until there is a reason to begin anew."""
        with translated(None):
            me = await self._client.auth_test()
        self._team = str(me.get("url") or "")
        reader = Reader(str(me["user_id"]), str(me.get("bot_id") or ""))
        if self._catching_up is None:
            history = History(self._client, self._door, reader, self._people, self._clock)
            self._catching_up = CatchingUp(self, history, self._door, self._clock)
        connection = Connection(
            self._client,
            me,
            reader,
            self._people,
            self._door,
            self._clock,
            self._pace,
            "" if self._secrets.app else self._secrets.signing,
            self,
            self._catching_up,
        )
        self._connection, self._posts = connection, Posts(self._client, reader.user)
        self._refusal = None
        self.connected()
        self._listening = asyncio.create_task(self._listen(connection))
        try:
            await asyncio.wait({self._listening})
        finally:
            self._listening.cancel()
            self._connection, self._posts = None, None
            self.disconnected()
            await asyncio.gather(self._listening, return_exceptions=True)
            await connection.end()
            await self._people.close()
        if self._refusal is not None:
            raise self._refusal
        self._listening.result()

    async def _listen(self, connection: Connection) -> None:
        if self._secrets.app:
            await connection.listen(self._secrets.app, self._api)
        else:
            await connection.serve()

    def locked_out(self, refusal: Hindered) -> None:
        """Take note that Slack takes the token no longer; the session ends."""
        self._refusal = refusal
        if self._listening is not None:
            self._listening.cancel()
