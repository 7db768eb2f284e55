"""When topics come that could not come at their own moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.pace import after_delay, appended

START = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def after(due: float, opened: float, waiting: list[float], closes: float) -> list[float]:
    moments = after_delay(
        at(due), at(opened), {n: at(m) for n, m in enumerate(waiting, 2)}, at(closes)
    )
    return [(moment - START).total_seconds() / 60 for moment in moments.values()]


def test_overdue_topics_follow_two_minutes_apart_and_the_rest_keep_their_distance() -> None:
    assert after(10, 25, [20, 40, 50], 90) == [27, 47, 57]


def test_a_topic_that_is_due_just_after_the_late_one_still_keeps_its_distance() -> None:
    assert after(10, 19, [20, 30], 90) == [29, 39]


def test_past_the_end_topics_keep_their_own_moments() -> None:
    assert after(10, 25, [20, 40, 50], 57) == [27, 40, 50]


def test_past_even_that_they_are_spread_over_what_is_left() -> None:
    assert after(0, 56, [10, 20, 30], 60) == [57, 58, 59]


def test_a_delay_of_up_to_two_minutes_moves_no_other_topic() -> None:
    assert after(10, 12, [20, 30], 60) == [20, 30]
    assert after(1, 1.5, [2, 3], 60) == [2, 3]
    assert after(10, 12.1, [20, 30], 60) == [22.1, 32.1]


def test_nothing_waits_nothing_moves() -> None:
    assert after(10, 25, [], 60) == []


@given(
    st.integers(0, 100),
    st.integers(0, 300),
    st.lists(st.integers(1, 60), max_size=12),
    st.integers(1, 400),
)
def test_topics_stay_in_order_inside_the_window_and_never_come_before_their_time(
    due: int, late: int, steps: list[int], left: int
) -> None:
    opened, waiting, moment = due + late, [], due
    for step in steps:
        moment += step
        waiting.append(float(moment))
    closes = max(opened + left, moment + 1)
    moments = [at(m) for m in after(due, opened, waiting, closes)]
    assert moments == sorted(moments)
    assert all(at(opened) < moment < at(closes) for moment in moments)
    fits = closes - opened > 2 * len(waiting) + sum(steps)
    for own, given_to in zip(waiting, moments, strict=True):
        if fits:
            assert given_to >= at(own)
    if fits:
        assert all(b - a >= timedelta(seconds=30) for a, b in pairwise(moments))


def test_an_added_topic_follows_at_the_distance_of_the_last_two() -> None:
    assert appended(at(20), [at(0), at(20)], at(5), at(60)) == at(40)


def test_an_added_topic_follows_a_single_one_after_ten_minutes() -> None:
    assert appended(at(0), [at(0)], at(1), at(60)) == at(10)


def test_an_added_topic_comes_halfway_to_the_end_where_the_distance_is_too_long() -> None:
    assert appended(at(40), [at(0), at(40)], at(5), at(60)) == at(50)


def test_an_added_topic_comes_at_once_where_its_moment_has_passed_or_it_is_the_only_one() -> None:
    assert appended(at(10), [at(0), at(10)], at(30), at(60)) == at(30)
    assert appended(None, [], at(30), at(60)) == at(30)
