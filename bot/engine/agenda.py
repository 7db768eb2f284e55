"""What an organizer wrote: series, agendas, topics, rooms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from bot.engine.consent import Consent

OWN = "local"
"""The platform of Rounds' own rooms."""

ROLES = ("physician", "nurse", "trainee", "scientist", "patient", "advocate", "industry")
"""As what people may check in where the agenda lists nothing else."""

ANYWHERE = "any"
"""The key of the help line for those whose country is not known or has none of its own."""


@dataclass(frozen=True, slots=True, order=True)
class Room:
    """A place where a chat is held: `local:urojc`, or a channel, `discord:123`, `slack:C123`."""

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
    hide: bool = False  # a message that is held is removed from the room, where the platform can
    allow_words: tuple[str, ...] = ()  # never flagged here; in small letters
    blocked_domains: tuple[str, ...] = ()  # bare, in small letters, as DNS has them: xn--...
    help_lines: Mapping[str, str] = field(default_factory=dict)  # country code or ANYWHERE -> text
    on_call: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # asked for help in turn
    rules: str = ""  # shown at check-in
    require_checkin: bool = False  # messages of those who have not agreed to the rules are held
    roles: tuple[str, ...] = ROLES  # as what people may check in
    consent: Consent = Consent.NAMED  # of those who have not checked in
    members_only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # they alone count
    forget_on_leave: bool = False  # whoever leaves the server or workspace is forgotten
    round_times: timedelta = timedelta(minutes=15)  # in the research edition; a divisor of a day


def outer_platforms(agenda: Agenda) -> tuple[str, ...]:
    """Return the platforms on which an agenda's chats are held, but for Rounds' own."""
    return tuple(dict.fromkeys(room.platform for room in agenda.rooms if room.platform != OWN))


def people_lists(agenda: Agenda) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Return every list of people by platform that an agenda has: whoever is named is in one."""
    return agenda.moderators, agenda.guests, agenda.on_call, agenda.members_only


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

    def agenda_on(self, day: date) -> Agenda:
        """Return the agenda of the chat that opens on `day` (in the chat's zone)."""
        override = self.dates.get(day)
        if override is None:
            return self.agenda
        differs = {
            name: value
            for name in ("topics", "reading", "welcome", "moderators")
            if (value := getattr(override, name)) is not None
        }
        return replace(self.agenda, **differs)

    def agendas(self) -> Iterator[Agenda]:
        """Yield its own agenda, and those of dates on which it differs."""
        yield self.agenda
        yield from map(self.agenda_on, self.dates)

    def lists(self, platform: str, person: str) -> bool:
        """Whether somebody, by their id on a platform, stands in one of its agendas."""
        names = {person, f"user:{person}"}
        return any(
            names.intersection(listed.get(platform, ()))
            for agenda in self.agendas()
            for listed in people_lists(agenda)
        )


def agendas_of(catalogue: Mapping[str, Series]) -> Iterator[Agenda]:
    """Yield every agenda of every series."""
    for series in catalogue.values():
        yield from series.agendas()
