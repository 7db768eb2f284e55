"""Recurrences in words: what is understood, and what is said of everything else."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agendas.recurrence import FORMS, Rule, read_every

MEETINGS = Path(__file__).resolve().parents[2] / "../shared/data/schedules/k8s_meetings.jsonl"


def said_of(text: str) -> str:
    with pytest.raises(ValueError, match=r"\w") as caught:
        read_every(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "rrule", "at"),
    [
        ("first monday at 07:00", "FREQ=MONTHLY;BYDAY=1MO", time(7)),
        ("First Monday at 7:00", "FREQ=MONTHLY;BYDAY=1MO", time(7)),
        ("every 1st monday of the month at 07:00", "FREQ=MONTHLY;BYDAY=1MO", time(7)),
        ("second Tuesday at 12:30", "FREQ=MONTHLY;BYDAY=2TU", time(12, 30)),
        ("third wed at 12:30", "FREQ=MONTHLY;BYDAY=3WE", time(12, 30)),
        ("4th Thursday every month at 00:00", "FREQ=MONTHLY;BYDAY=4TH", time(0)),
        ("last friday of the month at 13:00.", "FREQ=MONTHLY;BYDAY=-1FR", time(13)),
        ("monthly, second Thursday of the month at 9:00", "FREQ=MONTHLY;BYDAY=2TH", time(9)),
        ("monthly - first Wednesday every month at 9:00", "FREQ=MONTHLY;BYDAY=1WE", time(9)),
        ("first and third monday at 20:00", "FREQ=MONTHLY;BYDAY=1MO,3MO", time(20)),
        ("thursday at 21:00", "FREQ=WEEKLY;BYDAY=TH", time(21)),
        ("every  Thursdays at 21:00", "FREQ=WEEKLY;BYDAY=TH", time(21)),
        ("weekly on tues at 21:00", "FREQ=WEEKLY;BYDAY=TU", time(21)),
        ("wednesday and monday at 9:05", "FREQ=WEEKLY;BYDAY=MO,WE", time(9, 5)),
        ("Mon, Wed, and Fri at 23:59", "FREQ=WEEKLY;BYDAY=MO,WE,FR", time(23, 59)),
        ("weekdays at 12:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(12)),
        ("every 1 week on monday at 10:00", "FREQ=WEEKLY;BYDAY=MO", time(10)),
        ("15th of the month at 20:00", "FREQ=MONTHLY;BYMONTHDAY=15", time(20)),
        ("monthly on the 1st at 20:00", "FREQ=MONTHLY;BYMONTHDAY=1", time(20)),
        ("the 28th at 20:00", "FREQ=MONTHLY;BYMONTHDAY=28", time(20)),
        ("last day of the month at 20:00", "FREQ=MONTHLY;BYMONTHDAY=-1", time(20)),
        ("daily at 08:00", "FREQ=DAILY", time(8)),
        ("every day at 08:00", "FREQ=DAILY", time(8)),
    ],
)
def test_a_recurrence_is_read_in_its_usual_forms(text: str, rrule: str, at: time) -> None:
    assert read_every(text) == Rule(rrule, at)


@pytest.mark.parametrize(
    "text",
    [
        "every 2 weeks on thursday at 21:00 from 2026-11-26",
        "every two weeks on Thursdays at 21:00 starting 2026-11-26",
        "every other week on thursday at 21:00 starting on 2026-11-26",
        "every other thursday at 21:00 from 2026-11-26",
    ],
)
def test_weeks_are_counted_from_a_first_date(text: str) -> None:
    assert read_every(text) == Rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", time(21), date(2026, 11, 26))


def test_a_recurrence_may_have_a_first_and_a_last_day() -> None:
    assert read_every("thursday at 21:00 from 2026-11-24 until 2027-06-30") == Rule(
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20270630T235959", time(21), date(2026, 11, 24)
    )
    assert read_every("daily at 21:00 until 2027-06-30").first is None


@pytest.mark.parametrize("text", FORMS)
def test_every_form_that_is_named_in_a_sentence_can_be_read(text: str) -> None:
    assert read_every(text).at


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every second thursday at 12:00", "can mean two things"),
        ("every 3rd thursday at 12:00", "every 3 weeks on thursday"),
        ("every 2 weeks on thursday at 21:00", "21:00 from 2026-11-26”"),
        ("every 2 weeks on thursday at 21:00 from 2026-11-27", "is a Friday"),
        ("every 2 weeks on thursday at 21:00 from 2026-11-27", "2026-11-26 or 2026-12-03"),
        ("every 0 weeks on monday at 10:00 from 2026-11-23", "a number from 1 to 52"),
        ("biweekly on thursday at 21:00", "every 2 weeks on thursday at 21:00 from"),
        ("fortnightly", "every 2 weeks on thursday at 21:00 from"),
        ("weekly", "does not say on which day"),
        ("monthly at 21:00", "does not say on which day"),
        ("fifth monday at 20:00", "Write last: last monday"),
        ("31st of the month at 20:00", "last day of the month"),
        ("32nd of the month at 20:00", "No month has a day 32"),
        ("thursday", "does not say at what time"),
        ("thursday 21:00", "The word at is missing"),
        ("thursday 9pm", "The word at is missing"),
        ("thursday at 9 pm", "Write it like 21:00"),
        ("thursday at 9:30 p.m.", "Write it like 21:30"),
        ("thursday at 24:00", "00:00, on the next day"),
        ("thursday at noon", "Write it like 12:00"),
        ("first monday at 07:00 AEST", "Delete “aest”"),
        ("thursday at 21:00 on the dot, always", "a first and a last day"),
        ("thursday at 21:00 from 2027-06-30 until 2026-11-26", "is before the first"),
        ("thursday at 21:00 from 26.11.2026", "Write year, month and day"),
        ("thrusday at 21:00", "Write thursday"),
        ("every blue moon at 21:00", "one of these: first monday at 07:00 · thursday"),
        ("", "one of these"),
        ("x" * 1_000_000, "is too long"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_write(text: str, words: str) -> None:
    assert words in said_of(text)


def test_what_a_sentence_tells_to_write_can_be_read() -> None:
    said = said_of("every 2 weeks on friday at 9:15")
    written = re.findall("“(.*?)”", said)[-1]
    assert "from" in written


@given(
    st.lists(
        st.sampled_from([*" ".join(FORMS).split(), "and", "every", "the", "2", ","]), max_size=9
    )
)
@settings(max_examples=300, deadline=None)
def test_any_words_are_a_rule_or_a_sentence(words: list[str]) -> None:
    try:
        rule = read_every(" ".join(words))
    except ValueError as wrong:
        sentence = str(wrong)
    else:
        sentence = "Read."
        assert rule.rrule.startswith("FREQ=")
    assert sentence.isprintable()
    assert sentence != ""


def test_real_schedules_are_read_or_answered() -> None:
    """How 335 real meetings are described: those with a weekday and a time are all read."""
    if not MEETINGS.exists():
        pytest.skip("the real schedules (../shared/data/schedules) are not here")
    outcome: Counter[str] = Counter()
    for line in MEETINGS.read_text().splitlines():
        row = json.loads(line)
        day, at, frequency = (str(row[key] or "") for key in ("day", "time", "frequency"))
        plain_day = re.fullmatch(r"(Mon|Tues|Wednes|Thurs|Fri)day", day) is not None
        plain_time = re.fullmatch(r"([01]?\d|2[0-3]):\d\d", at) is not None
        try:
            rule = read_every(f"{day} at {at}" if frequency == "weekly" else f"{frequency} at {at}")
        except ValueError as wrong:
            said = str(wrong)
            assert not (frequency == "weekly" and plain_day and plain_time), (row, said)
            assert re.search(r"Write |Delete |is missing", said), (row, said)
            outcome["answered"] += 1
        else:
            assert rule.rrule.startswith(("FREQ=WEEKLY", "FREQ=MONTHLY")), row
            outcome["read"] += 1
    assert outcome["read"] >= 80
    assert outcome["answered"] >= 200
