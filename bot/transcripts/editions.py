"""Begins an edition of a chat: who stands in it under which name, which lines, what is left out."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.engine.people import Role
from bot.engine.showing import Audience, Silence
from bot.engine.state import Chat
from bot.store import checkins, publications
from bot.store.publications import Fact, History, Noted, Published
from bot.store.tables import Tables
from bot.transcripts.cast import Cast
from bot.transcripts.edition import Edition, showing_of
from bot.transcripts.erratum import Corrections, Erratum
from bot.transcripts.masked import STANDING_IN_RESEARCH, Masked
from bot.transcripts.numbers import Numbers

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Begun:
    """An edition, what it says of itself, and the `salt` by which its lines and names are drawn.

    `left_out` says how many of people's messages have no line, and why.
    """

    edition: Edition
    left_out: Mapping[Silence, int] = field(default_factory=dict)
    erratum: Erratum | None = None
    salt: bytes = b""

    @property
    def audience(self) -> Audience:
        """For whom it is."""
        return self.edition.audience

    @property
    def pseudonyms(self) -> int:
        """How many people are shown by a pseudonym."""
        return self.edition.cast.pseudonyms if isinstance(self.edition, Masked) else 0


async def begin(
    tables: Tables,
    chat: Chat,
    audience: Audience,
    salt: bytes | None = None,
    noted: Noted | None = None,
) -> Begun:
    """Begin an edition; without `salt` pseudonyms are drawn anew, for this file alone.

    With `noted` it is a public one to be handed out: what is not noted as shown is left out.
    Raises ValueError where it is another's.
    """
    if noted is not None and (audience, chat.id) != (Audience.PUBLIC, noted.chat):
        raise ValueError(f"what is noted is the public edition of {noted.chat}")
    showing = await showing_of(tables, chat, audience)
    said = await checkins.of_series(tables.connection, chat.series)
    if audience not in (Audience.PUBLIC, Audience.RESEARCH):
        return Begun(Edition(showing, said))
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    people = await publications.people(tables.connection, chat.id)
    called = await checkins.names(tables.connection, chat.series)
    cast = await asyncio.to_thread(Cast, showing, people, said, salt, called)  # 30 µs a person
    gate, numbers, left_out = Edition(showing), Numbers(), Counter[Silence]()
    if audience is Audience.RESEARCH:
        number = itertools.count(1)
        async for step in steps(tables, chat, salt):
            for fact in step:
                silence = gate.silence(fact)
                if fact.role != Role.BOT and silence in STANDING_IN_RESEARCH:
                    numbers.add(fact.key, next(number))
                elif fact.role != Role.BOT:
                    left_out[silence] += 1
        return Begun(Masked(showing, cast, numbers, said), left_out, None, salt)
    corrections = Corrections()
    known = await publications.publications(tables.connection, chat.id)
    async for fact, history, now in stands(tables, gate, known.lines, noted):
        if not now.silence:
            numbers.add(fact.key, now.line)
        elif fact.role != Role.BOT:
            left_out[Silence(now.silence)] += 1
        corrections.see(fact, history, now)
    erratum = corrections.since(known.first)
    edition = Masked(showing, cast, numbers, said, numbered_alone=noted is not None)
    return Begun(edition, left_out, erratum, salt)


async def stands(
    tables: Tables, gate: Edition, lines: int, noted: Noted | None = None
) -> AsyncIterator[tuple[Fact, History, Published]]:
    """Yield what a public edition says of each message now, beside what earlier ones said.

    A line keeps its number; what was in no edition yet is numbered after the `lines` there were.
    With `noted` nothing is: what was not noted as shown stays as it was noted, or is unnoted.
    """
    number = itertools.count(lines + 1)
    async for batch in publications.facts(tables.connection, gate.chat.id):
        for fact, history in batch:
            silence = gate.silence(fact)
            line = history[-1].line if history else 0
            if noted and not silence and (not history or history[-1].silence):
                unnoted = Published(0, 0, Silence.UNNOTED, fact.worded_at, fact.topics)
                yield fact, history, history[-1] if history else unnoted
                continue
            if not silence and not line:
                line = next(number)
            yield fact, history, Published(0, line, silence, fact.worded_at, fact.topics)


# ---------------------------------------------------------------- no order within a step


async def steps(tables: Tables, chat: Chat, salt: bytes) -> AsyncIterator[list[Fact]]:
    """Yield a chat's messages by the steps to which times are rounded, drawn by lot in each.

    Their order would tell which message in the room stands behind a line.
    """
    length = chat.agenda.round_times // timedelta(microseconds=1)
    waiting: list[Fact] = []
    async for batch in publications.facts(tables.connection, chat.id):
        waiting += [fact for fact, _ in batch]
        *whole, waiting = _by_step(waiting, length)
        for step in whole:
            yield _by_lot(step, salt)
    if waiting:
        yield _by_lot(waiting, salt)


def _by_step(facts: list[Fact], length: int) -> Iterator[list[Fact]]:
    for _, step in itertools.groupby(facts, lambda fact: fact.at // length if length else fact.at):
        yield list(step)


def _by_lot(facts: list[Fact], salt: bytes) -> list[Fact]:
    def lot(fact: Fact) -> bytes:
        key = fact.key.encode("utf-8", "replace")
        return hashlib.blake2s(key, key=salt, person=b"order").digest()

    return sorted(facts, key=lot)
