"""Who serves a store: one at a time, and what it takes over of others is only what is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine.actions import Post, PostKind
from bot.engine.agenda import Room
from bot.serving import OnlyOne, Term, first_of, holding, take_over, turn_of
from bot.store import queue
from bot.store.holding import Held, Holder
from bot.store.queue import Lane, Leased
from bot.store.sqlite import SqliteStore, opened

NOW = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
ROOMS = {name: Room("local", name) for name in ("dead", "alive", "own")}


class Waiting(OnlyOne):
    """A candidate whose turn comes after some others'."""

    def __init__(self, others: int) -> None:
        self.others = others

    async def wins(self) -> Term | None:
        self.others -= 1
        return Term() if self.others < 0 else None

    async def gone(self, owners: Collection[str]) -> set[str]:
        return set(owners) - {"alive"}


async def test_one_process_holds_a_file_and_the_next_one_is_refused(tmp_path: Path) -> None:
    here = Holder.here("rounds run", NOW)
    async with holding(tmp_path / "rounds.db", here) as candidate:
        assert await candidate.wins() is not None
        with pytest.raises(Held, match="rounds run, process"):
            async with holding(tmp_path / "rounds.db", here):
                pass
    async with holding(tmp_path / "rounds.db", here) as candidate:
        assert await turn_of(candidate, asyncio.Event()) is not None


async def test_who_stands_by_asks_until_its_turn_comes() -> None:
    assert await turn_of(Waiting(1), asyncio.Event()) is not None


async def test_who_stands_by_and_is_told_to_stop_does_so_at_once() -> None:
    stopped, waiting = asyncio.Event(), Waiting(10_000)
    asked = asyncio.create_task(turn_of(waiting, stopped))
    await asyncio.sleep(0)
    assert waiting.others < 10_000
    stopped.set()
    assert await asked is None
    assert await turn_of(OnlyOne(), stopped) is None


async def test_the_first_of_several_things_is_waited_for() -> None:
    one, other = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(first_of(None, one, other))
    await asyncio.sleep(0)
    assert not waiting.done()
    other.set()
    await waiting
    await first_of(timedelta(milliseconds=1), one)


async def test_when_a_term_is_over_what_must_be_left_is_left_before_anything_else() -> None:
    term, happened = Term(), list[str]()

    async def waits() -> None:
        await term.over.wait()
        happened.append("somebody noticed")

    noticing = asyncio.create_task(waits())
    await asyncio.sleep(0)
    term.leave_first(lambda: happened.append("left"))
    term.end()
    term.end()
    happened.append("then")
    await noticing
    assert happened == ["left", "then", "somebody noticed"]
    assert Term().owner != term.owner


async def leased_by_each(store: SqliteStore, own: str) -> None:
    async with store.writing() as tables:
        for seq, (name, room) in enumerate(ROOMS.items()):
            post = Post(room, PostKind.NOTICE, ("x",))
            await queue.put(tables.connection, [("a-2026-12-07", seq, 0, post)], NOW)
            owner = own if name == "own" else name
            lane = Lane(room, "a-2026-12-07")
            assert isinstance(await queue.lease(tables.connection, lane, NOW, SOON, owner), Leased)


async def test_leases_of_the_dead_are_taken_over_and_no_others(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        term = Term()
        await leased_by_each(store, term.owner)
        assert await take_over(store, term, Waiting(0))
        assert not await take_over(store, term, Waiting(0)), "nothing is left to be taken over"
        somebody_new = Term().owner
        async with store.writing() as tables:
            free = [
                name
                for name, room in ROOMS.items()
                if isinstance(
                    await queue.lease(
                        tables.connection, Lane(room, "a-2026-12-07"), NOW, SOON, somebody_new
                    ),
                    Leased,
                )
            ]
        assert free == ["dead"]


async def test_who_holds_the_file_takes_over_everything_but_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        term = Term()
        await leased_by_each(store, term.owner)
        assert await take_over(store, term, OnlyOne())
        async with store.reading() as tables:
            assert await queue.lessees(tables.connection) == {term.owner}
