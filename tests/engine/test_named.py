"""Whom events name, and that no event comes to name somebody where nobody looks."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import get_args, get_type_hints

import pytest

from bot.engine import events, named, steps
from bot.engine.agenda import Agenda, Room
from bot.engine.events import Event
from tests.engine.script import OPENS, agenda

ROOM = Room("discord", "1")
NOBODY = ("chat", "series", "ref", "thread", "key", "message", "messages", "rule", "concerns")
"""Fields of text in which nobody is named: ids of chats, posts and messages, names of rules."""


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_field_of_text_is_known_to_name_somebody_or_nobody(kind: type) -> None:
    """A new field that is in neither list would keep somebody who asked to be forgotten."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        hint = str(hints[field.name])
        if hints[field.name] is Agenda or "str" in hint.replace("StrEnum", ""):
            known = (*named.WHO, *named.MORE, *named.TEXTS, *NOBODY)
            assert field.name in known, f"{kind.__name__}.{field.name}"


def test_a_person_is_named_by_their_key_or_by_their_id_in_the_events_room() -> None:
    assert named.people(events.Opened(OPENS, "slack:U1")) == {"slack:U1"}
    assert named.people(events.Opened(OPENS)) == set()
    assert named.people(events.Withdrew(OPENS, "local:ann")) == {"local:ann"}
    assert named.people(events.ToldLate(OPENS, ROOM, "7", None)) == {"discord:7"}
    assert named.people(steps.Taken(OPENS, 1, "discord:7", "Ann")) == {"discord:7"}
    assert named.people(steps.Held(OPENS, "discord:1/5", "discord:7")) == {"discord:7"}


def test_those_that_an_agenda_lists_are_named() -> None:
    plan = agenda("0m", moderators={"discord": ("user:7",)}, members_only={"slack": ("U1",)})
    planned = events.Planned(OPENS, "a", "a", plan, OPENS, OPENS + timedelta(hours=1))
    assert named.people(planned) >= {"discord:7", "slack:U1"}


def test_the_kinds_that_name_people_are_those_with_such_fields() -> None:
    assert {"Opened", "Taken", "Flagged", "Paged", "Planned", "Withdrew"} <= set(named.KINDS)
    assert not {"Paused", "TopicPosted", "Unanswered"} & set(named.KINDS)
