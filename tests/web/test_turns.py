"""A built-in room while somebody floods it: who is told what, and whose words must wait."""

from __future__ import annotations

from datetime import timedelta

from bot.engine.agenda import Room, Series
from bot.engine.messages import Hold, Timing
from bot.intake.watch import lookout
from tests.house import House, moderator
from tests.web.served import Answer, Guest, Served

ROOM = Room("local", "urojc")
LOOKOUT = lookout()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def id_of(answer: Answer) -> str:
    """Return the id of the message that was posted."""
    assert answer.status == 200, answer.words
    return answer.url.fragment.removeprefix("m-")


async def floods(ana: Guest, house: House, times: int) -> list[Answer]:
    """Let somebody write so often, a second and a half apart."""
    answers = []
    for number in range(times):
        house.clock.advance(SECOND * 1.2)
        answers.append(await ana.say("urojc", f"Buy {number}"))
    return answers


async def test_the_author_of_a_flood_alone_is_told_and_then_must_wait(
    place: Served, open_house: House
) -> None:
    open_house.runner.lookout = LOOKOUT  # what `bot.app` gives it
    async with place.guest(name="Ana") as ana, place.guest(name="Bob") as bob:
        said = await floods(ana, open_house, 10)
        assert all(one.status == 200 for one in said[:9])
        first, second = said[7], said[8]
        assert "Only you see this: you have written much within a short time" in first.words
        assert "Nothing is held back yet" in first.words
        assert "held back until a moderator clears it" in second.words
        held = second.url.fragment.removeprefix("m-")
        assert (await open_house.message(ROOM, held)).held is Hold.RULE
        refused = said[9]
        assert refused.status == 403
        assert "You are muted" in refused.words
        assert "for another 9 seconds" in refused.words
        assert ">Buy 9</textarea>" in refused.text
        seen = await bob.get("/rooms/urojc")
        assert "Only you see this" not in seen.words
        assert "Buy 7" in seen.words
        assert "Buy 8" not in seen.words
        assert (await bob.say("urojc", "What is this?")).status == 200


async def test_a_chat_that_is_open_stays_so_where_the_clock_is_set_back_behind_its_opening(
    place: Served, open_house: House
) -> None:
    open_house.runner.lookout = LOOKOUT
    async with place.guest(name="Ana") as ana, place.moderator() as henry:
        await open_house.live(MINUTE * 30)
        said = [id_of(await ana.say("urojc", "T1: as it was"))]
        open_house.clock.advance(-MINUTE * 60)
        shown = await ana.get("/rooms/urojc")
        assert "open" in (await henry.say("urojc", "/chat status")).words
        assert "No chat now" not in shown.words
        assert "as it was" in shown.words
        async with place.guest(name="Bob") as bob:
            for number in range(9):  # nine at one moment were a flood
                said.append(id_of(await ana.say("urojc", f"Word {number}")))
                said.append(id_of(await bob.say("urojc", f"T1: answer {number}")))
                open_house.clock.advance(MINUTE)
            seen = await bob.get("/rooms/urojc")
        messages = [await open_house.message(ROOM, one) for one in said]
    assert {one.timing for one in messages} == {Timing.ON_TIME}
    assert {one.topics for one in messages} == {(1,)}
    assert {one.held for one in messages} == {Hold.NONE}
    assert [one.at for one in messages] == sorted(one.at for one in messages)
    assert all(one.text and one.text in seen.words for one in messages)


async def test_what_was_said_stays_on_time_where_the_chat_is_closed_by_a_clock_that_was_set_back(
    place: Served, open_house: House, club: Series
) -> None:
    await open_house.ask("close", moderator(club), ROOM)
    await open_house.live(MINUTE * 100)
    chat = await open_house.start(club)
    await open_house.live(MINUTE)
    open_house.clock.advance(-MINUTE * 60)
    async with place.guest(name="Ana") as ana, place.moderator() as henry:
        first = id_of(await ana.say("urojc", "T1: in the second chat"))
        assert "close" in (await henry.say("urojc", "/chat close")).words.lower()
    message, found = await open_house.message(ROOM, first), await open_house.chat(chat)
    assert (message.chat, message.text) == (chat, "T1: in the second chat")
    assert message.timing is Timing.ON_TIME
    assert found.closed_at is not None
    assert found.closed_at >= found.opens_at


async def test_in_a_slow_room_each_writes_once_in_so_many_seconds(
    place: Served, open_house: House, club: Series
) -> None:
    await open_house.ask("slow 30s 10m", moderator(club), ROOM)
    async with place.guest(name="Ana") as ana, place.guest(name="Bob") as bob:
        assert (await ana.say("urojc", "One")).status == 200
        open_house.clock.advance(SECOND * 12)
        refused = await ana.say("urojc", "Two")
        assert refused.status == 429
        assert "once in 30 seconds" in refused.words
        assert "send them in 18 seconds" in refused.words
        assert ">Two</textarea>" in refused.text
        assert (await bob.say("urojc", "Mine")).status == 200
        open_house.clock.advance(SECOND * 18)
        assert (await ana.say("urojc", "Two")).status == 200
        await open_house.live(timedelta(minutes=10))
        assert (await ana.say("urojc", "Three")).status == 200
        assert (await ana.say("urojc", "Four")).status == 200


async def test_whoever_a_moderator_mutes_reads_until_when_and_keeps_their_words(
    place: Served, open_house: House, club: Series
) -> None:
    async with place.guest(name="Ana") as ana:
        rude = await ana.say("urojc", "Rude")
        await open_house.ask("mute Ana 30m", moderator(club), ROOM)
        refused = await ana.say("urojc", "Ruder")
        assert refused.status == 403
        assert "A moderator has muted you" in refused.words
        assert "for another 30 min" in refused.words
        await open_house.ask("mute Ana 0m", moderator(club), ROOM)
        assert (await ana.say("urojc", "Sorry")).status == 200
        message = rude.url.fragment.removeprefix("m-")
        await open_house.ask(f"remove {message}", moderator(club), ROOM)
        seen = await ana.get("/rooms/urojc")
        assert "Rude" not in seen.words
        assert "a moderator" in seen.words


async def test_whoever_is_muted_can_take_back_what_they_said_and_word_nothing_anew(
    place: Served, open_house: House, club: Series
) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Bob") as bob:
        said = await ana.say("urojc", "Harmless")
        message = said.url.fragment.removeprefix("m-")
        path = f"/rooms/urojc/messages/{message}"
        open_house.clock.advance(SECOND)
        await open_house.ask("mute Ana 30m", moderator(club), ROOM)
        told = await ana.say("urojc", "Rude")
        refused = await ana.post(f"{path}/edit", {"text": "Rude instead"})
        assert refused.status == told.status == 403
        for words in (told.words, refused.words):
            assert "A moderator has muted you in International Urology Journal Club until" in words
            assert "for another 30 min. Your words are still here: send them then." in words
        assert ">Rude instead</textarea>" in refused.text
        seen = (await bob.get("/rooms/urojc")).words
        assert "Harmless" in seen
        assert "Rude" not in seen
        open_house.clock.advance(SECOND * 1800)
        assert (await ana.post(f"{path}/edit", {"text": "Kind instead"})).status == 200
        assert "Kind instead" in (await bob.get("/rooms/urojc")).words
        await open_house.ask("mute Ana 30m", moderator(club), ROOM)
        assert (await ana.post(f"{path}/delete")).status == 200
        assert (await open_house.message(ROOM, message)).withdrawn
