"""What people write stands in one column of the store and nowhere else (invariant 6)."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.asking import Desk
from bot.engine.commands import parse
from bot.engine.errors import Refused
from bot.engine.people import Person
from bot.engine.signals import Asked, Deleted, Edited, Reacted, Said, Signal, Woke
from bot.store.tables import Tables
from tests.house import START, House, house, moderator, person, room_of, urojc, way_in
from tests.invariants.process import posted, program

MARK = "postman"
WORDS = "the postman from Elm Street"
SERIES = urojc()
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
ANN, BOB = person("Ann"), person("Bob")
CHAT = "urojc-2026-12-07"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def places(tables: Tables, words: str) -> dict[str, int]:
    """Return in which columns of which tables words stand, and in how many rows."""
    found = {}
    names = await tables.connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in names:
        for _, column, *_ in await tables.connection.rows(f"PRAGMA table_info({table})"):
            ((rows,),) = await tables.connection.rows(
                f"SELECT COUNT(*) FROM {table} WHERE CAST({column} AS TEXT) LIKE ?", [f"%{words}%"]
            )
            if rows:
                found[f"{table}.{column}"] = rows
    return found


def on_disk(folder: Path, words: str) -> set[str]:
    """Return which files hold these words."""
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file() and words.encode() in path.read_bytes()
    }


async def conversation(h: House) -> None:
    """Say the marked words in every way, and do with them whatever people do."""
    await h.start(SERIES)
    desk = Desk(h.runner, h.store, h.catalogue, way_in)
    for n in range(8):
        h.clock.advance(MINUTE)
        said = f"T1: {WORDS} {n} " + "and on and on " * (n * 200)
        await h.say(ROOM, ANN if n % 2 else BOB, said, message=str(n))
    await h.say(ROOM, ANN, f"I agree with {WORDS}", message="reply", reply_to="1")
    await h.put_emoji(ROOM, "1", BOB, "👍")
    await h.runner.handle(Edited(h.clock(), ROOM, "not said yet", f"{WORDS}, reworded"))
    await h.ask("next", HENRY, ROOM)
    await h.ask("place 1 T2", HENRY, ROOM)
    for asked, by in (("catchup", BOB), ("status", HENRY), ("transcript", HENRY)):
        await desk.ask(asked, by, ROOM, h.clock())
    await h.live(HOUR)


# ---------------------------------------------------------------- in the store


async def test_in_the_store_words_stand_in_one_column(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        await h.ask("close", HENRY, ROOM)
        await h.live(HOUR)
        async with h.store.reading() as tables:
            assert await places(tables, MARK) == {"messages.text": 10}


async def all_of_ann(h: House) -> None:
    h.clock.advance(MINUTE)
    await h.ask("withdraw", ANN, ROOM)


async def each_deleted(h: House) -> None:
    for message in ("1", "3", "5", "7", "reply"):
        await h.delete(ROOM, message)


async def each_edited(h: House) -> None:
    h.clock.advance(MINUTE)
    for message in ("1", "3", "5", "7", "reply"):
        await h.edit(ROOM, message, "something else")


WAYS = {"withdrawal": all_of_ann, "deletion": each_deleted, "edit": each_edited}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
async def test_words_that_are_taken_away_are_in_no_file_any_more(
    tmp_path: Path, way: str, closed: bool
) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        await h.delete(ROOM, "not said yet")
        for message in "0246":
            await h.edit(ROOM, message, "Bob says something else")
        if closed:
            await h.ask("close", HENRY, ROOM)
        assert on_disk(tmp_path, MARK), "or nothing is seen here"
        await WAYS[way](h)
        assert on_disk(tmp_path, MARK) == set()
        async with h.store.reading() as tables:
            assert await places(tables, MARK) == {}
    assert on_disk(tmp_path, MARK) == set()


async def test_what_turns_out_to_be_late_is_in_no_file_any_more(tmp_path: Path) -> None:
    """It was said after the moderator closed the chat, and came before the command did."""
    async with house(tmp_path) as h:
        await h.start(SERIES)
        h.clock.advance(HOUR)
        close = Asked(h.clock(), ROOM, HENRY, parse("close")[1])
        await h.runner.handle(Said(h.clock() + MINUTE, ROOM, "1", ANN, f"T1: {WORDS}"))
        assert on_disk(tmp_path, MARK)
        await h.runner.handle(close)
        assert on_disk(tmp_path, MARK) == set()


async def test_late_and_withdrawn_words_never_reach_the_disk(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(SERIES)
        before = h.clock()
        h.clock.advance(MINUTE)
        await h.ask("withdraw", ANN, ROOM)
        await h.delete(ROOM, "2")
        await h.runner.handle(Said(before, ROOM, "1", ANN, WORDS))
        await h.runner.handle(Said(before, ROOM, "2", BOB, WORDS))
        await h.live(49 * HOUR)
        await h.say(ROOM, BOB, WORDS, message="3")
        await h.edit(ROOM, "3", f"{WORDS} again")
        assert on_disk(tmp_path, MARK) == set()


# ---------------------------------------------------------------- in logs and errors


@pytest.fixture
async def overheard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Hear everything that our own files log, and asyncio at its most talkative."""
    caplog.set_level(logging.DEBUG, "bot")
    caplog.set_level(logging.DEBUG, "asyncio")
    asyncio.get_running_loop().set_debug(True)
    return caplog


def broken_signals(h: House) -> list[Signal]:
    """Return what cannot be done, of people who write the marked words."""
    return [
        Said(h.clock(), ROOM, "half", ANN, f"{WORDS} \ud800"),
        Said(h.clock(), ROOM, "reply", Person("local", "x", "X \ud800"), WORDS),
        Edited(h.clock(), ROOM, "1", f"{WORDS} \ud800"),
        Asked(h.clock(), ROOM, ANN, parse("close")[1]),
        Asked(h.clock(), ROOM, HENRY, parse("place 99 T1")[1]),
        Asked(h.clock(), ROOM, HENRY, parse("place 1 T77")[1]),
        Deleted(h.clock(), ROOM, "\ud800"),
        Reacted(h.clock(), ROOM, "1", ANN, "\ud800"),
        Woke(h.clock()),
    ]


async def test_no_log_and_no_error_quotes_what_was_said(
    tmp_path: Path, overheard: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        for signal in broken_signals(h):
            try:
                await h.runner.handle(signal)
            except Exception as error:
                chain = [error, error.__cause__, error.__context__]
                assert MARK not in " ".join(map(str, chain))
        async with h.store.writing() as tables:
            await tables.connection.run("UPDATE events SET body = 'x' WHERE seq = 2")
    async with house(tmp_path, now=START + 2 * HOUR) as h:
        await h.say(ROOM, ANN, WORDS)
        while await h.runner.wake(h.clock() + 99 * HOUR):
            pass
    assert [record for record in overheard.records if record.name.startswith("bot")]
    assert MARK not in overheard.text
    assert not [record for record in overheard.records if MARK in str(record.__dict__)]


async def test_what_a_command_quotes_is_for_the_person_who_typed_it(
    tmp_path: Path, overheard: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path) as h:
        await h.start(SERIES)
        desk = Desk(h.runner, h.store, h.catalogue, way_in)
        for asked in (f"place {MARK} T1", MARK, f"start {MARK}", f"extend {MARK}"):
            with pytest.raises(Refused):
                await desk.ask(asked, HENRY, ROOM, h.clock())
        async with h.store.reading() as tables:
            assert await places(tables, MARK) == {}
    assert MARK not in overheard.text


@pytest.mark.timeout(60)
async def test_a_program_that_tells_everything_tells_nothing_of_it(tmp_path: Path) -> None:
    """The log of the real process at its most talkative, with every library in it."""
    agenda = (
        "title: A club\nzone: UTC\nstarts: 2099-01-01 12:00\nwindow: 2h\nrooms: [{local: club}]\n"
        'moderators: {local: [henry]}\ntopics: [{ask: "First?", after: 0m}]\n'
    )
    async with program(tmp_path) as process:
        (process.chats / "club.yaml").write_text(agenda, "utf-8")
        await process.start()
        async with process.moderator() as henry, process.guest("club", "Ann") as ann:
            await henry.say("club", "/chat start club")
            answer = await ann.post("/rooms/club/say", {"text": WORDS}, follow=False)
            message = posted(answer)
            await ann.say("club", f"/chat {WORDS}")
            await ann.post(f"/rooms/club/messages/{message}/edit", {"text": f"{WORDS}!"})
            await ann.post(f"/rooms/club/messages/{message}/react", {"emoji": WORDS})
            await ann.get(f"/rooms/club/messages/{WORDS}")
            await ann.get("/rooms/club")
            await henry.get("/chats/club-2099-01-01/transcript.html")
            assert on_disk(process.data, MARK)
            await ann.post(f"/rooms/club/messages/{message}/delete")
            assert on_disk(process.data, MARK) == set()
        assert await process.stop() == 0
        log = process.log.read_text()
    assert "BadStatusLine" in log, "the address with spaces was told of"
    assert MARK not in log
    assert on_disk(tmp_path, MARK) == set()
