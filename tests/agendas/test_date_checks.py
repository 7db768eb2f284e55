"""Dates that are none of the schedule's, and times that do not exist on the clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.agendas.agenda import parse_agenda
from bot.agendas.mistakes import AgendaMistakes
from tests.agendas.given import NOW, agenda, said_of, series

LONDON = "zone: Europe/London\n"


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        # dates on which no chat falls
        (
            "dates: {2026-12-08: {welcome: x}}",
            "1:9",
            "No chat falls on 2026-12-08. The nearest are Monday 2026-12-07 and Monday 2027-01-04.",
        ),
        ("dates: {2026-11-23: {start: 02:30}}", "1:9", "No chat falls on 2026-11-23"),
        (
            "starts: 2026-12-07 07:00\ndates: {2026-12-08: {welcome: x}}",
            "2:9",
            "The nearest is Monday 2026-12-07.",
        ),
        (
            "schedule: {every: daily at 07:00, except: [2026-12-07]}\ndates: {2026-12-07: {}}",
            "2:9",
            "No chat falls on 2026-12-07",
        ),
        (
            "schedule: {every: 'first monday at 07:00', except: [2026-12-14]}",
            "1:53",
            "The schedule has no chat on 2026-12-14 that could be left out. The nearest are Monday",
        ),
        (
            "schedule: {every: 'daily at 07:00 from 2026-12-01', except: 2026-11-30}",
            "1:61",
            "The nearest is Tuesday 2026-12-01.",
        ),
        # one date twice
        ("starts: [2026-12-07 07:00, 2026-12-07 07:00]", "1:28", "stands twice"),
        (
            "schedule: {every: 'first monday at 07:00', also: [2026-12-07 07:00]}",
            "1:51",
            "The schedule has a chat on 2026-12-07 07:00 already",
        ),
        (
            "starts: [2026-12-07 07:00, 2026-12-07 19:00]\ndates: {2026-12-07: {start: '08:00'}}",
            "2:29",
            "it is not clear which one to move",
        ),
        # times that the clocks jump over
        ("starts: 2027-03-14 02:30", "1:9", "02:30 does not exist on 2027-03-14"),
        ("starts: [2027-03-14 01:30, 2027-03-14 02:00]", "1:28", "to 03:00. Write another time"),
        ("starts: 2020-03-08 02:30", "1:9", "does not exist"),
        (
            "schedule: {every: 'first monday at 07:00', also: [2027-03-14 02:30]}",
            "1:51",
            "does not exist",
        ),
        (
            "starts: 2027-03-14 07:00\ndates: {2027-03-14: {start: '02:30'}}",
            "2:29",
            "does not exist",
        ),
        (
            "schedule: {every: sunday at 02:30}",
            "1:19",
            "leave this date out: except: [2027-03-14]",
        ),
        ("schedule:\n  rrule: FREQ=DAILY\n  at: '02:30'", "2:10", "except: [2027-03-14]"),
        (LONDON + "schedule: {every: last sunday at 01:00}", "2:19", "2027-03-28 in Europe/London"),
        # rules without a date
        (
            "schedule: {rrule: FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30, at: 07:00}",
            "1:19",
            "No date fits this rule",
        ),
    ],
)
def test_a_date_or_time_that_is_not_there_is_told_once_at_its_place(
    lines: str, place: str, words: str
) -> None:
    (said,) = said_of(lines)
    assert said.startswith(f"{place}: ")
    assert words in said


@pytest.mark.parametrize(
    "lines",
    [
        "starts: 2020-12-07 07:00",  # past
        "schedule: {every: daily at 07:00 until 2000-01-01}",  # past, too
        "starts: 2027-11-07 01:30",  # twice on that date: the first
        "schedule: {every: sunday at 01:30}",
        "schedule: {every: sunday at 02:30, except: [2027-03-14]}",
        "schedule: {every: sunday at 02:30}\ndates: {2027-03-14: {start: '03:30'}}",
        "schedule: {every: monday at 02:30}",
        "zone: UTC\nschedule: {every: daily at 02:30}",
        "schedule: {every: daily at 02:30 until 2027-03-13}",
        "schedule: {every: daily at 02:30 from 2027-12-01}",  # not within a year
        "starts: [2026-12-07 07:00, 2026-12-07 19:00]\ndates: {2026-12-07: {welcome: x}}",
        "schedule: {every: first monday at 07:00, also: [2026-12-07 19:00]}",
        "schedule: {every: daily at 07:00, except: 2026-12-07, also: 2026-12-07 09:00}",
        "schedule: {every: daily at 07:00}\ndates: {2026-12-07: {}}",
        "dates: {2019-12-02: {welcome: long past}}",
    ],
)
def test_dates_and_times_that_are_there_are_no_mistake(lines: str) -> None:
    assert series(lines)


def test_a_recurrence_is_looked_at_for_a_year_from_now_on() -> None:
    text = agenda("schedule: {every: last sunday at 02:30}")  # never the 2nd Sunday of March
    assert parse_agenda(text, "x.yaml", NOW)
    berlin = text.replace("America/New_York", "Europe/Berlin")  # the last Sunday of March
    with pytest.raises(AgendaMistakes, match="does not exist on 2027-03-28"):
        parse_agenda(berlin, "x.yaml", NOW)
    ending = berlin.replace("02:30", "02:30 from 2027-12-01")
    assert parse_agenda(ending, "x.yaml", NOW)
    with pytest.raises(AgendaMistakes, match="does not exist on 2028-03-26"):
        parse_agenda(ending, "x.yaml", NOW + timedelta(days=366))
    assert parse_agenda(berlin, "x.yaml")  # without a present there is no coming year


def test_without_a_zone_or_a_schedule_dates_are_not_judged() -> None:
    assert len(said_of("zone: EST\nstarts: 2027-03-14 02:30")) == 1
    assert len(said_of("schedule: {every: x}\ndates: {2026-12-08: {welcome: x}}")) == 1


def test_each_of_very_many_dates_is_judged() -> None:
    days = [f"{2000 + n // 12}-{n % 12 + 1:02d}-{1 + n // 1199:02d}" for n in range(1200)]
    dates = "".join(f"  {day}: {{welcome: x}}\n" for day in days)
    (said,) = said_of(f"schedule: {{every: 1st of the month at 07:00}}\ndates:\n{dates}")
    assert said.startswith("1202:3: No chat falls on 2099-12-02.")
