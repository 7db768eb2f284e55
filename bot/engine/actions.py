"""What the world must see. Actions go to the outbox; each follows from an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.engine.agenda import Room


@dataclass(frozen=True, slots=True)
class Moment:
    """A time inside a sentence; every platform shows it in the reader's own zone."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Spot:
    """A message, or without `id` the thread or room where it stands: platforms make it a link."""

    room: Room
    thread: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """A person on platform `on`, by their id; there the platform says their name.

    Elsewhere they are `called` so, where that is known. Nobody is pinged by it.
    """

    person: str
    on: str
    called: str = ""


Piece = str | Moment | Room | Spot | Who

Words = tuple[Piece, ...]
"""A text whose times are still times, rooms still rooms, links places, and people ids."""


class PostKind(StrEnum):
    """What a post is, so that a platform can dress it."""

    REMINDER = "reminder"
    OPENING = "opening"
    TOPIC = "topic"
    NOTICE = "notice"
    CLOSING = "closing"
    TRANSCRIPT = "transcript"


class Enclosure(StrEnum):
    """What goes out with words; it is made when their turn comes."""

    PICTURE = "picture"
    TRANSCRIPT = "transcript"


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread that is to hang from a post, and how long people are to find it."""

    name: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Post:
    """Say something in a room. The first part of a topic bears its number in `topic`.

    `opens` is the thread that is to hang from it, `notify` whom it pings (nobody else is ever
    pinged). `into` is the thread in which it is said, known when its turn comes
    (`bot.engine.sending`). What can be pressed at it is named in `buttons` (`bot.engine.buttons`).
    One that `recalls` goes on with what people said in the chat's other rooms, which is read when
    its turn comes (`bot.engine.closing`). One of which `only_found` counts has lapsed: it is not
    said any more, but it may stand there.
    """

    room: Room
    kind: PostKind
    words: Words
    topic: int | None = None
    opens: Thread | None = None
    notify: str = ""
    encloses: Enclosure | None = None
    into: str | None = None
    recalls: bool = False
    only_found: bool = False
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeepOpen:
    """Keep the threads of a long chat from being put away for want of talk."""

    room: Room
    threads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amend:
    """Give a topic's post other words, or, without `topic`, the closing post that `recalls`.

    When its turn comes are known: `ref`, the post; `into`, the thread in which it stands; whether
    that thread is `put_away`, and must be so again.
    """

    room: Room
    topic: int | None
    words: Words
    ref: str = ""
    recalls: bool = False
    into: str | None = None
    put_away: bool = False


@dataclass(frozen=True, slots=True)
class Archive:
    """Lock a chat's threads in a room and put them away, as one, where its platform can.

    `whole`: the room exists for the chat alone and is put away itself.
    """

    room: Room
    threads: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Whisper:
    """Say something in a room, or in a thread there, that one person alone sees."""

    room: Room
    person: str
    thread: str | None
    words: Words


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something privately: in `channel` where the agenda names one, else to each person.

    `people` are ids and names of groups as agendas write them. The room is no place but the
    line in which such words wait, so that a closed room holds none of them up. `notify` is a role
    that is pinged in the channel. What concerns a call for a moderator has its number in `call`;
    what asks somebody to come has its number among those in `page`, and can be taken there.
    """

    room: Room
    people: tuple[str, ...]
    channel: str
    words: Words
    encloses: Enclosure | None = None
    notify: str = ""
    call: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True)
class SlowMode:
    """Let each write once `every` so many seconds in the chat's threads in `place`; 0: as ever.

    The threads are known when its turn comes. `until` it is of use. The room is no place but the
    line in which it waits, as that of what follows.
    """

    room: Room
    place: Room
    every: int
    until: datetime
    threads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeOut:
    """Keep a person from writing on the platform of `place` until then; None: no longer."""

    room: Room
    place: Room
    person: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a message that somebody wrote out of its `place`, or of a thread there."""

    room: Room
    place: Room
    message: str
    thread: str | None


Action = Post | KeepOpen | Amend | Archive | Tell | Whisper | SlowMode | TimeOut | Remove


def privately(platform: str, about: str = "") -> Room:
    """Return the line in which a platform's private words wait, or those about one thing."""
    return Room(platform, f"@{about}")


def is_private(room: Room) -> bool:
    """Whether this is no place, but a line in which private words wait."""
    return room.name.startswith("@")


_MEASURES = {
    "SlowMode": "slowing a room down",
    "TimeOut": "keeping somebody from writing",
    "Remove": "removing messages",
}


def measure_in(room: Room) -> str:
    """Say which kind of measures waits in a line that is no place; empty: it is another one."""
    return _MEASURES.get(room.name[1:], "") if room.name.startswith("!") else ""


def apart(platform: str, kind: type[SlowMode | TimeOut | Remove]) -> Room:
    """Return the line in which one kind of a platform's measures waits, held up by no other."""
    return Room(platform, f"!{kind.__name__}")
