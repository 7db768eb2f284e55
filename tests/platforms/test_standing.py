"""What becomes of a platform is said once in the log, as long as it is the same."""

from __future__ import annotations

import pytest

from bot.platforms.platform import Hindered, Unreachable
from bot.platforms.standing import Standing


@pytest.fixture
def calls() -> list[int]:
    return []


@pytest.fixture
def standing(calls: list[int], caplog: pytest.LogCaptureFixture) -> Standing:
    caplog.set_level("INFO")
    return Standing("Discord", lambda: calls.append(1))


def test_at_first_nothing_goes_out_and_nobody_knows_what_was_said(standing: Standing) -> None:
    assert str(standing.trouble) == "Discord is not connected."
    assert standing.trouble.logged, "no lane need say it again"
    assert not standing.is_current


def test_a_failure_is_said_once_until_it_was_connected(
    standing: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    for failure in (OSError("what a patient said"), Unreachable("Discord did not answer.")):
        standing.failed(failure)
    assert caplog.messages == ["Discord cannot be reached (OSError); it is tried until it can be."]
    assert str(standing.trouble) == "Discord is not connected (Discord did not answer)."
    standing.connected()
    standing.failed(OSError())
    assert caplog.messages[1:] == ["Discord is connected.", caplog.messages[0]]


def test_a_refusal_is_said_once_and_another_one_again(
    standing: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    for sentence in ("the token is refused.", "the token is refused.", "an intent is missing."):
        standing.refused(sentence)
    assert caplog.messages == [
        "The token is refused. It is tried again every minute.",
        "An intent is missing. It is tried again every minute.",
    ]
    assert isinstance(standing.trouble, Hindered)


def test_it_is_current_from_reading_to_the_next_cut(
    standing: Standing, calls: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    seen = []
    for happens in (
        standing.connected,
        lambda: standing.read(0, 0),
        standing.cut,
        standing.resumed,
        standing.disconnected,
        standing.announced,
    ):
        happens()
        seen.append(standing.is_current)
    assert seen == [False, True, False, True, False, False]
    assert len(calls) == 4, "connected, read, resumed, announced"
    standing.read(12, 3)
    assert caplog.messages[-1] == "Discord was read back: 12 found there, 3 deleted there."
    assert len(caplog.messages) == 2, "an empty reading is no news"


def test_it_is_connected_from_one_change_to_the_next_and_counts_its_connections(
    standing: Standing,
) -> None:
    assert (standing.is_connected, standing.connections) == (False, 0)
    standing.connected()
    assert (standing.is_connected, standing.connections) == (True, 1)
    standing.cut()
    assert standing.is_connected, "posts still go out"
    standing.resumed()
    assert (standing.is_connected, standing.connections) == (True, 2)
    standing.disconnected()
    assert (standing.is_connected, standing.connections) == (False, 2)
    standing.connected()
    assert standing.connections == 3


def test_what_the_log_is_told_names_the_platform_as_rooms_do(
    standing: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    standing.failed(OSError())
    standing.refused("the token is refused.")
    standing.connected()
    assert [vars(record)["platform"] for record in caplog.records] == ["discord"] * 3
