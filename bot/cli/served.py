"""Who serves a store, seen from another process: what its lock says, and what is answered."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.cli.situation import Serving
from bot.settings import Settings
from bot.store.address import Address
from bot.store.errors import StoreError
from bot.store.holding import Holder, holder_of

ANSWERS_WITHIN = 3.0
"""Seconds; a server that can serve answers within a little more than one."""


async def who_serves(settings: Settings) -> Serving:
    """Find out who serves the store of these settings, and ask them how they are."""
    who, holder = await _holder(settings)
    near = holder.near if holder is not None and holder.is_here else ""
    address = near or (holder.address if holder is not None else "") or settings.near_url
    told = await asyncio.to_thread(ask, address)
    if told and told["status"] == "standing by" and holder is not None and not holder.is_here:
        told = None  # its address means this machine here, and another one that waits for it
    return Serving(who, address, told, must_answer=bool(near))


async def _holder(settings: Settings) -> tuple[str | None, Holder | None]:
    """Return who holds the store in words (None: it cannot be known), and what they told."""
    where = settings.where
    try:
        if isinstance(where, Address):
            from bot.store.leading import leader_of  # noqa: PLC0415  most have no need of it

            holder: Holder | str | None = await leader_of(where)
        else:
            holder = holder_of(where)
    except (OSError, StoreError):
        return None, None
    if isinstance(holder, Holder):
        return str(holder).partition(", at ")[0], holder
    return holder or "", None


def ask(address: str) -> Mapping[str, object] | None:
    """Return what `/readyz` says at an address of Rounds; None: nothing of the kind answers."""
    try:
        parts = urlsplit(address)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.hostname or "", parts.port, timeout=ANSWERS_WITHIN)
    except (ValueError, http.client.HTTPException):
        return None
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        told = json.loads(answer.read(65_536))
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    is_ours = answer.getheader("Server") == "Rounds" and isinstance(told, dict)
    return told if is_ours and "status" in told else None
