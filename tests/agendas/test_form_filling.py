"""Filling the form: keys that are near, values cut off in silence, and what is still right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.agendas.form_filling import fill, find, key_mark, mark_of
from bot.agendas.mistakes import Mark
from bot.agendas.yaml_tree import Mapping, Scalar, read_tree
from tests.agendas.given import said_of, series


def root_of(text: str) -> Mapping:
    root = read_tree(text).root
    assert isinstance(root, Mapping)
    return root


TEXT = "title: x\ntopics:\n  - {ask: a, after: 0m}\n  - {ask: b, after: 5}\nwindow: 2h\nxyzzy: 1\n"


def test_a_value_is_found_by_its_way_from_the_root() -> None:
    root = root_of(TEXT)
    found = find(root, ("topics", 1, "after"))
    assert isinstance(found, Scalar)
    assert found.text == "5"
    for nowhere in (("topics", 2), ("topics", "ask"), ("title", 0), ("none",)):
        assert find(root, nowhere) is None
    assert mark_of(root, ("topics", 1, "after")) == Mark(4, 21)
    assert mark_of(root, ("topics", 7, "after")) == Mark(3, 3)
    assert key_mark(root, ("topics", 1, "after")) == Mark(4, 14)


def test_what_is_right_is_filled_in_beside_what_is_wrong() -> None:
    form, flaws = fill(root_of(TEXT))
    assert form.title == "x"
    assert form.window == timedelta(hours=2)
    assert isinstance(form.topics, list)
    (first, second) = form.topics
    assert first is not None
    assert first.after == timedelta(0)
    assert second is not None
    assert (second.ask, second.after) == ("b", None)
    assert [flaw.at for flaw in flaws] == [Mark(4, 21), Mark(6, 1)]


@pytest.mark.parametrize(
    "lines",
    [
        "closing: Thank you. # a comment",
        "closing: Thank you # a comment",
        "closing: Thank you.\n  # a comment",
        "closing: Thank you.\n#comment",
        'closing: "Thank #you" #comment',
        "closing: C#4 and #",
        "welcome: | # a comment\n  Hello #all\n  # all",
        "window: 48h #comment",
        "rooms: [{local: x}] #comment",
        "reading: {citation: A, url: https://x.org/a#b}",
        "topics: #comment\n  - ask: A #\n    after: 0m #comment",
    ],
)
def test_a_comment_that_drops_nothing_is_no_mistake(lines: str) -> None:
    assert series(lines)


@pytest.mark.parametrize(
    "lines",
    [
        "title: Ward #3",
        "title: Ward  #3",
        "closing: See you at #urojc",
        "welcome: Hello #all\nhashtag: x",
        "reading: {doi: 10.1000/x, citation: About #x\n  }",
        "topics: {every: 5m, ask: [What of #x\n  ]}",
        "topics:\n  - ask: What of #x?\n    after: 0m",
        "topics:\n  - ask: What # of cores?\n    after: 0m",
        "topics:\n  every: 5m\n  ask:\n    - What of #x?",
        "dates:\n  2026-12-07:\n    welcome: Hello #all",
    ],
)
def test_a_hashtag_that_yaml_would_drop_is_a_mistake(lines: str) -> None:
    (said,) = said_of(lines)
    assert "is a comment and is dropped. Put quotes around the whole text" in said


def test_an_unknown_key_is_told_once_whatever_is_wrong_with_its_value() -> None:
    (said,) = said_of("xyzzy:")
    assert "is no key here" in said


def test_what_stands_under_a_wrong_date_is_not_judged() -> None:
    (said,) = said_of("dates: {7 Dec: {reading: {dio: 10}, topics: x}}")
    assert "is no date" in said


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[role: 500000000000000000]", "role:500000000000000000"),
        ("{role: 500000000000000000}", "role:500000000000000000"),
        ("[user: 500000000000000000]", "user:500000000000000000"),
        ("\n    - Role: 500000000000000000", "role:500000000000000000"),
        ("\n    role: 500000000000000000", "role:500000000000000000"),
    ],
)
def test_an_id_that_a_space_cuts_in_two_is_told_whole(written: str, meant: str) -> None:
    (said,) = said_of(
        f"rooms: [{{discord: 100000000000000000}}]\nmoderators:\n  discord: {written}"
    )
    assert f'is cut in two at the colon. Write "{meant}", without a space.' in said


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("dates: {2026-12-07: {start: [x]}}", 'Write it like start: "21:00"'),
        ("dates: {2026-12-07: {topics: x}}", "Write it like topics: [{ask"),
        ("dates: {2026-12-07: {moderators: {local: {a: b}}}}", "Write it like moderators:"),
        ("dates: {2026-12-07: x}", "Write it like dates: {2026-12-07"),
        ("dates: {2026-12-07: {window: 2h}}", "holds for all dates"),
        ("topics: {every: 5m, ask: What}", "Write it like topics: {every: 10m"),
        ("topics: [{ask: [x], after: 0m}]", "Write it like ask:"),
        ("moderators: henry", "Write it like moderators: {local: [henry]}"),
    ],
)
def test_the_example_is_that_of_the_place(lines: str, words: str) -> None:
    (said,) = said_of(lines)
    assert words in said
