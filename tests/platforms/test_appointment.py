"""A coming chat is known again by the last line of its description."""

from __future__ import annotations

import pytest

from bot.platforms.appointment import (
    LONGEST_DESCRIPTION,
    Mark,
    described,
    same_words,
    shortened,
)

MARK = Mark("meded-2026-12-10", "meded")


@pytest.mark.parametrize(
    ("chat", "series"),
    [
        ("meded-2026-12-10", "meded"),
        ("meded-2026-12-10-2", "meded"),
        ("meded-2026-12-10-12", "meded"),
        ("late_night-2-2026-12-10", "late_night-2"),
        ("meded-2026-12-10-2026-12-11", "meded-2026-12-10"),
    ],
)
def test_a_mark_is_read_as_it_was_written(chat: str, series: str) -> None:
    mark = Mark(chat, series)
    for description in (described(mark, ""), described(mark, "Say who you are.", "#meded")):
        assert Mark.of(description) == mark
        assert Mark.of(f"{description} \n\n") == mark, "platforms may change white space"


@pytest.mark.parametrize(
    "description",
    [
        None,
        "",
        "Chat",
        "Chat tonight",
        "Chat meded-2026-12-10 is what we look forward to.",
        "Chat meded-2026-12-10\nBring your own paper.",
        "Our Chat meded-2026-12-10",
        "Chat meded",
        "Chat meded-26-12-10",
        "Chat 2026-12-10",
        "Chat -2026-12-10",
        "chat meded-2026-12-10",
    ],
)
def test_what_is_no_mark_is_not_taken_for_one(description: str | None) -> None:
    assert Mark.of(description) is None


def test_a_description_that_is_too_long_is_cut_before_the_hashtag_and_the_mark() -> None:
    for count in range(940, 980):
        found = described(MARK, "x" * count, "#meded")
        assert len(found) <= LONGEST_DESCRIPTION
        assert Mark.of(found) == MARK
        assert "\n\n#meded\n" in found
    assert described(MARK, "word " * 300).count("word") > 190
    assert "wor…" not in described(MARK, "word " * 300)


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("as it is", 8, "as it is"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("one two", 6, "one…"),
        ("unbreakable", 6, "unbre…"),
        ("a unbreakable", 8, "a unbre…"),
        ("one\ntwo three", 9, "one\ntwo…"),
    ],
)
def test_a_text_is_cut_after_a_word_where_there_is_one(text: str, most: int, cut: str) -> None:
    assert shortened(text, most) == cut
    assert len(shortened(text, most)) <= most


def test_white_space_makes_no_other_words() -> None:
    assert same_words("one\n\ntwo ", "one two")
    assert same_words(None, "")
    assert not same_words("one two", "onetwo")
