"""The alarm with the real scheduler and real time; only what the clock shows is set by hand."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.clockwork.alarm import UNDONE, Alarm
from bot.outages import AFTER_A_FAILURE

SOON = timedelta(seconds=0.3)
HOUR = timedelta(hours=1)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not condition():  # noqa: ASYNC110  what is waited for is no event
        await asyncio.sleep(0.01)


class Bell:
    """Notes when it rings; what it answers, and what happens meanwhile, is told beforehand."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self.rung: list[datetime] = []
        self.answers: list[Callable[[], datetime | None]] = []
        self.ringing = 0
        self.most_at_once = 0
        self.takes_seconds = 0.0
        self.alarm = Alarm(self.ring, self.clock)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.offset

    async def ring(self, now: datetime) -> datetime | None:
        self.ringing += 1
        self.most_at_once = max(self.most_at_once, self.ringing)
        try:
            self.rung.append(now)
            await asyncio.sleep(self.takes_seconds)
            return self.answers.pop(0)() if self.answers else None
        finally:
            self.ringing -= 1

    async def has_rung(self, times: int) -> None:
        """Wait until it has rung so often."""
        await until(lambda: len(self.rung) >= times)

    def fails(self) -> datetime | None:
        raise LookupError("what somebody said")


@pytest.fixture
async def bell() -> AsyncIterator[Bell]:
    bell = Bell()
    yield bell
    with contextlib.suppress(Exception):
        bell.alarm.stop()


async def test_it_rings_at_the_start_and_then_at_the_moment_that_was_named(bell: Bell) -> None:
    due = bell.clock() + SOON
    bell.answers = [lambda: due]
    bell.alarm.start()
    await bell.has_rung(2)
    assert bell.rung[0] < due <= bell.rung[1]


async def test_many_moments_are_each_rung_for_and_none_too_early(bell: Bell) -> None:
    dues = [bell.clock() + SOON * n / 3 for n in range(1, 10)]
    bell.answers = [lambda due=due: due for due in dues]  # type: ignore[misc]
    bell.alarm.start()
    await bell.has_rung(10)
    assert all(due <= rung for due, rung in zip(dues, bell.rung[1:], strict=True))


async def test_without_a_moment_it_is_silent_until_it_is_told_to_ring(bell: Bell) -> None:
    bell.alarm.start()
    await bell.has_rung(1)
    await asyncio.sleep(1.5)
    assert len(bell.rung) == 1
    bell.alarm.now()
    await bell.has_rung(2)


async def test_a_moment_that_has_passed_already_is_rung_for_at_once(bell: Bell) -> None:
    bell.answers = [lambda: bell.clock() - 5 * HOUR]
    bell.alarm.start()
    await bell.has_rung(2)


async def test_a_clock_that_is_set_forward_is_noticed(bell: Bell) -> None:
    due = bell.clock() + HOUR
    bell.answers = [lambda: due]
    bell.alarm.start()
    await bell.has_rung(1)
    bell.offset = HOUR
    async with asyncio.timeout(30):  # looking takes a second; an hour would be too late
        await bell.has_rung(2)
    assert bell.rung[1] >= due


async def test_a_clock_that_is_set_back_delays_what_is_due_by_its_own_time(bell: Bell) -> None:
    due = bell.clock() + SOON
    bell.answers = [lambda: due]
    bell.alarm.start()
    await bell.has_rung(1)
    bell.offset = -HOUR
    await asyncio.sleep(1.5)
    assert len(bell.rung) == 1
    bell.alarm.now()
    await bell.has_rung(2)


async def test_it_rings_again_after_a_failure(bell: Bell, caplog: pytest.LogCaptureFixture) -> None:
    bell.answers = [bell.fails] * 3
    bell.alarm.start()
    for times in (1, 2, 3):
        await bell.has_rung(times)
        await asyncio.sleep(0.1)
        assert len(bell.rung) == times, "but not without a pause"
        bell.offset += AFTER_A_FAILURE
    await bell.has_rung(4)
    await asyncio.sleep(0)
    told = [
        record.getMessage() for record in caplog.records if record.name == "bot.clockwork.alarm"
    ]
    assert told == [f"{UNDONE}: LookupError.", "What is due is done again."]


async def test_what_is_told_while_it_rings_is_rung_for_afterwards(bell: Bell) -> None:
    told = asyncio.Event()

    def tell() -> datetime | None:
        bell.alarm.now()  # something became due just after this ring had looked
        told.set()
        return bell.clock() + HOUR

    bell.answers = [tell]
    bell.alarm.start()
    async with asyncio.timeout(30):
        await told.wait()
        await bell.has_rung(2)


async def test_however_often_it_is_told_a_ring_follows_the_last_time(bell: Bell) -> None:
    bell.takes_seconds = 0.02
    bell.alarm.start()
    for n in range(200):
        last = bell.clock()
        bell.alarm.now()
        await asyncio.sleep(0.001 * (n % 7))
    async with asyncio.timeout(30):
        await until(lambda: bell.rung[-1] >= last)
    assert bell.most_at_once == 1


async def test_a_ring_that_takes_long_is_waited_for_in_silence(
    bell: Bell, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    bell.takes_seconds = 2.5  # the clock is looked at meanwhile
    bell.answers = [bell.clock]
    bell.alarm.start()
    await bell.has_rung(2)
    assert bell.most_at_once == 1
    assert caplog.records == []


async def test_it_may_be_told_before_it_starts(bell: Bell) -> None:
    bell.alarm.now()
    assert bell.rung == []
    bell.alarm.start()
    await bell.has_rung(1)


async def test_after_it_is_stopped_nothing_rings(bell: Bell) -> None:
    bell.answers = [lambda: bell.clock() + SOON]
    bell.alarm.start()
    await bell.has_rung(1)
    bell.alarm.stop()
    bell.alarm.now()
    await asyncio.sleep(1.5)
    assert len(bell.rung) == 1


async def test_stopping_ends_a_ring_that_is_under_way(bell: Bell) -> None:
    bell.takes_seconds = 60
    bell.alarm.start()
    await bell.has_rung(1)
    bell.alarm.stop()
    async with asyncio.timeout(30):
        await until(lambda: not bell.ringing)
