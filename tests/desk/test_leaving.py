"""Who leaves is forgotten in the series that say so, in all their chats and in no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.leaving import LOOKED_AFTER, Leaving
from bot.dispatch.publishing import publish
from bot.engine.agenda import Room, Series
from bot.engine.checkin import CheckIn
from bot.engine.signals import CheckedIn, Said
from bot.store import checkins, shown
from bot.store.address import Address
from tests.house import House, house, person, urojc

MINDS, OTHER = Room("local", "minds"), Room("local", "other")
ANN, BOB = person("Ann"), person("Bob")
DAY = timedelta(days=1)


def held_in(room: Room, *, forgets: bool) -> Series:
    series = urojc()
    agenda = replace(series.agenda, rooms=(room,), forget_on_leave=forgets)
    return replace(series, name=room.name, agenda=agenda)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, held_in(MINDS, forgets=True), held_in(OTHER, forgets=False)) as h:
        for series in h.catalogue().values():
            await h.start(series)
        yield h


def leaving(at: House) -> Leaving:
    return Leaving(at.runner, at.store, at.catalogue)


async def leaves(at: House, key: str = ANN.key) -> None:
    await leaving(at).left(key, lambda room: True, at.clock())


async def texts(at: House) -> list[tuple[str, str, bool]]:
    async with at.store.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT name, text, withdrawn FROM messages WHERE role <> 'bot' ORDER BY at, key"
        )
    return [(name, text, bool(withdrawn)) for name, text, withdrawn in rows]


async def test_what_they_said_is_withdrawn_in_every_chat_of_the_series_and_in_no_other(
    at: House,
) -> None:
    await at.say(MINDS, ANN, "T1: in the first chat")
    await at.say(OTHER, ANN, "T1: elsewhere")
    await at.live(3 * DAY)
    await at.start(at.catalogue()["minds"])
    await at.say(MINDS, ANN, "T1: in the second")
    await at.say(MINDS, BOB, "T1: mine")
    await leaves(at)
    assert await texts(at) == [
        ("Ann", "", True),
        ("Ann", "T1: elsewhere", False),
        ("Ann", "", True),
        ("Bob", "T1: mine", False),
    ]


async def test_a_chat_whose_log_is_broken_keeps_their_words_in_none(at: House) -> None:
    await at.say(MINDS, ANN, "T1: in the first chat")
    async with at.store.reading() as tables:
        ((broken,),) = await tables.connection.rows("SELECT chat FROM chats WHERE series = 'minds'")
    await at.live(3 * DAY)
    await at.start(at.catalogue()["minds"])
    await at.say(MINDS, ANN, "T1: in the second")
    async with at.store.writing() as tables:
        await tables.connection.run(
            "UPDATE events SET body = '{}' WHERE chat = ? AND seq > 1", (broken,)
        )
    at.runner._forget()  # what it knows of the chat, as after a new start
    await leaves(at)
    assert [text for _, text, _ in await texts(at)] == ["", ""]


async def test_their_check_in_of_that_series_goes_and_no_other(at: House) -> None:
    for room in (MINDS, OTHER):
        said = CheckIn(name="Ann", role="nurse")
        await at.runner.handle(CheckedIn(at.clock(), room, ANN, room.name, said))
    await leaves(at)
    async with at.store.reading() as tables:
        assert await checkins.of(tables.connection, "minds", ANN.key) is None
        assert await checkins.of(tables.connection, "other", ANN.key) is not None


async def test_who_left_a_place_where_no_such_series_is_held_keeps_what_they_said(
    at: House,
) -> None:
    await at.say(MINDS, ANN, "T1: I stay there")
    await leaving(at).left(ANN.key, lambda room: room == OTHER, at.clock())
    assert await texts(at) == [("Ann", "T1: I stay there", False)]


async def test_what_they_said_before_they_left_is_withdrawn_when_it_comes_late(at: House) -> None:
    await at.say(MINDS, ANN, "T1: known")
    await leaves(at)
    left_at = at.clock()
    await at.live(timedelta(minutes=1))
    await at.say(MINDS, ANN, "T1: I am back")
    await at.runner.handle(Said(left_at, MINDS, "late", ANN, "T1: said before"))
    assert await texts(at) == [
        ("Ann", "", True),
        ("Ann", "", True),
        ("Ann", "T1: I am back", False),
    ]


async def test_who_leaves_twice_is_noted_once(at: House) -> None:
    await at.say(MINDS, ANN, "T1: gone")
    await leaves(at)
    await leaves(at)
    async with at.store.reading() as tables:
        rows = await tables.connection.rows("SELECT chat FROM events WHERE kind = 'Withdrew'")
    assert len(rows) == 1


async def test_who_spoke_lately_is_looked_after_until_they_withdraw(at: House) -> None:
    await at.say(MINDS, ANN, "T1: one")
    await at.say(OTHER, BOB, "T1: not asked for")
    there = await leaving(at).speakers("local", at.clock())
    assert {room: list(people) for room, people in there.items()} == {MINDS: [ANN.id]}
    assert await leaving(at).speakers("local", at.clock() + LOOKED_AFTER + 3 * DAY) == {}
    await leaves(at)
    assert await leaving(at).speakers("local", at.clock()) == {}


async def test_it_matters_only_on_platforms_where_such_a_series_is_held(at: House) -> None:
    assert leaving(at).matters("local")
    assert not leaving(at).matters("discord")


async def test_in_a_database_it_is_as_in_a_file(database: Address) -> None:
    async with house(database, held_in(MINDS, forgets=True)) as at:
        await at.start(at.catalogue()["minds"])
        await at.say(MINDS, ANN, "T1: gone", message="1")
        await publish(at.store, (await chats(at))[0], at.clock())
        there = await leaving(at).speakers("local", at.clock())
        assert {room: list(people) for room, people in there.items()} == {MINDS: [ANN.id]}
        await leaves(at)
        await leaves(at)
        assert await texts(at) == [("Ann", "", True)]
        async with at.store.reading() as tables:
            published = await shown.with_words_of(tables.connection, ANN.key)
            assert published == await shown.with_message(tables.connection, f"{MINDS}/1")
            assert len(published) == 1


async def chats(at: House) -> list[str]:
    async with at.store.reading() as tables:
        return [line.id for line in await tables.lines()]
