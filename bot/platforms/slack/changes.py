"""What Slack's events say of a channel: that it is shut to the bot, or may be open to it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.engine.agenda import Room
from bot.platforms.slack.refusals import HINDRANCES
from bot.platforms.slack.signals import PLATFORM

OUTSIDE = (HINDRANCES["not_in_channel"], HINDRANCES["channel_not_found"])
"""Why nothing goes where the bot is not in a channel."""

ARCHIVED = HINDRANCES["is_archived"]

_SHUT = {
    "channel_left": HINDRANCES["not_in_channel"],
    "group_left": HINDRANCES["channel_not_found"],  # as Slack answers what is asked there then
    "channel_deleted": HINDRANCES["channel_not_found"],
    "group_deleted": HINDRANCES["channel_not_found"],
    "channel_archive": ARCHIVED,
    "group_archive": ARCHIVED,
}
"""Why nothing goes after an event; `channel_left` and `group_left` tell of the bot alone."""

_JOINED = "member_joined_channel"

_OPENED = {
    _JOINED: OUTSIDE,
    "channel_unarchive": (ARCHIVED,),
    "group_unarchive": (ARCHIVED,),
}
"""What is in the way no longer after an event, where it was."""

_RENAMED = ("channel_rename", "group_rename")


@dataclass(frozen=True, slots=True)
class Change:
    """What has become of a room: `shut` says why nothing goes there, `freed` what goes again.

    Neither: it is only called something else, or somebody else has come.
    """

    room: Room
    shut: str = ""
    freed: tuple[str, ...] = ()


def change_of(event: Mapping[str, Any], me: str) -> Change | None:
    """Return what an event says of a channel; None: nothing. `me` is the bot's user id."""
    kind, channel = str(event.get("type")), event.get("channel")
    number = channel.get("id") if isinstance(channel, dict) else channel
    if not isinstance(number, str) or not number:
        return None
    room = Room(PLATFORM, number)
    if kind in _SHUT:
        return Change(room, shut=_SHUT[kind])
    if kind in _RENAMED or (kind == _JOINED and event.get("user") != me):
        return Change(room)
    return Change(room, freed=_OPENED[kind]) if kind in _OPENED else None
