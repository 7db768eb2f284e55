"""The one place that opens a store, whichever database it is in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bot.store import sqlite
from bot.store.address import Address
from bot.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from bot.store.postgres import PostgresStore

Where = Path | Address
"""A file of SQLite (made where it is missing), or a database of PostgreSQL."""

OpenStore: TypeAlias = "SqliteStore | PostgresStore"
"""A store in either database."""

IN_MEMORY = Path(":memory:")
"""A store that is gone with whoever opened it, for tests."""


def store_at(where: Where) -> OpenStore:
    """Return the store of a place; it is not open yet."""
    if isinstance(where, Path):
        return SqliteStore(where)
    from bot.store.postgres import PostgresStore  # noqa: PLC0415  most have no need of it

    return PostgresStore(where)


async def version_at(where: Where) -> int | None:
    """Return the version of the tables of a place, which is left as it is; None: none are there.

    Raises StoreError where it cannot be reached, is another program's or newer than this Rounds.
    """
    if isinstance(where, Path):
        return await sqlite.version_at(where)
    from bot.store import postgres  # noqa: PLC0415  as above

    return await postgres.version_at(where)


@contextlib.asynccontextmanager
async def opened(where: Where) -> AsyncIterator[OpenStore]:
    """Open the store of a place for a block, and close it after it.

    Raises StoreError where it cannot be used.
    """
    store = store_at(where)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
