"""A chat in several rooms is one: its topics, its messages and its window in all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.engine import signals
from bot.engine.actions import Action, Post, PostKind
from bot.engine.agenda import Room
from bot.engine.hearing import hear
from bot.engine.messages import Message, PlacedBy, Timing
from bot.engine.pace import APART
from bot.engine.people import Person
from bot.engine.sending import when_its_turn_comes
from bot.engine.signals import Said
from tests.engine.script import OPENS, Script, agenda

FIRST, SECOND, OWN = Room("discord", "5"), Room("slack", "C1"), Room("local", "urojc")
ROOMS = (FIRST, SECOND, OWN)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)


def running(*after: str, window: str = "4h") -> Script:
    chat = Script(agenda(*after, rooms=ROOMS, window=window))
    chat.passes("24h")
    return chat


def stands(chat: Script, number: int, room: Room, at: datetime) -> None:
    """Let a platform say that a topic stands in a room since then."""
    post = Post(room, PostKind.TOPIC, ("T",), number)
    chat.take(signals.Delivered(at, f"c/{number}/0", post, f"{number}.{room.name}", "T"))


def said(chat: Script, room: Room, at: datetime, text: str = "hello") -> Message:
    person = Person(room.platform, "U7", "Ann")
    return hear(chat.it, None, None, Said(at, room, f"m{at}", person, text))


def test_a_topic_is_posted_since_it_stood_in_the_first_room_in_whatever_order_they_tell() -> None:
    for order in (ROOMS, ROOMS[::-1], (SECOND, OWN, FIRST)):
        chat = running("0m")
        late = {FIRST: 30 * MINUTE, SECOND: timedelta(seconds=2), OWN: 5 * MINUTE}
        for room in order:
            stands(chat, 1, room, OPENS + late[room])
        assert chat.it.topics[0].posted_at == OPENS + timedelta(seconds=2)
        assert {post.room for post in chat.it.topics[0].posts} == set(ROOMS)


def test_the_open_topic_is_the_last_one_that_stands_in_the_messages_own_room() -> None:
    chat = running("0m", "1h")
    chat.passes("2h")
    for number in (1, 2):
        stands(chat, number, FIRST, OPENS + (number - 1) * 60 * MINUTE)
    stands(chat, 1, SECOND, OPENS)
    at = OPENS + 90 * MINUTE
    assert said(chat, FIRST, at).topics == (2,)
    assert said(chat, SECOND, at).topics == (1,), "T2 has not come there"
    nowhere = said(chat, OWN, at)
    assert (nowhere.topics, nowhere.placed_by) == ((), PlacedBy.NONE)
    assert said(chat, SECOND, at, "T2: I heard").topics == (2,), "who names it knows of it"
    stands(chat, 2, SECOND, at + MINUTE)
    assert said(chat, SECOND, at + 2 * MINUTE).topics == (2,)


def test_a_room_that_is_back_gets_what_it_missed_in_order_two_minutes_apart() -> None:
    chat = running("0m", "10m", "20m", "30m")
    for room in ROOMS:
        stands(chat, 1, room, OPENS)
    chat.passes("40m")
    missed: dict[int, Post] = {}
    for one in chat.actions:
        if not isinstance(one, Post) or one.topic is None or one.topic == 1:
            continue
        due = OPENS + (one.topic - 1) * 10 * MINUTE
        if one.room == SECOND:
            missed[one.topic] = one
        else:
            assert isinstance(turn(chat, one, due), Post)
            stands(chat, one.topic, one.room, due)
    back = chat.now
    assert sorted(missed) == [2, 3, 4]
    for number, post in sorted(missed.items()):
        due = back + (number - 2) * APART
        if number > 2:
            assert turn(chat, post, due - TICK) == due, "not before"
        assert isinstance(turn(chat, post, due), Post)
        stands(chat, number, SECOND, due)
    assert [topic.posted_at for topic in chat.it.topics] == [
        OPENS + 10 * n * MINUTE for n in range(4)
    ], "the others' moments stay"


def turn(chat: Script, post: Action, now: datetime) -> Action | datetime | None:
    return when_its_turn_comes(chat.it, post, chat.now, now)


@pytest.mark.parametrize("ended", ["by itself", "by command", "late"])
def test_the_window_closes_at_the_same_instant_in_every_room(ended: str) -> None:
    chat = running("0m")
    for room in ROOMS:
        stands(chat, 1, room, OPENS)
    end = OPENS + timedelta(hours=4)
    if ended == "by command":
        end = OPENS + timedelta(hours=1)
        chat.asks("close", after="1h")
    elif ended == "late":
        chat.sleeps("9h")  # nobody was there to close it
    else:
        chat.passes("5h")
    for room in ROOMS:
        assert said(chat, room, OPENS - TICK).timing is Timing.EARLY
        assert said(chat, room, OPENS).timing is Timing.ON_TIME
        assert said(chat, room, end).timing is Timing.ON_TIME
        assert said(chat, room, end + TICK).timing is Timing.LATE
