"""What open pages are told, read from the stream as a browser reads it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.departure import erase_in
from bot.engine.agenda import Room, Series
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.people import Person
from bot.engine.signals import CheckedIn, ForgetAsked
from bot.web.live import MOST_ROWS, Event
from tests.house import House, moderator, person
from tests.web.served import Guest, Served, served

ROOM = Room("local", "urojc")
ANA, BEN = person("Ana"), person("Ben")


class Stream:
    """An open page's events."""

    def __init__(self, guest: Guest, lines: AsyncIterator[bytes]) -> None:
        self._lines = lines
        self.seen: list[Event] = []

    async def next(self, name: str) -> str:
        """Return the data of the next event of this name."""
        async with asyncio.timeout(30):
            while True:
                event = await self._event()
                self.seen.append(event)
                if event.name == name:
                    return event.data

    async def _event(self) -> Event:
        name = ""
        data: list[str] = []
        async for raw in self._lines:
            line = raw.decode().removesuffix("\n")
            if not line:
                return Event(name, "\n".join(data))
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            else:
                data.append(value)
        raise EOFError


@contextlib.asynccontextmanager
async def listening(guest: Guest, room: str = "urojc", since: str = "") -> AsyncIterator[Stream]:
    """Open a room's page and its stream."""
    if not since:
        page = await guest.get(f"/rooms/{room}")
        found = re.search(r'data-live="([^"]+)"', page.text)
        assert found is not None
        since = found[1]
    async with guest.session.get(f"{guest.url}/rooms/{room}/live?since={since}") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        yield Stream(guest, aiter(response.content))


async def test_what_is_said_reaches_open_pages_as_it_stands_on_a_page(
    place: Served, open_house: House
) -> None:
    async with place.guest() as guest, listening(guest) as stream:
        message = await open_house.say(ROOM, ANA, "T1 <b>line\r\none</b>\n\nline two")
        rows = await stream.next("rows")
        while "1 participant" not in await stream.next("bar"):
            pass  # counts follow within a second
        page = await guest.get("/rooms/urojc")
    (row,) = re.findall(r"<article class=.*?</article>", rows, re.DOTALL)
    assert f'id="m-{message}"' in row
    assert row.replace("\r", "") in page.text.replace("\r\n", "\n")


async def test_edits_reactions_and_withdrawals_are_drawn_anew(
    place: Served, open_house: House
) -> None:
    message = await open_house.say(ROOM, ANA, "T1 frist")
    async with place.guest() as guest, listening(guest) as stream:
        open_house.clock.advance(timedelta(seconds=1))
        await open_house.edit(ROOM, message, "T1 first")
        assert "T1 first" in await stream.next("rows")
        await open_house.put_emoji(ROOM, message, BEN, "👍")
        assert 'aria-label="👍, 1"' in await stream.next("rows")
        await open_house.delete(ROOM, message)
        gone = await stream.next("rows")
    assert "withdrawn by its author" in gone
    assert "first" not in gone


async def test_what_answers_a_message_quotes_it_as_it_stands(
    place: Served, open_house: House
) -> None:
    message = await open_house.say(ROOM, ANA, "T1 the postman from Elm Street")
    reply = await open_house.say(ROOM, BEN, "Poor him", reply_to=message)
    assert "Elm Street" in await quoted(place, reply)
    async with place.guest() as guest, listening(guest) as stream:
        await open_house.delete(ROOM, message)
        rows = await stream.next("rows")
    assert f'id="m-{reply}"' in rows, "its quotation is drawn anew"
    assert "Elm Street" not in rows


async def quoted(place: Served, message: str) -> str:
    """Return the page of one message, which says what it answers."""
    async with place.guest() as guest:
        return (await guest.get(f"/rooms/urojc/messages/{message}")).text


async def test_everybody_sees_their_own_emoji_pressed(place: Served, open_house: House) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ben") as ben:
        await ana.say("urojc", "T1 first")
        message = re.findall(r'id="m-(1-\w+)"', (await ana.get("/rooms/urojc")).text)[0]
        async with listening(ana) as to_ana, listening(ben) as to_ben:
            await ben.post(f"/rooms/urojc/messages/{message}/react", {"emoji": "💡"})
            seen_by_ana, seen_by_ben = await to_ana.next("rows"), await to_ben.next("rows")
    assert 'value="💡" aria-pressed="false"' in seen_by_ana
    assert 'value="💡" aria-pressed="true"' in seen_by_ben
    assert "row said mine" in seen_by_ana
    assert "row said mine" not in seen_by_ben


async def test_topics_come_to_open_pages(place: Served, open_house: House, club: Series) -> None:
    async with place.guest() as guest, listening(guest) as stream:
        await open_house.ask("next", moderator(club), ROOM)
        assert '<h2 id="T2"' in await stream.next("rows")
        assert 'data-topic="2"' in await stream.next("bar")


async def test_pages_renew_themselves_when_the_chat_changes_or_somebody_withdraws(
    place: Served, open_house: House, club: Series
) -> None:
    await open_house.say(ROOM, ANA, "the postman from Elm Street")
    async with place.guest() as guest, listening(guest) as stream:
        await open_house.ask("withdraw", ANA, ROOM)
        assert (await stream.next("main")).isdecimal()
        main = await guest.part("/rooms/urojc", "main")
        assert "Elm Street" not in main.text
        await open_house.ask("close", moderator(club), ROOM)
        await stream.next("main")
        main = await guest.part("/rooms/urojc", "main")
    assert "Closed" in main.words
    assert "<html" not in main.text
    assert [part in main.text for part in ('id="about"', 'id="bar"', 'id="log"', 'id="note"')]


async def test_names_that_somebody_takes_along_leave_what_others_wrote_on_open_pages(
    place: Served, open_house: House
) -> None:
    kofi = Person("local", "p-kofikofikofi", "Kofi Mensah")
    said = CheckIn(consent=Consent.PSEUDONYM)
    await open_house.runner.handle(CheckedIn(open_house.clock(), ROOM, kofi, "urojc", said))
    await open_house.say(ROOM, kofi, "T1 yes")
    about = await open_house.say(ROOM, ANA, "T1 I am with Kofi Mensah in this")
    calling = await open_house.say(ROOM, BEN, f"<@{kofi.id}|Kofi> knows it")
    liked = await open_house.say(ROOM, BEN, "T1 no")
    await open_house.put_emoji(ROOM, liked, kofi, "👍")
    async with place.guest() as guest, listening(guest) as stream:
        await open_house.runner.handle(ForgetAsked(open_house.clock(), kofi.key))
        rows = await stream.next("rows")
    shown = [f'id="m-{message}"' in rows for message in (about, calling, liked)]
    assert shown == [True] * 3
    assert "I am with" in rows
    assert "Mensah" not in rows
    assert "Kofi" not in rows
    assert "👍, 1" not in rows


async def test_open_pages_renew_themselves_when_another_process_has_erased_somebody(
    place: Served, open_house: House, tmp_path: Path
) -> None:
    await open_house.say(ROOM, ANA, "T1 the postman from Elm Street")
    async with place.guest() as guest, listening(guest) as stream:
        now = open_house.clock()
        file = tmp_path / "rounds.db"
        assert await erase_in(file, None, ANA.key, now, lambda _whom: True, lambda _told: None)
        await stream.next("main")
        main = await guest.part("/rooms/urojc", "main")
    assert "somebody erased" in main.words
    assert "Elm Street" not in main.text


async def test_many_changes_at_once_are_one_renewal(place: Served, open_house: House) -> None:
    async with place.guest() as guest, listening(guest) as stream:
        said = [open_house.say(ROOM, ANA, f"{n}") for n in range(MOST_ROWS + 50)]
        await asyncio.gather(*said)
        await stream.next("main")


async def test_a_page_that_missed_something_renews_itself(place: Served, open_house: House) -> None:
    async with place.guest() as guest:
        page = await guest.get("/rooms/urojc")
        version = re.findall(r'data-live="([^"]+)"', page.text)[0]
        async with listening(guest, since=version) as stream:
            await stream.next("beat")
            assert [event.name for event in stream.seen] == ["beat"]
        await open_house.say(ROOM, ANA, "while nobody listened")
        for since in (version, "another-process.5", "rubbish", "..."):
            async with listening(guest, since=since) as stream:
                await stream.next("main")


async def test_what_is_said_elsewhere_is_not_told_here(
    place: Served, open_house: House, other: Series
) -> None:
    await open_house.start(other)
    async with place.guest() as guest, listening(guest) as stream:
        await open_house.say(Room("local", "meded"), BEN, "in the other room")
        await open_house.say(ROOM, ANA, "in this room")
        rows = await stream.next("rows")
    assert "in this room" in rows
    assert not any("in the other room" in event.data for event in stream.seen)


async def test_when_the_house_closes_its_streams_end(open_house: House) -> None:
    async with contextlib.AsyncExitStack() as stack:
        pages = await stack.enter_async_context(served(open_house))
        async with pages.guest() as guest, listening(guest) as stream:
            await stream.next("beat")
            async with asyncio.timeout(4):  # less than a handler is given before it is cut off
                await stack.aclose()
            with pytest.raises(EOFError):
                await stream.next("rows")


def test_an_event_is_written_line_by_line_whatever_its_text_holds() -> None:
    event = Event("rows", "<p>one\r\ntwo\rthree\n\nevent: main\u2028</p>")
    assert event.encoded().decode() == (
        "event: rows\ndata: <p>one\ndata: two\ndata: three\ndata: \ndata: event: main\u2028</p>\n\n"
    )
    assert Event("rows", "\ud800").encoded() == b"event: rows\ndata: ?\n\n"
