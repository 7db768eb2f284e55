"""The one gate between the store and every format."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine.events import Blanked
from bot.engine.messages import Attachment, Message, Timing
from bot.engine.people import Role
from bot.engine.showing import Audience, Showing
from bot.engine.state import Chat
from bot.store import spoken
from bot.store.spoken import BEGINNING
from bot.transcripts.edition import Edition
from bot.transcripts.rendering import FORMATS
from tests.transcripts.club import AGENDA, CHAT, HOME, after, kept, written

SECRET = "the postman from Elm Street"
FILE = Attachment("letterbox.png", "image/png", 1, "https://e.org/letterbox")


def for_organizers(chat: Chat) -> Edition:
    """Return what moderators may be shown of a chat in which nobody has checked in."""
    return Edition(Showing(chat, Audience.ORGANIZERS))


@pytest.mark.parametrize("wanted", FORMATS)
async def test_a_text_that_the_store_should_have_blanked_is_held_back_in_every_format(
    wanted: str,
) -> None:
    gone = Message(CHAT.id, HOME, "1", said=True, at=after(minutes=1), author="ann", name="Ann",
                   text=f"{SECRET} https://elm.example", attachments=(FILE,), withdrawn=True,
                   topics=(1,))  # fmt: skip
    late = gone._replace(id="2", withdrawn=False, timing=Timing.LATE, at=after(hours=50))
    replies = [
        gone._replace(id=f"3{n}", text="so true", attachments=(), withdrawn=False, reply_to=f"{n}",
                      author="bo", at=after(hours=50 + n), timing=Timing.LATE)
        for n in (1, 2)
    ]  # fmt: skip
    data = await written(wanted, [gone, late, *replies])
    for word in (b"postman", b"letterbox", b"elm.example"):
        assert word not in data


async def test_what_may_be_shown_is_not_touched() -> None:
    message = Message(CHAT.id, HOME, "1", said=True, at=after(minutes=1), author="ann", text="a",
                      attachments=(FILE,))  # fmt: skip
    answer = message._replace(id="2", reply_to="1", at=after(minutes=2))
    async with kept([message, answer]) as (tables, chat):
        rows = await spoken.page(tables.connection, chat.id, BEGINNING, 10)
        assert len(rows) == 2
        for row in rows:
            assert for_organizers(chat).shown(row) is row


async def test_what_was_removed_or_erased_is_held_back_with_its_files() -> None:
    said = Message(CHAT.id, HOME, "1", said=True, at=after(minutes=1), author="ann", text=SECRET,
                   attachments=(FILE,))  # fmt: skip
    erased = said._replace(id="2", author="#abcdefghijkm", at=after(minutes=2))
    post = said._replace(id="3", author="rounds", role=Role.BOT, at=after(minutes=3))
    blanked = replace(CHAT, blanked=Blanked(after(hours=999), timedelta(days=1)))
    async with kept([said, erased, post]) as (tables, chat):
        rows = {row.id: row for row in await spoken.page(tables.connection, chat.id, BEGINNING, 9)}
    for chat, silent in ((CHAT, {"2"}), (blanked, {"1", "2"})):
        shown = {id_: for_organizers(chat).shown(row) for id_, row in rows.items()}
        assert {id_ for id_, row in shown.items() if not row.text} == silent
        assert {id_ for id_, row in shown.items() if not row.files} == silent


async def test_late_texts_are_shown_where_the_agenda_keeps_them() -> None:
    keeps = replace(CHAT, agenda=replace(AGENDA, keep_late=True))
    late = Message(CHAT.id, HOME, "1", said=True, at=after(hours=50), author="ann", text="a",
                   timing=Timing.LATE)  # fmt: skip
    gone = late._replace(id="2", withdrawn=True)
    async with kept([late, gone]) as (tables, chat):
        rows = await spoken.page(tables.connection, chat.id, BEGINNING, 9)
    assert [for_organizers(keeps).shown_text(row) for row in rows] == ["a", ""]
    assert [for_organizers(CHAT).shown_text(row) for row in rows] == ["", ""]
