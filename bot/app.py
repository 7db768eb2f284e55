"""Puts the rooms of the house together."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import logging
import shlex
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.clock import clock, tick
from bot.clockwork.alarm import Alarm
from bot.clockwork.calendar import Calendar
from bot.clockwork.catalogue import Catalogue
from bot.clockwork.planner import Planner
from bot.clockwork.rereading import refresh, reread
from bot.clockwork.ringing import Ringing
from bot.desk.asking import Desk, WayIn
from bot.desk.door import HouseDoor
from bot.desk.signposts import Signposts
from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.engine.agenda import Room
from bot.engine.errors import RoundsError
from bot.engine.people import Person
from bot.intake.runner import Changed, Runner, Store
from bot.intake.watch import lookout
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Hook, Outer
from bot.serving import (
    Candidate,
    Term,
    first_of,
    holding,
    keep_taking_over,
    pass_over_what_stays,
    take_over,
    turn_of,
)
from bot.settings import Settings
from bot.store import presence
from bot.store.errors import Unavailable
from bot.store.opening import opened
from bot.vitals import Watch
from bot.web import health
from bot.web.access import Access
from bot.web.passes import Pass
from bot.web.site import House, site
from bot.web.standby import standby
from bot.web.ways_in import moderator_lines, room_lines

if TYPE_CHECKING:
    from bot.metrics import Metrics

log = logging.getLogger(__name__)

ENDS_WITHIN = timedelta(seconds=2)
"""How long requests that are under way may take when the process is told to stop."""


async def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve rooms and pages, open and close chats, until told to stop.

    One process serves a store at a time. `say` prints a line for whoever started the process.
    Raises StoreError where the store cannot be opened or another process holds it, and OSError
    where the address is taken.
    """
    stopped = _told_to_stop()
    _load_platforms(settings)
    async with _candidate(settings) as candidate, _measured(settings) as metrics:
        while (term := await _turn(settings, candidate, stopped, say)) is not None:
            try:
                await _lead(settings, candidate, metrics, term, stopped, say)
            except Unavailable as away:
                log.error("This process cannot lead now: %s", away)
            finally:
                await candidate.leave()


async def _turn(
    settings: Settings,
    candidate: Candidate,
    stopped: asyncio.Event,
    say: Callable[[str], None],
) -> Term | None:
    """Wait until this process may serve, and say meanwhile that another one does; None: stop."""
    if stopped.is_set():
        return None  # also where it would win again
    term = await candidate.wins()
    if term is not None:
        return term
    async with _listening(standby(settings.url), settings):
        leader = await candidate.leader()
        log.info("This process stands by: %s", leader)
        say(f"Standing by: {leader}")
        return await turn_of(candidate, stopped)


async def _lead(
    settings: Settings,
    candidate: Candidate,
    metrics: Metrics | None,
    term: Term,
    stopped: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    """Serve until told to stop, or until the term is over."""
    async with opened(settings.where) as store:
        try:
            async with _house(settings, store, candidate, metrics, term, say):
                log.info("This process leads.")
                pass_over_what_stays()
                await first_of(None, stopped, term.over)
                if not stopped.is_set():
                    log.warning("This process leads no longer: the database did not hear of it.")
        finally:
            await candidate.leave()  # the last thing is committed, and another one may wait


def _told_to_stop() -> asyncio.Event:
    """Return what is set when the process is told to end."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    return stopped


def _candidate(settings: Settings) -> AbstractAsyncContextManager[Candidate]:
    """Return what says whether this process serves."""
    here, where = settings.served_by(clock()), settings.where
    if isinstance(where, Path):
        return holding(where, here)
    from bot.succession import standing  # noqa: PLC0415  most have no need of it

    return standing(where, here)


@contextlib.asynccontextmanager
async def _house(
    settings: Settings,
    store: Store,
    candidate: Candidate,
    metrics: Metrics | None,
    term: Term,
    say: Callable[[str], None],
) -> AsyncIterator[None]:
    """Let everything in the house be at work for a block."""
    catalogue = Catalogue(settings.chats)
    await asyncio.to_thread(refresh, catalogue)
    await take_over(store, term, candidate)
    async with store.writing() as tables:
        access = await Access.of(tables)
        await presence.tell(tables.connection, settings.served_by(clock()))
    parts = _parts(settings, store, catalogue, access, metrics, term)
    async with parts.runner.running(), _background(parts.outbox.run()):
        await parts.planner.follow_agendas(clock())
        watch = Watch(store, parts.runner, lambda: parts.alarm.rang_at, parts.outer, clock)
        pages = site(parts.house, _hooks(parts.outer), health.routes(watch.look))
        async with _listening(pages, settings), contextlib.AsyncExitStack() as running:
            await _begin(running, [one.run() for one in parts.outer.values()])
            running.push_async_callback(watch.end)
            if metrics is not None:
                running.enter_context(metrics.of_a_house(store, parts.outer, parts.alarm))
            leases = keep_taking_over(store, term, candidate, parts.outbox.look_anew)
            await _begin(running, [parts.calendar.run(), leases])
            parts.alarm.start()
            running.callback(parts.alarm.stop)
            _announce(catalogue, access, settings, say)
            await _begin(running, [reread(catalogue, functools.partial(_take_over, parts))])
            yield


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the house is made of, put together and not yet at work."""

    runner: Runner
    outbox: Outbox
    outer: Mapping[str, Outer]
    calendar: Calendar
    planner: Planner
    ringing: Ringing
    alarm: Alarm
    house: House


def _parts(
    settings: Settings,
    store: Store,
    catalogue: Catalogue,
    access: Access,
    metrics: Metrics | None,
    term: Term,
) -> _Parts:
    """Put the house together."""

    def way_in(person: Person, room: Room, now: datetime) -> WayIn:
        return access.way_in(Pass.of(person, room), settings.url, now)

    def connected(name: str) -> None:
        outbox.reach(name)
        alarm.now()
        calendar.connected(name)

    def notice(changed: Changed) -> None:
        if changed.chats:
            alarm.now()
            calendar.poke()
        if changed.actions:
            outbox.poke()

    make = Runner if metrics is None else metrics.runner
    runner = make(store, lookout())
    signposts = Signposts()
    desk = Desk(runner, store, catalogue.series, way_in, signposts.words)
    enclosures = Enclosures(store, runner)
    signposts.join({"local": LocalRooms(settings.url)})
    outbox = Outbox(
        store, runner, signposts.platforms, clock, enclose=enclosures.of, owner=term.owner
    )
    term.leave_first(outbox.halt)
    door = HouseDoor(desk, outbox, enclosures, clock)
    outer = _outer(settings, door, catalogue, connected)
    signposts.join(outer)
    calendar = Calendar(store, catalogue.series, outer, clock, catalogue.unreadable)
    planner = Planner(runner, store, catalogue.series, catalogue.unreadable)
    ringing = Ringing(runner, planner, outbox, outer)
    alarm = Alarm(ringing.ring, clock)
    runner.watch(notice)
    house = House(
        runner, store, desk, access, catalogue.series, clock, settings.url, signposts.words
    )
    return _Parts(runner, outbox, outer, calendar, planner, ringing, alarm, house)


def _load_platforms(settings: Settings) -> None:
    """Load the libraries of platforms beforehand: it takes long, and who leads must be heard of."""
    if settings.discord_token:
        importlib.import_module("bot.platforms.discord.adapter")
    if settings.slack_bot_token:
        importlib.import_module("bot.platforms.slack.adapter")


def _outer(
    settings: Settings,
    door: HouseDoor,
    catalogue: Catalogue,
    changed: Callable[[str], None],
) -> dict[str, Outer]:
    """Return the platforms for which there are secrets, by name.

    Their libraries take half a second each, so they are imported where they are needed.
    """
    outer: dict[str, Outer] = {}
    if settings.discord_token:
        from bot.platforms.discord.adapter import Discord  # noqa: PLC0415

        changed_there = functools.partial(changed, "discord")
        api = settings.discord_api
        outer["discord"] = Discord(settings.discord_token, door, clock, changed_there, api)
    if settings.slack_bot_token:
        from bot.platforms.slack.adapter import Secrets, Slack  # noqa: PLC0415

        given = Secrets(
            settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret
        )
        changed_there = functools.partial(changed, "slack")
        api = settings.slack_api
        outer["slack"] = Slack(given, door, clock, changed_there, catalogue.slack_groups, api)
    return outer


def _hooks(outer: Mapping[str, Outer]) -> dict[str, Hook]:
    """Return what answers at which path, where a platform calls us."""
    return {path: hook for platform in outer.values() for path, hook in platform.hooks.items()}


def _announce(
    catalogue: Catalogue, access: Access, settings: Settings, say: Callable[[str], None]
) -> None:
    """Print where the rooms are, and a link for each moderator of them.

    Where programs collect the log they may collect this too, and a link is as good as a password.
    """
    series = catalogue.series().values()
    for line in room_lines(series, settings.url):
        say(line)
    links = moderator_lines(series, access, settings.url, clock())
    if links and settings.log_form == "json":
        links = ["Moderators: rounds links prints a link for each."]
    for line in links:
        say(line)
    say(f"Ready: {settings.url}")
    if not series:
        say("No agenda can be read yet; what is put into its folder is taken over by itself.")


async def _take_over(parts: _Parts) -> None:
    """Let what agendas say now hold for the chats that are to come."""
    await parts.planner.follow_agendas(clock())
    parts.ringing.replan = True
    parts.alarm.now()
    parts.calendar.poke()


@contextlib.asynccontextmanager
async def _listening(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    server = web.AppRunner(app, access_log=None, shutdown_timeout=ENDS_WITHIN.total_seconds())
    await server.setup()
    try:
        await web.TCPSite(server, settings.host, settings.port).start()
        yield
    finally:
        await server.cleanup()


def _metrics(settings: Settings) -> Metrics | None:
    """Return what counts, if somebody wants to know. Raises RoundsError where it cannot be had."""
    if settings.metrics is None:
        return None
    try:
        from bot.metrics import Metrics  # noqa: PLC0415  most have no need of it
    except ModuleNotFoundError as missing:
        if missing.name != "prometheus_client":
            raise
        python = shlex.quote(sys.executable)
        raise RoundsError(
            "For ROUNDS_METRICS prometheus-client is needed, which is not installed. Install it: "
            f"{python} -m pip install prometheus-client, or in a .venv that uv made: uv pip "
            f"install --python {python} prometheus-client. Or unset ROUNDS_METRICS."
        ) from missing
    return Metrics(tick, clock)


@contextlib.asynccontextmanager
async def _measured(settings: Settings) -> AsyncIterator[Metrics | None]:
    """Serve the metrics, if somebody wants them, at their own address while this process runs.

    What keeps them from being served is found at its start, not when it takes over from another
    process. Raises RoundsError where they cannot be had, or the address is taken.
    """
    metrics = _metrics(settings)
    if metrics is None or settings.metrics is None:
        yield None
        return
    host, port = settings.metrics
    async with contextlib.AsyncExitStack() as stack:
        try:
            there = replace(settings, host=host, port=port)
            await stack.enter_async_context(_listening(health.metrics(metrics.write), there))
        except OSError as error:
            raise RoundsError(
                f"The metrics cannot be served at {host}:{port}, as ROUNDS_METRICS says "
                f"({error.strerror}). Choose another address or port."
            ) from error
        await stack.enter_async_context(_background(metrics.keep_pace()))
        yield metrics


async def _begin(
    running: contextlib.AsyncExitStack, works: Iterable[Coroutine[None, None, None]]
) -> None:
    """Let these go on until `running` ends."""
    for work in works:
        await running.enter_async_context(_background(work))


@contextlib.asynccontextmanager
async def _background(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
