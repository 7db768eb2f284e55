"""What is told to authors because of what they have just said, through the real house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.people import Person
from bot.engine.signals import CheckedIn, Delivered, Edited, Said
from bot.store import pages
from bot.store.codec import decode_action
from tests.house import House, house, urojc

SLACK, OWN = Room("slack", "C1"), Room("local", "urojc")
CHAT = "urojc-2026-12-07"
ANN = Person("slack", "U1", "Ann")
HENRY = Person("local", "henry", "henry")
CLUB = urojc(window=timedelta(hours=1), questions=("Why?",))
CHECKED = replace(CLUB, agenda=replace(CLUB.agenda, rooms=(SLACK, OWN), require_checkin=True))
LEFT_OPEN = replace(CLUB, agenda=replace(CLUB.agenda, rooms=(SLACK, OWN)))


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, CHECKED) as found:
        await found.start(CHECKED)
        yield found


async def told(at: House) -> list[str]:
    """Return what authors were told, by the kinds of events."""
    async with at.store.reading() as tables:
        log = await pages.log(tables.connection, CHAT)
    kinds = ("AskedToCheckIn", "Flagged", "Unflagged", "ToldLate")
    return [name for event in log if (name := type(event).__name__) in kinds]


async def test_who_has_not_checked_in_is_told_once_whatever_else_they_say(at: House) -> None:
    await at.say(SLACK, ANN, "T1: yes")
    await at.say(SLACK, ANN, "T1: and no")
    assert await told(at) == ["AskedToCheckIn"]


async def test_who_has_checked_in_is_told_nothing(at: House) -> None:
    await at.runner.handle(CheckedIn(at.clock(), SLACK, ANN, "urojc", CheckIn()))
    await at.say(SLACK, ANN, "T1: yes")
    await at.say(OWN, HENRY, "T1: welcome")
    assert await told(at) == []


async def test_a_check_in_on_one_platform_is_none_on_another(at: House) -> None:
    other = replace(ANN, platform="local")
    await at.runner.handle(CheckedIn(at.clock(), OWN, other, "urojc", CheckIn()))
    await at.say(SLACK, ANN, "T1: yes")
    assert await told(at) == ["AskedToCheckIn"]


async def test_a_message_that_is_told_twice_or_changed_is_told_of_once(at: House) -> None:
    said = Said(at.clock(), SLACK, "1.0", ANN, "T1: yes")
    edited = Edited(at.clock() + timedelta(minutes=1), SLACK, "1.0", "T1: no")
    for signal in (said, edited, said, edited):
        await at.runner.handle(signal)
    assert await told(at) == ["AskedToCheckIn"]


async def test_many_things_can_be_told_of_one_message(at: House) -> None:
    await at.say(SLACK, ANN, "T1: write to ann.lee@example.org")
    assert await told(at) == ["Flagged", "AskedToCheckIn"]


async def post_all(at: House) -> None:
    """Let all that waits for Slack stand there, each in a thread of its own."""
    async with at.store.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT key, kind, body FROM outbox WHERE room = ? ORDER BY seq, n", (str(SLACK),)
        )
    for n, (key, kind, body) in enumerate(rows, 1):
        post = decode_action(kind, body)
        ref = f"{n}.0"
        await at.runner.handle(Delivered(at.clock(), key, post, ref, "posted", ref))


async def test_what_comes_late_and_has_something_in_it_is_told_of_both_ways(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, LEFT_OPEN) as at:
        await at.start(LEFT_OPEN)
        await post_all(at)
        *_, thread = (await at.chat(CHAT)).threads_in(SLACK)
        await at.live(timedelta(hours=2))
        late = Said(at.clock(), SLACK, "9.9", ANN, "ann.lee@example.org", None, thread)
        await at.runner.handle(late)
        assert await told(at) == ["ToldLate", "Flagged"]
