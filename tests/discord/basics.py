"""Ids, times, users, and an event on its way: what every other file here is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.discord.guild import Guild
    from tests.discord.places import Place

JSON = dict[str, Any]

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""Where the milliseconds of a snowflake begin (reference "Snowflakes")."""


def first_id(at: datetime) -> int:
    """Return the smallest id of an instant."""
    return (at - EPOCH) // timedelta(milliseconds=1) << 22


def id_time(snowflake: int) -> datetime:
    """Return the instant that an id holds."""
    return EPOCH + timedelta(milliseconds=snowflake >> 22)


def iso(at: datetime) -> str:
    """Write an instant as Discord does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Dispatch:
    """An event on its way to the gateway sessions that may have it.

    `place` is where it happened: whoever may not view that is not told. `wordless` makes the data
    for a session without the message content intent.
    """

    name: str
    data: JSON
    guild: Guild | None = None
    place: Place | None = None
    wordless: Callable[[], JSON] | None = None
    about_bot: bool = False


@dataclass(eq=False)
class User:
    """Somebody with an account; `bot` is an application's."""

    id: int
    name: str
    bot: bool = False
    refuses_dms: bool = False

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def payload(self) -> JSON:
        return {
            "id": str(self.id),
            "username": self.name if self.bot else self.name.lower().replace(" ", "_"),
            "global_name": None if self.bot else self.name,
            "discriminator": "1234" if self.bot else "0",
            "avatar": None,
            "bot": self.bot,
            "system": False,
            "public_flags": 0,
            "flags": 0,
            "banner": None,
            "accent_color": None,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
            "clan": None,
        }
