"""The one door: signals are committed together, answered after the commit, and never twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.engine import events
from bot.engine.agenda import Room
from bot.engine.commands import parse
from bot.engine.errors import Refused
from bot.engine.people import Person
from bot.engine.signals import Asked, DateCame, HelpAsked, Said, Signal, TakeAsked
from bot.engine.state import Stage
from bot.intake.runner import MOST_CONFLICTS, Changed, Outcome, Runner, Store
from bot.simulation import Simulation
from bot.store.errors import Unavailable
from bot.store.opening import Where, opened
from bot.store.tables import Conflict, Tables, Unread
from tests.house import START, House, house, moderator, person, room_of, store_in, urojc
from tests.invariants.crashing import Killed, crashing

ANN = person("Ann")
SERIES = urojc()
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
CHAT = "urojc-2026-12-07"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def said(message: str, text: str = "T1: yes") -> Said:
    return Said(START, ROOM, message, ANN, text)


def asked(text: str, by: Person = HENRY) -> Asked:
    return Asked(START, ROOM, by, parse(text)[1])


def date(chat: str = CHAT, opens_at: datetime = START) -> DateCame:
    return DateCame(START - HOUR, chat, "urojc", SERIES.agenda, opens_at)


async def kept(where: Where) -> set[str]:
    """Return the ids of the messages that anybody finds who opens the store."""
    async with opened(where) as store, store.reading() as tables:
        rows = await tables.connection.rows("SELECT id FROM messages WHERE said = 1")
    return {name for (name,) in rows}


async def all_of(runner: Runner, *signals: Signal) -> list[Outcome | BaseException]:
    outcomes = await asyncio.gather(*map(runner.handle, signals), return_exceptions=True)
    return list(outcomes)


# ---------------------------------------------------------------- commits


async def test_a_signal_is_answered_when_it_is_on_the_disk(home: Where) -> None:
    async with house(home) as h:
        await h.start(SERIES)
        for n in range(5):
            await h.runner.handle(said(f"m{n}"))
            assert f"m{n}" in await kept(store_in(home))


async def test_what_waits_is_committed_together(lasting: Where) -> None:
    async with crashing(lasting) as store:
        runner = Runner(store)
        async with runner.running():
            await runner.handle(date())
            before = store.commits
            outcomes = await all_of(runner, *(said(f"m{n}") for n in range(200)))
        assert all(isinstance(o, Outcome) and o.chat for o in outcomes)
        assert store.commits == before + 1
    assert len(await kept(lasting)) == 200


async def test_a_refusal_is_for_the_one_who_asked(home: Where) -> None:
    async with house(home) as h:
        await h.start(SERIES)
        first, refusal, last = await all_of(
            h.runner, said("m1"), asked("close", ANN), asked("next")
        )
        assert isinstance(refusal, Refused)
        assert isinstance(first, Outcome)
        assert isinstance(last, Outcome)
        assert [type(event) for event in last.events] == [events.TopicOpened]
        assert await kept(store_in(home)) >= {"m1"}


async def test_one_signal_that_cannot_be_written_does_not_hold_up_those_beside_it(
    home: Where,
) -> None:
    async with house(home) as h:
        await h.start(SERIES)
        outcomes = await all_of(
            h.runner,
            said("m1"),
            said("m2", "half a \ud800 character"),
            asked("topic X?"),
            said("m3"),
        )
        assert isinstance(outcomes[1], ValueError)
        assert "half a" not in str(outcomes[1])
        assert [type(o) for o in outcomes if o is not outcomes[1]] == [Outcome] * 3
        assert await kept(store_in(home)) & {"m1", "m2", "m3"} == {"m1", "m3"}
        assert len((await h.chat(CHAT)).topics) == 4


async def test_a_commit_that_fails_is_told_to_everybody_and_the_next_one_succeeds(
    lasting: Where,
) -> None:
    async with crashing(lasting) as store:
        runner = Runner(store)
        async with runner.running():
            await runner.handle(date())
            store.at = store.commits + 1
            outcomes = await all_of(runner, said("m1"), said("m2"))
            assert [type(outcome) for outcome in outcomes] == [Killed, Killed]
            await store.open()
            await runner.handle(said("m3"))
    assert await kept(lasting) == {"m3"}


async def test_a_state_that_was_not_committed_is_forgotten(lasting: Where) -> None:
    async with crashing(lasting) as store:
        house = Simulation(store, START)
        async with house.runner.running():
            await house.runner.handle(date())
            await house.advance(START)
            store.at = store.commits + 1
            (failed,) = await all_of(house.runner, asked("pause"))
            assert isinstance(failed, Killed)
            await store.open()
            outcome = await house.runner.handle(asked("pause"))
            assert outcome.chat is not None
            assert [type(event) for event in outcome.events] == [events.Paused]
            async with store.reading() as tables:
                assert await tables.chat(CHAT) == outcome.chat


async def test_who_no_longer_waits_loses_nothing(home: Where) -> None:
    async with house(home) as h:
        await h.start(SERIES)
        waiting = asyncio.create_task(h.runner.handle(said("m1")))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await h.runner.handle(said("m2"))
        assert await kept(store_in(home)) >= {"m1", "m2"}


async def test_what_was_taken_in_is_finished_at_the_end(lasting: Where) -> None:
    async with opened(lasting) as store:
        runner = Runner(store)
        async with runner.running():
            await runner.handle(date())
            waiting = [asyncio.create_task(runner.handle(said(f"m{n}"))) for n in range(600)]
            await asyncio.sleep(0)
        assert all(task.done() for task in waiting)
    assert len(await kept(lasting)) == 600


async def test_what_nobody_waits_for_is_committed_too(lasting: Where) -> None:
    async with opened(lasting) as store:
        runner = Runner(store)
        async with runner.running():
            await runner.handle(date())
            outcomes = [runner.take_in(said(f"m{n}")) for n in range(3)]
            assert not any(outcome.done() for outcome in outcomes)
        assert [outcome.result().events for outcome in outcomes] == [(), (), ()]
    assert await kept(lasting) == {"m0", "m1", "m2"}


async def test_a_watcher_that_fails_is_no_reason_to_commit_again(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Changed] = []

    def fail(_changed: Changed) -> None:
        raise LookupError("no such page")

    async with house(home) as h:
        await h.start(SERIES)
        h.runner.watch(fail)
        h.runner.watch(seen.append)
        outcomes = await all_of(h.runner, asked("topic One more?"), asked("topic Another?"))
        assert [type(outcome) for outcome in outcomes] == [Outcome, Outcome]
        topics = [topic.ask for topic in (await h.chat(CHAT)).topics]
    assert topics[3:] == ["One more?", "Another?"]
    assert [changed.chats for changed in seen] == [{CHAT}]
    assert "could not be told" in caplog.text


# ---------------------------------------------------------------- waking


async def test_every_chat_whose_moment_has_come_is_woken(home: Where) -> None:
    async with house(home) as h:
        chats = [f"urojc-{n}" for n in range(300)]
        for n, chat in enumerate(chats):
            signal = DateCame(START, chat, "urojc", SERIES.agenda, START + n * MINUTE)
            await h.runner.handle(signal)
        assert await h.runner.next_wake() == START
        h.clock.set(START + 299 * MINUTE)
        while await h.runner.wake(h.clock()):
            pass
        async with h.store.reading() as tables:
            assert await tables.lines_in_stage(Stage.PLANNED) == []
        # a delay of two minutes, that of chat 297, moves no other topic; a longer one does
        assert await h.runner.next_wake() == START + 297 * MINUTE + 6 * HOUR


async def test_a_chat_whose_log_is_broken_is_stopped_and_the_others_go_on(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(home) as h:
        await all_of(h.runner, date("broken", START - MINUTE), date())
        async with h.store.writing() as tables:
            await tables.connection.run("UPDATE events SET body = '{}' WHERE chat = 'broken'")
    async with house(home) as h:
        while await asyncio.wait_for(h.runner.wake(START), 10):
            pass
        assert (await h.chat(CHAT)).stage is Stage.OPEN
    assert "Chat broken is stopped: its log is broken" in caplog.text


@pytest.mark.parametrize("chat", [CHAT, "without a log"])
async def test_a_chat_that_the_lists_call_due_and_is_not_is_looked_at_once(
    home: Where, chat: str
) -> None:
    """Else waking what is due would never end."""
    async with house(home) as h:
        await h.plan(SERIES, START + HOUR)
        async with h.store.writing() as tables:
            await tables.connection.run(
                "INSERT INTO chats (chat, series, title, stage, planned_at, opens_at, ends_at) "
                "SELECT 'without a log', series, title, stage, planned_at, opens_at, ends_at "
                "FROM chats"
            )
            await tables.connection.run("UPDATE chats SET wake_at = 1 WHERE chat = ?", (chat,))
        for _ in range(3):
            if not await h.runner.wake(h.clock()):
                break
        else:
            raise AssertionError("it is due for ever")
        assert await h.runner.next_wake() == START + HOUR - MINUTE * 15


# ---------------------------------------------------------------- two processes


class NeverTelling:
    """A store that does not tell that somebody else wrote, as a database may not."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        async with self._store.writing() as tables:
            tables.version = 0
            yield tables

    def reading(self) -> AbstractAsyncContextManager[Tables]:
        return self._store.reading()


async def test_who_decided_on_an_old_state_reads_again_and_decides_anew(lasting: Where) -> None:
    async with opened(lasting) as first, opened(lasting) as second:
        ours, theirs = Simulation(NeverTelling(first), START), Simulation(second, START)
        async with ours.runner.running(), theirs.runner.running():
            await ours.runner.handle(date())
            await ours.advance(START)
            await theirs.runner.handle(asked("next"))
            outcome = await ours.runner.handle(asked("next"))
            assert [e.number for e in outcome.events if isinstance(e, events.TopicOpened)] == [3]
            await theirs.runner.handle(asked("pause"))
            (refusal,) = await all_of(ours.runner, asked("pause"))
        assert isinstance(refusal, Refused), "the second one is told that it is paused already"


async def test_what_another_process_did_is_seen_at_once(lasting: Where) -> None:
    async with opened(lasting) as first, opened(lasting) as second:
        ours, theirs = House(first, [SERIES], START), House(second, [SERIES], START)
        async with ours.runner.running(), theirs.runner.running():
            await ours.start(SERIES)
            await ours.say(ROOM, ANN, "One", message="m1")
            theirs.clock.advance(MINUTE)
            await theirs.ask("next", HENRY, ROOM)
            async with first.writing():
                pass  # the outbox, say, writes before the runner does
            ours.clock.advance(2 * MINUTE)
            await ours.say(ROOM, ANN, "Two", message="m2")
            theirs.clock.advance(2 * MINUTE)
            await theirs.ask("close", HENRY, ROOM)
            ours.clock.advance(2 * MINUTE)
            await ours.say(ROOM, ANN, "Three", message="m3")
            found = [await ours.message(ROOM, message) for message in ("m1", "m2", "m3")]
    assert [message.topics for message in found[:2]] == [(1,), (2,)]
    assert found[2].text == ""


async def test_a_chat_that_another_process_has_opened_is_found(lasting: Where) -> None:
    async with opened(lasting) as first, opened(lasting) as second:
        ours, theirs = House(first, [SERIES], START), House(second, [SERIES], START)
        async with ours.runner.running(), theirs.runner.running():
            assert await ours.runner.handle(said("m1")) == Outcome()
            await theirs.start(SERIES)
            outcome = await ours.runner.handle(said("m1"))
            assert outcome.chat is not None


class AlwaysInConflict(NeverTelling):
    """A store in which somebody else is always first."""

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        async with super().writing() as tables:
            yield tables
            self.tries += 1
            raise Conflict

    tries = 0


async def test_who_never_gets_through_is_told_so_in_the_end(lasting: Where) -> None:
    async with opened(lasting) as store:
        busy = AlwaysInConflict(store)
        runner = Runner(busy)
        async with runner.running():
            (failed,) = await asyncio.wait_for(all_of(runner, date()), 10)
        assert isinstance(failed, Conflict)
        assert busy.tries == MOST_CONFLICTS


# ---------------------------------------------------------------- a store that is away


class Away(NeverTelling):
    """A store that cannot be reached; where it `hangs` it does not even say so."""

    tries = 0
    hangs = False

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        self.tries += 1
        if self.hangs:
            await asyncio.Event().wait()
        raise Unavailable("the database cannot be reached")
        yield  # type: ignore[unreachable]


async def test_while_the_store_is_away_all_who_wait_are_told_so_at_once(lasting: Where) -> None:
    async with opened(lasting) as store:
        away = Away(store)
        runner = Runner(away)
        async with runner.running():
            failed = await all_of(runner, *(said(str(n)) for n in range(20)))
        assert {type(one) for one in failed} == {Unavailable}
        assert away.tries == 1, "nobody is to blame, so it is not tried with each alone"


async def test_a_store_that_does_not_answer_keeps_no_process_from_ending(lasting: Where) -> None:
    async with opened(lasting) as store:
        away = Away(store)
        away.hangs = True
        runner = Runner(away)
        async with runner.running():
            under_way = runner.take_in(said("1"))
            while not away.tries:  # noqa: ASYNC110  it is no event
                await asyncio.sleep(0)
            waiting = runner.take_in(said("2"))
        assert under_way.cancelled()
        assert waiting.cancelled()


class FailingThenAway(NeverTelling):
    """A store that fails once, and cannot be reached afterwards."""

    tries = 0

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        self.tries += 1
        if self.tries == 1:
            raise ValueError("one of them is at fault")
        await asyncio.Event().wait()
        async with super().writing() as tables:
            yield tables


async def test_whoever_waits_for_a_batch_that_is_tried_one_by_one_is_told_of_the_end(
    lasting: Where,
) -> None:
    async with opened(lasting) as store:
        failing = FailingThenAway(store)
        runner = Runner(failing)
        async with runner.running():
            batch = [runner.take_in(said(str(n))) for n in range(3)]
            while failing.tries < 2:  # noqa: ASYNC110  it is no event
                await asyncio.sleep(0)
        assert all(one.cancelled() for one in batch)


# ---------------------------------------------------------------- talk that is not all known

CHANNEL = Room("discord", "9")


async def until_its_end(h: House, *rooms: Room) -> datetime:
    """Hold a chat of these rooms until it has just been closed; return that moment."""
    agenda = replace(SERIES.agenda, rooms=rooms, topics=())
    await h.runner.handle(DateCame(START - HOUR, CHAT, "urojc", agenda, START))
    end = START + 48 * HOUR
    for moment in (START, end):
        while await h.runner.wake(moment, Unread(("discord",), START, START)):
            pass
    assert (await h.chat(CHAT)).stage is Stage.CLOSED
    return end


async def test_a_chat_is_counted_only_when_everything_said_in_it_is_known(home: Where) -> None:
    """Its last hour is read back after its end."""
    async with house(home) as h:
        end = await until_its_end(h, CHANNEL, ROOM)
        behind = Unread(("discord",), end - HOUR, end - HOUR)
        assert not await h.runner.wake(end, behind)
        assert await h.runner.next_wake(behind) is None, "and nothing rings for it meanwhile"
        ann = Person("discord", "5", "Ann")
        await h.runner.handle(Said(end - HOUR, CHANNEL, "1", ann, "Yes #urojc"))
        assert await h.runner.next_wake() == end
        assert await h.runner.wake(end)
        chat = await h.chat(CHAT)
        assert chat.stage is Stage.SUMMARISED
        assert chat.tally is not None
        assert chat.tally.messages == 1


@pytest.mark.parametrize(("rooms", "hours"), [((CHANNEL, ROOM), 1), ((CHANNEL,), 24)])
async def test_a_chat_that_was_closed_long_enough_ago_is_counted_with_what_is_known(
    home: Where, rooms: tuple[Room, ...], hours: int
) -> None:
    async with house(home) as h:
        end = await until_its_end(h, *rooms)
        for after, stage in (
            (hours * HOUR - MINUTE, Stage.CLOSED),
            (hours * HOUR, Stage.SUMMARISED),
        ):
            now = end + after
            while await h.runner.wake(now, Unread(("discord",), now - HOUR, now - 24 * HOUR)):
                pass
            assert (await h.chat(CHAT)).stage is stage


async def test_who_calls_for_help_is_heard_while_a_chat_waits_to_be_counted(home: Where) -> None:
    async with house(home) as h:
        end = await until_its_end(h, CHANNEL, ROOM)
        behind = Unread(("discord",), end - HOUR, end - HOUR)
        ann = Person("local", "ann", "Ann")
        await h.runner.handle(HelpAsked(end, ROOM, ann), CHAT)
        assert await h.runner.next_wake(behind) == end + 5 * MINUTE
        assert await h.runner.wake(end + 5 * MINUTE, behind)
        chat = await h.chat(CHAT)
        assert (chat.stage, chat.calls[1].times_all) == (Stage.CLOSED, 2)
        await h.runner.handle(TakeAsked(end + 5 * MINUTE, moderator(SERIES)), CHAT)
        assert await h.runner.next_wake(behind) is None
