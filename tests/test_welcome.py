"""A check-in is kept with everything else, and shows what it held back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.checkin import CheckIn
from bot.engine.signals import CheckedIn, ForgetAsked
from bot.runner import Changed
from bot.store import checkins
from tests.house import House, house, person, room_of, urojc

OPEN = urojc()
CLUB = replace(OPEN, agenda=replace(OPEN.agenda, require_checkin=True))
ROOM = room_of(CLUB)
ANN, BOB = person("Ann"), person("Bob")


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, CLUB) as found:
        yield found


async def changes(at: House, signal: CheckedIn) -> list[Changed]:
    seen: list[Changed] = []
    at.runner.watch(seen.append)
    await at.runner.handle(signal)
    return seen


def checks_in(at: House) -> CheckedIn:
    return CheckedIn(at.clock(), ROOM, ANN, "urojc", CheckIn(role="nurse"))


async def test_those_who_show_a_room_are_told_which_messages_show_now(at: House) -> None:
    await at.start(CLUB)
    mine = [await at.say(ROOM, ANN, text) for text in ("T1: yes", "T1: and no")]
    await at.say(ROOM, BOB, "T1: perhaps")
    (changed,) = await changes(at, checks_in(at))
    assert changed.messages == {f"{ROOM}/{message}" for message in mine}
    assert changed.rooms == {ROOM}
    assert changed.chats == frozenset()


async def test_where_nothing_was_held_back_nothing_is_shown_anew(tmp_path: Path) -> None:
    async with house(tmp_path, OPEN) as at:
        await at.start(OPEN)
        await at.say(ROOM, ANN, "T1: yes")
        (changed,) = await changes(at, checks_in(at))
        assert (changed.messages, changed.rooms) == (frozenset(), frozenset())


async def test_a_form_that_was_on_its_way_brings_nobody_back_who_is_forgotten(at: House) -> None:
    await at.start(CLUB)
    await at.say(ROOM, ANN, "T1: yes")
    late = checks_in(at)
    await at.runner.handle(ForgetAsked(at.clock(), ANN.key))
    await at.runner.handle(late)
    async with at.store.reading() as tables:
        assert await checkins.people(tables.connection) == set()
