"""What somebody said as it is told elsewhere, in a house of its own."""

from __future__ import annotations

from pathlib import Path

from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.signals import CheckedIn
from bot.store import spoken
from bot.transcripts.excerpts import excerpts
from tests.house import house, person, room_of, urojc

ROOM = room_of(urojc())


async def test_an_excerpt_is_short_and_plain_and_names_those_alone_who_are_named(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        chat = await h.start(urojc())
        for name, wish in (("Ann", Consent.NAMED), ("Bob", Consent.PSEUDONYM)):
            said = CheckIn(name=f"{name} Quillwort", consent=wish)
            await h.runner.handle(CheckedIn(h.clock(), ROOM, person(name), "urojc", said))
        await h.say(ROOM, person("Ann"), "Bob Quillwort is **right**, @everyone", message="1")
        await h.say(ROOM, person("Bob"), "because " + "of this " * 40, message="2")
        await h.say(ROOM, person("Cat"), "a secret", message="3")
        await h.delete(ROOM, "3")
        async with h.store.reading() as tables:
            keys = [f"{ROOM}/{number}" for number in (1, 2, 3)]
            rows = await spoken.of_keys(tables.connection, chat, keys)
            told = await excerpts(tables, await h.chat(chat), rows.values())
    first, second, third = (rows[key] for key in keys)
    assert told.has(first)
    assert "Bob" not in told.said(first, 100)
    assert told.said(first, 100).endswith("is right, @\u200beveryone")
    assert (told.name(first, 100), told.name(first, 6)) == ("Ann Quillwort", "Ann…")
    assert told.name(second, 100) == ""
    assert told.said(second, 20) == "because of this of…"
    assert not told.has(third)
    assert told.said(third, 100) == ""
