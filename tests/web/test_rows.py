from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.agenda import Room, Series
from bot.engine.messages import Message
from bot.engine.people import Person, Role
from bot.intake.runner import Runner
from bot.intake.watch import lookout
from bot.store import departures, forgetting
from bot.store.pages import page
from bot.web.rows import HUES, Kind, Row, quote_of, rows_of
from tests.house import START, House, house, moderator, person, urojc
from tests.web.served import Served, served

ROOM = Room("local", "urojc")
CHAT = "urojc-2026-12-07"
ANA, BEN = person("Ana"), person("Ben")


async def rows(house: House, chat: str = CHAT, room: Room = ROOM) -> list[Row]:
    async with house.store.reading() as tables:
        found = await tables.chat(chat)
        assert found is not None
        shown = await page(tables.connection, chat, room, None, 1000)
        return await rows_of(tables, found, shown.messages)


def message(text: str = "hello", role: Role = Role.PARTICIPANT, name: str = "Ana") -> Message:
    return Message(CHAT, ROOM, "m1", True, START, "p-ana", name, role, text)


@pytest.mark.parametrize("role", list(Role))
def test_a_row_is_marked_as_what_its_author_speaks_as_and_as_nothing_else(role: Role) -> None:
    row = Row(message(role=role), Kind.SAID, None, (), text_kept=True)
    marks = {
        Role.MODERATOR: row.is_moderators,
        Role.GUEST: row.is_guests,
        Role.VISITOR: row.is_visitors,
    }
    assert [one for one, is_so in marks.items() if is_so] == [one for one in marks if one is role]


async def test_every_post_of_the_bot_is_dressed_as_what_it_is(
    open_house: House, club: Series
) -> None:
    henry = moderator(club)
    for command in ("pause", "resume", "extend 2h", "close"):
        open_house.clock.advance(timedelta(seconds=1))
        await open_house.ask(command, henry, ROOM)
    assert [row.kind for row in await rows(open_house)] == [
        Kind.OPENING,
        Kind.TOPIC,
        Kind.NOTICE,
        Kind.NOTICE,
        Kind.NOTICE,
        Kind.CLOSING,
    ]


async def test_a_topics_post_is_parted_into_its_question_and_what_follows(
    open_house: House,
) -> None:
    (topic,) = [row for row in await rows(open_house) if row.kind is Kind.TOPIC]
    assert topic.topic == 1
    assert topic.ask == "What question did the authors try to answer?"
    assert topic.after_ask.startswith("Next: T2, <t:")


async def test_a_long_topic_has_one_heading_and_more_parts(open_house: House) -> None:
    question = " ".join(f"word{n}" for n in range(1500))
    chat = await open_house.start(urojc("long", questions=[question]))
    shown = await rows(open_house, chat, Room("local", "long"))
    kinds = [row.kind for row in shown]
    assert kinds.count(Kind.TOPIC) == 1
    assert kinds.count(Kind.MORE) >= 2
    (topic,) = [row for row in shown if row.kind is Kind.TOPIC]
    assert topic.ask.startswith("word0 word1")
    assert topic.after_ask == ""


async def test_a_row_tells_what_it_answers_and_how_it_is_liked(open_house: House) -> None:
    first = await open_house.say(ROOM, ANA, "T1 a **bold** claim\nwith a second line")
    open_house.clock.advance(timedelta(seconds=1))
    second = await open_house.say(ROOM, BEN, "I doubt it", reply_to=first)
    await open_house.put_emoji(ROOM, second, ANA, "🤔")
    answer = next(row for row in await rows(open_house) if row.message.id == second)
    assert answer.quote is not None
    assert (answer.quote.id, answer.quote.name) == (first, "Ana")
    assert answer.quote.text == "T1 a bold claim with a second line"
    assert [(one.emoji, one.people) for one in answer.reactions] == [("🤔", 1)]
    assert answer.reason == "it answers a message of the topic"


async def test_a_quote_never_holds_what_was_withdrawn(open_house: House) -> None:
    first = await open_house.say(ROOM, ANA, "T1 the postman from Elm Street")
    second = await open_house.say(ROOM, BEN, "really?", reply_to=first)
    await open_house.delete(ROOM, first)
    answer = next(row for row in await rows(open_house) if row.message.id == second)
    assert answer.quote is not None
    assert answer.quote.text == "withdrawn by its author"


def test_a_quote_of_a_topic_is_its_question_alone() -> None:
    post = message("T1: Why?\n\nNext: T2, <t:1796594400:F>.", Role.BOT, "Rounds")
    quote = quote_of(post)
    assert quote is not None
    assert (quote.text, quote.is_bot) == ("T1: Why?", True)
    assert quote_of(None) is None
    assert quote_of(post._replace(said=False)) is None


def test_a_long_message_is_quoted_in_one_short_line() -> None:
    quote = quote_of(message("word \n" * 500))
    assert quote is not None
    assert len(quote.text) <= 96
    assert "\n" not in quote.text


@pytest.mark.parametrize(
    ("name", "initial"),
    [("ana", "A"), ("  élodie", "É"), ("陳美玲", "陳"), ("👩‍⚕️", "·"), ("<b>", "B"), ("", "·"),
     ("ßeta", "S"), ("¡Hola!", "H"), ("9lives", "9")],
)  # fmt: skip
def test_an_initial_is_one_letter_or_a_dot(name: str, initial: str) -> None:
    row = Row(message(name=name), Kind.SAID, None, (), text_kept=True)
    assert row.initial == initial


def test_colours_are_of_the_person_and_not_of_the_name() -> None:
    hues = set()
    for n in range(200):
        one = message()._replace(author=f"p-{n}")
        row = Row(one, Kind.SAID, None, (), text_kept=True)
        renamed = Row(one._replace(name="Other"), Kind.SAID, None, (), text_kept=True)
        assert row.hue == renamed.hue
        hues.add(row.hue)
    assert hues == set(range(HUES))


async def test_what_was_said_late_is_known_to_be_without_text(open_house: House) -> None:
    kept = await open_house.start(urojc("kept", keep_late=True))
    await open_house.live(timedelta(hours=49))
    await open_house.say(ROOM, Person("local", "p-x", "X"), "late")
    await open_house.say(Room("local", "kept"), ANA, "late")
    (dropped,) = [row for row in await rows(open_house) if row.kind is Kind.SAID]
    (read,) = [
        row for row in await rows(open_house, kept, Room("local", "kept")) if row.kind is Kind.SAID
    ]
    assert (dropped.is_late, dropped.text_kept) == (True, False)
    assert (read.is_late, read.text_kept, read.message.text) == (True, True, "late")


async def test_of_words_that_were_removed_it_is_said_why_they_are_not_there(
    open_house: House,
) -> None:
    message = await open_house.say(ROOM, ANA, "the postman")
    answer = await open_house.say(ROOM, Person("local", "p-x", "X"), "why?", reply_to=message)
    async with open_house.store.writing() as tables:
        whom = departures.new_erased(ANA.key, open_house.clock())
        await forgetting.erase(tables, "local", ANA.id, whom)
    said = {row.message.id: row for row in await rows(open_house) if row.kind is Kind.SAID}
    assert (said[message].removed, said[message].message.name) == ("erased", "somebody erased")
    assert said[answer].removed == ""
    quote = said[answer].quote
    assert quote is not None
    assert (quote.name, quote.text) == ("somebody erased", "erased")
    assert {row.removed for row in await rows(open_house) if row.kind is not Kind.SAID} == {""}


# ---------------------------------------------------------------- held back


async def test_an_author_alone_reads_what_was_seen_and_a_moderator_alone_what_was_said(
    place: Served,
) -> None:
    async with (
        place.guest(name="Ana") as ana,
        place.guest(name="Ben") as ben,
        place.moderator() as henry,
    ):
        said = await ana.say("urojc", "T1: quillwort, MRN 00482913")
        number = said.url.fragment.removeprefix("m-")
        mine = (await ana.get("/rooms/urojc")).words
        assert "Only you see this: your message seems to have a record number" in mine
        assert "quillwort" not in mine
        at = f"/rooms/urojc/messages/{number}"
        for guest, reads in ((ana, True), (ben, False), (henry, True)):
            assert ("quillwort" in (await guest.get(at)).text) is reads
        for guest in (ben, henry):
            words = (await guest.get("/rooms/urojc")).words
            assert "held back for review" in words
            assert "Only you see this" not in words
            assert "quillwort" not in words
        assert "Here only moderators read it" in (await henry.get(at)).words
        await ana.post(f"{at}/edit", {"text": "T1: quillwort, without a number"})
        for guest in (ana, ben, henry):
            words = (await guest.get("/rooms/urojc")).words
            assert "quillwort" in words
            assert "held back" not in words
        assert "Here only moderators" not in (await henry.get(at)).words


async def test_what_may_be_a_cry_for_help_is_not_removed_from_the_room(tmp_path: Path) -> None:
    club = urojc()
    caring = replace(club, agenda=replace(club.agenda, help_lines={"any": "https://a.example"}))
    async with house(tmp_path, caring) as at:
        await at.start(caring)
        at.simulation.runner = Runner(at.store, lookout())
        async with (
            at.simulation.runner.running(),
            served(at) as place,
            place.guest(name="Ana") as ana,
            place.guest(name="Ben") as ben,
        ):
            said = await ana.say("urojc", "quillwort, I want to kill myself")
            number = said.url.fragment.removeprefix("m-")
            await ben.say("urojc", "Ana, write to me", reply=number)
            page = await ben.get("/rooms/urojc")
            assert page.words.count("I want to kill myself") == 2, "it stands, and is answered"
            assert "held back" not in page.words
            assert "quillwort" not in (await ben.say("urojc", "/chat catchup")).words
            both = {"text": "quillwort, I want to kill myself, like MRN 00482913"}
            await ana.post(f"/rooms/urojc/messages/{number}/edit", both)
            page = await ben.get("/rooms/urojc")
            assert page.words.count("held back for review") == 2
            assert "00482913" not in page.text
            assert "seems to have a record number" in (await ana.get("/rooms/urojc")).words
            await ana.post(f"/rooms/urojc/messages/{number}/delete")
            assert "quillwort" not in (await ben.get("/rooms/urojc")).words
