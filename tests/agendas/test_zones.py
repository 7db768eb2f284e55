"""Names of zones: the IANA names are taken, everything else is answered with one of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agendas.zones import zone_name

MEETINGS = Path(__file__).resolve().parents[2] / "../shared/data/schedules/k8s_meetings.jsonl"


def instead_of(text: str) -> str:
    with pytest.raises(ValueError, match="Write") as caught:
        zone_name(text)
    found = re.search(r"zone: (\S+)", str(caught.value))
    assert found, str(caught.value)
    return found[1]


@pytest.mark.parametrize("name", ["Australia/Sydney", "America/New_York", "UTC", "Asia/Kolkata"])
def test_iana_names_are_taken(name: str) -> None:
    assert zone_name(name) == name


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("EST", "America/New_York"),
        ("est", "America/New_York"),
        ("ET", "America/New_York"),
        ("Eastern Standard Time (EST)", "America/New_York"),
        ("PT (Pacific Time)", "America/Los_Angeles"),
        ("Central", "America/Chicago"),
        ("Central European Time", "Europe/Paris"),
        ("GMT", "Europe/London"),
        ("CET", "Europe/Paris"),
        ("MST", "America/Denver"),
        ("HST", "Pacific/Honolulu"),
        ("AEST", "Australia/Sydney"),
        ("London", "Europe/London"),
        ("London-UK", "Europe/London"),
        ("new york", "America/New_York"),
        ("Beijing", "Asia/Shanghai"),
        ("Boston", "America/New_York"),
        ("Australia/Sidney", "Australia/Sydney"),
        ("australia/sydney", "Australia/Sydney"),
        ("America/New York", "America/New_York"),
        ("UTC+2", "Europe/Paris"),
        ("+02:00", "Europe/Paris"),
        ("TODO", "Australia/Sydney"),
        ("", "Australia/Sydney"),
        ("Factory", "Australia/Sydney"),
        ("../../etc/passwd", "Australia/Sydney"),
    ],
)
def test_what_people_say_for_a_zone_is_answered_with_a_place(text: str, zone: str) -> None:
    assert instead_of(text) == zone


def test_philippine_time_is_not_taken_for_pacific_time_unseen() -> None:
    with pytest.raises(ValueError, match="Asia/Manila"):
        zone_name("PST")


def test_real_names_of_zones_are_taken_or_answered_with_a_zone_that_exists() -> None:
    if not MEETINGS.exists():
        pytest.skip("the real schedules (../shared/data/schedules) are not here")
    written = {str(json.loads(line)["tz"]) for line in MEETINGS.read_text().splitlines()}
    assert len(written) == 19
    for text in written - {"UTC", "Poland"}:
        assert instead_of(text) in available_timezones(), text
    assert zone_name("UTC") == "UTC"
    assert zone_name("Poland") == "Poland"


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_other_text_is_answered_with_a_zone_that_exists(text: str) -> None:
    if text not in available_timezones():
        assert instead_of(text) in available_timezones()
