"""What can be counted of a serving process, in Prometheus's text; of platforms, never of people.

Nothing here is on anybody's way while it is switched off: what is measured between a signal and
its commit a runner of its own measures (`Measured`), and the rest is read when somebody asks.
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import Future
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from prometheus_client import (
    CONTENT_TYPE_PLAIN_1_0_0,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.engine import signals
from bot.engine.errors import Refused
from bot.engine.events import TopicPosted
from bot.engine.signals import Signal, Speech
from bot.runner import Outcome, Runner, Store
from bot.store import waiting
from bot.store.waiting import Queued

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


class Watched(Protocol):
    """A platform outside of this process."""

    @property
    def is_connected(self) -> bool:
        """Whether actions can be performed there."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether everything that was said there is known."""
        ...

    @property
    def connections(self) -> int:
        """How often it came to be connected."""
        ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is read when somebody asks; `queued` is None where the store did not answer."""

    queued: Mapping[str, Queued] | None
    stages: Mapping[str, int]
    overdue: int
    platforms: Mapping[str, Watched]
    rang: float | None  # seconds since the alarm rang
    at: datetime


class Metrics:
    """The metrics of a process, in a registry of its own. `tick` tells seconds that only grow."""

    def __init__(self, tick: Callable[[], float], clock: Callable[[], datetime]) -> None:
        self._tick = tick
        self._clock = clock
        self._registry = registry = CollectorRegistry()
        self.messages = Counter(
            "rounds_messages",
            "Messages, edits, deletions and reactions that were committed.",
            ("platform", "kind"),
            registry=registry,
        )
        self.failed = Counter(
            "rounds_messages_failed",
            "The same that could not be committed.",
            ("platform",),
            registry=registry,
        )
        self.ingest = Histogram(
            "rounds_ingest_seconds",
            "From the moment in which a message was taken in to its commit.",
            ("platform",),
            buckets=INGEST,
            registry=registry,
        )
        self.lateness = Histogram(
            "rounds_topic_lateness_seconds",
            "How long after its moment a topic stood in a room.",
            ("platform",),
            buckets=LATENESS,
            registry=registry,
        )
        self.commits = Counter("rounds_commits", "Transactions of signals.", registry=registry)
        self._lag = Histogram(
            "rounds_event_loop_lag_seconds",
            "How late what was to happen on the event loop happened there.",
            buckets=LAG,
            registry=registry,
        )
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._table = _Table()
        registry.register(self._table)
        self._writing = asyncio.Lock()

    def runner(self, store: Store) -> Runner:
        """Return a runner that measures what passes through it."""
        runner = Measured(store, self, self._tick)
        runner.watch(lambda _changed: self.commits.inc())
        return runner

    async def write(
        self,
        store: Store,
        platforms: Mapping[str, Watched],
        rang_at: Callable[[], datetime | None],
    ) -> tuple[bytes, str]:
        """Return everything that can be counted now, and which kind of text it is.

        `rang_at` says when the alarm has last rung.
        """
        async with self._writing:
            self._table.seen = await self._look(store, platforms, rang_at())
            return generate_latest(self._registry), CONTENT_TYPE_PLAIN_1_0_0

    async def _look(
        self, store: Store, platforms: Mapping[str, Watched], rang_at: datetime | None
    ) -> _Seen:
        now = self._clock()
        rang = None if rang_at is None else max(0.0, (now - rang_at).total_seconds())
        with contextlib.suppress(Exception):  # the log says what keeps the store from being read
            async with asyncio.timeout(READ_WITHIN.total_seconds()), store.reading() as tables:
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
            self._lag.observe(max(0.0, self._tick() - due))


class Measured(Runner):
    """A runner that measures how long each message takes, and how late topics are."""

    def __init__(self, store: Store, metrics: Metrics, tick: Callable[[], float]) -> None:
        super().__init__(store)
        self._metrics = metrics
        self._tick = tick
        self._of: dict[str, _Own] = {}

    def take_in(self, signal: Signal, chat: str | None = None) -> Future[Outcome]:
        """Do as every runner does, and measure what people did and topics that came to stand."""
        outcome = super().take_in(signal, chat)
        if isinstance(signal, _Heard):
            own, began = self._own(signal.room.platform), self._tick()
            kind = _KINDS[type(signal)]
            outcome.add_done_callback(lambda done: self._heard(own, kind, began, done))
        elif isinstance(signal, signals.Delivered):
            outcome.add_done_callback(self._delivered)
        return outcome

    def _own(self, platform: str) -> _Own:
        own = self._of.get(platform)
        if own is None:
            own = self._of[platform] = _Own(self._metrics, platform)
        return own

    def _heard(self, own: _Own, kind: str, began: float, done: Future[Outcome]) -> None:
        if done.cancelled():
            return
        failure = done.exception()
        if failure is None:
            own.kinds[kind].inc()
            own.ingest.observe(self._tick() - began)
        elif not isinstance(failure, Refused):
            own.failed.inc()

    def _delivered(self, done: Future[Outcome]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        chat, events = done.result().chat, done.result().events
        for event in events:
            if isinstance(event, TopicPosted) and chat is not None:
                late = (event.at - chat.topics[event.number - 1].due).total_seconds()
                self._own(event.room.platform).lateness.observe(max(0.0, late))


class _Own:
    """A platform's own metrics, looked up once."""

    def __init__(self, metrics: Metrics, platform: str) -> None:
        kinds = set(_KINDS.values())
        self.kinds = {kind: metrics.messages.labels(platform, kind) for kind in kinds}
        self.failed = metrics.failed.labels(platform)
        self.ingest = metrics.ingest.labels(platform)
        self.lateness = metrics.lateness.labels(platform)


class _Table(Collector):
    """Writes down what was read when somebody asked."""

    def __init__(self) -> None:
        self.seen: _Seen | None = None

    def collect(self) -> Iterator[Metric]:
        """Yield what was seen last; nothing before."""
        seen = self.seen
        if seen is None:
            return
        yield _gauge(
            "rounds_store_read", "Whether the store could be read.", seen.queued is not None
        )
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
