"""Opens the store that a command is about, beside whoever serves it; none is made."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from bot.agendas.mistakes import shown
from bot.cli.faults import Stopped
from bot.store.address import Address
from bot.store.opening import OpenStore, Where, version_at
from bot.store.opening import opened as opened_store


@contextlib.asynccontextmanager
async def opened(where: Where) -> AsyncIterator[OpenStore]:
    """Give the store of a place, which must be there, beside whoever uses it.

    Raises Stopped where there is none, and StoreError where it cannot be read.
    """
    if isinstance(where, Path) and not where.is_file():
        raise no_store(where)
    if isinstance(where, Address) and await version_at(where) is None:
        raise Stopped(f"There is no chat in the database {where} yet. rounds run makes it a store.")
    async with opened_store(where) as store:
        yield store


def no_store(file: Path) -> Stopped:
    """Say that there is no store where one is looked for."""
    return Stopped(
        f"There is no store in {shown(str(file.parent), 200)}. Name the folder that "
        "rounds run keeps its data in: --data DIR"
    )
