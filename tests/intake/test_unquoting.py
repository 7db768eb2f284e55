"""What others quote of words that are gone goes with them, in the same transaction."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.agenda import Room
from bot.engine.messages import message_key
from bot.engine.quoting import TAKEN_OUT
from bot.engine.signals import Edited, Left, Said
from tests.house import House, house, moderator, person, room_of, urojc

ANN, BO = person("Ann"), person("Bo")
SAID = "I told nobody of the postman until today."
SERIES = urojc()
ROOM = room_of(SERIES)
GONE = f"> {TAKEN_OUT}\nI agree"


async def quoted(h: House, text: str = f"> {SAID}\nI agree", room: Room = ROOM) -> str:
    """Let Ann say something and Bo quote it; return Ann's message; Bo's is `bo`."""
    said = await h.say(room, ANN, SAID)
    await h.say(room, BO, text, message="bo")
    return said


async def takes_back(h: House, way: str, said: str) -> None:
    """Let Ann's words leave the store in a way."""
    match way:
        case "delete":
            await h.delete(ROOM, said)
        case "withdraw":
            await h.ask("withdraw", ANN, ROOM)
        case "leave":
            await h.runner.handle(Left(h.clock(), ANN.key, (SERIES.name,)))


WAYS = pytest.mark.parametrize("way", ["delete", "withdraw", "leave"])


@WAYS
async def test_what_is_gone_is_gone_from_what_others_quote(tmp_path: Path, way: str) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        said = await quoted(h)
        await takes_back(h, way, said)
        bo = await h.message(ROOM, "bo")
        assert (bo.text, bo.withdrawn) == (GONE, False)
    assert not [one for one in tmp_path.iterdir() if b"postman" in one.read_bytes()]


@WAYS
async def test_what_nobody_quotes_takes_nothing_along(tmp_path: Path, way: str) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        said = await quoted(h, f"{SAID}\n> I saw him as well\nSo it was")
        await takes_back(h, way, said)
        bo = await h.message(ROOM, "bo")
        assert bo.text == f"{SAID}\n> I saw him as well\nSo it was", "said again without a mark"


async def test_what_is_gone_goes_from_a_copy_that_lost_its_marks(tmp_path: Path) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        said = await h.say(ROOM, ANN, "I told *nobody* of the postman <@p-bo|Bo> until today…")
        copy = "> Ann: i told nobody of the postman @Bo until today...\nI agree"
        await h.say(ROOM, BO, copy, message="bo")
        await h.delete(ROOM, said)
        assert (await h.message(ROOM, "bo")).text == GONE
    assert not [one for one in tmp_path.iterdir() if b"postman" in one.read_bytes()]


async def test_a_chat_in_which_the_same_was_said_stays_as_it_was(tmp_path: Path) -> None:
    other = urojc("other")
    async with house(tmp_path, SERIES, other) as h:
        await h.start(SERIES)
        await h.start(other)
        said = await h.say(ROOM, ANN, SAID)
        await h.say(room_of(other), BO, f"> {SAID}", message="bo")
        await h.delete(ROOM, said)
        assert (await h.message(room_of(other), "bo")).text == f"> {SAID}"


async def test_open_pages_are_told_of_what_quotes_a_withdrawn_or_held_message(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        said = await quoted(h)
        told: set[str] = set()
        h.runner.watch(lambda changed: told.update(changed.messages))
        for command, by in (
            (f"hold {said}", moderator(SERIES)),
            (f"clear {said}", moderator(SERIES)),
            ("withdraw", ANN),
        ):
            told.clear()
            await h.ask(command, by, ROOM)
            assert message_key(ROOM, "bo") in told, command


async def test_held_words_that_are_reworded_leave_what_quotes_them(tmp_path: Path) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        said = await quoted(h)
        await h.edit(ROOM, said, f"{SAID} Really.")
        assert (await h.message(ROOM, "bo")).text != GONE, "it was shown until now"
        await h.delete(ROOM, "bo")
        await h.say(ROOM, BO, f"> {SAID} Really.\nI agree", message="bo2")
        await h.ask(f"hold {said}", moderator(SERIES), ROOM)
        await h.edit(ROOM, said, "Nothing.")
        assert (await h.message(ROOM, "bo2")).text == GONE


async def test_a_text_that_arrives_after_its_deletion_leaves_what_quotes_it(tmp_path: Path) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        at = h.clock()
        h.clock.advance(timedelta(seconds=1))
        await h.delete(ROOM, "late")
        await h.say(ROOM, BO, f"> {SAID}\nI agree", message="bo")
        await h.runner.handle(Said(at, ROOM, "late", ANN, SAID))
        assert (await h.message(ROOM, "bo")).text == GONE


async def test_what_a_platform_tells_once_more_brings_nothing_back(tmp_path: Path) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        said = await quoted(h, "Well")
        h.clock.advance(timedelta(seconds=1))
        edited = Edited(h.clock(), ROOM, "bo", f"> {SAID}\nI agree")
        await h.runner.handle(edited)
        await h.delete(ROOM, said)
        await h.runner.handle(edited)
        assert (await h.message(ROOM, "bo")).text == GONE
