"""What is said on Slack reaches the chat before Slack is acknowledged, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.messages import PlacedBy, Timing
from tests.platforms.outer_house import PATIENCE
from tests.platforms.slack_house import SlackHouse, on_slack


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SlackHouse]:
    async with on_slack(tmp_path) as found:
        yield found


async def fill(house: SlackHouse, *, full: bool) -> None:
    """Let the disk be full, or have room again: a trigger stands for it."""
    sql = "CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(FAIL, 'full'); END"
    async with house.store.writing() as tables:
        await tables.connection.run(sql if full else "DROP TRIGGER full")


async def test_talk_in_the_channel_and_in_a_topics_thread_is_the_chats(house: SlackHouse) -> None:
    topic = await house.start()
    await house.ann.say(house.channel, "one ward is too few", thread=topic)
    await house.ann.say(house.channel, "A1: and no control group")
    rows = await house.kept("one ward is too few", "A1: and no control group")
    assert rows["one ward is too few"].placed_by is PlacedBy.THREAD
    assert rows["A1: and no control group"].placed_by is PlacedBy.LABEL
    assert {row.name for row in rows.values()} == {"Ann"}


async def test_edits_and_deletions_are_taken_over(house: SlackHouse) -> None:
    await house.start()
    first, second = [await house.ann.say(house.channel, f"T1: {n}") for n in ("a", "b")]
    await house.kept("T1: a", "T1: b")
    await house.ann.edit(first, "T1: better")
    await house.ann.delete(second)
    rows = await house.kept("T1: better")
    assert rows["T1: better"].edited


async def test_what_is_delivered_twice_stands_once(house: SlackHouse) -> None:
    await house.start()
    house.server.deliveries.twice("message")
    await house.ann.say(house.channel, "T1: once")
    await house.kept("T1: once")
    assert len(await house.rows()) == 1


async def test_what_its_deletion_overtook_is_not_heard(house: SlackHouse) -> None:
    await house.start()
    deliveries = house.server.deliveries
    deliveries.hold("message", "message.message_deleted")
    gone = await house.ann.say(house.channel, "T1: gone")
    await house.ann.delete(gone)
    deliveries.release(reversed)
    await house.until(lambda: all(one.acknowledged for one in deliveries.all))
    await house.ann.say(house.channel, "T1: stays")
    await house.kept("T1: stays")
    assert len(await house.rows()) == 1


async def test_what_could_not_be_kept_is_not_acknowledged_and_comes_again(
    house: SlackHouse,
) -> None:
    await house.start()
    await fill(house, full=True)
    await house.ann.say(house.channel, "T1: while it was full")
    await house.until(lambda: not house.slack.is_current)
    await fill(house, full=False)
    await house.kept("T1: while it was full")


async def test_what_was_said_while_no_socket_was_open_is_read_back(house: SlackHouse) -> None:
    topic = await house.start()
    edited, deleted = [await house.ann.say(house.channel, f"T1: {n}") for n in ("old", "gone")]
    await house.kept("T1: old", "T1: gone")
    await house.server.outage()
    await house.until(lambda: not house.slack.is_current)
    await house.ann.edit(edited, "T1: new")
    await house.ann.delete(deleted)
    await house.ann.say(house.channel, "said meanwhile", thread=topic)
    house.workspace.shift(timedelta(minutes=2))  # younger ones may only not be told of yet
    await house.server.recover()
    await house.until(lambda: house.slack.is_current)
    await house.kept("T1: new", "said meanwhile")


async def test_being_thrown_out_withdraws_nothing(house: SlackHouse) -> None:
    await house.start()
    await house.ann.say(house.channel, "T1: stays")
    await house.kept("T1: stays")
    await house.workspace.owner.kick_bot(house.channel)
    await house.server.outage()
    await house.until(lambda: not house.slack.is_current)
    await house.server.recover()
    await asyncio.sleep(0.5)
    await house.kept("T1: stays")


async def test_who_comes_late_is_told_once_and_alone(house: SlackHouse) -> None:
    topic = await house.start()
    await house.henry.command(house.channel, "/chat", "close")
    await house.chat(lambda chat: chat.closed_at)
    house.workspace.shift(timedelta(seconds=1))
    late = [await house.ann.say(house.channel, f"one more {n}", thread=topic) for n in (1, 2)]
    await house.ann.say(house.channel, "and in the channel")
    async with asyncio.timeout(PATIENCE):
        while {one.ts for one in late} - set(await house.rows()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    rows = await house.rows()
    assert {(row.timing, row.text) for row in rows.values()} == {(Timing.LATE, "")}
    await house.until(lambda: house.ann.ephemerals)
    await asyncio.sleep(0.3)
    assert len(house.ann.ephemerals) == 1
    assert "counts as late" in house.ann.ephemerals[0].text
    assert len(rows) == 2
