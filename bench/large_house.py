"""Five hundred series, a store with as many open chats, and a year on a clock moved by hand."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.agendas.agenda import parse_agenda
from bot.clockwork.planner import Planner
from bot.engine.agenda import Agenda, Series
from bot.engine.people import Person
from bot.engine.signals import StartAsked
from bot.intake.runner import Runner
from bot.simulation import Simulation
from bot.store.address import Address
from bot.store.sqlite import SqliteStore, opened

NOW = datetime(2026, 12, 6, 20, tzinfo=UTC)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def agenda_text(n: int, topics: int = 6) -> str:
    """Write the agenda of series `n`: weekly where it is odd, else monthly."""
    day, at = DAYS[n % 7], f"{n % 24:02}:{n % 60:02}"
    every = f"{day} at {at}" if n % 2 else f"first {day} at {at}"
    asks = "".join(
        f'  - {{ask: "Question {k} of series {n}: what would you do?", after: {10 * k}m}}\n'
        for k in range(topics)
    )
    return (
        f'title: Series {n}\nhashtag: "#s{n}"\nzone: Europe/Berlin\n'
        f"schedule: {{every: {every}}}\nwindow: {'1h' if n % 2 else '48h'}\n"
        f"rooms: [{{local: r{n}}}]\nmoderators: {{local: [henry]}}\n"
        f"welcome: Say who you are.\nreminders: [24h, 1h]\ntopics:\n{asks}"
    )


def series_in(count: int) -> list[Series]:
    """Return so many series, with one topic each: they are held some sixteen thousand times."""
    return [parse_agenda(agenda_text(n, topics=1), f"s{n}.yaml") for n in range(count)]


def agenda(n: int) -> Agenda:
    """Return the agenda of series `n`."""
    return parse_agenda(agenda_text(n), f"s{n}.yaml").agenda


def person(n: int) -> Person:
    """Return somebody who speaks."""
    return Person("local", f"p{n}", f"Person {n}")


async def open_chats(folder: Path, count: int) -> None:
    """Write so many agendas into `folder/chats`, and a store with an open chat of each."""
    chats, data = folder / "chats", folder / "data"
    chats.mkdir()
    henry = Person("local", "henry", "henry")
    async with opened(data / "rounds.db") as store:
        runner = Runner(store)
        async with runner.running():
            starts = []
            for n in range(count):
                text = agenda_text(n)
                (chats / f"s{n}.yaml").write_text(text, "utf-8")
                plan = parse_agenda(text, f"s{n}.yaml").agenda
                name = f"s{n}-{NOW.date()}"
                signal = StartAsked(NOW, plan.rooms[0], henry, name, f"s{n}", plan)
                starts.append(runner.take_in(signal))
            await asyncio.gather(*starts)


def seconds_until_line(folder: Path, address: Address | None = None) -> float:
    """Start the program on the chats there; return how long it took until it said that it listens.

    With `address` the store is in that database. The program is ended.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    compiled = {name: at for name, at in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    named = {"DATABASE_URL": address.text} if address else {}
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bot", "run", "--port", port],
        cwd=folder,
        env={**compiled, **named, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None  # noqa: S101
        assert process.stdout.readline(), "it does not start"  # noqa: S101
        seconds = time.perf_counter() - began
        process.terminate()
        process.communicate()
    return seconds


class Year:
    """Series that hold their chats while nobody speaks, with the real planner."""

    def __init__(self, store: SqliteStore, series: Sequence[Series]) -> None:
        self.simulation = Simulation(store, NOW)
        self._catalogue = {one.name: one for one in series}
        self.planner = Planner(self.simulation.runner, store, lambda: self._catalogue)

    @property
    def days(self) -> int:
        """How many days have passed."""
        return (self.simulation.now - NOW).days

    @property
    def remembered(self) -> int:
        """How many chats the runner keeps in memory."""
        return len(self.simulation.runner._chats)  # noqa: SLF001

    async def passes(self, by: timedelta) -> None:
        """Let time pass, planning whenever the planner asks for it."""
        end = self.simulation.now + by
        while self.simulation.now < end:
            again_at = await self.planner.plan(self.simulation.now)
            await self.simulation.advance(min(end, again_at or end))

    async def chats(self) -> int:
        """Return how many chats there are."""
        async with self.simulation.store.reading() as tables:
            ((count,),) = await tables.connection.rows("SELECT COUNT(*) FROM chats")
        return int(count)


def resident() -> int:
    """Return how many bytes of this process are in memory now."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:  # not on Linux: the most that it ever was
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
