from __future__ import annotations

import re

import pytest

from bot.engine.agenda import Room, Series
from bot.web.access import new_participant
from bot.web.counts import Counts
from bot.web.painter import PLACEHOLDERS, PORTION, Painter, clock_of
from bot.web.scene import Scene, Scenes, View
from bot.web.templates import Templates
from tests.house import START, House, moderator, person
from tests.web.test_house import site_of

ROOM = Room("local", "urojc")
ANA = person("Ana")


@pytest.fixture
def scenes(open_house: House) -> Scenes:
    return Scenes(site_of(open_house), Counts(open_house.store, lambda _room: None))


async def painted(scene: Scene) -> str:
    return await Painter(Templates()).room(scene, "p.1", None)


async def test_the_parts_of_a_room_are_those_of_its_page(scenes: Scenes, open_house: House) -> None:
    for n in range(PORTION * 2 + 3):
        await open_house.say(ROOM, ANA, f"T1 number {n}")
    scene = await scenes.scene(ROOM, None, View())
    painter = Painter(Templates())
    page, main = await painter.room(scene, "p.1", None), await painter.main(scene)
    assert page.count('<article class="row said') == PORTION * 2 + 3
    for part in ("about", "bar", "log", "note"):
        assert f'id="{part}"' in page
        assert f'id="{part}"' in main
    assert painter.bar(scene) in main
    assert re.findall(r'id="m-[^"]+"', page) == re.findall(r'id="m-[^"]+"', main)


async def test_every_page_has_a_ticket_of_its_own(scenes: Scenes) -> None:
    scene = await scenes.scene(ROOM, new_participant("Ana"), View())
    tickets = {
        re.findall(r'name="ticket" value="(\w+)"', await painted(scene))[0] for _ in range(5)
    }
    assert len(tickets) == 5


async def test_the_composer_says_what_may_be_written(
    scenes: Scenes, open_house: House, club: Series
) -> None:
    visitor = new_participant("Ana")
    assert PLACEHOLDERS["open"] in await painted(await scenes.scene(ROOM, visitor, View()))
    meded = Room("local", "meded")
    assert PLACEHOLDERS["none"] in await painted(await scenes.scene(meded, visitor, View()))
    await open_house.ask("close", moderator(club), ROOM)
    assert PLACEHOLDERS["over"] in await painted(await scenes.scene(ROOM, visitor, View()))


async def test_a_room_shows_the_clock_of_its_chat(scenes: Scenes) -> None:
    with_chat = await scenes.standing(ROOM)
    without = await scenes.standing(Room("local", "meded"))
    assert clock_of(with_chat).long(START) == "Mon 7 Dec 2026, 07:00 AEDT"
    assert clock_of(without).long(START) == "Sun 6 Dec 2026, 20:00 UTC"
