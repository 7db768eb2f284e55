"""Words leave the store, and who was erased is known again without being named."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.engine.agenda import Room
from bot.engine.erasing import GONE, NAME, is_erased
from bot.engine.messages import Attachment, Message
from bot.engine.people import Person, Role
from bot.engine.signals import Edited, Reacted, Said
from bot.intake.runner import Store
from bot.store import departures
from bot.store.departures import Masks, new_erased
from bot.store.opening import Where, opened
from tests.engine.script import OPENS

ROOM = Room("discord", "1")
FILE = Attachment("scan of Ann.png", "image/png", 1234, "https://files.example/scan.png")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN = Person("discord", "223456789012345678", "Ann Lee", badges=frozenset({"role:5"}))


@pytest.fixture
async def store(anywhere: Where) -> AsyncIterator[Store]:
    async with opened(anywhere) as found:
        yield found


def said(number: int, chat: str = "a", **fields: object) -> Message:
    given: dict[str, object] = {"author": "7", "name": "Ann Lee", "text": "the postman"}
    at = OPENS + number * HOUR
    return Message(chat, ROOM, f"{chat}{number}", True, at, **(given | fields))  # type: ignore[arg-type]


async def test_a_chats_words_names_and_files_go_and_nothing_else(store: Store) -> None:
    before = [
        said(1, attachments=(FILE, FILE), topics=(1, 2), edited=True),
        said(2, role=Role.MODERATOR),
        said(3, author="rounds", name="Rounds", role=Role.BOT, text="T1: Why?"),
        said(4, author="feed", name="Feed", role=Role.BOT, text="News."),
        said(5, chat="b"),
    ]
    async with store.writing() as tables:
        await tables.put_messages(before)
        await departures.blank(tables, "a")
        assert tables.erases
    async with store.reading() as tables:
        after = {one.key: one for one in await tables.messages([one.key for one in before])}
    first, second, ours, other, elsewhere = (after[one.key] for one in before)
    assert first == before[0]._replace(text="", name="", attachments=GONE)
    assert second == before[1]._replace(text="", name="")
    assert ours == before[2]
    assert other == before[3]._replace(text="", name="")
    assert elsewhere == before[4]


async def test_for_how_long_series_keep_words_is_noted_until_it_is_for_good(
    store: Store,
) -> None:
    async with store.writing() as tables:
        await departures.set_kept(tables.connection, "a", 90 * DAY)
        await departures.set_kept(tables.connection, "b", 7 * DAY)
        await departures.set_kept(tables.connection, "a", 30 * DAY)
        assert await departures.kept(tables.connection) == {"a": 30 * DAY, "b": 7 * DAY}
        await departures.set_kept(tables.connection, "a", None)
        assert await departures.kept(tables.connection) == {"b": 7 * DAY}


async def test_who_was_erased_is_known_again_and_not_named(store: Store) -> None:
    one, other = new_erased(ANN.key, OPENS), new_erased(ANN.key, OPENS)
    assert one.was(ANN.key)
    assert not one.was("slack:223456789012345678")
    assert is_erased(one.pseudonym)
    assert (one.pseudonym, one.salt, one.digest) != (other.pseudonym, other.salt, other.digest)
    async with store.writing() as tables:
        await departures.remember(tables.connection, one)
        await departures.remember(tables.connection, one)
        assert await departures.erased(tables.connection) == [one]
    assert ANN.id not in json.dumps([one.pseudonym, one.salt, one.digest])


def test_what_an_erased_person_said_before_comes_without_name_and_words() -> None:
    one = new_erased(ANN.key, OPENS)
    masks = Masks((new_erased("discord:9", OPENS), one))
    late = masks.speech(Said(OPENS - HOUR, ROOM, "1", ANN, "the postman", attachments=(FILE,)))
    assert isinstance(late, Said)
    assert (late.author.id, late.author.name, late.text) == (one.pseudonym, NAME, "")
    assert (late.attachments, late.author.badges) == ((), ANN.badges), "the role stays"
    assert masks.hides(Reacted(OPENS, ROOM, "1", ANN, "👍"))


def test_what_they_say_afterwards_and_what_others_say_is_theirs() -> None:
    masks = Masks((new_erased(ANN.key, OPENS),))
    for signal in (
        Said(OPENS + HOUR, ROOM, "1", ANN, "I am back"),
        Said(OPENS - HOUR, ROOM, "1", Person("discord", "8", "Bo"), "Hello"),
        Edited(OPENS - HOUR, ROOM, "1", "Hello you"),
    ):
        assert masks.speech(signal) == signal
    assert not masks.hides(Reacted(OPENS + HOUR, ROOM, "1", ANN, "👍"))
    assert not Masks(()).hides(Reacted(OPENS, ROOM, "1", ANN, "👍"))
