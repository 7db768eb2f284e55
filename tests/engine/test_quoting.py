"""Lines are known where others quote them, and leave their quotations alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.quoting import TAKEN_OUT, lines_of, quoted_in, quotes, without
from bot.platforms.slack.text import plain_of

SAID = "I cannot go on like this.\nYes.\nT2: **Never** in our own clinic"


def test_lines_that_anybody_may_write_are_nobodys() -> None:
    assert lines_of("Yes.\n\nI agree\n> what somebody else wrote\n  T1: it is so ") == {
        "t1 it is so",
        "it is so",
    }


@pytest.mark.parametrize("text", ["Yes", " Yes. ", "**Yes**\n"])
def test_a_short_line_is_known_where_it_is_the_whole_text(text: str) -> None:
    assert lines_of(text) == {"yes"}
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


COPIED = "I *really* can’t go on… <@U1|Ann Lee> – _not_ like ||this|| <:ouch:12>"


@pytest.mark.parametrize(
    "copy",
    [
        COPIED,
        "I really can't go on... @Ann Lee - not like this :ouch:",
        "i **really** CAN'T go on… <@U1> – not like `this` <:ouch:12>",
        "I\u00a0really can’t  go on… <@!U2|Dr. Lee> — not\u200b like ~this~ <:ouch:12>",
        "Ann: I really can't go on... @Ann Lee - not like this :ouch:",
        "*Ann Lee (she/her)* [10:32]: T1: I really can't go on... @Ann Lee - not like this :ouch:",
        "<@U7|Ann> wrote: “I really can’t go on… @Ann Lee – not like this :ouch:”",
        "**Ann:** I really can't go on... @Ann Lee - not like this :ouch:",
        "Ann：I really can't go on... @Ann Lee - not like this :ouch:",
    ],
)
def test_what_is_copied_from_a_screen_is_the_same_line(copy: str) -> None:
    assert without(f"> {copy}\nOh", lines_of(f"T1: {COPIED}")) == f"> {TAKEN_OUT}\nOh"
    assert lines_of(COPIED) & quoted_in(f"> {copy}")


@pytest.mark.parametrize("face", [">:(", ">_<", ">.>", "><", ">;-(", ">:3"])
def test_a_line_that_begins_with_a_face_is_its_authors(face: str) -> None:
    said = f"{face} I cannot go on"
    assert without(f"> {said}\nOh", lines_of(said)) == f"> >{TAKEN_OUT}\nOh"
    assert lines_of(">:smile: I cannot go on\n><@U1> cannot go on") == frozenset()


def test_a_mention_that_is_kept_without_a_name_is_one_word_where_it_is_copied() -> None:
    lines = lines_of("I told <@5> that it hurts")
    assert without("> I told @Ann that it hurts", lines) == f"> {TAKEN_OUT}"
    assert without("> I told Ann that it hurts", lines) == "> I told Ann that it hurts"


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("I agree.", "Ann: I agree."),
        ("I agree.\nIndeed", "*I agree*"),
        ("I agree <@U1>.\nIndeed", "I agree @Ann"),
        ("*A*...*B*\nIndeed", "a b"),
        ("10:30-11:00\nIndeed", "10 30 11 00"),
        ("Ann: it is so", "Bo: it is so"),
        ("I cannot go on", "I can go on"),
        ("<@U1|Ann>", "@Bo"),
        ("***", "---"),
    ],
)
def test_what_anybody_may_write_is_no_quotation_of_somebody(said: str, quoted: str) -> None:
    assert without(f"> {quoted}", lines_of(said)) == f"> {quoted}"


def test_an_accent_is_the_same_in_one_character_and_in_two() -> None:
    composed, apart = "Je suis \u00e9puis\u00e9 de tout", "Je suis e\u0301puise\u0301 de tout"
    assert without(f"> {apart}", lines_of(composed)) == f"> {TAKEN_OUT}"
    assert without(f"> {composed}", lines_of(apart)) == f"> {TAKEN_OUT}"


def test_what_slack_shows_as_a_quotation_is_stored_as_one() -> None:
    stored = plain_of("&gt; I *cannot* go on like this.\nOh &amp; no")
    assert without(stored, lines_of(SAID)) == f"> {TAKEN_OUT}\nOh & no"


WORD = st.text("abcdeßéжאक", min_size=1, max_size=8)
MARK = st.sampled_from(["*", "_", "**", "~~", "||", "`", "\u200b", "\u2060", "'", "\\"])
GAP = st.sampled_from([" ", "  ", "\t", "\u00a0", "… ", " – ", ", ", "\u202f"])


@given(st.data(), st.lists(WORD, min_size=3, max_size=6), st.sampled_from(["", "Ann: ", "T2: "]))
def test_marks_signs_and_capitals_anywhere_make_no_other_line(
    data: st.DataObject, words: list[str], before: str
) -> None:
    written = ""
    for word in words:
        at = data.draw(st.integers(0, len(word)))
        marked = word[:at] + data.draw(MARK) + word[at:]
        written += data.draw(GAP) + (marked.upper() if data.draw(st.booleans()) else marked)
    assert without(f"> {before}{written}", lines_of(" ".join(words))).endswith(TAKEN_OUT)
    assert without(f"> {before}{' '.join(words)}", lines_of(written)).endswith(TAKEN_OUT)


@given(st.lists(WORD, min_size=3, max_size=6), st.lists(WORD, min_size=3, max_size=6))
def test_other_words_are_another_line(said: list[str], wrote: list[str]) -> None:
    quoted = f"> {' '.join(wrote)}"
    same = [word.casefold() for word in said] == [word.casefold() for word in wrote]
    assert (without(quoted, lines_of(" ".join(said))) != quoted) == same


def test_where_a_text_is_cut_off_its_last_line_may_be_the_beginning_of_one() -> None:
    wrote = "> I cannot go on"
    assert without(wrote, lines_of(SAID), cut=True) == f"> {TAKEN_OUT}"
    assert without(f"{wrote}\nOh", lines_of(SAID), cut=True) == f"{wrote}\nOh"
    for wrote in ("> I *really* can’t go on… <@U1|Ann", "> ann: i really can't", "> I _really"):
        assert without(wrote, lines_of(COPIED), cut=True) == f"> {TAKEN_OUT}"


def test_what_is_quoted_is_found_once_or_within_a_quotation() -> None:
    assert quoted_in("> One,\nno\n> > two\n>\n>>> three\nfour") == {"one", "two", "three", "four"}
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
