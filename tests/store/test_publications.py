"""What public editions said, as it is noted and read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.messages import Hold, Message, Timing
from bot.engine.people import Role
from bot.store import publications
from bot.store.opening import Where, opened
from bot.store.publications import Published, Someone
from bot.store.tables import Conflict
from tests.transcripts.club import AWAY, CHAT, HOME, after, keep

NOW = datetime(2026, 12, 9, tzinfo=UTC)


def said(n: int) -> Message:
    return Message(CHAT.id, HOME, f"{n}", said=True, at=after(minutes=n), author=f"a{n % 3}",
                   name=f"A{n % 3}", text="words", topics=(1,))  # fmt: skip


async def test_of_a_chat_that_was_not_published_nothing_is_known(anywhere: Where) -> None:
    async with opened(anywhere) as store, store.writing() as tables:
        await keep(tables, [said(1)])
        known = await publications.publications(tables.connection, CHAT.id)
        assert known == (0, None, 0)
        (batch,) = [one async for one in publications.facts(tables.connection, CHAT.id)]
    ((fact, history),) = batch
    assert history == ()
    assert (fact.key, fact.topics, fact.timing) == ("local:urojc/1", "1", Timing.ON_TIME)


async def test_each_message_comes_once_with_all_that_was_said_of_it(anywhere: Where) -> None:
    first, second = Published(0, 3, "", 5, "1"), Published(0, 3, "held", 5, "1")
    async with opened(anywhere) as store, store.writing() as tables:
        rows = [said(n) for n in range(1203)]
        held = rows[7]._replace(held=Hold.RULE, edited=True, worded_at=after(hours=2))
        await keep(tables, [*rows[:7], held, *rows[8:]])
        key = held.key
        await publications.put(tables, CHAT.id, 1, NOW, [(key, first)])
        await publications.put(tables, CHAT.id, 2, NOW + timedelta(days=1), [(key, second)])
        known = await publications.publications(tables.connection, CHAT.id)
        batches = [one async for one in publications.facts(tables.connection, CHAT.id)]
    assert known == (2, NOW, 3)
    found = [pair for batch in batches for pair in batch]
    assert [fact.key for fact, _ in found] == [one.key for one in rows]
    assert {fact.key: history for fact, history in found if history} == {
        key: (first._replace(number=1), second._replace(number=2))
    }
    (fact,) = (fact for fact, _ in found if fact.key == key)
    assert (fact.held, fact.worded_at - fact.at) == ("rule", (120 - 7) * 60_000_000)


async def test_an_edition_of_the_same_number_is_noted_once(anywhere: Where) -> None:
    async with opened(anywhere) as store:
        async with store.writing() as tables:
            await keep(tables, [said(1)])
            await publications.put(tables, CHAT.id, 1, NOW, [])
        with pytest.raises(Conflict):
            async with store.writing() as tables:
                await publications.put(tables, CHAT.id, 1, NOW, [])


async def test_people_come_with_every_name_and_role_that_they_had(anywhere: Where) -> None:
    rows = [
        said(1)._replace(name="Ann"),
        said(4)._replace(name="Annie", role=Role.GUEST),
        said(2)._replace(room=AWAY),
        said(3)._replace(said=False),
    ]
    async with opened(anywhere) as store, store.writing() as tables:
        await keep(tables, rows)
        found = await publications.people(tables.connection, CHAT.id)
    assert found == [
        Someone("local:a1", "Annie", "guest"),
        Someone("slack:a2", "A2", "participant"),
        Someone("local:a1", "Ann", "participant"),
    ]
