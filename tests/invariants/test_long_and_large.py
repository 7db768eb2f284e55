"""What is kept in memory and asked of the store stays bounded: over a year, in a crowd, at length.

Counted, not timed; `bench/large.py` measures what it costs.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.agendas.agenda import parse_agenda
from bot.clockwork.catalogue import Catalogue
from bot.clockwork.planner import Planner
from bot.clockwork.ringing import Ringing
from bot.engine.agenda import Series
from bot.engine.people import Person
from bot.engine.signals import Said, StartAsked
from bot.engine.state import Stage
from bot.intake.runner import MOST_AT_ONCE, Changed, Runner
from bot.simulation import Simulation
from bot.store.sqlite import SqliteStore, opened

NOW = datetime(2026, 12, 6, 20, tzinfo=UTC)
DAY = timedelta(days=1)
SERIES = 12
"""Half of them weekly, the others monthly: in a year they are held some 390 times."""


def text(n: int, *, schedule: str = "") -> str:
    """Write the agenda of series `n`."""
    weekday = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")[n % 6]
    every = f"{weekday} at {n % 24:02}:00" if n % 2 else f"first {weekday} at {n % 24:02}:00"
    return (
        f"title: Series {n}\nzone: Europe/Berlin\n{schedule or f'schedule: {{every: {every}}}'}\n"
        f"window: 1h\nrooms: [{{local: r{n}}}]\nmoderators: {{local: [henry]}}\n"
        'reminders: []\ntopics: [{ask: "Why?", after: 0m}]\n'
    )


def series_in(count: int) -> dict[str, Series]:
    return {f"s{n}": parse_agenda(text(n), f"s{n}.yaml") for n in range(count)}


class House:
    """Series on a clock that is moved by hand, with the planner that the program has."""

    def __init__(self, store: SqliteStore, series: dict[str, Series]) -> None:
        self.simulation = Simulation(store, NOW)
        self.series = series
        self.planner = Planner(self.simulation.runner, store, lambda: self.series)

    @property
    def runner(self) -> Runner:
        return self.simulation.runner

    async def passes(self, by: timedelta) -> None:
        """Let time pass; in every chat that opens somebody speaks."""
        end = self.simulation.now + by
        while self.simulation.now < end:
            again_at = await self.planner.plan(self.simulation.now)
            await self.simulation.advance(min(end, again_at or end))

    async def count(self, sql: str) -> int:
        async with self.simulation.store.reading() as tables:
            ((found,),) = await tables.connection.rows(sql)
        return int(found)


@contextlib.asynccontextmanager
async def house(folder: Path, count: int) -> AsyncIterator[House]:
    async with opened(folder / "rounds.db") as store:
        found = House(store, series_in(count))
        async with found.runner.running():
            yield found


def alive() -> Counter[str]:
    """Count the objects that are alive, by their types."""
    gc.collect()
    return Counter(type(one).__qualname__ for one in gc.get_objects())


async def test_what_is_kept_in_memory_does_not_grow_over_a_year(tmp_path: Path) -> None:
    async with house(tmp_path, SERIES) as h:
        kept: list[Counter[str]] = []
        remembered, held = [], []
        for _quarter in range(4):
            await h.passes(91 * DAY)
            kept.append(alive())
            remembered.append(len(h.runner._chats))
            held.append(await h.count("SELECT COUNT(*) FROM chats WHERE stage = 'archived'"))
        assert held[3] > 3 * held[0] > 200, "chats were held in every quarter"
        assert max(remembered) <= 2 * SERIES, "those that are open or planned"
        grown = {
            name: (kept[1][name], count)
            for name, count in kept[3].items()
            if count > kept[1][name] * 1.2 + 60
        }
        assert grown == {}, "of nothing are there more after a year than after half of it"
        assert sum(kept[3].values()) < sum(kept[1].values()) * 1.05
        outbox = h.simulation.outbox
        assert (outbox._serving, outbox._not_before, outbox._why) == ({}, {}, {})
        assert await h.count("SELECT COUNT(*) FROM planned") == SERIES
        assert await h.count("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'") == 0


async def test_a_series_is_looked_at_when_it_changed_and_before_its_next_date_only(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, SERIES) as h:
        again_at = await h.planner.plan(NOW)
        assert again_at is not None
        asked = await statements(h, h.planner.plan(NOW + timedelta(seconds=5)))
        assert len(asked) <= 6, "to begin and to commit twice, and what to look at"
        h.series = h.series | {"s3": parse_agenda(text(3) + "hashtag: '#s3'\n", "s3.yaml")}
        asked = await statements(h, h.planner.plan(NOW + timedelta(seconds=10)))
        assert len(asked) <= 30, "one was looked at"
        asked = await statements(h, h.planner.plan(again_at))
        assert 6 < len(asked) < 30 * SERIES // 4


async def statements(h: House, doing: object) -> list[str]:
    """Return what was asked of the database for something, on all its connections."""
    seen: list[str] = []
    store = h.simulation.store
    assert isinstance(store, SqliteStore)
    assert store._writer is not None
    connections = [store._writer, *store._idle]
    for one in connections:
        await one.set_trace_callback(seen.append)
    await doing  # type: ignore[misc]
    for one in connections:
        await one.set_trace_callback(None)  # type: ignore[arg-type]
    return [sql for sql in seen if not sql.startswith("INSERT INTO planned")]  # one for all


async def test_two_hundred_chats_at_once_are_opened_spoken_in_and_closed(tmp_path: Path) -> None:
    """Each message stands in its own chat; nothing is committed for itself that came together."""
    count = 200
    async with house(tmp_path, 0) as h:
        commits: list[Changed] = []
        h.runner.watch(commits.append)
        henry = Person("local", "henry", "Henry")
        plans = [parse_agenda(text(n), f"s{n}.yaml").agenda for n in range(count)]
        await asyncio.gather(
            *(
                h.runner.handle(StartAsked(NOW, p.rooms[0], henry, f"s{n}-x", f"s{n}", p))
                for n, p in enumerate(plans)
            )
        )
        assert len(commits) <= count // MOST_AT_ONCE + 2
        commits.clear()
        await h.simulation.advance(NOW)
        for burst in range(5):
            commits.clear()
            said = [
                Said(NOW + timedelta(minutes=1 + burst), p.rooms[0], f"m{burst}",
                     Person("local", f"p{n}", f"Person {n}"), "T1: yes")
                for n, p in enumerate(plans)
            ]  # fmt: skip
            await h.simulation.take(said)
            assert len(commits) <= count // MOST_AT_ONCE + 2
        await h.simulation.advance(NOW + timedelta(hours=2))
        assert await h.count("SELECT COUNT(*) FROM chats WHERE stage = 'archived'") == count
        each = "SELECT COUNT(*) FROM (SELECT chat FROM messages WHERE role <> 'bot' GROUP BY chat "
        assert await h.count(f"{each} HAVING COUNT(*) = 5)") == count
        assert len(h.runner._chats) <= count


async def test_open_chats_are_read_when_something_happens_in_them_and_not_at_the_start(
    tmp_path: Path,
) -> None:
    """So a start does not depend on how many there are."""
    count = 300
    plans = [parse_agenda(text(n), f"s{n}.yaml").agenda for n in range(count)]
    henry = Person("local", "henry", "Henry")
    async with house(tmp_path, 0) as h:
        await asyncio.gather(
            *(
                h.runner.handle(StartAsked(NOW, p.rooms[0], henry, f"s{n}-x", f"s{n}", p))
                for n, p in enumerate(plans)
            )
        )
    async with house(tmp_path, count) as again:
        seen = await statements(again, again.planner.follow_agendas(NOW))
        assert len(seen) <= 3, seen
        assert again.runner._chats == {}
        ringing = Ringing(again.runner, again.planner, again.simulation.outbox)
        ringing.replan = False
        await ringing.ring(NOW)
        assert again.runner._chats == {}
        said = Said(NOW, plans[7].rooms[0], "m", Person("local", "ann", "Ann"), "T1: yes")
        outcome = await again.runner.handle(said)
        assert outcome.chat is not None
        assert outcome.chat.stage is Stage.OPEN
        assert list(again.runner._chats) == ["s7-x"]


def read_again(catalogue: Catalogue, seen: Sequence[str]) -> list[str]:
    """Read what has changed; return the names of the series that are other objects than before."""
    before = dict(catalogue.series())
    catalogue.refresh()
    after = catalogue.series()
    return [name for name in seen if before.get(name) is not after.get(name)]


def test_of_many_agendas_only_those_are_read_again_that_changed(tmp_path: Path) -> None:
    count = 100
    for n in range(count):
        (tmp_path / f"s{n}.yaml").write_text(text(n), "utf-8")
    catalogue = Catalogue(tmp_path)
    catalogue.refresh()
    names = list(catalogue.series())
    assert len(names) == count
    assert read_again(catalogue, names) == []
    (tmp_path / "s17.yaml").write_text(text(17) + "hashtag: '#changed'\n", "utf-8")
    assert read_again(catalogue, names) == ["s17"]
