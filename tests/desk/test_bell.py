"""Calling a moderator and taking a call, as the house answers on every platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.asking import Desk
from bot.desk.bell import Bell, Place
from bot.engine.agenda import Room, Series
from bot.engine.calls import Call
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.errors import Refused
from bot.engine.messages import Hold, message_key
from bot.engine.people import Person
from bot.engine.signals import CheckedIn
from bot.engine.wording import plain
from bot.intake.runner import Runner
from bot.intake.watch import lookout
from tests.house import START, House, house, moderator, person, room_of, urojc, way_in

LINES = {"GB": "Samaritans: call 116 123", "any": "https://findahelpline.com"}
CLUB = urojc()
CARING = replace(CLUB, agenda=replace(CLUB.agenda, help_lines=LINES))
ROOM, HENRY, ANN, BOB = room_of(CLUB), moderator(CLUB), person("Ann"), person("Bob")
CHAT = "urojc-2026-12-07"


async def told(at: House, text: str, by: Person = ANN, room: Room = ROOM) -> str:
    desk = Desk(at.runner, at.store, at.catalogue, way_in)
    return plain((await desk.ask(text, by, room, at.clock())).words)


def called_from(answer: str) -> bool:
    """Tell whether a moderator was called; else the answer lists what can be asked."""
    is_list = answer.startswith("/chat ")
    assert is_list or answer.endswith("\nWhat can be asked: /chat commands")
    return not is_list


async def test_help_calls_the_moderators_and_says_what_follows(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        assert await told(at, "help") == (
            "The moderators of International Urology Journal Club are told now, with a link to "
            "this place. You will see here who comes. If somebody is in danger right now, call "
            "your local emergency number.\nWhat can be asked: /chat commands"
        )
        (call,) = (await at.chat(CHAT)).calls.values()
        assert (call.person, call.name, call.asked) == (ANN.id, "Ann", "person")


async def test_words_after_help_call_all_the_same_and_are_kept_nowhere(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        assert called_from(await told(at, "help please, zanzibar"))
        assert b"zanzibar" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


async def test_a_chat_alone_is_typed_without_calling_anybody(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        for text in ("", "commands"):
            assert not called_from(await told(at, text))
        assert not (await at.chat(CHAT)).calls


async def test_help_calls_on_the_day_of_a_chat_and_for_a_day_after_it(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, now=START - timedelta(days=3)) as at:
        assert not called_from(await told(at, "help")), "no chat exists"
        await at.plan(CLUB, START)
        assert not called_from(await told(at, "help")), "three days before"
        at.clock.set(START - timedelta(hours=6))  # 01:00 in Sydney, on the chat's own day
        assert called_from(await told(at, "help"))
        await at.live(timedelta(hours=6) + CLUB.agenda.window + timedelta(hours=23))
        assert called_from(await told(at, "help", BOB))
        await at.live(timedelta(hours=2))
        assert not called_from(await told(at, "help", person("Cleo")))


async def test_a_second_call_says_that_help_is_called_already(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await told(at, "help")
        with pytest.raises(Refused, match="called already"):
            await told(at, "help")


async def test_where_nobody_can_be_told_the_answer_says_so(tmp_path: Path) -> None:
    there = Room("discord", "1")
    nobody = replace(CLUB, agenda=replace(CLUB.agenda, rooms=(there,), moderators={}))
    async with house(tmp_path, nobody) as at:
        await at.plan(nobody, START)
        lee = Person("discord", "5", "Lee")
        with pytest.raises(Refused, match=r"No moderator of .* can be told privately"):
            await told(at, "help", lee, there)


@pytest.mark.parametrize(("country", "line"), [("GB", LINES["GB"]), ("", LINES["any"])])
async def test_where_nobody_can_be_told_the_help_lines_of_the_country_are_named(
    tmp_path: Path, country: str, line: str
) -> None:
    there = Room("discord", "1")
    nobody = replace(CARING, agenda=replace(CARING.agenda, rooms=(there,), moderators={}))
    async with house(tmp_path, nobody) as at:
        await at.plan(nobody, START)
        lee = Person("discord", "5", "Lee")
        await at.runner.handle(CheckedIn(at.clock(), there, lee, "urojc", CheckIn(country=country)))
        with pytest.raises(Refused) as refusal:
            await told(at, "help", lee, there)
        assert str(refusal.value) == (
            "No moderator of International Urology Journal Club can be told privately, for its "
            "agenda names nobody who can be written to. Ask in the room. If somebody is in danger "
            f"right now, call your local emergency number.\nHelp is also here:\n{line}\n"
            "What can be asked: /chat commands"
        )


@pytest.mark.parametrize(
    ("club", "noted"), [(CARING, "GB"), (CLUB, "")], ids=["with help lines", "without"]
)
async def test_a_call_knows_the_country_of_who_calls_where_it_leads_to_a_help_line(
    tmp_path: Path, club: Series, noted: str
) -> None:
    async with house(tmp_path, club) as at:
        await at.start(club)
        await at.runner.handle(CheckedIn(at.clock(), ROOM, ANN, "urojc", CheckIn(country="GB")))
        await told(at, "help")
        await told(at, "help", BOB)
        calls = (await at.chat(CHAT)).calls.values()
        assert [call.country for call in calls] == [noted, ""]


async def test_a_moderator_takes_the_call_that_waits_longest(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await told(at, "help")
        await told(at, "help", BOB)
        assert "You have the call of Ann in" in await told(at, "take", HENRY)
        assert "You have the call of Bob in" in await told(at, "take #2", HENRY)
        for text, by, why in (
            ("take", HENRY, "Nobody waits"),
            ("take 1", HENRY, "already"),
            ("take soon", HENRY, "by its number"),
            ("take", ANN, "for the moderators"),
        ):
            with pytest.raises(Refused, match=why):
                await told(at, text, by)


async def test_a_call_is_taken_where_another_chat_of_the_room_waits(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await told(at, "help")
        await told(at, "close", HENRY)
        at.clock.advance(timedelta(hours=1))
        await at.live()
        await told(at, "start urojc", HENRY)
        assert "call of Ann" in await told(at, "take", HENRY)


async def test_nobody_takes_a_call_of_a_room_without_chats(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        with pytest.raises(Refused, match="No chat is held"):
            await told(at, "take", HENRY, Room("local", "nowhere"))


async def test_calls_come_to_those_on_call_one_by_one_through_the_store(tmp_path: Path) -> None:
    rota = replace(CLUB, agenda=replace(CLUB.agenda, on_call={"local": ("henry", "mo")}))
    async with house(tmp_path, rota) as at:
        await at.start(rota)
        assert (await told(at, "help")).startswith("henry is told now")
        for minute, whom in enumerate(("henry", "henry", "mo", "mo", "henry")):
            call = (await at.chat(CHAT)).calls[1]
            assert call.pages[-1][0] == f"local:{whom}", f"after {minute} min"
            await at.live(timedelta(minutes=1))


# ---------------------------------------------------------------- words of distress


async def hold_of(at: House, key: str) -> Hold:
    async with at.store.reading() as tables:
        (message,) = await tables.messages([key])
    return message.held


async def cried(at: House, series: Series, text: str) -> tuple[str, list[Call]]:
    """Say something in a room that is looked after; return its key and the calls by it."""
    await at.start(series)
    at.simulation.runner = Runner(at.store, lookout())
    async with at.simulation.runner.running():
        message = await at.say(ROOM, ANN, text)
        calls = list((await at.chat(CHAT)).calls.values())
    return message_key(ROOM, message), calls


@pytest.mark.parametrize("country", ["GB", ""])
async def test_words_of_distress_hold_the_message_and_call_a_moderator(
    tmp_path: Path, country: str
) -> None:
    async with house(tmp_path, CARING) as at:
        if country:
            said = CheckIn("Ann", "", country, "", Consent.NAMED)
            await at.runner.handle(CheckedIn(at.clock(), ROOM, ANN, "urojc", said))
        key, calls = await cried(at, CARING, "I want to kill myself")
        assert await hold_of(at, key) is Hold.DISTRESS
        assert [(call.asked, call.country, call.message) for call in calls] == [
            ("words", country, key)
        ]


async def test_without_help_lines_nobody_looks_for_words_of_distress(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        key, calls = await cried(at, CLUB, "I want to kill myself")
        assert (await hold_of(at, key), calls) == (Hold.NONE, [])


async def test_other_words_call_nobody(tmp_path: Path) -> None:
    async with house(tmp_path, CARING) as at:
        key, calls = await cried(at, CARING, "T1: this trial kills time, n = 324")
        assert (await hold_of(at, key), calls) == (Hold.NONE, [])


async def test_the_bell_takes_the_chat_of_the_post_at_which_it_is_pressed(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        bell = Bell(at.runner, at.store)
        assert await bell.ring(ANN, Place(Room("local", "else"), chat=CHAT), at.clock())
        assert (await at.chat(CHAT)).calls[1].person == ANN.id


async def test_the_names_of_who_called_and_came_go_with_what_people_said(tmp_path: Path) -> None:
    brief = replace(CLUB, agenda=replace(CLUB.agenda, keep=timedelta(days=1)))
    async with house(tmp_path, brief) as at:
        await at.start(brief)
        await told(at, "help")
        await told(at, "take", HENRY)
        bodies = "SELECT body FROM events WHERE kind IN ('Called', 'Taken')"
        for days, names in ((4, 2), (0, 0)):
            async with at.store.reading() as tables:
                rows = await tables.connection.rows(bodies)
            found = sum(f'"name":"{name}"' in body for (body,) in rows for name in ("Ann", "henry"))
            assert (len(rows), found) == (2, names)
            await at.live(timedelta(days=days))
