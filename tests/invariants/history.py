"""What was said in a chat, what is kept of it, and the same through any disturbance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.engine.agenda import Agenda, Room, Topic
from bot.engine.commands import parse
from bot.engine.messages import Message
from bot.engine.people import Person, Role
from bot.engine.signals import Asked, DateCame, Edited, Reacted, Said, Signal
from bot.intake.runner import Store
from bot.simulation import Simulation

ROOM = Room("local", "urojc")
OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
CHAT = "urojc-2026-12-07"
ANN, BOB, HENRY = (Person("local", name, name.title()) for name in ("ann", "bob", "henry"))


def at(hours: float) -> datetime:
    """Return the moment so long after the opening."""
    return OPENS + timedelta(hours=hours)


def asked(hours: float, command: str, by: Person = HENRY) -> Asked:
    """Return what reaches us when somebody types a command in the room."""
    return Asked(at(hours), ROOM, by, parse(command)[1])


FIRST_HOURS: tuple[Signal, ...] = (
    Said(at(-0.5), ROOM, "1", ANN, "Early bird"),
    Said(at(0.2), ROOM, "2", ANN, "T1: a good question"),
    Said(at(0.3), ROOM, "3", BOB, "I agree", reply_to="2"),
    Edited(at(0.4), ROOM, "2", "T1: a very good question"),
    Reacted(at(0.5), ROOM, "2", BOB, "👍"),
    asked(1, "topic An added one?"),
    asked(2, "next"),
)
"""A chat until T2: something of everything that people do."""


def agenda(topics: int = 3, apart: timedelta = timedelta(hours=6)) -> Agenda:
    return Agenda(
        title="Journal club",
        zone="Australia/Sydney",
        window=timedelta(hours=48),
        rooms=(ROOM,),
        topics=tuple(Topic(f"Question {n}?", apart * n) for n in range(topics)),
        moderators={"local": ("henry",)},
        reminders=(timedelta(hours=1),),
    )


@dataclass(frozen=True)
class Arrival:
    """A signal, and when it reaches us: never before its own time, perhaps much later."""

    at: datetime
    signal: Signal


async def live_through(
    store: Store, plan: Agenda, arrivals: Sequence[Arrival], start: datetime
) -> None:
    """Hold a chat whose signals arrive when they do, until long after its end."""
    house = Simulation(store, start)
    async with house.runner.running():
        await house.runner.handle(DateCame(start, CHAT, "urojc", plan, OPENS))
        for arrival in sorted(arrivals, key=lambda a: a.at):
            await house.advance(arrival.at)
            await house.take([arrival.signal])
        await house.advance(OPENS + timedelta(days=9))


async def rows(store: Store) -> tuple[list[Message], list[tuple[object, ...]]]:
    """Return all messages in order, and the reactions that stand."""
    async with store.reading() as tables:
        messages = [
            message
            async for batch in tables.messages_since(CHAT, datetime(2000, 1, 1, tzinfo=UTC))
            for message in batch
        ]
        reactions = await tables.connection.rows(
            "SELECT message, person, emoji FROM reactions WHERE present = 1 "
            "ORDER BY message, person, emoji"
        )
    unique = {message.key: message for message in messages}
    return sorted(unique.values(), key=lambda m: (m.at, m.key)), reactions


def of_people(messages: Sequence[Message]) -> list[Message]:
    """Leave the bot's own posts out."""
    return [m for m in messages if m.role is not Role.BOT and m.said]
