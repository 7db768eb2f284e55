"""Duplicate, late and re-ordered delivery changes nothing (invariants 2 and 4)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.commands import Withdraw
from bot.engine.people import Person
from bot.engine.signals import Asked, Deleted, Edited, Reacted, Said, Signal
from bot.store.opening import opened
from tests.conftest import NewPlace
from tests.invariants.history import OPENS, ROOM, Arrival, agenda, live_through, of_people, rows

TEXTS = ("T1: yes", "A2 no", "I agree", "T1-T3: all", "Should be A2", "T9: what", "", "hello")
PEOPLE = tuple(Person("local", name, name.title()) for name in ("ann", "bob", "henry"))
MINUTES = st.integers(min_value=-120, max_value=49 * 60)


@st.composite
def histories(draw: st.DrawFn) -> list[Signal]:
    """Draw a conversation: who said, edited, deleted, liked and withdrew what, and when."""
    signals: list[Signal] = []
    count = draw(st.integers(min_value=1, max_value=8))
    for n in range(count):
        at = OPENS + timedelta(minutes=draw(MINUTES), seconds=n)
        reply_to = draw(st.none() | st.integers(min_value=0, max_value=count - 1).map(str))
        thread = draw(st.sampled_from((None, None, "T1", "T2")))
        author = draw(st.sampled_from(PEOPLE))
        text = draw(st.sampled_from(TEXTS))
        signals.append(Said(at, ROOM, str(n), author, text, reply_to, thread))
        for edit in range(draw(st.integers(min_value=0, max_value=2))):
            after = timedelta(minutes=draw(st.integers(0, 600)), milliseconds=edit + 1)
            signals.append(Edited(at + after, ROOM, str(n), draw(st.sampled_from(TEXTS))))
        if draw(st.integers(0, 4)) == 0:
            signals.append(Deleted(at + timedelta(minutes=draw(st.integers(1, 900))), ROOM, str(n)))
        if draw(st.booleans()):
            liked = at + timedelta(minutes=draw(st.integers(0, 60)))
            signals.append(Reacted(liked, ROOM, str(n), draw(st.sampled_from(PEOPLE)), "👍"))
    return signals


def in_time(history: list[Signal]) -> list[Arrival]:
    return [Arrival(signal.at, signal) for signal in history]


def run(new_place: NewPlace, history: list[Arrival], commands: list[Arrival]) -> object:
    async def kept() -> object:
        async with new_place() as where, opened(where) as store:
            start = OPENS - timedelta(hours=25)
            await live_through(store, agenda(), [*history, *commands], start)
            messages, reactions = await rows(store)
            return of_people(messages), reactions

    return asyncio.run(kept())


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # a new place for each history
)
@given(data=st.data())
def test_a_history_gives_the_same_rows_however_late_often_and_mixed_it_arrives(
    new_place_anywhere: NewPlace, data: st.DataObject
) -> None:
    history = data.draw(histories())
    withdrawals = [
        Arrival(at, Asked(at, ROOM, data.draw(st.sampled_from(PEOPLE)), Withdraw()))
        for at in data.draw(
            st.lists(
                st.integers(1, 47 * 60).map(lambda m: OPENS + timedelta(minutes=m)), max_size=1
            )
        )
    ]
    late = [
        Arrival(signal.at + timedelta(minutes=delay), signal)
        for signal in history
        for delay in data.draw(st.lists(st.integers(0, 4000), min_size=1, max_size=3))
    ]
    place = new_place_anywhere
    assert run(place, in_time(history), withdrawals) == run(place, late, withdrawals)
