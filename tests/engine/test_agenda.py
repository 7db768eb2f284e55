"""What an organizer wrote, as values."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.engine.agenda import Override, Reading, Room, Schedule, Series
from tests.engine.script import agenda

DAY = date(2026, 12, 7)


@pytest.mark.parametrize("name", ["urojc", "a:b", ""])
def test_a_room_is_read_as_it_was_written(name: str) -> None:
    room = Room("local", name)
    assert Room.parse(str(room)) == room


def test_a_reading_is_found_at_its_address_else_by_its_doi() -> None:
    assert Reading(doi="10.1/x", url="https://a.example").link == "https://a.example"
    assert Reading(doi="10.1/x").link == "https://doi.org/10.1/x"
    assert Reading(citation="Smith 2026").link == ""


def test_what_differs_on_a_date_is_laid_over_the_series() -> None:
    base = agenda("0m", welcome="Hello", moderators={"local": ("henry",)})
    override = Override(start=time(9), welcome="", reading=Reading(citation="Smith 2026"))
    series = Series("urojc", base, Schedule(), {DAY: override})
    that_day = series.agenda_on(DAY)
    assert (that_day.welcome, that_day.reading) == ("", Reading(citation="Smith 2026"))
    assert (that_day.topics, that_day.moderators) == (base.topics, base.moderators)
    assert series.agenda_on(date(2026, 12, 8)) is base
