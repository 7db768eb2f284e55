"""Lines are known where others quote them, and leave their quotations alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.quoting import TAKEN_OUT, lines_of, quoted_in, quotes, without

SAID = "I cannot go on like this.\nYes.\nT2: **Never** in our own clinic"


def test_lines_that_anybody_may_write_are_nobodys() -> None:
    assert lines_of("Yes.\n\nI agree\n> what somebody else wrote\n  T1: it is so ") == {
        "T1: it is so",
        "it is so",
    }


@pytest.mark.parametrize("text", ["Yes", " Yes. ", "**Yes**\n"])
def test_a_short_line_is_known_where_it_is_the_whole_text(text: str) -> None:
    assert lines_of(text) == {"Yes"}
    assert without("> Yes\nWhy?", lines_of(text)) == f"> {TAKEN_OUT}\nWhy?"


@pytest.mark.parametrize("text", ["Yes\nNo", "Yes\n> No", "", "\n"])
def test_a_short_line_among_others_is_not_known(text: str) -> None:
    assert lines_of(text) == frozenset()


@pytest.mark.parametrize(
    ("wrote", "stays"),
    [
        ("> I cannot go on like this.\nAre you ok?", f"> {TAKEN_OUT}\nAre you ok?"),
        (">I cannot go on like this", f">{TAKEN_OUT}"),
        ("  >  _I cannot  go on like this._ ", f"  > {TAKEN_OUT}"),
        ("> > I cannot go on like this.\n> No", f"> > {TAKEN_OUT}\n> No"),
        (">>> Look:\nI cannot go on like this.", f">>> Look:\n{TAKEN_OUT}"),
        ("Look:\n> **Never** in our own clinic", f"Look:\n> {TAKEN_OUT}"),
        ("> Yes.", "> Yes."),
        ("> I cannot go on", "> I cannot go on"),
        ("I cannot go on like this.", "I cannot go on like this."),
        ("a > b\nI cannot go on like this.", "a > b\nI cannot go on like this."),
    ],
)
def test_the_lines_leave_quotations_and_nothing_else(wrote: str, stays: str) -> None:
    assert without(wrote, lines_of(SAID)) == stays


def test_where_a_text_is_cut_off_its_last_line_may_be_the_beginning_of_one() -> None:
    wrote = "> I cannot go on"
    assert without(wrote, lines_of(SAID), cut=True) == f"> {TAKEN_OUT}"
    assert without(f"{wrote}\nOh", lines_of(SAID), cut=True) == f"{wrote}\nOh"


def test_what_is_quoted_is_found_once_or_within_a_quotation() -> None:
    assert quoted_in("> One,\nno\n> > two\n>\n>>> three\nfour") == {"One", "two", "three", "four"}
    assert quoted_in("a > b <@U1>") == frozenset()
    assert not quotes("a > b <@U1>")


@given(st.lists(st.text('ab >\n*"', max_size=12), max_size=4).map("\n".join), st.text("ab *"))
def test_what_is_taken_out_is_quoted_no_more(wrote: str, said: str) -> None:
    lines = lines_of(said)
    after = without(wrote, lines)
    assert not quoted_in(after) & lines
    assert without(after, lines) == after
    assert len(after.split("\n")) == len(wrote.split("\n"))
    if not quoted_in(wrote) & lines:
        assert after == wrote
