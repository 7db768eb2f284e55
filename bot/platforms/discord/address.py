"""Where Discord is: the address of its API, of its gateway, and what a cut line raises."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.platforms.clocks import date_of
from bot.platforms.platform import Unreachable

DISCORD = "https://discord.com/api/v10"
"""Discord's own address, in the version that discord.py speaks."""

GATEWAY = DiscordWebSocket.DEFAULT_GATEWAY
"""Where discord.py listens by itself."""

CUT = (aiohttp.ClientError, OSError, TimeoutError)
"""What discord.py lets through where a request finds no way or gets no answer."""

PATIENCE = timedelta(seconds=10)
"""How long the first answer may take."""

MOST = 65_536
"""Bytes that are read of it; Discord's has about fifty."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """Discord's first answer: where its gateway is, and its own time, in whole seconds."""

    gateway: str
    date: datetime | None


def point_at(api: str) -> None:
    """Let all that is sent from now on go to `api`; empty: Discord's own.

    discord.py has no setting for it but attributes of its classes, which hold for the process.
    """
    Route.BASE = api or DISCORD


def listen_at(gateway: str) -> None:
    """Let connections to the gateway made from now on go there; empty: discord.py's own."""
    DiscordWebSocket.DEFAULT_GATEWAY = type(GATEWAY)(gateway) if gateway else GATEWAY


async def greet(api: str) -> Welcome:
    """Ask Discord at `api` (empty: its own) for its gateway, for which it wants no token.

    Raises Unreachable with a sentence.
    """
    url = f"{api or DISCORD}/gateway"
    timeout = aiohttp.ClientTimeout(total=PATIENCE.total_seconds())
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            body = await _read(answer)
    except CUT as error:
        raise Unreachable(f"{_named(api)} cannot be reached ({type(error).__name__}).") from None
    if answer.status != 200:
        raise Unreachable(f"{_named(api)} answers with HTTP {answer.status}.")
    return Welcome(_gateway(api, body), date_of(answer.headers.get("Date", "")))


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """Read an answer, of one that is too long for Discord's only the beginning."""
    body = b""
    async for part in answer.content.iter_any():
        body += part
        if len(body) > MOST:
            break
    return body[:MOST]


def _named(api: str) -> str:
    return f"Discord at {api}" if api else "Discord"


def _gateway(api: str, body: bytes) -> str:
    try:
        url = json.loads(body)["url"]
        host = type(GATEWAY)(url).host
    except (ValueError, TypeError, KeyError, RecursionError):
        url = host = None
    if not isinstance(url, str) or not url.startswith(("ws://", "wss://")) or not host:
        raise Unreachable(f"{_named(api)} does not answer as Discord does.")
    return url
