"""A check-in is kept with everything else, and shows what it held back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.people import Person
from bot.engine.showing import Audience
from bot.engine.signals import CheckedIn, Edited, ForgetAsked, Said, Signal
from bot.intake.runner import Changed
from bot.store import checkins
from bot.store.opening import IN_MEMORY, opened
from bot.transcripts.rendering import FORMATS, render
from tests.house import START, House, house, person, room_of, urojc

OPEN = urojc()
CLUB = replace(OPEN, agenda=replace(OPEN.agenda, require_checkin=True))
ROOM = room_of(CLUB)
ANN, BOB = person("Ann"), person("Bob")
MINUTE = timedelta(minutes=1)


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


@pytest.mark.parametrize("wanted", FORMATS)
async def test_names_that_somebody_checked_in_with_are_hidden_in_what_others_write(
    tmp_path: Path, wanted: str
) -> None:
    quiet = Person("local", "p-quietquietqu", "Wilhelmina Quiet")
    vm = Person("local", "p-vmvmvmvmvmvm", "VM")
    async with house(tmp_path, OPEN) as at:
        chat = await at.start(OPEN)
        await at.say(ROOM, vm, "T1: dear all")
        for who, said in (
            (quiet, CheckIn(consent=Consent.OUT)),
            (vm, CheckIn("Ottoline Vandermeer", consent=Consent.NAMED)),
            (vm, CheckIn(consent=Consent.PSEUDONYM)),
        ):
            await at.runner.handle(CheckedIn(at.clock(), ROOM, who, "urojc", said))
        message = await at.say(ROOM, BOB, "T1: Wilhelmina told me, as Vandermeer wrote")
        async with at.store.reading() as tables:
            its = await tables.chat(chat)
            assert its is not None
            edition = render(tables, its, wanted, Audience.PUBLIC)
            page = b"".join([chunk async for chunk in edition]).decode()
        assert "told me, as Participant" in page
        assert not any(name in page for name in ("Wilhelmina", "Quiet", "Vandermeer", "Ottoline"))
        await at.runner.handle(ForgetAsked(at.clock(), quiet.key))
        text = (await at.message(ROOM, message)).text
        assert text == "T1: [name left out] told me, as Vandermeer wrote"


# ---------------------------------------------------------------- in any order


SAID = (
    Said(START + MINUTE, ROOM, "1", ANN, "T1: the first thing"),
    Edited(START + 3 * MINUTE, ROOM, "1", "T1: the first thing, better"),
    Said(START + 4 * MINUTE, ROOM, "2", ANN, "T1: the second thing"),
    CheckedIn(START + 2 * MINUTE, ROOM, ANN, "urojc", CheckIn("Out Ann", consent=Consent.OUT)),
    CheckedIn(START + 5 * MINUTE, ROOM, ANN, "urojc", CheckIn("Ann L", consent=Consent.NAMED)),
)


@contextlib.asynccontextmanager
async def at_work(at: House) -> AsyncIterator[House]:
    """Let a house in memory take in signals for a block."""
    async with at.runner.running():
        yield at


@settings(max_examples=25, deadline=None)
@given(st.permutations(SAID), st.sampled_from([2, 4, 5]))
async def test_in_whatever_order_people_speak_and_check_in_the_same_is_shown(
    order: list[Signal], arrived: int
) -> None:
    """After each prefix of what arrives, what is shown is what the last wish by its time says."""
    async with opened(IN_MEMORY) as store, at_work(House(store, [CLUB], START)) as at:
        chat = await at.chat(await at.start(CLUB))
        for signal in order[:arrived]:
            await at.runner.handle(signal)
        async with at.store.reading() as tables:
            chunks = [chunk async for chunk in render(tables, chat, "json")]
        lines = json.loads(b"".join(chunks))["messages"]
    wishes = [signal for signal in order[:arrived] if isinstance(signal, CheckedIn)]
    last = max(wishes, key=lambda one: one.at, default=None)
    is_shown = last is not None and last.said.consent is not Consent.OUT
    mine = [line for line in lines if line["author"] == ANN.id]
    for line in mine:
        assert bool(line["text"]) == is_shown
        assert line["held"] == ("" if is_shown else "out" if last else "unchecked")
        assert line["name"] == (last.said.name if last else "Ann")
    spoken = {signal.id for signal in order[:arrived] if isinstance(signal, Said)}
    assert {line["id"] for line in mine} == spoken
