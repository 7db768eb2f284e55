"""Calls for a moderator in a script: who rings, who takes, who was told what."""

from __future__ import annotations

import pytest

from bot.engine import signals, steps
from bot.engine.actions import Post, Tell
from bot.engine.agenda import Agenda, Room
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.people import Person
from tests.engine.script import Script, agenda

DISCORD, SLACK = Room("discord", "100"), Room("slack", "C1")
LEE, MEI = Person("discord", "5", "Lee"), Person("discord", "6", "Mei")
ALICE = Person("discord", "1", "Alice")
HELP_LINES = {"GB": "Samaritans: call 116 123", "NO": "Mental Helse: call 116 123"}
ALL = ""


def on_call(*names: str, rooms: tuple[Room, ...] = (DISCORD,), **fields: object) -> Agenda:
    given = {
        "rooms": rooms,
        "moderators": {"discord": ("1", "2", "3"), "local": ("henry",), "slack": ("U9",)},
        "on_call": {"discord": names} if names else {},
        "help_lines": HELP_LINES,
    }
    return agenda("0m", **(given | fields))  # type: ignore[arg-type]


def running(plan: Agenda) -> Script:
    script = Script(plan)
    script.passes("24h")
    script.actions = []
    return script


def calls(script: Script, by: Person = LEE, room: Room = DISCORD, **more: str) -> list[Event]:
    return script.take(signals.HelpAsked(script.now, room, by, **more))


def takes(script: Script, by: Person, number: int = 0) -> list[Event]:
    return script.take(signals.TakeAsked(script.now, by, number))


def refusal(script: Script, by: Person, number: int = 0) -> str:
    with pytest.raises(Refused) as refused:
        takes(script, by, number)
    return str(refused.value)


def noticed(
    script: Script, message: str = "m1", by: Person = LEE, *concerns: str, country: str = ""
) -> list[Event]:
    seen = concerns or ("distress",)
    return script.take(
        signals.Noticed(
            script.now, DISCORD, f"{DISCORD}/{message}", by.id, None, seen, by.name, country
        )
    )


def paged(happened: list[Event]) -> list[str]:
    return [event.whom for event in happened if isinstance(event, steps.Paged)]


def told(script: Script) -> list[Tell]:
    """Take what was said privately so far."""
    tells = [action for action in script.actions if isinstance(action, Tell)]
    assert not any(isinstance(action, Post) for action in script.actions), "nothing in a room"
    script.actions = []
    return tells


def addressed(tells: list[Tell]) -> list[tuple[tuple[str, ...], str]]:
    return [(tell.people, tell.channel) for tell in tells]
