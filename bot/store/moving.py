"""All that is in one store into another one, of whichever database."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple, Protocol

from bot.store.codec import Row
from bot.store.errors import StoreError
from bot.store.opening import IN_MEMORY, opened
from bot.store.tables import Connection, Tables, marks

TOGETHER = 500
"""Rows that are read and written at once."""


class Store(Protocol):
    """A store that is open."""

    def writing(self) -> contextlib.AbstractAsyncContextManager[Tables]:
        """Give the store for one transaction, committed as one."""
        ...

    def reading(self) -> contextlib.AbstractAsyncContextManager[Tables]:
        """Give the store as it is at one moment."""
        ...


class Table(NamedTuple):
    """A table: its columns in order, and those of its primary key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


async def every_table() -> list[Table]:
    """Return the tables of the newest version, by name, as a new store has them."""
    async with opened(IN_MEMORY) as empty, empty.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT m.name, c.name, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid"
        )
    columns: dict[str, list[str]] = {}
    keys: dict[str, list[tuple[int, str]]] = {}
    for table, column, place in rows:
        columns.setdefault(table, []).append(column)
        keys.setdefault(table, []).extend([(place, column)] if place else [])
    return [
        Table(name, tuple(columns[name]), tuple(column for _, column in sorted(keys[name])))
        for name in columns
    ]


async def move(
    source: Store, target: Store, progress: Callable[[int, int], None], into: str
) -> dict[str, int]:
    """Write all that is in `source` into `target`, which is empty; return each table's rows.

    `into` names the target in a sentence. `progress` is told how many of how many rows are
    written. It is all in one transaction: the target stays empty if anything fails. Raises
    StoreError where it is not empty.
    """
    every = await every_table()
    moved: dict[str, int] = {}
    # The source within: what fails there is then told of the source.
    async with target.writing() as new, source.reading() as old:
        counts = {table.name: await _count(old.connection, table) for table in every}
        for table in every:
            if await _count(new.connection, table):
                raise StoreError(
                    f"{into} holds something already, in its table {table.name}. Name a place "
                    "where no store is yet."
                )
        done = 0
        for table in every:
            insert = (
                f"INSERT INTO {table.name} ({', '.join(table.columns)}) "
                f"VALUES ({marks(table.columns)})"
            )
            async for rows in _rows(old.connection, table):
                await new.connection.run_many(insert, rows)
                done += len(rows)
                progress(done, sum(counts.values()))
            moved[table.name] = await _count(new.connection, table)
        if moved != counts:
            raise StoreError("Not everything has arrived, so nothing is kept there. Try again.")
    return moved


async def _count(connection: Connection, table: Table) -> int:
    ((count,),) = await connection.rows(f"SELECT COUNT(*) FROM {table.name}")
    return int(count)


async def _rows(connection: Connection, table: Table) -> AsyncIterator[list[Row]]:
    """Yield a table's rows some at a time, in the order of its key."""
    columns, key = ", ".join(table.columns), ", ".join(table.key)
    places = [table.columns.index(column) for column in table.key]
    after: Row = ()
    while True:
        rows = await connection.rows(
            f"SELECT {columns} FROM {table.name} "
            + (f"WHERE ({key}) > ({marks(after)}) " if after else "")
            + f"ORDER BY {key} LIMIT {TOGETHER}",
            after,
        )
        if not rows:
            return
        yield rows
        after = tuple(rows[-1][place] for place in places)
