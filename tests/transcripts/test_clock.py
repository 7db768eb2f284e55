"""Times in a transcript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.codec import moment, stamp
from bot.transcripts.clock import Clock, span, unix, utc

ZONES = ("Australia/Sydney", "America/New_York", "Europe/London", "Asia/Kathmandu", "UTC",
         "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Africa/Cairo")  # fmt: skip
moments = st.integers(631_152_000_000_000, 3_786_912_000_000_000).map(moment)  # 1990 to 2090


@pytest.mark.parametrize(
    ("microsecond", "written"),
    [(0, "07Z"), (115_000, "07.115Z"), (500, "07.000500Z"), (115_001, "07.115001Z")],
)
def test_a_time_has_a_fraction_only_where_it_needs_one(microsecond: int, written: str) -> None:
    at = datetime(2026, 12, 6, 20, 1, 7, microsecond, tzinfo=UTC)
    assert utc(stamp(at)) == f"2026-12-06T20:01:{written}"


@given(at=moments)
def test_a_written_time_is_that_time(at: datetime) -> None:
    assert datetime.fromisoformat(utc(stamp(at))) == at


@given(zone=st.sampled_from(ZONES), ats=st.lists(moments, min_size=1, max_size=8))
def test_the_clock_reads_as_the_zone_does_in_whatever_order_it_is_asked(
    zone: str, ats: list[datetime]
) -> None:
    clock = Clock(zone)
    for at in ats:
        local = at.astimezone(ZoneInfo(zone))
        assert clock.read(stamp(at)) == (
            f"{at:%Y-%m-%dT%H:%M:%S}Z",
            f"{local:%H:%M}",
            local.toordinal(),
        )


@pytest.mark.parametrize("zone", ZONES)
def test_the_clock_is_right_through_every_change_of_summer_time(zone: str) -> None:
    clock = Clock(zone)
    for half_hour in range(48 * 366):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * half_hour)
        assert clock.read(stamp(at))[1] == f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def test_people_read_times_in_words_and_in_their_chats_zone() -> None:
    clock, at = Clock("Australia/Sydney"), datetime(2026, 12, 6, 20, 5, tzinfo=UTC)
    assert clock.date(at) == "Monday 7 December 2026"
    assert clock.short(stamp(at)) == "Mon 7 Dec 07:05"
    assert clock.long(at) == "Mon 7 Dec 2026, 07:05 AEDT"
    assert clock.wall(at) == "07:05"


def test_seconds_since_1970_are_a_moment_unless_no_calendar_holds_them() -> None:
    assert unix("1796760000") == stamp(datetime(2026, 12, 8, 20, tzinfo=UTC))
    assert unix("253370764799") is not None
    assert unix("253370764800") is None
    assert Clock("Pacific/Kiritimati").long(unix("253370764799") or 0).startswith("Fri 1 Jan 9999")


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (288, "4 min 48 s"), (600, "10 min"),
        (645, "10 min"), (3600, "1 h"), (8280, "2 h 18 min"), (172_800, "48 h"),
        (259_200, "72 h"), (262_800, "3 days 1 h"), (2_678_400, "31 days"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_written_as_people_say_it(seconds: float, written: str) -> None:
    assert span(seconds) == written
