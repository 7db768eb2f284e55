from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.agenda import Room
from bot.store import pages
from bot.store.opening import Where
from bot.store.pages import Place, Reactions
from tests.house import START, House, house, moderator, person

ROOM = Room("local", "urojc")
ANA, BEN = person("Ana"), person("Ben")


@pytest.fixture
async def running(home: Where) -> AsyncIterator[House]:
    async with house(home) as found:
        yield found


@pytest.fixture
async def chat(running: House) -> str:
    return await running.start(running.series["urojc"])


async def read(running: House, chat: str, before: Place | None, most: int) -> pages.Page:
    async with running.store.reading() as tables:
        return await pages.page(tables.connection, chat, ROOM, before, most)


async def test_pages_read_a_chat_from_its_end_without_gap_or_overlap(
    running: House, chat: str
) -> None:
    for n in range(25):
        if n % 3:  # some at the same moment
            running.clock.advance(timedelta(seconds=1))
        await running.say(ROOM, ANA, f"{n}", message=f"m{n:02}")
    whole = (await read(running, chat, None, 1000)).messages
    assert [m.id for m in whole if m.text.isdecimal()] == [f"m{n:02}" for n in range(25)]
    for most in (1, 4, 27, 28):
        seen: list[str] = []
        place: Place | None = None
        while True:
            page = await read(running, chat, place, most)
            assert len(page.messages) <= most
            seen = [m.key for m in page.messages] + seen
            place = page.earlier
            if place is None:
                break
            place = Place.parse(str(place))
        assert seen == [m.key for m in whole], most


async def test_a_page_shows_what_was_said_in_its_room_and_chat_alone(
    running: House, chat: str
) -> None:
    await running.edit(ROOM, "only-edited", "nobody has said it yet")
    await running.say(ROOM, ANA, "here")
    await running.ask("close", moderator(running.series["urojc"]), ROOM)
    await running.live(timedelta(hours=1))
    later = await running.start(running.series["urojc"])
    await running.say(ROOM, ANA, "in the later one")
    first = [m.text for m in (await read(running, chat, None, 50)).messages if m.author != "rounds"]
    second = await read(running, later, None, 50)
    assert first == ["here"]
    assert [m.text for m in second.messages if m.author != "rounds"] == ["in the later one"]
    async with running.store.reading() as tables:
        elsewhere = await pages.page(tables.connection, chat, Room("slack", "C1"), None, 50)
        assert await pages.count_said(tables.connection, ROOM) == 2
        assert await pages.has_chats(tables.connection, ROOM)
        assert not await pages.has_chats(tables.connection, Room("local", "nowhere"))
    assert elsewhere.messages == ()


async def test_a_chat_whose_log_is_broken_is_left_out(running: House, chat: str) -> None:
    running.clock.advance(timedelta(hours=50))
    await running.live()
    later = await running.start(running.series["urojc"])
    async with running.store.writing() as tables:
        await tables.connection.run("UPDATE events SET kind = 'Rubbish' WHERE chat = ?", (chat,))
    async with running.store.reading() as tables:
        found = await pages.sound(tables, [chat, later, "no-such-chat"])
        assert await pages.sound(tables, [chat]) == {}
        assert await pages.sound(tables, []) == {}
    assert list(found) == [later]


async def test_reactions_are_counted_and_each_persons_own_are_known(
    running: House, chat: str
) -> None:
    one = await running.say(ROOM, ANA, "one")
    two = await running.say(ROOM, ANA, "two")
    for who, emoji in ((ANA, "💡"), (BEN, "👍"), (ANA, "👍")):
        running.clock.advance(timedelta(seconds=1))
        await running.put_emoji(ROOM, one, who, emoji)
    await running.put_emoji(ROOM, two, BEN, "👍")
    running.clock.advance(timedelta(seconds=1))
    await running.put_emoji(ROOM, two, BEN, "👍", removed=True)
    keys = [f"{ROOM}/{one}", f"{ROOM}/{two}"]
    async with running.store.reading() as tables:
        counted = await pages.reactions(tables.connection, keys)
        everybody = await pages.reacted(tables.connection, keys)
        ana = await pages.reacted(tables.connection, keys, ANA.key)
        assert await pages.reactions(tables.connection, []) == {}
    assert counted == {keys[0]: (Reactions("💡", 1), Reactions("👍", 2))}
    assert everybody == {
        ANA.key: {keys[0]: frozenset({"💡", "👍"})},
        BEN.key: {keys[0]: frozenset({"👍"})},
    }
    assert ana == {ANA.key: everybody[ANA.key]}


async def test_a_post_is_traced_to_what_happened(running: House, chat: str) -> None:
    async with running.store.reading() as tables:
        log = await pages.log(tables.connection, chat)
        kinds = await pages.event_kinds(tables.connection, chat, {1, 2, 3, 99})
        assert await pages.log(tables.connection, "no-such-chat") == []
    assert isinstance(log[0], events.Planned)
    assert kinds == {1: "Planned", 2: "Opened", 3: "TopicOpened"}


@given(st.datetimes(datetime(1970, 1, 1), datetime(2900, 1, 1)), st.text(max_size=50))  # noqa: DTZ001
def test_a_place_is_read_as_it_was_written(at: datetime, key: str) -> None:
    place = Place(at.replace(tzinfo=UTC), key)
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "x", "1", "-1.a", "1e3.a", "٣.a", f"{10**18}.a", ".a", " 1.a"]
)
def test_a_place_that_is_none_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"TIME\.KEY"):
        Place.parse(text)


def test_a_place_keeps_its_microseconds() -> None:
    assert str(Place(START + timedelta(microseconds=1), "local:a/b.c")).endswith(
        "000001.local:a/b.c"
    )
