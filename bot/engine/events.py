"""What was recorded in a chat's own log: facts, never changed, never removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.engine.agenda import Agenda, Room
from bot.engine.messages import Tally
from bot.engine.steps import Step


@dataclass(frozen=True, slots=True)
class Planned:
    """The chat exists; it opens at `opens_at`, and the series' next one at `following`."""

    at: datetime
    chat: str
    series: str
    agenda: Agenda
    opens_at: datetime
    closes_at: datetime
    following: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replanned:
    """Its agenda changed before it opened."""

    at: datetime
    agenda: Agenda
    opens_at: datetime
    closes_at: datetime
    following: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Its date was taken back before it opened."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """Its window passed while nobody was there to open it.

    So did those of `earlier` chats of its series in a row before it. What is told of the `last`
    of them tells of all.
    """

    at: datetime
    earlier: int = 0
    last: bool = True


@dataclass(frozen=True, slots=True)
class Reminded:
    """People were reminded, `before` the opening."""

    at: datetime
    before: timedelta


@dataclass(frozen=True, slots=True)
class ReminderLapsed:
    """A reminder's moment passed unseen; it is not sent late."""

    at: datetime
    before: timedelta


@dataclass(frozen=True, slots=True)
class Opened:
    """The window is open."""

    at: datetime
    by: str = ""  # who opened it by command


@dataclass(frozen=True, slots=True)
class ThreadOpened:
    """The chat has a thread of its own in a room; it hangs from the post `ref`."""

    at: datetime
    room: Room
    ref: str
    thread: str


@dataclass(frozen=True, slots=True)
class ThreadLost:
    """The chat's own thread in a room is not there any more."""

    at: datetime
    room: Room
    thread: str


@dataclass(frozen=True, slots=True)
class KeptOpen:
    """The threads of a long chat were kept from being put away."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TopicAdded:
    """A moderator appended a topic, due at `due`."""

    at: datetime
    number: int
    ask: str
    due: datetime


@dataclass(frozen=True, slots=True)
class TopicOpened:
    """A topic's moment came; its posts follow."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class TopicSkipped:
    """A topic is left out; it keeps its number."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class TopicPosted:
    """A topic stands in a room since `at`."""

    at: datetime
    number: int
    room: Room
    ref: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """Topics have new moments, after an absence or a pause."""

    at: datetime
    dues: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True, slots=True)
class Paused:
    """Topics are held back."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Resumed:
    """Topics are posted again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Extended:
    """The window ends later."""

    at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Corrected:
    """A moderator said where a message stands (`message` is its key)."""

    at: datetime
    message: str
    topics: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Withdrew:
    """A person (by key) took back everything of theirs that was known, and what was said by `at`.

    Where the clock was set back, what was known may bear a later time. `left`: nobody asked for
    it, they left where the series is held, and it forgets them then.
    """

    at: datetime
    person: str
    left: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The window ended; `by` is empty when it ended by itself."""

    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Summarised:
    """The chat was counted, for its closing post."""

    at: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class KeepSet:
    """The agenda says anew for how long after the end people's words are kept; None: for good."""

    at: datetime
    keep: timedelta | None


@dataclass(frozen=True, slots=True)
class Blanked:
    """People's words, their names and those of their files were removed, so long after the end."""

    at: datetime
    keep: timedelta


@dataclass(frozen=True, slots=True)
class Erased:
    """A person was taken out of the chat: what they said, and who they were."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Quoted:
    """The closing post of a room is about to quote these messages (keys) of other rooms."""

    at: datetime
    room: Room
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosingPosted:
    """The closing post that quotes other rooms stands in a room, or in a thread there."""

    at: datetime
    room: Room
    ref: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class QuotesChanged:
    """What the closing posts of these rooms quote was withdrawn, deleted or reworded."""

    at: datetime
    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class RoomArchived:
    """A room's conversation was put away."""

    at: datetime
    room: Room


@dataclass(frozen=True, slots=True)
class Archived:
    """Every room of the chat was put away."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ToldLate:
    """Somebody who spoke after the end was told that it counts as late."""

    at: datetime
    room: Room
    person: str
    thread: str | None


@dataclass(frozen=True, slots=True)
class Hindered:
    """A room's platform refuses what the chat must do there; `why` says what is to be done."""

    at: datetime
    room: Room
    why: str


@dataclass(frozen=True, slots=True)
class Unhindered:
    """The chat can go on in a room."""

    at: datetime
    room: Room


@dataclass(frozen=True, slots=True)
class SentWithout:
    """A file could not go with what was said in a room, or privately; `why` says which, and why."""

    at: datetime
    room: Room
    why: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What was said in a room during an absence cannot be read there; `why` says what to do."""

    at: datetime
    room: Room
    why: str


@dataclass(frozen=True, slots=True)
class Readable:
    """A room can be read again."""

    at: datetime
    room: Room


@dataclass(frozen=True, slots=True)
class GaveUp:
    """An action will never be done; `why` is for the operator."""

    at: datetime
    key: str
    room: Room
    why: str


Event = (
    Planned
    | Replanned
    | Cancelled
    | Missed
    | Reminded
    | ReminderLapsed
    | Opened
    | ThreadOpened
    | ThreadLost
    | KeptOpen
    | TopicAdded
    | TopicOpened
    | TopicSkipped
    | TopicPosted
    | Rescheduled
    | Paused
    | Resumed
    | Extended
    | Corrected
    | Withdrew
    | Closed
    | Summarised
    | Quoted
    | ClosingPosted
    | QuotesChanged
    | KeepSet
    | Blanked
    | Erased
    | RoomArchived
    | Archived
    | ToldLate
    | Hindered
    | Unhindered
    | SentWithout
    | Unreadable
    | Readable
    | GaveUp
    | Step
)
