"""What is taken as the value of an option, and what is said of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.cli.options import read_count, read_formats, read_instant, read_secure_url


@pytest.mark.parametrize(("text", "count"), [("1", 1), ("12", 12), ("1000", 1000)])
def test_a_count_is_read(text: str, count: int) -> None:
    assert read_count(text) == count


def test_an_address_for_slack_is_read_without_its_slash() -> None:
    assert read_secure_url("https://Chat.example.org:8443/") == "https://chat.example.org:8443"


def test_formats_are_read_in_their_order_each_once_in_any_case() -> None:
    assert read_formats("csv, HTML,csv") == ("csv", "html")
    assert read_formats("md") == ("md",)


@pytest.mark.parametrize(
    "text",
    ["2026-12-06T20:00:00Z", "2026-12-07T07:00:00+11:00", "2026-12-06 20:00Z", "20261206T2000Z"],
)
def test_a_moment_is_read_as_utc(text: str) -> None:
    assert read_instant(text) == datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
    assert read_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (read_secure_url, "http://chat.example.org", "like https://chat.example.org"),
        (read_secure_url, "https://chat.example.org/slack", "nothing after the host"),
        (read_secure_url, "", "like https://chat.example.org"),
        (read_count, "0", "from 1 to 1000"),
        (read_count, "-1", "from 1 to 1000"),
        (read_count, "1001", "from 1 to 1000"),
        (read_count, "9" * 5000, "from 1 to 1000"),
        (read_count, "٣", "from 1 to 1000"),
        (read_count, "", "from 1 to 1000"),
        (read_formats, "pdf", "“pdf” is no format. Write some of html,md,json,csv."),
        (read_formats, "html,", "is no format"),
        (read_formats, "", "is no format"),
        (read_instant, "2026-12-06T20:00:00", "with its zone"),
        (read_instant, "2026-12-06", "with its zone"),
        (read_instant, "tomorrow", "with its zone"),
        (read_instant, "0001-01-01T00:00:00+14:00", "with its zone"),
        (read_instant, "0001-01-01T00:00:00Z", "is out of reach"),
        (read_instant, "9999-12-31T00:00:00Z", "is out of reach"),
    ],
)
def test_a_wrong_value_is_told_with_how_to_write_it(
    read: Callable[[str], object], text: str, says: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        read(text)
    assert str(caught.value).isprintable()
