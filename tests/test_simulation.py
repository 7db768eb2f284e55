"""A clock that is moved by hand stops at every due moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from bot.engine.commands import Next, Skip
from bot.engine.people import Person
from bot.engine.signals import Asked, DateCame, Said
from bot.engine.state import Chat, Stage
from bot.simulation import Simulation
from bot.store.sqlite import opened
from tests.house import START, moderator, person, room_of, urojc

CLUB = urojc()
ROOM = room_of(CLUB)
CHAT = "urojc-2026-12-07"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


async def chat_of(house: Simulation) -> Chat:
    async with house.store.reading() as tables:
        chat = await tables.chat(CHAT)
    assert chat is not None
    return chat


def came() -> DateCame:
    return DateCame(at(-25), CHAT, "urojc", CLUB.agenda, START)


async def test_a_jump_over_two_days_does_everything_at_its_own_moment(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        house = Simulation(store, at(-25))
        async with house.runner.running():
            await house.runner.handle(came())
            await house.advance(at(100))
            assert house.now == at(100)
            chat = await chat_of(house)
    assert [topic.posted_at for topic in chat.topics] == [at(0), at(6), at(12)]
    assert (chat.closed_at, chat.stage) == (at(48), Stage.ARCHIVED)


async def test_a_signal_is_taken_between_what_is_due_before_and_after_it(tmp_path: Path) -> None:
    def said(hours: float, name: str) -> Said:
        return Said(at(hours), ROOM, name, person("Ann"), "here")

    async with opened(tmp_path / "rounds.db") as store:
        house = Simulation(store, at(-25))
        async with house.runner.running():
            await house.runner.handle(came())
            await house.play([said(5.9, "a"), said(6, "b"), said(6.1, "c"), said(50, "d")])
        async with store.reading() as tables:
            messages = await tables.messages([f"{ROOM}/{name}" for name in "abcd"])
    assert {m.id: m.topics for m in messages} == {"a": (1,), "b": (2,), "c": (2,), "d": (3,)}


async def test_what_a_command_asks_for_is_posted_at_that_moment(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        house = Simulation(store, at(-25))
        async with house.runner.running():
            await house.runner.handle(came())
            await house.play([Asked(at(1), ROOM, moderator(CLUB), Next())])
            assert (await chat_of(house)).topics[1].posted_at == at(1)


async def test_who_is_refused_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        house = Simulation(store, at(-25))
        async with house.runner.running():
            await house.runner.handle(came())
            await house.advance(at(1))
            skip = Asked(at(1), ROOM, Person("local", "p-1", "Ann"), Skip())
            said = Said(at(1), ROOM, "a", person("Ann"), "here")
            outcomes = await house.take([skip, said])
    assert [outcome.chat is not None for outcome in outcomes] == [True]


async def test_time_never_runs_backwards(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        house = Simulation(store, at(3))
        async with house.runner.running():
            await house.advance(at(2))
            assert house.clock() == at(3)
