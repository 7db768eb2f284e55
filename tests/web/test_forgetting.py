"""Somebody asks on a page to be forgotten: it is done, said, and the browser knows them no more."""

from __future__ import annotations

from pathlib import Path

from bot.engine.agenda import Room
from bot.web.gate import PART
from tests.house import House
from tests.invariants.process import program
from tests.web.served import Guest, Served

ROOM = Room("local", "urojc")
WORDS = "T1: heliotrope underneath"
AGENDA = """\
title: A chat
zone: Australia/Sydney
starts: 2026-12-07 07:00
window: 48h
rooms: [{local: urojc}]
moderators: {local: [henry]}
topics: [{ask: "What next?", after: 0m}]
"""


async def texts(at: House) -> list[tuple[str, str]]:
    async with at.store.reading() as tables:
        rows = await tables.connection.rows("SELECT name, text FROM messages WHERE role <> 'bot'")
    return [(name, text) for name, text in rows]


async def says(guest: Guest) -> None:
    answer = await guest.say("urojc", WORDS)
    assert "heliotrope" in answer.words


async def test_who_asks_on_the_page_of_who_they_are_is_forgotten_and_signed_out(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        await says(ana)
        asked = await ana.get("/you?room=urojc")
        assert 'action="/you/forget"' in asked.text
        assert "cannot be undone" in asked.words
        told = await ana.post("/you/forget", {"room": "urojc"})
        assert told.status == 200
        assert "You are forgotten" in told.words
        assert "1 message in 1 chat" in told.words
        assert "Backups" in told.words
        assert "does not know your name any more" in told.words
        assert ana.cookie == ""
        room = await ana.get("/rooms/urojc")
        assert "Your name" in room.words
        assert "heliotrope" not in room.text
        assert "Ana" not in room.text
    assert await texts(open_house) == [("somebody erased", "")]


async def test_who_types_it_in_the_room_is_signed_out_too(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana:
        await says(ana)
        told = await ana.say("urojc", "/chat forget me")
        assert "does not know your name any more" in told.words
        assert ana.cookie == ""
    assert await texts(open_house) == [("somebody erased", "")]


async def test_the_script_gets_the_answer_alone_and_is_signed_out(place: Served) -> None:
    async with place.guest(name="Ana") as ana:
        await says(ana)
        fields = {"text": "/chat forget me"}
        headers = {"Origin": ana.url, PART: "answer"}
        told = await ana.post("/rooms/urojc/say", fields, headers)
        assert "does not know your name any more" in told.words
        assert "<html" not in told.text
        assert ana.cookie == ""


async def test_a_moderator_is_told_why_not_and_stays_signed_in(
    place: Served, open_house: House
) -> None:
    async with place.moderator() as henry:
        await says(henry)
        told = await henry.post("/you/forget", {"room": "urojc"})
        assert told.status == 422
        assert "International Urology Journal Club" in told.words
        assert "You came in by a moderator" in (await henry.get("/you")).words
    assert ("henry", WORDS) in await texts(open_house)


async def test_a_stranger_is_told_that_nobody_is_known(place: Served, open_house: House) -> None:
    async with place.guest() as stranger:
        told = await stranger.post("/you/forget", {"room": "urojc"})
        assert told.status == 403
        assert "in no room" in told.words
    assert await texts(open_house) == []


async def test_a_process_keeps_nothing_of_who_asks_for_it_there(tmp_path: Path) -> None:
    async with program(tmp_path) as process:
        (process.chats / "urojc.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        async with process.moderator() as henry:
            await henry.post("/rooms/urojc/say", {"text": "/chat start urojc"})
            async with process.guest("urojc", "Quillon Vexby") as quillon:
                await quillon.say("urojc", WORDS)
                ((who,),) = process.rows("SELECT author FROM messages WHERE name LIKE 'Quillon%'")
                traces = ("heliotrope", "Quillon Vexby", str(who))
                assert all(held_by(process.data, trace) for trace in traces)
                assert "You are forgotten" in (await quillon.post("/you/forget")).words
                pages = [await one.get("/rooms/urojc") for one in (henry, quillon)]
                pages.append(await henry.get("/chats/urojc-2026-12-07"))
        transcript = (await process.export("urojc")).decode()
        for trace in traces:
            assert held_by(process.data, trace) == []
            assert not any(trace in page.text for page in pages)
            assert trace not in transcript
        assert await process.stop() == 0
        log = process.log.read_text()
        assert not [trace for trace in traces if trace in log]


def held_by(folder: Path, trace: str) -> list[str]:
    """Return the names of the files in a folder in which something stands."""
    return [
        one.name
        for one in folder.rglob("*")
        if one.is_file() and trace.encode() in one.read_bytes()
    ]
