"""A transcript always says how many messages were withdrawn: each format of each edition, 0 too."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.showing import EDITIONS, Audience
from bot.transcripts.rendering import FORMATS, render
from tests.house import House, house, moderator, person, room_of, urojc

CLUB = urojc()
ROOM, ANN = room_of(CLUB), person("Ann")
CHAT = "urojc-2026-12-07"
GONE = "heliotrope"


async def rendered(at: House, form: str, edition: Audience) -> str:
    chat = await at.chat(CHAT)
    async with at.store.reading() as tables:
        return b"".join([chunk async for chunk in render(tables, chat, form, edition)]).decode()


def says(text: str, form: str, edition: Audience, count: int) -> bool:
    """Whether a transcript says that so many messages were withdrawn."""
    match form:
        case "html":
            return f"<dt>Withdrawn</dt><dd>{count}</dd>" in text
        case "md":
            return f"| Withdrawn | {count} |" in text
        case "json":
            return bool(json.loads(text)["counts"]["withdrawn"] == count)
    if edition is Audience.ORGANIZERS:  # each message has a line, which says it
        rows = csv.DictReader(io.StringIO(text))
        return sum(row["withdrawn"].lower() in ("true", "yes", "1") for row in rows) == count
    noun = "message that was" if count == 1 else "messages that were"
    return f"Left out: {count} {noun} withdrawn" in text


@pytest.mark.parametrize("withdrawn", [0, 1, 3])
async def test_every_format_of_every_edition_says_how_many(tmp_path: Path, withdrawn: int) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await at.say(ROOM, ANN, "T1: this stays")
        for _ in range(withdrawn):
            await at.delete(ROOM, await at.say(ROOM, ANN, f"T1: {GONE}"))
        for edition in EDITIONS:
            for form in FORMATS:
                text = await rendered(at, form, edition)
                assert says(text, form, edition, withdrawn), (edition, form)
                assert not says(text, form, edition, withdrawn + 1), (edition, form)
                assert GONE not in text


async def test_what_moderators_and_visitors_withdraw_is_counted_as_what_is_left_out(
    tmp_path: Path,
) -> None:
    members = {"local": (ANN.id,)}
    club = replace(CLUB, agenda=replace(CLUB.agenda, members_only=members))
    async with house(tmp_path, club) as at:
        await at.start(club)
        for author in (ANN, moderator(club), person("Vic")):
            await at.say(ROOM, author, "T1: this stays")
            await at.delete(ROOM, await at.say(ROOM, author, f"T1: {GONE}"))
        for edition in EDITIONS:
            for form in FORMATS:
                text = await rendered(at, form, edition)
                assert says(text, form, edition, 3), (edition, form)
                assert GONE not in text
        for edition in (Audience.PUBLIC, Audience.RESEARCH):
            found = json.loads(await rendered(at, "json", edition))
            assert found["left_out"]["withdrawn"] == found["counts"]["withdrawn"] == 3
