"""What waits: counted by platform, the first of each lane, and what nobody has woken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.engine import events
from bot.engine.actions import Post, PostKind
from bot.engine.agenda import Room
from bot.engine.fold import fold
from bot.store import queue, waiting
from bot.store.codec import stamp
from bot.store.opening import Where, opened
from bot.store.queue import Lane
from bot.store.tables import Tables
from bot.store.waiting import Head, Queued
from tests.engine.script import OPENS, ROOM, agenda

CHAT, SECOND = "urojc-2026-12-07", "urojc-2027-01-04"
THERE = Room("discord", "345678901234567890")
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def tables(anywhere: Where) -> AsyncIterator[Tables]:
    async with opened(anywhere) as store, store.writing() as found:
        yield found


def post(room: Room = ROOM) -> Post:
    return Post(room, PostKind.NOTICE, ("Hello.",))


async def put(tables: Tables, *log: events.Event, chat: str = CHAT) -> None:
    """Write a chat that was planned and what happened to it then."""
    closes_at = OPENS + timedelta(hours=48)
    planned = events.Planned(OPENS, chat, "urojc", agenda("0m"), OPENS, closes_at)
    whole = [planned, *log]
    await tables.append([(chat, seq, event) for seq, event in enumerate(whole, 1)])
    await tables.put_chats([fold(whole)])


async def test_what_waits_is_counted_by_platform_with_the_longest_waiting(tables: Tables) -> None:
    assert await waiting.queued(tables.connection) == {}
    away = Room("discord", "@")
    await queue.put(tables.connection, [(CHAT, 1, 0, post(THERE)), (CHAT, 2, 0, post())], OPENS)
    await queue.put(tables.connection, [(CHAT, 3, 0, post(away))], OPENS - MINUTE)
    await queue.put(tables.connection, [(CHAT, 4, 0, post())], OPENS - 2 * MINUTE)
    await queue.mark(tables.connection, f"{CHAT}/4/0", "gave_up")
    assert await waiting.queued(tables.connection) == {
        "discord": Queued(2, OPENS - MINUTE),
        "local": Queued(1, OPENS),
    }


async def test_of_each_lane_the_first_action_is_told_with_its_tries(tables: Tables) -> None:
    actions = [(CHAT, seq, n, post()) for seq in (10, 9) for n in (1, 0)]
    await queue.put(tables.connection, actions, OPENS)
    await queue.put(tables.connection, [(SECOND, 1, 0, post(THERE))], OPENS - MINUTE)
    lane = Lane(ROOM, CHAT)
    (other, head) = await waiting.heads(tables.connection)
    assert other == Head(
        Lane(THERE, SECOND), f"{SECOND}/1/0", post(THERE), OPENS - MINUTE, 0, None, 1
    )
    assert head == Head(lane, f"{CHAT}/9/0", post(), OPENS, 0, None, 4)
    await queue.lease(tables.connection, lane, OPENS, OPENS + MINUTE)
    assert (await waiting.heads(tables.connection))[1].again_at == OPENS + MINUTE
    await queue.postpone(tables.connection, head.key, OPENS + 2 * MINUTE)
    head = (await waiting.heads(tables.connection))[1]
    assert (head.tries, head.again_at) == (1, OPENS + 2 * MINUTE)
    await queue.mark(tables.connection, head.key, "done")
    assert (await waiting.heads(tables.connection))[1].key == f"{CHAT}/9/1"


async def test_chats_whose_moment_has_passed_are_overdue_the_longest_first(tables: Tables) -> None:
    await put(tables)  # wakes at its opening
    await put(tables, events.Opened(OPENS), chat=SECOND)  # and this one at its first topic, then
    both = [(CHAT, OPENS), (SECOND, OPENS)]
    assert await waiting.overdue(tables.connection, OPENS) == []
    assert await waiting.overdue(tables.connection, OPENS + MINUTE) == both
    assert await waiting.stages(tables.connection) == {"open": 1, "planned": 1}


async def test_a_chat_that_nothing_will_wake_though_it_is_not_over_is_stopped(
    tables: Tables,
) -> None:
    await put(tables)
    await put(tables, events.Cancelled(OPENS), chat=SECOND)
    assert await waiting.stopped(tables.connection) == []
    await tables.never_wake(CHAT)
    assert await waiting.stopped(tables.connection) == [CHAT]


async def test_what_was_given_up_is_told_and_a_broken_log_left_out(tables: Tables) -> None:
    gave_up = events.GaveUp(OPENS, f"{CHAT}/1/0", ROOM, "its moment has passed")
    await put(tables, gave_up)
    assert await waiting.given_up(tables.connection, [CHAT, SECOND]) == [(CHAT, gave_up)]
    await tables.connection.run("UPDATE events SET body = '{' WHERE kind = 'GaveUp'")
    assert await waiting.given_up(tables.connection, [CHAT]) == []


async def test_what_is_touched_is_one_row_of_its_own_and_no_secret(tables: Tables) -> None:
    assert await tables.secret("signing", "a secret") == "a secret"
    for at in (OPENS, OPENS + MINUTE):
        await waiting.touch(tables.connection, at)
        rows = await tables.connection.rows("SELECT name, at FROM tried")
        assert rows == [("readyz", stamp(at))]
    assert await tables.connection.rows("SELECT name FROM secrets") == [("signing",)]
