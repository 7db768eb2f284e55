"""Counts against a recount by hand, over any rows in any order."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.agenda import Room
from bot.engine.messages import (
    Attachment,
    Message,
    PlacedBy,
    RoomTally,
    Tally,
    Timing,
    TopicTally,
)
from bot.engine.people import Role
from bot.store import figures
from bot.store.address import Address
from bot.store.figures import Counts, Figures, Ranked
from bot.store.opening import Where
from bot.store.tables import Tables
from tests.transcripts.club import AWAY, HOME, OPENS, kept

CHAT = "urojc-2026-12-07"
CROWD = (Role.PARTICIPANT, Role.GUEST)


@st.composite
def rows(draw: st.DrawFn) -> list[Message]:
    """Give the rows of a chat, in the order of their ids, and a few of another chat."""
    count = draw(st.integers(0, 30))
    return [
        Message(
            chat=draw(st.sampled_from([CHAT, CHAT, CHAT, "another"])),
            room=draw(st.sampled_from([HOME, AWAY, Room("local", "second")])),
            id=f"{number}",
            said=draw(st.booleans()) or draw(st.booleans()),
            at=OPENS + timedelta(minutes=draw(st.integers(0, 200))),
            author=draw(st.sampled_from(["ann", "bo", "cy", "di"])),
            name="N",
            role=draw(st.sampled_from([Role.PARTICIPANT, Role.PARTICIPANT, *Role])),
            text="text",
            edited=draw(st.booleans()),
            withdrawn=draw(st.integers(0, 4)) == 0,
            reply_to=str(draw(st.integers(0, number))) if draw(st.booleans()) else None,
            timing=draw(st.sampled_from([Timing.ON_TIME, Timing.ON_TIME, *Timing])),
            topics=tuple(sorted(draw(st.sets(st.sampled_from([1, 2, 3, 12]), max_size=3)))),
            placed_by=draw(st.sampled_from(list(PlacedBy))),
            attachments=(Attachment("a", "b", 1, "c"),) if draw(st.integers(0, 9)) == 0 else (),
        )
        for number in range(count)
    ]


def person(message: Message) -> str:
    return f"{message.room.platform}:{message.author}"


def in_window(message: Message) -> bool:
    return message.said and not message.withdrawn and message.timing is Timing.ON_TIME


def answers(messages: Sequence[Message]) -> list[Message]:
    return [m for m in messages if m.chat == CHAT and in_window(m) and m.role in CROWD]


def recounted(messages: Sequence[Message]) -> Counts:
    ours = [m for m in messages if m.chat == CHAT and m.said]
    crowd = [m for m in ours if m.role in CROWD]
    stays = [m for m in crowd if not m.withdrawn]
    counted = answers(messages)
    led = [m for m in ours if in_window(m) and m.role is Role.MODERATOR]
    beside = [m for m in ours if in_window(m) and m.role is Role.VISITOR]
    per_person = Counter(Counter(map(person, counted)).values())
    topics = sorted({number for m in counted for number in m.topics})
    return Counts(
        participants=len(set(map(person, counted))),
        guests=len({person(m) for m in counted if m.role is Role.GUEST}),
        moderators=len(set(map(person, led))),
        messages=len(counted),
        by_moderators=len(led),
        visitors=len(set(map(person, beside))),
        by_visitors=len(beside),
        early=sum(m.timing is Timing.EARLY for m in stays),
        late=sum(m.timing is Timing.LATE for m in stays),
        edited=sum(m.edited for m in counted),
        withdrawn=sum(m.withdrawn for m in ours if m.role is not Role.BOT),
        unplaced=sum(m.placed_by is PlacedBy.NONE for m in stays),
        without_topic=sum(not m.topics for m in counted),
        replies=sum(m.reply_to is not None for m in counted),
        with_files=sum(bool(m.attachments) for m in counted),
        per_person=tuple(sorted(per_person.items())),
        topics=tuple(
            TopicTally(
                number,
                sum(number in m.topics for m in counted),
                len({person(m) for m in counted if number in m.topics}),
            )
            for number in topics
        ),
        rooms=shares(counted),
    )


def shares(counted: Sequence[Message]) -> tuple[RoomTally, ...]:
    """Count each room by itself: the same person in two rooms counts in both."""
    by_room = Counter(m.room for m in counted)
    return tuple(
        RoomTally(room, by_room[room], len({person(m) for m in counted if m.room == room}))
        for room in sorted(by_room)
    )


def order(message: Message) -> tuple[object, str]:
    return message.at, message.key


def ranked(times: Counter[str], messages: Sequence[Message], most: int) -> list[Ranked]:
    """Rank as agreed: the most frequent first, then the earlier; `most` of each set of topics."""
    best: list[Ranked] = []
    for message in sorted(answers(messages), key=lambda m: (-times[m.key], *order(m))):
        taken = sum(one.topics == message.topics for one in best)
        if message.topics and times[message.key] and taken < most:
            best.append(Ranked(message.topics, message.key, times[message.key]))
    return best


def replies(messages: Sequence[Message]) -> Counter[str]:
    known = {m.key: m for m in messages if m.chat == CHAT}
    return Counter(
        m.parent
        for m in known.values()
        if in_window(m)
        and m.role not in (Role.BOT, Role.VISITOR)
        and m.parent in known
        and known[m.parent].author != m.author
    )


@settings(max_examples=60, deadline=None)
@given(messages=rows(), random=st.randoms())
async def test_every_count_is_what_a_recount_by_hand_gives_in_whatever_order_rows_came(
    messages: list[Message], random: object
) -> None:
    shuffled = list(messages)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    expected = recounted(messages)
    async with kept(shuffled) as (tables, chat):
        assert await Figures(tables.connection, chat.id).counts() == expected
        assert await figures.tally(tables.connection, chat.id) == Tally(
            expected.participants,
            expected.moderators,
            expected.messages,
            expected.topics,
            expected.rooms,
        )


@pytest.mark.parametrize("rooms", [(HOME, AWAY), (HOME, HOME)])
async def test_rooms_are_counted_and_ranked_alike_in_every_database(
    anywhere: Where, rooms: tuple[Room, Room]
) -> None:
    first, second = rooms
    messages = [
        Message(CHAT, room, f"{n}", said=True, at=OPENS + timedelta(minutes=n), author=who,
                topics=(1,), reply_to=answered)
        for n, (room, who, answered) in enumerate([
            (first, "ann", None), (first, "bo", "0"), (second, "ann", None),
            (second, "cy", "2"), (second, "bo", "2"),
        ])
    ]  # fmt: skip
    async with kept(messages, where=anywhere) as (tables, chat):
        counted = Figures(tables.connection, chat.id)
        assert await counted.counts() == recounted(messages)
        assert await counted.most_replied_in_rooms(1) == [
            Ranked((1,), f"{second}/2", 2),
            *([Ranked((1,), f"{first}/0", 1)] if first != second else []),
        ]


@settings(max_examples=40, deadline=None)
@given(messages=rows(), reactions=st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc"))))
async def test_answers_are_ranked_by_replies_of_others_and_by_reactions(
    messages: list[Message], reactions: list[tuple[int, str]]
) -> None:
    known = {m.id: m.key for m in messages}
    put = {(known[str(n)], f"local:{who}", "👍") for n, who in reactions if str(n) in known}
    async with kept(messages, reactions=put) as (tables, chat):
        counted = Figures(tables.connection, chat.id)
        by_replies = ranked(replies(messages), messages, 2)
        assert await counted.most_replied(2) == by_replies
        rooms = [[m for m in messages if m.room == room] for room in {m.room for m in messages}]
        by_room = [one for there in rooms for one in ranked(replies(messages), there, 2)]
        in_rooms = await counted.most_replied_in_rooms(2)
        assert sorted(in_rooms, key=lambda one: one.key) == sorted(by_room, key=lambda o: o.key)
        assert [one.times for one in in_rooms] == sorted((o.times for o in by_room), reverse=True)
        by_reactions = ranked(Counter(key for key, _, _ in put), messages, 2)
        assert await counted.most_reacted(2) == by_reactions


@settings(max_examples=40, deadline=None)
@given(messages=rows(), minutes=st.integers(0, 200))
async def test_a_topics_first_answer_is_its_earliest_since_it_was_posted(
    messages: list[Message], minutes: int
) -> None:
    since = OPENS + timedelta(minutes=minutes)
    expected = {
        number: min(m.at for m in answers(messages) if number in m.topics and m.at >= since)
        for number in (1, 2, 12)
        if any(number in m.topics and m.at >= since for m in answers(messages))
    }
    async with kept(messages) as (tables, chat):
        found = await Figures(tables.connection, chat.id).first_answers(
            {1: since, 2: since, 12: since}
        )
    assert found == expected


@settings(max_examples=25, deadline=None)
@given(messages=rows())
async def test_messages_are_counted_in_steps_from_the_opening(messages: list[Message]) -> None:
    step = timedelta(minutes=7)
    async with kept(messages) as (tables, chat):
        counted = await Figures(tables.connection, chat.id).over_time(OPENS, 7 * 60_000_000)
    assert counted == Counter((m.at - OPENS) // step for m in answers(messages))


@settings(max_examples=40, deadline=None)
@given(messages=rows(), minutes=st.none() | st.integers(0, 200))
async def test_a_catch_up_names_the_answers_most_replied_to_since_one_spoke(
    messages: list[Message], minutes: int | None
) -> None:
    since = None if minutes is None else OPENS + timedelta(minutes=minutes)
    times = replies(messages)
    expected = [
        (m.topics, times[m.key])
        for m in sorted(answers(messages), key=lambda m: (-times[m.key], *order(m)))
        if times[m.key] and (since is None or m.at > since)
    ]
    async with kept(messages) as (tables, chat):
        found = await figures.most_replied_to(tables.connection, chat.id, since, 3)
    assert [(answer.topics, answer.times) for answer in found] == expected[:3]


@settings(max_examples=25, deadline=None)
@given(messages=rows())
async def test_when_somebody_last_spoke_is_known_by_platform_and_id(
    messages: list[Message],
) -> None:
    own = [
        m.at
        for m in messages
        if m.chat == CHAT and m.said and not m.withdrawn and person(m) == "local:ann"
    ]
    async with kept(messages) as (tables, chat):
        found = await figures.last_spoke(tables.connection, chat.id, "local", "ann")
    assert found == max(own, default=None)


async def test_a_chat_in_which_nothing_was_said_counts_nothing() -> None:
    async with kept([]) as (tables, chat):
        counted = Figures(tables.connection, chat.id)
        assert await counted.counts() == Counts()
        assert await counted.first_answers({}) == {}
        assert await counted.most_replied(3) == await counted.most_reacted(3) == []
        assert await figures.tally(tables.connection, chat.id) == Tally()


async def test_the_same_id_on_two_platforms_is_two_people_and_in_two_rooms_of_one_is_one() -> None:
    first = Message(CHAT, HOME, "1", said=True, at=OPENS, author="ann", topics=(1,))
    same = first._replace(id="2", room=Room("local", "second"))
    other = first._replace(id="3", room=AWAY)
    async with kept([first, same, other]) as (tables, chat):
        counts = await Figures(tables.connection, chat.id).counts()
    assert counts.participants == 2
    assert counts.per_person == ((1, 1), (2, 1))
    assert counts.topics == (TopicTally(1, 3, 2),)


class Undone(Exception):
    """What was written for one example is taken back."""


async def everything(tables: Tables, chat: str) -> list[object]:
    """Ask everything that can be asked of a chat's figures."""
    counted = Figures(tables.connection, chat)
    since = {1: OPENS, 2: OPENS + timedelta(minutes=50), 12: OPENS}
    return [
        await counted.counts(),
        await counted.first_answers(since),
        await counted.over_time(OPENS, 7 * 60_000_000),
        await counted.most_replied(2),
        await counted.most_reacted(2),
        await figures.tally(tables.connection, chat),
        await figures.last_spoke(tables.connection, chat, "local", "ann"),
        await figures.most_replied_to(tables.connection, chat, None, 3),
    ]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # every example is taken back
)
@given(messages=rows(), who=st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc"))))
async def test_postgresql_counts_as_sqlite_does(
    database: Address, messages: list[Message], who: list[tuple[int, str]]
) -> None:
    known = {m.id: m.key for m in messages}
    put = {(known[str(n)], f"local:{name}", "👍") for n, name in who if str(n) in known}
    async with kept(messages, reactions=put) as (tables, chat):
        expected = await everything(tables, chat.id)
    with contextlib.suppress(Undone):
        async with kept(messages, reactions=put, where=database) as (tables, chat):
            assert await everything(tables, chat.id) == expected
            raise Undone
