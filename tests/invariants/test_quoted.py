"""What others quote of words that are taken back or withheld gets out nowhere, said when it may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.showing import EDITIONS, Audience
from bot.engine.signals import CheckedIn
from bot.transcripts.rendering import FORMATS, render
from tests.house import House, house, moderator, person, urojc
from tests.web.served import served

HERE, THERE = Room("local", "urojc"), Room("local", "second")
ANN, BO, CY = person("Ann"), person("Bo"), person("Cy")
SAID = "Told *nobody* of quillwort…"
COPIED = "Ann: told nobody of _quillwort_..."
OFFERS = "Ok, marigold?"
SERIES = urojc(questions=("What next?",))
SERIES = replace(
    SERIES, agenda=replace(SERIES.agenda, rooms=(HERE, THERE), reading=None, share_names=True)
)
HENRY = moderator(SERIES)


async def quotes(h: House) -> None:
    """Let Bo quote Ann, and Cy answer Bo, so that Bo is quoted in the catch-up and elsewhere.

    The quotation is as people copy it from a screen, with the name of its author in front.
    Excerpts leave quotations out, but for those that begin with a blank, which no platform sees as
    one; these are looked for here.
    """
    h.clock.advance(timedelta(minutes=1))
    await h.say(THERE, BO, f"T1: {OFFERS}\n > {COPIED}", message="bo")
    await h.say(THERE, CY, "Thank you both.", message="cy", reply_to="bo")


async def checks_in(h: House, by: str, wish: Consent) -> None:
    signal = CheckedIn(h.clock(), HERE, person(by), SERIES.name, CheckIn(consent=wish))
    await h.runner.handle(signal)


async def does(h: House, way: str) -> None:
    """Withhold what Ann said, or have it taken back, in a way."""
    h.clock.advance(timedelta(minutes=1))
    match way:
        case "withdraw":
            await h.ask("withdraw", ANN, THERE)
        case "delete":
            await h.delete(THERE, "ann")
        case "hold" | "clear":
            await h.ask(f"{way} ann", HENRY, THERE)
        case "out":
            await checks_in(h, "Ann", Consent.OUT)


async def outputs(h: House, chat: str) -> dict[str, str]:
    """Return every output: files of all editions, catch-up, the pages, and the closing posts."""
    found: dict[str, str] = {}
    async with h.store.reading() as tables:
        it = await h.chat(chat)
        for edition in EDITIONS:
            for form in FORMATS:
                chunks = [chunk async for chunk in render(tables, it, form, edition)]
                found[f"{edition}.{form}"] = b"".join(chunks).decode()
    async with served(h) as place, place.guest(name="Looker") as guest:
        found["page"] = (await guest.get(f"/rooms/{THERE.name}?chat={chat}")).text
        found["message"] = (await guest.get(f"/rooms/{THERE.name}/messages/bo")).text
        found["answer"] = (await guest.get(f"/rooms/{THERE.name}/messages/cy")).text
        found["catch-up"] = (await guest.say(HERE.name, "/chat catchup")).text
    await h.ask("close", HENRY, HERE)
    await h.live(timedelta(hours=1))
    async with h.store.reading() as tables:
        posts = await tables.connection.rows("SELECT text FROM messages WHERE role = 'bot'")
    found["closing"] = "\n".join(text for (text,) in posts)
    return found


async def lived(h: House, steps: tuple[str, ...]) -> dict[str, str]:
    chat = await h.start(SERIES)
    for name in ("Ann", "Bo", "Cy"):
        await checks_in(h, name, Consent.NAMED)
    await h.live(timedelta(minutes=5))
    await h.say(THERE, ANN, f"T1: {SAID}", message="ann")
    for step in steps:
        await (quotes(h) if step == "quotes" else does(h, step))
    return await outputs(h, chat)


@pytest.mark.parametrize(
    "steps",
    [
        ("quotes", "withdraw"),
        ("quotes", "delete"),
        ("quotes", "hold"),
        ("hold", "quotes"),
        ("quotes", "out"),
        ("out", "quotes"),
    ],
)
async def test_what_is_withheld_is_quoted_nowhere(tmp_path: Path, steps: tuple[str, ...]) -> None:
    async with house(tmp_path, SERIES) as h:
        found = await lived(h, steps)
    in_rooms = {"page", "message", "answer"} if "out" in steps else set()  # rooms show it
    assert {name for name, text in found.items() if "quillwort" in text} == in_rooms
    assert {name for name, text in found.items() if "marigold" not in text} == set()


@pytest.mark.parametrize(
    "steps", [("quotes",), ("quotes", "hold", "clear"), ("hold", "quotes", "clear")]
)
async def test_what_is_shown_is_quoted_too(tmp_path: Path, steps: tuple[str, ...]) -> None:
    async with house(tmp_path, SERIES) as h:
        found = await lived(h, steps)
    assert {name for name, text in found.items() if "quillwort" not in text} == set()


async def test_closing_posts_change_with_what_their_quotations_quote(tmp_path: Path) -> None:
    async with house(tmp_path, SERIES) as h:
        found = await lived(h, ("quotes",))
        assert "quillwort" in found["closing"]
        told = {}
        for way in ("hold", "clear", "withdraw"):
            await does(h, way)
            await h.live(timedelta(minutes=1))
            async with h.store.reading() as tables:
                posts = await tables.connection.rows("SELECT text FROM messages WHERE role = 'bot'")
            told[way] = "quillwort" in "".join(text for (text,) in posts)
    assert told == {"hold": False, "clear": True, "withdraw": False}


async def test_the_beginning_of_an_answered_message_ends_before_what_it_quotes(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, SERIES) as h:
        chat = await h.start(SERIES)
        await h.say(THERE, ANN, SAID, message="ann")
        filler = "one word " * 15
        await h.say(THERE, BO, f"{filler}\n> {SAID}", message="bo")
        await h.say(THERE, CY, "Thank you both.", message="cy", reply_to="bo")
        await does(h, "hold")
        async with h.store.reading() as tables:
            it = await h.chat(chat)
            for edition in (Audience.PUBLIC, Audience.ORGANIZERS):
                for form in FORMATS:
                    chunks = [chunk async for chunk in render(tables, it, form, edition)]
                    assert "Told" not in b"".join(chunks).decode(), (edition, form)
