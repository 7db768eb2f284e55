"""A machine's clock against the date that a platform states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.clocks import compared, date_of

DATE = datetime(2026, 12, 7, 7, 0, 0, tzinfo=UTC)


def found(ahead: float, lasted: float = 0.1) -> tuple[bool, str]:
    """Return what is said of a clock `ahead` seconds when the request that lasted so was sent."""
    before = DATE + timedelta(seconds=ahead)
    one = compared("Slack", DATE, before, before + timedelta(seconds=lasted))
    assert (one.what, one.where) == ("Clock", "Slack")
    return one.ok, one.sentence


@pytest.mark.parametrize("ahead", [-2.0, -0.5, 0.0, 0.999, 2.9])
def test_a_clock_within_two_seconds_agrees(ahead: float) -> None:
    assert found(ahead) == (True, "It agrees with Slack's.")


@pytest.mark.parametrize(
    ("ahead", "says"),
    [
        (3.6, "3 seconds ahead of Slack's"),
        (-2.6, "2 seconds behind Slack's"),
        (3601.1, "3,600 seconds ahead of Slack's"),
    ],
)
def test_a_clock_that_is_wrong_is_told_with_by_how_much_and_what_to_do(
    ahead: float, says: str
) -> None:
    ok, sentence = found(ahead)
    assert not ok
    assert f"This machine's is {says}, so" in sentence
    assert "timedatectl set-ntp true" in sentence


def test_an_answer_that_takes_long_is_no_wrong_clock() -> None:
    assert found(-20, lasted=40)[0]


def test_without_a_date_nothing_is_said_to_be_wrong() -> None:
    one = compared("Slack", None, DATE, DATE)
    assert (one.ok, one.sentence) == (True, "Slack does not state its time here.")


@pytest.mark.parametrize(
    ("header", "date"),
    [
        ("Mon, 07 Dec 2026 07:00:00 GMT", DATE),
        ("Mon, 07 Dec 2026 07:00:00 -0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_header_is_read(header: str, date: datetime | None) -> None:
    assert date_of(header) == date
