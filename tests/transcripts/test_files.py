"""Transcripts as files of a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine.agenda import Agenda, Room, Topic
from bot.engine.signals import DateCame
from bot.engine.state import Chat
from bot.intake.runner import Runner
from bot.store.sqlite import SqliteStore
from bot.store.tables import Tables
from bot.transcripts.files import write_files
from bot.transcripts.rendering import FORMATS, render

OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
AGENDA = Agenda(
    title="A chat",
    zone="Australia/Sydney",
    window=timedelta(hours=1),
    rooms=(Room("local", "urojc"),),
    topics=(Topic("What was asked?", timedelta(0)),),
)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[tuple[Tables, Chat]]:
    """Give a chat, and the store that holds it, at one moment."""
    store = SqliteStore(tmp_path / "rounds.db")
    await store.open()
    runner = Runner(store)
    async with runner.running():
        coming = DateCame(OPENS, "urojc-2026-12-07", "urojc", AGENDA, OPENS)
        outcome = await runner.handle(coming)
    assert outcome.chat is not None
    async with store.reading() as tables:
        yield tables, outcome.chat
    await store.close()


async def test_every_format_becomes_a_file_in_a_folder_that_is_made(
    kept: tuple[Tables, Chat], tmp_path: Path
) -> None:
    tables, chat = kept
    out = tmp_path / "a" / "b"
    files = await write_files(tables, chat, out)
    assert files == tuple(out / f"transcript.{one}" for one in FORMATS)
    assert sorted(out.iterdir()) == sorted(files)
    for path, one in zip(files, FORMATS, strict=True):
        assert path.read_bytes() == b"".join([part async for part in render(tables, chat, one)])


async def test_a_file_that_is_there_stays_whole_until_the_new_one_is(
    kept: tuple[Tables, Chat], tmp_path: Path
) -> None:
    tables, chat = kept
    before = tmp_path / "transcript.pdf"
    before.write_text("the old one", "utf-8")
    with pytest.raises(ValueError, match="no format"):
        await write_files(tables, chat, tmp_path, ("pdf",))
    assert before.read_text("utf-8") == "the old one"
    assert not list(tmp_path.glob(".transcript*"))


async def test_a_transcript_takes_the_place_of_the_one_before(
    kept: tuple[Tables, Chat], tmp_path: Path
) -> None:
    tables, chat = kept
    (tmp_path / "transcript.md").write_text("the old one", "utf-8")
    (path,) = await write_files(tables, chat, tmp_path, ("md",))
    assert "What was asked?" in path.read_text("utf-8")
    assert "the old one" not in path.read_text("utf-8")
