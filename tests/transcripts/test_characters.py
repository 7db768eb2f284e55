"""Characters that must not do anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.transcripts.characters import excerpt, one_line, undirected, visible
from tests.transcripts.hostile import texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 👍\n\tand tab", "plain é 👍\n\tand tab"),
        ("\x00\x07\x1b[31m", "␀␇␛[31m"),
        ("\x7f\x85\x9b", "␡\ufffd\ufffd"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
    ],
)
def test_controls_are_shown_as_symbols_and_lines_end_in_one_way(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(texts | st.text())
def test_nothing_that_is_visible_can_move_a_cursor(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F for c in shown)
    assert not set(shown) & set("\u2028\u2029")
    assert visible(shown) == shown


@given(texts | st.text())
def test_nothing_that_is_undirected_can_turn_the_text_behind_it(text: str) -> None:
    assert not set(undirected(text)) & {
        chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
    }


@given(texts | st.text())
def test_a_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(text) == one_line(text).strip()


def test_marks_that_arabic_and_hebrew_need_stay() -> None:
    assert undirected("א\u200f!\u202eb\u2067c") == "א\u200f!bc"


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("short", "short"),
        ("  two\n\nlines  ", "two lines"),
        ("a sentence, whichever way", "a sentence…"),
        ("x" * 30, "x" * 19 + "…"),
        ("ten chars " * 2 + "x", "ten chars ten chars…"),
        ("", ""),
    ],
)
def test_an_excerpt_is_one_line_cut_at_a_word(text: str, brief: str) -> None:
    assert excerpt(text, 20) == brief


@given(texts | st.text(), st.integers(10, 100))
def test_an_excerpt_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(excerpt(text, most)) <= most
