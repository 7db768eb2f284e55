"""Everything in a store is in the other one afterwards, or nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.address import Address
from bot.store.errors import StoreError
from bot.store.moving import TOGETHER, every_table, move
from bot.store.opening import Where, opened
from bot.store.tables import Tables
from bot.transcripts.rendering import render
from tests.store.seen import note, noted
from tests.transcripts.club import CHAT, LOG, REACTIONS, SIGNALS, heard, keep

FORMATS = ("html", "md", "json", "csv")


async def transcripts(where: Where) -> dict[str, bytes]:
    async with opened(where) as store, store.reading() as tables:
        chat = await tables.chat(CHAT.id)
        assert chat is not None
        return {
            name: b"".join([part async for part in render(tables, chat, name)]) for name in FORMATS
        }


async def contents(where: Where) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    async with opened(where) as store, store.reading() as tables:
        for table in await every_table():
            names = ", ".join(table.columns)
            rows = await tables.connection.rows(f"SELECT {names} FROM {table.name}")
            found[table.name] = sorted(rows, key=repr)
    return found


async def fill(where: Where) -> None:
    """Hold the club in a store, with something in every table."""
    async with opened(where) as store, store.writing() as tables:
        await keep(tables, without_nul(), LOG, REACTIONS)
        for number in range(TOGETHER * 2 + 1):
            await note(tables, f"secret {number:05}")
        await fill_the_rest(tables)


def without_nul() -> list:  # type: ignore[type-arg]
    """Leave out what PostgreSQL's texts cannot hold."""
    rows = heard(CHAT, SIGNALS)
    return [row._replace(text=row.text.replace("\x00", "␀")) for row in rows]


async def fill_the_rest(tables: Tables) -> None:
    for table in await every_table():
        ((count,),) = await tables.connection.rows(f"SELECT COUNT(*) FROM {table.name}")
        if not count:
            (kinds,) = [await kinds_of(tables, table.name)]
            values = [
                7 if kinds[name] in ("INTEGER", "BIGINT") else "é'?" for name in table.columns
            ]
            await tables.connection.run_many(
                f"INSERT INTO {table.name} ({', '.join(table.columns)}) "
                f"VALUES ({', '.join('?' * len(values))})",
                [values],
            )


async def kinds_of(tables: Tables, table: str) -> dict[str, str]:
    rows = await tables.connection.rows(f"SELECT name, type FROM pragma_table_info('{table}')")
    return dict(rows)


def quiet(_done: int, _of: int) -> None:
    """Tell nobody how far it is."""


async def moved(source: Where, target: Where) -> dict[str, int]:
    async with opened(source) as old, opened(target) as new:
        return await move(old, new, quiet, "The new place")


async def test_a_club_moves_to_postgresql_and_back_and_every_transcript_stays_the_same(
    tmp_path: Path, database: Address
) -> None:
    first, last = tmp_path / "first.db", tmp_path / "last.db"
    await fill(first)
    before, told = await contents(first), await transcripts(first)
    assert all(before.values()), "every table has something in it"
    there = await moved(first, database)
    assert await contents(database) == before
    assert await transcripts(database) == told
    back = await moved(database, last)
    assert await contents(last) == before
    assert await transcripts(last) == told
    assert there == back == {name: len(rows) for name, rows in before.items()}


async def test_every_table_has_a_key_by_which_it_is_read_in_parts() -> None:
    every = await every_table()
    assert {"events", "chats", "messages", "outbox", "secrets"} <= {table.name for table in every}
    assert [table.name for table in every if not table.key] == []


async def test_a_place_where_something_is_already_is_refused_and_left_alone(
    tmp_path: Path, lasting: Where
) -> None:
    source = tmp_path / "source.db"
    for where, name in ((source, "theirs"), (lasting, "ours")):
        async with opened(where) as store, store.writing() as tables:
            await note(tables, name)
    with pytest.raises(
        StoreError, match="The new place holds something already, in its table secrets"
    ):
        await moved(source, lasting)
    async with opened(lasting) as store:
        assert await noted(store) == {"ours"}


async def test_what_is_cut_short_leaves_nothing(tmp_path: Path, lasting: Where) -> None:
    def stop(done: int, _of: int) -> None:
        if done > TOGETHER:
            raise KeyboardInterrupt

    source = tmp_path / "source.db"
    await fill(source)
    async with opened(source) as old, opened(lasting) as new:
        with pytest.raises(KeyboardInterrupt):
            await move(old, new, stop, "It")
        assert await noted(new) == set()


async def test_how_far_it_is_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    await fill(tmp_path / "a.db")
    async with opened(tmp_path / "a.db") as old, opened(tmp_path / "b.db") as new:
        counts = await move(old, new, lambda done, of: told.append((done, of)), "It")
    assert told == sorted(told)
    assert told[-1] == (sum(counts.values()),) * 2
