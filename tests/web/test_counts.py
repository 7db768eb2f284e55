from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.engine.agenda import Room, Series
from bot.store.errors import StoreError
from bot.web.counts import KEPT, Counts
from tests.house import House, moderator, person

ROOM = Room("local", "urojc")
CHAT = "urojc-2026-12-07"
ANA, BEN = person("Ana"), person("Ben")


async def test_counts_are_those_of_the_chat_within_a_rest(open_house: House) -> None:
    stale: asyncio.Event = asyncio.Event()
    counts = Counts(open_house.store, lambda _room: stale.set())
    open_house.runner.watch(counts.notice)
    chat = await open_house.chat(CHAT)
    assert (await counts.of(chat)).messages == 0
    await open_house.say(ROOM, ANA, "T1 one")
    await open_house.say(ROOM, BEN, "T1 two")
    assert (await counts.of(chat)).messages == 0  # it rests
    async with asyncio.timeout(30):
        await stale.wait()  # and says when it may be asked again
    tally = await counts.of(chat)
    assert (tally.messages, tally.participants, tally.topics[0].messages) == (2, 2, 2)


async def test_nobody_is_called_where_nothing_has_changed(open_house: House, other: Series) -> None:
    called: list[Room] = []
    counts = Counts(open_house.store, called.append)
    open_house.runner.watch(counts.notice)
    await counts.of(await open_house.chat(CHAT))
    await open_house.start(other)
    await open_house.say(Room("local", "meded"), ANA, "elsewhere")
    await asyncio.sleep(1.3)
    assert called == []


async def test_of_many_who_ask_at_once_one_counts(open_house: House) -> None:
    counts = Counts(open_house.store, lambda _room: None)
    chat = await open_house.chat(CHAT)
    async with open_house.store.reading() as tables:
        before = await tables.connection.rows("SELECT COUNT(*) FROM messages")
    tallies = await asyncio.gather(*(counts.of(chat) for _ in range(50)))
    assert before[0][0] > 0
    assert len({id(tally) for tally in tallies}) == 1


async def test_a_failed_count_is_tried_again(open_house: House) -> None:
    counts = Counts(open_house.store, lambda _room: None)
    chat = await open_house.chat(CHAT)
    await open_house.disk.close()
    with pytest.raises(StoreError):
        await counts.of(chat)
    await open_house.disk.open()
    await open_house.say(ROOM, ANA, "T1 one")
    assert (await counts.of(chat)).messages == 1


async def test_few_counts_are_remembered(open_house: House, club: Series) -> None:
    counts = Counts(open_house.store, lambda _room: None)
    henry = moderator(club)
    for _ in range(KEPT + 3):
        open_house.clock.advance(timedelta(minutes=1))
        await open_house.ask("close", henry, ROOM)
        open_house.clock.advance(timedelta(minutes=1))
        chat = await open_house.chat(await open_house.start(club))
        await counts.of(chat)
    assert len(counts._counts) == KEPT
