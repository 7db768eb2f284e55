"""Pages of channels and threads, and which parts of a channel are still to be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.engine.agenda import Room
from bot.platforms.platform import Place, Unreachable
from bot.platforms.slack.pages import (
    BEGINNING,
    Channel,
    Page,
    Stretch,
    Thread,
    history,
    missing,
    replies,
)
from bot.platforms.slack.signals import moment_of, ts_of
from tests.slack import posting
from tests.slack.client import web_client
from tests.slack.messages import Draft
from tests.slack.server import Server, serving

OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


def ts(minutes: float) -> str:
    return ts_of(at(minutes))


def channel() -> Channel:
    room = Room("slack", "C1")
    return Channel(room, (Place("b", room, None, at(5)), Place("a", room, None, OPENS)))


def parts(found: Channel) -> list[tuple[str | None, datetime]]:
    return [(one.below, one.floor) for one in found.again]


# ---------------------------------------------------------------- parts of a channel


def test_a_channel_is_read_from_the_first_opening_on() -> None:
    assert channel().since == OPENS


def test_what_lies_below_the_new_part_is_read_again() -> None:
    found = channel()
    found.finish(Stretch(ts(50), at(60)))
    found.finish(Stretch(ts(20), at(30)))
    found.look_again()
    assert parts(found) == [(ts(50), OPENS)]


def test_where_a_reading_was_interrupted_it_begins_and_then_comes_what_lies_above() -> None:
    found = channel()
    found.turn = ts(20)
    found.finish(Stretch(ts(50), at(60)))
    found.look_again()
    assert parts(found) == [(ts(20), OPENS), (ts(50), at(20))]
    assert found.turn is None


@pytest.mark.parametrize("turn", [-5, 0, 50, 60])
def test_an_interruption_outside_of_what_is_read_again_changes_nothing(turn: int) -> None:
    found = channel()
    found.turn = ts(turn)
    found.finish(Stretch(ts(50), at(60)))
    found.look_again()
    assert parts(found) == [(ts(50), OPENS)]


@pytest.mark.parametrize(
    "newest", [None, Stretch(None, at(60)), Stretch(ts(50), at(60), is_last=True)]
)
def test_where_nothing_lies_below_nothing_is_read_again(newest: Stretch | None) -> None:
    found = channel()
    found.newest = newest
    found.look_again()
    assert parts(found) == []


# ---------------------------------------------------------------- what is missing


def test_missing_is_what_is_stored_within_the_bounds_and_was_not_read() -> None:
    stored = [ts(n) for n in range(6)]
    read = [ts(2), ts(9)]
    assert missing(stored, read, at(1), at(4)) == [ts(1), ts(3), ts(4)]
    assert missing(["local.1", "", "²", ts(1)], [], BEGINNING, at(9)) == [ts(1)]


# ---------------------------------------------------------------- pages


def answering(server: Server, method: str, **answer: Any) -> None:
    server.faults.fail(method, status=200, body={"ok": True} | answer)


async def test_a_page_is_as_long_as_it_is_and_says_whether_there_is_more() -> None:
    async with serving() as server:
        web, world = web_client(server), server.workspace
        place = world.channel("journal-club")
        room = Room("slack", place.id)
        said = [posting.post(place, world.bot, Draft(f"{n}")).ts for n in range(5)]
        page = await history(web, room, None, most=2)
        assert (page.times, page.whole) == (said[3:], False)
        page = await history(web, room, said[3])
        assert (page.times, page.whole) == (said[:3], True)
        page = await history(web, room, said[3], itself=True, most=1)
        assert page.times == [said[3]]


async def test_a_thread_goes_on_where_its_cursor_is() -> None:
    async with serving() as server:
        web, world = web_client(server), server.workspace
        world.pages_of = 3
        place = world.channel("journal-club")
        root = posting.post(place, world.bot, Draft("T1")).ts
        said = [posting.post(place, world.bot, Draft("x", thread=root)).ts for _ in range(5)]
        found = channel()
        found.room = Room("slack", place.id)
        thread = Thread(found, root, moment_of(said[1]))
        read: set[str] = set()
        while True:
            page = await replies(web, thread)
            read.update(page.times)
            thread.cursor = page.cursor
            if page.cursor is None:
                break
        assert read == {root, *said[1:]}
        assert page.whole


@pytest.mark.parametrize(
    ("answer", "times", "whole"),
    [
        ({}, [], True),
        ({"messages": None, "response_metadata": None}, [], True),
        ({"messages": [{"text": "x"}, {"ts": None}, 5, {"ts": "2.000000"}]}, ["2.000000"], True),
        ({"messages": [{"ts": "10.000000"}, {"ts": "9.000000"}]}, ["9.000000", "10.000000"], True),
        ({"messages": [], "has_more": True}, [], False),
        ({"messages": [], "is_limited": True}, [], False),
        ({"response_metadata": {"next_cursor": "x"}}, [], False),
        ({"response_metadata": {"next_cursor": ""}}, [], True),
    ],
)
async def test_whatever_slack_answers_is_a_page(
    answer: dict[str, Any], times: list[str], whole: bool
) -> None:
    async with serving() as server:
        answering(server, "conversations.history", **answer)
        page = await history(web_client(server), Room("slack", "C1"), None)
        assert (page.times, page.whole) == (times, whole)
        assert isinstance(page, Page)


async def test_a_rate_limit_is_waited_for_a_refusal_is_raised_and_an_outage_told() -> None:
    async with serving() as server:
        web, room = web_client(server), Room("slack", server.workspace.general.id)
        server.workspace.general.members[server.workspace.bot.id] = server.workspace.bot
        server.faults.too_many("conversations.history", times=2)
        assert (await history(web, room, None)).whole
        server.faults.refuse("conversations.history", "not_in_channel")
        with pytest.raises(SlackApiError):
            await history(web, room, None)
        server.faults.fail("conversations.history", status=502)
        with pytest.raises(Unreachable, match=r"^Slack does not answer \(HTTP 502\).$"):
            await history(web, room, None)
        await server.outage()
        with pytest.raises(Unreachable, match=r"^Slack does not answer \(Client\w+\).$"):
            await history(web, room, None)
