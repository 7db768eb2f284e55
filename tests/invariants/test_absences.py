"""A chat in three rooms, across a change of clocks, from which the process is away for a while.

The engine's rules are in `test_overdue.py`; here they hold through planner, store and outbox.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.agendas.agenda import parse_agenda
from bot.clockwork.planner import Planner
from bot.dispatch.outbox import Outbox
from bot.engine.agenda import Room, Series
from bot.engine.commands import parse
from bot.engine.pace import APART
from bot.engine.people import Person
from bot.engine.signals import Asked
from bot.engine.state import Chat, Stage
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Platform
from bot.simulation import Simulation
from bot.store.sqlite import SqliteStore, opened
from tests.channels import Channels

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPENS = datetime(2026, 10, 31, 1, 0, tzinfo=UTC)
"""Friday, 21:00 in New York, whose clocks go back in the second night."""

CLOSES = OPENS + 48 * HOUR
DISCORD, SLACK = Room("discord", "345678901234567890"), Room("slack", "C0123456789")
CHAT = "club-2026-10-30"
HENRY = Person("local", "henry", "Henry")
AGENDA = f"""\
title: The club
zone: America/New_York
schedule: {{every: friday at 21:00}}
window: 48h
rooms: [{{discord: "{DISCORD.name}"}}, {{slack: {SLACK.name}}}, {{local: club}}]
moderators: {{discord: ["user:123456789012345678"], slack: [U0123456789], local: [henry]}}
reminders: [24h, 1h]
topics:
"""


def club(topics: int = 8, apart: str = "6h", window: str = "48h") -> Series:
    hours = int(apart.removesuffix("h")) if apart.endswith("h") else 0
    minutes = int(apart.removesuffix("m")) if apart.endswith("m") else 60 * hours
    asks = "".join(f'  - {{ask: "Question {n}?", after: {minutes * n}m}}\n' for n in range(topics))
    text = AGENDA.replace("window: 48h", f"window: {window}") + asks
    return parse_agenda(text, "club.yaml")


class Life:
    """A house that is stopped and started again; what stands on its platforms stays."""

    def __init__(self, store: SqliteStore, series: Series) -> None:
        self.store = store
        self.series = series
        self.now = OPENS - 30 * HOUR
        self.discord, self.slack = Channels(), Channels()

    async def is_up(self, until: datetime, commands: Sequence[tuple[datetime, str]] = ()) -> None:
        """Start the process, and let it live until then."""
        house = Simulation(self.store, self.now)
        platforms: dict[str, Platform] = {
            "local": LocalRooms(), "discord": self.discord, "slack": self.slack
        }  # fmt: skip
        house.outbox = Outbox(self.store, house.runner, platforms, house.clock)
        planner = Planner(house.runner, self.store, lambda: {"club": self.series})
        stops = sorted([*commands, (until, "")])
        async with house.runner.running():
            await planner.follow_agendas(house.now)
            await house.advance(house.now)
            for stop, command in stops:
                while house.now < stop or command == "":
                    again_at = await planner.plan(house.now)
                    await house.advance(min(stop, again_at or stop))
                    if house.now >= stop:
                        break
                if command:
                    room = Room("local", "club")
                    await house.take([Asked(house.now, room, HENRY, parse(command)[1])])
        self.now = house.now

    async def chat(self) -> Chat:
        async with self.store.reading() as tables:
            found = await tables.chat(CHAT)
        assert found is not None
        return found

    def came(self) -> list[list[tuple[int, datetime]]]:
        """Return which topics came to each platform's room, and when."""
        return [self.discord.topics(DISCORD), self.slack.topics(SLACK)]


LEAVES = [timedelta(hours=hours) for hours in (-26, -2, 0, 5, 11.99, 24, 29, 41, 47.5)]
LENGTHS = [MINUTE, 10 * MINUTE, 3 * HOUR, 20 * HOUR, 3 * DAY, 361 * DAY]
"""A year less four days, so that none of the next year's chats is open then."""


@pytest.mark.parametrize("length", LENGTHS, ids=str)
async def test_whenever_it_was_away_every_topic_comes_once_in_order_and_apart(
    tmp_path: Path, length: timedelta
) -> None:
    for n, leaves in enumerate(LEAVES):
        left, back = OPENS + leaves, OPENS + leaves + length
        async with opened(tmp_path / f"{n}.db") as store:
            life = Life(store, club())
            await life.is_up(left)
            here = len(life.discord.topics(DISCORD))
            life.now = back
            await life.is_up(max(back, CLOSES) + HOUR)
            chat = await life.chat()
            missed = [one.text for one in life.discord.told if "was missed" in one.text]
            if left < OPENS and back >= CLOSES:
                assert chat.stage is Stage.MISSED, leaves
                assert len(missed) == len([t for t in life.slack.told if "was missed" in t.text])
                assert 1 <= len(missed) <= 2, "of fifty chats in a year the last tells of all"
                assert life.came() == [[], []]
                continue
            assert chat.stage is Stage.ARCHIVED, leaves
            assert chat.closed_at == max(CLOSES, back if left < CLOSES else CLOSES)
            for came in life.came():
                check(came, here, back, leaves)


def check(came: list[tuple[int, datetime]], here: int, back: datetime, leaves: timedelta) -> None:
    """See what came to one room."""
    numbers = [number for number, _ in came]
    assert numbers == list(range(1, len(came) + 1)), "each once, in order"
    assert len(came) == (8 if back < CLOSES else here)
    for number, at in came:
        assert OPENS + (number - 1) * 6 * HOUR <= at < CLOSES, "never early, never after the end"
    late = [at for number, at in came[here:] if OPENS + (number - 1) * 6 * HOUR < back]
    assert late[:1] == ([back] if late else []), f"the first at once, away from {leaves}"
    room_left = CLOSES - back > APART * 9
    gaps = [b - a for a, b in itertools.pairwise(at for _, at in came[here:])]
    assert all(gap >= APART for gap in gaps) or not room_left, "no flood"


async def test_thirty_topics_in_an_hour_after_ten_minutes_away(tmp_path: Path) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        life = Life(store, club(30, "2m", "1h"))
        await life.is_up(OPENS + 5 * MINUTE)
        life.now = OPENS + 15 * MINUTE
        await life.is_up(OPENS + 2 * HOUR)
        for came in life.came():
            assert [number for number, _ in came] == list(range(1, 31))
            minutes = [(at - OPENS) / MINUTE for _, at in came]
            assert minutes[:10] == [0, 2, 4, 15, 17, 19, 21, 23, 24, 25]
            assert minutes[-1] == 58


async def test_a_chat_that_was_paused_stays_paused_and_an_extended_one_keeps_its_new_end(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path / "rounds.db") as store:
        life = Life(store, club(window="12h", topics=4, apart="3h"))
        commands = [(OPENS + HOUR, "pause"), (OPENS + 2 * HOUR, "extend 6h")]
        await life.is_up(OPENS + 2.5 * HOUR, commands)
        life.now = OPENS + 8 * HOUR
        await life.is_up(OPENS + 10 * HOUR)
        assert [number for number, _ in life.came()[0]] == [1], "it is still paused"
        await life.is_up(OPENS + 11 * HOUR, [(OPENS + 10.5 * HOUR, "resume")])
        life.now = OPENS + 13 * HOUR  # away over what was its end before
        await life.is_up(OPENS + 20 * HOUR)
        hours = [(at - OPENS) / HOUR for _, at in life.came()[1]]
        assert hours == pytest.approx([0, 10.5, 10.5 + 2 / 60, 10.5 + 4 / 60])
        assert (await life.chat()).closed_at == OPENS + 18 * HOUR
