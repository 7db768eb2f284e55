"""What goes out with words: the picture, the transcript, and nothing else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bot.dispatch import enclosures
from bot.dispatch.enclosures import Enclosures
from bot.engine.actions import Archive, Enclosure, Post, PostKind, Tell, privately
from bot.engine.agenda import Room
from bot.engine.showing import Audience
from bot.platforms.platform import Enclosed
from bot.store import publications
from bot.transcripts.rendering import render
from tests.house import START, House, house, person, room_of, urojc

ROOM = room_of(urojc())
CHANNEL = Room("discord", "5")
SAID = "T1: a control group of one ward"


async def held(h: House) -> str:
    """Hold a chat in which one person says something."""
    chat = await h.start(urojc())
    await h.say(ROOM, person("Ann"), SAID)
    return chat


async def test_a_post_brings_the_picture_that_it_encloses(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        chat = await h.chat(await held(h))
        post = Post(CHANNEL, PostKind.CLOSING, ("Closed.",), encloses=Enclosure.PICTURE)
        (file,) = (await Enclosures(h.store, h.runner).of(chat, post, START)).files
    assert file.name == "urojc-2026-12-07.png"
    assert file.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert "1 message" in file.described


@pytest.mark.parametrize(
    "action",
    [
        Post(CHANNEL, PostKind.TRANSCRIPT, ("It.",), encloses=Enclosure.TRANSCRIPT),
        Tell(privately("discord"), ("1",), "", ("It.",), Enclosure.TRANSCRIPT),
    ],
    ids=["in the room", "privately"],
)
async def test_a_transcript_comes_as_the_page_that_is_downloaded(
    tmp_path: Path, action: Post | Tell
) -> None:
    async with house(tmp_path) as h:
        chat = await h.chat(await held(h))
        file, *more = (await Enclosures(h.store, h.runner).of(chat, action, START)).files
        edition = Audience.ORGANIZERS if isinstance(action, Tell) else Audience.PUBLIC
        async with h.store.reading() as tables:
            page = b"".join([chunk async for chunk in render(tables, chat, "html", edition)])
    ending = "" if isinstance(action, Tell) else "-public"
    assert (file.name, file.content) == (f"urojc-2026-12-07{ending}.html", page)
    assert SAID.encode().removeprefix(b"T1: ") in file.content
    pictures = ["urojc-2026-12-07.png"] if isinstance(action, Tell) else []
    assert [one.name for one in more] == pictures


async def test_what_encloses_nothing_brings_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        chat = await h.chat(await held(h))
        for action in (
            Post(CHANNEL, PostKind.NOTICE, ("x",)),
            Archive(ROOM),
            Tell(privately("discord"), (), "", ("x",)),
            Post(ROOM, PostKind.CLOSING, ("Its page has it.",), encloses=Enclosure.PICTURE),
        ):
            assert await Enclosures(h.store, h.runner).of(chat, action, START) == Enclosed()


async def test_what_is_larger_than_platforms_take_is_packed(tmp_path: Path) -> None:
    """The demonstration's size is far below; so many messages pass it."""
    async with house(tmp_path) as h:
        chat_id = await held(h)
        long = "word " * 790
        for _ in range(enclosures.LARGEST // len(long) + 1):
            await h.say(ROOM, person("Ann"), long)
        chat = await h.chat(chat_id)
        file = await Enclosures(h.store, h.runner).transcript(
            chat, "md", Audience.ORGANIZERS, START
        )
    assert file.name == "urojc-2026-12-07.md.zip"
    assert len(file.content) < enclosures.LARGEST
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        assert packed.namelist() == ["urojc-2026-12-07.md"]
        unpacked = packed.read("urojc-2026-12-07.md")
    assert len(unpacked) > enclosures.LARGEST
    assert b"a control group of one ward" in unpacked


async def test_what_a_room_is_given_is_noted_as_published_and_what_moderators_get_is_not(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        chat = await h.chat(await held(h))
        noted = []
        for action in (
            Tell(privately("discord"), ("1",), "", ("It.",), Enclosure.TRANSCRIPT),
            Post(CHANNEL, PostKind.TRANSCRIPT, ("It.",), encloses=Enclosure.TRANSCRIPT),
        ):
            await Enclosures(h.store, h.runner).of(chat, action, START)
            async with h.store.reading() as tables:
                known = await publications.publications(tables.connection, chat.id)
            noted.append(known.editions)
    assert noted == [0, 1]
