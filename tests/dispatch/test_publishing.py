"""Public editions as they are handed out: what is noted, and what later ones say of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.dispatch.publishing import publish
from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.messages import Hold, Message
from bot.engine.showing import Audience
from bot.intake.runner import Store
from bot.store import checkins, publications
from bot.store.opening import Where, opened
from bot.store.tables import Conflict, Tables
from bot.transcripts.rendering import FORMATS, render
from tests.transcripts.club import CHAT, CLOSES, HOME, after, keep

NOW = CLOSES + timedelta(days=1)


def said(n: int, words: str = "", room: Room = HOME) -> Message:
    return Message(CHAT.id, room, f"{n}", said=True, at=after(minutes=n), author=f"p{n}",
                   name=f"Person{n}ov", text=words or f"words{n}", topics=(1,),
                   worded_at=after(minutes=n))  # fmt: skip


async def put(store: Store, *messages: Message) -> None:
    async with store.writing() as tables:
        await tables.put_messages(messages)


async def as_found(store: Store) -> dict[str, list[object]]:
    """Return the erratum of the public edition: kind -> lines (of those moved: from, to, lines)."""
    async with store.reading() as tables:
        chat = await tables.chat(CHAT.id)
        assert chat is not None
        data = [part async for part in render(tables, chat, "json", Audience.PUBLIC)]
    erratum = json.loads(b"".join(data)).get("erratum")
    if erratum is None:
        return {}
    return {
        one["kind"]: ([one["from"], one["to"]] if "from" in one else []) + one["lines"]
        for one in erratum["corrections"]
    }


async def lines(store: Store) -> dict[str, str]:
    """Return the lines of the public edition: number -> text."""
    async with store.reading() as tables:
        chat = await tables.chat(CHAT.id)
        assert chat is not None
        data = [part async for part in render(tables, chat, "json", Audience.PUBLIC)]
    return {one["id"]: one["text"] for one in json.loads(b"".join(data))["messages"]}


async def editions(store: Store) -> int:
    async with store.reading() as tables:
        return (await publications.publications(tables.connection, CHAT.id)).editions


async def test_what_was_corrected_since_it_was_published_is_told_by_its_lines(
    anywhere: Where,
) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            rows = [said(n) for n in range(1, 9)]
            rows[1] = rows[1]._replace(held=Hold.PRIVACY)
            await keep(tables, rows)
        assert await as_found(store) == {}  # of what is published nowhere
        await publish(store, CHAT.id, NOW)
        assert await as_found(store) == {}  # nothing has changed
        assert await lines(store) == {
            "1": "words1", "2": "words3", "3": "words4", "4": "words5", "5": "words6",
            "6": "words7", "7": "words8",
        }  # fmt: skip
        await put(
            store,
            rows[0]._replace(text="", withdrawn=True),
            rows[1]._replace(held=Hold.NONE),
            rows[2]._replace(text="other", edited=True, worded_at=NOW),
            rows[3]._replace(topics=(2, 3)),
            rows[4]._replace(held=Hold.RULE),
            said(0, "came late from the platform"),
        )
        async with store.writing() as tables:
            wish = CheckIn(consent=Consent.OUT)
            await checkins.put(tables, CHAT.series, "local:p6", NOW, wish)
        found = await as_found(store)
        assert found == {
            "withdrawn": [1], "reworded": [2], "moved": [[1], [2, 3], 3], "held": [4],
            "out": [5], "cleared": [9], "added": [8],
        }  # fmt: skip
        after_all = await lines(store)
        assert list(after_all) == ["8", "9", "2", "3", "6", "7"]  # old lines keep their numbers
        await publish(store, CHAT.id, NOW + timedelta(days=1))
        assert await as_found(store) == found
        assert await lines(store) == after_all


async def test_an_edition_that_says_the_same_is_not_noted_again(anywhere: Where) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1), said(2)])
        for day in range(3):
            await publish(store, CHAT.id, NOW + timedelta(days=day))
        assert await editions(store) == 1
        await put(store, said(1)._replace(held=Hold.MODERATOR))
        await publish(store, CHAT.id, NOW + timedelta(days=3))
        await publish(store, CHAT.id, NOW + timedelta(days=4))
        assert await editions(store) == 2
        async with store.reading() as tables:
            known = await publications.publications(tables.connection, CHAT.id)
        assert known.first == NOW


async def test_two_who_publish_at_once_note_it_once(anywhere: Where) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1)])
        await asyncio.gather(*(publish(store, CHAT.id, NOW) for _ in range(5)))
        assert await editions(store) == 1


class Crowded:
    """A store in which somebody else publishes the chat just before whoever writes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._number = 0
        self.reading = store.reading

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        self._number += 1
        async with self._store.writing() as tables:
            await publications.put(tables, CHAT.id, self._number, NOW, [])
        async with self._store.writing() as tables:
            yield tables


async def test_what_could_not_be_noted_among_others_is_not_handed_out(anywhere: Where) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1)])
        with pytest.raises(Conflict):
            await publish(Crowded(store), CHAT.id, NOW)


async def test_what_is_noted_holds_nobodys_words_and_no_name(anywhere: Where) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1, "secretwords")])
        await publish(store, CHAT.id, NOW)
        async with store.reading() as tables:
            rows = await tables.connection.rows("SELECT * FROM published")
            rows += await tables.connection.rows("SELECT * FROM publications")
    assert rows
    assert "secretwords" not in repr(rows)
    assert "Person1ov" not in repr(rows)


async def test_the_erratum_is_in_every_format_and_has_no_word_of_what_is_gone(
    anywhere: Where,
) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1, "unmistakable"), said(2)])
        await publish(store, CHAT.id, NOW)
        await put(store, said(1, "unmistakable")._replace(withdrawn=True))
        for wanted in FORMATS:
            async with store.reading() as tables:
                chat = await tables.chat(CHAT.id)
                assert chat is not None
                parts = [one async for one in render(tables, chat, wanted, Audience.PUBLIC)]
                theirs = [one async for one in render(tables, chat, wanted)]
            text = b"".join(parts).decode()
            assert "unmistakable" not in text
            assert ("Line 1: withdrawn by its author." in text) == (wanted != "json")
            assert "erratum" in text.lower()
            assert "erratum" not in b"".join(theirs).decode().lower().replace("#erratum", "")
