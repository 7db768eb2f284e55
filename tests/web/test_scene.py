from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.engine.agenda import Room, Schedule, Series
from bot.engine.errors import Refused
from bot.store.pages import Place
from bot.web.access import Visitor, new_participant
from bot.web.counts import Counts
from bot.web.scene import NoSuchRoom, Scenes, View
from tests.house import House, moderator, person, urojc
from tests.web.test_house import site_of

ROOM, MEDED = Room("local", "urojc"), Room("local", "meded")
CHAT = "urojc-2026-12-07"
ANA, BEN = person("Ana"), person("Ben")
NOW = View()


@pytest.fixture
def scenes(open_house: House) -> Scenes:
    return Scenes(site_of(open_house), Counts(open_house.store, lambda _room: None))


async def test_a_room_passes_through_its_stages(
    scenes: Scenes, open_house: House, other: Series
) -> None:
    assert (await scenes.scene(MEDED, None, NOW)).stage == "none"
    chat = await open_house.plan(other, open_house.clock() + timedelta(hours=1))
    planned = await scenes.scene(MEDED, None, NOW)
    assert planned.chat is not None
    assert (planned.stage, planned.chat.id) == ("planned", chat)
    await open_house.live(timedelta(hours=1))
    assert (await scenes.scene(MEDED, None, NOW)).stage == "open"
    open_house.clock.advance(timedelta(hours=48))
    assert (await scenes.scene(MEDED, None, NOW)).stage == "over"  # before anybody was told
    await open_house.live()
    assert (await scenes.scene(MEDED, None, NOW)).stage == "over"


async def test_a_room_exists_while_a_series_or_a_chat_knows_it(
    scenes: Scenes, open_house: House
) -> None:
    assert await scenes.exists(ROOM)
    assert not await scenes.exists(Room("local", "nowhere"))
    with pytest.raises(NoSuchRoom):
        await scenes.scene(Room("local", "nowhere"), None, NOW)
    with pytest.raises(NoSuchRoom):
        await scenes.scene(Room("slack", "urojc"), None, NOW)
    open_house.series.clear()
    assert (await scenes.scene(ROOM, None, NOW)).chat is not None
    with pytest.raises(NoSuchRoom):
        await scenes.scene(MEDED, None, NOW)


async def test_a_place_a_chat_and_a_message_lead_to_their_part_of_the_room(
    scenes: Scenes, open_house: House, club: Series
) -> None:
    open_house.clock.advance(timedelta(seconds=1))
    first = await open_house.say(ROOM, ANA, "one")
    open_house.clock.advance(timedelta(seconds=1))
    second = await open_house.say(ROOM, ANA, "two")
    message = await open_house.message(ROOM, second)
    before = await scenes.scene(ROOM, None, View(before=Place(message.at, message.key)))
    assert before.rows[-1].message.id == first
    assert not before.at_end
    await open_house.ask("close", moderator(club), ROOM)
    await open_house.live(timedelta(hours=1))
    await open_house.start(club)
    by_chat = await scenes.scene(ROOM, None, View(chat=CHAT))
    by_message = await scenes.scene(ROOM, None, View(message=first))
    for scene in (by_chat, by_message):
        assert scene.chat is not None
        assert (scene.chat.id, scene.has_floor, scene.at_end) == (CHAT, False, True)
        assert [other.id for other in scene.others] == [f"{CHAT}-2"]


@pytest.mark.parametrize("view", [View(chat="urojc-1999-01-01"), View(message="nothing")])
async def test_what_is_not_here_is_refused_in_a_sentence(scenes: Scenes, view: View) -> None:
    with pytest.raises(Refused, match=r"room.*\."):
        await scenes.scene(ROOM, None, view)


async def test_only_a_link_makes_a_moderator(scenes: Scenes, open_house: House) -> None:
    henry = replace(person("henry"), id="henry")
    chat = await open_house.chat(CHAT)
    assert scenes.moderates(ROOM, Visitor(henry, came_by_link=True), chat)
    assert not scenes.moderates(ROOM, Visitor(henry, came_by_link=False), chat)
    assert not scenes.moderates(ROOM, Visitor(replace(henry, id="ada"), came_by_link=True), chat)
    assert scenes.moderates(MEDED, Visitor(replace(henry, id="ada"), came_by_link=True), None)
    assert not scenes.moderates(ROOM, None, chat)


async def test_a_visitors_own_emoji_are_known(scenes: Scenes, open_house: House) -> None:
    message = await open_house.say(ROOM, ANA, "one")
    visitor = new_participant("Ben")
    await open_house.put_emoji(ROOM, message, visitor.person, "💡")
    await open_house.put_emoji(ROOM, message, ANA, "👍")
    assert (await scenes.scene(ROOM, visitor, NOW)).own == {f"{ROOM}/{message}": {"💡"}}
    assert (await scenes.scene(ROOM, None, NOW)).own == {}


async def test_the_next_date_is_looked_up_where_no_chat_runs(
    scenes: Scenes, open_house: House, other: Series
) -> None:
    wall = datetime(2026, 12, 20, 7, 0)  # noqa: DTZ001  a wall time of the agenda
    for series in (open_house.series["urojc"], other, urojc("meded-evening")):
        room = MEDED if "meded" in series.name else ROOM
        later = timedelta(hours=12) if "evening" in series.name else timedelta(0)
        open_house.series[series.name] = replace(
            series,
            agenda=replace(series.agenda, rooms=(room,)),
            schedule=Schedule(singles=(wall + later,)),
        )
    assert (await scenes.scene(ROOM, None, NOW)).following is None  # a chat is open
    following = (await scenes.scene(MEDED, None, NOW)).following
    assert following is not None
    assert following.chat == "meded-2026-12-20"


async def test_topics_lead_to_the_page_or_to_where_they_stand(
    scenes: Scenes, open_house: House
) -> None:
    scene = await scenes.scene(ROOM, None, NOW)
    (topic,) = scene.asked
    assert scene.topic_address(topic) == "#T1"
    assert (await scenes.standing(ROOM)).topic_address(topic) == f"?at={topic.posts[0].ref}#T1"
