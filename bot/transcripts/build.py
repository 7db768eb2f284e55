"""A transcript: its summary, and its lines in order, a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store import spoken
from bot.store.publications import Noted
from bot.store.spoken import BEGINNING, Place, Spoken
from bot.store.tables import Tables
from bot.transcripts.edition import Edition, Stated
from bot.transcripts.editions import Begun, begin, steps
from bot.transcripts.summary import Names, Summary, summarise

Line = Spoken
"""A message ready to be written in any format: what may not be shown is empty already."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is known of a chat before its lines are read; small, however much was said."""

    summary: Summary
    names: Names
    begun: Begun

    @property
    def chat(self) -> Chat:
        """The chat as the edition shows it."""
        return self.summary.chat

    @property
    def is_whole(self) -> bool:
        """Whether it has a line for every message."""
        return not any(self.begun.left_out.values())

    @property
    def is_numbered(self) -> bool:
        """Whether its lines are called by their numbers."""
        return self.begun.audience is Audience.PUBLIC


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines, and the reactions to them: key -> (emoji, people), the most frequent first.

    `stated` is what stands beside their authors' names, by the lines' keys.
    """

    lines: Sequence[Line]
    reactions: Mapping[str, Sequence[tuple[str, int]]]
    stated: Mapping[str, Stated] = field(default_factory=dict)


async def build(
    tables: Tables,
    chat: Chat,
    audience: Audience = Audience.ORGANIZERS,
    salt: bytes | None = None,
    noted: Noted | None = None,
) -> Transcript:
    """Count a chat for an edition; without `salt` pseudonyms are drawn anew."""
    begun = await begin(tables, chat, audience, salt, noted)
    summary, names = await summarise(tables, chat, begun)
    return Transcript(summary, {} if begun.audience is not Audience.ORGANIZERS else names, begun)


async def batches(tables: Tables, chat: Chat, begun: Begun, at_once: int) -> AsyncIterator[Batch]:
    """Yield a chat's lines so many at once, in the order of their time and key.

    The edition for research has its own order (`bot.transcripts.editions.steps`).
    """
    edition = begun.edition
    async for rows, whole in _rows(tables, chat, begun, at_once):
        lines = edition.lines(rows)
        if lines:
            stated: dict[str, Stated] = {}
            if edition.is_stated:
                stated = {line.key: said for line in lines if (said := edition.stated(line))}
            yield Batch(lines, await _reactions(tables, chat, edition, lines, whole), stated)


async def _rows(
    tables: Tables, chat: Chat, begun: Begun, at_once: int
) -> AsyncIterator[tuple[Sequence[Spoken], tuple[Place, Place]]]:
    """Yield rows, and from which place to which they stand in the store."""
    if begun.audience is Audience.RESEARCH:
        async for step in steps(tables, chat, begun.salt):
            places = [(fact.at, fact.key) for fact in step]
            for start in range(0, len(step), at_once):
                keys = [fact.key for fact in step[start : start + at_once]]
                found = await spoken.of_keys(tables.connection, chat.id, keys)
                yield [found[key] for key in keys if key in found], (min(places), max(places))
        return
    after: Place | None = BEGINNING
    while after is not None:
        rows = await spoken.page(tables.connection, chat.id, after, at_once)
        after = (rows[-1].at, rows[-1].key) if len(rows) == at_once else None
        if rows:
            yield rows, ((rows[0].at, rows[0].key), (rows[-1].at, rows[-1].key))


async def _reactions(
    tables: Tables,
    chat: Chat,
    edition: Edition,
    lines: Sequence[Spoken],
    whole: tuple[Place, Place],
) -> Mapping[str, Sequence[tuple[str, int]]]:
    shown = edition.keys_of(lines)
    reactions: dict[str, list[tuple[str, int]]] = {}
    for key, emoji, people in await spoken.reactions(tables.connection, chat.id, *whole):
        if key in shown:
            reactions.setdefault(shown[key], []).append((edition.emoji(emoji), people))
    for each in reactions.values():
        each.sort(key=_most_frequent_first)
    return reactions


def _most_frequent_first(reaction: tuple[str, int]) -> tuple[int, str]:
    emoji, people = reaction
    return -people, emoji
