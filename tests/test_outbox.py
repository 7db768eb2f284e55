"""Posts go out in order, once, whatever becomes of the platform, the process or the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.engine.actions import Action, Post
from bot.engine.agenda import Room
from bot.engine.commands import parse
from bot.engine.signals import Asked, StartAsked, Woke
from bot.engine.state import Chat, Stage
from bot.outbox import ANSWERS_WITHIN, Outbox
from bot.platforms.local_adapter import text_of
from bot.platforms.platform import File, Impossible, Receipt, Unreachable
from bot.runner import Runner, Store
from bot.store import queue
from bot.store.queue import Lane
from bot.store.sqlite import opened
from tests.house import START, moderator, urojc
from tests.invariants.crashing import Killed, crashing

FIRST, SECOND = Room("local", "urojc"), Room("local", "second")
ONE_ROOM = replace(urojc().agenda, rooms=(FIRST,), welcome="", reading=None)
TWO_ROOMS = replace(ONE_ROOM, rooms=(FIRST, SECOND))
HENRY = moderator(urojc())
CHAT = "urojc-2026-12-07"
SECOND_S = timedelta(seconds=1)


class Place:
    """A platform: a post stands there once for each key; `trouble` may keep it from that."""

    def __init__(self) -> None:
        self.posts: dict[str, tuple[Room, str]] = {}
        self.asked: list[str] = []
        self.trouble: Callable[[Room], Exception | None] = lambda _room: None
        self.hangs: set[Room] = set()
        self.let_go = asyncio.Event()

    async def perform(
        self,
        key: str,
        action: Action,
        now: datetime,
        *,
        since: datetime | None = None,
        files: Sequence[File] = (),
    ) -> Receipt:
        self.asked.append(key)
        if action.room in self.hangs:
            await self.let_go.wait()
        trouble = self.trouble(action.room)
        if trouble is not None:
            raise trouble
        if not isinstance(action, Post):
            return Receipt(now)
        self.posts.setdefault(key, (action.room, text_of(action.words)))
        return Receipt(now, ref=f"post {key}", text=self.posts[key][1])

    def texts(self, room: Room) -> list[str]:
        """Return the beginnings of a room's posts, in the order in which they came."""
        return [text.split(":")[0][:12] for where, text in self.posts.values() if where == room]


class Office:
    """A runner and an outbox on one store, with a clock that is set by hand."""

    def __init__(
        self, store: Store, place: Place, answers_within: timedelta = ANSWERS_WITHIN
    ) -> None:
        self.now = START
        self.store = store
        self.runner = Runner(store)
        self.outbox = Outbox(store, self.runner, {"local": place}, lambda: self.now, answers_within)
        self.runner.watch(lambda changed: self.outbox.poke() if changed.actions else None)

    async def start(self, agenda: object = ONE_ROOM) -> None:
        """Open the chat; its opening and first topic wait in the outbox."""
        signal = StartAsked(self.now, FIRST, HENRY, CHAT, "urojc", agenda)  # type: ignore[arg-type]
        await self.runner.handle(signal)

    async def next(self) -> None:
        self.now += SECOND_S
        await self.runner.handle(Asked(self.now, FIRST, HENRY, parse("next")[1]))

    async def chat(self) -> Chat:
        async with self.store.reading() as tables:
            chat = await tables.chat(CHAT)
        assert chat is not None
        return chat

    async def states(self) -> dict[str, str]:
        async with self.store.reading() as tables:
            rows = await tables.connection.rows("SELECT key, state FROM outbox ORDER BY seq, n")
        return dict(rows)


@pytest.fixture
def place() -> Place:
    return Place()


@contextlib.asynccontextmanager
async def office(
    path: Path, place: Place, answers_within: timedelta = ANSWERS_WITHIN
) -> AsyncIterator[Office]:
    async with opened(path / "rounds.db") as store:
        found = Office(store, place, answers_within)
        async with found.runner.running():
            yield found


@contextlib.asynccontextmanager
async def at_work(outbox: Outbox) -> AsyncIterator[None]:
    """Let an outbox work by itself."""
    task = asyncio.create_task(outbox.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something has happened; the test's own time limit is the only one."""
    while not condition():  # noqa: ASYNC110  what is waited for is no event
        await asyncio.sleep(0.005)


# ---------------------------------------------------------------- order


async def test_a_rooms_posts_come_in_order(tmp_path: Path, place: Place) -> None:
    async with office(tmp_path, place) as o:
        await o.start(TWO_ROOMS)
        await o.next()
        await o.next()
        assert await o.outbox.deliver() is None
        for room in (FIRST, SECOND):
            assert place.texts(room) == ["Welcome to I", "T1", "T2", "T3"]
        assert set((await o.states()).values()) == {"done"}
        chat = await o.chat()
        for topic in chat.topics:
            assert {post.room for post in topic.posts} == {FIRST, SECOND}
            assert all(post.ref in {f"post {key}" for key in place.posts} for post in topic.posts)


# ---------------------------------------------------------------- a platform that fails


async def test_what_cannot_be_reached_is_tried_again_less_and_less_often(
    tmp_path: Path, place: Place
) -> None:
    async with office(tmp_path, place) as o:
        await o.start()
        place.trouble = lambda _room: Unreachable("no network")
        waits = []
        for _ in range(12):
            again = await o.outbox.deliver()
            assert again is not None
            waits.append(round((again - o.now).total_seconds()))
            o.now = again - timedelta(milliseconds=1)
            asked = len(place.asked)
            assert await o.outbox.deliver() == again
            assert len(place.asked) == asked, "not before its time"
            o.now = again
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
        assert set(place.asked) == {f"{CHAT}/2/0"}, "what comes behind it waits"
        place.trouble = lambda _room: None
        assert await o.outbox.deliver() is None
        assert place.texts(FIRST) == ["Welcome to I", "T1"]


@pytest.mark.parametrize(("says", "seconds"), [(90, 90), (0, 1), (-5, 1)])
async def test_a_platform_that_says_when_to_come_back_is_obeyed(
    tmp_path: Path, place: Place, says: int, seconds: int
) -> None:
    async with office(tmp_path, place) as o:
        await o.start()
        place.trouble = lambda _room: Unreachable("too fast", timedelta(seconds=says))
        assert await o.outbox.deliver() == o.now + timedelta(seconds=seconds)


async def test_what_can_never_be_done_is_given_up_loudly_and_the_chat_goes_on(
    tmp_path: Path, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(tmp_path, place) as o:
        await o.start(TWO_ROOMS)
        place.trouble = lambda room: Impossible("the room is gone") if room == SECOND else None
        await o.outbox.deliver()
        await o.next()
        await o.outbox.deliver()
        assert (place.texts(FIRST), place.texts(SECOND)) == (["Welcome to I", "T1", "T2"], [])
        chat = await o.chat()
        assert [[post.room for post in topic.posts] for topic in chat.topics[:2]] == [[FIRST]] * 2
        o.now += timedelta(hours=49)
        while await o.runner.wake(o.now):
            pass
        await o.outbox.deliver()
        assert (await o.chat()).stage is Stage.ARCHIVED, "also where a room cannot be put away"
        states = await o.states()
        assert sorted(set(states.values())) == ["done", "gave_up"]
        async with o.store.reading() as tables:
            rows = await tables.connection.rows("SELECT COUNT(*) FROM events WHERE kind = 'GaveUp'")
        assert rows == [(list(states.values()).count("gave_up"),)]
    given_up = [r for r in caplog.records if "is given up: the room is gone" in r.getMessage()]
    assert {record.levelname for record in given_up} == {"ERROR"}


async def test_a_fault_of_an_adapter_is_tried_again_and_what_it_says_is_not_logged(
    tmp_path: Path, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(tmp_path, place) as o:
        await o.start(TWO_ROOMS)
        place.trouble = lambda room: KeyError("T1: a question") if room == FIRST else None
        assert await o.outbox.deliver() == o.now + timedelta(seconds=2)
        assert place.texts(SECOND) == ["Welcome to I", "T1"]
        place.trouble = lambda _room: None
        o.now += timedelta(seconds=2)
        await o.outbox.deliver()
        assert place.texts(FIRST) == ["Welcome to I", "T1"]
    assert "KeyError" in caplog.text
    assert "a question" not in caplog.text


# ---------------------------------------------------------------- a process that dies


async def test_a_post_whose_answer_was_lost_stands_once(tmp_path: Path, place: Place) -> None:
    """The process dies after every commit of a delivery, and just before it, in turn."""
    async with crashing(tmp_path / "rounds.db") as store:
        deaths = 0
        for number in range(1, 60):
            o = Office(store, place)
            async with o.runner.running(), store.writing() as tables:
                await queue.release(tables.connection)
            async with o.runner.running():
                if number == 1:
                    await o.start()
                store.at = store.commits + 1 + number % 3
                store.after = number % 2 == 0
                try:
                    await o.outbox.deliver()
                except Killed:
                    deaths += 1
                    await store.open()
                    continue
            break
        assert deaths > 3
        assert len(place.asked) > len(place.posts), "something was asked for again"
        assert place.texts(FIRST) == ["Welcome to I", "T1"]
        chat = await o.chat()
        assert [len(topic.posts) for topic in chat.topics] == [1, 0, 0]
        assert set((await o.states()).values()) == {"done"}


async def test_two_processes_do_not_perform_an_action_at_once(tmp_path: Path, place: Place) -> None:
    async with office(tmp_path, place) as first, office(tmp_path, place) as second:
        await first.start(TWO_ROOMS)
        await asyncio.gather(first.outbox.deliver(), second.outbox.deliver())
        for _ in range(2):
            await first.next()
            await asyncio.gather(second.outbox.deliver(), first.outbox.deliver())
        second.now = first.now + timedelta(minutes=5)
        await second.outbox.deliver()
        assert len(place.asked) == len(set(place.asked)) == len(place.posts)
        assert place.texts(FIRST) == place.texts(SECOND) == ["Welcome to I", "T1", "T2", "T3"]


async def test_what_a_dead_process_had_leased_is_performed_when_the_lease_ends(
    tmp_path: Path, place: Place
) -> None:
    async with office(tmp_path, place) as o:
        await o.start()
        async with o.store.writing() as tables:
            until_then = o.now + timedelta(seconds=60)
            await queue.lease(tables.connection, Lane(FIRST, CHAT), o.now, until_then)
        assert await o.outbox.deliver() == o.now + timedelta(seconds=60)
        o.now += timedelta(seconds=60)
        await o.outbox.deliver()
        assert place.texts(FIRST) == ["Welcome to I", "T1"]


async def test_a_chat_whose_log_is_broken_does_not_stop_its_room(
    tmp_path: Path, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(tmp_path, place) as o:
        await o.start()
        async with o.store.writing() as tables:
            await tables.connection.run("UPDATE events SET kind = 'Unheard'")
            await tables.connection.run("UPDATE chats SET stage = 'archived'")
    async with office(tmp_path, place) as o:
        o.now += timedelta(hours=1)
        await o.start()
        assert await o.outbox.deliver() is None
        assert place.texts(FIRST) == ["Welcome to I", "T1"]
    assert "is given up: its chat's log is broken" in caplog.text


# ---------------------------------------------------------------- working by itself


async def test_a_room_that_hangs_holds_up_no_other(tmp_path: Path, place: Place) -> None:
    async with office(tmp_path, place) as o, at_work(o.outbox):
        place.hangs = {FIRST}
        await o.start(TWO_ROOMS)
        await until(lambda: place.texts(SECOND) == ["Welcome to I", "T1"])
        await asyncio.sleep(0.2)  # everything that can be done is done
        await o.next()
        await until(lambda: place.texts(SECOND) == ["Welcome to I", "T1", "T2"])
        assert place.texts(FIRST) == []
        place.let_go.set()
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1", "T2"])


async def test_a_platform_that_never_answers_is_asked_again(tmp_path: Path, place: Place) -> None:
    async with office(tmp_path, place, answers_within=timedelta(seconds=0.05)) as o:
        place.hangs = {FIRST}
        await o.start()
        assert await o.outbox.deliver() == o.now + timedelta(seconds=2)
        place.hangs = set()
        o.now += timedelta(seconds=2)
        await o.outbox.deliver()
        assert place.texts(FIRST) == ["Welcome to I", "T1"]


async def test_what_is_put_in_while_a_room_is_served_is_not_forgotten(
    tmp_path: Path, place: Place
) -> None:
    async with office(tmp_path, place) as o, at_work(o.outbox):
        await o.start()
        for number in range(20):
            await o.runner.handle(Asked(o.now, FIRST, HENRY, parse(f"topic More {number}?")[1]))
            o.now += SECOND_S
            await o.runner.handle(Asked(o.now, FIRST, HENRY, parse("next")[1]))
            await asyncio.sleep(0.001 * (number % 5))
        await until(lambda: len(place.texts(FIRST)) == 22)
        assert place.texts(FIRST)[1:] == [f"T{n}" for n in range(1, 22)]


async def test_what_waits_at_the_start_is_delivered_without_being_asked(
    tmp_path: Path, place: Place
) -> None:
    async with office(tmp_path, place) as o:
        await o.start()
    async with office(tmp_path, place) as o, at_work(o.outbox):
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])


async def test_a_failure_of_the_store_is_survived(
    tmp_path: Path, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with crashing(tmp_path / "rounds.db") as store:
        o = Office(store, place)
        async with o.runner.running():
            await o.start()
            store.at = store.commits + 1
            async with at_work(o.outbox):
                await until(lambda: "tried again in 5 s" in caplog.text)
                await store.open()
                o.now += timedelta(seconds=6)
                o.outbox.poke()
                await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])


class Counting:
    """A store that counts how often it is read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writing = store.writing
        self.read = 0

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[object]:
        self.read += 1
        async with self._store.reading() as tables:
            yield tables


@pytest.mark.parametrize("why", ["nothing waits", "it is not due", "another process holds it"])
async def test_an_outbox_that_can_do_nothing_is_at_rest(
    tmp_path: Path, place: Place, why: str
) -> None:
    elsewhere = replace(ONE_ROOM, rooms=(Room("slack", "C1"),))
    async with opened(tmp_path / "rounds.db") as store:
        counting = Counting(store)
        o = Office(counting, place)  # type: ignore[arg-type]
        async with o.runner.running():
            if why == "it is not due":
                place.trouble = lambda _room: Unreachable("no network", timedelta(hours=1))
            if why != "nothing waits":
                await o.start(ONE_ROOM if why == "it is not due" else elsewhere)
            async with at_work(o.outbox):
                await asyncio.sleep(0.3)
                assert 1 <= counting.read <= 4
                assert len(place.asked) <= 1


async def test_an_outbox_that_is_stopped_leaves_nothing_running(
    tmp_path: Path, place: Place
) -> None:
    before = asyncio.all_tasks()
    async with office(tmp_path, place) as o:
        place.hangs = {FIRST, SECOND}
        async with at_work(o.outbox):
            await o.start(TWO_ROOMS)
            await until(lambda: len(place.asked) == 2)
        running = asyncio.all_tasks() - before
        assert [task.get_name() for task in running] == ["writer"]
    assert asyncio.all_tasks() == before


async def test_a_post_to_come_is_due_at_its_moment(tmp_path: Path, place: Place) -> None:
    """The alarm wakes the chat; the outbox is told by the commit."""
    async with office(tmp_path, place) as o, at_work(o.outbox):
        await o.start()
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])
        o.now += timedelta(hours=6)
        await o.runner.handle(Woke(o.now), CHAT)
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1", "T2"])
