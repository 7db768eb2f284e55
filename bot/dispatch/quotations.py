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
from bot.engine.state import Chat
from bot.engine.wording import LIMITS
from bot.intake.runner import Runner, Store
from bot.store import spoken
from bot.store.figures import Figures, Ranked
from bot.store.spoken import Spoken
from bot.store.tables import Tables
from bot.transcripts.excerpts import Excerpts, excerpts

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
            public = await excerpts(tables, chat, rows.values())
        quotes = [
            _quote(chat, rows[key], ranked, public)
            for key, ranked in best.items()
            if key in rows and public.has(rows[key])
        ]
        return quotations(chat, here, quotes, LIMITS[here.platform] - size(action.words))


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


def _quote(chat: Chat, row: Spoken, ranked: Ranked, public: Excerpts) -> Quote:
    said = public.said(row, LONGEST)
    name = public.name(row, LONGEST_NAME) if chat.agenda.share_names else ""
    return Quote(Room.parse(row.room), ranked.topics, said, name, ranked.times)
