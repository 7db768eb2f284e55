"""Transcripts as files of a folder: `transcript.html`, `.md`, `.json`, `.csv`.

Files of the other editions say so in their names, so that none is taken for another:
`transcript-public.html`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store.publications import Noted
from bot.store.tables import Tables
from bot.transcripts.rendering import FORMATS, render

MEDIA_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}
"""What a server says that a file of a format is."""


def file_stem(name: str, edition: Audience) -> str:
    """Return what the file of an edition is called before its ending."""
    return name if edition is Audience.ORGANIZERS else f"{name}-{edition}"


async def write_files(
    tables: Tables,
    chat: Chat,
    out: Path,
    formats: Sequence[str] = FORMATS,
    edition: Audience = Audience.ORGANIZERS,
    noted: Noted | None = None,
) -> tuple[Path, ...]:
    """Write an edition of a chat into `out`, which is made, in these formats; return the files.

    A file is replaced only by a whole one. Raises OSError where `out` cannot be written, and
    ValueError for an unknown format.
    """
    out.mkdir(parents=True, exist_ok=True)
    stem = file_stem("transcript", edition)
    return tuple(
        [
            await _write(out / f"{stem}.{one}", render(tables, chat, one, edition, noted=noted))
            for one in formats
        ]
    )


async def _write(path: Path, chunks: AsyncIterator[bytes]) -> Path:
    begun = path.with_name(f".{path.name}.part")
    try:
        with begun.open("wb") as file:
            async for chunk in chunks:
                file.write(chunk)
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)
    return path
