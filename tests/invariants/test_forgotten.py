"""Whoever takes back what they said, in any of the four ways, on any platform: it is nowhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.engine.actions import Words
from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.people import Person
from bot.engine.showing import EDITIONS
from bot.engine.signals import CheckedIn, Deleted, HelpAsked, Reacted, Said
from bot.engine.wording import plain
from bot.platforms.platform import Asker
from bot.store.sqlite import opened
from bot.transcripts.rendering import FORMATS, render
from bot.web.access import Access
from bot.web.house import House as Site
from bot.web.site import site
from tests.discord.messages import Message as OnDiscord
from tests.platforms.several_house import CHAT, OWN, SeveralHouse, on_several
from tests.slack.messages import Message as OnSlack

MARK = "heliotrope7qz"
WORDS = f"T1: the {MARK} from Elm Street"
PAID = "paid by vermilion9xk"
NAME = "Quillon Vexby"
PLATFORMS = ("discord", "slack", "local")
WAYS = ("withdraw", "forget me", "delete", "leave")
CASES = [(where, way) for where in PLATFORMS for way in WAYS if (where, way) != ("local", "leave")]


class Speaker:
    """Somebody on one of the platforms, who does there what people do."""

    def __init__(self, house: SeveralHouse, where: str) -> None:
        self.house = house
        self.room = house.rooms[PLATFORMS.index(where)]
        self.member = house.there.owner_guild.member(NAME)
        self.user = house.workspace.user(NAME)
        number = {"discord": str(self.member.id), "slack": self.user.id, "local": "p-quillonvexby"}
        self.person = Person(where, number[where], NAME)
        self.said: OnDiscord | OnSlack | None = None

    async def says(self, text: str) -> str:
        """Say something; return the platform's id of it."""
        house = self.house
        match self.person.platform:
            case "discord":
                self.said = await self.member.say(house.thread, text)
                return str(self.said.id)
            case "slack":
                self.said = await self.user.say(house.channel, text)
                return self.said.ts
        await house.runner.handle(Said(house.clock(), OWN, "1-quillon", self.person, text))
        return "1-quillon"

    async def takes_back(self, way: str, message: str) -> Words:
        """Take back what they said; return what they are told."""
        house, asker = self.house, Asker(self.person, self.room)
        match way, self.said:
            case (("withdraw" | "forget me"), _):
                return (await house.door.ask(way, asker)).words
            case "delete", OnDiscord():
                await self.member.delete(self.said)
            case "delete", OnSlack():
                await self.user.delete(self.said)
            case "delete", _:
                await house.runner.handle(Deleted(house.clock(), OWN, message))
            case _:
                self.member.leave() if self.person.platform == "discord" else self.user.deactivate()
        return ()


async def columns(house: SeveralHouse, words: str) -> set[str]:
    """Return in which columns of which tables words stand: all of them are looked through."""
    found = set()
    tables = await house.selected("SELECT name FROM sqlite_master WHERE type = 'table'")
    assert len(tables) >= 15
    for (table,) in tables:
        for _, column, *_ in await house.selected(f"PRAGMA table_info({table})"):
            where = f"CAST({column} AS TEXT) LIKE '%{words}%'"
            if await house.selected(f"SELECT 1 FROM {table} WHERE {where} LIMIT 1"):
                found.add(f"{table}.{column}")
    return found


def on_disk(folder: Path, words: str) -> set[str]:
    return {one.name for one in folder.iterdir() if words.encode() in one.read_bytes()}


async def transcripts(house: SeveralHouse) -> dict[str, str]:
    """Return every transcript of the chat: each format of each edition."""
    made = {}
    async with house.store.reading() as tables:
        chat = await tables.chat(CHAT)
        assert chat is not None
        for edition in EDITIONS:
            for form in FORMATS:
                chunks = [chunk async for chunk in render(tables, chat, form, edition)]
                made[f"{edition}.{form}"] = b"".join(chunks).decode()
    return made


class Reader:
    """Somebody who looks at the pages, with the room open all the time."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session
        self.streamed: list[str] = []

    async def listens(self) -> None:
        """Keep the room's live stream open."""
        found = re.search(r'data-live="([^"]+)"', await self.page("/rooms/urojc"))
        assert found is not None
        async with self.session.get(f"{self.url}/rooms/urojc/live?since={found[1]}") as response:
            async for line in response.content:
                self.streamed.append(line.decode())

    async def page(self, path: str) -> str:
        async with self.session.get(self.url + path) as response:
            return await response.text()

    async def pages(self, message: str) -> dict[str, str]:
        """Return every page of the room and of the chat, as a moderator sees them."""
        paths = ("/rooms/urojc", f"/rooms/urojc?at={message}", f"/rooms/urojc/messages/{message}",
                 "/", f"/chats/{CHAT}")  # fmt: skip
        return {path: await self.page(path) for path in paths}


@contextlib.asynccontextmanager
async def looking_on(house: SeveralHouse) -> AsyncIterator[Reader]:
    """Serve the pages, to a moderator who has the room open."""
    access = Access("a secret of this test")
    pages = Site(house.runner, house.store, house.door.desk, access, lambda: house.series,
                 house.clock, "http://rounds.example")  # fmt: skip
    runner = web.AppRunner(site(pages), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            reader = Reader(url, session)
            await reader.page(access.link_for("henry", "", house.clock()))
            listening = asyncio.create_task(reader.listens())
            try:
                yield reader
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
    finally:
        await runner.cleanup()


async def an_evening(house: SeveralHouse, who: Speaker) -> str:
    """Let somebody do in a chat whatever leaves a trace of them; return their message's id."""
    await house.start(forget_on_leave=True)
    checkin = CheckIn(name=NAME, role="nurse", country="PT", interest=PAID)
    await house.runner.handle(CheckedIn(house.clock(), who.room, who.person, "urojc", checkin))
    message = await who.says(WORDS)
    await house.until(lambda: kept(house))
    for room, by in zip(house.rooms, ("7", "U0THIRD", "p-third"), strict=True):
        third = Person(room.platform, by, "Third")
        parent = message if room == who.room else None
        for n in range(2):
            said = f"T1: ask <@{who.person.id}> {n}"
            answer = Said(house.clock(), room, f"90000{n}", third, said, parent)
            await house.runner.handle(replace(answer, thread=thread(house, room)))
    emoji = Reacted(house.clock(), house.rooms[2], "900000", who.person, "👍")
    if who.person.platform == "local":
        await house.runner.handle(emoji)
    await house.runner.handle(HelpAsked(house.clock(), who.room, who.person), CHAT)
    return message


def thread(house: SeveralHouse, room: Room) -> str | None:
    return str(house.thread.id) if room.platform == "discord" else None


async def kept(house: SeveralHouse) -> bool:
    return "messages.text" in await columns(house, MARK)


def closings(house: SeveralHouse) -> list[str]:
    return [house.closing_on_discord().content, house.closing_on_slack().text]


@pytest.mark.parametrize(("where", "way"), CASES)
async def test_words_that_are_taken_back_are_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, where: str, way: str
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    async with on_several(tmp_path) as house:
        house.on_discord.world.application.members = True
        who = Speaker(house, where)
        message = await an_evening(house, who)
        async with looking_on(house) as reader:
            if (where, way) != ("discord", "delete"):  # nobody deletes in a thread that is locked
                await house.close()
                told = [*closings(house), await house.closing_here()]
                assert sum(MARK in one for one in told) == 2, "the other rooms quote it"
            assert any(MARK in one for one in (await transcripts(house)).values())
            assert on_disk(tmp_path, MARK)

            before = len(reader.streamed)
            answer = await who.takes_back(way, message)
            await house.until(lambda: gone(house))
            if (where, way) == ("discord", "delete"):
                await house.close()
            await house.is_amended()

            made = await transcripts(house)
            assert {one for one, text in made.items() if MARK in text} == set()
            pages = await reader.pages(message)
            assert {one for one, text in pages.items() if MARK in text} == set()
            assert MARK not in "".join(reader.streamed[before:])
        assert not [one for one in [*closings(house), await house.closing_here()] if MARK in one]
        assert MARK not in plain(answer)
        assert await columns(house, MARK) == set()
        assert on_disk(tmp_path, MARK) == set()
        takes_along = way in ("forget me", "leave")
        assert await columns(house, PAID) == (set() if takes_along else {"checkins.interest"})
        if way == "forget me":
            for trace in (who.person.id, NAME):
                assert await columns(house, trace) == set()
                assert on_disk(tmp_path, trace) == set()
                assert not [one for one, text in made.items() if trace in text]
    assert MARK not in caplog.text
    assert NAME not in caplog.text


async def gone(house: SeveralHouse) -> bool:
    return "messages.text" not in await columns(house, MARK)


async def test_it_is_said_of_every_table_what_of_a_person_stands_in_it(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "safety.md").read_text("utf-8")
    section = text[text.index("| table | what of a person | then |") :].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", section))
    async with opened(tmp_path / "rounds.db") as store, store.reading() as tables:
        rows = await tables.connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    assert {name for (name,) in rows} == named
