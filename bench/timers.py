"""How late 1,000 topics come that are due at the same instant, of 50,000 chats.

    python -m bench.timers [--quick]

Lateness is the time from the instant to the commit that holds the topic's event, its post in the
outbox and the chat's next moment. Floor: the standard library's sqlite3 finds the due rows by
their index, claims them and writes an event and an outbox row for each, in one transaction.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sqlite3
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.engine import events
from bot.engine.agenda import Agenda, Room, Topic
from bot.engine.chat import decide
from bot.engine.events import Event
from bot.engine.fold import apply, fold
from bot.engine.signals import DateCame
from bot.engine.state import Chat
from bot.intake.runner import Changed, Runner, Store
from bot.store import sqlite
from bot.store.codec import stamp
from bot.store.sqlite import opened

DUE = 1_000
INSTANT = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
AGENDA = Agenda(
    title="Journal club",
    zone="Australia/Sydney",
    window=timedelta(hours=48),
    rooms=(Room("local", "r"),),
    topics=tuple(Topic(f"Question {n}?", timedelta(hours=6 * n)) for n in range(3)),
    reminders=(),
)


def _open_chat(n: int) -> tuple[Chat, list[Event]]:
    """Return chat `n`, open, with its first topic due at the instant or, past DUE, later."""
    opens_at = INSTANT if n < DUE else INSTANT + timedelta(hours=1 + n % 1000)
    agenda = replace(AGENDA, rooms=(Room("local", f"r{n}"),))
    planned = DateCame(INSTANT, f"s{n}-2026-12-07", f"s{n}", agenda, opens_at)
    log = decide(None, planned)
    opened_event = events.Opened(opens_at)
    return apply(fold(log), opened_event), [*log, opened_event]


async def fill(store: Store, chats: int) -> None:
    """Put open chats into a store."""
    for start in range(0, chats, 1_000):
        made = [_open_chat(n) for n in range(start, start + 1_000)]
        async with store.writing() as tables:
            await tables.append(
                [(chat.id, seq, e) for chat, log in made for seq, e in enumerate(log, 1)]
            )
            await tables.put_chats([chat for chat, _ in made])
            await tables.put_rooms([(chat.agenda.rooms[0], chat.id) for chat, _ in made])


def floor(database: Path) -> float:
    """Claim what is due with the standard library alone; return seconds. Leaves no trace."""
    connection = sqlite3.connect(database, isolation_level=None)
    with contextlib.closing(connection):
        for pragma in sqlite.PRAGMAS:
            connection.execute(pragma)
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        due = connection.execute(
            "SELECT chat FROM chats WHERE wake_at <= ? ORDER BY wake_at", (stamp(INSTANT),)
        ).fetchall()
        connection.executemany("UPDATE chats SET wake_at = wake_at + 1 WHERE chat = ?", due)
        connection.executemany("INSERT INTO events VALUES (?, 0, 'Floor', '')", due)
        connection.executemany(
            "INSERT INTO outbox VALUES ("
            "'floor/' || ?, '', 0, 0, '', '', '', 'done', 0, 0, 0, 0, '')",
            due,
        )
        connection.execute("COMMIT")
        seconds = time.perf_counter() - began
        connection.execute("DELETE FROM events WHERE seq = 0")
        connection.execute("DELETE FROM outbox WHERE key LIKE 'floor/%'")
        connection.execute("UPDATE chats SET wake_at = ? WHERE wake_at = ?",
                           (stamp(INSTANT), stamp(INSTANT) + 1))  # fmt: skip
    return seconds


async def lateness(store: Store) -> list[float]:
    """Wake every due chat; return how long each took from the instant to its commit, sorted."""
    runner = Runner(store)
    late: list[float] = []
    async with runner.running():
        began = time.perf_counter()

        def committed(changed: Changed) -> None:
            late.extend([time.perf_counter() - began] * len(changed.chats))

        runner.watch(committed)
        while await runner.wake(INSTANT):
            pass
    return sorted(late)


async def measure(*, quick: bool) -> None:
    """Print lateness and floor."""
    chats = 5_000 if quick else 50_000
    with tempfile.TemporaryDirectory() as name:
        database = Path(name) / "rounds.db"
        async with opened(database) as store:
            await fill(store, chats)
        bare = min(floor(database) for _ in range(3))
        async with opened(database) as store:
            late = await lateness(store)
    half, most = late[len(late) // 2], late[int(len(late) * 0.99)]
    print(f"{len(late):,} topics of {chats:,} chats due at one instant")
    print(f"floor, all claimed   {bare * 1e3:>7.1f} ms")
    print(f"ours, p50            {half * 1e3:>7.1f} ms ({half / bare:.1f}x)")
    print(f"ours, p99            {most * 1e3:>7.1f} ms ({most / bare:.1f}x), goal 12 ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    asyncio.run(measure(quick=parser.parse_args().quick))
