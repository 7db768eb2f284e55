"""A 48-hour chat killed at every commit, before and after it, loses and repeats nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.engine.signals import Asked, DateCame, Deleted, Said, Signal
from bot.engine.state import Stage
from bot.simulation import Simulation
from bot.store import queue
from bot.store.address import Address
from bot.store.codec import decode_event
from bot.store.opening import Where
from bot.store.tables import Tables
from tests.conftest import NewPlace
from tests.invariants.crashing import CrashingStore, Killed, crashing
from tests.invariants.history import (
    ANN,
    BOB,
    CHAT,
    FIRST_HOURS,
    OPENS,
    ROOM,
    agenda,
    asked,
    at,
    rows,
)

STORY: tuple[Signal, ...] = (
    *FIRST_HOURS,
    Said(at(7), ROOM, "4", BOB, "A2 the control group is odd"),
    asked(8, "pause"),
    asked(14, "resume"),
    Deleted(at(15), ROOM, "3"),
    asked(16, "withdraw", ANN),
    Said(at(17), ROOM, "5", ANN, "T3: starting anew"),
    asked(47, "extend 2h"),
    Said(at(51), ROOM, "6", BOB, "too late"),
)


async def live(store: CrashingStore, story: Sequence[Signal]) -> None:
    """Live through the story; whenever the process dies, start it again and go on.

    What was not acknowledged is delivered again, as the platforms do.
    """
    waiting = list(story)
    now = at(-26)
    while True:
        house = Simulation(store, now)
        try:
            async with house.runner.running():
                await start(house)
                while waiting:
                    await house.advance(waiting[0].at)
                    await house.runner.handle(waiting[0])
                    del waiting[0]
                await house.advance(at(80))
                return
        except Killed:
            now = house.now
            await store.open()
            if waiting and isinstance(waiting[0], Asked) and await is_recorded(store, waiting[0]):
                del waiting[0]  # nobody types a command again whose effect they see


async def is_recorded(store: CrashingStore, command: Asked) -> bool:
    async with store.reading() as tables:
        log = await tables.connection.rows("SELECT kind, body FROM events WHERE chat = ?", [CHAT])
    return any(decode_event(kind, body).at == command.at for kind, body in log)


async def start(house: Simulation) -> None:
    async with house.store.writing() as tables:
        await queue.release(tables.connection)
    await house.runner.handle(DateCame(house.now, CHAT, "urojc", agenda(), OPENS))


async def outcome(store: CrashingStore) -> object:
    """Return what can be told apart: rows, reactions, what the log says, what was posted."""
    messages, reactions = await rows(store)
    async with store.reading() as tables:
        chat = await tables.chat(CHAT)
        assert chat is not None
        return messages, reactions, chat, await waiting_actions(tables)


async def waiting_actions(tables: Tables) -> list[tuple[object, ...]]:
    return await tables.connection.rows("SELECT key, state FROM outbox ORDER BY key")


async def undisturbed(new_place: NewPlace) -> tuple[object, int]:
    async with new_place() as where, crashing(where) as store:
        await live(store, STORY)
        return await outcome(store), store.commits


async def test_the_story_ends_archived_with_every_topic_once_and_in_order(lasting: Where) -> None:
    async with crashing(lasting) as store:
        await live(store, STORY)
        async with store.reading() as tables:
            chat = await tables.chat(CHAT)
    assert chat is not None
    assert chat.stage is Stage.ARCHIVED
    posts = [(post.at, topic.number) for topic in chat.topics for post in topic.posts]
    assert [number for _, number in sorted(posts)] == [1, 2, 3, 4]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.timeout(600)
async def test_killed_at_every_commit_the_story_ends_the_same(
    new_place: NewPlace, after: bool
) -> None:
    expected, commits = await undisturbed(new_place)
    assert commits > 30
    for number in range(1, commits + 1):
        async with new_place() as where, crashing(where) as store:
            if isinstance(where, Address) and number % 3:
                continue  # a third of them there: every one takes a second
            store.at, store.after = number, after
            await live(store, STORY)
            assert await outcome(store) == expected, f"killed at commit {number}"
