"""Reads what a closing post quotes of a chat's other rooms, when its turn comes.

First it is recorded which messages are about to be quoted, then their texts are read: what is
withdrawn before is seen, and what is withdrawn afterwards leads to other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.engine import signals
from bot.engine.actions import Amend, Post, Words
from bot.engine.agenda import Room
from bot.engine.closing import QUOTED, Quote, quotations, size
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.engine.wording import LIMITS
from bot.runner import Runner, Store
from bot.store import spoken
from bot.store.figures import Figures, Ranked
from bot.store.spoken import Spoken
from bot.store.tables import Tables
from bot.transcripts.characters import excerpt, inert, undirected
from bot.transcripts.clock import Clock
from bot.transcripts.edition import Edition, showing_of
from bot.transcripts.markup import mentioned, written
from bot.transcripts.plain_text import PlainText
from bot.transcripts.summary import Names

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
            names = await _names(tables, chat, rows.values())
            edition = Edition(await showing_of(tables, chat, Audience.PUBLIC))
        reader = _Reader(chat, names, edition)
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


async def _names(tables: Tables, chat: Chat, rows: Iterable[Spoken]) -> Names:
    """Return the names of whom the texts mention."""
    mentions: dict[str, set[str]] = {}
    for row in rows:
        mentions.setdefault(Room.parse(row.room).platform, set()).update(mentioned(row.text))
    return {
        platform: await spoken.names(tables.connection, chat.id, platform, people)
        for platform, people in mentions.items()
        if people
    }


class _Reader:
    """Makes quotations of messages: short, without mark-up, so that they can do nothing."""

    def __init__(self, chat: Chat, names: Names, edition: Edition) -> None:
        self._edition = edition
        self._clock = Clock(chat.agenda.zone)
        self._names: Mapping[str, Mapping[str, str]] = names
        self._shares_names = chat.agenda.share_names

    def quote(self, row: Spoken, ranked: Ranked) -> Quote | None:
        """Return the quotation of a message; None: nothing of it may be shown."""
        row = self._edition.shown(row)
        if row.withdrawn or not (row.text or row.files):
            return None
        room = Room.parse(row.room)
        writer = PlainText(self._names.get(room.platform, {}), self._clock)
        said = inert(excerpt(undirected(written(row.text, writer, room.platform)), LONGEST))
        name = inert(excerpt(undirected(row.name), LONGEST_NAME)) if self._shares_names else ""
        return Quote(room, ranked.topics, said, name, ranked.times)
