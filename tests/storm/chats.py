"""The chats of a run: three of 48 hours in three zones, on a weekend on which clocks change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.engine.agenda import Room

WINDOW = timedelta(hours=48)
BEFORE = timedelta(hours=3)
"""How long before the first opening a run begins."""

WEEKENDS = (
    ("2034-10-29", ("Europe/Berlin", "Europe/London", "America/New_York")),
    ("2034-03-26", ("Europe/Lisbon", "Europe/Berlin", "Asia/Kolkata")),
    ("2034-11-05", ("America/New_York", "America/St_Johns", "UTC")),
    ("2034-03-12", ("America/Chicago", "America/New_York", "Europe/Berlin")),
    ("2034-10-01", ("Australia/Lord_Howe", "Australia/Sydney", "Asia/Tokyo")),
    ("2034-04-02", ("Australia/Lord_Howe", "Australia/Melbourne", "UTC")),
)
"""Sundays on which the clocks of the first two zones change, forward or back."""

MOMENTS = (
    (0, 360, 720, 1080, 1440, 1800, 2160, 2520),
    (0, 20, 40, 540, 570, 1200, 1800, 2870),
    (0, 300, 302, 304, 1020, 1500, 1980, 2460),
)
"""The topics of each chat, in minutes after its opening."""

AGENDA = """\
title: Chat {name}
zone: {zone}
starts: {starts}
window: 48h
rooms: [{{{platform}: "{channel}"}}]
moderators: {{{platform}: ["{moderator}"]}}
reminders: [1h]
after_close: keep
topics:
"""


KEEPS_SAFE = """\
rules: Be kind, and write nothing by which a patient could be known.
help_lines: {any: "https://findahelpline.com"}
consent: pseudonym
"""
"""What the first chat of a run has beside, whose people now and then write too much."""


@dataclass(frozen=True)
class Held:
    """A chat as it was agreed: nothing in it comes from the program."""

    name: str
    zone: str
    opens_at: datetime
    dues: tuple[datetime, ...]
    platform: str = "local"
    channel: str = ""  # empty: the room of its own name
    moderator: str = "henry"
    keeps_safe: bool = False

    @property
    def closes_at(self) -> datetime:
        return self.opens_at + WINDOW

    @property
    def room(self) -> Room:
        return Room(self.platform, self.channel or self.name)

    @property
    def id(self) -> str:
        return f"{self.name}-{self.opens_at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d}"

    @property
    def agenda(self) -> str:
        """What the organizer wrote: the opening as a wall time in the chat's zone."""
        starts = self.opens_at.astimezone(ZoneInfo(self.zone))
        head = AGENDA.format(
            name=self.name,
            zone=self.zone,
            starts=f"{starts:%Y-%m-%d %H:%M}",
            platform=self.platform,
            channel=self.room.name,
            moderator=self.moderator,
        )
        minutes = ((due - self.opens_at) // timedelta(minutes=1) for due in self.dues)
        asks = (f'  - {{ask: "Question {n}?", after: {m}m}}' for n, m in enumerate(minutes, 1))
        beside = KEEPS_SAFE if self.keeps_safe else ""
        return head + "\n".join(asks) + "\n" + beside


def chats_of(run: int, rooms: Sequence[tuple[str, str, str]] = ()) -> tuple[Held, ...]:
    """Return the chats of a run, in the order of their openings, an hour and more apart.

    `rooms` are a platform, a channel and a moderator there, for as many of the last chats.
    """
    places = [("local", "", "henry")] * (len(MOMENTS) - len(rooms)) + [*rooms]
    sunday, zones = WEEKENDS[run % len(WEEKENDS)]
    first = datetime.fromisoformat(sunday).replace(tzinfo=UTC) - timedelta(hours=12)
    found = []
    for n, (zone, minutes) in enumerate(zip(zones, MOMENTS, strict=True)):
        opens_at = first + n * timedelta(minutes=67)
        dues = tuple(opens_at + timedelta(minutes=minute) for minute in minutes)
        found.append(Held(f"hall{n + 1}", zone, opens_at, dues, *places[n], keeps_safe=n == 0))
    return tuple(found)
