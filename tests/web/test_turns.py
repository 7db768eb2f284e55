"""A built-in room while somebody floods it: who is told what, and whose words must wait."""

from __future__ import annotations

from datetime import timedelta

from bot.engine.agenda import Room, Series
from bot.engine.messages import Hold
from bot.intake.watch import lookout
from tests.house import House, moderator
from tests.web.served import Answer, Guest, Served

ROOM = Room("local", "urojc")
LOOKOUT = lookout()
SECOND = timedelta(seconds=1)


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
