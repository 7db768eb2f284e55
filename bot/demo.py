"""Holds the journal club of `chats/demo.yaml` in the built-in room: 48 hours in a minute."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bot import recording
from bot.agendas.agenda import read_agenda
from bot.agendas.schedule import coming
from bot.clockwork.planner import Planner
from bot.desk.asking import Desk, WayIn
from bot.engine.agenda import Room, Series
from bot.engine.messages import Tally
from bot.engine.people import Person
from bot.engine.state import Chat
from bot.recording import Line
from bot.replay import together
from bot.simulation import Simulation
from bot.store import figures
from bot.store.sqlite import SqliteStore
from bot.transcripts.files import write_files
from bot.transcripts.summary import Summary, summarise
from bot.web.access import Access
from bot.web.passes import Pass
from bot.web.site import House, site

EARLY = timedelta(minutes=20)
"""How long before the opening the demonstration begins."""

AFTER = timedelta(hours=2)
"""How long it goes on after the end, so that late answers are seen."""

STEP_SECONDS = 0.05


class Screen(Protocol):
    """Where the demonstration shows how it goes."""

    def says(self, line: str) -> None:
        """Print a line of its own."""
        ...

    def shows(self, chat: Chat, tally: Tally, now: datetime) -> None:
        """Show how the chat stands."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """What the demonstration left: its figures, and its files."""

    summary: Summary
    files: tuple[Path, ...]


@contextlib.asynccontextmanager
async def hold(
    agenda: Path, conversation: Path, out: Path, seconds: float, screen: Screen
) -> AsyncIterator[Held]:
    """Hold the chat of `agenda` with a recorded conversation, within about `seconds`.

    The page is up from the start and stays up while the block runs; the clock then goes on at
    its usual speed. Raises AgendaMistakes, and OSError where `out` cannot be written.
    """
    series = read_agenda(agenda)
    room = series.agenda.rooms[0]
    lines = _read(conversation, room)
    opens_at = next(iter(coming(series, lines[0].at - EARLY))).opens_at
    with tempfile.TemporaryDirectory(prefix="rounds-demo-") as folder:
        store = SqliteStore(Path(folder) / "rounds.db")
        await store.open()
        try:
            house = Simulation(store, opens_at - EARLY)
            async with house.runner.running(), _page(house, series, store, screen):
                planner = Planner(house.runner, store, lambda: {series.name: series})
                await planner.plan(house.now)
                end = opens_at + series.agenda.window + AFTER
                await _pace(house, lines, end, seconds, screen, series)
                async with store.reading() as tables:
                    (chat,) = (await tables.load(await tables.chats_in(room, 1))).values()
                    summary, _names = await summarise(tables, chat)
                    files = await write_files(tables, chat, out)
                clock = asyncio.create_task(_go_on(house))
                try:
                    yield Held(summary, files)
                finally:
                    clock.cancel()
                    await asyncio.gather(clock, return_exceptions=True)
        finally:
            await store.close()


def _read(conversation: Path, room: Room) -> tuple[Line, ...]:
    with conversation.open("rb") as lines:
        return recording.read(lines, room).lines


async def _pace(
    house: Simulation,
    lines: Sequence[Line],
    end: datetime,
    seconds: float,
    screen: Screen,
    series: Series,
) -> None:
    """Let time pass in small steps until `end`; every line and topic comes at its own moment."""
    steps = max(1, round(seconds / STEP_SECONDS))
    step = (end - house.now) / steps
    waiting = list(lines)
    for _ in range(steps):
        target = house.now + step
        due = [line for line in waiting if line.at <= target]
        for group in together(due):
            await house.play(group)
        waiting = waiting[len(due) :]
        await house.advance(target)
        await _show(house, series, screen)
        await asyncio.sleep(STEP_SECONDS)


async def _show(house: Simulation, series: Series, screen: Screen) -> None:
    async with house.store.reading() as tables:
        chats = await tables.chats_in(series.agenda.rooms[0], 1)
        chat = await tables.chat(chats[0]) if chats else None
        if chat is not None:
            screen.shows(chat, await figures.tally(tables.connection, chat.id), house.now)


async def _go_on(house: Simulation) -> None:
    while True:
        await asyncio.sleep(1)
        await house.advance(house.now + timedelta(seconds=1))


@contextlib.asynccontextmanager
async def _page(
    house: Simulation, series: Series, store: SqliteStore, screen: Screen
) -> AsyncIterator[None]:
    """Serve the room and the organizers' pages on this machine alone."""
    port = _free_port(8080)
    url = f"http://127.0.0.1:{port}"
    access = Access(secrets.token_urlsafe(32))

    def way_in(person: Person, room: Room, now: datetime) -> WayIn:
        return access.way_in(Pass.of(person, room), url, now)

    def catalogue() -> dict[str, Series]:
        return {series.name: series}

    desk = Desk(house.runner, store, catalogue, way_in)
    app = site(House(house.runner, store, desk, access, catalogue, house.clock, url))
    server = web.AppRunner(app, access_log=None)
    await server.setup()
    try:
        await web.TCPSite(server, "127.0.0.1", port).start()
        name = series.agenda.moderators["local"][0]
        screen.says(f"Room: {url}/rooms/{series.agenda.rooms[0].name}")
        screen.says(f"Moderator: {access.link_for(name, url, house.now)}")
        yield
    finally:
        await server.cleanup()


def _free_port(wanted: int) -> int:
    """Return the wanted port, or a free one where it is taken."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            # As the server does: a port whose last connections are still fading away is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    return wanted
