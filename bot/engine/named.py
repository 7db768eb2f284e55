"""Whom an event names, and in which of its fields: so that nobody is overlooked who is erased.

A field is known by its name. `by` and `whom` hold a person's key; so does `person`, but where the
event tells of a room it is their id on the room's platform. `name` and `country` say more of the
person that the event names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import get_args

from bot.engine.agenda import Agenda, people_lists
from bot.engine.events import Event

WHO = ("by", "whom", "person")
"""Fields that say who somebody is."""

MORE = ("name", "country")
"""Fields that say more of that person."""

TEXTS = ("ask", "why", "agenda")
"""Fields that may mention or list anybody."""

_HAS: Mapping[type, frozenset[str]] = {
    kind: frozenset(field.name for field in fields(kind)) for kind in get_args(Event)
}

KINDS = tuple(
    sorted(kind.__name__ for kind, has in _HAS.items() if has.intersection((*WHO, "agenda")))
)
"""The kinds of events that name people by who they are, or list them."""


def who(event: Event) -> dict[str, str]:
    """Return whom an event names, by the field: each by their key."""
    has = _HAS[type(event)]
    found = {name: str(getattr(event, name)) for name in WHO if name in has}
    if "person" in found and "room" in has:
        found["person"] = f"{event.room.platform}:{found['person']}"  # type: ignore[union-attr]
    return {name: key for name, key in found.items() if key}


def people(event: Event) -> set[str]:
    """Return the keys of everybody whom an event names, or lists in an agenda."""
    agenda = getattr(event, "agenda", None)
    listed = people_lists(agenda) if isinstance(agenda, Agenda) else ()
    return set(who(event).values()) | {
        f"{platform}:{name.removeprefix('user:')}"
        for lists in listed
        for platform, names in lists.items()
        for name in names
    }


def more(event: Event) -> tuple[str, ...]:
    """Return the fields in which an event says more of the person that it names."""
    return tuple(name for name in MORE if name in _HAS[type(event)])
