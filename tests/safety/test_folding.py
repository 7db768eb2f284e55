"""That text is compared without what makes no difference to who reads it."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.folding import (
    LONGEST,
    STOP,
    disguised,
    folded,
    letters_of,
    normal,
    pieces_of,
    spelled,
    unquoted,
    words,
)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("I'm here", ["im", "here"]),
        ("I’m   *here*", ["im", "here"]),
        ("_Très_ ~~bien~~", ["tres", "bien"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("so\u200bft hy\u00adphen", ["soft", "hyphen"]),
        ("ｗｉｄｅ", ["wide"]),
        ("well😀done", ["well", "done"]),
        ("", []),
    ],
)
def test_words_are_folded(text: str, inside: list[str]) -> None:
    assert words(text) == [STOP, *inside, STOP]


def test_sentences_are_kept_apart_and_lines_are_not() -> None:
    assert words("Yes?! No\nway…") == [".", "yes", ".", "no", "way", ".", "."]


def test_a_name_in_a_mention_is_nobodys_word() -> None:
    assert words("hi <@5|Ann Lee>, <@!6> and <!subteam^S1|club>") == [".", "hi", "and", "."]
    assert "5" in words("2 < @5|Ann")


def test_lines_that_quote_are_left_out() -> None:
    assert unquoted("> a\nb\n  > c\nd > e") == "\nb\n\nd > e"
    assert unquoted("a\n>>> b\nc") == "a\n"
    assert unquoted("a") == "a"


@pytest.mark.parametrize(
    "text", [">:( a", ">_< a", ">.> a", ">< a", " >;-( a", ">=[ a", "->a", "\n>:3 a", ">:D a"]
)
def test_a_face_quotes_nobody(text: str) -> None:
    assert unquoted(text) == text


@pytest.mark.parametrize("quoted", [">:smile: a", "><@U1> a", ">>_< a", ">_a_ b", ">...a", ">:Oh"])
def test_what_is_quoted_may_begin_with_a_sign(quoted: str) -> None:
    assert unquoted(f"{quoted}\nb") == "\nb"


@pytest.mark.parametrize("between", ["\n", "\r", "\r\n", "\u2028"])
@pytest.mark.parametrize("mark", ["> ", ">", ">>>", ">> >"])
def test_a_quotation_ends_with_its_line(mark: str, between: str) -> None:
    assert unquoted(f"{mark}a{between}b") == f"{between}b"


def test_signs_are_read_as_letters_where_they_stand_in_words() -> None:
    def found(text: str) -> list[str] | None:
        return disguised(folded(text), pieces_of(folded(text)))

    assert found("f@ce n1ce") == [STOP, "face", "nice", STOP]
    assert found("n = 324, 10 mg") is None
    assert found("Hello! Bye.") is None


def test_words_that_are_spelled_letter_by_letter_are_put_together() -> None:
    assert spelled(words("so w.o-r d s here, a b c")) == ["words"]
    assert spelled(words("a b c d")) == ["abcd"]


def test_only_letters_and_digits_make_two_texts_the_same() -> None:
    assert letters_of(words("BUY, now! 1")) == letters_of(words("buy now… 1\u200b")) == "buynow1"


@given(st.text(st.characters(max_codepoint=127), max_size=200))
def test_the_quick_way_for_plain_letters_gives_the_same_words(text: str) -> None:
    slowly = pieces_of(f"{text} é")
    assert slowly == [*pieces_of(text)[:-1], "é", STOP]


@given(st.text(max_size=200))
def test_nothing_but_letters_and_digits_is_in_a_word(text: str) -> None:
    for word in words(text):
        assert word == STOP or not re.search(r"[\W_]", word)


def test_no_text_grows_beyond_what_is_looked_at() -> None:
    assert len(folded("\ufdfa" * 100_000)) <= LONGEST
    assert len(folded("ΐ" * 100_000)) <= LONGEST
    assert len(folded("a" * 100_000)) == LONGEST


@pytest.mark.parametrize("form", ["NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["é" * 2500, "e\u0301\u0323" * 700, "ab" * 1500, "ﬁ" * 2000])
def test_a_form_that_is_made_piece_by_piece_is_the_one_of_the_whole(
    form: Literal["NFKC", "NFKD"], text: str
) -> None:
    assert normal(form, text) == unicodedata.normalize(form, text)
