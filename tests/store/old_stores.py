"""Stores as each version of Rounds left them, kept as SQL: `schemas/N.sql` is one of schema N.

    python -m tests.store.old_stores

writes that of the newest schema with the code as it is, from a small chat that was replayed. It is
written once, when the schema is new, and never again: what matters is what that version wrote.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bot import recording
from bot.agendas.agenda import parse_agenda
from bot.replay import replay
from bot.store.opening import Where, opened
from bot.store.postgres import ordered_by_bytes
from bot.store.schema import newest

SCHEMAS = Path(__file__).parent / "schemas"
CHAT = "club-2026-12-07"

_STARTS = datetime(2026, 12, 6, 20, tzinfo=UTC)
_AGENDA = """\
title: A journal club
zone: Australia/Sydney
schedule: {every: first monday at 07:00}
window: 48h
rooms: [{local: club}]
moderators: {local: [henry]}
topics: {every: 1h, ask: ["What was asked?", "What was found?"]}
"""
_SAID = (
    {"id": "1", "ts": "2026-12-06T19:50:00Z", "author": "ann", "name": "Ann",
     "text": "Good morning, it's early."},
    {"id": "2", "ts": "2026-12-06T20:01:00Z", "author": "ann", "name": "Ann",
     "text": "T1: Whether to wait. 10.1016/j.eururo.2026.01.001"},
    {"id": "3", "ts": "2026-12-06T20:02:00Z", "author": "bo", "name": "Bö",
     "text": 'And for whom?\nThe "others"?', "reply_to": "2"},
    {"kind": "react", "id": "2", "ts": "2026-12-06T20:05:00Z", "author": "bo", "emoji": "👍"},
    {"id": "4", "ts": "2026-12-06T21:01:00Z", "author": "cy", "name": "Cy",
     "text": "T2: Not much."},
    {"kind": "edit", "id": "4", "ts": "2026-12-06T21:03:00Z",
     "text": "T2: Little; see https://example.org/a?b=1"},
    {"id": "5", "ts": "2026-12-06T21:04:00Z", "author": "cy", "name": "Cy",
     "text": "T2: taken back"},
    {"kind": "delete", "id": "5", "ts": "2026-12-06T21:05:00Z"},
    {"id": "6", "ts": "2026-12-08T20:30:00Z", "author": "bo", "name": "Bö", "text": "Too late."},
)  # fmt: skip


def spoil(file: Path, begin: int = 20_000, end: int = 40_000) -> None:
    """Write over a part of a file, as a failing disk does; what was there is gone."""
    content = bytearray(file.read_bytes())
    end = min(end, len(content))
    content[begin:end] = b"\x55" * (end - begin)
    file.write_bytes(content)


async def put(version: int, where: Where) -> None:
    """Put the store of a schema into a place where nothing is."""
    text = (SCHEMAS / f"{version}.sql").read_text("utf-8")
    if isinstance(where, Path):
        with contextlib.closing(sqlite3.connect(where)) as database:
            database.executescript(text)
        return
    line = await asyncpg.connect(where.text)
    try:
        for statement in text.split(";\n"):
            if statement.strip() and not statement.startswith("PRAGMA"):
                await line.execute(ordered_by_bytes(statement))
        await line.execute("CREATE TABLE rounds_schema (version INTEGER NOT NULL)")
        await line.execute(f"INSERT INTO rounds_schema (version) VALUES ({version})")
        await line.execute("CREATE SEQUENCE rounds_writings")
    finally:
        await line.close()


async def _write() -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "rounds.db"
        series = parse_agenda(_AGENDA, "club.yaml")
        said = recording.read([json.dumps(line) for line in _SAID], series.agenda.rooms[0])
        async with opened(file) as store:
            await replay(series, said, _STARTS, store, lambda _done, _of: None)
            async with store.writing() as tables:
                await tables.secret("signing", "only-for-tests")
        with contextlib.closing(sqlite3.connect(file)) as database:
            lines = [one for one in database.iterdump() if one not in _AROUND]
    lines.append(f"PRAGMA user_version = {newest()};\n")
    (SCHEMAS / f"{newest()}.sql").write_text("\n".join(lines), "utf-8")


_AROUND = ("BEGIN TRANSACTION;", "COMMIT;")

if __name__ == "__main__":
    asyncio.run(_write())
