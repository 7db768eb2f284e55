"""Calling a moderator in a built-in room: who sees what, at once, and who comes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.desk.bell import Bell, Place
from bot.engine.calling import MOST_OPEN
from bot.intake.runner import Runner
from bot.intake.watch import lookout
from tests.house import House, house, person, room_of, urojc
from tests.web.served import Served, served
from tests.web.windows import Windows

CLUB = urojc()
ROOM = room_of(CLUB)
CHAT = "urojc-2026-12-07"


async def test_a_press_asks_once_more_and_a_moderator_sees_it_at_once(
    windows: Windows, open_house: House
) -> None:
    henry = await windows.enter()
    await expect(henry.locator("#calls")).to_be_hidden()
    ana = await windows.join("Ana")
    await ana.get_by_label("Your message").fill("a draft that stays")
    ben = await windows.join("Ben")
    await ben.get_by_role("link", name="Help", exact=True).last.click()
    assert not (await open_house.chat(CHAT)).calls, "a slip of the hand calls nobody"
    await ben.get_by_role("button", name="Call a moderator").click()
    await expect(ben.locator("#calls")).to_contain_text("A moderator of International Urology")
    await expect(ben.locator("#calls")).to_contain_text("Only you see this")
    await expect(henry.locator("#calls")).to_contain_text("Ben asks for a moderator in")
    await expect(ana.locator("#calls")).to_be_hidden()
    await expect(ana.get_by_label("Your message")).to_have_value("a draft that stays")
    await henry.get_by_role("button", name="I take it").click()
    await expect(henry.locator("#calls")).to_be_hidden()
    await expect(ben.locator("#calls")).to_contain_text("henry of International Urology")
    await expect(ben.locator("#calls")).to_contain_text("comes to you in the room")
    open_house.clock.advance(timedelta(hours=1))
    await ben.reload()
    await expect(ben.locator("#calls")).to_be_hidden()


async def test_help_is_found_at_the_opening_at_a_message_and_without_script(
    windows: Windows, open_house: House
) -> None:
    message = await open_house.say(ROOM, person("Cleo"), "T1 something unkind")
    ben = await windows.join("Ben", java_script_enabled=False)
    opening = ben.locator(".row.opening")
    await expect(opening.get_by_role("link", name="Help")).to_be_visible()
    row = ben.locator(f"[id='m-{message}']")
    await row.get_by_role("link", name="More about the message").click()
    await ben.get_by_role("link", name="Call a moderator about this message").click()
    await ben.get_by_role("button", name="Call a moderator").click()
    henry = await windows.enter(path="/")
    await expect(henry.locator("#calls")).to_contain_text("Ben asks for a moderator in")
    await expect(henry.locator("#calls")).to_contain_text("about this message")
    await henry.get_by_role("button", name="I take it").click()
    await expect(henry.locator(f"[id='m-{message}']")).to_be_in_viewport()
    assert (await open_house.chat(CHAT)).calls[1].taken_by == "local:henry"


async def test_only_moderators_take_calls_and_strangers_join_first(
    place: Served, open_house: House
) -> None:
    async with place.guest() as stranger:
        assert (await stranger.get("/rooms/urojc/help")).status == 403
        refused = await stranger.post("/rooms/urojc/help", {})
        assert (refused.status, "Join the room" in refused.words) == (403, True)
    async with place.guest(name="Ben") as ben, place.guest(name="Ana") as ana:
        called = await ben.post("/rooms/urojc/help", {"message": ""})
        assert called.status == 200
        assert "is called" in called.words
        again = await ben.post("/rooms/urojc/help", {"message": ""})
        assert "called already" in again.words
        assert "Ben asks" not in (await ana.get("/rooms/urojc")).words
        for path in (f"/rooms/urojc/calls/{CHAT}/1", f"/calls/{CHAT}/1"):
            refused = await ana.post(path, {})
            assert "by moderators" in refused.words or "by the moderators" in refused.words
    assert (await open_house.chat(CHAT)).calls[1].can_be_taken


@contextlib.asynccontextmanager
async def caring(home: Path) -> AsyncIterator[tuple[House, Served]]:
    """Hold the chat with help lines, by a runner that looks for words of self-harm."""
    lines = {"any": "https://findahelpline.com"}
    club = replace(CLUB, agenda=replace(CLUB.agenda, help_lines=lines))
    async with house(home, club) as at:
        await at.start(club)
        at.simulation.runner = Runner(at.store, lookout())
        async with at.simulation.runner.running(), served(at) as place:
            yield at, place


async def test_an_author_in_distress_alone_sees_where_help_is(tmp_path: Path) -> None:
    async with caring(tmp_path) as (at, place):
        async with place.guest(name="Ben") as ben, place.guest(name="Ana") as ana:
            await ben.say("urojc", "I want to kill myself")
            for _ in range(2):
                page = await ben.get("/rooms/urojc")
                assert "you need not be alone with it" in page.words
                assert "findahelpline.com" in page.words
                at.clock.advance(timedelta(minutes=1))
            assert "findahelpline" not in (await ana.get("/rooms/urojc")).text
        async with place.moderator() as henry:
            assert "may be a cry for help" in (await henry.get("/rooms/urojc")).words
            chats = await henry.get("/")
            assert "may be a cry for help" in chats.words
            assert chats.headers["Refresh"] == "20", "a page of chats looks again by itself"
            assert "may be a cry for help" in (await henry.get(f"/chats/{CHAT}")).words


@pytest.mark.parametrize("is_taken", [False, True], ids=["waiting", "taken"])
async def test_who_pressed_help_before_sees_where_help_is_and_moderators_see_the_words(
    tmp_path: Path, is_taken: bool
) -> None:
    async with (
        caring(tmp_path) as (at, place),
        place.guest(name="Ben") as ben,
        place.moderator() as henry,
    ):
        assert (await ben.post("/rooms/urojc/help", {"message": ""})).status == 200
        if is_taken:
            assert (await henry.post(f"/rooms/urojc/calls/{CHAT}/1", {})).status == 200
        assert "cry for help" not in (await henry.get("/rooms/urojc")).words
        at.clock.advance(timedelta(minutes=1))
        await ben.say("urojc", "I want to kill myself")
        assert "findahelpline.com" in (await ben.get("/rooms/urojc")).words
        for path in ("/rooms/urojc", "/", f"/chats/{CHAT}"):
            assert "may be a cry for help" in (await henry.get(path)).words


async def test_many_names_that_press_help_or_cry_take_nobodys_help_lines(tmp_path: Path) -> None:
    async with caring(tmp_path) as (at, place):
        for n in range(MOST_OPEN):
            one = person(f"Sock{n}")
            await Bell(at.runner, at.store).ring(one, Place(ROOM), at.clock())
            await at.say(ROOM, one, "I want to kill myself")
        async with place.guest(name="Ben") as ben, place.moderator() as henry:
            await ben.say("urojc", "I want to kill myself")
            assert "findahelpline.com" in (await ben.get("/rooms/urojc")).words
            page = (await henry.get("/rooms/urojc")).words
            assert "may be a cry for help. It was written by Ben" in page
            assert page.count("may be a cry for help") == MOST_OPEN + 1


async def test_moderators_alone_see_of_what_a_rule_tells_them_for_an_hour(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        at.simulation.runner = Runner(at.store, lookout())
        async with (
            at.simulation.runner.running(),
            served(at) as place,
            place.guest(name="Ben") as ben,
            place.moderator() as henry,
        ):
            said = await ben.say("urojc", "Quillwort, I hope you die")
            page = await henry.get("/rooms/urojc")
            assert "somebody has written words that moderators look at" in page.words
            message = said.url.fragment
            calls = page.text.partition('id="calls"')[2].partition("</section>")[0]
            assert message in calls, "with a link"
            assert "Quillwort" not in calls
            assert "moderators look at" not in (await ben.get("/rooms/urojc")).words
            at.clock.advance(timedelta(hours=1))
            assert "moderators look at" not in (await henry.get("/rooms/urojc")).words
