"""Any format by its name."""

from __future__ import annotations

import pytest

from bot.engine import commands
from bot.transcripts.files import MEDIA_TYPES
from bot.transcripts.rendering import FORMATS, render
from tests.transcripts.club import CHAT, SIGNALS, club, heard, kept


def test_every_format_has_a_writer_and_a_media_type() -> None:
    assert set(MEDIA_TYPES) == set(FORMATS) == set(commands.FORMATS)


async def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    async with kept([]) as (tables, chat):
        with pytest.raises(ValueError, match=r"'pdf' is no format .* html, md, json, csv"):
            await anext(render(tables, chat, "pdf"))


@pytest.mark.parametrize("wanted", FORMATS)
async def test_the_same_store_gives_the_same_bytes_twice(wanted: str) -> None:
    async with kept(heard(CHAT, SIGNALS)) as (tables, chat):
        first = [chunk async for chunk in render(tables, chat, wanted)]
        assert [chunk async for chunk in render(tables, chat, wanted)] == first
    assert await club(wanted) == await club(wanted)
