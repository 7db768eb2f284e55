"""Rules in iCalendar's words: checked against RFC 5545, tidied, and brought into wall time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agendas.icalendar_rule import in_wall_time, needs_first, read_rrule

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
        (" rrule:freq=weekly;byday=th; ", "FREQ=WEEKLY;BYDAY=TH"),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=TH", "FREQ=WEEKLY;BYDAY=TH"),
        ("FREQ=YEARLY;BYYEARDAY=100,-1,366", "FREQ=YEARLY;BYYEARDAY=100,-1,366"),
        ("FREQ=MONTHLY;BYDAY=MO,-1FR,+2TU", "FREQ=MONTHLY;BYDAY=MO,-1FR,+2TU"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "FREQ=DAILY;UNTIL=20270101T000000Z"),
    ],
)
def test_a_rule_is_read_and_tidied(text: str, rule: str) -> None:
    assert read_rrule(text) == rule


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("first monday", "every: first monday at 07:00"),
        ("BYDAY=MO", "A rule without FREQ"),
        ("FREQ=HOURLY", "A chat cannot be hourly"),
        ("FREQ=SOMETIMES", "“FREQ=SOMETIMES” cannot be read"),
        ("FREQ=DAILY;INTERVAL=0", "“INTERVAL=0” cannot be read"),
        ("FREQ=DAILY;INTERVAL=99999", "cannot be read"),
        ("FREQ=DAILY;COUNT=-1", "cannot be read"),
        ("FREQ=DAILY;UNTIL=20270231", "cannot be read"),
        ("FREQ=DAILY;UNTIL=tomorrow", "cannot be read"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20270201", "cannot stand together"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ stands twice"),
        ("FREQ=DAILY;BYHOUR=7", 'Write the time in at: "07:00"'),
        ("FREQ=DAILY;DTSTART=20270101", "Write it in from"),
        ("FREQ=DAILY;EXDATE=20270101", "Write it in except"),
        ("FREQ=WEEKLY;BYDAY=1MO", "goes with FREQ=MONTHLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "goes with FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "go with FREQ=YEARLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "picks among days"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "goes with FREQ=MONTHLY or FREQ=YEARLY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "cannot be read"),
        ("FREQ=MONTHLY;BYDAY=-6MO", "go up to 5 here"),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=6MO", "go up to 5 here"),
        ("FREQ=YEARLY;BYDAY=54MO", "go up to 53 here"),
        ("FREQ=MONTHLY;BYEASTER=1", "“BYEASTER” cannot be read"),
        ("FREQ=MONTHLY;BYMONTHDAY=\u0661", "cannot be read"),
        ("FREQ=DAILY;" * 100, "longer than 300 characters"),
    ],
)
def test_what_is_no_rule_for_a_chat_is_answered(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        read_rrule(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        ("FREQ=DAILY", False),
        ("FREQ=DAILY;COUNT=3", True),
        ("FREQ=DAILY;INTERVAL=3", True),
        ("FREQ=WEEKLY", True),
        ("FREQ=WEEKLY;BYDAY=TH", False),
        ("FREQ=MONTHLY", True),
        ("FREQ=YEARLY;BYMONTH=3", True),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1", False),
    ],
)
def test_a_first_date_is_needed_where_the_rule_does_not_name_its_days(
    rule: str, needed: bool
) -> None:
    assert needs_first(rule) is needed


@pytest.mark.parametrize(
    ("rule", "wall"),
    [
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("FREQ=DAILY;UNTIL=20270701", "FREQ=DAILY;UNTIL=20270701T235959"),
        ("UNTIL=20270701;FREQ=DAILY", "UNTIL=20270701T235959;FREQ=DAILY"),
        ("FREQ=DAILY;UNTIL=20270701T120000", "FREQ=DAILY;UNTIL=20270701T120000"),
        ("FREQ=DAILY;UNTIL=20270701T020000Z", "FREQ=DAILY;UNTIL=20270630T220000"),
        ("FREQ=DAILY;UNTIL=20270101T020000Z", "FREQ=DAILY;UNTIL=20261231T210000"),
    ],
)
def test_the_end_of_a_rule_is_brought_into_wall_time(rule: str, wall: str) -> None:
    assert in_wall_time(rule, NEW_YORK) == wall


def days_of(rule: str, first: int, last: int) -> Iterator[str]:
    rules = rrulestr(rule, dtstart=datetime(first, 1, 1))  # noqa: DTZ001  wall time
    return (f"{wall:%Y%m%d}" for wall in takewhile(lambda wall: wall.year < last, rules))


def few(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    return st.lists(numbers, min_size=1, max_size=3).map(lambda some: ",".join(map(str, some)))


def around(most: int) -> st.SearchStrategy[int]:
    return st.integers(-most, most)


WEEKDAYS = st.sampled_from(["MO", "WE", "SU", "1MO", "-1FR", "5TU", "-5SU", "9MO", "53SA", "-53SU"])
PARTS = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])},
    optional={
        "INTERVAL": st.sampled_from(["1", "2", "7", "99"]),
        "BYDAY": st.lists(WEEKDAYS, min_size=1, max_size=3).map(",".join),
        "BYMONTHDAY": few(around(31)),
        "BYMONTH": few(st.integers(0, 12)),
        "BYYEARDAY": few(around(366)),
        "BYWEEKNO": few(around(53)),
        "BYSETPOS": few(around(60)),
        "WKST": st.sampled_from(["MO", "SU"]),
    },
)


@given(PARTS, st.integers(2000, 2030))
@settings(max_examples=200, deadline=None)
def test_whatever_is_taken_for_a_rule_can_be_followed(parts: dict[str, str], first: int) -> None:
    try:
        rule = read_rrule(";".join(f"{name}={value}" for name, value in parts.items()))
    except ValueError:
        return  # a sentence, as above
    list(islice(days_of(f"{rule};UNTIL={first + 9}1231T235959", first, first + 9), 500))
