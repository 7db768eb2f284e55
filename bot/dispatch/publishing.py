"""Notes what public editions say when they are handed out, so that later ones tell corrections."""

from __future__ import annotations

import contextlib
from datetime import datetime

from bot.engine.people import Role
from bot.engine.showing import Audience
from bot.intake.runner import Store
from bot.store import publications
from bot.store.publications import History, Published
from bot.store.tables import Conflict, Tables
from bot.transcripts.edition import Edition, showing_of
from bot.transcripts.editions import stands

_TRIES = 5


async def publish(store: Store, chat: str, at: datetime) -> None:
    """Note that the public edition of a chat is handed out at a moment, before it is made.

    Facts are noted and nobody's words, and only where they differ from the edition before. What
    is done while they are gathered is found by the next one. Raises Conflict where others publish
    the same chat all the time.
    """
    for _ in range(_TRIES):
        async with store.reading() as tables:
            known = await publications.publications(tables.connection, chat)
            said = await _news(tables, chat, known.lines)
        if known.editions and not said:
            return
        with contextlib.suppress(Conflict):
            async with store.writing() as tables:
                if await publications.publications(tables.connection, chat) == known:
                    await publications.put(tables, chat, known.editions + 1, at, said)
                    return
    raise Conflict


async def _news(tables: Tables, chat: str, lines: int) -> list[tuple[str, Published]]:
    """Return what an edition says now that the one before did not."""
    found = await tables.chat(chat)
    if found is None:
        return []
    gate = Edition(await showing_of(tables, found, Audience.PUBLIC, ()))
    return [
        (fact.key, now)
        async for fact, history, now in stands(tables, gate, lines)
        if _is_news(history, now, is_ours=fact.role == Role.BOT)
    ]


def _is_news(history: History, now: Published, *, is_ours: bool) -> bool:
    if not history:
        return True
    last = history[-1]
    if now.silence != last.silence:
        return True
    told = (now.worded_at, now.topics) != (last.worded_at, last.topics)
    return told and not now.silence and not is_ours
