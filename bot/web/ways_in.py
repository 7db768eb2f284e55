"""Where people come in: the rooms of this house, and a link for each of their moderators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.engine.agenda import OWN, Series
from bot.web.access import Access


def room_lines(series: Iterable[Series], url: str) -> list[str]:
    """Return a line with the address of each room, for whoever runs the house."""
    rooms = {room.name: None for one in series for room in one.agenda.rooms if room.platform == OWN}
    return [f"Room {room}: {url}/rooms/{room}" for room in rooms]


def moderator_lines(series: Iterable[Series], access: Access, url: str, now: datetime) -> list[str]:
    """Return a line with a link for each moderator of these rooms; who has it comes in as them."""
    names = {name: None for one in series for name in one.agenda.moderators.get(OWN, ())}
    return [f"Moderator {name}: {access.link_for(name, url, now)}" for name in names]
