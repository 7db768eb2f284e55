"""Who speaks, and as what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.engine.agenda import Agenda, Room


class Role(StrEnum):
    """As what somebody speaks in a chat."""

    PARTICIPANT = "participant"
    MODERATOR = "moderator"
    GUEST = "guest"
    VISITOR = "visitor"  # writes in a room whose chat is its members' alone; not counted
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform. Counted by platform and id, never by name.

    `badges` are further names under which an agenda may list them (`role:123`, `group:S1`);
    a `steward` moderates the room on the platform itself; `role` is set where the source
    states it, as a recording does; `since` is when their account was made, where that is known.
    """

    platform: str
    id: str
    name: str
    badges: frozenset[str] = frozenset()
    steward: bool = False
    role: Role | None = None
    since: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """The one name by which they are counted."""
        return f"{self.platform}:{self.id}"


def role_in(agenda: Agenda, person: Person) -> Role:
    """As what `person` speaks in a chat of `agenda`.

    A platform's list in `moderators` is complete; without one the room's stewards moderate. Where
    `members_only` names a platform, whoever is not in its list there is a visitor, unless they
    moderate or are a guest.
    """
    if person.role is not None:
        return person.role
    listed = agenda.moderators.get(person.platform, ())
    if _is_among(person, listed) or (person.steward and not listed):
        return Role.MODERATOR
    if _is_among(person, agenda.guests.get(person.platform, ())):
        return Role.GUEST
    members = agenda.members_only.get(person.platform)
    if members is not None and not _is_among(person, members):
        return Role.VISITOR
    return Role.PARTICIPANT


_IDS = {"discord": re.compile(r"[0-9]{15,20}"), "slack": re.compile(r"[UW][A-Z0-9]{7,}")}


def is_id(platform: str, text: str) -> bool:
    """Whether a text can be nothing but a person's id on a platform."""
    return platform in _IDS and _IDS[platform].fullmatch(text) is not None


def asking_in(room: Room, agenda: Agenda, person: Person) -> Person:
    """As whom somebody asks in `room` about a chat of `agenda`.

    A steward of that room is none of the rooms where the chat is held.
    """
    return person if room in agenda.rooms else replace(person, steward=False)


def _is_among(person: Person, listed: tuple[str, ...]) -> bool:
    if not listed:
        return False
    return (
        person.id in listed or f"user:{person.id}" in listed or not person.badges.isdisjoint(listed)
    )
