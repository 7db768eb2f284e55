"""Notes what public editions say when they are handed out, so that later ones tell corrections."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.engine.people import Role
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.intake.runner import Store
from bot.store import publications
from bot.store.publications import History, Noted, Published
from bot.store.tables import Conflict, Tables
from bot.transcripts.edition import Edition, showing_of
from bot.transcripts.editions import stands
from bot.transcripts.files import write_files
from bot.transcripts.rendering import render

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Copy:
    """An edition of a chat that may be handed out, as long as `handing_out` lasts.

    What a public one shows is noted. What came since then is left out of it, for nobody could be
    told later what became of it; so is what was withdrawn, held or erased meanwhile.
    """

    chat: Chat
    edition: Audience
    tables: Tables
    noted: Noted | None

    def render(self, format: str) -> AsyncIterator[bytes]:  # noqa: A002  as in `render`
        """Yield it in a format, in chunks."""
        return render(self.tables, self.chat, format, self.edition, noted=self.noted)

    async def write(self, out: Path, formats: Sequence[str]) -> tuple[Path, ...]:
        """Write it into a folder in these formats; return the files. Raises OSError."""
        return await write_files(
            self.tables, self.chat, out, formats, self.edition, noted=self.noted
        )


@contextlib.asynccontextmanager
async def handing_out(
    store: Store, chat: str, edition: Audience, at: datetime
) -> AsyncIterator[Copy]:
    """Give a copy of an edition of a chat, by its id; a public one is noted as handed out first.

    Raises Conflict where others publish the same chat all the time, and LookupError where there is
    no such chat.
    """
    noted = await publish(store, chat, at) if edition is Audience.PUBLIC else None
    async with store.reading() as tables:
        found = await tables.chat(chat)
        if found is None:
            raise LookupError(chat)
        yield Copy(found, edition, tables, noted)


async def publish(store: Store, chat: str, at: datetime) -> Noted:
    """Note that the public edition of a chat is handed out at a moment, before it is made.

    Facts are noted and nobody's words, and only where they differ from the edition before. What
    is done while they are gathered is found by the next one. Nothing is locked meanwhile. Raises
    Conflict where others publish the same chat all the time.
    """
    for _ in range(_TRIES):
        async with store.reading() as tables:
            known = await publications.publications(tables.connection, chat)
            said = await _news(tables, chat, known.lines)
        if known.editions and not said:
            return Noted(chat)
        with contextlib.suppress(Conflict):
            async with store.writing() as tables:
                if await publications.publications(tables.connection, chat) == known:
                    await publications.put(tables, chat, known.editions + 1, at, said)
                    return Noted(chat)
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
