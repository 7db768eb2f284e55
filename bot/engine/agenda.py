"""What an organizer wrote: series, agendas, topics, rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

OWN = "local"
"""The platform of Rounds' own rooms."""


@dataclass(frozen=True, slots=True, order=True)
class Room:
    """A place where a chat is held: `local:urojc`, later a Discord or Slack channel."""

    platform: str
    name: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Room:
        """Read what `str` wrote."""
        platform, _, name = text.partition(":")
        return cls(platform, name)


@dataclass(frozen=True, slots=True)
class Reading:
    """The paper under discussion."""

    citation: str = ""
    doi: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()

    @property
    def link(self) -> str:
        """Where to read it: the given address, else the DOI's."""
        return self.url or (f"https://doi.org/{self.doi}" if self.doi else "")


@dataclass(frozen=True, slots=True)
class Topic:
    """A question, and when it is posted, counted from the opening."""

    ask: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Agenda:
    """What one chat is to be: a series' agenda with what differs on its date laid over it."""

    title: str
    zone: str
    window: timedelta
    rooms: tuple[Room, ...]
    topics: tuple[Topic, ...]
    hashtag: str = ""
    moderators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    guests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    welcome: str = ""
    reading: Reading | None = None
    closing: str = ""
    reminders: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(minutes=15))
    keep_late: bool = False
    thread_per_topic: bool = False  # where a platform has threads; else one for the chat
    publish: bool = False  # the transcript is also posted in the rooms
    share_names: bool = False  # a room is also told who said what is quoted of the others
    archive_channel: bool = False  # Slack's: it exists for the chat alone
    alerts: Mapping[str, str] = field(default_factory=dict)  # platform -> a private channel there
    notify: Mapping[str, str] = field(default_factory=dict)  # platform -> who is pinged: role:789
    keep: timedelta | None = None  # how long after the end people's words are kept; None: for good


@dataclass(frozen=True, slots=True)
class Override:
    """What differs on one date; None means: as in the series."""

    start: time | None = None
    topics: tuple[Topic, ...] | None = None
    reading: Reading | None = None
    welcome: str | None = None
    moderators: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a series' chats open, as wall times in its zone.

    Either a rule (`rrule` in iCalendar's words, RFC 5545 section 3.3.10, held at the wall time
    `at`, counted from `first`) or nothing but single times.
    """

    rrule: str = ""
    at: time | None = None
    first: date | None = None
    skipped: frozenset[date] = frozenset()
    singles: tuple[datetime, ...] = ()  # naive wall times: `also`, or `starts`


@dataclass(frozen=True, slots=True)
class Series:
    """A recurring (or single) chat as its organizer wrote it; `name` is its file's name."""

    name: str
    agenda: Agenda
    schedule: Schedule
    dates: Mapping[date, Override] = field(default_factory=dict)

    def agenda_on(self, day: date | None) -> Agenda:
        """Return the agenda of the chat that opens on `day` (in the chat's zone)."""
        override = self.dates.get(day) if day else None
        if override is None:
            return self.agenda
        differs = {
            name: value
            for name in ("topics", "reading", "welcome", "moderators")
            if (value := getattr(override, name)) is not None
        }
        return replace(self.agenda, **differs)
