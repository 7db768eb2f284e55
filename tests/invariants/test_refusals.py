"""Whatever a platform refuses, loses or is away for: each topic once, in order, in its window."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.actions import Action, PostKind
from bot.engine.agenda import Agenda, Room, Topic
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.fold import fold
from bot.engine.pace import APART, ON_TIME
from bot.engine.state import Chat, Stage
from bot.platforms.platform import Hindered, Unreachable
from bot.store import queue
from bot.store.sqlite import opened
from tests.channels import Channels
from tests.house import START
from tests.office import MINUTE, ONE_ROOM, Office

CHANNEL, OTHER, OWN = Room("discord", "9"), Room("discord", "8"), Room("local", "urojc")
SECOND = timedelta(seconds=1)
FOUND_WITHIN = 7 * MINUTE
"""A way that is open again is found by then: it is tried every five minutes at least."""

FOUND_AT_ONCE = 20 * SECOND
"""The same where its platform tells of it."""


class Trouble(StrEnum):
    """What goes wrong for a while."""

    REFUSES = "refuses"  # a room
    AWAY = "is away"  # the whole platform
    LOSES = "loses"  # a room does what is asked, and its answer is lost
    ABSENT = "absent"  # our own process is not there
    DELETES = "deletes"  # the threads of a room, when it begins


@dataclass(frozen=True)
class Spell:
    """A trouble from one moment to another."""

    kind: Trouble
    begins: datetime
    ends: datetime
    room: Room
    announced: bool  # the platform tells when it is over

    def reigns(self, room: Room, now: datetime) -> bool:
        """Whether it concerns a room now."""
        here = room == self.room
        if self.kind is Trouble.AWAY:
            here = room.platform == self.room.platform
        return here and self.begins <= now < self.ends


@dataclass(frozen=True)
class Story:
    """A chat, what goes wrong in it, and what its moderator types."""

    agenda: Agenda
    spells: tuple[Spell, ...]
    commands: tuple[tuple[datetime, str], ...]


@dataclass
class Lived:
    """What became of a story."""

    chat: Chat
    log: list[Event]
    there: Channels
    asked_for: set[int] = field(default_factory=set)  # topics that a command opened

    def came(self, room: Room) -> list[tuple[int, datetime]]:
        """Return which topics came to stand in a room and when, also those deleted since."""
        posts = [*self.there.posts, *self.there.deleted]
        found = [(one.topic, one.at) for one in posts if one.topic and one.room == room]
        return sorted(found, key=lambda topic: topic[1])

    def closes_at(self, at: datetime) -> datetime:
        """Return when the chat was to close, as was known then."""
        return fold([event for event in self.log if event.at <= at]).closes_at


# ---------------------------------------------------------------- stories


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw a chat of one to three hours with topics at least four minutes apart."""
    window = draw(st.integers(60, 180))
    steps = draw(st.lists(st.integers(4, 30), min_size=1, max_size=6))
    afters = [0, *(sum(steps[: n + 1]) for n in range(len(steps)))]
    rooms = draw(st.sampled_from([(CHANNEL,), (CHANNEL, OTHER), (OWN, CHANNEL)]))
    agenda = replace(
        ONE_ROOM,
        window=window * MINUTE,
        rooms=rooms,
        topics=tuple(
            Topic(f"Question {n}?", after * MINUTE) for n, after in enumerate(afters, 1)
            if after < window
        ),
        moderators={"local": ("henry",), "discord": ("456",)},
        thread_per_topic=draw(st.booleans()),
        publish=draw(st.booleans()),
    )  # fmt: skip
    seconds = st.integers(0, window * 60)
    spells = []
    for _ in range(draw(st.integers(0, 5))):
        begins = START + draw(seconds) * SECOND
        ends = begins + draw(st.integers(1, 3600)) * SECOND
        if draw(st.booleans()):  # shortly before the end
            ends = START + window * MINUTE - draw(st.integers(1, 1200)) * SECOND
        kind, room = draw(st.sampled_from(Trouble)), draw(st.sampled_from(rooms))
        spells.append(Spell(kind, begins, ends, room, draw(st.booleans())))
    what = st.sampled_from(
        ["next", "skip", "pause", "resume", "extend 30m", "close", "topic Something else?"]
    )
    commands = [
        (START + draw(seconds) * SECOND, draw(what)) for _ in range(draw(st.integers(0, 4)))
    ]
    return Story(agenda, tuple(spells), tuple(sorted(commands)))


# ---------------------------------------------------------------- living through them


class Process:
    """Our process, which ends and begins again on the same store."""

    def __init__(self, office: Office, there: Channels) -> None:
        self.office = office
        self._there = there
        self._running: contextlib.AsyncExitStack | None = None

    async def begin(self) -> None:
        """Start, with nothing remembered."""
        now = self.office.now
        self.office = Office(self.office.store, self._there)
        self.office.now, self.office.room = now, CHANNEL
        async with self.office.store.writing() as tables:
            await queue.release(tables.connection)
        self._running = contextlib.AsyncExitStack()
        await self._running.enter_async_context(self.office.runner.running())

    async def end(self) -> None:
        """Be gone."""
        if self._running is not None:
            await self._running.aclose()
            self._running = None


@contextlib.asynccontextmanager
async def begun(there: Channels) -> AsyncIterator[Process]:
    async with opened(":memory:") as store:
        process = Process(Office(store, there), there)
        await process.begin()
        try:
            yield process
        finally:
            await process.end()


async def live_through(story: Story) -> Lived:
    """Hold a chat through everything, until long after its end."""
    there = Channels()
    asked_for: set[int] = set()
    async with begun(there) as process:
        there.trouble = lambda action: _trouble(story.spells, action, process.office.now)
        there.loses = lambda action: _loss(story.spells, action, process.office.now)
        await process.office.start(story.agenda)
        edges = {edge for spell in story.spells for edge in (spell.begins, spell.ends)}
        moments = sorted({START, *edges, *(at for at, _ in story.commands)})
        is_there = True
        for moment in moments:
            if is_there:
                await process.office.live((moment - process.office.now) / MINUTE)
            process.office.now = moment
            for spell in story.spells:
                if spell.kind is Trouble.DELETES and spell.begins == moment:
                    there.delete_threads(spell.room)
            absent = [s for s in story.spells if s.kind is Trouble.ABSENT]
            if is_there == any(s.begins <= moment < s.ends for s in absent):
                await (process.end() if is_there else process.begin())
                is_there = not is_there
            if is_there:
                await _do(process.office, story, moment, asked_for)
        await process.office.live(4 * 60)
        process.office.now += timedelta(days=8)
        await process.office.live(10)
        return Lived(await process.office.chat(), await process.office.log(), there, asked_for)


async def _do(office: Office, story: Story, moment: datetime, asked_for: set[int]) -> None:
    """Do what happens at a moment: a platform tells of changes, the moderator types."""
    over = [spell.room for spell in story.spells if spell.announced and spell.ends == moment]
    freed = [r for r in story.agenda.rooms if r.platform in {room.platform for room in over}]
    if freed:
        await office.outbox.hasten(freed)
    for at, command in story.commands:
        if at == moment:
            with contextlib.suppress(Refused):
                happened = await office.ask(command)
                opened_now = [e.number for e in happened if isinstance(e, events.TopicOpened)]
                asked_for.update(opened_now if command == "next" else [])


def _trouble(spells: Sequence[Spell], action: Action, now: datetime) -> Exception | None:
    for spell in spells:
        if spell.kind is Trouble.AWAY and action.room.platform == spell.room.platform:
            if spell.begins <= now < spell.ends:
                return Unreachable("Discord is not connected.")
        elif spell.kind is Trouble.REFUSES and spell.reigns(action.room, now):
            return Hindered("the permission Send Messages is missing.")
    return None


def _loss(spells: Sequence[Spell], action: Action, now: datetime) -> Exception | None:
    losing = any(s.kind is Trouble.LOSES and s.reigns(action.room, now) for s in spells)
    return Unreachable("Discord did not answer.") if losing else None


# ---------------------------------------------------------------- what is always so


def late(lived: Lived, story: Story, number: int, at: datetime) -> bool:
    """Whether a topic came late of itself: no command opened it at another moment."""
    added = [e.due for e in lived.log if isinstance(e, events.TopicAdded) and e.number == number]
    agenda = story.agenda.topics
    own = added[0] if added else START + agenda[number - 1].after
    return number not in lived.asked_for and at - own > ON_TIME


@settings(max_examples=150, deadline=None)
@given(stories())
def test_a_chat_comes_to_its_end_with_each_topic_once_in_order_and_in_its_window(
    story: Story,
) -> None:
    lived = asyncio.run(live_through(story))
    assert fold(lived.log) == lived.chat
    assert lived.chat.stage is Stage.ARCHIVED
    told = [one.text for one in lived.there.told]
    assert sum("is over" in text for text in told) == 1, "the moderators have the transcript"
    for room in story.agenda.rooms:
        topics_come_once_and_in_order(lived, room)
        late_topics_come_apart(lived, story, room)
        the_rest_is_in_its_place(lived, room)
        each_refusal_is_told_once(lived, room)
        if lived.chat.ends_at == lived.chat.closes_at:  # nobody closed it before
            nothing_is_missing_where_the_way_was_open(lived, story, room)


def topics_come_once_and_in_order(lived: Lived, room: Room) -> None:
    standing = [number for number, _ in lived.there.topics(room)]
    assert standing == sorted(set(standing)), "each at most once, in order"
    came = lived.came(room)
    assert [number for number, _ in came] == sorted(number for number, _ in came)
    assert all(at <= lived.chat.ends_at + ON_TIME for _, at in came), "none after the end"
    posts = [(t.number, post) for t in lived.chat.topics for post in t.posts]
    noted = {(number, post.at) for number, post in posts if post.room == room}
    assert noted <= set(came), "what is noted came there, at that moment"


def late_topics_come_apart(lived: Lived, story: Story, room: Room) -> None:
    """Two minutes, but for where the window would have ended before the last of them.

    What comes up to ten seconds after its moment comes on time, and moves nothing.
    """
    for (one, at), (other, then) in pairwise(lived.came(room)):
        there_is_time = at + APART * (len(lived.chat.topics) + 1) <= lived.closes_at(then)
        if (
            there_is_time
            and one != other
            and late(lived, story, one, at)
            and late(lived, story, other, then)
        ):
            assert then - at >= APART - ON_TIME, f"T{other} came on the heels of T{one}"


def the_rest_is_in_its_place(lived: Lived, room: Room) -> None:
    standing = lived.there.kinds(room)
    for kind in (PostKind.OPENING, PostKind.CLOSING, PostKind.TRANSCRIPT):
        assert standing.count(kind) <= 1
    posts = [one for one in (*lived.there.posts, *lived.there.deleted) if one.room == room]
    kinds = [one.kind for one in sorted(posts, key=lambda one: int(one.ref))]
    assert PostKind.CLOSING in kinds, "the trouble was over within a week"
    assert PostKind.OPENING not in kinds[1:]
    after = kinds[kinds.index(PostKind.CLOSING) :]
    assert set(after) <= {PostKind.CLOSING, PostKind.TRANSCRIPT}


def each_refusal_is_told_once(lived: Lived, room: Room) -> None:
    reasons = [
        event.why if isinstance(event, events.Hindered) else ""
        for event in lived.log
        if isinstance(event, events.Hindered | events.Unhindered) and event.room == room
    ]
    assert all(one != other for one, other in pairwise(["", *reasons]))


def nothing_is_missing_where_the_way_was_open(lived: Lived, story: Story, room: Room) -> None:
    if all(is_over(spell, room, lived.chat.ends_at) for spell in story.spells):
        assert lived.chat.lacking_in(room) == ()


def is_over(spell: Spell, room: Room, end: datetime) -> bool:
    """Whether a trouble was known to be over before the end, if it concerned a room at all."""
    concerns = spell.kind is Trouble.ABSENT or spell.room.platform == room.platform
    if spell.kind is Trouble.DELETES:
        return True
    at_once = spell.announced and spell.kind is not Trouble.ABSENT
    found = spell.ends + (FOUND_AT_ONCE if at_once else FOUND_WITHIN)
    return not concerns or spell.begins >= min(end, spell.ends) or found <= end
