"""Rows and values: what is written is what is read."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.actions import Action
from bot.engine.agenda import Agenda, Room
from bot.engine.errors import BrokenLog
from bot.engine.events import Event, Opened, Rescheduled
from bot.engine.messages import Attachment, Hold, Message, PlacedBy, Timing
from bot.engine.people import Role
from bot.store.codec import (
    MESSAGE_COLUMNS,
    decode_action,
    decode_event,
    encode_action,
    encode_event,
    files_of,
    message_of,
    message_row,
    moment,
    stamp,
    stamp_or_none,
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
TIMES = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999).map(moment)
NUMBERS = st.integers(min_value=0, max_value=2**53)
ROOMS = st.builds(Room, st.sampled_from(["local", "slack"]), TEXTS.filter(bool))

st.register_type_strategy(str, TEXTS)
st.register_type_strategy(int, NUMBERS)
st.register_type_strategy(datetime, TIMES)
st.register_type_strategy(
    timedelta, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))
)
st.register_type_strategy(Room, ROOMS)
PEOPLE = st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2).map(tuple), max_size=2)
st.register_type_strategy(Agenda, st.builds(Agenda, moderators=PEOPLE, guests=PEOPLE))

EVENTS = st.one_of([st.from_type(kind) for kind in get_args(Event)])
ACTIONS = st.one_of([st.from_type(kind) for kind in get_args(Action)])
MESSAGES = st.builds(
    Message,
    chat=TEXTS,
    room=ROOMS,
    id=TEXTS.filter(bool),
    said=st.booleans(),
    at=TIMES,
    author=TEXTS,
    name=TEXTS,
    role=st.sampled_from(Role),
    text=st.text(st.characters(codec="utf-8")),
    labels=st.lists(st.integers(1, 99), max_size=4).map(tuple),
    worded_at=st.none() | TIMES,
    edited=st.booleans(),
    withdrawn=st.booleans(),
    reply_to=st.none() | TEXTS.filter(bool),
    thread=st.none() | TEXTS,
    timing=st.sampled_from(Timing),
    topics=st.lists(st.integers(1, 99), max_size=4).map(tuple),
    placed_by=st.sampled_from(PlacedBy),
    attachments=st.lists(st.builds(Attachment, TEXTS, TEXTS, NUMBERS, TEXTS), max_size=2).map(
        tuple
    ),
    concerns=st.lists(st.sampled_from(["email", "birth_date"]), max_size=2).map(tuple),
    held=st.sampled_from(Hold),
)


@given(EVENTS)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert decode_event(*encode_event(event)) == event


@given(EVENTS)
def test_the_moments_of_an_event_are_in_one_zone_which_is_compared_quickly(event: Event) -> None:
    assert decode_event(*encode_event(event)).at.tzinfo is UTC


def test_moments_deep_in_an_event_are_in_that_zone_too() -> None:
    at = datetime(2026, 12, 7, 7, tzinfo=timezone(timedelta(hours=11)))
    moved = decode_event(*encode_event(Rescheduled(at, ((2, at),))))
    assert isinstance(moved, Rescheduled)
    assert (moved.dues, moved.dues[0][1].tzinfo) == (((2, at),), UTC)


@given(ACTIONS)
def test_an_action_is_read_as_it_was_written(action: Action) -> None:
    assert decode_action(*encode_action(action)) == action


@given(MESSAGES)
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    assert message_of(message_row(message)) == message
    row = dict(zip(MESSAGE_COLUMNS.split(", "), message_row(message), strict=True))
    assert row["key"] == message.key
    assert row["parent"] == message.parent


@given(TIMES)
def test_a_time_is_kept_to_the_microsecond(at: datetime) -> None:
    assert moment(stamp(at)) == at
    assert moment(stamp(at)).tzinfo is UTC


@given(TIMES, TIMES)
def test_stamps_are_ordered_as_their_times(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    sydney = timezone(timedelta(hours=11))
    assert stamp(datetime(2026, 12, 7, 7, tzinfo=sydney)) == stamp(
        datetime(2026, 12, 6, 20, tzinfo=UTC)
    )
    assert (stamp_or_none(None), stamp_or_none(moment(7))) == (None, 7)


def test_every_kind_of_event_and_action_is_a_value_that_never_changes() -> None:
    for kind in (*get_args(Event), *get_args(Action)):
        assert is_dataclass(kind)
        assert vars(kind)["__dataclass_params__"].frozen, kind
    for kind in get_args(Event):
        assert fields(kind)[0].name == "at", "every event has its time"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Opened", '{"at": "the postman from Elm Street"}'),
        ("Opened", "the postman from Elm Street"),
        ("Opened", "{}"),
        ("Opened", '{"at": "2026-12-07T07:00:00"}'),
        ("Opened", '{"at": "0001-01-01T00:00:00+14:00"}'),
        ("Unknown", "{}"),
    ],
)
def test_what_no_event_can_be_is_a_broken_log_and_is_not_quoted(kind: str, body: str) -> None:
    with pytest.raises(BrokenLog) as broken:
        decode_event(kind, body)
    assert body not in str(broken.value)
    assert "postman" not in str(broken.value)
    assert broken.value.__cause__ is None
    assert broken.value.__suppress_context__


def test_an_event_of_a_later_version_with_one_more_field_is_read() -> None:
    at = datetime(2026, 12, 6, 20, tzinfo=UTC)
    kind, body = encode_event(Opened(at, "local:henry"))
    assert decode_event(kind, body[:-1] + ',"why":"new"}') == Opened(at, "local:henry")


def test_a_row_without_attachments_has_none() -> None:
    assert files_of("") == ()
