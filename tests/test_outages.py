"""What fails again and again is said once for each reason, and so is its end."""

from __future__ import annotations

import logging
import sqlite3
from datetime import timedelta

import pytest

from bot.outages import AT_LEAST_EVERY, AT_MOST_EVERY, Outage, patience
from bot.store.errors import Unavailable, Unusable

log = logging.getLogger("bot.test")
AWAY = Unavailable("The database d refuses connections. Is the server running?")
FULL = Unusable("database or disk is full")


def outage() -> Outage:
    return Outage(log, "Posts wait; it is tried again in 5 s", "Posts go out again.")


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return found


def raised(error: Exception) -> Exception:
    """Return an error that has been raised, with the places it went through."""
    with pytest.raises(type(error)) as failed:
        raise error
    return failed.value


def test_each_reason_is_said_once_and_once_that_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    posts = outage()
    posts.passed()
    for failure in (AWAY, AWAY, FULL, AWAY, FULL):
        posts.failed(raised(failure))
    assert all(record.exc_info is None for record in caplog.records)
    waits = "Posts wait; it is tried again in 5 s"
    assert said(caplog) == [
        f"{waits}: The database d refuses connections. Is the server running?",
        f"{waits}: The store cannot be used: database or disk is full.",
    ]
    posts.passed()
    posts.passed()
    assert said(caplog) == ["Posts go out again."]
    posts.failed(raised(FULL))
    assert len(said(caplog)) == 1, "another time it is said anew"


def test_a_fault_of_the_program_is_said_with_its_places_and_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    posts = outage()
    for _ in range(3):
        posts.failed(raised(sqlite3.IntegrityError("the postman's row")))
    (record,) = caplog.records
    assert record.getMessage().endswith("in 5 s: IntegrityError.")
    assert record.exc_info
    posts.failed(raised(KeyError("another")))
    assert len(caplog.records) == 2


@pytest.mark.parametrize(
    ("tries", "retry_after", "wait"),
    [
        (1, None, timedelta(seconds=2)),
        (3, None, timedelta(seconds=8)),
        (99, None, AT_LEAST_EVERY),
        (99, timedelta(seconds=7), timedelta(seconds=7)),
        (1, timedelta(0), AT_MOST_EVERY),
        (1, timedelta(hours=1), timedelta(hours=1)),
    ],
)
def test_it_is_tried_again_when_a_platform_says_else_more_and_more_rarely(
    tries: int, retry_after: timedelta | None, wait: timedelta
) -> None:
    assert patience(tries, retry_after) == wait
