"""Copies of public editions that are made while people go on writing: they hold what is noted."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.dispatch.enclosures import Enclosures
from bot.dispatch.publishing import handing_out, publish
from bot.engine.messages import Hold, Message
from bot.engine.showing import Audience
from bot.intake.runner import Store
from bot.store.opening import Where, opened
from bot.store.tables import Tables
from bot.transcripts.rendering import FORMATS, render
from tests.house import START, house, person, room_of, urojc
from tests.transcripts.club import CHAT, CLOSES, HOME, after, keep

NOW = CLOSES + timedelta(days=1)
LINK = "https://example.org/unmistakable"


def said(n: int, words: str = "", **more: Any) -> Message:
    message = Message(CHAT.id, HOME, f"{n}", said=True, at=after(minutes=n), author=f"p{n}",
                      name=f"Person{n}ov", text=words or f"words{n}", topics=(1,),
                      worded_at=after(minutes=n))  # fmt: skip
    return message._replace(**more)


async def put(store: Store, *messages: Message) -> None:
    async with store.writing() as tables:
        await tables.put_messages(messages)


class Lively:
    """A store in which something happens right after whoever writes has committed, once."""

    def __init__(self, store: Store, happens: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._happens: Callable[[], Awaitable[object]] | None = happens
        self.reading = store.reading

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        async with self._store.writing() as tables:
            yield tables
        happens, self._happens = self._happens, None
        if happens is not None:
            await happens()


async def copied(store: Store, wanted: str = "json") -> str:
    async with handing_out(store, CHAT.id, Audience.PUBLIC, NOW) as copy:
        return b"".join([part async for part in copy.render(wanted)]).decode()


def lines(file: str) -> dict[str, str]:
    return {one["id"]: one["text"] for one in json.loads(file)["messages"]}


def corrected(file: str) -> dict[str, list[int]]:
    erratum = json.loads(file).get("erratum", {"corrections": []})
    return {one["kind"]: one["lines"] for one in erratum["corrections"]}


async def test_what_is_said_while_a_file_is_made_stands_in_the_next_one_by_its_own_line(
    anywhere: Where,
) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(2), said(3)])
        first = await copied(Lively(store, lambda: put(store, said(1, "late to arrive"))))
        assert lines(first) == {"1": "words2", "2": "words3"}
        assert corrected(first) == {}
        assert json.loads(first)["left_out"] == {"withdrawn": 0, "unnoted": 1}
        assert "withdrawn and 1 that came while this file was made." in first
        second = await copied(store)
        assert lines(second) == {"3": "late to arrive", "1": "words2", "2": "words3"}
        assert corrected(second) == {"added": [3]}
        await put(store, said(1, "")._replace(text="", withdrawn=True))
        third = await copied(store)
        assert lines(third) == {"1": "words2", "2": "words3"}
        assert corrected(third) == {"withdrawn": [3]}


async def test_what_is_cleared_while_a_file_is_made_takes_no_others_number(
    anywhere: Where,
) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1, held=Hold.MODERATOR), said(2)])
        await copied(store)
        cleared, further = said(1), said(3)
        await put(store, further)
        first = await copied(Lively(store, lambda: put(store, cleared)))
        assert lines(first) == {"1": "words2", "2": "words3"}
        assert json.loads(first)["left_out"] == {"withdrawn": 0, "held": 1}  # as it was noted
        second = await copied(store)
        assert lines(second) == {"3": "words1", "1": "words2", "2": "words3"}
        assert corrected(second) == {"cleared": [3], "added": [2]}


async def test_what_is_held_again_and_cleared_while_a_file_is_made_is_told_as_it_was_noted(
    anywhere: Where,
) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1), said(2)])
        await copied(store)
        await put(store, said(1, held=Hold.MODERATOR))
        second = await copied(Lively(store, lambda: put(store, said(1))))
        assert (lines(second), corrected(second)) == ({"2": "words2"}, {"held": [1]})
        third = await copied(store)
        assert lines(third) == {"1": "words1", "2": "words2"}
        assert corrected(third) == {"cleared": [1]}


async def test_what_is_withdrawn_or_held_while_a_file_is_made_is_left_out(
    anywhere: Where,
) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1), said(2), said(3)])
        gone, held = said(1, text="", withdrawn=True), said(2, held=Hold.RULE)
        first = await copied(Lively(store, lambda: put(store, gone, held)))
        assert lines(first) == {"3": "words3"}
        assert json.loads(first)["left_out"] == {"withdrawn": 1, "held": 1}


@pytest.mark.parametrize("wanted", FORMATS)
async def test_no_format_has_a_word_or_a_link_of_what_came_meanwhile(
    anywhere: Where, wanted: str
) -> None:
    """An answer that arrives before what it answers quotes nothing of it either."""
    async with opened(anywhere) as store:
        asked = said(1, f"unmistakable, see {LINK}")
        async with store.writing() as tables:
            await keep(tables, [said(2, "indeed", reply_to="1"), said(3)])
        text = await copied(Lively(store, lambda: put(store, asked)), wanted)
        assert "indeed" in text
        assert "unmistakable" not in text
        assert "unmistakable" in await copied(store, wanted)


async def test_several_files_of_one_copy_hold_the_same(anywhere: Where, tmp_path: Path) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(2)])
        lively = Lively(store, lambda: put(store, said(1, "meanwhile said")))
        async with handing_out(lively, CHAT.id, Audience.PUBLIC, NOW) as copy:
            files = await copy.write(tmp_path, FORMATS)
        assert [file.name for file in files] == [f"transcript-public.{one}" for one in FORMATS]
        for file in files:
            assert "words2" in file.read_text("utf-8")
            assert "meanwhile said" not in file.read_text("utf-8")


async def test_other_editions_are_not_noted(anywhere: Where) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1)])
        for edition in (Audience.ORGANIZERS, Audience.RESEARCH):
            async with handing_out(store, CHAT.id, edition, NOW) as copy:
                assert [part async for part in copy.render("md")]
        async with store.reading() as tables:
            assert await tables.connection.rows("SELECT * FROM publications") == []


async def test_what_is_noted_of_one_chat_lets_no_other_out(anywhere: Where) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1)])
        noted = await publish(store, CHAT.id, NOW)
        async with store.reading() as tables:
            for edition, which in (
                (Audience.PUBLIC, noted._replace(chat="another")),
                (Audience.ORGANIZERS, noted),
            ):
                with pytest.raises(ValueError, match="what is noted is the public edition of"):
                    await anext(render(tables, CHAT, "md", edition, noted=which))
        with pytest.raises(LookupError):
            async with handing_out(store, "another", Audience.ORGANIZERS, NOW):
                pass


async def test_what_a_room_is_given_holds_what_was_noted_before_it(tmp_path: Path) -> None:
    club = urojc()
    async with house(tmp_path, club) as h:
        chat = await h.chat(await h.start(club))
        await h.say(room_of(club), person("Ann"), "T1: one ward")
        lively = Lively(h.store, lambda: h.say(room_of(club), person("Bea"), "T1: quillwort"))
        file = await Enclosures(lively, h.runner).transcript(chat, "md", Audience.PUBLIC, START)
    assert b"one ward" in file.content
    assert b"quillwort" not in file.content
