"""What reached us. Every signal carries its own time, `at`, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.engine.actions import Action
from bot.engine.agenda import Agenda, Room
from bot.engine.checkin import CheckIn
from bot.engine.commands import Ask
from bot.engine.messages import Attachment, Tally
from bot.engine.people import Person


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody said something in a room, or in a thread there.

    `reply_to` is the id of the message it answers, `thread` the platform's id of the thread.
    """

    at: datetime
    room: Room
    id: str
    author: Person
    text: str
    reply_to: str | None = None
    thread: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """A message has a new wording; `attachments` are all that it still has."""

    at: datetime
    room: Room
    id: str
    text: str
    thread: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message was deleted where it stood: it is withdrawn.

    `by_author` is true where its author asks for it; a deletion that a platform tells of may be
    our own.
    """

    at: datetime
    room: Room
    id: str
    thread: str | None = None
    by_author: bool = False


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji to a message, or took it back."""

    at: datetime
    room: Room
    id: str
    by: Person
    emoji: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class ReactionsCleared:
    """All emojis of a message were taken away at once; `emoji` names the one, if one alone."""

    at: datetime
    room: Room
    id: str
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody typed a command, in a room or in a thread there."""

    at: datetime
    room: Room
    by: Person
    ask: Ask
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Somebody said who they are, for every chat of a series that is held in a room."""

    at: datetime
    room: Room
    by: Person
    series: str
    said: CheckIn


@dataclass(frozen=True, slots=True)
class ForgetAsked:
    """Somebody (by their key) asked to be taken out of everything that is kept."""

    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody (by their key) left the server or workspace of these series, who forget them then.

    `series` are names.
    """

    at: datetime
    person: str
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartAsked:
    """Somebody asked for a chat of `series` now; `chat` is the id it would have.

    `following` is when the series' next chat opens, `running` the id of one that is open.
    """

    at: datetime
    room: Room
    by: Person
    chat: str
    series: str
    agenda: Agenda
    following: datetime | None = None
    running: str = ""


@dataclass(frozen=True, slots=True)
class DateCame:
    """A date of a series is near (or has passed unseen): its chat begins to exist."""

    at: datetime
    chat: str
    series: str
    agenda: Agenda
    opens_at: datetime
    following: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgendaChanged:
    """A chat's agenda was rewritten; None: its date is no longer held."""

    at: datetime
    agenda: Agenda | None
    opens_at: datetime | None
    following: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeepChanged:
    """The series' agenda says anew for how long people's words are kept; None: for good."""

    at: datetime
    keep: timedelta | None


@dataclass(frozen=True, slots=True)
class Woke:
    """The moment that `wake_at` named has come."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Overslept:
    """A chat's whole window passed while nobody was there to open it.

    So did those of `earlier` chats of its series in a row before it; it is the `last` of them of
    which the same moderators are told.
    """

    at: datetime
    earlier: int
    last: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """The chat has ended and was counted."""

    at: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class Delivered:
    """A platform did what an action asked.

    `ref` is the platform's id of a post, `text` its text there, `thread` the id of the thread
    that hangs from it, `lacking` which file could not go with it, and why.
    """

    at: datetime
    key: str
    action: Action
    ref: str = ""
    text: str = ""
    thread: str | None = None
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Quoting:
    """A room's closing post is about to quote these messages (keys): their texts are read next."""

    at: datetime
    room: Room
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reworded:
    """These messages (keys) have other texts than before, or none."""

    at: datetime
    messages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something was seen in a message's wording (`concerns`), or nothing is any more.

    `message` is its key, `person` its author by the platform's id, `name` what they are called,
    `country` where they say they are, and `at` the wording's own time.
    """

    at: datetime
    room: Room
    message: str
    person: str
    thread: str | None
    concerns: tuple[str, ...] = ()
    name: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """Somebody calls a moderator, from a room or a thread there, or about a message (its key).

    `country` is theirs, as they told it at check-in, for the help lines.
    """

    at: datetime
    room: Room
    by: Person
    thread: str | None = None
    message: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class TakeAsked:
    """A moderator takes a call of the chat; 0: the one that waits longest."""

    at: datetime
    by: Person
    number: int = 0


@dataclass(frozen=True, slots=True)
class Breached:
    """A message (its key) breaches these rules of conduct; `person` wrote it."""

    at: datetime
    room: Room
    message: str
    person: str
    thread: str | None
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpokeLate:
    """Somebody (by the platform's id) said something in a chat's thread after the end."""

    at: datetime
    room: Room
    person: str
    thread: str | None


@dataclass(frozen=True, slots=True)
class SpokeUnchecked:
    """Somebody (by the platform's id) said something who has to check in first."""

    at: datetime
    room: Room
    person: str
    thread: str | None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A room was read after an absence; `why` it could not be, as moderators are told it."""

    at: datetime
    room: Room
    why: str = ""


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """A platform tells what was done to a room.

    `shut` says why nothing goes there, as moderators are told it; else what is in `freed` is in
    the way no longer.
    """

    at: datetime
    room: Room
    shut: str = ""
    freed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindered:
    """A platform refuses what an action asked until somebody changes something there.

    `why` names what is missing, as the platform does; the action is tried again.
    """

    at: datetime
    key: str
    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class ThreadGone:
    """The thread in which a post was to be said is not there any more."""

    at: datetime
    key: str
    room: Room
    thread: str


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """An action will never be done; `why` is for the operator.

    Either its platform will never do it, or it `lapsed`: it can be of no use any more.
    """

    at: datetime
    key: str
    action: Action
    why: str
    lapsed: bool = False


Speech = Said | Edited | Deleted
"""What becomes a message's row."""

Signal = (
    Speech
    | Reacted
    | ReactionsCleared
    | Asked
    | CheckedIn
    | ForgetAsked
    | Left
    | StartAsked
    | DateCame
    | AgendaChanged
    | KeepChanged
    | Woke
    | Overslept
    | Counted
    | Delivered
    | Quoting
    | Reworded
    | Noticed
    | HelpAsked
    | TakeAsked
    | Breached
    | SpokeLate
    | SpokeUnchecked
    | ReadBack
    | RoomChanged
    | Hindered
    | ThreadGone
    | Undeliverable
)
