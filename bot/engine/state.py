"""A chat as it stands: the fold of its events, small however much is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.engine import events
from bot.engine.agenda import OWN, Agenda, Room
from bot.engine.calls import Call
from bot.engine.events import Event
from bot.engine.messages import Tally
from bot.engine.order import Order
from bot.engine.steps import Cleared, Held


class Stage(StrEnum):
    """Where a chat is in its life."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    SUMMARISED = "summarised"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"
    MISSED = "missed"


STAGES: Mapping[Stage, Mapping[type[Event], Stage]] = {
    Stage.PLANNED: {
        events.Opened: Stage.OPEN,
        events.Cancelled: Stage.CANCELLED,
        events.Missed: Stage.MISSED,
    },
    Stage.OPEN: {events.Closed: Stage.CLOSED},
    Stage.CLOSED: {events.Summarised: Stage.SUMMARISED},
    Stage.SUMMARISED: {events.Archived: Stage.ARCHIVED},
    Stage.ARCHIVED: {},
    Stage.CANCELLED: {},
    Stage.MISSED: {},
}
"""Which event leads from which stage to which; the diagram in the docs is drawn from this."""

HELD = frozenset({Stage.OPEN, Stage.CLOSED, Stage.SUMMARISED, Stage.ARCHIVED})
"""The stages of chats that have opened."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A topic's post in one room; `thread` hangs from it. Or the closing post, in `thread`."""

    room: Room
    at: datetime
    ref: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic in a chat; `due` is its moment as last agreed."""

    number: int
    ask: str
    due: datetime
    opened_at: datetime | None = None
    skipped: bool = False
    posts: tuple[Posted, ...] = ()

    @property
    def posted_at(self) -> datetime | None:
        """When it first stood in a room."""
        return min((post.at for post in self.posts), default=None)


@dataclass(frozen=True, slots=True)
class Chat:
    """One dated run of a series: the fold of its events. Its size does not grow with talk."""

    id: str
    series: str
    agenda: Agenda
    planned_at: datetime
    opens_at: datetime
    closes_at: datetime
    following: datetime | None = None  # when the series' next chat opens
    seq: int = 0  # of the last event
    stage: Stage = Stage.PLANNED
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    opened_by: str = ""
    paused: bool = False
    topics: tuple[TopicState, ...] = ()
    reminders: tuple[timedelta, ...] = ()  # still to be sent
    threads: Mapping[Room, str] = field(default_factory=dict)  # the chat's own
    kept_open_at: datetime | None = None
    hindered: Mapping[Room, str] = field(default_factory=dict)  # rooms that refuse, and why
    unreadable: Mapping[Room, str] = field(default_factory=dict)  # the same for reading back
    corrections: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    withdrawn: Mapping[str, datetime] = field(default_factory=dict)
    tally: Tally | None = None
    blanked: events.Blanked | None = None  # when people's words were removed
    archived: frozenset[Room] = frozenset()
    closings: Mapping[Room, Posted] = field(default_factory=dict)  # posts that quote other rooms
    quoted: Mapping[Room, frozenset[str]] = field(default_factory=dict)  # in them: messages' keys
    amending: frozenset[Room] = frozenset()  # where a change of that post waits for its turn
    told_late: frozenset[str] = frozenset()  # people, by their keys
    asked_to_check_in: frozenset[str] = frozenset()  # the same
    decisions: Mapping[str, Held | Cleared] = field(default_factory=dict)  # the last, by key
    flags: Mapping[str, int] = field(default_factory=dict)  # people, by their keys: how often told
    calls: Mapping[int, Call] = field(default_factory=dict)  # for a moderator, by their numbers
    order: Order = field(default_factory=Order)  # who is muted, what is slow, who was told of what

    @property
    def ends_at(self) -> datetime:
        """The earlier of the planned end and the real one: what is said later is late."""
        return min(self.closes_at, self.closed_at) if self.closed_at else self.closes_at

    def threads_in(self, room: Room) -> tuple[str, ...]:
        """Return the threads of the chat in a room: its own and its topics'."""
        own = self.threads.get(room)
        hanging = [
            post.thread
            for topic in self.topics
            for post in topic.posts
            if post.thread is not None and post.room == room
        ]
        return tuple(hanging) if own is None else (own, *hanging)

    @property
    def threaded(self) -> tuple[Room, ...]:
        """The rooms with threads that their platform may put away; in Rounds' own none is."""
        rooms = (room for room in self.agenda.rooms if room.platform != OWN)
        return tuple(room for room in rooms if self.threads_in(room))

    def lacking_in(self, room: Room) -> tuple[int, ...]:
        """Return the topics whose moment came and that do not stand in a room."""
        return tuple(
            topic.number
            for topic in self.topics
            if topic.opened_at and not any(post.room == room for post in topic.posts)
        )

    @property
    def waiting(self) -> tuple[TopicState, ...]:
        """The topics that are still to come, in order."""
        return tuple(t for t in self.topics if t.opened_at is None and not t.skipped)
