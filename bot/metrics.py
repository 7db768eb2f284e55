"""What can be counted of a serving process, in Prometheus's text; of platforms, never of people.

Nothing here is on anybody's way while it is switched off: what is measured between a signal and
its commit a runner of its own measures (`Measured`), and the rest is read when somebody asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from asyncio import Future
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from prometheus_client import (
    CONTENT_TYPE_PLAIN_1_0_0,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from bot.engine import signals
from bot.engine.errors import Refused
from bot.engine.events import TopicPosted
from bot.engine.signals import Signal, Speech
from bot.intake.runner import Changed, Outcome, Runner, Store
from bot.intake.watch import PATIENTS_ALONE, Lookout
from bot.store import waiting
from bot.store.waiting import Queued
from bot.vitals import Connected

INGEST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LATENESS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 21600.0)
LAG = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""The buckets of the histograms, in seconds."""

LOOKS_EVERY = 0.5
"""Seconds from one look at how late the event loop is to the next."""

OVERDUE_AFTER = timedelta(minutes=1)
READ_WITHIN = timedelta(seconds=5)
"""So long whoever asks waits for the store; the rest is told without it."""

_KINDS: Mapping[type[Signal], str] = {
    signals.Said: "said",
    signals.Edited: "edited",
    signals.Deleted: "deleted",
    signals.Reacted: "reaction",
    signals.ReactionsCleared: "reaction",
}

_Heard = Speech | signals.Reacted | signals.ReactionsCleared


class Watched(Connected, Protocol):
    """A platform outside of this process, and how often it was lost."""

    @property
    def connections(self) -> int:
        """How often it came to be connected."""
        ...


class Rings(Protocol):
    """An alarm, and when it has last rung."""

    @property
    def rang_at(self) -> datetime | None:
        """When everything that was due had last been done; None: not yet."""
        ...


@dataclass(frozen=True, slots=True)
class _House:
    """What is there to be looked at while this process leads."""

    store: Store
    platforms: Mapping[str, Watched]
    alarm: Rings


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is read when somebody asks; `queued` is None where the store did not answer."""

    queued: Mapping[str, Queued] | None
    stages: Mapping[str, int]
    overdue: int
    platforms: Mapping[str, Watched]
    rang: float | None  # seconds since the alarm rang
    at: datetime


class Buckets:
    """A histogram: how many lengths of time, in seconds, fell into each bucket."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count one; one that is at a bound is below it."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds

    def cumulated(self) -> list[tuple[str, float]]:
        """Return for each bound, and without one, how many there were up to it."""
        bounds = [*map(floatToGoString, self._bounds), "+Inf"]
        return list(zip(bounds, itertools.accumulate(map(float, self._counts)), strict=True))


class Tally:
    """What is counted of one platform."""

    def __init__(self) -> None:
        self.kinds = dict.fromkeys(_KINDS.values(), 0)
        self.failed = 0
        self.ingest = Buckets(INGEST)
        self.lateness = Buckets(LATENESS)


class Metrics(Collector):
    """The metrics of a process, in a registry of its own. `tick` tells seconds that only grow.

    What is counted on the way of messages are plain numbers: the library's own take a lock each.
    """

    def __init__(self, tick: Callable[[], float], clock: Callable[[], datetime]) -> None:
        self._tick = tick
        self._clock = clock
        self._tallies: dict[str, Tally] = {}
        self._commits = 0
        self._lag = Buckets(LAG)
        self._house: _House | None = None
        self._seen: _Seen | None = None
        self._writing = asyncio.Lock()
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def of(self, platform: str) -> Tally:
        """Return where a platform is counted."""
        found = self._tallies.get(platform)
        if found is None:
            found = self._tallies[platform] = Tally()
        return found

    def runner(self, store: Store, lookout: Lookout = PATIENTS_ALONE) -> Runner:
        """Return a runner that measures what passes through it."""
        runner = Measured(store, self, self._tick, lookout)
        runner.watch(self._committed)
        return runner

    def _committed(self, _changed: Changed) -> None:
        self._commits += 1

    @contextlib.contextmanager
    def of_a_house(
        self, store: Store, platforms: Mapping[str, Watched], alarm: Rings
    ) -> Iterator[None]:
        """Look at what a house has, too, while the block runs: this process leads meanwhile."""
        self._house = _House(store, platforms, alarm)
        try:
            yield
        finally:
            self._house = None

    async def write(self) -> tuple[bytes, str]:
        """Return everything that can be counted now, and which kind of text it is."""
        async with self._writing:
            self._seen = None if self._house is None else await self._look(self._house)
            return generate_latest(self._registry), CONTENT_TYPE_PLAIN_1_0_0

    async def _look(self, house: _House) -> _Seen:
        now, rang_at, platforms = self._clock(), house.alarm.rang_at, house.platforms
        rang = None if rang_at is None else max(0.0, (now - rang_at).total_seconds())
        within = asyncio.timeout(READ_WITHIN.total_seconds())
        with contextlib.suppress(Exception):  # the log says what keeps the store from being read
            async with within, house.store.reading() as tables:
                found = await waiting.queued(tables.connection)
                stages = await waiting.stages(tables.connection)
                overdue = len(await waiting.overdue(tables.connection, now - OVERDUE_AFTER))
            return _Seen(found, stages, overdue, platforms, rang, now)
        return _Seen(None, {}, 0, platforms, rang, now)

    async def keep_pace(self) -> None:
        """Look how late the event loop is, until cancelled."""
        while True:
            due = self._tick() + LOOKS_EVERY
            await asyncio.sleep(LOOKS_EVERY)
            self._lag.add(max(0.0, self._tick() - due))

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted and what was seen last, for the library."""
        yield CounterMetricFamily("rounds_commits", "Transactions of signals.", value=self._commits)
        yield from _of_messages(self._tallies)
        told = "How late what was to happen on the event loop happened there."
        yield HistogramMetricFamily(
            "rounds_event_loop_lag_seconds", told, self._lag.cumulated(), self._lag.total
        )
        leads = self._seen is not None
        yield _gauge("rounds_leads", "Whether this process serves the store.", leads)
        if self._seen is not None:
            yield from _of_moment(self._seen)


class Measured(Runner):
    """A runner that measures how long each message takes, and how late topics are."""

    def __init__(
        self, store: Store, metrics: Metrics, tick: Callable[[], float], lookout: Lookout
    ) -> None:
        super().__init__(store, lookout)
        self._metrics = metrics
        self._tick = tick

    def take_in(self, signal: Signal, chat: str | None = None) -> Future[Outcome]:
        """Do as every runner does, and measure what people did and topics that came to stand."""
        outcome = super().take_in(signal, chat)
        if isinstance(signal, _Heard):
            tally = self._metrics.of(signal.room.platform)
            kind = _KINDS[type(signal)]
            outcome.add_done_callback(partial(self._heard, tally, kind, self._tick()))
        elif isinstance(signal, signals.Delivered):
            outcome.add_done_callback(self._delivered)
        return outcome

    def _heard(self, tally: Tally, kind: str, began: float, done: Future[Outcome]) -> None:
        if done.cancelled():
            return
        failure = done.exception()
        if failure is None:
            tally.kinds[kind] += 1
            tally.ingest.add(self._tick() - began)
        elif not isinstance(failure, Refused):
            tally.failed += 1

    def _delivered(self, done: Future[Outcome]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        chat, events = done.result().chat, done.result().events
        for event in events:
            if isinstance(event, TopicPosted) and chat is not None:
                late = (event.at - chat.topics[event.number - 1].due).total_seconds()
                self._metrics.of(event.room.platform).lateness.add(max(0.0, late))


def _of_messages(tallies: Mapping[str, Tally]) -> Iterator[Metric]:
    told = "Messages, edits, deletions and reactions that were committed."
    messages = CounterMetricFamily("rounds_messages", told, labels=("platform", "kind"))
    told = "The same that could not be committed."
    failed = CounterMetricFamily("rounds_messages_failed", told, labels=("platform",))
    told = "From the moment in which a message was taken in to its commit."
    ingest = HistogramMetricFamily("rounds_ingest_seconds", told, labels=("platform",))
    told = "How long after its moment a topic stood in a room."
    lateness = HistogramMetricFamily("rounds_topic_lateness_seconds", told, labels=("platform",))
    for platform, tally in tallies.items():
        for kind, count in tally.kinds.items():
            messages.add_metric((platform, kind), count)
        failed.add_metric((platform,), tally.failed)
        for family, one in ((ingest, tally.ingest), (lateness, tally.lateness)):
            family.add_metric((platform,), one.cumulated(), one.total)
    yield from (messages, failed, ingest, lateness)


def _of_moment(seen: _Seen) -> Iterator[Metric]:
    yield _gauge("rounds_store_read", "Whether the store could be read.", seen.queued is not None)
    if seen.rang is not None:
        yield _gauge("rounds_alarm_age_seconds", "How long ago the alarm rang.", seen.rang)
    yield from _of_platforms(seen.platforms)
    if seen.queued is not None:
        yield from _of_store(seen, seen.queued)


def _of_platforms(platforms: Mapping[str, Watched]) -> Iterator[Metric]:
    rows = platforms.items()
    told = "Whether posts go out."
    yield _by("platform", "rounds_platform_connected", told, ((n, p.is_connected) for n, p in rows))
    told = "Whether everything that was said there is known."
    yield _by("platform", "rounds_platform_current", told, ((n, p.is_current) for n, p in rows))
    reconnects = CounterMetricFamily(
        "rounds_platform_reconnects", "Connections after the first.", labels=("platform",)
    )
    for name, platform in rows:
        reconnects.add_metric((name,), max(0, platform.connections - 1))
    yield reconnects


def _of_store(seen: _Seen, queued: Mapping[str, Queued]) -> Iterator[Metric]:
    nothing = Queued(0, seen.at)
    everywhere = dict.fromkeys(("local", *seen.platforms), nothing) | dict(queued)
    told = "Actions that wait in the outbox."
    counts = ((name, one.waiting) for name, one in everywhere.items())
    yield _by("platform", "rounds_outbox_waiting", told, counts)
    told = "How long the first of them has waited."
    ages = (
        (name, max(0.0, (seen.at - one.since).total_seconds())) for name, one in everywhere.items()
    )
    yield _by("platform", "rounds_outbox_oldest_seconds", told, ages)
    chats = {"planned": 0, "open": 0, "closed": 0} | dict(seen.stages)
    yield _by("stage", "rounds_chats", "Chats in each stage.", chats.items())
    yield _gauge("rounds_chats_overdue", "Chats whose moment passed a minute ago.", seen.overdue)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _by(label: str, name: str, told: str, rows: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=(label,))
    for value, number in rows:
        family.add_metric((value,), number)
    return family
