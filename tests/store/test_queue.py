"""The outbox's lanes: in order, by one at a time, and held up by nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.engine.actions import Archive, Post, PostKind
from bot.engine.agenda import Room
from bot.store import queue
from bot.store.opening import Where, opened
from bot.store.queue import Lane, Leased
from bot.store.tables import Tables
from tests.engine.script import OPENS, ROOM

OTHER = Room("local", "other")
HOUR = timedelta(hours=1)
CHAT = "urojc-2026-12-07"
LANE = Lane(ROOM, CHAT)


@pytest.fixture
async def tables(anywhere: Where) -> AsyncIterator[Tables]:
    async with opened(anywhere) as store, store.writing() as found:
        yield found


def post(text: str, room: Room = ROOM) -> Post:
    return Post(room, PostKind.NOTICE, (text,))


async def lease_all(tables: Tables, lane: Lane, now: datetime) -> list[str]:
    keys = []
    while isinstance(leased := await queue.lease(tables.connection, lane, now, now + HOUR), Leased):
        keys.append(leased.key)
        assert await queue.mark(tables.connection, leased.key, "done")
    return keys


async def test_a_lanes_actions_are_leased_in_the_order_of_their_events(tables: Tables) -> None:
    queued = [(CHAT, seq, n, post("x")) for seq in (2, 9, 10, 11) for n in (0, 1)]
    await queue.put(tables.connection, queued, OPENS)
    await queue.put(tables.connection, [("a-2026-12-07", 1, 0, post("y"))], OPENS + HOUR)
    await queue.put(tables.connection, [(CHAT, 12, 0, Archive(OTHER))], OPENS)
    second, third = Lane(OTHER, CHAT), Lane(ROOM, "a-2026-12-07")
    assert await queue.lanes(tables.connection) == [second, LANE, third]
    keys = [f"{CHAT}/{seq}/{n}" for seq in (2, 9, 10, 11) for n in (0, 1)]
    assert await lease_all(tables, LANE, OPENS) == keys
    assert await queue.lanes(tables.connection) == [second, third]


async def test_one_chat_in_a_room_holds_up_no_other_there(tables: Tables) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x"))], OPENS)
    await queue.put(tables.connection, [("a-2026-12-07", 1, 0, post("y"))], OPENS + HOUR)
    await queue.lease(tables.connection, LANE, OPENS, OPENS + 9 * HOUR)
    assert await lease_all(tables, Lane(ROOM, "a-2026-12-07"), OPENS) == ["a-2026-12-07/1/0"]


async def test_what_was_not_given_to_its_platform_does_not_count_as_tried(tables: Tables) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x"))], OPENS)
    await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR)
    await queue.postpone(tables.connection, f"{CHAT}/1/0", OPENS + HOUR, untried=True)
    again = await queue.lease(tables.connection, LANE, OPENS + HOUR, OPENS + 2 * HOUR)
    assert isinstance(again, Leased)
    assert again.tries == 1


async def test_what_waits_for_a_room_can_be_hastened_but_not_what_is_leased(
    tables: Tables,
) -> None:
    waiting = [(CHAT, 1, 0, post("x")), (CHAT, 2, 0, post("z", OTHER))]
    await queue.put(tables.connection, waiting, OPENS)
    for seq in (1, 2):
        await queue.postpone(tables.connection, f"{CHAT}/{seq}/0", OPENS + 9 * HOUR)
    await queue.hasten(tables.connection, [ROOM])
    assert isinstance(await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR), Leased)
    other = await queue.lease(tables.connection, Lane(OTHER, CHAT), OPENS, OPENS + HOUR)
    assert other == OPENS + 9 * HOUR
    await queue.hasten(tables.connection, [ROOM])
    taken = await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR)
    assert taken == OPENS + HOUR


async def test_a_chats_actions_keep_their_order_though_the_clock_was_set_back(
    tables: Tables,
) -> None:
    await queue.put(tables.connection, [(CHAT, 5, 0, post("T1"))], OPENS)
    await queue.put(tables.connection, [(CHAT, 6, 0, post("T2"))], OPENS - HOUR)
    assert await lease_all(tables, LANE, OPENS) == [f"{CHAT}/5/0", f"{CHAT}/6/0"]


async def test_an_action_that_is_leased_is_nobody_elses_until_the_lease_ends(
    tables: Tables,
) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x")), (CHAT, 2, 0, post("y"))], OPENS)
    first = await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR)
    assert first == Leased(f"{CHAT}/1/0", CHAT, post("x"), OPENS, 1)
    assert (
        await queue.lease(tables.connection, LANE, OPENS + HOUR / 2, OPENS + 2 * HOUR)
        == OPENS + HOUR
    )
    again = await queue.lease(tables.connection, LANE, OPENS + HOUR, OPENS + 2 * HOUR)
    assert again == Leased(f"{CHAT}/1/0", CHAT, post("x"), OPENS, 2)
    await queue.release(tables.connection)
    assert isinstance(
        await queue.lease(tables.connection, LANE, OPENS + HOUR, OPENS + 2 * HOUR), Leased
    )


async def test_what_one_process_had_leased_is_taken_over_and_what_another_has_is_not(
    tables: Tables,
) -> None:
    queued = [(CHAT, 1, 0, post("x")), (CHAT, 2, 0, post("z", OTHER))]
    await queue.put(tables.connection, queued, OPENS)
    assert await queue.lessees(tables.connection) == set()
    lanes = {"dead": LANE, "alive": Lane(OTHER, CHAT)}
    for name, lane in lanes.items():
        leased = await queue.lease(tables.connection, lane, OPENS, OPENS + HOUR, name)
        assert isinstance(leased, Leased)
    assert await queue.lessees(tables.connection) == {"dead", "alive"}
    await queue.release(tables.connection, ["dead", "never seen"])
    assert await queue.lessees(tables.connection) == {"alive"}
    again = await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR, "new")
    assert isinstance(again, Leased)
    assert again.tries == 2, "so that the platform is told to look first"
    there = lanes["alive"]
    assert await queue.lease(tables.connection, there, OPENS, OPENS + HOUR) == OPENS + HOUR


async def test_who_leased_an_action_may_take_it_again_at_once_and_nobody_else_may(
    tables: Tables,
) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x"))], OPENS)
    await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR, "here")
    assert await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR, "there") == OPENS + HOUR
    again = await queue.lease(tables.connection, LANE, OPENS, OPENS + 2 * HOUR, "here")
    assert again == Leased(f"{CHAT}/1/0", CHAT, post("x"), OPENS, 2)
    await queue.postpone(tables.connection, f"{CHAT}/1/0", OPENS + HOUR / 2, "here")
    later = await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR, "here")
    assert later == OPENS + HOUR / 2, "it was put off, not left lying"


async def test_who_has_lost_a_lease_lets_nobody_elses_go(tables: Tables) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x"))], OPENS)
    await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR, "slow")
    await queue.lease(tables.connection, LANE, OPENS + HOUR, OPENS + 2 * HOUR, "new")
    await queue.postpone(tables.connection, f"{CHAT}/1/0", OPENS, "slow")
    taken = await queue.lease(tables.connection, LANE, OPENS + HOUR, OPENS + 3 * HOUR, "third")
    assert taken == OPENS + 2 * HOUR


async def test_an_action_that_is_put_off_holds_up_those_behind_it(tables: Tables) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x")), (CHAT, 2, 0, post("y"))], OPENS)
    await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR)
    await queue.postpone(tables.connection, f"{CHAT}/1/0", OPENS + 3 * HOUR)
    assert (
        await queue.lease(tables.connection, LANE, OPENS + 2 * HOUR, OPENS + 9 * HOUR)
        == OPENS + 3 * HOUR
    )
    assert await lease_all(tables, LANE, OPENS + 3 * HOUR) == [f"{CHAT}/1/0", f"{CHAT}/2/0"]


async def test_an_action_is_marked_once_and_its_words_are_dropped(tables: Tables) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x"))], OPENS)
    assert await queue.mark(tables.connection, f"{CHAT}/1/0", "done")
    assert not await queue.mark(tables.connection, f"{CHAT}/1/0", "gave_up")
    assert not await queue.mark(tables.connection, f"{CHAT}/9/0", "done")
    rows = await tables.connection.rows("SELECT state, body FROM outbox")
    assert rows == [("done", "")]
    assert await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR) is None


async def test_posts_that_have_waited_for_long_are_counted(tables: Tables) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x")), (CHAT, 2, 0, post("y"))], OPENS)
    await queue.put(tables.connection, [(CHAT, 2, 1, Archive(ROOM))], OPENS)
    await queue.put(tables.connection, [(CHAT, 3, 0, post("z"))], OPENS + HOUR)
    await queue.mark(tables.connection, f"{CHAT}/1/0", "done")
    assert await queue.held_up(tables.connection, CHAT, OPENS - HOUR) == 0
    assert await queue.held_up(tables.connection, CHAT, OPENS) == 1
    assert await queue.held_up(tables.connection, CHAT, OPENS + HOUR) == 2
    assert await queue.held_up(tables.connection, "another", OPENS + HOUR) == 0


async def test_the_first_action_of_a_lane_can_be_looked_at_without_being_taken(
    tables: Tables,
) -> None:
    assert await queue.first(tables.connection, LANE) is None
    await queue.put(tables.connection, [(CHAT, 2, 0, post("y")), (CHAT, 1, 0, post("x"))], OPENS)
    looked_at = await queue.first(tables.connection, LANE)
    assert looked_at == Leased(f"{CHAT}/1/0", CHAT, post("x"), OPENS, 0)
    taken = await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR)
    assert isinstance(taken, Leased)
    assert taken.tries == 1
    again = await queue.first(tables.connection, LANE)
    assert again is not None
    assert (again.key, again.tries) == (f"{CHAT}/1/0", 1)


async def test_an_action_waits_until_it_is_marked(tables: Tables) -> None:
    await queue.put(tables.connection, [(CHAT, 1, 0, post("x"))], OPENS)
    assert await queue.waits(tables.connection, f"{CHAT}/1/0")
    await queue.lease(tables.connection, LANE, OPENS, OPENS + HOUR)
    assert await queue.waits(tables.connection, f"{CHAT}/1/0"), "leased is not done"
    await queue.mark(tables.connection, f"{CHAT}/1/0", "done")
    assert not await queue.waits(tables.connection, f"{CHAT}/1/0")
    assert not await queue.waits(tables.connection, f"{CHAT}/9/0")
