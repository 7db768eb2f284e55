"""Recorded lines become signals, in order; bad lines are named and left out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.agenda import Room
from bot.engine.commands import Extend, Next
from bot.engine.people import Role
from bot.engine.signals import Asked, Deleted, Edited, Reacted, Said
from bot.recording import read

ROOM = Room("local", "urojc")
TIME = "2026-12-06T20:01:00Z"
AT = datetime(2026, 12, 6, 20, 1, tzinfo=UTC)
LINE = {"id": "1", "ts": TIME, "author": "ann", "text": "T1: yes"}


def line(**fields: object) -> str:
    return json.dumps({name: value for name, value in (LINE | fields).items() if value != "-"})


def bad(*lines: str | bytes) -> str:
    """Return why the one line that is bad is so."""
    recording = read(lines, ROOM)
    assert len(recording.bad) == 1
    return recording.bad[0][1]


def test_a_line_is_something_said() -> None:
    ((said,), wrong) = (read([line()], ROOM).lines, read([line()], ROOM).bad)
    assert isinstance(said, Said)
    assert (said.at, said.room, said.id, said.text) == (AT, ROOM, "1", "T1: yes")
    assert (said.author.id, said.author.name, said.author.role) == ("ann", "ann", None)
    assert (said.reply_to, said.thread, wrong) == (None, None, ())


def test_optional_fields_are_kept() -> None:
    given_line = line(name="Ann Ó", reply_to="0", thread="T2", role="guest")
    (said,) = read([given_line], ROOM).lines
    assert isinstance(said, Said)
    assert (said.author.name, said.reply_to, said.thread) == ("Ann Ó", "0", "T2")
    assert said.author.role is Role.GUEST


def test_the_other_kinds() -> None:
    lines = read(
        [
            line(kind="edit", author="-", text="T2: no"),
            line(kind="delete", author="-", text="-"),
            line(kind="react", text="-", emoji="👍"),
            line(kind="command", id="-", text="/chat next"),
            line(kind="command", id="-", text="/chat extend 2h", author="henry"),
        ],
        ROOM,
    ).lines
    assert {type(one) for one in lines} == {Edited, Deleted, Reacted, Asked}
    asks = {one.by.id: one.ask for one in lines if isinstance(one, Asked)}
    assert asks["ann"] == Next()
    assert isinstance(asks["henry"], Extend)


def test_times_of_other_zones_and_numbers_as_ids_are_read() -> None:
    (said,) = read([line(id=7, author=12, ts="2026-12-07T07:01:00+11:00")], ROOM).lines
    assert isinstance(said, Said)
    assert (said.id, said.author.id, said.at) == ("7", "12", AT)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not json", 'this is not JSON. A line looks like {"id": "1"'),
        ("[" * 100_000, "this is not JSON."),
        (b"\xff\xfe{", "this is not JSON."),
        ("[1]", "this is not an object in braces."),
        (line(ts="-"), "ts must be a time with its zone, like 2026-12-06T20:01:00Z"),
        (line(ts="2026-12-06T20:01:00"), "ts must be a time with its zone"),
        (line(ts="0001-01-01T00:00:00+14:00"), "ts must be a time with its zone"),
        (line(ts=5), "ts must be a time with its zone"),
        (line(id="-"), "id is missing, or is not a text in quotes"),
        (line(author=""), "author is missing"),
        (line(text="-"), "text is missing"),
        (line(text=None), "text is missing"),
        (line(role="king"), "role 'king' is not known; it may be participant"),
        (line(role=["moderator"]), "role ['moderator'] is not known"),
        (line(kind="shout"), "kind 'shout' is not known; it may be edit, delete, react"),
        (line(kind="command", text="next"), "the text of a command begins with /chat"),
        (line(kind="command", text="/chat nxt"), "There is no /chat nxt. Did you mean /chat next?"),
    ],
)
def test_a_bad_line_is_left_out_with_the_reason(text: str | bytes, sentence: str) -> None:
    assert bad(text).startswith(sentence)


def test_bad_lines_are_told_by_their_number_and_empty_ones_passed_over() -> None:
    recording = read([line(), "", "  \n", "x", line(id="2"), "y"], ROOM)
    assert [number for number, _ in recording.bad] == [4, 6]
    assert len(recording.lines) == 2


def test_the_order_is_that_of_time_then_id_whatever_the_order_of_lines() -> None:
    lines = [line(id=str(n), ts=f"2026-12-06T20:0{n % 3}:00Z", text=f"{n}") for n in range(9)]
    in_order = read(lines, ROOM).lines
    mixed = lines * 2
    Random(1).shuffle(mixed)
    assert read(mixed, ROOM).lines == in_order
    said = [(one.at, one.id) for one in in_order if isinstance(one, Said)]
    assert said == sorted(said)


def test_a_command_repeated_at_the_same_moment_is_one() -> None:
    command = line(kind="command", text="/chat next")
    assert len(read([command, command], ROOM).lines) == 1
    later = line(kind="command", text="/chat next", ts="2026-12-06T20:02:00Z")
    other = line(kind="command", text="/chat next", author="bob")
    assert len(read([command, later, other], ROOM).lines) == 3
    named = line(kind="command", text="/chat next", name="Ann")
    assert read([command, named], ROOM) == read([named, command], ROOM)
    assert len(read([command, named], ROOM).lines) == 1


def test_of_lines_that_contradict_one_another_the_same_one_counts_in_whatever_order() -> None:
    lines = [
        line(),
        line(author="bob"),
        line(name="Ann"),
        line(reply_to="0"),
        line(thread="T1"),
        line(role="guest"),
        line(kind="react", emoji="x"),
        line(kind="react", emoji="x", name="Ann"),
    ]
    in_order = read(lines, ROOM).lines
    for seed in range(20):
        Random(seed).shuffle(lines)
        assert read(lines, ROOM).lines == in_order


@given(st.lists(st.text() | st.binary(max_size=40)))
def test_whatever_stands_in_a_file_it_is_read_or_told(lines: list[str | bytes]) -> None:
    recording = read(lines, ROOM)
    assert len(recording.bad) <= len(lines)


NAMES = ["id", "ts", "author", "text", "kind", "role", "reply_to", "thread", "emoji"]
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES | st.just(TIME) | st.lists(st.text())))
def test_whatever_a_line_says_it_is_read_or_told(fields: dict[str, object]) -> None:
    recording = read([json.dumps(fields)], ROOM)
    assert len(recording.lines) + len(recording.bad) == 1
