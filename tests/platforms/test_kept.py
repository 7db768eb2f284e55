"""What was answered is kept, what many want to know is asked once, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.kept import ASKED_AGAIN_AFTER, Kept

HOUR = timedelta(hours=1)


class Oracle:
    """Answers a key with how often it was asked; holds back what is in `held`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 7, tzinfo=UTC)
        self.asked: Counter[str] = Counter()
        self.silent = False
        self.held = asyncio.Event()
        self.held.set()
        self.kept = Kept(self.answer, HOUR, 3, lambda: self.now)

    async def answer(self, key: str) -> str | None:
        self.asked[key] += 1
        await self.held.wait()
        if key == "odd":
            raise ValueError("what Ann said")
        return None if self.silent else f"{key}{self.asked[key]}"


@pytest.fixture
async def oracle() -> AsyncIterator[Oracle]:
    found = Oracle()
    yield found
    await found.kept.close()


async def test_an_answer_is_kept_for_its_time(oracle: Oracle) -> None:
    assert await oracle.kept.get("a", 1) == "a1"
    oracle.now += HOUR - timedelta(seconds=1)
    assert await oracle.kept.get("a", 1) == "a1"
    oracle.now += timedelta(seconds=1)
    assert await oracle.kept.get("a", 1) == "a2"
    assert oracle.asked == {"a": 2}


async def test_what_many_want_at_once_is_asked_once(oracle: Oracle) -> None:
    oracle.held.clear()
    waiting = [asyncio.create_task(oracle.kept.get("a", 5)) for _ in range(50)]
    await asyncio.sleep(0.01)
    oracle.held.set()
    assert await asyncio.gather(*waiting) == ["a1"] * 50
    assert oracle.asked == {"a": 1}


async def test_whoever_waits_no_longer_has_nothing_and_the_answer_comes_for_the_next(
    oracle: Oracle,
) -> None:
    oracle.held.clear()
    assert await oracle.kept.get("a", 0.01) is None
    waiting = asyncio.create_task(oracle.kept.get("a", 5))
    await asyncio.sleep(0)
    waiting.cancel()
    oracle.held.set()
    assert await oracle.kept.get("a", 5) == "a1"
    assert oracle.asked == {"a": 1}


async def test_what_was_answered_before_holds_while_there_is_no_answer(oracle: Oracle) -> None:
    assert await oracle.kept.get("a", 1) == "a1"
    oracle.now += HOUR
    oracle.held.clear()
    assert await oracle.kept.get("a", 0.01) == "a1"
    oracle.silent = True
    oracle.held.set()
    assert await oracle.kept.get("a", 1) == "a1"
    assert await oracle.kept.get("a", 1) == "a1"
    assert oracle.asked == {"a": 2}


async def test_what_is_not_answered_is_asked_again_after_a_minute(oracle: Oracle) -> None:
    oracle.silent = True
    assert await oracle.kept.get("a", 1) is None
    oracle.silent = False
    oracle.now += ASKED_AGAIN_AFTER - timedelta(seconds=1)
    assert await oracle.kept.get("a", 1) is None
    oracle.now += timedelta(seconds=1)
    assert await oracle.kept.get("a", 1) == "a2"


async def test_an_answer_that_cannot_be_read_is_none_and_its_words_are_in_no_log(
    oracle: Oracle, caplog: pytest.LogCaptureFixture
) -> None:
    assert await oracle.kept.get("odd", 1) is None
    assert "ValueError" in caplog.text
    assert "Ann" not in caplog.text


async def test_what_changed_is_asked_anew(oracle: Oracle) -> None:
    oracle.kept.forget("a")
    assert await oracle.kept.get("a", 1) == "a1"
    oracle.kept.forget("a")
    oracle.held.clear()
    assert await oracle.kept.get("a", 0.01) == "a1"
    oracle.held.set()
    assert await oracle.kept.get("a", 1) == "a2"


async def test_as_many_are_kept_as_are_allowed_those_that_were_wanted_last(oracle: Oracle) -> None:
    for key in ("a", "b", "c", "a", "d"):
        await oracle.kept.get(key, 1)
    assert len(oracle.kept) == 3
    for key in ("c", "a", "d"):
        await oracle.kept.get(key, 1)
    assert oracle.asked == {"a": 1, "b": 1, "c": 1, "d": 1}
    await oracle.kept.get("b", 1)
    assert oracle.asked["b"] == 2


async def test_closing_ends_what_is_asked(oracle: Oracle) -> None:
    oracle.held.clear()
    assert await oracle.kept.get("a", 0.01) is None
    await oracle.kept.close()
    assert len(asyncio.all_tasks()) == 1


async def test_it_is_known_what_needs_no_asking(oracle: Oracle) -> None:
    assert not oracle.kept.knows("a")
    await oracle.kept.get("a", 1)
    assert oracle.kept.knows("a")
    oracle.kept.forget("a")
    assert not oracle.kept.knows("a")
    await oracle.kept.get("a", 1)
    oracle.now += HOUR
    assert not oracle.kept.knows("a")
    assert set(oracle.asked) == {"a"}, "to look asks nobody"
