"""Who leaves the workspace: as Slack tells it, and as it is found out where it was not told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.engine.errors import reason
from bot.platforms.platform import Door
from bot.platforms.slack.people import People
from bot.platforms.slack.signals import PLATFORM

log = logging.getLogger(__name__)

USER_CHANGE = "user_change"
"""The event by which Slack tells of an account that was closed, among much else."""

LOOKS_EVERY = timedelta(days=1)
"""How often it is looked whether those who spoke are still there, beside each new session."""

APART = timedelta(seconds=1)
"""Between two people who are looked for: users.info may be called about 100 times a minute."""


class Leavers:
    """Tells the house who left the workspace: their account was closed (`deleted`)."""

    def __init__(self, people: People, door: Door, apart: timedelta = APART) -> None:
        self._people = people
        self._door = door
        self._apart = apart

    async def heard(self, event: Mapping[str, Any]) -> None:
        """Take a `user_change`. Raises what the store raises; then Slack tells it again."""
        user = event.get("user")
        if isinstance(user, Mapping) and isinstance(user.get("id"), str):
            self._people.forget(user["id"])
            if user.get("deleted") is True:
                await self._left(user["id"])

    async def find(self) -> None:
        """Look now, and every day, whether somebody left of whom nobody told."""
        while True:
            if self._door.minds_leaving(PLATFORM):
                try:
                    await self._look()
                except Exception as failure:  # whatever the store raises
                    log.warning("Who left Slack is not known (%s); seen later.", reason(failure))
            await asyncio.sleep(LOOKS_EVERY.total_seconds())

    async def _look(self) -> None:
        speakers = await self._door.speakers(PLATFORM)
        for user in sorted({one for people in speakers.values() for one in people}):
            if await self._people.has_left(user):
                await self._left(user)
            await asyncio.sleep(self._apart.total_seconds())

    async def _left(self, user: str) -> None:
        await self._door.left(f"{PLATFORM}:{user}", lambda room: room.platform == PLATFORM)
