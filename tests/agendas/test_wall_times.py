"""Days and times of day as people write them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from bot.agendas.wall_times import read_day, read_moment, read_time


def test_days_and_times_are_read() -> None:
    assert read_time(" 7:05") == time(7, 5)
    assert read_time("00:00") == time(0)
    assert read_day("2028-02-29") == date(2028, 2, 29)
    assert read_moment("2026-12-07 07:00") == datetime(2026, 12, 7, 7)  # noqa: DTZ001  wall time
    assert read_moment("2026-12-07T7:00") == datetime(2026, 12, 7, 7)  # noqa: DTZ001  wall time


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("9pm", "21:00"), ("9 PM", "21:00"), ("9:30 a.m.", "09:30"), ("12am", "00:00"),
        ("12pm", "12:00"), ("21.30", "21:30"), ("21h", "21:00"), ("21h30", "21:30"),
        ("2130", "21:30"), ("9", "09:00"), ("21", "21:00"), ("noon", "12:00"),
        ("midnight", "00:00"), ("24:00", "00:00, on the next day"), ("25:00", "21:00"),
        ("21:60", "21:00"), ("soon", "21:00"), ("", "21:00"), ("07:00:00", "21:00"),
        ("7:0\u0660", "21:00"),
    ],
)  # fmt: skip
def test_another_way_to_write_a_time_is_answered_with_the_time_that_was_meant(
    text: str, like: str
) -> None:
    with pytest.raises(ValueError, match="24-hour clock") as caught:
        read_time(text)
    assert str(caught.value).endswith(f"Write it like {like}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("7.12.2026", "Write year, month and day like 2026-12-07"),
        ("2026-12-7", "Write year, month and day like 2026-12-07"),
        ("2026-02-29", "The calendar has no 2026-02-29"),
        ("0226-12-07", "Check the year"),
        ("2226-12-07", "Check the year"),
    ],
)
def test_what_is_no_day_is_answered(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"\d") as caught:
        read_day(text)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["2026-12-07", "07:00", "tomorrow 07:00", "2026-12-07 9pm"])
def test_a_single_time_needs_both_day_and_time(text: str) -> None:
    with pytest.raises(ValueError, match="Write"):
        read_moment(text)
