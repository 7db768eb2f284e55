"""That signs that look alike are read as one, in their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.findings import Kind
from bot.safety.guard import look
from bot.safety.lookalikes import marked, plain

TOLD = (
    (Kind.RECORD_NUMBER, "MRN", "00482913"),
    (Kind.RECORD_NUMBER, "hospital number", "K123456"),
    (Kind.BIRTH_DATE, "DOB", "03/04/1956"),
    (Kind.SOCIAL_SECURITY, "SSN", "078051120"),
    (Kind.HEALTH_NUMBER, "NHS no", "9434765919"),
    (Kind.DEVICE, "serial number", "88213A4"),
    (Kind.ACCOUNT, "account number", "12345678"),
    (Kind.LICENCE, "licence number", "6940579"),
    (Kind.DATE, "date of admission", "12 March 2026"),
)
BETWEEN = (
    " – ", "–", " — ", "—", " − ", " \u2011 ", " \u2010 ", " → ", ", ", "; ", "/", ' "', " “", " ‘",
    ":\n", ": \n", ":\r\n", "\u200b", "\u00a0", "\u202f", "\u2009", "\u2060", "：", "\u3000",
    ":\u2028",
)  # fmt: skip


@pytest.mark.parametrize("between", BETWEEN, ids=ascii)
@pytest.mark.parametrize(("kind", "word", "it"), TOLD, ids=[word for _, word, _ in TOLD])
def test_whatever_stands_between_its_word_and_itself_it_is_found_in_its_place(
    kind: Kind, word: str, it: str, between: str
) -> None:
    text = f"T1: so – “yes” – he bled, {word}{between}{it}"
    found = [(one.kind, text[one.start : one.end]) for one in look(text)]
    assert found == [(kind, it)]


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=["Cs"])))
def test_no_place_changes(text: str) -> None:
    assert len(plain(text)) == len(marked(plain(text))) == len(text)


def test_a_dash_is_a_hyphen_between_digits_and_else_a_mark_between_words() -> None:
    text = "078–05—1120, 12 – 24, Tel–94, “a”\u00a0—\u200bb → c"
    assert plain(text) == '078-05-1120, 12 – 24, Tel–94, "a" — b → c'
    assert marked(plain(text)) == '078-05-1120, 12 - 24, Tel-94, "a" ; b : c'


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii_is_left_as_it_is(text: str) -> None:
    assert marked(plain(text)) == text
