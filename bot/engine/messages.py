"""A message as the store keeps it: one row of facts, the same in whatever order they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.engine.agenda import Room
from bot.engine.people import Role

OURS = "rounds"
"""The author of our own posts, whose role is that of a bot."""


class Timing(StrEnum):
    """When a message was said, against the window."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class PlacedBy(StrEnum):
    """Why a message stands under its topics."""

    LABEL = "label"
    THREAD = "thread"
    REPLY = "reply"
    TIME = "time"
    MODERATOR = "moderator"
    NONE = "none"


class Hold(StrEnum):
    """Why a message is held back: it counts, but what it says is in no output."""

    NONE = ""
    PRIVACY = "privacy"  # a patient could be known by it
    DISTRESS = "distress"  # its author may need help
    RULE = "rule"  # a rule of conduct
    MODERATOR = "moderator"  # a moderator said so


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; the file itself stays on its platform."""

    name: str
    type: str
    size: int  # bytes
    url: str


class Message(NamedTuple):
    """One message of a chat: what is known of it and where it stands.

    A tuple, because every message that comes makes a few of them.

    `said` is False while only an edit or a deletion has reached us; such a row counts nowhere.
    `text` is the last wording, worded at `worded_at` (the message's own time unless edited),
    and empty once withdrawn. `labels` are the topics that the wording names, kept apart so
    that a message can be placed anew without its text; `concerns` is what the guard sees in it,
    and `held` why it is held back (`bot.engine.holds`). `reply_to` is the id of the message it
    answers, in the same room; `thread` the platform's id of the thread it stands in.
    """

    chat: str
    room: Room
    id: str
    said: bool
    at: datetime
    author: str = ""
    name: str = ""
    role: Role = Role.PARTICIPANT
    text: str = ""
    labels: tuple[int, ...] = ()
    worded_at: datetime | None = None
    edited: bool = False
    withdrawn: bool = False
    reply_to: str | None = None
    thread: str | None = None
    timing: Timing = Timing.ON_TIME
    topics: tuple[int, ...] = ()
    placed_by: PlacedBy = PlacedBy.NONE
    attachments: tuple[Attachment, ...] = ()
    concerns: tuple[str, ...] = ()
    held: Hold = Hold.NONE

    @property
    def key(self) -> str:
        """The one name of this message among all."""
        return message_key(self.room, self.id)

    @property
    def author_key(self) -> str:
        """The one name by which its author is counted (`bot.engine.people.Person.key`)."""
        return f"{self.room.platform}:{self.author}"

    @property
    def is_ours(self) -> bool:
        """Whether it is a post of ours, and not one of another bot's."""
        return self.role is Role.BOT and self.author == OURS

    @property
    def parent(self) -> str | None:
        """The key of the message it answers."""
        return None if self.reply_to is None else message_key(self.room, self.reply_to)


@dataclass(frozen=True, slots=True)
class TopicTally:
    """How one topic was answered; messages and people are participants' alone."""

    number: int
    messages: int
    participants: int


@dataclass(frozen=True, slots=True)
class RoomTally:
    """A room's share of a chat; messages and people are participants' alone."""

    room: Room
    messages: int
    participants: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How a chat was attended: participants' messages in the window.

    `rooms` has the rooms in which somebody wrote.
    """

    participants: int = 0
    moderators: int = 0
    messages: int = 0
    topics: tuple[TopicTally, ...] = ()
    rooms: tuple[RoomTally, ...] = ()


def message_key(room: Room, message: str) -> str:
    """Name a message by its room and its platform's id."""
    return f"{room}/{message}"


def room_in(key: str) -> Room:
    """Return the room of a message by its key."""
    return Room.parse(key.partition("/")[0])


def id_in(key: str) -> str:
    """Return the platform's id of a message by its key; no room has a slash in its name."""
    return key.partition("/")[2]
