"""Editions as they begin: lines, numbers, what is left out, and an order that tells nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.engine.messages import Message
from bot.engine.showing import Audience, Silence
from bot.transcripts.build import batches
from bot.transcripts.editions import begin, steps
from tests.transcripts.club import CHAT, HOME, after, kept
from tests.transcripts.guarded import SALT, guarded


async def test_what_is_left_out_is_counted_in_the_editions_that_leave_it_out() -> None:
    async with guarded() as (tables, chat):
        assert (await begin(tables, chat, Audience.ORGANIZERS)).left_out == {}
        public = await begin(tables, chat, Audience.PUBLIC)
        assert public.left_out == {
            Silence.WITHDRAWN: 2, Silence.HELD: 1, Silence.OUT: 3, Silence.LATE: 1,
        }  # fmt: skip
        research = await begin(tables, chat, Audience.RESEARCH)
        assert research.left_out == {Silence.WITHDRAWN: 2, Silence.HELD: 1, Silence.OUT: 3}
        assert public.pseudonyms == 1


async def test_without_a_salt_each_file_has_its_own() -> None:
    async with guarded() as (tables, chat):
        salts = {(await begin(tables, chat, Audience.RESEARCH)).salt for _ in range(3)}
    assert len(salts) == 3


async def test_lines_are_numbered_in_the_order_of_the_file() -> None:
    async with guarded() as (tables, chat):
        for audience in (Audience.PUBLIC, Audience.RESEARCH):
            begun = await begin(tables, chat, audience, SALT)
            found = [batch async for batch in batches(tables, chat, begun, 4)]
            numbers = [int(line.id) for batch in found for line in batch.lines]
            assert numbers == list(range(1, len(numbers) + 1))


async def test_in_research_messages_of_one_step_stand_in_an_order_drawn_for_the_file() -> None:
    said = [
        Message(CHAT.id, HOME, f"{n}", said=True, at=after(minutes=n), author="ann")
        for n in range(40)
    ]
    async with kept(said) as (tables, chat):
        orders = []
        for salt in (b"1", b"2"):
            found = [step async for step in steps(tables, chat, salt)]
            assert [len(step) for step in found] == [15, 15, 10]
            for step in found:
                assert len({fact.at // (15 * 60_000_000) for fact in step}) == 1
            orders.append([fact.key for step in found for fact in step])
        assert orders[0] != orders[1]
        assert sorted(orders[0]) == sorted(orders[1]) == sorted(one.key for one in said)
        exact = replace(chat, agenda=replace(chat.agenda, round_times=timedelta(0)))
        assert [len(step) async for step in steps(tables, exact, b"")] == [1] * 40
