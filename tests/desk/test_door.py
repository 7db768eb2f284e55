"""What the house does for a platform: it hears, answers, and knows where chats are talked about."""

from __future__ import annotations

import asyncio
import gc
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.desk.asking import Desk
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.engine import wording
from bot.engine.actions import Post, PostKind, Thread
from bot.engine.agenda import Room, Schedule
from bot.engine.errors import Refused
from bot.engine.messages import message_key
from bot.engine.people import Person
from bot.engine.signals import Delivered, Said
from bot.intake.farewell import READ_AFTER
from bot.platforms.platform import Asker, Coming, Held, Overview, Place, Running
from tests.house import START, House, house, urojc, way_in

CHANNEL, ELSEWHERE = Room("discord", "100"), Room("discord", "200")
THREAD = "900"
HENRY = Person("discord", "1", "Henry")
ANN = Person("discord", "2", "Ann")
STEWARD = Person("discord", "3", "Sue", steward=True)
HOUR = timedelta(hours=1)

LISTED = urojc()
LISTED = replace(
    LISTED, agenda=replace(LISTED.agenda, rooms=(CHANNEL,), moderators={"discord": ("user:1",)})
)
OTHER = replace(
    LISTED,
    name="other",
    agenda=replace(LISTED.agenda, title="Another club", rooms=(ELSEWHERE,), moderators={}),
)


def door_of(h: House) -> HouseDoor:
    desk = Desk(h.runner, h.store, h.catalogue, way_in)
    return HouseDoor(desk, h.outbox, Enclosures(h.store, h.runner), h.clock)


async def open_chat(h: House) -> HouseDoor:
    """Open a chat whose thread hangs in the channel, with a message of Ann's in it."""
    door = door_of(h)
    await door.ask("start urojc", Asker(HENRY, CHANNEL))
    opens = Thread("A club", 48 * HOUR)
    post = Post(CHANNEL, PostKind.OPENING, ("Welcome.",), opens=opens)
    key = "urojc-2026-12-07/2/0"
    await h.runner.handle(Delivered(h.clock(), key, post, THREAD, "Welcome.", THREAD))
    await door.hear(Said(h.clock(), CHANNEL, "31", ANN, "T1: too few", thread=THREAD))
    return door


async def text_of(h: House, message: str) -> tuple[str, bool]:
    async with h.store.reading() as tables:
        (found,) = await tables.messages([message_key(CHANNEL, message)])
    return found.text, found.withdrawn


async def test_a_command_is_answered_and_a_transcript_comes_with_its_answer(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, LISTED) as h:
        door = await open_chat(h)
        told = await door.ask("status", Asker(HENRY, CHANNEL, THREAD))
        assert "is open" in wording.plain(told.words)
        assert told.files == ()
        told = await door.ask("transcript md", Asker(HENRY, CHANNEL, THREAD))
        (file,) = told.files
        assert file.name == "urojc-2026-12-07.md"
        assert b"too few" in file.content
        with pytest.raises(Refused):
            await door.ask("transcript", Asker(ANN, CHANNEL))


async def test_ones_own_message_is_withdrawn_and_nobody_elses(tmp_path: Path) -> None:
    async with house(tmp_path, LISTED) as h:
        door = await open_chat(h)
        with pytest.raises(Refused, match="Only your own"):
            await door.withdraw("31", ANN.id, Asker(HENRY, CHANNEL, THREAD))
        assert await text_of(h, "31") == ("T1: too few", False)
        told = await door.withdraw("31", ANN.id, Asker(ANN, CHANNEL, THREAD))
        assert "out of the transcript" in wording.plain(told.words)
        assert await text_of(h, "31") == ("", True)


async def test_what_is_in_no_chat_cannot_be_withdrawn_and_leaves_no_row(tmp_path: Path) -> None:
    async with house(tmp_path, LISTED) as h:
        door = await open_chat(h)
        with pytest.raises(Refused, match="nothing was withdrawn"):
            await door.withdraw("77", ANN.id, Asker(ANN, CHANNEL))
        async with h.store.reading() as tables:
            assert await tables.messages([message_key(CHANNEL, "77")]) == []


async def test_one_may_start_ones_own_series_those_of_the_room_first(tmp_path: Path) -> None:
    async with house(tmp_path, LISTED, OTHER) as h:
        door = door_of(h)
        assert [one.value for one in door.series(Asker(HENRY, CHANNEL))] == ["urojc"]
        assert [one.value for one in door.series(Asker(STEWARD, ELSEWHERE))] == ["other"]
        assert list(door.series(Asker(STEWARD, CHANNEL))) == [], "a steward there, not here"
        assert list(door.series(Asker(ANN, CHANNEL))) == []
        both = replace(HENRY, steward=True)
        found = door.series(Asker(both, ELSEWHERE))
        assert [one.shown for one in found] == [
            "other: Another club",
            "urojc: International Urology Journal Club",
        ]


async def test_chats_to_choose_from_are_ones_own(tmp_path: Path) -> None:
    async with house(tmp_path, LISTED) as h:
        door = await open_chat(h)
        (choice,) = await door.chats(Asker(HENRY, CHANNEL))
        assert choice.value == "urojc-2026-12-07"
        assert await door.chats(Asker(ANN, CHANNEL)) == []


async def test_a_message_is_placed_under_its_chats_topics_by_a_moderator(tmp_path: Path) -> None:
    async with house(tmp_path, LISTED) as h:
        door = await open_chat(h)
        topics = await door.topics("31", Asker(HENRY, CHANNEL, THREAD))
        assert [one.value for one in topics] == ["T1", "T2", "T3"]
        assert topics[0].shown == "T1: What question did the authors try to answer?"
        assert await door.topics("77", Asker(HENRY, CHANNEL, THREAD)) == []
        with pytest.raises(Refused, match="for the moderators"):
            await door.topics("31", Asker(ANN, CHANNEL, THREAD))


async def test_the_overview_of_a_platform_has_what_runs_and_comes_in_its_rooms(
    tmp_path: Path,
) -> None:
    local = Room("local", "other")
    start = datetime.fromisoformat("2026-12-07T07:00")  # in Sydney, as `START`
    weekly = tuple(start + timedelta(days=7 * n) for n in range(5))
    listed = replace(
        LISTED,
        agenda=replace(LISTED.agenda, rooms=(CHANNEL, local, ELSEWHERE)),
        schedule=Schedule(singles=weekly),
    )
    other = replace(
        OTHER,
        agenda=replace(OTHER.agenda, window=HOUR),
        schedule=Schedule(singles=(start + timedelta(days=8),)),
    )
    here = replace(urojc("here"), schedule=Schedule(singles=weekly))
    async with house(tmp_path, listed, other, here) as h:
        door = door_of(h)
        empty = await door.overview("slack")
        assert empty == Overview(START, (), (), ())
        await door.ask("start urojc", Asker(HENRY, CHANNEL))
        await h.live(HOUR)
        await door.ask("start other", Asker(STEWARD, ELSEWHERE))
        await door.ask("pause", Asker(HENRY, CHANNEL))
        found = await door.overview("discord")
        rooms = (CHANNEL, ELSEWHERE)
        club, another = LISTED.agenda.title, "Another club"
        assert found.running == (
            Running("other-2026-12-07", "other", another, (ELSEWHERE,), START + 2 * HOUR, 1, 3),
            Running("urojc-2026-12-07", "urojc", club, rooms, START + 48 * HOUR, 1, 3, paused=True),
        )
        assert found.coming == (
            Coming(club, rooms, START + timedelta(days=7)),
            Coming(another, (ELSEWHERE,), START + timedelta(days=8)),
            Coming(club, rooms, START + timedelta(days=14)),
            Coming(club, rooms, START + timedelta(days=21)),
        )
        assert found.series == (
            Held("other", another, (ELSEWHERE,)),
            Held("urojc", club, rooms),
        )
        await h.live(HOUR)
        assert [one.chat for one in (await door.overview("discord")).running] == [
            "urojc-2026-12-07"
        ], "the other one is over"


async def test_places_are_the_threads_and_the_channel_until_two_days_after_the_end(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, LISTED) as h:
        door = await open_chat(h)
        chat = "urojc-2026-12-07"
        expected = [Place(chat, CHANNEL, THREAD, START), Place(chat, CHANNEL, None, START)]
        assert await door.places("discord") == expected
        assert await door.places("slack") == []
        await h.live(48 * HOUR)
        h.clock.advance(READ_AFTER)
        assert await door.places("discord") == expected
        h.clock.advance(timedelta(seconds=1))
        assert await door.places("discord") == []


async def test_what_is_stored_of_a_place_is_what_stands_there(tmp_path: Path) -> None:
    async with house(tmp_path, LISTED) as h:
        door = await open_chat(h)
        await door.hear(Said(h.clock(), CHANNEL, "32", ANN, "Me too #urojc"))
        in_thread, in_channel = await door.places("discord")
        assert await door.stored(in_thread) == {"31"}
        assert await door.stored(in_channel) == {THREAD, "32"}, "the opening stands there"
        await door.withdraw("31", ANN.id, Asker(ANN, CHANNEL, THREAD))
        assert await door.stored(in_thread) == frozenset()


async def test_what_waits_for_a_room_is_tried_when_the_room_is_said_to_be_reachable(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, LISTED) as h:
        door = door_of(h)
        await door.ask("start urojc", Asker(HENRY, CHANNEL))
        async with h.store.writing() as tables:
            await tables.connection.run("UPDATE outbox SET due_at = 9000000000000000")
        door.reachable([CHANNEL])
        async with asyncio.timeout(30):
            while True:
                async with h.store.reading() as tables:
                    rows = await tables.connection.rows("SELECT DISTINCT due_at FROM outbox")
                if rows == [(0,)]:
                    break
                await asyncio.sleep(0.01)


async def told(door: HouseDoor) -> None:
    """Wait until whoever is to be told something is told."""
    async with asyncio.timeout(30):
        while door._under_way:  # noqa: ASYNC110  nothing else tells when it is over
            await asyncio.sleep(0.01)


async def noted(h: House, *kinds: str) -> list[str]:
    """Return what was noted of these kinds, in order."""
    async with h.store.reading() as tables:
        rows = await tables.connection.rows("SELECT kind FROM events ORDER BY seq")
    return [kind for (kind,) in rows if kind in kinds]


async def test_moderators_are_told_once_that_a_room_cannot_be_read_back(tmp_path: Path) -> None:
    async with house(tmp_path, LISTED, OTHER) as h:
        door = await open_chat(h)
        for room, why in (
            (ELSEWHERE, "Read Message History is missing."),
            (CHANNEL, "Read Message History is missing."),
            (CHANNEL, "Read Message History is missing."),
            (CHANNEL, ""),
        ):
            door.read_back(room, why)
            await told(door)
        assert await noted(h, "Unreadable", "Readable") == ["Unreadable", "Readable"]


async def test_moderators_are_told_once_that_a_room_is_shut_and_that_it_is_not_any_more(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, LISTED, OTHER) as h:
        door = await open_chat(h)
        for room, shut, freed in (
            (ELSEWHERE, "It is archived.", ()),
            (CHANNEL, "", ["It is archived."]),
            (CHANNEL, "It is archived.", ()),
            (CHANNEL, "It is archived.", ()),
            (CHANNEL, "", ["The bot is not in it."]),
            (CHANNEL, "", ["The bot is not in it.", "It is archived."]),
        ):
            door.changed(room, shut, freed)
            await told(door)
        assert await noted(h, "Hindered", "Unhindered") == ["Hindered", "Unhindered"]


async def test_what_is_said_to_be_reachable_as_the_process_ends_fails_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path, LISTED) as h:
        door = door_of(h)
    door.reachable([CHANNEL])
    async with asyncio.timeout(30):
        while door._under_way:  # noqa: ASYNC110  nothing else tells when it is over
            await asyncio.sleep(0.01)
    gc.collect()  # what nobody has looked at would be told now
    assert [one for one in caplog.records if one.levelno > logging.DEBUG] == []
