"""Renders a transcript, built once from the store, in one of four formats."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.engine.commands import FORMATS
from bot.engine.showing import EDITIONS, Audience
from bot.engine.state import Chat
from bot.store.publications import Noted
from bot.store.tables import Tables
from bot.transcripts.build import batches, build
from bot.transcripts.to_csv import to_csv
from bot.transcripts.to_html import to_html
from bot.transcripts.to_json import to_json
from bot.transcripts.to_markdown import to_markdown

_WRITERS = {"html": to_html, "md": to_markdown, "json": to_json, "csv": to_csv}
_AT_ONCE = {"html": 500, "md": 200, "json": 300, "csv": 250}
"""Lines written without letting others on the event loop have a turn: some 5 to 10 ms."""

__all__ = ["EDITIONS", "FORMATS", "render"]


async def render(
    tables: Tables,
    chat: Chat,
    format: str,  # noqa: A002
    audience: Audience = Audience.ORGANIZERS,
    salt: bytes | None = None,
    noted: Noted | None = None,
) -> AsyncIterator[bytes]:
    """Yield a chat's transcript in a format of FORMATS, in chunks, for one of EDITIONS.

    The bytes depend on the chat alone, and where there are pseudonyms on `salt`; without it they
    are drawn anew for this file. `tables` must show one moment of the store until the last chunk
    is taken. A public edition that is handed out is `noted` (`bot.dispatch.publishing`); without it
    nobody is told later what was corrected. Raises ValueError for another format or audience.
    """
    if format not in _WRITERS:
        raise ValueError(f"{format!r} is no format of a transcript; take {', '.join(FORMATS)}")
    if audience not in EDITIONS:
        raise ValueError(f"{audience!r} is no edition; take {', '.join(EDITIONS)}")
    transcript = await build(tables, chat, audience, salt, noted)
    lines = batches(tables, chat, transcript.begun, _AT_ONCE[format])
    async for chunk in _WRITERS[format](transcript, lines):
        yield chunk
