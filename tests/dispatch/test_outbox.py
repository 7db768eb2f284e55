"""Posts go out in order, once, whatever becomes of the platform, the process or the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.dispatch.outbox import NOT_THROUGH, UNREAD, UNWRITTEN, Outbox
from bot.engine.actions import Action, Post, PostKind, Tell, privately
from bot.engine.agenda import Room
from bot.engine.commands import parse
from bot.engine.signals import Asked, StartAsked, Woke
from bot.engine.state import Chat, Stage
from bot.intake.runner import Store
from bot.platforms.local_adapter import text_of
from bot.platforms.platform import (
    Enclosed,
    Errand,
    File,
    Hindered,
    Impossible,
    Receipt,
    ThreadGone,
    Unreachable,
)
from bot.store import queue
from bot.store.opening import Where, opened
from bot.store.queue import Lane
from tests.channels import Channels, none
from tests.house import START, store_in
from tests.invariants.crashing import Killed, crashing
from tests.office import CHAT, FIRST, HENRY, MINUTE, ONE_ROOM, SECOND_S, Office, office

SECOND = Room("local", "second")
CANNOT = "The store cannot be used"
TWO_ROOMS = replace(ONE_ROOM, rooms=(FIRST, SECOND))


class Place:
    """A platform: a post stands there once for each key; `trouble` may keep it from that."""

    def __init__(self) -> None:
        self.posts: dict[str, tuple[Room, str]] = {}
        self.asked: list[str] = []
        self.trouble: Callable[[Room], Exception | None] = lambda _room: None
        self.hangs: set[Room] = set()
        self.let_go = asyncio.Event()

    async def perform(self, errand: Errand) -> Receipt:
        key, action = errand.key, errand.action
        self.asked.append(key)
        if action.room in self.hangs:
            await self.let_go.wait()
        trouble = self.trouble(action.room)
        if trouble is not None:
            raise trouble
        if not isinstance(action, Post):
            return Receipt(errand.now)
        self.posts.setdefault(key, (action.room, text_of(action.words)))
        return Receipt(errand.now, ref=f"post {key}", text=self.posts[key][1])

    def texts(self, room: Room) -> list[str]:
        """Return the beginnings of a room's posts, in the order in which they came."""
        return [text.split(":")[0][:12] for where, text in self.posts.values() if where == room]


@pytest.fixture
def place() -> Place:
    return Place()


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


async def test_a_rooms_posts_come_in_order(home: Where, place: Place) -> None:
    async with office(home, place) as o:
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
    home: Where, place: Place
) -> None:
    async with office(home, place) as o:
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
    home: Where, place: Place, says: int, seconds: int
) -> None:
    async with office(home, place) as o:
        await o.start()
        place.trouble = lambda _room: Unreachable("too fast", timedelta(seconds=says))
        assert await o.outbox.deliver() == o.now + timedelta(seconds=seconds)


async def test_what_can_never_be_done_is_given_up_loudly_and_the_chat_goes_on(
    home: Where, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(home, place) as o:
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
    assert [record.levelname for record in given_up] == ["ERROR"], "the log says it once"


async def test_a_fault_of_an_adapter_is_tried_again_and_what_it_says_is_not_logged(
    home: Where, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(home, place) as o:
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


async def test_a_post_whose_answer_was_lost_stands_once(home: Where, place: Place) -> None:
    """The process dies after every commit of a delivery, and just before it, in turn."""
    async with crashing(store_in(home)) as store:
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


async def test_two_processes_do_not_perform_an_action_at_once(home: Where, place: Place) -> None:
    async with office(home, place) as first, office(home, place) as second:
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
    home: Where, place: Place
) -> None:
    async with office(home, place) as o:
        await o.start()
        async with o.store.writing() as tables:
            until_then = o.now + timedelta(seconds=60)
            await queue.lease(tables.connection, Lane(FIRST, CHAT), o.now, until_then)
        assert await o.outbox.deliver() == o.now + timedelta(seconds=60)
        o.now += timedelta(seconds=60)
        await o.outbox.deliver()
        assert place.texts(FIRST) == ["Welcome to I", "T1"]


async def test_what_somebody_else_had_leased_is_performed_as_soon_as_it_is_free(
    home: Where, place: Place
) -> None:
    async with office(home, place) as o:
        await o.start()
        async with o.store.writing() as tables:
            much_later = o.now + timedelta(hours=1)
            await queue.lease(tables.connection, Lane(FIRST, CHAT), o.now, much_later, "dead")
        async with at_work(o.outbox):
            while not o.outbox._not_before:  # noqa: ASYNC110  it finds the lease
                await asyncio.sleep(0)
            async with o.store.writing() as tables:
                await queue.release(tables.connection, ["dead"])
            o.outbox.look_anew()
            await until(lambda: len(place.posts) == 2)
        assert place.texts(FIRST) == ["Welcome to I", "T1"]


async def test_told_to_halt_nothing_more_is_performed_from_that_very_moment(
    home: Where, place: Place
) -> None:
    """Another process leads: it may be about to perform the same."""
    async with office(home, place) as o:
        await o.start(TWO_ROOMS)
        place.hangs = {FIRST}
        async with at_work(o.outbox):
            await until(lambda: len(place.texts(SECOND)) == 2 and len(place.asked) == 3)
            place.let_go.set()  # it would go on as soon as anything of this process runs
            o.outbox.halt()
            await o.next()
            o.outbox.poke()
            await asyncio.sleep(0.1)
        assert place.texts(FIRST) == []
        assert place.texts(SECOND) == ["Welcome to I", "T1"]
        assert len(place.asked) == 3
        states = list((await o.states()).values())
        assert states.count("waiting") == len(states) - 2


async def test_a_chat_whose_log_is_broken_does_not_stop_its_room(
    home: Where, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(home, place) as o:
        await o.start()
        async with o.store.writing() as tables:
            await tables.connection.run("UPDATE events SET kind = 'Unheard'")
            await tables.connection.run("UPDATE chats SET stage = 'archived'")
    async with office(home, place) as o:
        o.now += timedelta(hours=1)
        await o.start()
        assert await o.outbox.deliver() is None
        assert place.texts(FIRST) == ["Welcome to I", "T1"]
    assert "is given up: its chat's log is broken" in caplog.text


# ---------------------------------------------------------------- working by itself


async def test_a_room_that_hangs_holds_up_no_other(home: Where, place: Place) -> None:
    async with office(home, place) as o, at_work(o.outbox):
        place.hangs = {FIRST}
        await o.start(TWO_ROOMS)
        await until(lambda: place.texts(SECOND) == ["Welcome to I", "T1"])
        await asyncio.sleep(0.2)  # everything that can be done is done
        await o.next()
        await until(lambda: place.texts(SECOND) == ["Welcome to I", "T1", "T2"])
        assert place.texts(FIRST) == []
        place.let_go.set()
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1", "T2"])


async def test_a_platform_that_never_answers_is_asked_again(home: Where, place: Place) -> None:
    async with office(home, place, answers_within=timedelta(seconds=0.05)) as o:
        place.hangs = {FIRST}
        await o.start()
        assert await o.outbox.deliver() == o.now + timedelta(seconds=2)
        place.hangs = set()
        o.now += timedelta(seconds=2)
        await o.outbox.deliver()
        assert place.texts(FIRST) == ["Welcome to I", "T1"]


async def test_what_is_put_in_while_a_room_is_served_is_not_forgotten(
    home: Where, place: Place
) -> None:
    async with office(home, place) as o, at_work(o.outbox):
        await o.start()
        for number in range(20):
            await o.runner.handle(Asked(o.now, FIRST, HENRY, parse(f"topic More {number}?")[1]))
            o.now += SECOND_S
            await o.runner.handle(Asked(o.now, FIRST, HENRY, parse("next")[1]))
            await asyncio.sleep(0.001 * (number % 5))
        await until(lambda: len(place.texts(FIRST)) == 22)
        assert place.texts(FIRST)[1:] == [f"T{n}" for n in range(1, 22)]


async def test_what_waits_at_the_start_is_delivered_without_being_asked(
    home: Where, place: Place
) -> None:
    async with office(home, place) as o:
        await o.start()
    async with office(home, place) as o, at_work(o.outbox):
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])


async def test_a_failure_of_the_store_is_survived(
    home: Where, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with crashing(store_in(home)) as store:
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


async def test_what_was_done_while_the_store_was_away_is_written_down_as_soon_as_it_is_back(
    tmp_path: Path, place: Place
) -> None:
    (tmp_path / "data").mkdir()
    async with office(tmp_path / "data", place) as o:
        await o.start()

        def lose_the_disk(_room: Room) -> None:
            place.trouble = lambda _room: None
            (tmp_path / "data").rename(tmp_path / "away")

        place.trouble = lose_the_disk
        async with at_work(o.outbox):
            await until(lambda: len(o.outbox._not_before) == 1)
            (tmp_path / "away").rename(tmp_path / "data")
            o.now += timedelta(seconds=5)
            o.outbox.poke()
            await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])
    opening, *others = place.asked
    assert others.count(opening) == 1, "it is asked for under its key, and stands there once"
    assert len(place.posts) == 2


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        (False, (f"{UNREAD}: {CANNOT}: unable to open database file.", "The outbox can be read")),
        (True, (f"{UNWRITTEN}: {CANNOT}: its file was moved or removed.", "Posts go out")),
    ],
)
async def test_why_the_store_cannot_be_used_is_said_once_and_so_is_its_end(
    tmp_path: Path,
    place: Place,
    caplog: pytest.LogCaptureFixture,
    reads: bool,
    told: tuple[str, str],
) -> None:
    (tmp_path / "data").mkdir()
    async with office(tmp_path / "data", place) as o:
        await o.start()
        if reads:  # a connection stays open for the next one who reads
            async with o.store.reading():
                pass
        (tmp_path / "data").rename(tmp_path / "away")
        async with at_work(o.outbox):
            for _ in range(5):
                await asyncio.sleep(0.1)
                o.now += timedelta(seconds=6)
                o.outbox.poke()
            (tmp_path / "away").rename(tmp_path / "data")
            o.now += timedelta(seconds=6)
            o.outbox.poke()
            await until(lambda: told[1] in caplog.text)
            await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])
    records = [record for record in caplog.records if record.name == "bot.dispatch.outbox"]
    assert [record.getMessage() for record in records] == [told[0], f"{told[1]} again."]
    assert not any(record.exc_info for record in records)


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
    home: Where, place: Place, why: str
) -> None:
    elsewhere = replace(ONE_ROOM, rooms=(Room("slack", "C1"),))
    async with opened(store_in(home)) as store:
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


async def test_an_outbox_that_is_stopped_leaves_nothing_running(home: Where, place: Place) -> None:
    before = asyncio.all_tasks()
    async with office(home, place) as o:
        place.hangs = {FIRST, SECOND}
        async with at_work(o.outbox):
            await o.start(TWO_ROOMS)
            await until(lambda: len(place.asked) == 2)
        running = asyncio.all_tasks() - before
        assert [task.get_name() for task in running] == ["writer"]
    assert asyncio.all_tasks() == before


async def test_a_post_to_come_is_due_at_its_moment(home: Where, place: Place) -> None:
    """The alarm wakes the chat; the outbox is told by the commit."""
    async with office(home, place) as o, at_work(o.outbox):
        await o.start()
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])
        o.now += timedelta(hours=6)
        await o.runner.handle(Woke(o.now), CHAT)
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1", "T2"])


# ---------------------------------------------------------------- a platform that refuses

CHANNEL, OTHER = Room("discord", "9"), Room("discord", "8")
QUICK = replace(
    ONE_ROOM,
    rooms=(CHANNEL,),
    window=timedelta(hours=1),
    topics=tuple(replace(t, after=n * 10 * MINUTE) for n, t in enumerate(ONE_ROOM.topics)),
    moderators={"local": ("henry",), "discord": ("456",)},
)
"""An hour's chat in a channel: T1, T2 and T3, ten minutes apart."""

WHY = "the permission Send Messages is missing."


def refusing(*rooms: Room) -> Callable[[Action], Exception | None]:
    return lambda action: Hindered(WHY) if action.room in rooms else None


def minutes(there: Channels, room: Room = CHANNEL) -> list[tuple[int, float]]:
    """Return when a room's topics came to stand there, in minutes after the opening."""
    return [(number, (at - START) / MINUTE) for number, at in there.topics(room)]


def logged(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    return [r.getMessage() for r in caplog.records if words in r.getMessage()]


async def test_a_refusal_is_told_once_and_logged_once_and_tried_until_it_is_over(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    there = Channels(trouble=refusing(CHANNEL))
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(9)
        assert there.posts == []
        assert len(there.asked) > 6
        assert [one.key for one in there.asked if isinstance(one.action, Post)][1:] == [
            f"{CHAT}/2/0"
        ] * (len(there.asked) - 2), "what stands behind it waits"
        (told,) = there.told
        assert told.text == (
            "International Urology Journal Club (#urojc) cannot go on in discord:9: the permission "
            "Send Messages is missing. What was due there is posted as soon as it can be, while "
            "the chat is open."
        )
        assert logged(caplog, "until it can be done") == [
            f"{CHAT}/2/0 waits in {CHANNEL} until it can be done: {WHY}"
        ]
        there.trouble = refusing()
        await o.live(6)
        assert there.kinds(CHANNEL)[0] is PostKind.OPENING
        assert [one.text for one in there.told][1:] == [
            "International Urology Journal Club (#urojc) goes on in discord:9."
        ]
        kinds = await o.kinds()
        assert (kinds.count("Hindered"), kinds.count("Unhindered")) == (1, 1)
        assert (await o.chat()).hindered == {}


async def test_what_was_due_meanwhile_comes_two_minutes_apart_and_all_in_order(
    home: Where,
) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(5)
        there.trouble = refusing(CHANNEL)
        await o.live(8)
        await o.ask("extend 1h")  # at 13
        await o.live(12)
        there.trouble = refusing()
        await o.outbox.hasten([CHANNEL])
        await o.live(20)
        assert minutes(there) == [(1, 0), (2, 25), (3, 27)]
        assert there.kinds(CHANNEL) == [PostKind.OPENING, 1, 2, PostKind.NOTICE, 3]
        notice = there.posts[3]
        waited = notice.at - (START + 25 * MINUTE)
        assert waited < timedelta(seconds=1), "it waits for no topic that it stands before"


async def test_what_stands_behind_a_topic_that_waits_for_its_turn_waits_with_it(
    home: Where,
) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(5)
        there.trouble = refusing(CHANNEL)
        await o.live(17)
        await o.ask("pause")
        there.trouble = refusing()
        await o.outbox.hasten([CHANNEL])
        await o.live(10)
        assert minutes(there) == [(1, 0), (2, 22), (3, 24)], "their moments came before the pause"
        assert there.kinds(CHANNEL)[-2:] == [3, PostKind.NOTICE]


async def test_one_room_that_refuses_holds_up_no_other_and_no_other_chat_in_it(
    home: Where,
) -> None:
    there = Channels(trouble=lambda a: Hindered(WHY) if _chat_of(a) else None)
    refused: set[str] = {CHAT}

    def _chat_of(action: Action) -> bool:
        asked = there.asked[-1]
        return asked.key.rsplit("/", 2)[0] in refused and action.room == CHANNEL

    second = replace(QUICK, title="Another club", rooms=(CHANNEL,))
    async with office(home, there) as o:
        await o.start(replace(QUICK, rooms=(CHANNEL, OTHER)))
        await o.runner.handle(StartAsked(o.now, CHANNEL, HENRY, "onco-2026-12-07", "onco", second))
        await o.live(59)
        assert minutes(there, OTHER) == minutes(there) == [(1, 0), (2, 10), (3, 20)]
        assert {one.key.rsplit("/", 2)[0] for one in there.posts if one.room == CHANNEL} == {
            "onco-2026-12-07"
        }
        assert (await o.chat("onco-2026-12-07")).hindered == {}


async def test_what_a_room_refuses_until_the_end_lapses_and_the_end_waits_for_a_week(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    there = Channels(trouble=refusing(CHANNEL))
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(61)
        o.now += timedelta(days=6)
        await o.live(1)
        states = await o.states()
        assert list(states.values()).count("gave_up") == 4, "opening and topics"
        assert (await o.chat()).stage is Stage.SUMMARISED
        told = [one.text for one in there.told]
        assert "T1, T2, T3 had not been posted in discord:9 by its end." in told[1]
        assert len(told) == 2, "the end is refused for the reason that was told"
        there.trouble = refusing()
        await o.live(6)
        assert there.kinds(CHANNEL) == [PostKind.CLOSING]
        assert there.told[2].text.endswith("can be closed in discord:9.")
        assert (await o.chat()).stage is Stage.ARCHIVED
    lapsed = logged(caplog, "its moment has passed")
    assert len(lapsed) == 4


@pytest.mark.parametrize("stands", [True, False], ids=["stands", "does not"])
async def test_what_lapsed_after_a_lost_answer_is_looked_for_and_counts_if_it_stands_there(
    home: Where, stands: bool
) -> None:
    """The process was away from the try until after the end."""
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(5)
        lost = Unreachable("The wire was cut.")
        if stands:
            there.loses = lambda action: lost if isinstance(action, Post) else None
        else:
            there.trouble = lambda action: lost if isinstance(action, Post) else None
        await o.live(6)  # T2 is tried at 10
        there.loses, there.trouble = none, lambda _: Unreachable("Away.", logged=True)
        o.now += 60 * MINUTE
        await o.live(1)
        assert [one.number for one in (await o.chat()).topics if one.posts] == [1]
        there.trouble = none
        await o.outbox.hasten([CHANNEL])
        await o.live(2)
        posted = [one.number for one in (await o.chat()).topics if one.posts]
        assert posted == ([1, 2] if stands else [1])
        kinds = there.kinds(CHANNEL)
        assert kinds == [PostKind.OPENING, 1, *([2] if stands else []), PostKind.CLOSING]


async def test_after_a_week_the_end_lapses_too_and_the_chat_is_archived(home: Where) -> None:
    there = Channels(trouble=refusing(CHANNEL))
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(61)
        o.now += timedelta(days=7)
        await o.live(6)
        assert (await o.chat()).stage is Stage.ARCHIVED
        assert set((await o.states()).values()) == {"gave_up", "done"}
        assert (there.posts, there.put_away) == ([], [])
        assert [one.room for one in there.told] == [privately("discord")] * 2


async def test_a_chat_that_is_extended_while_it_is_refused_has_its_topics_after_all(
    home: Where,
) -> None:
    there = Channels(trouble=refusing(CHANNEL))
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(50)
        await o.ask("extend 1h")
        await o.live(20)
        there.trouble = refusing()
        await o.outbox.hasten([CHANNEL])
        await o.live(10)
        assert minutes(there) == [(1, 70), (2, 72), (3, 74)]
        assert there.kinds(CHANNEL)[0] is PostKind.OPENING


async def test_next_while_refused_is_obeyed_when_it_can_be(home: Where) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(1)
        there.trouble = refusing(CHANNEL)
        await o.ask("next")
        await o.ask("next")
        await o.live(4)
        there.trouble = refusing()
        await o.live(8)
        (_, (second, at_second), (third, at_third)) = minutes(there)
        assert (second, third) == (2, 3)
        assert at_third == at_second + 2
        assert (await o.chat()).waiting == ()


async def test_near_the_end_everything_that_is_due_still_comes(home: Where) -> None:
    there = Channels(trouble=refusing(CHANNEL))
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(57)
        there.trouble = refusing()
        await o.outbox.hasten([CHANNEL])
        await o.live(10)
        assert minutes(there) == [(1, 57), (2, 58), (3, 59)]
        assert there.kinds(CHANNEL)[-1] is PostKind.CLOSING


# ---------------------------------------------------------------- a platform that is away


def away(_action: Action) -> Exception:
    return Unreachable("Discord is not connected.")


async def test_a_short_outage_is_no_news_and_a_longer_one_is_told_like_a_refusal(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(replace(QUICK, rooms=(CHANNEL, FIRST)))
        await o.live(5)
        there.trouble = lambda a: away(a) if a.room.platform == "discord" else None
        await o.live(10)
        assert "Hindered" not in await o.kinds()
        await o.live(25)
        assert (await o.kinds()).count("Hindered") == 1
        assert (await o.chat()).hindered == {CHANNEL: NOT_THROUGH}
        there.trouble = refusing()
        await o.live(15)
        assert [one.text.split(": ")[-1].split(".")[0] for one in there.told] == [
            "posts have not got through for a quarter of an hour",
            "International Urology Journal Club (#urojc) goes on in discord:9",
        ]
        assert [number for number, _ in minutes(there)] == [1, 2, 3]
    assert len(logged(caplog, "Discord is not connected.")) == 2, "of each lane, one line"


async def test_a_platform_that_is_out_of_reach_as_a_whole_is_logged_by_itself_and_not_tried(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(5)
        there.trouble = lambda _action: Unreachable("not connected.", logged=True)
        await o.live(6)  # T2 was due a minute ago
        waits = [later.at - one.at for one, later in pairwise(there.asked[2:])]
        assert set(waits) == {timedelta(seconds=30)}
        await o.live(15)
        assert (await o.chat()).hindered == {CHANNEL: NOT_THROUGH}
        there.trouble = refusing()
        await o.live(4)
        assert [number for number, _ in minutes(there)] == [1, 2, 3]
        assert {one.since for one in there.asked} == {None}, "nothing was tried before"
    assert logged(caplog, "not connected.") == []


async def test_a_refusal_now_and_then_interrupted_is_told_as_what_it_is(home: Where) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        for n in range(8):
            there.trouble = refusing(CHANNEL) if n % 2 else away
            await o.live(5)
        assert (await o.chat()).hindered == {CHANNEL: WHY}
        assert (await o.kinds()).count("Hindered") == 1


# ---------------------------------------------------------------- what may have been done before


async def test_a_platform_is_asked_to_look_first_only_where_it_was_asked_before(
    home: Where,
) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(5)
        there.trouble = away
        await o.live(20)
        there.trouble = refusing()
        await o.live(10)
        first = {one.key: one for one in reversed(there.asked)}
        assert {one.since for one in first.values()} == {None}
        again = [one for one in there.asked if one is not first[one.key]]
        assert {(one.key, one.since) for one in again if isinstance(one.action, Post)} == {
            (first_key(there, 2), START + 10 * MINUTE)
        }


def first_key(there: Channels, topic: int) -> str:
    return next(
        one.key for one in there.asked if isinstance(one.action, Post) and one.action.topic == topic
    )


async def test_a_post_whose_answer_is_lost_for_an_hour_stands_once(home: Where) -> None:
    """Longer than a platform remembers its key: it must look."""
    there = Channels()
    there.loses = lambda a: Unreachable("cut") if isinstance(a, Post) and a.topic == 1 else None
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(40)
        assert there.topics(CHANNEL) == [(1, START)]
        there.loses = refusing()
        await o.live(10)
        assert [number for number, _ in there.topics(CHANNEL)] == [1, 2, 3]
        posted = (await o.chat()).topics[0].posts[0]
        assert posted.at == START, "since when it really stands there"


async def test_after_a_death_in_the_middle_of_a_try_it_is_looked_for(home: Where) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        async with o.store.writing() as tables:
            await queue.lease(tables.connection, Lane(CHANNEL, CHAT), o.now, o.now + MINUTE)
    async with office(home, there) as o:
        o.now += 10 * MINUTE
        await o.outbox.deliver()
        assert (there.asked[0].key, there.asked[0].since) == (f"{CHAT}/2/0", START)


# ---------------------------------------------------------------- threads


async def test_the_opening_opens_a_thread_everything_else_is_said_there_and_it_is_put_away(
    home: Where,
) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(replace(QUICK, publish=True))
        await o.live(61)
        opening, *others = there.posts
        assert (opening.kind, opening.into) == (PostKind.OPENING, None)
        assert opening.thread is not None
        assert [(one.topic or one.kind, one.into) for one in others] == [
            (1, opening.thread),
            (2, opening.thread),
            (3, opening.thread),
            (PostKind.CLOSING, opening.thread),
            (PostKind.TRANSCRIPT, None),
        ]
        assert there.put_away == [(opening.thread,)]
        assert [one.into for one in there.told] == [None]


async def test_a_post_whose_thread_is_gone_stands_in_the_room_and_opens_another_one(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    there = Channels()

    def deleted(action: Action) -> Exception | None:
        gone = isinstance(action, Post) and action.into == there.posts[0].thread
        return ThreadGone() if gone else None

    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(5)
        there.trouble = deleted
        await o.live(56)
        opening, _first, second, third, closing = there.posts
        assert minutes(there) == [(1, 0), (2, 10), (3, 20)]
        assert (second.into, second.thread) == (None, second.ref)
        assert third.into == closing.into == second.thread != opening.thread
        assert there.put_away == [(second.thread,)]
        assert there.told[0].text.split(".")[0] == (
            "The thread of International Urology Journal Club (#urojc) in discord:9 was deleted"
        )
        assert (await o.kinds()).count("ThreadLost") == 1
    assert len(logged(caplog, "in discord:9 was deleted; its next topic opens another one")) == 1


async def test_what_should_go_into_no_thread_and_finds_none_is_given_up(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    there = Channels(trouble=lambda _action: ThreadGone())
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(1)
        assert set((await o.states()).values()) == {"gave_up"}
    assert logged(caplog, "its thread is gone")


# ---------------------------------------------------------------- what moderators are told


async def test_private_words_hold_up_no_room_and_no_room_holds_them_up(home: Where) -> None:
    there = Channels(trouble=refusing(privately("discord")))
    async with office(home, there) as o:
        await o.start(replace(QUICK, rooms=(CHANNEL, OTHER)))
        await o.live(61)
        assert minutes(there) == minutes(there, OTHER) == [(1, 0), (2, 10), (3, 20)]
        assert (await o.chat()).stage is Stage.ARCHIVED
        assert there.told == []
        there.trouble = refusing()
        await o.live(6)
        assert len(there.told) == 1
        assert "Hindered" not in await o.kinds()


async def test_where_nobody_can_be_told_the_log_says_so(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = Impossible("nobody can be told privately.")
    there = Channels(trouble=lambda a: nobody if isinstance(a, Tell) else None)
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(61)
        assert (await o.chat()).stage is Stage.ARCHIVED
        kinds = await o.kinds()
        assert (kinds.count("GaveUp"), kinds.count("Hindered")) == (1, 0)
    assert len(logged(caplog, "nobody can be told privately.")) == 1


async def test_what_can_never_be_done_is_told_once(home: Where) -> None:
    never = Impossible("Discord refuses it (HTTP 400).")
    there = Channels(trouble=lambda a: never if isinstance(a, Post) else None)
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(61)
        assert [("cannot go on" in one.text, "is over" in one.text) for one in there.told] == [
            (True, False), (False, True), (False, False),
        ]  # fmt: skip
        assert there.told[-1].text.endswith("can be closed in discord:9.")
        assert (await o.kinds()).count("Hindered") == 1


# ---------------------------------------------------------------- files


async def test_files_are_made_when_their_turn_comes_and_handed_over(home: Where) -> None:
    made: list[tuple[Stage, str]] = []

    async def enclose(chat: Chat, action: Action, _now: datetime) -> Enclosed:
        encloses = action.encloses if isinstance(action, Post | Tell) else None
        if encloses is None:
            return Enclosed()
        made.append((chat.stage, encloses))
        return Enclosed((File(f"{encloses}.txt", b"content"),))

    there = Channels()
    async with office(home, there, enclose=enclose) as o:
        await o.start(replace(QUICK, publish=True))
        await o.live(61)
        closing, transcript = there.posts[-2:]
        assert (closing.files, transcript.files) == (("picture.txt",), ("transcript.txt",))
        assert [one.files for one in there.told] == [("transcript.txt",)]
        assert all(one.files == () for one in there.posts[:-2])
        assert {stage for stage, _ in made} <= {Stage.SUMMARISED, Stage.ARCHIVED}


async def test_a_file_that_cannot_be_made_yet_is_tried_again(home: Where) -> None:
    tries: list[str] = []

    async def enclose(_chat: Chat, action: Action, _now: datetime) -> Enclosed:
        if isinstance(action, Post) and action.encloses:
            tries.append(action.encloses)
            if len(tries) < 3:
                raise OSError("T1: what people wrote")
            return Enclosed((File("picture.png", b"content"),))
        return Enclosed()

    there = Channels()
    async with office(home, there, enclose=enclose) as o:
        await o.start(QUICK)
        await o.live(62)
        assert there.posts[-1].files == ("picture.png",)
        assert len([one for one in there.posts if one.kind is PostKind.CLOSING]) == 1


# ---------------------------------------------------------------- a change that is announced


async def test_what_waits_is_tried_at_once_when_something_was_changed(home: Where) -> None:
    there = Channels(trouble=refusing(CHANNEL))
    async with office(home, there) as o, at_work(o.outbox):
        await o.start(QUICK)
        await until(lambda: len(there.asked) == 2)  # and the moderators are told
        await asyncio.sleep(0.05)
        o.outbox.poke()
        await asyncio.sleep(0.05)
        assert there.posts == []
        there.trouble = refusing()
        await o.outbox.hasten([OTHER])
        await asyncio.sleep(0.05)
        assert there.posts == [], "nothing was changed there"
        await o.outbox.hasten([CHANNEL, privately("discord")])
        await until(lambda: there.kinds(CHANNEL) == [PostKind.OPENING, 1])


async def test_a_change_announced_while_something_is_tried_is_not_missed(home: Where) -> None:
    """The try began before the change and fails after it."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Channels):
        async def perform(self, errand: Errand) -> Receipt:
            trouble = self.trouble(errand.action)
            if not begun.is_set():
                begun.set()
                await go_on.wait()
            if trouble:
                raise trouble
            return await super().perform(errand)

    there = Slow(trouble=refusing(CHANNEL))
    async with office(home, there) as o, at_work(o.outbox):
        await o.start(QUICK)
        await begun.wait()
        there.trouble = refusing()
        await o.outbox.hasten([CHANNEL])
        go_on.set()
        await until(lambda: there.kinds(CHANNEL) == [PostKind.OPENING, 1])


async def test_haste_moves_no_topic_that_waits_for_its_turn(home: Where) -> None:
    there = Channels()
    async with office(home, there) as o:
        await o.start(QUICK)
        await o.live(5)
        there.trouble = refusing(CHANNEL)
        await o.live(20)
        there.trouble = refusing()
        for _ in range(5):
            await o.outbox.hasten([CHANNEL])
            await o.outbox.deliver()
        assert minutes(there) == [(1, 0), (2, 25)]
        o.now += 2 * MINUTE
        await o.outbox.deliver()
        assert minutes(there) == [(1, 0), (2, 25), (3, 27)]


async def test_what_waits_goes_out_as_soon_as_its_platform_can_be_reached(
    home: Where, place: Place
) -> None:
    async with office(home, place) as o, at_work(o.outbox):
        place.trouble = lambda _room: Unreachable("no network", 5 * MINUTE)
        await o.start()
        await until(lambda: place.asked != [])
        place.trouble = lambda _room: None
        o.outbox.poke()
        await asyncio.sleep(0.1)
        assert place.texts(FIRST) == [], "its time has not come"
        o.outbox.reach("elsewhere")
        await asyncio.sleep(0.1)
        assert place.texts(FIRST) == []
        o.outbox.reach("local")
        await until(lambda: place.texts(FIRST) == ["Welcome to I", "T1"])


# ---------------------------------------------------------------- a platform that is not set up


async def test_a_chat_is_held_in_its_other_rooms_where_a_platform_is_not_set_up(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    there = Channels()
    async with office(home, there) as o:
        del o.platforms["discord"]
        await o.start(replace(QUICK, rooms=(CHANNEL, FIRST)))
        await o.live(61)
        assert minutes(there, FIRST) == [(1, 0), (2, 10), (3, 20)]
        assert (await o.chat()).stage is Stage.SUMMARISED
        await o.live(7 * 24 * 60)
        assert (await o.chat()).stage is Stage.ARCHIVED
        assert set((await o.states()).values()) == {"done", "gave_up"}
        assert "Hindered" not in await o.kinds()
        assert {one.room for one in there.posts} == {FIRST}
    assert logged(caplog, "not set up") == [
        "Posts for discord wait until they lapse: it is not set up here (docs/operating.md)."
    ]


async def test_a_platform_that_is_set_up_while_the_chat_runs_has_what_was_due(
    home: Where,
) -> None:
    there = Channels()
    async with office(home, there) as o:
        del o.platforms["discord"]
        await o.start(QUICK)
        await o.live(25)
    async with office(home, there) as o:
        o.now = START + 25 * MINUTE
        await o.live(20)
        assert minutes(there) == [(1, 25), (2, 27), (3, 29)]
        assert {one.since for one in there.asked} == {None}
