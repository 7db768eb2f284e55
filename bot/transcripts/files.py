"""Transcripts as files of a folder: `transcript.html`, `.md`, `.json`, `.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.engine.state import Chat
from bot.store.tables import Tables
from bot.transcripts import FORMATS, render


async def write_files(
    tables: Tables, chat: Chat, out: Path, formats: Sequence[str] = FORMATS
) -> tuple[Path, ...]:
    """Write a chat's transcript into `out`, which is made, in these formats; return the files.

    A file is replaced only by a whole one. Raises OSError where `out` cannot be written, and
    ValueError for an unknown format.
    """
    out.mkdir(parents=True, exist_ok=True)
    return tuple([await _write(tables, chat, out / f"transcript.{one}", one) for one in formats])


async def _write(tables: Tables, chat: Chat, path: Path, format_: str) -> Path:
    begun = path.with_name(f".{path.name}.part")
    try:
        with begun.open("wb") as file:
            async for chunk in render(tables, chat, format_):
                file.write(chunk)
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)
    return path
