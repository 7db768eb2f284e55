"""What is said on Discord and on Slack in the same words."""

from __future__ import annotations

import pytest

from bot.platforms.answering import HELP, NONE, PLACE, WITHDRAW, offered, origin
from bot.platforms.platform import Choice

TOPICS = [Choice(f"T{number}", f"T{number}: What next?") for number in range(1, 6)]


def test_every_topic_is_offered_and_none() -> None:
    choices, only = offered(TOPICS, 5, "/chat place 1 T1")
    assert [one.value for one in choices] == ["T1", "T2", "T3", "T4", "T5", NONE]
    assert only == ""


def test_of_too_many_topics_the_latest_are_offered_and_it_says_how_others_are_named() -> None:
    choices, only = offered(TOPICS, 2, "/chat place 1 T1")
    assert [one.value for one in choices] == ["T4", "T5", NONE]
    assert "latest 2 topics" in only
    assert only.endswith("/chat place 1 T1")


def test_names_are_as_short_as_a_windows_title() -> None:
    assert all(len(name) <= 24 for name in (PLACE, WITHDRAW, HELP))


def test_an_error_is_named_by_its_line_and_not_by_its_words() -> None:
    with pytest.raises(LookupError) as caught:
        raise LookupError("a patient's name")
    assert origin(caught.value).startswith("test_answering.py:")
    assert origin(LookupError("never raised")) == "?"
