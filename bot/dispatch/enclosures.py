"""Makes what goes out with words: a chat's picture, its transcript as a file, and further words."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterable
from datetime import datetime

from bot.dispatch.publishing import handing_out
from bot.dispatch.quotations import Quotations
from bot.engine.actions import Action, Amend, Enclosure, Post, Tell, Words
from bot.engine.agenda import OWN
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.intake.runner import Runner, Store
from bot.platforms.platform import Enclosed, File
from bot.transcripts.editions import begin
from bot.transcripts.files import file_stem
from bot.transcripts.summary import Summary, summarise
from bot.transcripts.to_png import described, picture

LARGEST = 10_000_000
"""Bytes of one file: under Discord's 10 MiB ("Uploading Files")."""


class Enclosures:
    """What goes out with the actions of chats, as the store has them now."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store = store
        self._quotations = Quotations(store, runner)

    async def of(self, chat: Chat, action: Action, now: datetime) -> Enclosed:
        """Return the files that an action encloses, and what it quotes of other rooms."""
        words: Words = ()
        if isinstance(action, Post | Amend) and action.recalls:
            words = await self._quotations.of(chat, action, now)
        return Enclosed(tuple(await self._files(chat, action, now)), words)

    async def _files(self, chat: Chat, action: Action, now: datetime) -> list[File]:
        """Return the files; moderators get the picture with the rest, rooms with pages nothing.

        What a room is given everybody may read; the organizers' edition goes to moderators alone.
        """
        encloses = action.encloses if isinstance(action, Post | Tell) else None
        files: list[File] = []
        if action.room.platform == OWN:
            return files
        if encloses is Enclosure.TRANSCRIPT:
            edition = Audience.ORGANIZERS if isinstance(action, Tell) else Audience.PUBLIC
            files.append(await self.transcript(chat, "html", edition, now))
        if encloses is Enclosure.PICTURE or (encloses and isinstance(action, Tell)):
            files.append(await self._picture(chat))
        return files

    async def transcript(
        self,
        chat: Chat,
        format: str,  # noqa: A002  as in `Copy.render`
        edition: Audience,
        now: datetime,
    ) -> File:
        """Return an edition of a chat; what is larger than a platform takes is packed."""
        name = f"{file_stem(chat.id, edition)}.{format}"
        async with handing_out(self._store, chat.id, edition, now) as copy:
            chunks = [chunk async for chunk in copy.render(format)]
        if sum(map(len, chunks)) <= LARGEST:
            return File(name, b"".join(chunks))
        return File(f"{name}.zip", await asyncio.to_thread(_packed, name, chunks))

    async def _picture(self, chat: Chat) -> File:
        async with self._store.reading() as tables:
            begun = await begin(tables, chat, Audience.PUBLIC)
            summary, _names = await summarise(tables, chat, begun)
        content, shows = await asyncio.to_thread(_drawn, summary)
        return File(f"{chat.id}.png", content, shows)


def _drawn(summary: Summary) -> tuple[bytes, str]:
    """Return a picture and what it shows."""
    return picture(summary), described(summary)


def _packed(name: str, chunks: Iterable[bytes]) -> bytes:
    packed = io.BytesIO()
    only = zipfile.ZipInfo(name)
    only.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(packed, "w") as archive, archive.open(only, "w") as file:
        for chunk in chunks:
            file.write(chunk)
    return packed.getvalue()
