"""What somebody said in a chat as Rounds tells it elsewhere: short, plain, and nothing but text."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store import checkins, publications
from bot.store.spoken import Spoken
from bot.store.tables import Tables
from bot.transcripts.cast import Cast
from bot.transcripts.characters import excerpt, inert, undirected
from bot.transcripts.clock import Clock
from bot.transcripts.edition import showing_of
from bot.transcripts.markup import written
from bot.transcripts.masked import Masked
from bot.transcripts.numbers import Numbers
from bot.transcripts.plain_text import PlainText


class Excerpts:
    """Excerpts of what may be shown in public, without mark-up, so that they can do nothing.

    Pseudonyms are left out: they would be others each time that something is told.
    """

    def __init__(self, edition: Masked) -> None:
        self._edition = edition
        self._writer = PlainText({}, Clock(edition.chat.agenda.zone))

    def has(self, row: Spoken) -> bool:
        """Whether there is anything in a message, words or files, and it may be shown."""
        return self._edition.shows(row) and bool(row.text or row.files)

    def said(self, row: Spoken, most: int) -> str:
        """Return at most `most` characters of what somebody said; empty: none may be shown."""
        text = self._edition.shown_text(row)
        return _short(written(text, self._writer, row.room.partition(":")[0]), most)

    def name(self, row: Spoken, most: int) -> str:
        """Return what an author is called, cut likewise; empty: they are not named in public."""
        is_named = self._edition.cast.is_named(f"{row.room.partition(':')[0]}:{row.author}")
        return _short(self._edition.name_of(row), most) if is_named else ""


async def excerpts(tables: Tables, chat: Chat, rows: Iterable[Spoken]) -> Excerpts:
    """Return what makes excerpts of these messages, as people want to be shown now."""
    showing = await showing_of(tables, chat, Audience.PUBLIC, [row.text for row in rows])
    people = await publications.people(tables.connection, chat.id)
    said = await checkins.of_series(tables.connection, chat.series)
    called = await checkins.names(tables.connection, chat.series)
    cast = await asyncio.to_thread(Cast, showing, people, said, None, called)
    return Excerpts(Masked(showing, cast, Numbers(), said))


def _short(text: str, most: int) -> str:
    return inert(excerpt(undirected(text), most))
