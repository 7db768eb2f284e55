"""Whoever goes takes their names along where a pseudonym stood for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.agenda import Series
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.showing import Audience
from bot.engine.signals import CheckedIn, ForgetAsked, Left, Signal
from bot.transcripts.rendering import render
from tests.house import House, house, person, room_of, urojc

OPEN = urojc()
SHY = replace(OPEN, agenda=replace(OPEN.agenda, consent=Consent.PSEUDONYM))
ROOM = room_of(OPEN)
KOFI = replace(person("Kofi"), name="Kofi Mensah")
BEA = person("Bea")


def ways(at: House) -> Sequence[Signal]:
    return (ForgetAsked(at.clock(), KOFI.key), Left(at.clock(), KOFI.key, ("urojc",)))


async def edition(at: House, chat: str, audience: Audience) -> str:
    """Return an edition of a chat as Markdown."""
    async with at.store.reading() as tables:
        held = await tables.chat(chat)
        assert held is not None
        return b"".join([chunk async for chunk in render(tables, held, "md", audience)]).decode()


async def left(at: House, series: Series, way: int, wish: Consent | None) -> str:
    """Hold a chat in which somebody is named by others, and goes; return its id."""
    chat = await at.start(series)
    if wish is not None:
        said = CheckIn("Dr Quillfeather", consent=wish)
        await at.runner.handle(CheckedIn(at.clock(), ROOM, KOFI, "urojc", said))
    await at.runner.handle(
        CheckedIn(at.clock(), ROOM, BEA, "urojc", CheckIn(consent=Consent.NAMED))
    )
    await at.say(ROOM, KOFI, "T1: yes")
    await at.say(ROOM, BEA, "I am with Kofi Mensah, and kofi knows it; so does Quillfeather")
    assert "Bea" in await edition(at, chat, Audience.PUBLIC)
    await at.runner.handle(ways(at)[way])
    return chat


@pytest.mark.parametrize("way", [0, 1], ids=["forgotten", "left"])
@pytest.mark.parametrize(
    ("series", "wish"),
    [(OPEN, Consent.PSEUDONYM), (OPEN, Consent.OUT), (SHY, None)],
    ids=["by their wish", "not at all", "by the series"],
)
async def test_a_name_that_a_pseudonym_stood_for_does_not_come_out_when_somebody_goes(
    tmp_path: Path, series: Series, wish: Consent | None, way: int
) -> None:
    async with house(tmp_path, series) as at:
        chat = await left(at, series, way, wish)
        for audience in (Audience.PUBLIC, Audience.RESEARCH):
            told = (await edition(at, chat, audience)).lower()
            assert "knows it" in told, "what others wrote stays"
            assert "mensah" not in told
            assert "kofi" not in told
            if wish is not None:
                assert "quillfeather" not in told


@pytest.mark.parametrize("way", [0, 1], ids=["forgotten", "left"])
@pytest.mark.parametrize("wish", [Consent.NAMED, None], ids=["by their wish", "by the series"])
async def test_who_was_named_takes_their_name_along_from_every_edition_and_the_store(
    tmp_path: Path, wish: Consent | None, way: int
) -> None:
    async with house(tmp_path, OPEN) as at:
        chat = await left(at, OPEN, way, wish)
        for audience in (Audience.PUBLIC, Audience.RESEARCH):
            told = (await edition(at, chat, audience)).replace("\\", "")
            assert "I am with [name left out], and [name left out] knows it" in told
            assert "mensah" not in told.lower()
        async with at.store.reading() as tables:
            texts = await tables.connection.rows("SELECT text FROM messages")
        assert not any("mensah" in text.lower() for (text,) in texts)
