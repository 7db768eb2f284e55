"""From a series to its dates: lazily, in the chat's own zone, whatever the clocks do there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agendas.icalendar_rule import needs_first, read_rrule
from bot.agendas.schedule import (
    Date,
    chat_id,
    coming,
    coming_from,
    in_gap,
    next_date,
    rule_openings,
    to_utc,
)
from bot.engine.agenda import Agenda, Override, Reading, Room, Schedule, Series, Topic
from tests.agendas.given import series
from tests.agendas.test_icalendar_rule import PARTS

RUNS = Path(__file__).resolve().parents[2] / "../shared/data/schedules/pstweetchat_runs.jsonl"

NEW_YORK = ZoneInfo("America/New_York")
AGENDA = Agenda(
    title="x",
    zone="America/New_York",
    window=timedelta(hours=1),
    rooms=(Room("local", "x"),),
    topics=(Topic("x", timedelta(0)),),
)


def held(
    schedule: Schedule, zone: str = "America/New_York", dates: dict[date, Override] | None = None
) -> Series:
    return Series("x", replace(AGENDA, zone=zone), schedule, dates or {})


def on_day(series: Series, day: date) -> tuple[Date, ...]:
    """Return the chats that open on a day of the chat's own zone."""
    return tuple(takewhile(lambda found: found.day == day, coming_from(series, day)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_real_runs_of_a_monthly_chat_are_its_rule_with_one_exception() -> None:
    if not RUNS.exists():
        pytest.skip("the run dates of the real chat (../shared/data/schedules) are not here")
    real = [json.loads(line)["date"] for line in RUNS.read_text().splitlines()]
    chat = series(
        "schedule:\n"
        "  every: first friday at 13:00\n"
        "  except: [2021-01-01]\n"
        "  also: [2021-01-08 13:00]\n"
    )
    ran = list(
        takewhile(lambda one: one.day <= date(2023, 3, 3), coming_from(chat, date(2019, 3, 1)))
    )
    assert len(real) == 48
    planned = [str(one.day) for one in ran]
    assert [day for day in planned if day not in real] == ["2022-10-07"]  # it did not run then
    assert [day for day in real if day not in planned] == []
    assert {one.opens_local.strftime("%H:%M") for one in ran} == {"13:00"}


def test_a_chat_opens_at_its_wall_time_in_summer_and_in_winter() -> None:
    weekly = held(Schedule("FREQ=WEEKLY;BYDAY=TH", time(21)))
    around = list(islice(coming_from(weekly, date(2027, 3, 11)), 2))
    assert [one.opens_at for one in around] == [utc("2027-03-12 02:00"), utc("2027-03-19 01:00")]
    assert [one.day for one in around] == [date(2027, 3, 11), date(2027, 3, 18)]
    assert [one.closes_at - one.opens_at for one in around] == [timedelta(hours=1)] * 2


def test_a_rule_is_that_of_the_zone_also_where_its_day_is_another_one_in_utc() -> None:
    monthly = held(Schedule("FREQ=MONTHLY;BYDAY=1MO", time(7)), "Australia/Sydney")
    (first, second) = islice(coming(monthly, utc("2027-01-31 00:00")), 2)
    assert (first.day, first.opens_at) == (date(2027, 2, 1), utc("2027-01-31 20:00"))
    assert first.opens_local.isoformat() == "2027-02-01T07:00:00+11:00"
    assert first.chat == "x-2027-02-01"
    assert second.day == date(2027, 3, 1)


def test_dates_begin_with_the_moment_or_the_day_that_is_asked_for() -> None:
    weekly = held(Schedule("FREQ=WEEKLY;BYDAY=TH", time(21)))
    opening = utc("2026-11-27 02:00")
    assert next(coming(weekly, opening)).opens_at == opening
    assert next(coming(weekly, opening + timedelta(microseconds=1))).day == date(2026, 12, 3)
    elsewhere = opening.astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert next(coming(weekly, elsewhere)).opens_at == opening
    assert next(coming_from(weekly, date(2026, 11, 26))).day == date(2026, 11, 26)
    assert next(coming_from(weekly, date(2026, 11, 27))).day == date(2026, 12, 3)


def test_dates_reach_into_the_past_and_have_no_end_in_sight() -> None:
    weekly = held(Schedule("FREQ=WEEKLY;BYDAY=TH", time(21)))
    assert next(coming_from(weekly, date(2004, 2, 29))).day == date(2004, 3, 4)
    assert next(coming_from(weekly, date(2150, 1, 1))).day == date(2150, 1, 1)
    assert next(coming_from(weekly, date.min)).day == date(2000, 1, 6)
    assert list(coming_from(weekly, date.max)) == []
    assert list(coming(weekly, datetime.max.replace(tzinfo=UTC))) == []
    assert next(coming(weekly, datetime.min.replace(tzinfo=UTC))).day == date(2000, 1, 6)


def test_a_series_of_single_times_has_these_and_an_end() -> None:
    singles = held(Schedule(singles=(wall("2027-05-01 10:00"), wall("2020-01-02 10:00"))))
    assert [one.chat for one in coming_from(singles, date(2000, 1, 1))] == [
        "x-2020-01-02",
        "x-2027-05-01",
    ]
    assert next_date(singles, utc("2028-01-01")) is None
    assert next_date(singles, utc("2027-01-01")) == on_day(singles, date(2027, 5, 1))[0]


def test_dates_left_out_are_left_out_and_further_ones_are_added() -> None:
    moved = held(
        Schedule(
            "FREQ=MONTHLY;BYDAY=1MO",
            time(7),
            skipped=frozenset({date(2027, 1, 4)}),
            singles=(wall("2027-01-11 09:30"),),
        )
    )
    days = [
        f"{one.opens_local:%Y-%m-%d %H:%M}"
        for one in islice(coming_from(moved, date(2026, 12, 1)), 3)
    ]
    assert days == ["2026-12-07 07:00", "2027-01-11 09:30", "2027-02-01 07:00"]


def test_a_date_left_out_may_be_held_at_another_time() -> None:
    moved = held(
        Schedule(
            "FREQ=MONTHLY;BYDAY=1MO",
            time(7),
            skipped=frozenset({date(2027, 1, 4)}),
            singles=(wall("2027-01-04 21:00"),),
        )
    )
    assert [one.opens_local.hour for one in on_day(moved, date(2027, 1, 4))] == [21]


def test_two_chats_on_one_day_are_told_apart_in_order_of_opening() -> None:
    twice = held(
        Schedule(
            "FREQ=WEEKLY;BYDAY=MO",
            time(13),
            singles=(wall("2026-12-07 19:00"), wall("2026-12-07 07:00")),
        )
    )
    assert [(one.chat, one.opens_local.hour) for one in on_day(twice, date(2026, 12, 7))] == [
        ("x-2026-12-07", 7),
        ("x-2026-12-07-2", 13),
        ("x-2026-12-07-3", 19),
    ]
    after = islice(coming(twice, utc("2026-12-07 13:00")), 3)
    assert [one.chat for one in after] == ["x-2026-12-07-2", "x-2026-12-07-3", "x-2026-12-14"]
    assert chat_id("x", date(2026, 12, 7), 2) == "x-2026-12-07-2"


def test_a_start_for_one_date_moves_nothing_where_two_chats_open() -> None:
    twice = held(
        Schedule(singles=(wall("2026-12-07 07:00"), wall("2026-12-07 19:00"))),
        dates={date(2026, 12, 7): Override(start=time(9))},
    )
    assert [one.opens_local.hour for one in on_day(twice, date(2026, 12, 7))] == [7, 19]


def test_one_moment_given_twice_is_one_chat() -> None:
    doubled = held(Schedule("FREQ=WEEKLY;BYDAY=MO", time(13), singles=(wall("2026-12-07 13:00"),)))
    assert [one.chat for one in on_day(doubled, date(2026, 12, 7))] == ["x-2026-12-07"]


def test_a_date_may_have_its_own_opening_topics_and_reading() -> None:
    own = Override(
        start=time(9, 15),
        topics=(Topic("own", timedelta(minutes=1)),),
        reading=Reading("Own"),
        welcome="Own",
        moderators={"local": ("own",)},
    )
    weekly = held(Schedule("FREQ=WEEKLY;BYDAY=MO", time(13)), dates={date(2026, 12, 7): own})
    (that,) = on_day(weekly, date(2026, 12, 7))
    assert f"{that.opens_local:%H:%M}" == "09:15"
    assert that.agenda.topics == own.topics
    assert (that.agenda.reading, that.agenda.welcome) == (Reading("Own"), "Own")
    assert that.agenda.moderators == {"local": ("own",)}
    (other,) = on_day(weekly, date(2026, 12, 14))
    assert other.agenda == weekly.agenda


def test_a_date_without_reading_is_told_where_others_have_one() -> None:
    rule = Schedule("FREQ=WEEKLY;BYDAY=MO", time(13))
    assert [one.missing for one in islice(coming_from(held(rule), date(2026, 12, 7)), 2)] == [
        ()
    ] * 2
    some = held(rule, dates={date(2026, 12, 7): Override(reading=Reading("A"))})
    assert [one.missing for one in islice(coming_from(some, date(2026, 12, 7)), 2)] == [
        (),
        ("no reading yet",),
    ]
    usual = series("reading: {citation: A}\ndates: {2026-12-07: {reading: {citation: B}}}")
    assert [one.missing for one in islice(coming_from(usual, date(2026, 12, 7)), 2)] == [()] * 2


# ---- rules that count or end


def test_weeks_are_counted_from_the_first_date() -> None:
    fortnightly = held(
        Schedule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", time(21), first=date(2026, 11, 26))
    )
    days = [str(one.day) for one in islice(coming_from(fortnightly, date(2027, 1, 1)), 3)]
    assert days == ["2027-01-07", "2027-01-21", "2027-02-04"]
    assert next(coming_from(fortnightly, date(2020, 1, 1))).day == date(2026, 11, 26)
    later = next(coming_from(fortnightly, date(2031, 7, 1))).day
    assert (later - date(2026, 11, 26)).days % 14 == 0


def test_a_count_is_counted_from_the_first_date_whatever_is_asked_for() -> None:
    thrice = held(Schedule("COUNT=3;FREQ=WEEKLY;BYDAY=TH", time(21), first=date(2026, 11, 26)))
    assert [str(one.day) for one in coming_from(thrice, date(2000, 1, 1))] == [
        "2026-11-26",
        "2026-12-03",
        "2026-12-10",
    ]
    assert [str(one.day) for one in coming_from(thrice, date(2026, 12, 4))] == ["2026-12-10"]
    last = held(Schedule("FREQ=WEEKLY;BYDAY=TH;COUNT=1", time(21), first=date(2026, 11, 26)))
    assert len(list(coming_from(last, date(2000, 1, 1)))) == 1


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261210", "2026-12-10"),  # the whole day
        ("20261210T205959", "2026-12-03"),  # wall time
        ("20261210T210000", "2026-12-10"),
        ("20261211T015959Z", "2026-12-03"),  # UTC: 20:59:59 in New York
        ("20261211T020000Z", "2026-12-10"),
    ],
)
def test_a_rule_ends_at_its_until_in_the_chats_own_zone(until: str, last: str) -> None:
    ending = held(Schedule(f"FREQ=WEEKLY;BYDAY=TH;UNTIL={until}", time(21)))
    *_, end = coming_from(ending, date(2026, 11, 22))
    assert str(end.day) == last


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2027-01-29", "2027-02-26"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2027-01-31", "2027-02-28"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", ["2027-01-04", "2028-01-03"]),
        ("FREQ=DAILY;BYMONTH=6", ["2027-06-01", "2027-06-02"]),
    ],
)
def test_rules_of_icalendar_are_followed_from_any_day(rule: str, days: list[str]) -> None:
    one = held(Schedule(rule, time(12)))
    assert [str(d.day) for d in islice(coming_from(one, date(2027, 1, 2)), 2)] == days


# ---- clocks that are put forward and back


def test_a_wall_time_that_the_clocks_pass_twice_means_the_first() -> None:
    twice = wall("2027-11-07 01:30")
    assert to_utc(twice, NEW_YORK) == utc("2027-11-07 05:30")
    assert not in_gap(twice, NEW_YORK)


def test_a_wall_time_that_the_clocks_jump_over_is_known_as_such() -> None:
    assert in_gap(wall("2027-03-14 02:00"), NEW_YORK)
    assert in_gap(wall("2027-03-14 02:59"), NEW_YORK)
    assert not in_gap(wall("2027-03-14 01:59"), NEW_YORK)
    assert not in_gap(wall("2027-03-14 03:00"), NEW_YORK)
    assert to_utc(wall("2027-03-14 02:30"), NEW_YORK) == utc("2027-03-14 07:30")


def test_a_rule_far_away_that_meets_a_gap_opens_after_it_on_the_same_date() -> None:
    nightly = held(Schedule("FREQ=DAILY", time(2, 30)))
    (that,) = on_day(nightly, date(2040, 3, 11))
    assert f"{that.opens_local:%Y-%m-%d %H:%M}" == "2040-03-11 03:30"
    assert that.chat == "x-2040-03-11"


def test_chats_are_in_order_of_opening_also_where_the_clocks_turn_it_round() -> None:
    night = held(Schedule("FREQ=DAILY", time(2, 30), singles=(wall("2040-03-11 03:00"),)))
    found = on_day(night, date(2040, 3, 11))
    assert [(one.chat, f"{one.opens_local:%H:%M}") for one in found] == [
        ("x-2040-03-11", "03:00"),
        ("x-2040-03-11-2", "03:30"),
    ]


def brute_force(rule: str, at: time, zone: ZoneInfo, first: date, days: int) -> Iterator[datetime]:
    """Walk the calendar day by day: the truth about rules of weekdays and days of a month."""
    weekdays = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    parts = dict(part.split("=") for part in rule.split(";"))
    for n in range(days):
        day = first + timedelta(days=n)
        code = weekdays[day.weekday()]
        last = (day + timedelta(days=7)).month != day.month
        names = {code, f"{(day.day - 1) // 7 + 1}{code}", f"-1{code}" if last else ""}
        by_day = parts.get("BYDAY")
        by_date = parts.get("BYMONTHDAY")
        if (by_day is None or names & set(by_day.split(","))) and (
            by_date is None or int(by_date) == day.day
        ):
            yield datetime.combine(day, at, zone).astimezone(UTC)


RULES = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=TH",
    "FREQ=WEEKLY;BYDAY=MO,SU",
    "FREQ=MONTHLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=1TU,3TU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
]
ZONES = [
    "America/New_York",
    "Australia/Lord_Howe",
    "Europe/London",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/St_Johns",
    "Africa/Casablanca",
    "America/Santiago",
    "UTC",
]


@given(
    st.sampled_from(RULES),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.sampled_from(ZONES),
    st.dates(date(2001, 1, 1), date(2080, 1, 1)),
)
@settings(max_examples=150, deadline=None)
def test_a_rule_gives_what_a_walk_through_the_calendar_gives(
    rule: str, at: time, zone: str, first: date
) -> None:
    truth = list(brute_force(rule, at, ZoneInfo(zone), first, 430))
    found = islice(coming_from(held(Schedule(rule, at), zone), first), len(truth))
    assert [one.opens_at for one in found] == truth


@given(PARTS, st.dates(date(2001, 1, 1), date(2010, 1, 1)), st.integers(0, 900))
@settings(max_examples=150, deadline=None)
def test_a_rule_gives_the_same_dates_wherever_one_begins_to_look(
    parts: dict[str, str], start: date, days: int
) -> None:
    try:
        rule = read_rrule(";".join(f"{name}={value}" for name, value in parts.items()))
    except ValueError:
        return  # a sentence
    first = date(2001, 1, 1) if needs_first(rule) else None
    one = held(Schedule(f"{rule};UNTIL=20141231", time(7), first))
    later = start + timedelta(days=days)
    found = [opening.date() for opening in rule_openings(one, start)]
    assert [opening.date() for opening in rule_openings(one, later)] == [
        day for day in found if day >= later
    ]


@given(st.datetimes(datetime(2001, 1, 1), datetime(2080, 1, 1)))  # noqa: DTZ001  made aware below
@settings(max_examples=100, deadline=None)
def test_what_is_coming_at_a_moment_is_the_rest_of_what_was_coming_before(moment: datetime) -> None:
    weekly = held(
        Schedule("FREQ=WEEKLY;BYDAY=MO,TH", time(0, 30), singles=(wall("2027-01-01 23:45"),)),
        "Australia/Sydney",
    )
    since = moment.replace(tzinfo=UTC)
    before = list(islice(coming(weekly, since - timedelta(days=20)), 12))
    rest = [one for one in before if one.opens_at >= since]
    assert list(islice(coming(weekly, since), len(rest))) == rest
    assert before == sorted(before, key=lambda one: one.opens_at)
    assert len({one.chat for one in before}) == len(before)


def test_the_rule_alone_is_listed_without_what_is_left_out_or_added() -> None:
    one = held(
        Schedule(
            "FREQ=WEEKLY;BYDAY=MO",
            time(13),
            skipped=frozenset({date(2026, 12, 7)}),
            singles=(wall("2026-12-08 13:00"),),
        )
    )
    assert next(rule_openings(one, date(2026, 12, 2))) == wall("2026-12-07 13:00")
    ending = held(Schedule("FREQ=DAILY;UNTIL=20270101", time(13)))
    some = list(rule_openings(ending, date(2026, 12, 2), last=date(2026, 12, 3)))
    assert some == [wall("2026-12-02 13:00"), wall("2026-12-03 13:00")]
