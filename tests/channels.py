"""A platform of channels and threads for tests, with Discord's memory: short, and by reading."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.actions import Action, Archive, KeepOpen, Post, PostKind, Tell
from bot.engine.agenda import Room
from bot.platforms.local_adapter import text_of
from bot.platforms.platform import Errand, NotThere, Receipt, ThreadGone

REMEMBERS = timedelta(minutes=5)
"""How long a second post under one key is known to be the first; later one must look."""


@dataclass(frozen=True)
class Standing:
    """A post that stands, or words that somebody was told."""

    key: str
    at: datetime
    room: Room
    into: str | None
    ref: str
    text: str
    kind: PostKind | None = None
    topic: int | None = None
    thread: str | None = None
    notify: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """One call."""

    key: str
    at: datetime
    action: Action
    since: datetime | None


Trouble = Callable[[Action], Exception | None]


def none(_action: Action) -> None:
    """Make no trouble."""


@dataclass
class Channels:
    """Channels and threads: a post stands once for each key as long as that is remembered.

    `trouble` may refuse an action; `loses` may raise although it was done.
    """

    trouble: Trouble = none
    loses: Trouble = none
    posts: list[Standing] = field(default_factory=list)
    deleted: list[Standing] = field(default_factory=list)  # with their thread
    told: list[Standing] = field(default_factory=list)
    kept_open: list[tuple[str, ...]] = field(default_factory=list)
    put_away: list[tuple[str, ...]] = field(default_factory=list)
    asked: list[Ask] = field(default_factory=list)
    _gone: set[str] = field(default_factory=set)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(100))

    async def perform(self, errand: Errand) -> Receipt:
        """Do it, unless there is trouble."""
        key, action, now, since = errand.key, errand.action, errand.now, errand.since
        self.asked.append(Ask(key, now, action, since))
        if trouble := self.trouble(action):
            raise trouble
        if isinstance(action, Post) and action.into in self._gone:
            raise ThreadGone
        names = tuple(file.name for file in errand.files)
        receipt = Receipt(now)
        match action:
            case Post() | Tell():
                standing = self._standing(key, action, now, since, names)
                receipt = Receipt(standing.at, standing.ref, standing.text, standing.thread)
            case KeepOpen(threads=threads):
                self.kept_open.append(threads)
            case Archive(threads=threads):
                self.put_away.append(threads)
        if loss := self.loses(action):
            raise loss
        return receipt

    def _standing(
        self,
        key: str,
        action: Post | Tell,
        now: datetime,
        since: datetime | None,
        files: tuple[str, ...],
    ) -> Standing:
        where = self.posts if isinstance(action, Post) else self.told
        into = action.into if isinstance(action, Post) else None
        for one in where:
            by_nonce = now - one.at < REMEMBERS
            by_reading = since is not None and one.at >= since and one.into == into
            if one.key == key and (by_nonce or by_reading):
                return one
        if isinstance(action, Post) and action.only_found:
            raise NotThere
        ref = str(next(self._numbers))
        standing = Standing(key, now, action.room, into, ref, text_of(action.words), files=files)
        if isinstance(action, Post):
            standing = Standing(
                key, now, action.room, into, ref, text_of(action.words), action.kind, action.topic,
                ref if action.opens else None, action.notify, files,
            )  # fmt: skip
        where.append(standing)
        return standing

    def delete_threads(self, room: Room) -> None:
        """Delete the threads that hang in a room, with all that stands in them."""
        self._gone |= {one.thread for one in self.posts if one.room == room and one.thread}
        self.deleted += [one for one in self.posts if one.into in self._gone]
        self.posts = [one for one in self.posts if one.into not in self._gone]

    def topics(self, room: Room) -> list[tuple[int, datetime]]:
        """Return which topics stand in a room since when, in the order in which they came."""
        return [(one.topic, one.at) for one in self.posts if one.topic and one.room == room]

    def kinds(self, room: Room) -> list[PostKind | int | None]:
        """Return what stands in a room, in the order in which it came; topics as their numbers."""
        return [one.topic or one.kind for one in self.posts if one.room == room]
