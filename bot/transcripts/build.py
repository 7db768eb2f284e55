"""A transcript: its summary, and its lines in order, a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store import spoken
from bot.store.spoken import BEGINNING, Place, Spoken
from bot.store.tables import Tables
from bot.transcripts.edition import Edition, showing_of
from bot.transcripts.summary import Names, Summary, summarise

Line = Spoken
"""A message ready to be written in any format: what may not be shown is empty already."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is known of a chat before its lines are read; small, however much was said."""

    summary: Summary
    names: Names

    @property
    def chat(self) -> Chat:
        """The chat itself."""
        return self.summary.chat


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines, and the reactions to them: key -> (emoji, people), the most frequent first."""

    lines: Sequence[Line]
    reactions: Mapping[str, Sequence[tuple[str, int]]]


async def build(tables: Tables, chat: Chat) -> Transcript:
    """Count a chat."""
    summary, names = await summarise(tables, chat)
    return Transcript(summary, names)


async def batches(tables: Tables, chat: Chat, at_once: int) -> AsyncIterator[Batch]:
    """Yield a chat's lines in the order of their time and key, so many at once."""
    edition = Edition(await showing_of(tables, chat, Audience.ORGANIZERS))
    after: Place | None = BEGINNING
    while after is not None:
        rows = await spoken.page(tables.connection, chat.id, after, at_once)
        after = (rows[-1].at, rows[-1].key) if len(rows) == at_once else None
        if rows:
            reactions = await _reactions(tables, chat, rows)
            yield Batch(list(map(edition.shown, rows)), reactions)


async def _reactions(
    tables: Tables, chat: Chat, rows: Sequence[Spoken]
) -> Mapping[str, Sequence[tuple[str, int]]]:
    first, last = (rows[0].at, rows[0].key), (rows[-1].at, rows[-1].key)
    withdrawn = {row.key for row in rows if row.withdrawn}
    reactions: dict[str, list[tuple[str, int]]] = {}
    for key, emoji, people in await spoken.reactions(tables.connection, chat.id, first, last):
        if key not in withdrawn:
            reactions.setdefault(key, []).append((emoji, people))
    for each in reactions.values():
        each.sort(key=_most_frequent_first)
    return reactions


def _most_frequent_first(reaction: tuple[str, int]) -> tuple[int, str]:
    emoji, people = reaction
    return -people, emoji
