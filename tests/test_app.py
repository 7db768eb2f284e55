"""The house put together: what the alarm does, and a process whose agendas change."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.agendas.agenda import parse_agenda
from bot.app import RINGS_EVERY, Ringing, pass_over_what_stays
from bot.engine.signals import StartAsked
from bot.planner import Planner
from tests.house import START, House, house, moderator, room_of, urojc
from tests.invariants.process import Process, program

HOUR = timedelta(hours=1)


class Stumbling(Planner):
    """A planner that can be made to fail, as one whose store does not answer."""

    planned = 0
    fails = False

    async def plan(self, now: datetime) -> datetime | None:
        self.planned += 1
        if self.fails:
            raise LookupError("the store does not answer")
        return await super().plan(now)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; the test's time limit is the only one."""
    while not condition():  # noqa: ASYNC110  it may happen in another process
        await asyncio.sleep(0.01)


def ringing(h: House) -> tuple[Ringing, Stumbling]:
    planner = Stumbling(h.runner, h.store, h.catalogue)
    return Ringing(h.runner, planner, h.outbox), planner


# ---------------------------------------------------------------- what the alarm does


async def test_a_ring_does_what_is_due_and_names_the_next_moment(tmp_path: Path) -> None:
    weekly = parse_agenda(
        "title: A club\nzone: UTC\nschedule: {every: monday at 08:00}\nwindow: 1h\n"
        "rooms: [{local: club}]\ntopics: {every: 20m, ask: [First, Second]}\nreminders: []\n",
        "club.yaml",
    )
    async with house(tmp_path, weekly, now=START - 24 * HOUR) as h:
        ring, planner = ringing(h)
        moments = []
        moment: datetime | None = h.clock()
        while moment is not None and moment < START + 20 * HOUR:
            h.clock.set(moment)
            again = await ring.ring(moment)
            assert again == moment + RINGS_EVERY, "for another process may have died"
            moment = await ring.next_moment(h.clock())
            moments.append(moment)
        opens_at = START + 12 * HOUR
        assert moments == [
            opens_at - 24 * HOUR - timedelta(minutes=5),  # the chat is planned
            opens_at,
            opens_at + timedelta(minutes=20),
            opens_at + HOUR,
            opens_at + 6 * 24 * HOUR - timedelta(minutes=5),  # the next week's
        ]
        assert planner.planned == 2
        assert (await h.chat("club-2026-12-07")).closed_at == opens_at + HOUR


async def test_topics_come_though_nothing_can_be_planned(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        ring, planner = ringing(h)
        series = urojc()
        start = StartAsked(START, room_of(series), moderator(series), "a", "urojc", series.agenda)
        await h.runner.handle(start)
        planner.fails = True
        h.clock.advance(6 * HOUR)
        for times in (1, 2):
            with pytest.raises(LookupError):
                await ring.ring(h.clock())
            assert planner.planned == times, "it is tried again"
        assert (await h.chat("a")).topics[1].opened_at == h.clock()
        planner.fails = False
        await ring.ring(h.clock())
        assert await ring.next_moment(h.clock()) == START + 12 * HOUR
        await ring.ring(h.clock())
        assert planner.planned == 3, "once it succeeds, that is enough"


async def test_what_changes_while_it_is_planned_is_planned_again(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        ring, planner = ringing(h)
        waiting = asyncio.create_task(ring.ring(h.clock()))
        await until(lambda: planner.planned > 0)
        ring.replan = True
        await waiting
        await ring.ring(h.clock())
        assert planner.planned == 2


async def test_a_ring_comes_at_the_next_moment_if_that_is_near(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        ring, _ = ringing(h)
        assert await ring.ring(h.clock()) == h.clock() + RINGS_EVERY
        await h.plan(urojc(), h.clock() + timedelta(seconds=2))
        assert await ring.ring(h.clock()) == h.clock() + timedelta(seconds=2)


# ---------------------------------------------------------------- the process


def test_the_garbage_collector_passes_over_what_was_made_before() -> None:
    made = [["before"]]
    try:
        pass_over_what_stays()
        looked_at = [id(one) for one in gc.get_objects()]
        assert id(made) not in looked_at
        assert len(looked_at) < gc.get_freeze_count()
    finally:
        gc.unfreeze()
    assert id(made) in [id(one) for one in gc.get_objects()]


AGENDA = """\
title: {title}
zone: UTC
starts: 2099-01-01 12:00
window: 2h
rooms: [{{local: {room}}}]
moderators: {{local: [henry]}}
topics: [{{ask: "First?", after: 0m}}]
"""


@contextlib.asynccontextmanager
async def club(folder: Path) -> AsyncIterator[Process]:
    async with program(folder) as process:
        write(process, "club", AGENDA.format(title="A club", room="club"))
        await process.start()
        yield process


def write(process: Process, name: str, text: str) -> None:
    (process.chats / f"{name}.yaml").write_text(text, "utf-8")


async def test_agendas_that_change_are_taken_over_while_it_runs_and_wrong_ones_are_not(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as process, process.moderator() as henry:

        async def listed() -> str:
            await asyncio.sleep(1)  # nobody may ask too fast
            return (await henry.say("club", "/chat list")).words

        async def listing(words: str) -> None:
            while words not in await listed():
                pass

        assert (await henry.get("/rooms/second")).status == 404
        write(process, "second", AGENDA.format(title="A second", room="second"))
        await listing("second: A second opens")
        assert (await henry.get("/rooms/second")).status == 200

        write(process, "club", AGENDA.format(title="B club", room="club").replace("zone:", "zon:"))
        await until(lambda: "club.yaml:2:1: " in process.log.read_text())
        assert "club: A club opens" in await listed()
        assert "A club is open" in (await henry.say("club", "/chat start club")).words

        write(process, "club", AGENDA.format(title="C club", room="club"))
        (process.chats / "second.yaml").unlink()
        await listing("club: C club opens")
        assert "second" not in await listed()
        assert await process.stop() == 0


async def test_told_to_stop_as_soon_as_it_listens_it_ends_well(tmp_path: Path) -> None:
    async with club(tmp_path) as process:
        assert await process.stop() == 0
        assert not (process.data / "rounds.db-wal").exists(), "the store was closed"


async def test_a_second_one_at_the_same_address_leaves_the_first_one_alone(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as process, process.moderator() as henry:
        await henry.say("club", "/chat start club")
        (tmp_path / "other").mkdir()
        second = Process(tmp_path / "other")
        second.port = process.port
        with pytest.raises(AssertionError, match="is taken by another program"):
            await second.start()
        assert "A club" in (await henry.say("club", "/chat status")).words
        assert process.rows("SELECT COUNT(*) FROM messages") == [(2,)]
