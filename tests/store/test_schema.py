"""The migrations: each is run once, in order, and none is left out."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.people import Person, Role
from bot.engine.signals import Said
from bot.engine.state import Stage
from bot.simulation import Simulation
from bot.store.errors import StoreError
from bot.store.figures import Figures
from bot.store.opening import Where, opened, version_at
from bot.store.schema import MIGRATIONS, newest, steps_from
from bot.transcripts import render
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
