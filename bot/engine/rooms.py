"""What rooms and platforms are called, wherever people read of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.engine.actions import Who, Words
from bot.engine.agenda import OWN, Room

_SHORT_ID = 4
"""Letters by which the ids of channels, which are long and begin alike, are told apart."""

_PLATFORMS = {OWN: "built-in room", "discord": "Discord", "slack": "Slack"}


def platform_name(platform: str) -> str:
    """Name a platform: `Discord`, `built-in room`."""
    return _PLATFORMS.get(platform, platform)


def person_name(who: Who) -> str:
    """Call a person where their platform cannot say their name: as is known, or `somebody`."""
    if who.called:
        return who.called
    return "somebody in the room" if who.on == OWN else f"somebody on {platform_name(who.on)}"


def room_name(room: Room, *, whole: bool = False) -> str:
    """Name a room: `room urojc`, `Discord channel …7890`; with its `whole` id where one asks."""
    if room.platform == OWN:
        return f"room {room.name}"
    is_long = len(room.name) > _SHORT_ID + 4 and not whole
    name = f"…{room.name[-_SHORT_ID:]}" if is_long else room.name
    return f"{platform_name(room.platform)} channel {name}"


def places(rooms: Sequence[Room]) -> Mapping[str, str]:
    """Name the rooms of a chat that has several: by platform where that tells them apart."""
    if len(rooms) < 2:
        return {}
    ways: list[Callable[[Room], str]] = [
        lambda room: platform_name(room.platform),
        room_name,
        lambda room: room_name(room, whole=True),
    ]
    for name in ways:
        found = {str(room): name(room) for room in rooms}
        if len(set(found.values())) == len(rooms):
            break
    return found


def whereabouts(rooms: Sequence[Room], room: Room, here: Room) -> Words:
    """Say where another of a chat's rooms is to people in `here`: `on Slack`, `in #urology`."""
    if room.platform == here.platform and room.platform != OWN:
        return ("in ", room)
    if sum(one.platform == room.platform for one in rooms) > 1:
        return (f"in {'' if room.platform == OWN else 'the '}{places(rooms)[str(room)]}",)
    return (
        "in the built-in room" if room.platform == OWN else f"on {platform_name(room.platform)}",
    )
