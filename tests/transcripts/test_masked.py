"""The public edition and the one for research, in every format: what is in them and what not."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.messages import OURS, Attachment, Message
from bot.engine.people import Role
from bot.engine.showing import Audience
from bot.engine.state import Posted
from bot.transcripts.rendering import FORMATS
from tests.transcripts.club import CHAT, HOME, OPENS, after, kept
from tests.transcripts.guarded import HELD, check_in, guarded, in_words

MASKED = (Audience.PUBLIC, Audience.RESEARCH)
ALL = (Audience.ORGANIZERS, *MASKED)


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("audience", ALL)
async def test_nothing_of_what_is_held_withdrawn_or_unwanted_is_in_any_edition(
    wanted: str, audience: Audience
) -> None:
    async with guarded() as (tables, chat):
        said = await in_words(tables, chat, wanted, audience)
    for words in (HELD, "postman", "Deleted by its author", "Setext", "onerror=alert(1)&gt; "):
        assert words not in said


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("audience", MASKED)
async def test_no_name_and_no_id_of_a_pseudonym_is_anywhere(
    wanted: str, audience: Audience
) -> None:
    async with guarded() as (tables, chat):
        said = await in_words(tables, chat, wanted, audience)
    for trace in ("kofi", "mensah", "wilhelmina", "onerror=alert", "gnirb", "x.com/kofi",
                  "discord.com", "812345678901234567>", "1733515", "u0noor", "u0gone", "u0henry",
                  "c04urojc"):  # fmt: skip
        assert trace not in re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", said.lower()), trace


@pytest.mark.parametrize("wanted", ["html", "md"])
async def test_the_organizers_edition_names_everybody_and_says_why_something_is_held(
    wanted: str,
) -> None:
    async with guarded() as (tables, chat):
        said = await in_words(tables, chat, wanted, Audience.ORGANIZERS)
    assert "Kofi Mensah" in said
    assert "held back for review: a patient could be known by it" in said
    assert "its author does not want to be in the transcript" in said
    assert "for the moderators of this chat alone" in said


async def test_the_organizers_edition_marks_what_is_held_for_machines_too() -> None:
    async with guarded() as (tables, chat):
        found = json.loads(await in_words(tables, chat, "json", Audience.ORGANIZERS))
        rows = (await in_words(tables, chat, "csv", Audience.ORGANIZERS)).splitlines()
    held = {one["id"]: one["held"] for one in found["messages"] if one["held"]}
    assert held == {"m31": "privacy", "m5": "out", "m7": "out", "m12": "out"}
    assert rows[0].endswith(",room,stated_role,conflict_of_interest,held")
    assert sum(row.endswith(",privacy") for row in rows) == 1


async def test_names_are_replaced_in_texts_replies_mentions_and_lists() -> None:
    async with guarded() as (tables, chat):
        found = json.loads(await in_words(tables, chat, "json", Audience.PUBLIC))
        page = await in_words(tables, chat, "html", Audience.PUBLIC)
    (kofi,) = {one["name"] for one in found["messages"] if one["text"].startswith("A1-A2")}
    assert re.fullmatch(r"Participant [1-9]", kofi)
    texts = {one["text"] for one in found["messages"]}
    assert f"{kofi}, and {kofi}: thank [name left out] too" in texts
    assert any(f"we asked @{kofi} and @[name left out]" in text for text in texts)
    assert any("@Emma Lindqvist we asked" in text for text in texts)
    assert f"shared by <bdi>{kofi}</bdi>" in page
    assert f"<bdi>{kofi}</bdi></a>: <bdi>A1: Survival" in page  # what somebody answers
    shared = next(text for text in texts if text.startswith("See"))
    assert shared == (
        "See [link left out] and [link left out] and here [link left out], "
        f"me [link left out] #[left out] — {kofi}"
    )


async def test_ids_are_numbers_of_the_file_and_answers_lead_to_them() -> None:
    async with guarded() as (tables, chat):
        for audience in MASKED:
            found = json.loads(await in_words(tables, chat, "json", audience))
            numbers = {one["id"] for one in found["messages"]}
            assert numbers == set(map(str, range(1, len(numbers) + 1)))
            answers = [one["reply_to"] for one in found["messages"] if one["reply_to"]]
            assert answers
            assert set(answers) <= numbers | {"t1", "t2", "t4"}
            assert {one["author"] for one in found["messages"]} - {OURS} <= set("123456789")
            assert {one["room"] for one in found["messages"]} == {"local:urojc", "slack:2"}
            assert found["chat"]["rooms"] == ["local:urojc", "slack:2"]
            assert "held" not in found["messages"][0]


async def test_an_answer_to_what_is_left_out_does_not_say_what_it_answers() -> None:
    async with guarded() as (tables, chat):
        found = json.loads(await in_words(tables, chat, "json", Audience.PUBLIC))
        page = await in_words(tables, chat, "md", Audience.PUBLIC)
    (answer,) = (one for one in found["messages"] if one["text"] == "I agree with it")
    assert answer["reply_to"] is None
    assert re.search(r"to a message that is not here\n\n> I agree with it", page)


async def test_research_has_the_words_of_those_alone_who_agreed_and_times_in_steps() -> None:
    async with guarded() as (tables, chat):
        data = await in_words(tables, chat, "json", Audience.RESEARCH)
        page = await in_words(tables, chat, "html", Audience.RESEARCH)
    found = json.loads(data)
    texts = [one["text"] for one in found["messages"] if one["text"]]
    assert any("سؤال جيد" in text for text in texts)
    assert not any("Uppsala" in text or "urologist" in text for text in texts)
    assert all(re.search(r"T\d\d:(00|15|30|45):00Z$", one["at"]) for one in found["messages"])
    assert found["summary"]["links"] == []
    assert all(topic["most_replied"] == topic["most_reacted"] == [] for topic in found["topics"])
    assert {one["name"].split()[0] for one in found["messages"]} == {"Participant", "Moderator"}
    seconds = [topic["first_answer_seconds"] for topic in found["topics"]]
    assert all(one is None or one % 900 == 0 for one in seconds)
    assert "Research edition" in page
    assert not any(one["role"] == "bot" for one in found["messages"])


async def test_files_of_a_pseudonym_are_told_by_type_and_size() -> None:
    file = Attachment("kofi_mensah_cv.pdf", "application/pdf", 4096, "https://cdn.example/9/cv.pdf")
    said = Message(CHAT.id, HOME, "1", said=True, at=after(minutes=1), author="kofi",
                   name="Kofi Mensah", text="", attachments=(file,))  # fmt: skip
    named = said._replace(id="2", author="emma", name="Emma", at=after(minutes=2))
    async with kept([said, named]) as (tables, chat):
        await check_in(tables, chat, {"local:kofi": CheckIn(consent=Consent.PSEUDONYM)})
        for wanted in FORMATS:
            text = await in_words(tables, chat, wanted, Audience.PUBLIC)
            assert "application/pdf" in text
            assert text.count("https://cdn.example/9/cv.pdf") == 1  # hers alone


async def test_a_closing_post_does_not_repeat_what_it_quoted_of_other_rooms() -> None:
    post = Message(
        CHAT.id,
        HOME,
        "c1",
        said=True,
        at=after(hours=48),
        author=OURS,
        name="Rounds",
        role=Role.BOT,
        text="Closed.\n\nMost answered on Slack:\n• “parrot” (Kofi)",
    )
    async with kept([post]) as (tables, its):
        chat = replace(its, closings={HOME: Posted(HOME, OPENS, "c1")})
        for audience in (Audience.ORGANIZERS, Audience.PUBLIC):
            for wanted in FORMATS:
                said = await in_words(tables, chat, wanted, audience)
                assert "Closed." in said
                assert "parrot" not in said


async def test_an_author_of_the_paper_who_wants_no_name_is_not_named_as_being_there() -> None:
    donovan = {"local:author": CheckIn(consent=Consent.PSEUDONYM)}
    async with kept([said_by("author", "Jenny Donovan")]) as (tables, chat):
        assert "Jenny Donovan" in await in_words(tables, chat, "html", Audience.PUBLIC)
        await check_in(tables, chat, donovan)
        page = await in_words(tables, chat, "html", Audience.PUBLIC)
    assert "Donovan" not in page
    assert "Freddie Hamdy" in page


async def test_the_same_chat_has_other_pseudonyms_in_another_file() -> None:
    async with guarded() as (tables, chat):
        seen = set()
        for salt in (b"1", b"2", b"3", b"4"):
            found = json.loads(await in_words(tables, chat, "json", Audience.RESEARCH, salt))
            seen.add(tuple(one["author"] for one in found["messages"] if "A1-A2" in one["text"]))
    assert len(seen) > 1


@pytest.mark.parametrize("wanted", FORMATS)
async def test_an_emoji_of_a_server_does_not_tell_a_name(wanted: str) -> None:
    said = said_by("kofi", "Kofi Mensah")._replace(text="well <:kofi:123456789012345678>")
    async with kept([said]) as (tables, chat):
        emoji = "<:kofimensah:123456789012345678>"
        await tables.put_reactions([(said.key, "local:ben", emoji, after(minutes=2), True)])
        await check_in(tables, chat, {"local:kofi": CheckIn(consent=Consent.PSEUDONYM)})
        page = await in_words(tables, chat, wanted, Audience.PUBLIC)
    assert "kofi" not in page.lower()
    assert page.count(":Participant 1:") == 2


@pytest.mark.parametrize("wanted", FORMATS)
async def test_what_a_named_person_discloses_and_shares_does_not_name_others(wanted: str) -> None:
    kofi = said_by("kofi", "Kofi Mensah")._replace(id="2")
    file = Attachment("with_kofi_mensah.png", "image/png", 9, "https://x.example/kofimensah.png")
    ben = said_by("ben", "Ben Stone")._replace(attachments=(file,))
    told = {
        "local:kofi": CheckIn(consent=Consent.PSEUDONYM),
        "local:ben": CheckIn(interest="Married to Kofi Mensah", consent=Consent.NAMED),
    }
    async with kept([kofi, ben]) as (tables, chat):
        await check_in(tables, chat, told)
        page = await in_words(tables, chat, wanted, Audience.PUBLIC)
    assert "Ben Stone" in page
    assert "Married to Participant" in page
    assert "kofi" not in page.lower()


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("name", ["Jürgen Möller", "Juergen Moeller"])
async def test_a_name_with_an_umlaut_is_hidden_however_it_is_written_and_in_links(
    wanted: str, name: str
) -> None:
    told = (
        "Juergen and Möller: https://example.org/people/J%C3%BCrgen-M%C3%B6ller, "
        "https://example.org/juergen-moeller, <https://example.org/2|J%25C3%25BCrgen>, "
        "[Moeller](https://example.org/3) and https://xn--mller-jua.example"
    )
    file = Attachment("M%C3%B6ller.png", "image/png", 9, "https://x.example/M%F6ller.png")
    ann = said_by("ann", "Ann Stone")._replace(id="2", text=told, attachments=(file,))
    async with kept([said_by("j", name), ann]) as (tables, chat):
        await check_in(tables, chat, {"local:j": CheckIn(consent=Consent.PSEUDONYM)})
        page = await in_words(tables, chat, wanted, Audience.PUBLIC)
    assert "Participant" in page
    assert "https://example.org/2" in page.replace("\\/", "/")
    for trace in ("uergen", "oeller", "ürgen", "öller", "rgen", "ller"):
        assert trace not in page.replace("Controller", ""), trace


def said_by(author: str, name: str, room: Room = HOME) -> Message:
    return Message(CHAT.id, room, "1", said=True, at=after(minutes=1), author=author, name=name,
                   text="hello")  # fmt: skip
