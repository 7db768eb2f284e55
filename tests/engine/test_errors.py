"""What the log says of failures."""

from __future__ import annotations

import pytest

from bot.engine.errors import BrokenLog, Refused, RoundsError, reason


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (RoundsError("The disk is full."), "The disk is full"),
        (BrokenLog("there is no topic 9"), "there is no topic 9"),
        (Refused("There is no series postman."), "Refused"),
        (ValueError("the postman"), "ValueError"),
        (None, "NoneType"),
    ],
)
def test_a_reason_is_in_words_where_they_are_ours_and_quotes_nobody(
    failure: Exception | None, why: str
) -> None:
    assert reason(failure) == why
