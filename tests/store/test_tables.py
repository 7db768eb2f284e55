"""The tables: what is written is found again, in order, and by nobody twice."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.engine import events
from bot.engine.agenda import Room
from bot.engine.fold import apply, fold
from bot.engine.messages import Message
from bot.engine.people import Role
from bot.engine.state import Chat, Stage
from bot.store.opening import Where, opened
from bot.store.tables import NOTHING_UNREAD, Tables, Unread
from tests.engine.script import OPENS, ROOM, agenda

OTHER = Room("local", "other")
HOUR = timedelta(hours=1)
CHAT = "urojc-2026-12-07"


@pytest.fixture
async def tables(anywhere: Where) -> AsyncIterator[Tables]:
    async with opened(anywhere) as store, store.writing() as found:
        yield found


def planned(chat: str, opens_at: datetime = OPENS, room: Room = ROOM) -> events.Planned:
    plan = agenda("0m", rooms=(room,))
    return events.Planned(
        OPENS - 24 * HOUR, chat, "urojc", plan, opens_at, opens_at + timedelta(hours=48)
    )


async def put(tables: Tables, *log: events.Event) -> Chat:
    """Write a chat's log, its line and its rooms; return the chat."""
    chat = fold(list(log))
    await tables.append([(chat.id, seq, event) for seq, event in enumerate(log, 1)])
    await tables.put_chats([chat])
    await tables.put_rooms([(room, chat.id) for room in chat.agenda.rooms])
    return chat


# ---------------------------------------------------------------- chats


async def test_a_chat_is_folded_from_its_log_and_an_unknown_one_is_none(tables: Tables) -> None:
    log = (planned(CHAT), events.Opened(OPENS), events.TopicOpened(OPENS, 1))
    await put(tables, *log)
    assert await tables.chat(CHAT) == fold(list(log))
    assert await tables.chat("urojc-2027-01-04") is None
    assert set(await tables.load([CHAT, "urojc-2027-01-04"])) == {CHAT}


async def test_more_chats_than_a_statement_takes_are_loaded(tables: Tables) -> None:
    chats = [f"urojc-{n}" for n in range(1100)]
    await tables.append([(chat, 1, planned(chat)) for chat in chats])
    assert set(await tables.load(chats)) == set(chats)


async def test_chats_are_due_from_their_moment_on_the_longest_overdue_first(
    tables: Tables,
) -> None:
    for hours, chat in ((2, "later"), (1, "sooner"), (3, "last")):
        await put(tables, planned(chat, OPENS + hours * HOUR))
    assert await tables.next_wake() == OPENS + HOUR
    assert await tables.due(OPENS + HOUR - timedelta(microseconds=1), 9) == []
    assert await tables.due(OPENS + HOUR, 9) == ["sooner"]
    assert await tables.due(OPENS + 9 * HOUR, 9) == ["sooner", "later", "last"]
    assert await tables.due(OPENS + 9 * HOUR, 2) == ["sooner", "later"]


async def test_a_closed_chat_waits_while_its_platform_is_unread_the_longer_if_held_there_alone(
    tables: Tables,
) -> None:
    """It counts from when it was closed, not from its end, which may have passed unseen."""
    channel = Room("discord", "1")
    closed_at = OPENS + 60 * HOUR
    for chat, rooms in (("here", (ROOM,)), ("both", (ROOM, channel)), ("there", (channel,))):
        plan = replace(planned(chat), agenda=agenda("0m", rooms=rooms))
        await put(tables, plan, events.Opened(OPENS), events.Closed(closed_at))

    async def due(hours: float) -> list[str]:
        now = closed_at + hours * HOUR
        unread = Unread(("discord",), now - HOUR, now - 24 * HOUR)
        found = await tables.due(now, 9, unread)
        assert (await tables.next_wake(unread) is not None) is bool(found)
        return sorted(found)

    assert await due(0) == ["here"]
    assert await due(1) == ["both", "here"]
    assert await due(24) == ["both", "here", "there"]
    assert sorted(await tables.due(closed_at, 9)) == ["both", "here", "there"]


async def test_a_chat_that_must_not_wake_is_not_due_any_more(tables: Tables) -> None:
    await put(tables, planned(CHAT))
    await tables.never_wake(CHAT)
    assert await tables.due(OPENS + HOUR, 9) == []
    assert await tables.next_wake() is None


async def test_what_lists_say_of_a_chat_follows_its_log(tables: Tables) -> None:
    chat = await put(tables, planned(CHAT))
    moved = replace(agenda("0m"), title="Another title")
    later = OPENS + HOUR
    chat = apply(chat, events.Replanned(OPENS, moved, later, later + HOUR))
    await tables.put_chats([chat])
    (line,) = await tables.lines()
    assert (line.title, line.opens_at, line.ends_at) == ("Another title", later, later + HOUR)
    chat = apply(apply(chat, events.Opened(later)), events.Closed(later + HOUR / 2))
    await tables.put_chats([chat])
    (line,) = await tables.lines("urojc")
    assert (line.stage, line.ends_at) == (Stage.CLOSED, later + HOUR / 2)
    assert await tables.lines("another") == []


async def test_the_planned_chats_are_listed_in_order_of_opening(tables: Tables) -> None:
    await put(tables, planned("b", OPENS + HOUR))
    await put(tables, planned("a", OPENS + 2 * HOUR))
    await put(tables, planned("c"), events.Opened(OPENS))
    assert [line.id for line in await tables.lines_in_stage(Stage.PLANNED)] == ["b", "a"]


async def test_a_room_has_its_latest_chats_but_none_that_was_cancelled_or_missed(
    tables: Tables,
) -> None:
    await put(tables, planned("first"), events.Opened(OPENS))
    await put(tables, planned("second", OPENS + HOUR), events.Opened(OPENS + HOUR))
    await put(tables, planned("cancelled", OPENS + 2 * HOUR), events.Cancelled(OPENS))
    await put(tables, planned("missed", OPENS + 2 * HOUR), events.Missed(OPENS + 90 * HOUR))
    await put(tables, planned("elsewhere", room=OTHER))
    assert await tables.chats_in(ROOM, 8) == ["second", "first"]
    assert await tables.chats_in(ROOM, 1) == ["second"]
    assert await tables.chats_in(OTHER, 8) == ["elsewhere"]


async def test_many_planned_chats_do_not_hide_the_one_that_runs_or_the_next(
    tables: Tables,
) -> None:
    await put(tables, planned("running"), events.Opened(OPENS))
    for n in range(1, 21):
        await put(tables, planned(f"planned-{n:02}", OPENS + n * HOUR))
    found = await tables.chats_in(ROOM, 8)
    assert "running" in found
    assert [chat for chat in found if chat != "running"] == [
        f"planned-{n:02}" for n in range(8, 0, -1)
    ]


async def test_a_room_can_be_asked_for_its_chats_of_long_ago(tables: Tables) -> None:
    for n in range(20):
        opens_at = OPENS + n * HOUR
        over = events.Closed(opens_at + HOUR / 2)
        await put(tables, planned(f"chat-{n:02}", opens_at), events.Opened(opens_at), over)
    assert await tables.chats_in(ROOM, 2) == ["chat-19", "chat-18"]
    around = await tables.chats_in(ROOM, 2, OPENS + 5 * HOUR)
    assert around == ["chat-07", "chat-06", "chat-05", "chat-04"]
    assert await tables.chats_in(ROOM, 2, OPENS - HOUR) == ["chat-01", "chat-00"]
    await put(tables, planned("still open", OPENS - HOUR), events.Opened(OPENS - HOUR))
    assert await tables.chats_in(ROOM, 2) == ["chat-19", "still open"]


async def test_a_chat_leaves_a_room_that_it_is_no_longer_held_in(tables: Tables) -> None:
    await put(tables, planned(CHAT))
    await tables.put_rooms([(OTHER, CHAT), (OTHER, CHAT)])
    assert await tables.chats_in(ROOM, 8) == []
    assert await tables.chats_in(OTHER, 8) == [CHAT]


async def test_how_far_a_series_was_looked_at_is_kept(tables: Tables) -> None:
    assert await tables.planned_until() == {}
    for until in (OPENS, OPENS + HOUR):
        await tables.set_planned_until({"urojc": until, "other": OPENS})
    assert await tables.planned_until() == {"urojc": OPENS + HOUR, "other": OPENS}


# ---------------------------------------------------------------- messages


def message(number: int, at: datetime = OPENS, author: str = "ann", **fields: object) -> Message:
    given: dict[str, object] = {"name": author.title(), "text": f"T1: message {number}"}
    return Message(CHAT, ROOM, str(number), True, at, author, **(given | fields))  # type: ignore[arg-type]


async def since(tables: Tables, at: datetime) -> list[str]:
    return [m.id async for batch in tables.messages_since(CHAT, at) for m in batch]


async def test_a_message_is_found_by_its_key_and_by_the_one_it_answers(tables: Tables) -> None:
    first, reply = message(1), message(2, reply_to="1")
    await tables.put_messages([first, reply])
    assert await tables.messages([first.key, "local:urojc/9"]) == [first]
    assert await tables.replies_to([first.key]) == [reply]
    changed = first._replace(text="T1: changed", edited=True, topics=(1,))
    await tables.put_messages([changed])
    assert await tables.messages([first.key]) == [changed]


async def test_more_messages_than_a_statement_takes_are_found(tables: Tables) -> None:
    many = [message(n, reply_to="0") for n in range(1, 1200)]
    await tables.put_messages(many)
    assert len(await tables.messages([m.key for m in many])) == len(many)
    assert len(await tables.replies_to([message(0).key])) == len(many)


async def test_every_message_since_a_time_is_read_once_also_those_of_one_instant(
    tables: Tables,
) -> None:
    before = [message(n, OPENS - HOUR) for n in range(100)]
    at_once = [message(n, OPENS) for n in range(100, 1400)]
    later = [message(n, OPENS + timedelta(seconds=n)) for n in range(1400, 1500)]
    await tables.put_messages([*later, *at_once, *before])
    found = await since(tables, OPENS)
    assert sorted(found) == sorted(m.id for m in [*at_once, *later])


async def test_an_earlier_message_that_was_reworded_since_is_read_too(tables: Tables) -> None:
    early = OPENS - HOUR
    await tables.put_messages(
        [
            message(1, early, worded_at=early),
            message(2, early, worded_at=OPENS + HOUR, edited=True),
            message(3, early, worded_at=early + HOUR / 2, edited=True),
            message(4, OPENS, worded_at=OPENS + HOUR, edited=True),
        ]
    )
    assert sorted(await since(tables, OPENS)) == ["2", "4"]
    assert sorted(await since(tables, datetime.min.replace(tzinfo=OPENS.tzinfo))) == list("1234")


async def test_withdrawing_blanks_what_this_person_had_said_in_this_chat_by_then(
    tables: Tables,
) -> None:
    told = {
        "own": message(1),
        "own at that moment": message(2, OPENS + HOUR),
        "own, later": message(3, OPENS + HOUR + timedelta(microseconds=1)),
        "another's": message(4, author="bob"),
        "of the same id on another platform": message(5)._replace(room=Room("slack", "C1")),
        "in another chat": message(6)._replace(chat="urojc-2026-11-02"),
        "the bot's": message(7, role=Role.BOT),
    }
    await tables.put_messages(told.values())
    await tables.withdraw(CHAT, "local", "ann", OPENS + HOUR)
    kept = {m.key: m for m in await tables.messages([m.key for m in told.values()])}
    blank = {name for name, m in told.items() if kept[m.key].withdrawn}
    assert blank == {"own", "own at that moment"}
    assert {name for name, m in told.items() if not kept[m.key].text} == blank


async def reactions(tables: Tables) -> list[tuple[object, ...]]:
    return await tables.connection.rows(
        "SELECT message, person, emoji FROM reactions WHERE present = 1"
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_of_a_persons_same_emoji_the_latest_counts_in_whatever_order(
    tables: Tables, order: Sequence[int]
) -> None:
    put_and_taken = [
        ("k", "local:ann", "👍", OPENS, True),
        ("k", "local:ann", "👍", OPENS + HOUR, False),
        ("k", "local:ann", "👍", OPENS + 2 * HOUR, True),
    ]
    await tables.put_reactions([put_and_taken[n] for n in order])
    assert await reactions(tables) == [("k", "local:ann", "👍")]


@pytest.mark.parametrize("there", [True, False])
async def test_of_two_at_one_instant_it_is_taken_back_in_whatever_order(
    tables: Tables, there: bool
) -> None:
    await tables.put_reactions(
        [("k", "local:ann", "👍", OPENS, there), ("k", "local:ann", "👍", OPENS, not there)]
    )
    assert await reactions(tables) == []


# ---------------------------------------------------------------- secrets


async def test_a_secret_stays_what_it_was_at_first(tables: Tables) -> None:
    assert await tables.secret("signing", "fresh") == "fresh"
    assert await tables.secret("signing", "another") == "fresh"
    assert await tables.secret("other", "another") == "another"


# ---------------------------------------------------------------- talk that is not all known

CHANNEL = Room("discord", "9")
BEHIND = Unread(("discord",), OPENS, OPENS)
"""What was closed since OPENS waits, where it was held on Discord."""


async def closed(tables: Tables, chat: str, at: datetime, *rooms: Room) -> Chat:
    """Write a chat of these rooms that was closed then and is not counted."""
    plan = replace(planned(chat), agenda=agenda("0m", rooms=rooms))
    return await put(tables, plan, events.Opened(OPENS), events.Closed(at))


async def test_only_chats_that_were_held_there_and_closed_since_then_wait_to_be_counted(
    tables: Tables,
) -> None:
    await closed(tables, "before", OPENS, CHANNEL)
    await closed(tables, "since", OPENS + HOUR, CHANNEL)
    await closed(tables, "elsewhere", OPENS + HOUR, ROOM, Room("slack", "C1"))
    await closed(tables, "in one of its rooms", OPENS + HOUR, ROOM, CHANNEL)
    await closed(tables, "of another beginning", OPENS + HOUR, Room("discordant", "9"))
    due = await tables.due(OPENS + 2 * HOUR, 9, BEHIND)
    assert sorted(due) == ["before", "elsewhere", "of another beginning"]
    behind_all = Unread(("discord", "slack"), OPENS, OPENS)
    due = await tables.due(OPENS + 2 * HOUR, 9, behind_all)
    assert sorted(due) == ["before", "of another beginning"]
    assert len(await tables.due(OPENS + 2 * HOUR, 9, NOTHING_UNREAD)) == 5


async def test_a_chat_that_is_held_on_two_unread_platforms_is_held_there_alone(
    tables: Tables,
) -> None:
    await closed(tables, CHAT, OPENS + HOUR, CHANNEL, Room("slack", "C1"))
    both = Unread(("discord", "slack"), OPENS + 2 * HOUR, OPENS)
    assert await tables.due(OPENS + 9 * HOUR, 9, both) == []
    one = Unread(("discord",), OPENS + 2 * HOUR, OPENS)
    assert await tables.due(OPENS + 9 * HOUR, 9, one) == [CHAT]


async def test_a_chat_that_is_not_over_wakes_whatever_is_unread(tables: Tables) -> None:
    held = agenda("1h", rooms=(CHANNEL,))
    await put(tables, replace(planned("planned", OPENS + HOUR), agenda=held))
    await put(tables, replace(planned("open"), agenda=held), events.Opened(OPENS))
    assert sorted(await tables.due(OPENS + HOUR, 9, BEHIND)) == ["open", "planned"]
    assert await tables.next_wake(BEHIND) == OPENS + HOUR


async def test_what_is_not_due_is_no_reason_to_wake(tables: Tables) -> None:
    """Else the alarm would ring without end."""
    await closed(tables, CHAT, OPENS + HOUR, CHANNEL)
    await closed(tables, "both", OPENS + 2 * HOUR, CHANNEL, ROOM)
    held = agenda("0m", rooms=(CHANNEL,))
    await put(tables, replace(planned("next", OPENS + 5 * HOUR), agenda=held))
    for names in (("discord",), ("slack",), ("discord", "slack"), ()):
        for hours in range(9):
            now = OPENS + hours * HOUR
            unread = Unread(names, now - HOUR, now - 3 * HOUR)
            due, moment = await tables.due(now, 9, unread), await tables.next_wake(unread)
            assert bool(due) == (moment is not None and moment <= now), (unread, hours)


# ---------------------------------------------------------------- threads


async def test_a_threads_chat_is_found_and_an_unknown_thread_has_none(tables: Tables) -> None:
    await tables.put_threads([(CHANNEL, "17", "c1"), (CHANNEL, "18", "c2"), (OTHER, "17", "c3")])
    await tables.put_threads([])
    await tables.put_threads([(CHANNEL, "17", "another"), (CHANNEL, "19", "c2")])
    found = [await tables.chat_of_thread(CHANNEL, thread) for thread in ("17", "18", "19", "20")]
    assert found == ["c1", "c2", "c2", None]
    assert await tables.chat_of_thread(OTHER, "17") == "c3"


# ---------------------------------------------------------------- reactions taken away


async def test_all_reactions_to_a_message_can_be_taken_away_or_those_of_one_emoji(
    tables: Tables,
) -> None:
    await tables.put_reactions(
        [
            (key, person, emoji, at, True)
            for key in ("k", "other")
            for person in ("discord:1", "discord:2")
            for emoji, at in (("👍", OPENS), ("🎉", OPENS), (":club:", OPENS + 2 * HOUR))
        ]
    )

    async def left() -> set[tuple[object, object]]:
        return {(key, emoji) for key, _, emoji in await reactions(tables)}

    others = {("other", emoji) for emoji in ("👍", "🎉", ":club:")}
    await tables.clear_reactions("k", "🎉", OPENS + HOUR)
    assert await left() == {("k", "👍"), ("k", ":club:"), *others}
    await tables.clear_reactions("k", "", OPENS + HOUR)
    assert await left() == {("k", ":club:"), *others}, "what was put later stays"
    await tables.put_reactions([("k", "discord:1", "👍", OPENS + 3 * HOUR, True)])
    assert ("k", "👍") in await left()
