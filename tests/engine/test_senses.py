"""What the words around a label say that it is instead."""

from __future__ import annotations

import pytest

from bot.engine.senses import follows_otherwise, is_finding, is_medical, leads_up


@pytest.mark.parametrize("letter", ["A", "Q", "T"])
@pytest.mark.parametrize("rest", ["was shut", "were fine", "and so on", "vs the other", "or not"])
def test_a_word_that_continues_the_sentence_denies_every_letter(letter: str, rest: str) -> None:
    assert follows_otherwise(letter, rest, 0)
    assert not follows_otherwise(letter, rest.title(), 0), "a capital letter begins a new one"


@pytest.mark.parametrize(
    ("letter", "rest"),
    [
        ("A", "paper"), ("A", "receptor"), ("A", "blood group"), ("Q", "hours"), ("Q", "2026"),
        ("Q", "FY26"), ("Q", "is coming"), ("T", "weighted"), ("T", "LESIONS"), ("T", "N0 M0"),
        ("T", "should be"), ("T", "breast carcinoma"), ("T", "on MRI"), ("T", "low, T4 normal"),
        ("T", "1.1 nmol/L"), ("T", "(n = 4)"[1:]), ("T", "post-contrast"), ("T", "have a worse"),
    ],
)  # fmt: skip
def test_a_word_denies_the_letter_that_it_belongs_to_alone(letter: str, rest: str) -> None:
    assert follows_otherwise(letter, rest, 0)
    assert not follows_otherwise("A" if letter != "A" else "Q", rest, 0)


@pytest.mark.parametrize("letter", ["A", "Q", "T"])
@pytest.mark.parametrize(
    "rest", ["I agree", "we do", "By asking", "", "🎉", "3 things", "in class"]
)
def test_the_beginning_of_an_answer_denies_nothing(letter: str, rest: str) -> None:
    assert not follows_otherwise(letter, rest, 0)


def test_the_words_are_read_from_where_the_label_ends() -> None:
    assert follows_otherwise("T", "T2 lesions we see", 3)
    assert not follows_otherwise("T", "T2 lesions we see", 11)


@pytest.mark.parametrize(
    "before", ["I missed ", "stage ", "the “", "2025 ", "e.g. ", "size: A3 or "]
)
def test_some_words_lead_up_to_a_label(before: str) -> None:
    assert leads_up(before + "T2", len(before))


@pytest.mark.parametrize(
    "before", ["", "I agree. ", "helps ", "the end. ", "on,", "missed. ", "5 "]
)
def test_other_words_do_not(before: str) -> None:
    assert not leads_up(before + "T2", len(before))


def test_before_a_colon_only_what_bears_a_number_leads_up() -> None:
    assert leads_up("see Figure A2", 11, to_colon=True)
    assert not leads_up("moving on to A2", 13, to_colon=True)


def test_a_value_or_a_sign_on_a_scan_is_a_finding() -> None:
    assert is_finding("T3: 5.2", 4)
    assert is_finding("T2: hyperintense", 4)
    assert not is_finding("T2: patients first", 4)
    assert not is_finding("T2: 🎉", 4)


def test_lines_about_tumours_scans_and_hormones_are_medical() -> None:
    assert is_medical("the Tumour was")
    assert is_medical("cN0 or N1 after TURBT")
    assert is_medical("normal TSH")
    assert not is_medical("listening helps, shouting does not")
