"""Days and times of day as people write them, without a zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from bot.agendas.mistakes import shown

EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)
"""The days that a schedule may name; a year beyond them is a slip of the finger."""


def read_time(text: str) -> time:
    """Read a time of day on the 24-hour clock, `21:00`; raises ValueError."""
    clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip(), re.ASCII)
    if clock:
        return time(int(clock[1]), int(clock[2]))
    raise ValueError(f"{shown(text)} is no time on the 24-hour clock. Write it like {_like(text)}")


def read_day(text: str) -> date:
    """Read a day, `2026-12-07`; raises ValueError."""
    parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text.strip(), re.ASCII)
    if parts is None:
        raise ValueError(f"{shown(text)} is no date. Write year, month and day like 2026-12-07")
    try:
        day = date(*(int(part) for part in parts.groups()))
    except ValueError:
        raise ValueError(f"The calendar has no {parts[0]}. Write a day that exists.") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{parts[0]} is out of reach. Check the year.")
    return day


def read_moment(text: str) -> datetime:
    """Read a day and a wall time, `2026-12-07 07:00`, as a naive datetime; raises ValueError."""
    day, _, clock = re.sub(r"(?<=\d)[tT](?=\d)", " ", text.strip()).partition(" ")
    if not clock:
        raise ValueError(
            f"{shown(text)} lacks the date or the time. Write it like 2026-12-07 07:00"
        )
    if day.isalnum():  # a piece of a day in words: 7 Dec 2026
        raise ValueError(f"{shown(text)} is no date and time. Write it like 2026-12-07 07:00")
    return datetime.combine(read_day(day), read_time(clock))


def _like(text: str) -> str:
    """Guess the time that was meant, for the hint."""
    half = re.fullmatch(r"\s*(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?m\.?\s*", text, re.IGNORECASE)
    if half and 1 <= int(half[1]) <= 12:
        hour = int(half[1]) % 12 + (12 if half[3].lower() == "p" else 0)
        return f"{hour:02d}:{half[2] or '00'}"
    if text.strip() == "24:00":
        return "00:00, on the next day"
    named = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
    plain = re.fullmatch(r"\s*([01]?\d|2[0-3])(?:[h.]?([0-5]\d)?)\s*(?:h|hrs?)?\s*", text, re.ASCII)
    if plain:
        return f"{int(plain[1]):02d}:{plain[2] or '00'}"
    return named.get(text.strip().casefold(), "21:00")
