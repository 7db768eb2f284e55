"""Reads what a closing post quotes of a chat's other rooms, when its turn comes.

First it is recorded which messages are about to be quoted, then their texts are read: what is
withdrawn before is seen, and what is withdrawn afterwards leads to other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.engine import signals
from bot.engine.actions import Amend, Post, Words
from bot.engine.agenda import Room
from bot.engine.closing import QUOTED, Quote, quotations, size
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.engine.wording import LIMITS
from bot.intake.runner import Runner, Store
from bot.store import checkins, publications, spoken
from bot.store.figures import Figures, Ranked
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

LONGEST, LONGEST_NAME = 160, 40
"""Characters of a quotation, and of its author's name."""


class Quotations:
    """What is quoted in the closing posts of chats that are held in several rooms."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store = store
        self._runner = runner

    async def of(self, chat: Chat, action: Post | Amend, now: datetime) -> Words:
        """Return what goes on behind a post's words, so long that it fits into one message."""
        here = action.room
        async with self._store.reading() as tables:
            best = _best(chat, here, await _ranked(tables, chat))
        quoting = signals.Quoting(now, here, tuple(best))
        await self._runner.handle(quoting, chat.id)
        async with self._store.reading() as tables:
            rows = await spoken.of_keys(tables.connection, chat.id, best)
            reader = _Reader(chat, await _edition(tables, chat))
        quotes = [reader.quote(rows[key], best[key]) for key in best if key in rows]
        most = LIMITS[here.platform] - size(action.words)
        return quotations(chat, here, [quote for quote in quotes if quote is not None], most)


async def _ranked(tables: Tables, chat: Chat) -> list[Ranked]:
    return await Figures(tables.connection, chat.id).most_replied_in_rooms(QUOTED)


def _best(chat: Chat, here: Room, ranked: Sequence[Ranked]) -> dict[str, Ranked]:
    """Return the first ones of each topic of each other room, in the order of both, once each."""
    best: dict[str, Ranked] = {}
    for room in chat.agenda.rooms:
        theirs = [one for one in ranked if one.key.startswith(f"{room}/")]
        for topic in chat.topics if room != here else ():
            of_topic = [one for one in theirs if topic.number in one.topics][:QUOTED]
            best |= {one.key: one for one in of_topic if one.key not in best}
    return best


async def _edition(tables: Tables, chat: Chat) -> Masked:
    """Return what may be told of a chat in another room: as in public, and without pseudonyms.

    Those would be others each time that a post is worded anew.
    """
    showing = await showing_of(tables, chat, Audience.PUBLIC)
    people = await publications.people(tables.connection, chat.id)
    said = await checkins.of_series(tables.connection, chat.series)
    return Masked(showing, Cast(showing, people, said, None), Numbers(), said)


class _Reader:
    """Makes quotations of messages: short, without mark-up, so that they can do nothing."""

    def __init__(self, chat: Chat, edition: Masked) -> None:
        self._edition = edition
        self._writer = PlainText({}, Clock(chat.agenda.zone))
        self._shares_names = chat.agenda.share_names

    def quote(self, row: Spoken, ranked: Ranked) -> Quote | None:
        """Return the quotation of a message; None: nothing of it may be shown."""
        if not self._edition.shows(row) or not (row.text or row.files):
            return None
        room = Room.parse(row.room)
        text = written(self._edition.shown_text(row), self._writer, room.platform)
        said = inert(excerpt(undirected(text), LONGEST))
        named = self._shares_names and self._edition.cast.is_named(f"{room.platform}:{row.author}")
        name = self._edition.name_of(row) if named else ""
        return Quote(
            room, ranked.topics, said, inert(excerpt(undirected(name), LONGEST_NAME)), ranked.times
        )
