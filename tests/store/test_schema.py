"""The migrations: each is run once, in order, and none is left out."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import events
from bot.engine.fold import fold
from bot.engine.people import Person, Role
from bot.engine.signals import Said
from bot.engine.state import Stage
from bot.simulation import Simulation
from bot.store import checkins
from bot.store.codec import Row
from bot.store.errors import StoreError
from bot.store.figures import Figures
from bot.store.opening import Where, opened, version_at
from bot.store.schema import MIGRATIONS, newest, steps_from
from bot.store.tables import Connection, Tables, Unread
from bot.transcripts.rendering import render
from tests.engine.script import OPENS, ROOM, agenda
from tests.store.old_stores import CHAT, SCHEMAS, put

HOUR = timedelta(hours=1)


def test_the_migrations_are_numbered_without_gap_or_double() -> None:
    """Their place in this order is the version that a database remembers."""
    numbers = [int(file.name[:4]) for file in sorted(MIGRATIONS.iterdir())]
    assert numbers == list(range(1, newest() + 1))


def test_a_database_gets_the_steps_after_its_own_version_in_order() -> None:
    assert [step.version for step in steps_from(0, "it")] == list(range(1, newest() + 1))
    assert [step.version for step in steps_from(newest() - 1, "it")] == [newest()]
    assert steps_from(newest(), "it") == []


def test_statements_are_taken_one_by_one_and_comments_alone_are_none() -> None:
    (first, *_) = steps_from(0, "it")
    assert len(first.statements) > 10
    assert all("CREATE " in one for one in first.statements)


def test_a_database_of_a_newer_version_is_refused_in_words() -> None:
    sentence = rf"it was written by a newer version of Rounds \(schema {newest() + 1}, this one"
    with pytest.raises(StoreError, match=sentence):
        steps_from(newest() + 1, "it")


# ---------------------------------------------------------------- stores of earlier versions


def test_of_every_schema_a_store_is_kept() -> None:
    """Where one is missing, `python -m tests.store.old_stores` writes that of the newest schema."""
    assert sorted(int(file.stem) for file in SCHEMAS.glob("*.sql")) == list(range(1, newest() + 1))


async def test_the_newest_of_them_has_the_tables_that_a_new_store_has(tmp_path: Path) -> None:
    """A schema that is not released yet may grow: then write its store anew."""
    await put(newest(), tmp_path / "kept.db")
    async with opened(tmp_path / "new.db"):
        pass
    assert columns_of(tmp_path / "kept.db") == columns_of(tmp_path / "new.db")


def columns_of(file: Path) -> set[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        rows = database.execute(
            "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        )
        return set(rows)


@pytest.mark.parametrize("version", range(1, newest() + 1))
async def test_a_store_of_every_schema_opens_with_all_that_is_in_it_and_goes_on(
    lasting: Where, version: int
) -> None:
    await put(version, lasting)
    assert await version_at(lasting) == version
    async with opened(lasting) as store:
        async with store.writing() as tables:
            chat = await tables.chat(CHAT)
            assert chat is not None
            assert (chat.stage, len(chat.topics)) == (Stage.ARCHIVED, 2)
            assert await tables.secret("signing", "fresh") == "only-for-tests"
            pages = [page async for page in tables.messages_since(CHAT, chat.planned_at - HOUR)]
            texts = [m.text for page in pages for m in page if m.role is Role.PARTICIPANT]
            assert texts == [
                "Good morning, it's early.",
                "T1: Whether to wait. 10.1016/j.eururo.2026.01.001",
                'And for whom?\nThe "others"?',
                "T2: Little; see https://example.org/a?b=1",
                "",
                "",
            ]
            counts = await Figures(tables.connection, CHAT).counts()
            assert (counts.participants, counts.messages, counts.late) == (3, 3, 1)
            assert [part async for part in render(tables, chat, "html")]
        house = Simulation(store, chat.ends_at + HOUR)
        async with house.runner.running():
            room = chat.agenda.rooms[0]
            ann = Person("local", "ann", "Ann")
            await house.take([Said(house.now, room, "7", ann, "T1: Later still.")])
    async with opened(lasting) as store, store.reading() as tables:
        assert (await Figures(tables.connection, CHAT).counts()).late == 2
    assert await version_at(lasting) == newest()


# ---------------------------------------------------------------- indexes


class Noting:
    """A connection, and what was asked of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.asked: list[tuple[str, Sequence[object]]] = []

    async def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[Row]:
        self.asked.append((sql, arguments))
        return await self._connection.rows(sql, arguments)

    async def run(self, sql: str, arguments: Sequence[object] = ()) -> int:
        self.asked.append((sql, arguments))
        return await self._connection.run(sql, arguments)

    async def run_many(self, sql: str, arguments: Iterable[Sequence[object]]) -> None:
        each = list(arguments)
        self.asked += [(sql, row) for row in each[:1]]
        await self._connection.run_many(sql, each)


async def test_what_is_asked_again_and_again_looks_things_up_by_an_index(tmp_path: Path) -> None:
    plan = events.Planned(OPENS, "c1", "urojc", agenda("0m"), OPENS, OPENS + HOUR)
    chat = fold([plan])
    async with opened(tmp_path / "rounds.db") as store, store.writing() as tables:
        noting = Noting(tables.connection)
        watched = Tables(noting)
        await watched.put_chats([chat])
        await watched.put_rooms([(ROOM, "c1")])
        unread = Unread(("discord",), OPENS, OPENS)
        assert await watched.due(OPENS, 9) == await watched.due(OPENS, 9, unread) == ["c1"]
        assert await watched.next_wake() == await watched.next_wake(unread) == OPENS
        await checkins.crowd(noting, chat)
        steps = [
            step
            for sql, arguments in noting.asked
            for *_, step in await tables.connection.rows(f"EXPLAIN QUERY PLAN {sql}", arguments)
        ]
    for step in steps:
        if step.startswith(("SCAN", "SEARCH")) and step.split()[1] not in _MADE_HERE:
            assert "USING" in step, steps
    assert any("messages_by_author (author=? AND chat=?" in step for step in steps)


_MADE_HERE = ("h", "people")
"""What `checkins.crowd` makes of a chat's own messages."""
