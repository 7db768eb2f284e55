"""Two processes on one store that both believe to lead: nothing twice, nothing lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from bot.clockwork.planner import Planner
from bot.clockwork.ringing import Ringing
from bot.dispatch.outbox import Outbox
from bot.engine.errors import Refused
from bot.engine.messages import PlacedBy
from bot.engine.signals import Asked, DateCame, Deleted, Said, Signal
from bot.engine.state import Chat, Stage
from bot.intake.runner import Runner, Store
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Errand, Receipt
from bot.store.opening import Where, opened
from tests.conftest import NewPlace
from tests.invariants.history import (
    ANN,
    BOB,
    CHAT,
    FIRST_HOURS,
    OPENS,
    ROOM,
    agenda,
    asked,
    at,
    of_people,
    rows,
)
from tests.invariants.process import posted, program

STORY: tuple[Signal, ...] = (
    *FIRST_HOURS,
    Said(at(2.1), ROOM, "4", BOB, "about the second"),
    asked(3, "place 4 T1"),
    asked(8, "pause"),
    Said(at(8.5), ROOM, "5", ANN, "while it is paused"),
    asked(14, "resume"),
    Said(at(14.5), ROOM, "6", ANN, "after the third"),
    Deleted(at(15), ROOM, "3"),
    asked(16, "withdraw", ANN),
    Said(at(17), ROOM, "7", ANN, "T3: starting anew"),
    asked(47, "extend 2h"),
    Said(at(48.5), ROOM, "8", BOB, "in the extension"),
    Said(at(51), ROOM, "9", BOB, "too late"),
)


class Counted(LocalRooms):
    """The built-in rooms, which count how often each action was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def perform(self, errand: Errand) -> Receipt:
        self.asked.append(errand.key)
        await asyncio.sleep(0)
        return await super().perform(errand)


class Member:
    """What one process has in memory: a runner and an outbox, with a clock set by hand."""

    def __init__(self, store: Store, rooms: Counted) -> None:
        self.now = at(-26)
        self.runner = Runner(store)
        self.outbox = Outbox(store, self.runner, {"local": rooms}, lambda: self.now)
        self.ringing = Ringing(self.runner, Planner(self.runner, store, dict), self.outbox)

    async def works(self, now: datetime) -> None:
        """Do what is due at a moment, and deliver what waits."""
        self.now = now
        await asyncio.gather(self.ringing.ring(now), self.outbox.deliver())


@contextlib.asynccontextmanager
async def members(where: Where, count: int) -> AsyncIterator[tuple[list[Member], list[Store]]]:
    """Start so many processes on one store."""
    rooms = Counted()
    async with contextlib.AsyncExitStack() as stack:
        stores: list[Store] = [await stack.enter_async_context(opened(where)) for _ in range(count)]
        found = [Member(store, rooms) for store in stores]
        for member in found:
            await stack.enter_async_context(member.runner.running())
        yield found, stores
        assert len(rooms.asked) == len(set(rooms.asked)), "an action was performed twice"


async def all_at_once(everybody: Sequence[Member], now: datetime) -> None:
    """Let every process do its work at one moment, all beside one another."""
    for _ in range(3):  # what the one begins the other may end
        await asyncio.gather(*(member.works(now) for member in everybody))


async def live(everybody: Sequence[Member], story: Sequence[Signal], chance: Random) -> None:
    """Live through a story: whoever is there hears what is said, perhaps both."""
    date = DateCame(at(-26), CHAT, "urojc", agenda(), OPENS)
    await asyncio.gather(*(member.runner.handle(date) for member in everybody))
    for moment in sorted({signal.at for signal in story} | {at(n) for n in range(-25, 60)}):
        await all_at_once(everybody, moment)
        for signal in story:
            if signal.at == moment:
                once = isinstance(signal, Asked)
                hearers = [chance.choice(everybody)] if once else everybody
                await asyncio.gather(*(member.runner.handle(signal) for member in hearers))
        await all_at_once(everybody, moment)


async def left_in(store: Store) -> tuple[object, Chat]:
    messages, reactions = await rows(store)
    async with store.reading() as tables:
        chat = await tables.chat(CHAT)
        assert chat is not None
        outbox = await tables.connection.rows("SELECT key, state FROM outbox ORDER BY key")
        log = await tables.connection.rows("SELECT seq, kind FROM events ORDER BY seq")
    return (messages, reactions, outbox, log), chat


async def test_two_and_three_processes_do_what_one_does(new_place: NewPlace) -> None:
    async with new_place() as where, members(where, 1) as (everybody, stores):
        await live(everybody, STORY, Random(0))
        expected, chat = await left_in(stores[0])
    assert chat.stage is Stage.ARCHIVED
    assert [topic.number for topic in sorted(chat.topics, key=lambda t: t.posts[0].at)] == [
        1, 2, 3, 4,
    ]  # fmt: skip
    for count, seed in ((2, 1), (2, 2), (3, 3)):
        async with new_place() as where, members(where, count) as (everybody, stores):
            await live(everybody, STORY, Random(seed))
            assert (await left_in(stores[-1]))[0] == expected, f"{count} processes, {seed}"


async def test_commands_that_reach_two_processes_at_once_are_each_done_once(
    lasting: Where,
) -> None:
    async with members(lasting, 2) as (everybody, stores):
        await everybody[0].runner.handle(DateCame(at(-26), CHAT, "urojc", agenda(), OPENS))
        await all_at_once(everybody, at(0))
        added = [
            member.runner.handle(asked(0.1, f"topic Number {n}?"))
            for n, member in enumerate(everybody * 10)
        ]
        await asyncio.gather(*added)
        _, chat = await left_in(stores[0])
        asks = [topic.ask for topic in chat.topics[3:]]
        assert sorted(asks) == sorted(f"Number {n}?" for n in range(20))
        nexts = [member.runner.handle(asked(0.2, "next")) for member in everybody * 15]
        answers = await asyncio.gather(*nexts, return_exceptions=True)
        assert [type(a) for a in answers if isinstance(a, Exception)] == [Refused] * 8
        await all_at_once(everybody, at(0.2))
        messages, _ = await rows(stores[1])
        posts = [m.text.split(":")[0] for m in messages if m.text[:1] == "T"]
        assert posts == [f"T{n}" for n in range(1, 24)]


async def test_a_process_that_takes_over_goes_on_where_the_other_died(lasting: Where) -> None:
    async with members(lasting, 2) as ((first, second), stores):
        await first.runner.handle(DateCame(at(-26), CHAT, "urojc", agenda(), OPENS))
        for n, member in enumerate((first, first, second, second)):
            await all_at_once([member], at(6 * n))
            outcome = await member.runner.handle(Said(member.now, ROOM, str(n), ANN, "here"))
            assert outcome.chat is not None
        messages, _ = await rows(stores[1])
        told = of_people(messages)
    assert [m.topics for m in told] == [(1,), (2,), (3,), (3,)]
    assert {m.placed_by for m in told} == {PlacedBy.TIME}


AGENDA = """\
title: A club
zone: UTC
starts: 2099-01-01 12:00
window: 2h
rooms: [{local: club}]
moderators: {local: [henry]}
topics: {every: 20m, ask: ["First?", "Second?", "Third?", "Fourth?"]}
"""


async def test_a_second_program_on_one_file_says_who_holds_it_and_others_read_beside(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as first, program(tmp_path) as second:
        (first.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await first.start()
        async with first.moderator() as henry, first.guest("club", "Ann") as ann:
            assert "is open" in (await henry.say("club", "/chat start club")).words
            said = posted(await ann.post("/rooms/club/say", {"text": "T1: Yes."}, follow=False))
            ended = await second.run("run", "--port", str(second.port))
            assert ended.code == 1
            assert re.fullmatch(
                rf"The store \S+rounds\.db is in use: rounds run, process {first.id} on \S+, "
                rf"since [0-9 :-]{{16}} UTC, at {first.url}\. One process at a time serves a "
                r"store\. End that one first, or name another folder: --data DIR",
                " ".join(ended.err.split()),
            ), ended.err
            assert ended.out == "", "it has served nothing"
            for command in (["check"], ["next"], ["doctor"]):
                read = await second.run(*command)
                assert read.code == 0, (command, read.err)
            assert f"process {first.id} on" in " ".join(read.out.split())
            transcript = json.loads(await second.export("club"))
            assert said in [message["id"] for message in transcript["messages"]]
            assert "T2 is posted" in (await henry.say("club", "/chat next")).words
            await first.kill()
            await second.start()
            henry.url = second.url
            assert "T3 is posted" in (await henry.say("club", "/chat next")).words
