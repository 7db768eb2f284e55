"""Single values of an agenda."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.agendas import values


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.read_text, " two\nlines \n", "two\nlines"),
        (values.read_line, " two\nlines ", "two lines"),
        (values.read_name, "role:123000000000000000", "role:123000000000000000"),
        (values.read_hashtag, "#urojc", "#urojc"),
        (values.read_hashtag, "urojc", "#urojc"),
        (values.read_hashtag, "#Onkologie_für_alle", "#Onkologie_für_alle"),
        (values.read_duration, "0m", timedelta(0)),
        (values.read_duration, "1h 30m", timedelta(minutes=90)),
        (values.read_window, "31d", timedelta(days=31)),
        (values.read_window, "1m", timedelta(minutes=1)),
        (values.read_reminder, "7d", timedelta(days=7)),
        (values.read_after_close, "keep", True),
        (values.read_after_close, "drop", False),
        (values.read_keep, "90d", timedelta(days=90)),
        (values.read_keep, " 12 W", timedelta(days=84)),
        (values.read_keep, "3650d", timedelta(days=3650)),
        (values.read_keep, "3651d", None),
        (values.read_keep, "0d", None),
        (values.read_keep, "3m", None),
        (values.read_keep, "48h", None),
        (values.read_keep, "for good", None),
        (values.read_archive, "channel", True),
        (values.read_archive, "thread", None),
        (values.read_archive, "true", None),
        (values.read_threads, "per_topic", True),
        (values.read_threads, "per_chat", False),
        (values.read_threads, "topic", None),
        (values.read_switch, "true", True),
        (values.read_switch, "Yes", True),
        (values.read_switch, "FALSE", False),
        (values.read_switch, " no ", False),
        (values.read_switch, "on", None),
        (values.read_switch, "1", None),
        (values.read_doi, "10.1016/S0140-6736(15)60933-3", "10.1016/S0140-6736(15)60933-3"),
        (values.read_doi, "https://dx.doi.org/10.1/x", None),
        (values.read_doi, "https://dx.doi.org/10.1000/x", "10.1000/x"),
        (values.read_doi, "DOI: 10.1000/x", "10.1000/x"),
        (values.read_url, "HTTP://example.org/a?b=c#d", "HTTP://example.org/a?b=c#d"),
        (values.read_url, "javascript:alert(1)", None),
        (values.read_url, "//example.org", None),
        (values.read_url, 'https://x.org/"onclick', None),
        (values.read_local, "a-B_9", "a-B_9"),
        (values.read_local, "a" * 65, None),
        (values.read_local, "a/b", None),
        (values.read_local, "..", None),
        (values.read_line, "x" * 201, None),
        (values.read_text, " \n", None),
        (values.read_hashtag, "“#urojc”", None),
        (values.read_window, "0h", None),
        (values.read_window, "744h 1m", None),
    ],
)
def test_a_value_is_read_or_answered(
    read: Callable[[str], object], text: str, value: object
) -> None:
    if value is None:
        with pytest.raises(ValueError, match=r"[Ww]rite|Name|Shorten|begins with"):
            read(text)
    else:
        assert read(text) == value


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("48", "48h"), ("90 min.", "90m"), ("2 hours", "2h"), ("3 Days", "3d"), ("48:00", "48h"),
        ("two hours", "48h"), ("-5m", "48h"), ("5s", "48h"), ("", "48h"),
    ],
)  # fmt: skip
def test_another_way_to_write_a_length_is_answered_with_the_one_that_was_meant(
    text: str, like: str
) -> None:
    with pytest.raises(ValueError, match=f"such as {like}$"):
        values.read_duration(text)


def test_a_hashtag_in_curly_quotes_is_answered_with_straight_ones() -> None:
    with pytest.raises(ValueError, match='straight quotes: hashtag: "#urojc"'):
        values.read_hashtag("“#urojc”")
