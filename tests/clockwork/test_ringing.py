"""What is done when the alarm rings."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.agendas.agenda import parse_agenda
from bot.clockwork.planner import Planner
from bot.clockwork.ringing import RINGS_EVERY, Ringing
from bot.engine.signals import StartAsked
from tests.house import START, House, house, moderator, room_of, urojc

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


def ringing(h: House) -> tuple[Ringing, Stumbling]:
    planner = Stumbling(h.runner, h.store, h.catalogue)
    return Ringing(h.runner, planner, h.outbox), planner


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
        while planner.planned == 0:  # noqa: ASYNC110  what is waited for is no event
            await asyncio.sleep(0)
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
