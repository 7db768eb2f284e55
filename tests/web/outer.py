"""Chats that are held on Discord, and who moderates them there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.engine.agenda import Room, Series
from bot.engine.people import Person
from bot.engine.signals import StartAsked
from tests.house import House, urojc

CHANNEL, FURTHER = Room("discord", "345678901234567890"), Room("discord", "345678901234567999")

ANN = Person("discord", "5", "Ann Lee")
HOLDER = replace(ANN, badges=frozenset({"role:9"}))
STEWARD = replace(ANN, steward=True)


def on_discord(name: str, channel: Room, *listed: str) -> Series:
    """Return a series that is held in a channel; `listed` are its moderators there."""
    series = urojc(name, moderators=())
    moderators = {"discord": listed} if listed else {}
    agenda = replace(
        series.agenda, title=f"The {name} club", rooms=(channel,), moderators=moderators
    )
    return replace(series, agenda=agenda)


NAMED = on_discord("named", CHANNEL, "user:5", "role:8")
ROLES = on_discord("roles", FURTHER, "role:9")
FREE = on_discord("free", CHANNEL)
FAR = on_discord("far", FURTHER)


async def open_all(house: House, *series: Series) -> dict[str, str]:
    """Open a chat of each in which somebody speaks; return their ids by the series' names."""
    opened = {}
    for one in series:
        house.series[one.name] = one
        room, chat = one.agenda.rooms[0], f"{one.name}-2026-12-07"
        by = Person("discord", "1", "Somebody", frozenset({"role:8", "role:9"}), steward=True)
        signal = StartAsked(house.clock(), room, by, chat, one.name, one.agenda)
        outcome = await house.runner.handle(signal)
        assert outcome.chat is not None
        opened[one.name] = outcome.chat.id
        house.clock.advance(timedelta(seconds=1))
        await house.say(room, Person("discord", "6", "Ben"), f"#{one.name} T1 of {one.name}")
    return opened
