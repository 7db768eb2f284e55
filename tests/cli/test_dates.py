"""Coming chats as lines."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.agendas.agenda import parse_agenda
from bot.cli.dates import date_lines, series_lines
from bot.engine.agenda import Series

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def series(name: str, schedule: str, more: str = "", zone: str = "Australia/Sydney") -> Series:
    return parse_agenda(
        f"""\
title: A chat
zone: {zone}
{schedule}
window: 1h
rooms: [{{local: {name}}}]
topics: {{every: 10m, ask: ["One?", "Two?"]}}
{more}
""",
        f"{name}.yaml",
    )


MONTHLY = series("urojc", "schedule: {every: first monday at 07:00}")
WEEKLY = series("meded", "schedule: {every: thursday at 21:00}", zone="America/New_York")
OVER = series("past", "starts: 2020-01-01 10:00")


def test_a_line_holds_wall_time_utc_topics_and_what_is_missing() -> None:
    (line,) = date_lines([MONTHLY], 1, NOW)
    assert line == (
        "urojc-2026-12-07  Mon 2026-12-07 07:00 Australia/Sydney  2026-12-06T20:00Z  "
        "2 topics  complete"
    )


def test_the_chats_of_all_series_stand_in_order_of_opening_so_many_of_each() -> None:
    ids = [line.split()[0] for line in date_lines([MONTHLY, WEEKLY], 2, NOW)]
    assert ids == ["meded-2026-11-26", "meded-2026-12-03", "urojc-2026-12-07", "urojc-2027-01-04"]


def test_columns_stand_below_one_another() -> None:
    lines = date_lines([MONTHLY, WEEKLY], 2, NOW)
    assert len({line.index("T20:00Z" if "Sydney" in line else "T02:00Z") for line in lines}) == 1
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 12, 7), "urojc-2026-12-07"),  # in Sydney; in UTC it opens on the 6th
        (date(2026, 12, 8), "urojc-2027-01-04"),
        (date(2020, 1, 1), "urojc-2020-01-06"),  # past
    ],
)
def test_a_day_is_the_chats_own_and_included_and_may_be_past(day: date, first: str) -> None:
    assert date_lines([MONTHLY], 1, NOW, day)[0].split()[0] == first


def test_an_opening_follows_its_zone_through_the_change_of_clocks() -> None:
    lines = date_lines([WEEKLY], 2, NOW, date(2026, 10, 29))
    assert "2026-10-30T01:00Z" in lines[0]
    assert "2026-11-06T02:00Z" in lines[1]


def test_a_date_without_what_others_have_says_what_is_missing() -> None:
    one = series(
        "urojc",
        "schedule: {every: first monday at 07:00}",
        "dates: {2026-12-07: {reading: {citation: A paper}}}",
    )
    complete, missing = date_lines([one], 2, NOW)
    assert complete.endswith("  complete")
    assert not missing.endswith("complete")
    assert "reading" in missing


def test_a_series_that_is_over_has_no_lines_but_is_listed_as_such() -> None:
    assert date_lines([OVER], 3, NOW) == []
    assert series_lines([OVER, MONTHLY], NOW) == [
        "past   no date is coming",
        "urojc  Mon 2026-12-07 07:00 Australia/Sydney  2026-12-06T20:00Z  2 topics  complete",
    ]
