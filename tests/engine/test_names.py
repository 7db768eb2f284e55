from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.errors import Refused
from bot.engine.names import LONGEST, clean_name, clean_text, is_blank


@pytest.mark.parametrize(
    "name",
    [
        "Ana",
        "Élodie d'Arc",
        "陳美玲",
        "د. سارة",
        "Nguyễn Thị Hằng",
        "👩‍⚕️ Kim",
        "می‌خواهم",
        "O'Brien-Smith, MD (they/them)",
        "Henry Woo",
        "x" * LONGEST,
    ],
)
def test_names_that_people_have_are_kept_as_they_are_written(name: str) -> None:
    assert clean_name(name, ["henry"]) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana \n Ferreira\t", "Ana Ferreira"),
        ("Ana\u202egro.live", "Anagro.live"),
        ("A\u200bna\ufeff", "Ana"),
        ("\x1b[31mAna\x00", "[31mAna"),
        ("A" + "\u0301\u0302\u0303\u0304\u0305" * 20 + "na", "Á\u0302\u0303\u0304na"),
        ("Ana\u2028Ben", "AnaBen"),
    ],
)
def test_what_could_disturb_a_page_is_left_out_of_a_name(typed: str, kept: str) -> None:
    assert clean_name(typed, []) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200d", "\u3164\u2800", "\u202e", "\u0301"])
def test_a_name_that_shows_nothing_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="at least one letter"):
        clean_name(typed, [])


def test_a_name_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(Refused, match="at most 60 characters; yours has 61"):
        clean_name("x" * 61, [])


@pytest.mark.parametrize(
    "typed",
    [
        "henry",
        "Henry",
        "HENRY",
        " h e n r y ",
        "h.e.n.r.y",
        "\u041d\u0435nry",  # Cyrillic
        "hénry",
        "h3nry",
        "ｈｅｎｒｙ",
        "henry\u200d",
        "Rounds",
        "r0unds",
        "R\u043eunds",
    ],
)
def test_a_name_that_reads_like_a_moderators_or_the_houses_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="come in by your own link"):
        clean_name(typed, ["henry", "ada"])


def test_stroke_letters_are_taken_for_one_another() -> None:
    for typed in ("Bi11", "BILL", "Bıll", "B|ll", "Bl11"):
        with pytest.raises(Refused):
            clean_name(typed, ["bill"])


@given(st.text(max_size=200))
def test_a_name_is_refused_or_harmless(typed: str) -> None:
    try:
        name = clean_name(typed, ["henry"])
    except Refused:
        return
    assert 1 <= len(name) <= LONGEST
    assert not is_blank(name)
    assert clean_name(name, ["henry"]) == name
    harmful = {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert not any(unicodedata.category(c) in harmful for c in name)
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in name)


@given(st.text(max_size=300))
def test_a_text_keeps_all_but_controls(typed: str) -> None:
    cleaned = clean_text(typed)
    assert "\r" not in cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned if c not in "\n\t")
    visible = [c for c in typed if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cs")]
    assert [c for c in cleaned if not c.isspace()] == visible


@pytest.mark.parametrize(
    "typed",
    ["ʜenry", "henɾy", "hɛnry", "hᴇnry", "ħenry", "հenry", "heռry", "Ꮋenry", "ꓧenry", "henrყ",
     "henгy", "henrγ", "ᕼenry", "𐌇enry", "հ\u0301enry"],
)  # fmt: skip
def test_letters_of_elsewhere_make_no_moderators_name(typed: str) -> None:
    with pytest.raises(Refused):
        clean_name(typed, ["henry"])


@pytest.mark.parametrize("typed", ["Генрих", "Γιώργος Papadopoulos", "Anna (Анна)", "Søren Łuk"])
def test_a_name_in_each_alphabet_is_taken(typed: str) -> None:
    assert clean_name(typed, ["henry"]) == typed


def test_of_a_name_as_long_as_a_book_its_beginning_is_enough_to_refuse_it() -> None:
    with pytest.raises(Refused, match="at most 60 characters; yours has more"):
        clean_name("a" * 100_000, [])
    assert clean_name("Ann" + " " * 5_000, []) == "Ann"
