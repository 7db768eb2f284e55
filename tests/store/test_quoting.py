"""What is quoted in a chat is found in every database, and nothing else is touched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.agenda import Room
from bot.engine.consent import Consent
from bot.engine.messages import OURS, Hold, Message
from bot.engine.people import Role
from bot.engine.showing import Audience, Showing
from bot.intake.runner import Store
from bot.store import quoting
from bot.store.opening import Where, opened
from tests.engine.script import Script, agenda

AT = datetime(2026, 12, 7, 20, tzinfo=UTC)
ROOM = Room("discord", "1")
SAID = "I told nobody of the postman until today."
BARE = "i told nobody of the postman until today"


@pytest.fixture
async def store(anywhere: Where) -> AsyncIterator[Store]:
    async with opened(anywhere) as found:
        yield found


def said(number: int, text: str, author: str = "ann", chat: str = "a") -> Message:
    return Message(chat, ROOM, str(number), True, AT, author, text=text, worded_at=AT)


MESSAGES = (
    said(1, f"{SAID}\nT1: Nobody ever asked me"),
    said(2, f"> {SAID}\nI agree", "bo"),
    said(3, f" Look:\n\t> > {SAID}", "cy")._replace(edited=True),
    said(4, f"\t> {SAID}", "cy"),
    said(5, f"{SAID} <@U1> a > b", "bo"),
    said(6, f"> {SAID}", "bo", "b"),
    said(7, f"> {SAID}", OURS)._replace(role=Role.BOT),
    said(8, "> Ann: _Nobody_ ever asked me", "bo"),
)


async def test_lines_of_a_person_are_theirs_on_that_platform_in_that_chat(store: Store) -> None:
    async with store.writing() as tables:
        await tables.put_messages(MESSAGES)
        of = quoting.lines_by
        lines = await of(tables.connection, "a", "discord:ann")
        assert lines == {BARE, "t1 nobody ever asked me", "nobody ever asked me"}
        assert not await of(tables.connection, "a", "slack:ann")
        assert not await of(tables.connection, "b", "discord:ann")


async def test_the_lines_are_taken_out_where_people_quote_them_in_that_chat(store: Store) -> None:
    async with store.writing() as tables:
        await tables.put_messages(MESSAGES)
        await quoting.take_out(tables, {"a": {BARE}})
        found = await tables.messages([one.key for one in MESSAGES])
    after = {one.id: one for one in found}
    assert after["2"].text == "> […]\nI agree"
    assert after["3"].text == " Look:\n\t> > […]"
    assert after["3"].worded_at == AT + timedelta(microseconds=1), "nothing brings it back"
    assert after["4"].text == "\t> […]"
    untouched = {one.id: one for one in MESSAGES if one.id not in {"2", "3", "4"}}
    assert {number: after[number] for number in untouched} == untouched


async def test_all_that_is_quoted_in_a_chat_is_found_however_much_it_is(store: Store) -> None:
    async with store.writing() as tables:
        await tables.put_messages(said(n, f"> line number {n} of many") for n in range(1100))
        found = await quoting.quoted(tables.connection, "a")
        assert found == {f"line number {n} of many" for n in range(1100)}
        assert await quoting.quoting(tables.connection, "a", ()) == []


async def test_lines_are_withheld_that_are_quoted_and_stand_in_what_is_not_shown(
    store: Store,
) -> None:
    chat = replace(Script(agenda("0m")).it, id="a")
    async with store.writing() as tables:
        await tables.put_messages(MESSAGES)
        looked = quoting.withheld
        public = Showing(chat, Audience.PUBLIC)
        assert await looked(tables.connection, public) == frozenset(), "all of it is shown"
        out = replace(public, consents={"discord:ann": Consent.OUT})
        both = {BARE, "nobody ever asked me"}
        assert await looked(tables.connection, out) == both
        assert await looked(tables.connection, out, [f"> {SAID}"]) == {BARE}
        assert await looked(tables.connection, out, [SAID]) == frozenset(), "it quotes nothing"
        await tables.put_messages(
            [MESSAGES[0]._replace(held=Hold.DISTRESS, concerns=("distress",))]
        )
        assert await looked(tables.connection, public) == both
        room = replace(public, audience=Audience.ROOM)
        assert await looked(tables.connection, room) == frozenset(), "a cry for help stands there"
        await tables.put_messages([MESSAGES[0]._replace(held=Hold.MODERATOR)])
        assert await looked(tables.connection, room) == both
