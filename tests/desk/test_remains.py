"""Who takes something back is told where it may stand all the same: published, posted, kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.desk.asking import Desk
from bot.desk.remains import MOST, forgotten
from bot.dispatch.publishing import publish
from bot.engine.actions import Moment
from bot.engine.people import Person
from bot.store import shown
from bot.store.shown import Shown
from tests.house import START, House, house, moderator, person, room_of, urojc, way_in

CLUB = urojc()
ROOM, HENRY = room_of(CLUB), moderator(CLUB)
ANN, BOB = person("Ann"), person("Bob")
CHAT = "urojc-2026-12-07"
HOUR = timedelta(hours=1)


async def asks(at: House, text: str, by: Person = ANN) -> tuple[str, list[Moment]]:
    """Ask something; return what is told, and the moments in it."""
    desk = Desk(at.runner, at.store, at.catalogue, way_in)
    words = (await desk.ask(text, by, ROOM, at.clock())).words
    told = "".join(piece if isinstance(piece, str) else "…" for piece in words)
    return told, [piece for piece in words if isinstance(piece, Moment)]


async def an_hour_of_it(at: House, *, publishes: int) -> None:
    """Let Ann and Bob speak, and the public transcript be handed out so often."""
    await at.start(CLUB)
    await at.say(ROOM, ANN, "T1: yes", message="1")
    await at.say(ROOM, BOB, "T1: no", message="2")
    for n in range(publishes):
        at.clock.advance(HOUR)
        await publish(at.store, CHAT, at.clock())
        await at.say(ROOM, BOB, f"T1: and {n}")


async def test_who_withdraws_is_told_of_transcripts_that_were_published_with_it(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, CLUB) as at:
        await an_hour_of_it(at, publishes=2)
        told, moments = await asks(at, "withdraw")
    assert moments == [Moment(START + HOUR), Moment(START + 2 * HOUR)]
    assert f"A public transcript of {CHAT}, published …. The next one says in its erratum" in told
    assert "Backups" in told
    assert "one that is brought back takes it out again" in told
    assert "Lines in which they quoted you behind > in that chat are taken out too" in told
    assert "words said again without that mark stay" in told


async def test_who_is_forgotten_is_told_of_them_too(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await an_hour_of_it(at, publishes=1)
        told, moments = await asks(at, "forget me")
    assert moments == [Moment(START + HOUR)]
    assert "words said again without that mark stay" in told
    assert f"A public transcript of {CHAT}" in told
    assert "one that is brought back forgets you again" in told


async def test_who_is_forgotten_is_told_where_their_name_may_still_stand(tmp_path: Path) -> None:
    namesake = replace(BOB, id="p-annother", name="Ann Hu")
    async with house(tmp_path, CLUB) as at:
        await an_hour_of_it(at, publishes=0)
        told, _ = await asks(at, "forget me", replace(BOB, id="p-never", name="Zoe"))
        assert "may still stand" not in told
        await at.say(ROOM, namesake, "Hello")
        await at.say(ROOM, BOB, "Thank you, Ann")
        told, _ = await asks(at, "forget me")
    assert "in 1 message a name of yours may still stand" in told
    assert "Their authors can change them" in told


async def test_an_edition_in_which_they_were_not_is_not_among_them(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await an_hour_of_it(at, publishes=1)
        await asks(at, "withdraw")
        at.clock.advance(HOUR)
        await publish(at.store, CHAT, at.clock())
        async with at.store.reading() as tables:
            once = await shown.with_words_of(tables.connection, ANN.key)
            message = await shown.with_message(tables.connection, f"{ROOM}/1")
            other = await shown.with_words_of(tables.connection, BOB.key, CHAT)
            elsewhere = await shown.with_words_of(tables.connection, BOB.key, "another")
    assert once == message == [Shown(CHAT, START + HOUR)]
    assert [one.at for one in other] == [START + HOUR, START + 2 * HOUR]
    assert elsewhere == []


async def test_where_nothing_was_published_nothing_is_said_of_it(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await an_hour_of_it(at, publishes=0)
        told, moments = await asks(at, "withdraw")
    assert "public transcript" not in told
    assert moments == []


def test_many_editions_are_counted_and_not_all_named() -> None:
    editions = [Shown(CHAT, START + n * HOUR) for n in range(MOST + 3)]
    told = forgotten([], editions)
    assert sum(isinstance(piece, Moment) for piece in told) == MOST
    assert "• 3 more public transcripts.\n" in told
