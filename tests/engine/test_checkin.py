"""What people say of themselves is read as they mean it, and made harmless."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import checkin
from bot.engine.agenda import ROLES
from bot.engine.checkin import FIELDS, NONE, CheckIn, Form, Unfit, read, understood
from bot.engine.consent import Consent
from bot.engine.countries import COUNTRIES

FORM = Form(
    series="urojc",
    title="Urology Journal Club",
    rules="Be kind.",
    roles=ROLES,
    usual=Consent.NAMED,
    is_required=False,
    called="ann_lee",
    reserved=frozenset({"henry"}),
)
ALL = {
    "name": " Ann  Lee ",
    "role": "Physician",
    "country": "norway",
    "interest": "Speaker for  Example Pharma\n in 2025",
    "consent": "pseudonym",
}
ANN = CheckIn("Ann Lee", "physician", "NO", "Speaker for Example Pharma in 2025", Consent.PSEUDONYM)


def faults(**typed: str) -> dict[str, str]:
    with pytest.raises(Unfit) as unfit:
        read(FORM, ALL | typed)
    return dict(unfit.value.faults)


def test_a_form_is_read_as_it_is_meant() -> None:
    assert read(FORM, ALL) == ANN


def test_everything_may_be_left_open_and_the_series_own_consent_is_offered() -> None:
    assert read(FORM, {}) == CheckIn()
    pseudonyms = replace(FORM, usual=Consent.PSEUDONYM)
    assert read(pseudonyms, dict(pseudonyms.filled_in)).consent is Consent.PSEUDONYM
    assert read(FORM, {"role": "not stated", "country": "Not stated"}) == CheckIn()


@pytest.mark.parametrize("usual", Consent)
def test_who_only_states_a_role_is_shown_as_before(usual: Consent) -> None:
    form = replace(FORM, usual=usual)
    assert form.filled_in["consent"] == usual.value
    assert read(form, {**form.filled_in, "role": "nurse"}).consent is usual
    assert read(form, {"role": "nurse"}).consent is usual


@pytest.mark.parametrize(
    "said", ["none", "None.", "NO", "n/a", "No conflicts of interest", "nothing to declare!"]
)
def test_none_says_in_many_ways_that_there_is_no_conflict(said: str) -> None:
    assert read(FORM, {"interest": said}).interest == NONE


def test_none_is_not_the_same_as_nothing() -> None:
    assert read(FORM, {"interest": "  "}).interest == ""


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("role", "urologist", "physician, nurse, trainee"),
        ("country", "Atlantis", "Norway or NO"),
        ("interest", "x" * 301, "at most 300 characters"),
        ("interest", "\u2800\u3164.", "words, or none"),
        ("name", "x" * 61, "at most 60 characters"),
        ("name", "Неnry", "moderator"),
        ("name", "H E N R Y", "moderator"),
        ("consent", "perhaps", "named, pseudonym, out"),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(field: str, text: str, says: str) -> None:
    assert list(faults(**{field: text})) == [field]
    assert says in faults(**{field: text})[field]


def test_all_faults_are_told_at_once() -> None:
    assert list(faults(role="king", country="Atlantis")) == ["role", "country"]


def test_a_role_is_chosen_in_any_case_and_written_as_the_agenda_has_it() -> None:
    form = replace(FORM, roles=("Surgeon", "OT nurse"))
    assert read(form, {"role": "ot NURSE"}).role == "OT nurse"


@pytest.mark.parametrize("code", ["NO", "no", "Norway", "the Netherlands", "UK", "Viet Nam"])
def test_a_country_is_kept_as_its_code(code: str) -> None:
    assert read(FORM, {"country": code}).country in COUNTRIES


def test_a_form_comes_filled_in_and_sent_again_says_the_same() -> None:
    form = replace(FORM, given=ANN)
    assert read(form, dict(form.filled_in)) == ANN


def test_a_role_that_the_agenda_has_no_more_is_asked_for_anew() -> None:
    form = replace(FORM, given=ANN, roles=("surgeon",))
    assert form.filled_in["role"] == ""


def test_what_was_understood_names_everything_and_how_it_is_changed() -> None:
    told = understood(FORM, ANN)
    for part in ("Ann Lee", "physician", "Norway", "Example Pharma", "pseudonym", "/chat checkin"):
        assert part in told
    told = understood(FORM, CheckIn())
    assert "ann_lee, as you have it here" in told
    assert told.count("not stated") == 3
    assert "Conflict of interest: none" in understood(FORM, CheckIn(interest=NONE))


def test_who_has_not_checked_in_is_told_what_holds() -> None:
    assert "with your name" in checkin.not_yet(FORM)
    assert "held back" not in checkin.not_yet(FORM)
    assert "held back until you do" in checkin.not_yet(replace(FORM, is_required=True))


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=400)))
def test_whatever_is_typed_is_taken_in_one_printable_line_or_told(typed: dict[str, str]) -> None:
    try:
        said = read(FORM, typed)
    except Unfit as unfit:
        told = unfit.faults
    else:
        told = {}
        _is_harmless(said)
    assert set(told) <= set(typed)


def _is_harmless(said: CheckIn) -> None:
    for text in (said.name, said.interest):
        assert "\n" not in text
        assert text == text.strip()
        assert not set(text) & set("\u202e\u202d\u2066\u200b\ufeff\x00\x1b")
    assert len(said.name) <= 60
    assert len(said.interest) <= checkin.LONGEST_INTEREST
    again = replace(FORM, given=said)
    assert read(again, dict(again.filled_in)) == said
