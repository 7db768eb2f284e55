"""The forms of a room, sent without any script."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.agenda import Room, Series
from bot.engine.messages import PlacedBy, Timing
from bot.web.gate import PART
from bot.web.talk import LONGEST, TICKET
from tests.house import House, house, moderator, person, room_of, urojc
from tests.web.outer import CHANNEL, HOLDER, ROLES
from tests.web.served import Answer, Guest, Served, served

ROOM = Room("local", "urojc")
CHAT = "urojc-2026-12-07"


def ids_in(answer: Answer) -> list[str]:
    """Return the ids of the messages on a page, in order, without the bot's posts."""
    return re.findall(r'<article class="row said[^"]*" id="m-([^"]+)"', answer.text)


async def posted(guest: Guest, text: str, **fields: str) -> str:
    """Say something and return the id of the message, from where the room leads back to."""
    answer = await guest.say("urojc", text, **fields)
    assert answer.status == 200
    assert answer.url.fragment.startswith("m-")
    return answer.url.fragment.removeprefix("m-")


# ---------------------------------------------------------------- joining


async def test_a_person_joins_with_a_name_and_is_led_back_to_the_composer(place: Served) -> None:
    async with place.guest() as guest:
        before = await guest.get("/rooms/urojc")
        answer = await guest.join("urojc", "  Ana   Ferreira ")
    assert 'name="name"' in before.text
    assert answer.url.path == "/rooms/urojc"
    assert answer.url.fragment == "composer"
    assert "You write as Ana Ferreira" in answer.words


async def test_a_refused_name_is_kept_for_another_try(place: Served) -> None:
    async with place.guest() as guest:
        answer = await guest.join("urojc", "<b>Henry</b>" + "x" * 60)
        assert answer.status == 422
        assert "at most 60 characters" in answer.words
        assert 'value="&lt;b&gt;Henry&lt;/b&gt;x' in answer.text
        refused = await guest.join("urojc", "ａｄａ")
        assert refused.status == 422  # a moderator of another series
        assert guest.cookie == ""


async def test_a_new_name_is_the_same_person(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana:
        first = await posted(ana, "one")
        await ana.join("urojc", "Ana F.")
        second = await posted(ana, "two")
    one, two = (await open_house.message(ROOM, first), await open_house.message(ROOM, second))
    assert one.author == two.author
    assert (one.name, two.name) == ("Ana", "Ana F.")


async def test_a_moderator_keeps_the_name_of_their_link(place: Served) -> None:
    async with place.moderator() as henry:
        refused = await henry.join("urojc", "Somebody")
        assert refused.status == 422
        assert "You are here as henry already" in refused.words


async def test_a_moderator_on_discord_is_nobody_in_particular_in_a_room(
    place: Served, open_house: House
) -> None:
    """They read along, and write under the name they join with, as everybody does."""
    open_house.series["roles"] = ROLES
    async with place.outer(HOLDER, CHANNEL) as ann, place.guest() as stranger:
        page = await ann.get("/rooms/urojc")
        assert "know you as Ann Lee (Discord)" in page.words
        assert "You moderate here" not in page.words
        assert "Your name" in page.words  # the form to join
        assert "Ann Lee" in await main_of(ann)
        assert (await ann.say("urojc", "T1 hello")).status == 403
        assert (await ann.say("urojc", "/chat close")).status == 403
        assert "Ann Lee" not in (await stranger.get("/rooms/urojc")).text
        assert (await stranger.join("urojc", "Ann Lee")).status == 200  # no name is taken

        assert (await ann.join("urojc", "Annie")).status == 200
        await posted(ann, "T1 hello")
        assert "for the moderators" in (await ann.say("urojc", "/chat close")).words
        assert "You write as Annie" in (await ann.get("/rooms/urojc")).words
        assert "You are Ann Lee (Discord)" in (await ann.get("/")).words
    (message,) = await said_by(open_house, "Annie")
    assert message.startswith("p-")


async def main_of(guest: Guest) -> str:
    return (await guest.part("/rooms/urojc")).text


async def said_by(house: House, name: str) -> list[str]:
    async with house.store.reading() as tables:
        rows = await tables.connection.rows("SELECT author FROM messages WHERE name = ?", (name,))
    return [author for (author,) in rows]


async def test_whoever_joined_stays_who_they_are_when_they_come_in_from_discord(
    place: Served, open_house: House
) -> None:
    open_house.series["roles"] = ROLES
    async with place.guest(name="Annie") as ann:
        message = await posted(ann, "T1 frist")
        assert (await ann.get(place.way_in(HOLDER, CHANNEL))).status == 200
        edited = await ann.post(f"/rooms/urojc/messages/{message}/edit", {"text": "T1 first"})
        assert edited.status == 200
        both = (await ann.get("/you?room=urojc")).words
        assert "from Discord, as Ann Lee . It opens the organizers’ pages" in both
        assert "It holds for 1 day, since" in both
        assert "You write in the rooms here as Annie" in both

        gone = await ann.post("/leave", {"to": "/rooms/urojc", "as": "outer"})
        assert "You write as Annie" in gone.words
        assert (await ann.get("/")).status == 403
        await ann.get(place.way_in(HOLDER, CHANNEL))
        gone = await ann.post("/leave", {"to": "/rooms/urojc"})
        assert "Your name" in gone.words
        assert (await ann.get("/")).status == 200
        alone = (await ann.get("/you")).words
        assert "If this is not your own device" in alone
        assert "You write" not in alone


async def test_nobody_joins_under_a_name_by_which_a_patient_could_be_known(place: Served) -> None:
    async with place.guest() as guest:
        refused = await guest.join("urojc", "Ann, MRN 00482913")
        assert refused.status == 422
        assert "Your name seems to have a record number" in refused.words
        assert guest.cookie == ""
        assert (await guest.join("urojc", "Mrs Ann Lee")).status == 200


async def test_whoever_leaves_is_forgotten(place: Served) -> None:
    async with place.guest(name="Ana") as ana:
        assert "You write as Ana" in (await ana.get("/you?room=urojc")).words
        answer = await ana.post("/leave", {"to": "/rooms/urojc"})
        assert answer.url.path == "/rooms/urojc"
        assert 'name="name"' in answer.text
        away = await ana.post("/leave", {"to": "//evil.example/"}, follow=False)
        assert away.headers["Location"] == "/"


# ---------------------------------------------------------------- saying


async def test_a_message_is_said_by_its_person_and_shown_in_the_room(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "T1 They asked whether it is safe.\r\nAnd for whom?")
        page = await ana.get("/rooms/urojc")
    said = await open_house.message(ROOM, message)
    assert said.text == "T1 They asked whether it is safe.\nAnd for whom?"
    assert said.author.startswith("p-")
    assert said.name == "Ana"
    assert (said.topics, said.placed_by) == ((1,), PlacedBy.LABEL)
    assert re.fullmatch(r"1-[a-z2-9]{6}", message)
    assert "They asked whether it is safe." in page.words
    assert "T1 label" in page.words


async def test_messages_are_numbered_through_in_their_room(place: Served) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ben") as ben:
        ids = [await posted(who, "hello") for who in (ana, ben, ana)]
    assert [one.partition("-")[0] for one in ids] == ["1", "2", "3"]


async def test_numbers_go_on_after_a_restart(tmp_path: Path, club: Series, other: Series) -> None:
    async with house(tmp_path, club, other) as first, served(first) as place:
        await first.start(club)
        async with place.guest(name="Ana") as ana:
            await posted(ana, "one")
            await posted(ana, "two")
    async with (
        house(tmp_path, club, other) as second,
        served(second) as place,
        place.guest(name="Ben") as ben,
    ):
        assert (await posted(ben, "three")).startswith("3-")


async def test_the_same_form_sent_twice_is_one_message(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ben") as ben:
        ticket = re.search(r'name="ticket" value="(\w+)"', (await ana.get("/rooms/urojc")).text)
        assert ticket is not None
        sent = [posted(ana, "only once", ticket=ticket[1]) for _ in range(4)]
        first = set(await asyncio.gather(*sent))
        again = await posted(ana, "only once", ticket=ticket[1])
        others = await posted(ben, "only once", ticket=ticket[1])
        another = await posted(ana, "something else", ticket=ticket[1])
        page = await ana.get("/rooms/urojc")
    assert first == {again}
    assert ids_in(page) == [again, others, another]


async def test_a_ticket_lasts_over_a_restart(tmp_path: Path, club: Series) -> None:
    async with house(tmp_path, club) as first, served(first) as place:
        await first.start(club)
        async with place.guest(name="Ana") as ana:
            cookie = ana.cookie
            message = await posted(ana, "said before", ticket="ticket")
    async with house(tmp_path, club) as second, served(second) as place, place.guest() as ana:
        ana.cookie = cookie
        assert await posted(ana, "said before", ticket="ticket") == message


async def test_two_processes_on_one_store_lose_no_message(tmp_path: Path, club: Series) -> None:
    async with (
        house(tmp_path, club) as first,
        house(tmp_path, club) as second,
        served(first) as here,
        served(second) as there,
    ):
        await first.start(club)
        async with here.guest(name="Ana") as ana, there.guest(name="Ben") as ben:
            for n in range(8):
                both = [posted(who, f"{who.url} {n}") for who in (ana, ben)]
                await asyncio.gather(*both)
            page = await ana.get("/rooms/urojc")
    assert len(set(ids_in(page))) == 16


async def test_an_id_that_another_process_has_taken_is_left_to_it(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        visitor = place.access.visitor(ana.cookie, open_house.clock())
        assert visitor is not None
        taken = f"2-{place.access.stub(visitor, 'ticket')}"
        await open_house.say(ROOM, person("Ben"), "of the other process", message=taken)
        message = await posted(ana, "of this process", ticket="ticket")
    assert message != taken
    assert (await open_house.message(ROOM, taken)).text == "of the other process"
    assert (await open_house.message(ROOM, message)).text == "of this process"


async def test_a_reply_quotes_what_it_answers(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ben") as ben:
        first = await posted(ana, "T1 a **bold** claim")
        form = await ben.get(f"/rooms/urojc?reply={first}")
        assert "Replying to Ana a bold claim" in form.words.replace("T1 ", "")
        assert f'name="reply" value="{first}"' in form.text
        second = await posted(ben, "I doubt it", reply=first)
        page = await ben.get("/rooms/urojc")
    said = await open_house.message(ROOM, second)
    assert said.reply_to == first
    assert (said.topics, said.placed_by) == ((1,), PlacedBy.REPLY)
    assert re.search(rf'class="quote" href="\?at={first}#m-{first}"', page.text)


async def test_a_reply_to_what_is_not_there_is_refused_and_kept(place: Served) -> None:
    async with place.guest(name="Ana") as ana:
        answer = await ana.say("urojc", "my answer", reply="99-zzz")
    assert answer.status == 422
    assert "not in this room" in answer.words
    assert "my answer" in answer.text


@pytest.mark.parametrize("text", ["", "   \r\n ", "\u200b\u200b", "\u3164"])
async def test_nothing_cannot_be_said(place: Served, text: str) -> None:
    async with place.guest(name="Ana") as ana:
        answer = await ana.say("urojc", text)
    assert answer.status == 422
    assert "write something" in answer.words


async def test_a_message_may_have_four_thousand_characters_and_no_more(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "😀" * LONGEST)
        refused = await ana.say("urojc", "y" * (LONGEST + 1))
    assert len((await open_house.message(ROOM, message)).text) == LONGEST
    assert refused.status == 422
    assert "at most 4,000 characters; this one has 4,001" in refused.words
    assert "y" * (LONGEST + 1) in refused.text


async def test_strangers_are_asked_to_join_and_keep_their_words(place: Served) -> None:
    async with place.guest() as guest:
        answer = await guest.say("urojc", "may I?")
    assert answer.status == 403
    assert "join with a name" in answer.words
    assert "may I?" in answer.text


async def test_where_no_chat_is_held_nothing_is_posted_and_words_are_kept(place: Served) -> None:
    async with place.guest(name="Ana", room="meded") as ana:
        page = await ana.get("/rooms/meded")
        answer = await ana.say("meded", "anybody?")
    assert "nothing can be said" in page.words
    assert answer.status == 409
    assert "No chat is held in this room now" in answer.words
    assert "anybody?" in answer.text


async def test_a_message_after_the_close_is_counted_and_its_words_come_back(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        await open_house.live(timedelta(hours=49))
        answer = await ana.say("urojc", "my late thought", ticket="t")
        again = await ana.say("urojc", "my late thought", ticket="t")
        page = await ana.get("/rooms/urojc")
    assert answer.status == again.status == 409
    assert "counts as late, and its text is not kept" in answer.words
    assert "my late thought" in answer.text
    (message,) = ids_in(page)
    said = await open_house.message(ROOM, message)
    assert (said.timing, said.text) == (Timing.LATE, "")


async def test_an_early_message_says_so(place: Served, open_house: House) -> None:
    series = urojc("later")
    open_house.series["later"] = series
    await open_house.plan(series, open_house.clock() + timedelta(hours=2))
    async with place.guest(name="Ana", room="later") as ana:
        before = await ana.get("/rooms/later")
        answer = await ana.say("later", "hello from Lisbon")
    assert "opens in 2 h" in before.words
    assert "what you write now counts as early" in before.words
    assert "early hello from Lisbon" in answer.words


# ---------------------------------------------------------------- commands


async def test_the_answer_to_a_command_is_for_one_person_alone(place: Served) -> None:
    async with place.moderator() as henry, place.guest(name="Ana") as ana:
        answer = await henry.say("urojc", "/chat status")
        assert answer.status == 200
        assert "only you see this" in answer.words
        assert "1 of 3 topics posted" in answer.words
        assert "status" not in (await ana.get("/rooms/urojc")).words


async def test_a_command_of_moderators_is_refused_to_others_in_a_sentence(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana, place.moderator("ada") as ada:
        for guest in (ana, ada):
            refused = await guest.say("urojc", "/chat close")
            assert refused.status == 422
            assert "/chat close is for the moderators of this chat" in refused.words
            assert "/chat close" in refused.text
    assert (await open_house.chat(CHAT)).closed_at is None


async def test_a_mistyped_command_is_not_posted(place: Served) -> None:
    async with place.moderator() as henry:
        refused = await henry.say("urojc", "/chat clsoe")
        page = await henry.get("/rooms/urojc")
    assert "Did you mean /chat close?" in refused.words
    assert ids_in(page) == []


async def test_a_transcript_that_was_asked_for_is_a_download(place: Served) -> None:
    async with place.moderator() as henry:
        answer = await henry.say("urojc", "/CHAT transcript md")
        assert f'href="/chats/{CHAT}/transcript.md"' in answer.text
        download = await henry.get(f"/chats/{CHAT}/transcript.md")
    assert download.status == 200
    assert "International Urology Journal Club" in download.text


async def test_a_link_from_the_room_lets_its_moderator_in_elsewhere(place: Served) -> None:
    async with place.moderator() as henry, place.guest() as telephone:
        answer = await henry.say("urojc", "/chat link")
        link = re.search(r'href="([^"]+/enter\?[^"]+)"', answer.text)
        assert link is not None
        path = link[1].removeprefix(place.url).replace("&amp;", "&")
        assert (await telephone.get(path)).status == 200
        assert "You are henry" in (await telephone.get("/")).words


async def test_a_withdrawn_person_leaves_the_page(place: Served) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ben") as ben:
        await posted(ana, "the postman from Elm Street")
        await posted(ben, "something harmless")
        answer = await ana.say("urojc", "/chat withdraw")
        page = await ben.get("/rooms/urojc")
    assert "counts again" in answer.words
    assert "Elm Street" not in page.text
    assert "withdrawn by its author" in page.words
    assert "something harmless" in page.words


# ---------------------------------------------------------------- one's own messages


async def test_people_edit_their_own_messages(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "T1 frist")
        path = f"/rooms/urojc/messages/{message}"
        tools = await ana.get(path)
        assert "T1 frist</textarea>" in tools.text
        open_house.clock.advance(timedelta(minutes=1))
        page = await ana.post(f"{path}/edit", {"text": "T1 first"})
        refused = await ana.post(f"{path}/edit", {"text": "  "})
        long = await ana.post(f"{path}/edit", {"text": "x" * 4001})
    assert page.url.fragment == f"m-{message}"
    assert "T1 first" in page.words
    assert "edited" in page.words
    assert refused.status == long.status == 422
    said = await open_house.message(ROOM, message)
    assert (said.text, said.edited) == ("T1 first", True)


async def test_the_last_wording_stands_also_where_the_clock_was_set_back(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "T1 frist")
        path = f"/rooms/urojc/messages/{message}/edit"
        for minutes, text in ((-4, "T1 firts"), (1, "T1 first"), (-2, "T1 first of all")):
            open_house.clock.advance(timedelta(minutes=minutes))
            await ana.post(path, {"text": text})
            said = await open_house.message(ROOM, message)
            assert (said.text, said.edited) == (text, True)


async def test_what_is_said_after_a_withdrawal_stands_also_where_the_clock_was_set_back(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        first = await posted(ana, "T1 first")
        open_house.clock.advance(timedelta(minutes=15))
        for text in ("T1 second", "T1 third"):
            page = await ana.post("/rooms/urojc/say", {"text": "/chat withdraw"})
            assert "out of the transcript" in page.words
            open_house.clock.advance(timedelta(minutes=-4))
            message = await posted(ana, text)
            assert (await open_house.message(ROOM, message)).text == text
            open_house.clock.advance(timedelta(minutes=1))
        assert (await open_house.message(ROOM, first)).withdrawn


async def test_saving_the_same_wording_is_no_edit(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "T1 first")
        open_house.clock.advance(timedelta(minutes=1))
        await ana.post(f"/rooms/urojc/messages/{message}/edit", {"text": "T1 first"})
    assert not (await open_house.message(ROOM, message)).edited


async def test_people_withdraw_their_own_messages(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "the postman from Elm Street")
        path = f"/rooms/urojc/messages/{message}"
        page = await ana.post(f"{path}/delete")
        later = await ana.post(f"{path}/edit", {"text": "back"})
        reacted = await ana.post(f"{path}/react", {"emoji": "👍"})
    assert "withdrawn by its author" in page.words
    assert "Elm Street" not in page.text
    assert later.status == reacted.status == 422
    said = await open_house.message(ROOM, message)
    assert (said.text, said.withdrawn) == ("", True)


@pytest.mark.parametrize("deed", ["edit", "delete"])
async def test_nobody_touches_what_others_said(place: Served, open_house: House, deed: str) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ana") as namesake:
        message = await posted(ana, "mine")
        path = f"/rooms/urojc/messages/{message}/{deed}"
        async with place.moderator() as henry, place.guest() as stranger:
            answers = [
                await guest.post(path, {"text": "changed"}) for guest in (namesake, henry, stranger)
            ]
    assert [answer.status for answer in answers] == [422, 422, 403]
    assert "Only your own messages" in answers[0].words
    said = await open_house.message(ROOM, message)
    assert (said.text, said.withdrawn, said.edited) == ("mine", False, False)


async def test_nobody_touches_what_the_bot_said(place: Served, open_house: House) -> None:
    post = (await open_house.chat(CHAT)).topics[0].posts[0].ref
    async with place.moderator() as henry:
        for deed in ("edit", "delete", "react", "place"):
            fields = {"text": "changed", "emoji": "👍", "topics": "T1"}
            answer = await henry.post(f"/rooms/urojc/messages/{post}/{deed}", fields)
            assert answer.status == 422, deed
    assert (await open_house.message(ROOM, post)).text.startswith("T1: What question")


# ---------------------------------------------------------------- others' messages


async def test_reactions_are_put_and_taken_back(place: Served) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ben") as ben:
        message = await posted(ana, "T1 first")
        path = f"/rooms/urojc/messages/{message}/react"
        await ana.post(path, {"emoji": "👍"})
        place.house.clock.advance(timedelta(seconds=1))
        both = await ben.post(path, {"emoji": "👍"})
        assert 'value="👍" aria-pressed="true" aria-label="👍, 2"' in both.text
        seen = await ana.get("/rooms/urojc")
        place.house.clock.advance(timedelta(seconds=1))
        one = await ben.post(path, {"emoji": "👍"})
        assert 'value="👍" aria-pressed="false" aria-label="👍, 1"' in one.text
    assert 'value="👍" aria-pressed="true" aria-label="👍, 2"' in seen.text


async def test_a_reaction_is_taken_back_and_put_again_also_where_the_clock_was_set_back(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "T1 first")
        path = f"/rooms/urojc/messages/{message}/react"
        for there in (True, False, True):
            page = await ana.post(path, {"emoji": "👍"})
            assert ('aria-label="👍, 1"' in page.text) is there
            open_house.clock.advance(timedelta(minutes=-1))


async def test_reactions_are_of_the_palette_or_what_is_there_already(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        message = await posted(ana, "T1 first")
        path = f"/rooms/urojc/messages/{message}/react"
        for emoji in ("", "x", "<b>", "👍👍", "🦄"):
            assert (await ana.post(path, {"emoji": emoji})).status == 422
        await open_house.put_emoji(ROOM, message, person("Ben"), "🦄")
        assert (await ana.post(path, {"emoji": "🦄"})).status == 200
        assert 'aria-label="🦄, 2"' in (await ana.get("/rooms/urojc")).text


async def test_moderators_place_messages_and_others_cannot(
    place: Served, open_house: House, club: Series
) -> None:
    await open_house.ask("next", moderator(club), room_of(club))
    async with place.guest(name="Ana") as ana, place.moderator() as henry:
        message = await posted(ana, "T1 first")
        path = f"/rooms/urojc/messages/{message}"
        assert "/place" not in (await ana.get(path)).text
        assert 'value="T1"' in (await henry.get(path)).text
        refused = await ana.post(f"{path}/place", {"topics": "T2"})
        wrong = await henry.post(f"{path}/place", {"topics": "T9"})
        unreadable = await henry.post(f"{path}/place", {"topics": "two"})
        page = await henry.post(f"{path}/place", {"topics": "T1, T2"})
    assert refused.status == wrong.status == unreadable.status == 422
    assert "for the moderators" in refused.words
    assert "There is no T9 in this chat" in wrong.words
    assert "T1 T2 moderator" in page.words
    assert (await open_house.message(ROOM, message)).topics == (1, 2)


async def test_moderators_hold_a_message_back_and_show_it_again_and_others_cannot(
    place: Served,
) -> None:
    async with place.guest(name="Ana") as ana, place.moderator() as henry:
        message = await posted(ana, "T1 the postman")
        path = f"/rooms/urojc/messages/{message}"
        assert "/hold" not in (await ana.get(path)).text
        refused = await ana.post(f"{path}/hold", {})
        offered = await henry.get(path)
        held = await henry.post(f"{path}/hold", {})
        hidden = await ana.get("/rooms/urojc")
        offered_then = await henry.get(path)
        refused_then = await ana.post(f"{path}/clear", {})
        shown = await henry.post(f"{path}/clear", {})
    assert refused.status == refused_then.status == 422
    assert "for the moderators" in refused.words
    assert f"{path}/hold" in offered.text
    assert f"{path}/clear" not in offered.text
    assert "held back for review" in held.words
    assert "the postman" not in hidden.words
    assert f"{path}/clear" in offered_then.text
    assert f"{path}/hold" not in offered_then.text
    assert "the postman" in offered_then.words
    assert "the postman" in shown.words


async def test_the_button_shows_the_wording_that_stood_on_the_page_and_no_later_one(
    place: Served, open_house: House
) -> None:
    async with (
        place.guest(name="Ana") as ana,
        place.guest(name="Bo") as bo,
        place.moderator() as henry,
    ):
        message = await posted(ana, "T1 write to club@example.org")
        path = f"/rooms/urojc/messages/{message}"
        seen = _worded(await henry.get(path))
        open_house.clock.advance(timedelta(minutes=1))
        await ana.post(f"{path}/edit", {"text": "T1 my patient Maria Lopez"})
        open_house.clock.advance(timedelta(minutes=9))
        refused = await henry.post(f"{path}/clear", {"worded": seen})
        hidden = await bo.get("/rooms/urojc")
        again = _worded(await henry.get(path))
        shown = await henry.post(f"{path}/clear", {"worded": again})
    assert refused.status == 422
    assert "Look at it again" in refused.words
    assert "Lopez" not in hidden.words
    assert again > seen
    assert "Lopez" in shown.words


def _worded(answer: Answer) -> str:
    """Return the time of the wording that a page offers to show."""
    found = re.search(r'name="worded" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


async def test_what_a_moderator_is_told_of_messages_are_links_within_the_page(
    place: Served,
) -> None:
    async with place.guest(name="Ana") as ana, place.moderator() as henry:
        message = await posted(ana, "T1 the postman")
        await henry.say("urojc", f"/chat hold {message}")
        answer = await henry.say("urojc", "/chat review")
        log = await henry.say("urojc", "/chat log")
    for told in (answer, log):
        assert f'<a href="/rooms/urojc?at={message}#m-{message}">the message</a>' in told.text


# ---------------------------------------------------------------- the script's way


async def test_the_script_is_given_the_message_and_a_new_ticket(place: Served) -> None:
    async with place.guest(name="Ana") as ana:
        headers = {"Origin": place.url, PART: "rows"}
        fields = {"text": "<i>hello</i>", "ticket": "t"}
        answer = await ana.post("/rooms/urojc/say", fields, headers)
        refused = await ana.post("/rooms/urojc/say", {"text": " "}, headers)
        told = await ana.post("/rooms/urojc/say", {"text": "/chat catchup"}, headers)
    assert answer.headers[PART] == "rows"
    assert answer.headers[TICKET] not in ("", "t")
    assert answer.text.count("<article") == 1
    assert "&lt;i&gt;hello&lt;/i&gt;" in answer.text
    assert (refused.status, refused.headers[PART]) == (422, "sorry")
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert refused.text == "There is nothing in it yet: write something, then send it."
    assert told.headers[PART] == "answer"
    assert "<html" not in told.text
