"""The one place that opens a store, whichever database it is in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store.address import Address
from bot.store.errors import StoreError
from bot.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from bot.store.postgres import PostgresStore

Where = Path | Address
"""A file of SQLite (made where it is missing), or a database of PostgreSQL."""

IN_MEMORY = Path(":memory:")
"""A store that is gone with whoever opened it, for tests."""


def store_at(where: Where) -> SqliteStore | PostgresStore:
    """Return the store of a place; it is not open yet.

    Raises StoreError where what is needed for it is not installed.
    """
    if isinstance(where, Path):
        return SqliteStore(where)
    try:
        from bot.store.postgres import PostgresStore  # noqa: PLC0415  most have no need of it
    except ModuleNotFoundError as missing:
        if missing.name != "asyncpg":
            raise
        raise StoreError(
            "For a PostgreSQL database asyncpg is needed, which is not installed. Install it: "
            'python -m pip install "rounds[postgres]", from a clone with . in place of rounds'
        ) from missing
    return PostgresStore(where)


@contextlib.asynccontextmanager
async def opened(where: Where) -> AsyncIterator[SqliteStore | PostgresStore]:
    """Open the store of a place for a block, and close it after it.

    Raises StoreError where it cannot be used.
    """
    store = store_at(where)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
