"""That a cry for help and severe words are found, and what doctors say all day is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.folding import LONGEST, MOST_WORDS
from bot.safety.rules import load, read
from bot.safety.words import Lexicon
from tests.safety.cases import LEAVE_ALONE, MUST_FIND
from tests.safety.neighbours import DISTRESS_PAIRS, SEVERE_PAIRS
from tests.safety.spoken import DISTRESS, NO_DISTRESS, NOT_HEARD, NOT_SEVERE, SEVERE

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
BENIGN = (
    "phi_benign_dev/pubmedqa.jsonl",
    "pstweetchat_dev/messages.jsonl",
    "phi_pos_dev/presidio_synth_v2.jsonl",
)

LEXICON = Lexicon(load())
CRIES = [
    *(text for texts in DISTRESS.values() for text in texts),
    *(text for pairs in DISTRESS_PAIRS.values() for text, _ in pairs),
]
BESIDE_CRIES = [text for pairs in DISTRESS_PAIRS.values() for _, text in pairs]


def test_every_language_of_the_rules_has_cases() -> None:
    languages = {tongue.language for tongue in LEXICON.rules.distress}
    assert set(DISTRESS) == languages == set(DISTRESS_PAIRS)


@pytest.mark.parametrize("text", CRIES)
def test_who_speaks_of_their_own_death_is_heard(text: str) -> None:
    assert LEXICON.distress(text)


@pytest.mark.parametrize("text", CRIES)
def test_it_is_heard_at_the_end_of_an_answer_too(text: str) -> None:
    assert LEXICON.distress(f"A1: the trial was small, and underpowered.\n\n{text}")


@pytest.mark.parametrize("text", [*NO_DISTRESS, *BESIDE_CRIES])
def test_what_is_said_of_others_trials_and_lectures_is_left_alone(text: str) -> None:
    assert not LEXICON.distress(text)


@pytest.mark.parametrize("text", NOT_HEARD)
def test_what_the_documentation_says_is_missed_is_missed(text: str) -> None:
    assert not LEXICON.distress(text)


@pytest.mark.parametrize("text", [*SEVERE, *(text for text, _ in SEVERE_PAIRS)])
def test_severe_words_are_found_in_a_plain_disguise_too(text: str) -> None:
    assert LEXICON.severe(text)


@pytest.mark.parametrize("text", [*NOT_SEVERE, *LEAVE_ALONE, *NO_DISTRESS, *CRIES, *BESIDE_CRIES])
def test_words_of_anatomy_disease_and_despair_are_not_severe(text: str) -> None:
    assert not LEXICON.severe(text)


@pytest.mark.parametrize(
    "text", [*SEVERE, *NOT_SEVERE, *LEAVE_ALONE, *(t for c in MUST_FIND.values() for t, _ in c)]
)
def test_nothing_else_is_taken_for_a_cry(text: str) -> None:
    assert not LEXICON.distress(text)


@pytest.mark.parametrize("text", [text for _, text in SEVERE_PAIRS])
def test_what_is_spelled_much_like_a_severe_word_is_left_alone(text: str) -> None:
    assert not LEXICON.severe(text)
    assert not LEXICON.distress(text)


def test_a_harmless_phrase_hides_no_severe_word_beside_it() -> None:
    assert LEXICON.severe("you chink, that is a chink in the armor")
    assert LEXICON.severe("Gook et al. are gooks")
    assert not LEXICON.severe("a chink in the armour of Gook et al.")


def test_what_a_series_talks_about_is_allowed_there_alone() -> None:
    text = "The word tranny in older papers"
    assert LEXICON.severe(text)
    assert not LEXICON.severe(text, ["Tranny"])
    assert not LEXICON.severe("kill yourself", ["kill yourself"])
    assert LEXICON.severe("you fucking retard")
    assert not LEXICON.severe("you fucking retard", ["retard"])
    assert LEXICON.severe("faggot tranny", ["tranny"])
    assert LEXICON.severe("f4ggot", ["tranny"])
    assert not LEXICON.severe("f4ggot", ["faggot"])


def test_what_is_longer_than_anything_said_in_a_chat_is_not_looked_at_to_its_end() -> None:
    assert LEXICON.distress("rather " * (LONGEST // 7 - 10) + "I want to die")
    assert not LEXICON.distress("rather " * (LONGEST // 7 + 1) + "I want to die")
    assert LEXICON.distress("so " * (MOST_WORDS - 10) + "I want to die")
    assert not LEXICON.distress("so " * MOST_WORDS + "I want to die")


@pytest.mark.parametrize("piece", ["i want to ", "i ", "n i g g e r", ">", "a.", "1a", "\ufdfa"])
def test_what_is_looked_at_is_bounded_whatever_is_repeated(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    cut = text[:LONGEST]
    assert LEXICON.distress(text) == LEXICON.distress(cut)
    assert LEXICON.severe(text) == LEXICON.severe(cut)


@given(st.sampled_from(CRIES), st.text("abc xyz\n,;", max_size=60), st.text("bcd \n", max_size=60))
def test_words_around_a_cry_hide_nothing(cry: str, before: str, after: str) -> None:
    assert LEXICON.distress(f"{before}.\n{cry}.\n{after}")


@given(st.text(max_size=300))
def test_no_text_makes_the_search_fail(text: str) -> None:
    assert LEXICON.distress(text) in (True, False)
    assert LEXICON.severe(text, [text]) in (True, False)


@pytest.mark.parametrize("name", BENIGN)
def test_nobody_is_taken_for_desperate_or_severe_who_is_not(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path.parent.name} is not beside the project")
    texts = [json.loads(line)["text"] for line in path.read_text("utf-8").split("\n") if line]
    assert len(texts) > 1000
    assert [text for text in texts if LEXICON.distress(text)] == []
    assert [text for text in texts if LEXICON.severe(text)] == []


def test_a_list_without_languages_finds_nothing() -> None:
    rules = read(
        "distress: {}\nsevere: {}\ninvitations: []\nlimits: {}\nshortest_duplicate: 24\n"
        "everyone_counts: 3\nnew_accounts: {hours: 24, limits: {}}\n"
    )
    assert not any(Lexicon(rules).distress(text) for text in CRIES)
    assert not any(Lexicon(rules).severe(text) for text in SEVERE)
