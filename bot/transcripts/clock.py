"""Times as a transcript writes them: UTC for machines, the chat's own zone for people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.store.codec import moment

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_YEAR_9999 = 253_370_764_800  # seconds; a zone may turn a later moment into no date
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = 24 * 60  # minutes
_EPOCH = date(1970, 1, 1).toordinal()
_OF_DAY = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(_DAY))
_OF_MINUTE = tuple(f":{second:02}Z" for second in range(60))


def utc(at: int) -> str:
    """Write a stamp (microseconds since 1970) as `2026-12-06T20:00:00Z`, with a fraction if any."""
    return f"{moment(at - at % _SECOND):%Y-%m-%dT%H:%M:%S}{_fraction(at % _SECOND)}"


def _fraction(microseconds: int) -> str:
    if not microseconds:
        return "Z"
    if microseconds % 1000:
        return f".{microseconds:06}Z"
    return f".{microseconds // 1000:03}Z"


class Clock:
    """The clock of a chat's zone. It remembers its last minute, for messages come in order."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._steady: int | None = None
        self._minute: int | None = None
        self._today: int | None = None
        self._date = self._utc = self._wall = ""
        self._day = 0

    def read(self, at: int) -> tuple[str, str, int]:
        """Return a stamp's time in UTC to the second, and its time and date in the zone.

        The date is a day's number, as `date.toordinal` counts.
        """
        minute, rest = divmod(at, _MINUTE)
        if minute != self._minute:
            self._turn_to(minute)
        return f"{self._utc}{_OF_MINUTE[rest // _SECOND]}", self._wall, self._day

    def _turn_to(self, minute: int) -> None:
        self._minute = minute
        day, of_day = divmod(minute, _DAY)
        if day != self._today:
            self._today, self._date = day, f"{date.fromordinal(day + _EPOCH)}T"
            first, last = self._offset_at(day * _DAY), self._offset_at(day * _DAY + _DAY)
            self._steady = first if first == last else None  # else it changes today
        offset = self._offset_at(minute) if self._steady is None else self._steady
        self._utc = self._date + _OF_DAY[of_day]
        day, of_day = divmod(minute + offset, _DAY)
        self._wall, self._day = _OF_DAY[of_day], day + _EPOCH

    def _offset_at(self, minute: int) -> int:
        offset = self.local(minute * _MINUTE).utcoffset() or timedelta()
        return offset // timedelta(minutes=1)

    def local(self, at: int | datetime) -> datetime:
        """Return a moment in the chat's zone."""
        return (moment(at) if isinstance(at, int) else at).astimezone(self._zone)

    def date(self, at: int | datetime) -> str:
        """Write `Monday 7 December 2026`."""
        local = self.local(at)
        return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"

    def short(self, at: int | datetime) -> str:
        """Write `Mon 7 Dec 07:00`."""
        local = self.local(at)
        day, month = _DAYS[local.weekday()][:3], _MONTHS[local.month - 1][:3]
        return f"{day} {local.day} {month} {self.wall(local)}"

    def long(self, at: int | datetime) -> str:
        """Write `Mon 7 Dec 2026, 07:00 AEDT`."""
        local = self.local(at)
        day, month = _DAYS[local.weekday()][:3], _MONTHS[local.month - 1][:3]
        return f"{day} {local.day} {month} {local.year}, {self.wall(local)} {local.tzname()}"

    def wall(self, at: datetime) -> str:
        """Write `07:00`."""
        local = self.local(at)
        return _OF_DAY[local.hour * 60 + local.minute]


def unix(text: str) -> int | None:
    """Return the stamp of whole seconds since 1970, or None past the year 9998."""
    seconds = int(text)
    return seconds * 1_000_000 if seconds < _YEAR_9999 else None


def span(seconds: float) -> str:
    """Write a length of time as people say it, rounded: `45 s`, `4 min 10 s`, `3 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest and minutes < 10 else "")
    hours, minutes = divmod(round(whole / 60), 60)
    if hours <= 72:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    days, hours = divmod(round(whole / 3600), 24)
    return f"{days} days" + (f" {hours} h" if hours else "")
