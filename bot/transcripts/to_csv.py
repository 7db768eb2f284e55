"""Writes a transcript as CSV (RFC 4180), one row a message, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Sequence

from bot.engine.messages import Attachment
from bot.engine.people import Role
from bot.engine.showing import Audience
from bot.store.codec import files_of
from bot.transcripts import about, phrases
from bot.transcripts.build import Batch, Line, Transcript
from bot.transcripts.characters import undirected, visible
from bot.transcripts.clock import Clock, utc
from bot.transcripts.erratum import heading, sentences

COLUMNS = (
    "row", "id", "at", "local_time", "author", "name", "role", "text", "timing", "topics",
    "placed_by", "reply_to", "edited", "withdrawn", "reactions", "attachments", "room",
    "stated_role", "conflict_of_interest",
)  # fmt: skip
"""`row` comes first: a program that does not know the byte-order mark misreads only its name."""

HELD = "held"
"""The last column of the organizers' edition: why a message is held back; empty: it is not."""

_MARKS = r"\"'\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_PASSED = rf"[\s{_MARKS}]*+"
_PASSED_IN_LINE = rf"(?:[^\S\n]|[{_MARKS}])*+"  # else many empty lines would be read many times
_STARTS_FORMULA = re.compile(rf"[\t\r]|{_PASSED}[=+\-@＝＋－＠]")
_MID_FORMULA = re.compile(
    rf"(?<=[;\n])(?={_PASSED_IN_LINE}(?:[=@＝＠]|[+\-＋－](?:[0-9(]|[A-Za-z]{{2}})))"
)

_A_TIME = re.compile(r"<t:([0-9]{1,11}):F>")
"""A time in a post of Rounds, seconds since 1970; each platform shows it in the reader's zone."""


async def to_csv(transcript: Transcript, batches: AsyncIterator[Batch]) -> AsyncIterator[bytes]:
    """Yield the file in chunks of UTF-8, with a byte-order mark, which Excel needs for accents."""
    clock = Clock(transcript.chat.agenda.zone)
    begun = transcript.begun
    is_organizers = begun.audience is Audience.ORGANIZERS
    columns = (*COLUMNS, HELD) if is_organizers else COLUMNS
    yield "\ufeff".encode() + _rows([columns])
    if not is_organizers:
        yield _rows([_remark("about", about.in_one(begun))])
    number = 0
    async for batch in batches:
        yield _rows(
            [
                (
                    line.id if transcript.is_numbered else n,
                    *_row(line, batch.reactions.get(line.key, ()), clock),
                    *map(cell, batch.stated.get(line.key, ("", ""))),
                    *((line.held,) if is_organizers else ()),
                )
                for n, line in enumerate(batch.lines, number + 1)
            ]
        )
        number += len(batch.lines)
    if erratum := begun.erratum:
        said = [heading(erratum, clock), *sentences(erratum)]
        yield _rows([_remark("erratum", one) for one in said])


def _remark(kind: str, said: str) -> tuple[object, ...]:
    """Return a row that is no message: `kind` stands for a role, and no number before it."""
    row = {"role": kind, "text": cell(said)}
    return tuple(row.get(column, "") for column in COLUMNS)


def _rows(rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, with controls as symbols.

    An apostrophe goes before = + - @ and their wide forms, a tab or a carriage return, also
    behind white space and quotes that a spreadsheet passes over. A spreadsheet set to another
    separator may begin a cell at a semicolon or at a line within the text: there too, but not
    in a list's `- ` or a `;-)`.
    """
    safe = undirected(visible(text))
    starts = _STARTS_FORMULA.match(text) or _STARTS_FORMULA.match(safe)
    safe = _MID_FORMULA.sub("'", safe)
    return f"'{safe}" if starts and not safe.startswith("'") else safe


def _row(line: Line, reactions: Sequence[tuple[str, int]], clock: Clock) -> tuple[object, ...]:
    return (
        cell(line.id),
        utc(line.at),
        f"{clock.local(line.at):%Y-%m-%d %H:%M:%S}",
        cell(line.author),
        cell(line.name),
        line.role,
        cell(_dated(line.text, clock) if line.role == Role.BOT else line.text),
        line.timing,
        line.topics,
        line.placed_by,
        cell(line.reply_to or ""),
        "true" if line.edited else "false",
        "true" if line.withdrawn else "false",
        cell(" ".join(f"{emoji} {people}" for emoji, people in reactions)),
        cell(" ".join(map(_file, files_of(line.files)))),
        cell(line.room),
    )


def _dated(post: str, clock: Clock) -> str:
    """Return what Rounds posted, with its times as they are in the chat's zone."""
    return _A_TIME.sub(lambda found: clock.long(int(found[1]) * 1_000_000), post)


def _file(file: Attachment) -> str:
    if file.name and not file.url:
        return file.name
    return f"{file.name} ({file.url})" if file.url else f"({phrases.kind(file)})"
