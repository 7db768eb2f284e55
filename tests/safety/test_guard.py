"""That the guard finds what a patient could be known by, and leaves results and citations alone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.cues import RULES, cues_in
from bot.safety.findings import Confidence, Finding, Kind
from bot.safety.guard import LONGEST, look
from tests.safety import cases
from tests.safety.cases import LEAVE_ALONE, MUST_FIND

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
BENIGN = DATA / "phi_benign_dev/pubmedqa.jsonl"
LABELLED = DATA / "phi_pos_dev/presidio_synth_v2.jsonl"

CASES = [(kind, text, it) for kind, cases in MUST_FIND.items() for text, it in cases]


def test_every_kind_has_what_must_be_found_and_what_must_be_left_alone() -> None:
    assert set(cases.CASES) == set(Kind) - {Kind.UNREAD}
    assert [kind for kind, (find, leave) in cases.CASES.items() if not find or not leave] == []


def test_no_cue_is_of_two_rules() -> None:
    assert [cue for cue, rules in Counter(CUES).items() if rules > 1] == []


def test_signs_between_words_change_no_place() -> None:
    text = "**Mrs**\t*Lee*,  __DOB:__  3/4/1956 |  **MRN** |\t0048291  | so"
    found = [(one.kind, text[one.start : one.end]) for one in look(text)]
    assert found == [
        (Kind.NAME, "Lee"), (Kind.BIRTH_DATE, "3/4/1956"), (Kind.RECORD_NUMBER, "0048291"),
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "it"), CASES, ids=[text[:40] for _, text, _ in CASES])
def test_what_must_be_found_is_found(kind: Kind, text: str, it: str) -> None:
    start = text.index(it)
    found = [one for one in look(text) if one.start <= start < one.end]
    assert [one.kind for one in found] == [kind]
    assert found[0].end >= start + len(it)


@pytest.mark.parametrize(("kind", "text", "it"), CASES, ids=[text[:40] for _, text, _ in CASES])
def test_it_is_found_in_the_middle_of_an_answer_too(kind: Kind, text: str, it: str) -> None:
    before = "T1: I agree, and we had this last year. "
    start = len(before) + text.index(it)
    kinds = [one.kind for one in look(f"{before}{text} So what?") if one.start <= start < one.end]
    assert kinds == [kind]


BY_WORDS = (
    Kind.NAME, Kind.BIRTH_DATE, Kind.DATE, Kind.AGE, Kind.BED, Kind.RECORD_NUMBER, Kind.LICENCE,
    Kind.DEVICE,
)  # fmt: skip


@pytest.mark.parametrize(
    "blank", ["  ", "\t", " \t ", "\u00a0", "\u202f", "\u200b", " **", "_", " | "]
)
@pytest.mark.parametrize(
    ("kind", "text", "it"),
    [case for case in CASES if case[0] in BY_WORDS],
    ids=[text[:40] for kind, text, _ in CASES if kind in BY_WORDS],
)
def test_however_words_are_set_apart_it_is_found(
    kind: Kind, text: str, it: str, blank: str
) -> None:
    text, it = text.replace(" ", blank), it.replace(" ", blank)
    start = text.index(it)
    found = [one for one in look(text) if one.start <= start < one.end]
    assert [one.kind for one in found] == [kind]
    assert found[0].end >= start + len(it)


@pytest.mark.parametrize("text", LEAVE_ALONE)
def test_what_doctors_say_all_day_is_left_alone(text: str) -> None:
    assert [(one.kind, text[one.start : one.end]) for one in look(text)] == []


def test_digits_of_every_script_are_digits() -> None:
    arabic = "4111 1111 1111 1111".translate({ord("0") + n: ord("٠") + n for n in range(10)})
    assert [one.kind for one in look(f"A1: his card is {arabic}")] == [Kind.ACCOUNT]
    assert [one.kind for one in look(f"A1: it is {arabic}.")] == [Kind.ACCOUNT]


def test_of_two_findings_that_overlap_the_surer_one_stays() -> None:
    (one,) = look("NHS number 943 476 5919")
    assert (one.kind, one.confidence) == (Kind.HEALTH_NUMBER, Confidence.SURE)


def test_several_findings_come_in_their_order() -> None:
    text = "Mrs Lee, DOB 3/4/1956, MRN 0048291, call 212-555-0147"
    assert [one.kind for one in look(text)] == [
        Kind.NAME, Kind.BIRTH_DATE, Kind.RECORD_NUMBER, Kind.PHONE,
    ]  # fmt: skip


def test_what_is_too_long_or_too_much_to_look_at_is_told_and_hides_nothing() -> None:
    hidden = "and my patient Maria, DOB 3/4/1956"
    for text in ("so " * 4000 + hidden, "@ " * 300 + hidden, "mrn " * 60 + hidden):
        last = look(text)[-1]
        assert (last.kind, last.end) == (Kind.UNREAD, len(text))
    assert look("so " * (LONGEST // 3)) == ()


CUES = [cue for rule in RULES for cue in rule.cues]
PIECES = st.sampled_from(
    [
        *(text for _, text, _ in CASES),
        *LEAVE_ALONE,
        " ",
        "\n",
        "@",
        "1",
        "mrn ",
        "İ",
        "ẞ",
        "😀",
        ": ",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=30).map("".join))
def test_whatever_the_text_findings_lie_in_it_apart_and_in_order(text: str) -> None:
    end = 0
    for one in look(text):
        assert end <= one.start < one.end <= len(text)
        end = one.end
    assert look(text) == look(text)


@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=8).map("".join))
def test_how_many_digits_stand_elsewhere_makes_no_difference(text: str) -> None:
    assert look(text + "\n1\n2\n3\n4\n5\n6\n7\n") == look(text)


@given(st.lists(st.one_of(st.sampled_from(CUES), st.text(max_size=3)), max_size=9).map("".join))
def test_of_cues_that_overlap_each_is_seen(text: str) -> None:
    assert set(cues_in(text)) == {cue for cue in CUES if cue in text}


@given(st.sampled_from(CASES), st.text("abc xyz\n,;", max_size=60), st.text("abc \n", max_size=60))
def test_words_around_it_hide_nothing(case: tuple[Kind, str, str], before: str, after: str) -> None:
    kind, text, it = case
    whole = f"{before}\n{text}\n{after}"
    start = len(before) + 1 + text.index(it)
    assert any(one.start <= start < one.end for one in look(whole)), (kind, look(whole))


def _sentences(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        pytest.skip(f"{path.parent.name} is not beside the project")
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_of_a_thousand_sentences_of_abstracts_at_most_one_is_a_false_alarm() -> None:
    sentences = _sentences(BENIGN)
    alarms = [one["text"] for one in sentences if look(str(one["text"]))]
    assert len(alarms) * 1000 <= len(sentences), alarms


def test_of_labelled_identifiers_as_many_are_found_as_is_promised() -> None:
    there: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for sentence in _sentences(LABELLED):
        findings = look(str(sentence["text"]))
        for kind, start, end in sentence["label"]:  # type: ignore[attr-defined]
            there[kind] += 1
            found[kind] += any(_covers(one, start, end) for one in findings)
    for kind, least in {"US_SSN": 1.0, "EMAIL_ADDRESS": 1.0, "PHONE_NUMBER": 0.9}.items():
        assert found[kind] >= least * there[kind] > 0, kind


def _covers(finding: Finding, start: int, end: int) -> bool:
    return finding.start < end and start < finding.end
