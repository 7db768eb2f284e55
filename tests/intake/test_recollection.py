"""What people say one after the other breaches rules, as it comes through the house's door."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import measures
from bot.engine.agenda import Room, Series
from bot.engine.errors import Refused
from bot.engine.messages import Hold, Message
from bot.engine.people import Person
from bot.engine.signals import Edited, Said
from bot.intake.recollection import MOST, Recollection
from bot.intake.watch import lookout
from bot.safety.conduct import Recent, Trace
from bot.store.codec import decode_event
from bot.store.opening import Where
from tests.house import START, House, house, moderator, person, room_of, urojc

LOOKOUT = lookout()
SERIES = replace(urojc(), agenda=replace(urojc().agenda, blocked_domains=("example.com",)))
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
ANN, BOB = person("Ann"), person("Bob")
CHAT = "urojc-2026-12-07"
SECOND = timedelta(seconds=1)
FLOOD = 8
"""Messages within ten seconds of which the last is one too many."""


@contextlib.asynccontextmanager
async def open_house(home: Where, series: Series = SERIES) -> AsyncIterator[House]:
    """Run a house that looks for everything, with a chat that is open."""
    async with house(home, series) as h:
        looks_for_everything(h)
        await h.start(series)
        yield h


def looks_for_everything(h: House) -> None:
    h.runner.lookout = LOOKOUT  # what `bot.app` gives it


numbers = itertools.count(1)


async def says(h: House, by: Person, text: str, times: int = 1, apart: float = 0.5) -> list[str]:
    """Let somebody say something so often; return the messages' ids."""
    ids = []
    for _ in range(times):
        h.clock.advance(SECOND * apart)
        number = next(numbers)
        ids.append(await h.say(ROOM, by, f"{text} {number}", message=f"said-{number}"))
    return ids


async def steps_of(h: House) -> list[tuple[str, int]]:
    """Return the breaches in the chat's log: the rule, and the step."""
    async with h.store.reading() as tables:
        rows = await tables.connection.rows("SELECT kind, body FROM events ORDER BY seq")
    happened = [decode_event(kind, body) for kind, body in rows]
    return [(one.rule, one.step) for one in happened if isinstance(one, measures.Breached)]


async def held(h: House, ids: list[str]) -> list[Hold]:
    rows: list[Message] = [await h.message(ROOM, one) for one in ids]
    return [row.held for row in rows]


async def test_a_flood_goes_up_the_ladder_and_what_comes_after_its_beginning_is_held(
    home: Where,
) -> None:
    async with open_house(home) as h:
        ids = await says(h, ANN, "Look", 60)
        assert await steps_of(h) == [("flood", step) for step in (1, 2, 3, 4)]
        assert await held(h, ids[:FLOOD]) == [Hold.NONE] * FLOOD
        assert await held(h, ids[FLOOD:]) == [Hold.RULE] * (60 - FLOOD)
        assert await held(h, await says(h, BOB, "I see")) == [Hold.NONE]
        await h.live(timedelta(minutes=11))
        assert await held(h, await says(h, ANN, "Sorry")) == [Hold.NONE]


async def test_moderators_are_not_looked_at(home: Where) -> None:
    async with open_house(home) as h:
        await says(h, HENRY, "Rules: https://example.com/rules and", 20)
        assert await steps_of(h) == []


async def test_a_restart_knows_who_is_muted_but_not_what_was_said_a_moment_ago(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path / "store") as h:
        await says(h, ANN, "Look", 60)
        await says(h, BOB, "Well", FLOOD - 1)
        now = h.clock()
    async with house(tmp_path / "store", SERIES, now=now) as h:
        looks_for_everything(h)
        assert await held(h, await says(h, ANN, "Look again")) == [Hold.RULE]
        assert await held(h, await says(h, BOB, "Well then")) == [Hold.NONE]
        assert ("flood", 4) in await steps_of(h)
        assert len(await steps_of(h)) == 4


async def test_the_same_message_that_comes_again_counts_once(home: Where) -> None:
    async with open_house(home) as h:
        said = Said(h.clock(), ROOM, "m1", ANN, "Look")
        for _ in range(20):
            await h.runner.handle(said)
        assert await steps_of(h) == []


async def test_what_a_failed_transaction_has_seen_is_forgotten(home: Where) -> None:
    async with open_house(home) as h:
        for number in range(20):
            said = Said(h.clock(), ROOM, f"x{number}", ANN, "Look")
            with contextlib.suppress(RuntimeError):
                async with h.store.writing():
                    begun = h.runner._recollection.begun()
                    begun.put((CHAT, ANN.key), LOOKOUT.breaches(said, None, SERIES.agenda,
                              begun.of((CHAT, ANN.key)))[0])  # fmt: skip
                    raise RuntimeError
        assert h.runner._recollection.of((CHAT, ANN.key)) == Recent()


async def test_a_link_to_a_blocked_site_is_held_said_or_edited_in(home: Where) -> None:
    async with open_house(home) as h:
        (one, two) = await says(h, ANN, "see https://shop.example.com/x", 2)
        assert await held(h, [one, two]) == [Hold.RULE] * 2
        (fine,) = await says(h, BOB, "see https://doi.org/10.1")
        h.clock.advance(SECOND)
        await h.edit(ROOM, fine, "see https://example.com")
        assert await held(h, [fine]) == [Hold.RULE]
        steps = await steps_of(h)
        await h.runner.handle(Edited(h.clock(), ROOM, fine, "see https://example.com"))
        assert await steps_of(h) == steps
        await h.ask(f"clear {fine}", HENRY, ROOM)
        assert await held(h, [fine]) == [Hold.NONE]


async def test_a_new_account_may_do_less(home: Where) -> None:
    new = replace(ANN, since=START - timedelta(hours=1))
    old = replace(BOB, since=START - timedelta(days=900))
    async with open_house(home) as h:
        await says(h, old, "see https://doi.org/10.1", 4, apart=5)
        assert await steps_of(h) == []
        await says(h, new, "see https://doi.org/10.1", 4, apart=5)
        assert [rule for rule, _ in await steps_of(h)] == ["new_account", "new_account"]


async def test_somebody_is_muted_by_their_name_where_one_has_it(home: Where) -> None:
    async with open_house(home) as h:
        await says(h, ANN, "Hello")
        await says(h, Person("local", "p-2", "Bob Lee"), "Hello")
        await says(h, Person("local", "p-3", "bob lee"), "Hello")
        await h.ask("mute ann 30m", HENRY, ROOM)
        assert await held(h, await says(h, ANN, "Hello")) == [Hold.MODERATOR]
        with pytest.raises(Refused, match=r"Several people are called Bob Lee here.* p-2, p-3"):
            await h.ask("mute Bob Lee 30m", HENRY, ROOM)
        await h.ask("mute p-2 30m", HENRY, ROOM)
        with pytest.raises(Refused, match="Nobody called Carl has written"):
            await h.ask("mute Carl 30m", HENRY, ROOM)
        await says(h, HENRY, "Hello")
        with pytest.raises(Refused, match="cannot be muted"):
            await h.ask("mute henry 30m", HENRY, ROOM)
        await h.ask("mute Ann 0m", HENRY, ROOM)
        assert await held(h, await says(h, ANN, "Hello")) == [Hold.NONE]


async def test_a_moderator_is_not_muted_by_their_id_before_they_have_written(home: Where) -> None:
    ids = ("11111111111111111", "22222222222222222")
    there, mo = Room("discord", "333"), Person("discord", ids[0], "Mo")
    agenda = replace(SERIES.agenda, rooms=(ROOM, there), moderators={"discord": ids})
    async with house(home, replace(SERIES, agenda=agenda)) as h:
        await h.start(replace(SERIES, agenda=agenda), mo)
        with pytest.raises(Refused, match="cannot be muted"):
            await h.ask(f"mute {ids[1]} 30m", mo, there)
        await h.ask("mute 44444444444444444 30m", mo, there)


def test_no_more_people_are_remembered_than_a_bound() -> None:
    known = Recollection()
    trace = Trace(START, b"", 1, 1, 0, 0, 0)
    for number in range(MOST + 50):
        begun = known.begun()
        begun.put((CHAT, f"local:{number}"), Recent((trace,)))
        known.keep(begun)
    assert known.of((CHAT, "local:49")) == Recent()
    assert known.of((CHAT, "local:50")) == Recent((trace,))
    assert known.of((CHAT, f"local:{MOST + 49}")) == Recent((trace,))
