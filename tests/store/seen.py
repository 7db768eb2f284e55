"""Small things that tests write into a store, and look for."""

from __future__ import annotations

from bot.engine.agenda import Room
from bot.engine.messages import Message
from bot.intake.runner import Store
from bot.store.tables import Tables
from tests.engine.script import OPENS

ROOM = Room("local", "urojc")


async def note(tables: Tables, name: str) -> None:
    """Write something small."""
    await tables.secret(name, "kept")


async def noted(store: Store) -> set[str]:
    """Return the names of what was noted."""
    async with store.reading() as tables:
        return {name for (name,) in await tables.connection.rows("SELECT name FROM secrets")}


def said(text: str, message: str = "1") -> Message:
    """Return a message of Ann's."""
    return Message("urojc-2026-12-07", ROOM, message, True, OPENS, "ann", "Ann", text=text)
