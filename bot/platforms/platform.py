"""What a platform does for the outbox, and what the house does for a platform."""

from __future__ import annotations

import contextlib
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.engine.actions import Action, Post, Spot, Words
from bot.engine.agenda import Room
from bot.engine.checkin import Form
from bot.engine.people import Person
from bot.engine.signals import Signal
from bot.platforms.appointment import Board


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out with words; `described` is what a picture shows."""

    name: str
    content: bytes
    described: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes out with an action: files, and `words` that go on behind its own.

    These may be what people wrote: they are in no receipt, so that nothing keeps them.
    """

    files: Sequence[File] = ()
    words: Words = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a platform says of an action it performed.

    `ref` is its id of a post, `text` the post's text there, `thread` what hangs from it. `lacking`
    says for moderators which file could not go with it, and why.
    """

    at: datetime
    ref: str = ""
    text: str = ""
    thread: str | None = None
    lacking: str = ""


class Unreachable(Exception):
    """The platform may do it later; `logged`: the log says of the platform as a whole why not."""

    def __init__(
        self, why: str, retry_after: timedelta | None = None, *, logged: bool = False
    ) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.logged = logged


class Hindered(Unreachable):
    """The platform refuses it until somebody changes something there.

    `why` is a sentence for moderators and the operator: what is missing, as the platform names
    it, and what to do. It holds nothing that people wrote.
    """


class ThreadGone(Exception):
    """The thread into which a post was to go (`Post.into`) is not there any more.

    The post is not lost: it is asked for anew, in the room itself.
    """


class NotThere(Exception):
    """A post that counts only where it stands already (`Post.only_found`) does not stand there."""


class Impossible(Exception):
    """The platform will never do it."""


class Setbacks:
    """What goes wrong with some of several people, of whom none keeps it from the others."""

    def __init__(self) -> None:
        self._worst: Unreachable | None = None

    @contextlib.contextmanager
    def noted(self) -> Iterator[None]:
        """Go on with the others where one can be told later, or never."""
        try:
            yield
        except Impossible:
            return
        except Unreachable as why:
            if self._worst is None or isinstance(self._worst, Hindered):
                self._worst = why

    def tell(self, *, reached: bool) -> None:
        """Raise what is to be tried again; a refusal counts only where nobody was `reached`."""
        if self._worst is not None and not (reached and isinstance(self._worst, Hindered)):
            raise self._worst


@dataclass(frozen=True, slots=True)
class Errand:
    """An action that is to be performed once for each `key`, however often it is asked.

    `since` is given where it may have been done before: look first, from that moment on. `further`
    are words that go on behind the action's own. They may differ when it is asked again, and are
    no sign by which a message is known again.
    """

    key: str
    action: Action
    now: datetime
    since: datetime | None = None
    files: Sequence[File] = ()
    further: Words = ()

    @property
    def chat(self) -> str:
        """The id of the chat whose action it is; keys begin `chat/seq/n`."""
        return self.key.partition("/")[0]

    @property
    def only_looks(self) -> bool:
        """Whether nothing is to be said any more, but a post that stands there counts."""
        return isinstance(self.action, Post) and self.action.only_found


class Platform(Protocol):
    """A place where chats are held."""

    async def perform(self, errand: Errand) -> Receipt:
        """Do what the errand's action says.

        Raises Unreachable, Hindered, ThreadGone, NotThere or Impossible.
        """
        ...


Hook = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, str, Mapping[str, str]]]]
"""Takes a request's body and headers; returns status, body and headers of the answer."""


class Outer(Platform, Board, Protocol):
    """A platform outside of this process: it may be away, and then things are missed."""

    @property
    def is_connected(self) -> bool:
        """Whether actions can be performed."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether everything that was said there is known."""
        ...

    @property
    def connections(self) -> int:
        """How often it came to be connected."""
        ...

    def address(self, spot: Spot) -> str:
        """Return where a message, a thread or a room is found; empty: it is not known now."""
        ...

    @property
    def hooks(self) -> Mapping[str, Hook]:
        """Return what answers at which path, where the platform calls us."""
        ...

    async def run(self) -> None:
        """Stay connected until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chat is talked about: a room, or a thread there, from the chat's opening on."""

    chat: str
    room: Room
    thread: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be named in a command: what is typed, and what is shown for it."""

    value: str
    shown: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who asked is told, alone."""

    words: Words
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where: in a room, or in a thread there."""

    person: Person
    room: Room
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A series that is held on a platform; `rooms` are its rooms there, `name` its file's name."""

    name: str
    title: str
    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """A chat that is open until `closes_at` (UTC), with so many of its topics posted."""

    chat: str
    series: str
    title: str
    rooms: tuple[Room, ...]
    closes_at: datetime
    posted: int
    topics: int
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """A chat that opens at `opens_at` (UTC)."""

    title: str
    rooms: tuple[Room, ...]
    opens_at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """What is held on a platform at `at`: what runs, by its end, what comes, by its opening.

    `series` are all those held there, by their titles. It is about nobody: a platform shows of it
    to each person what stands in rooms that they may see.
    """

    at: datetime
    running: tuple[Running, ...]
    coming: tuple[Coming, ...]
    series: tuple[Held, ...]


class Door(Protocol):
    """What the house does for a platform."""

    def hear(self, signal: Signal) -> Future[Any]:
        """Commit what reached the platform; it is done when it is on the disk."""
        ...

    async def ask(self, text: str, asker: Asker) -> Answer:
        """Do what follows `/chat`. Raises Refused with a sentence for that person."""
        ...

    async def call(self, asker: Asker, message: str = "", chat: str = "") -> Answer:
        """Call a moderator: from where it is asked, about a message, or for a chat, by their ids.

        Raises Refused with a sentence for that person.
        """
        ...

    async def take(self, chat: str, number: int, person: Person) -> Answer:
        """Let a moderator have a call of a chat. Raises Refused with a sentence for them."""
        ...

    async def withdraw(self, message: str, author: str, asker: Asker) -> Answer:
        """Withdraw one message, by the platform's ids. Raises Refused where it is not theirs."""
        ...

    async def checkin(self, asker: Asker, chat: str = "") -> Form:
        """Return the form of a chat, else of the one that is held there, as somebody filled it in.

        Raises Refused where no chat is held there.
        """
        ...

    async def check_in(self, typed: Mapping[str, str], asker: Asker, chat: str = "") -> Answer:
        """Take a form; say what was understood. Raises Unfit, and Refused as `checkin` does."""
        ...

    def minds_leaving(self, platform: str) -> bool:
        """Whether a series that forgets whoever leaves is held on a platform."""
        ...

    async def left(self, person: str, is_there: Callable[[Room], bool]) -> None:
        """Withdraw what somebody (by their key) said, where a series that they left says so.

        `is_there` tells of a room whether it is in what they left. Returns when it is on the disk;
        raises what the store raises.
        """
        ...

    async def speakers(self, platform: str) -> Mapping[Room, Iterable[str]]:
        """Return who spoke lately in each room of series that forget whoever leaves, by ids."""
        ...

    def series(self, asker: Asker) -> Sequence[Choice]:
        """Return the series that somebody may start there."""
        ...

    async def chats(self, asker: Asker) -> Sequence[Choice]:
        """Return the chats whose transcripts somebody may ask for, the latest first."""
        ...

    async def topics(self, message: str, asker: Asker) -> Sequence[Choice]:
        """Return the topics under which a message can be placed; empty: of no chat here."""
        ...

    async def overview(self, platform: str) -> Overview:
        """Return what runs and comes in the platform's rooms, and the series held there."""
        ...

    async def places(self, platform: str) -> Sequence[Place]:
        """Return where the platform's chats are talked about that are open or not yet counted."""
        ...

    async def stored(self, place: Place) -> frozenset[str]:
        """Return the ids of the messages that are known of a place and were not withdrawn."""
        ...

    def read_back(self, room: Room, why: str) -> None:
        """Tell the moderators of a room's chats, once, `why` it cannot be read; empty: it can."""
        ...

    def changed(self, room: Room, shut: str = "", freed: Sequence[str] = ()) -> None:
        """Tell the moderators of open chats, once, why a room is `shut`; or that it no longer is.

        `freed` are the reasons that are in the way no longer, where one of them was.
        """
        ...

    def reachable(self, rooms: Sequence[Room]) -> None:
        """Try at once what waits for these rooms: something was changed there."""
        ...
