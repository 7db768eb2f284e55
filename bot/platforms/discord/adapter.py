"""Discord: one supervised connection, what comes over it as signals, and actions as calls.

The connection may fail in every way that Discord knows; the process goes on, and so do the other
platforms. After a break that the gateway cannot make up for (no RESUME), what was said meanwhile
is read back; until then nobody takes the talk for complete (`is_current`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import discord

from bot.engine.actions import (
    Amend,
    Archive,
    KeepOpen,
    Post,
    Remove,
    SlowMode,
    Spot,
    Tell,
    TimeOut,
    Whisper,
)
from bot.platforms.appointment import Appointment
from bot.platforms.discord.address import greet, listen_at, point_at
from bot.platforms.discord.connection import USUAL, Connection, Pace
from bot.platforms.discord.events import keep_events
from bot.platforms.discord.measures import Measures
from bot.platforms.discord.needs import tells_who_leaves
from bot.platforms.discord.refusals import LOGIN_REFUSED
from bot.platforms.discord.signals import PLATFORM
from bot.platforms.discord.text import address
from bot.platforms.platform import Door, Errand, Hook, Receipt
from bot.platforms.standing import Standing

log = logging.getLogger(__name__)

CONNECTS_EVERY = (1, 2, 5, 10, 20, 30, 60)
"""Seconds until the next try while Discord cannot be reached."""

IDENTIFIES_EVERY = (1, 2, 5, 10, 20, 40, 90)
"""The same where a session was begun and broke off at once, as by a frame that cannot be read.

A bot that begins more than 1,000 in a day loses its token (events/gateway "Rate Limiting").
"""

STEADY = timedelta(minutes=10)
"""How long a session lasts that did not break off at once."""

LOOKS_EVERY = 1.0
"""Seconds after which it looks at the clock while it waits."""

NO_CONTENT = (
    "the Message Content Intent is not granted. Switch it on in the developer portal (Bot, "
    "Privileged Gateway Intents)."
)

NO_MEMBERS = (
    "the Server Members Intent is not granted, so nobody tells Rounds who leaves a server, which "
    "an agenda wants to know (forget_on_leave). It is looked for once a day instead. Switch it "
    "on in the developer portal (Bot, Privileged Gateway Intents), and start Rounds anew."
)


class _OtherIntents(Exception):
    """What is asked of the gateway is not what is granted; another session asks for that."""


class Discord(Standing):
    """The platform. `changed` is called when it comes to be connected, or something changed."""

    def __init__(
        self,
        token: str,
        door: Door,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
        api: str = "",
        pace: Pace = USUAL,
    ) -> None:
        super().__init__("Discord", changed)
        self._token = token
        self._door = door
        self._clock = clock
        self._api = api
        self._pace = pace
        self._client: Connection | None = None  # while it is ready
        self._doing: set[asyncio.Task[Receipt]] = set()
        self._tells_who_leaves = True  # as far as is known
        self.hooks: Mapping[str, Hook] = {}  # Discord comes over its gateway

    # ------------------------------------------------------------ actions

    async def perform(self, errand: Errand) -> Receipt:
        """Do what the errand's action says.

        Raises Unreachable, Hindered or Impossible.
        """
        client = self._client
        if client is None:
            raise self.trouble
        # Whoever has waited long enough leaves; the request goes on. Cut off in a global rate
        # limit it would let the library wait for ever.
        doing = asyncio.create_task(self._do(client, errand))
        self._doing.add(doing)
        doing.add_done_callback(self._done)
        return await asyncio.shield(doing)

    def _done(self, doing: asyncio.Task[Receipt]) -> None:
        self._doing.discard(doing)
        if not doing.cancelled():
            doing.exception()  # whoever still waits is told; nobody else needs to be

    async def _do(self, client: Connection, errand: Errand) -> Receipt:
        match action := errand.action:
            case Post():
                receipt = await client.posts.post(action, errand)
                if receipt.thread is not None:
                    client.expect(int(receipt.thread), int(action.room.name))
                return receipt
            case KeepOpen():
                return await client.posts.keep_open(action, errand.now)
            case Archive():
                return await client.posts.archive(action, errand.now)
            case Tell():
                return await client.posts.tell(action, errand)
            case Amend(recalls=True):
                return await client.posts.amend(action, errand)
            case SlowMode():
                return await Measures(client).slow(action, errand.now)
            case TimeOut():
                return await Measures(client).silence(action, errand.now)
            case Remove():
                return await Measures(client).remove(action, errand)
            case Amend() | Whisper():
                return Receipt(errand.now)  # a thread is locked, and its talk ends with it

    def address(self, spot: Spot) -> str:
        """Return where a message, a thread or a channel is found; empty: its server is unknown."""
        client, room = self._client, spot.room.name
        channel = client.get_channel(int(room)) if client and room.isdecimal() else None
        if not isinstance(channel, discord.abc.GuildChannel):
            return ""
        return address(channel.guild.id, spot)

    async def keep_appointments(
        self, wanted: Sequence[Appointment], spared: Collection[str], now: datetime
    ) -> Sequence[str]:
        """Let the servers' scheduled events be these; see `Board`."""
        if self._client is None:
            raise self.unconnected()
        return await keep_events(self._client, wanted, spared, now)

    # ------------------------------------------------------------ the connection

    async def run(self) -> None:
        """Stay connected until cancelled."""
        failures = 0
        while True:
            began = self._clock()
            hears_leavers = self._tells_who_leaves and self._door.minds_leaving(PLATFORM)
            client = Connection(
                self, self._door, self._clock, self._pace, hears_leavers=hears_leavers
            )
            try:
                await self._connect(client)
                wait = 0.0
            except _OtherIntents:
                wait = 0.0
            except Exception as failure:  # the library lets through whatever its network raises
                self.lose(client)
                every = IDENTIFIES_EVERY if client.has_identified else CONNECTS_EVERY
                wait = self._broken_off(failure, every[min(failures, 6)])
            finally:
                is_steady = client.was_ready and self._clock() - began > STEADY
                failures = 0 if is_steady else failures + 1
                self.lose(client)
                await client.end()
            await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        """Wait, at most so long; the clock may be set meanwhile, which no timer notices."""
        until = self._clock() + timedelta(seconds=seconds)
        while seconds > 0 and self._clock() < until:
            await asyncio.sleep(min(seconds, LOOKS_EVERY))
            seconds -= LOOKS_EVERY

    async def _connect(self, client: Connection) -> None:
        """Log in and listen; returns where the connection was given up after a long break."""
        point_at(self._api)
        listen_at((await greet(self._api)).gateway if self._api else "")
        await client.login(self._token)
        flags = client.application_flags
        if not (flags.gateway_message_content or flags.gateway_message_content_limited):
            raise discord.PrivilegedIntentsRequired(None)
        self._must_ask_for_what_is_granted(tells_who_leaves(flags))
        await client.listen()

    def _must_ask_for_what_is_granted(self, granted: bool) -> None:
        """Begin anew where who leaves is, or is not, told otherwise than was thought.

        Discord closes a session that asks for more than is granted, and nothing would be heard.
        """
        if not self._door.minds_leaving(PLATFORM) or granted is self._tells_who_leaves:
            return
        self._tells_who_leaves = granted
        if not granted:
            log.warning("On Discord %s", NO_MEMBERS)
        raise _OtherIntents

    def _broken_off(self, failure: Exception, wait: float) -> float:
        """Say why there is no connection; return after how many seconds one is tried again."""
        match failure:
            case discord.LoginFailure() | discord.ConnectionClosed(code=4004):
                self.refused(LOGIN_REFUSED)
            case discord.PrivilegedIntentsRequired():
                self.refused(NO_CONTENT)
            case _:
                self.failed(failure)
                return wait
        return self._pace.asks_again_after.total_seconds()

    # ------------------------------------------------------------ told by the connection

    def gain(self, client: Connection) -> None:
        """Perform actions through this connection, which is ready."""
        self._client = client
        self.connected()

    def lose(self, client: Connection) -> None:
        """Perform nothing through this connection any more."""
        self.cut()
        if self._client is client:
            self._client = None
            self.disconnected()
