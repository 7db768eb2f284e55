"""Recurrences in iCalendar's words (RFC 5545 section 3.3.10): which of them a chat can have."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dateutil.rrule import rrulestr

from bot.agendas.mistakes import shown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_NO_RRULE = (
    'cannot be read. Write the rule like rrule: "FREQ=MONTHLY;BYDAY=1MO", or in words like every: '
    "first monday at 07:00"
)
_LONGEST = 300
_LIST = r"{0}(?:,{0}){{0,30}}"
_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d{0,2}",
    "COUNT": r"[1-9]\d{0,3}",
    "UNTIL": r"2[01]\d\d[01]\d[0-3]\d(?:T[0-2]\d[0-5]\d[0-5]\dZ?)?",
    "BYDAY": _LIST.format(r"(?:[-+]?[1-5]?\d)?(?:MO|TU|WE|TH|FR|SA|SU)"),
    "BYMONTHDAY": _LIST.format(r"-?(?:[1-9]|[12]\d|3[01])"),
    "BYMONTH": _LIST.format(r"(?:[1-9]|1[0-2])"),
    "BYYEARDAY": _LIST.format(r"-?(?:[1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6])"),
    "BYWEEKNO": _LIST.format(r"-?(?:[1-9]|[1-4]\d|5[0-3])"),
    "BYSETPOS": _LIST.format(r"-?[1-9]\d?"),
    "WKST": r"MO|TU|WE|TH|FR|SA|SU",
}
"""The parts of a rule that say days; times of day stand in `at`."""


def read_rrule(text: str) -> str:
    """Check a recurrence in iCalendar's words (RFC 5545 section 3.3.10) and return it, tidied.

    Raises ValueError with a sentence that shows how to write it.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"The rule is longer than {_LONGEST} characters. Write a shorter one.")
    rule = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name in parts:
            raise ValueError(f"{name} stands twice in the rule. Keep one of the two.")
        _check_part(name, value)
        if (name, value) != ("INTERVAL", "1"):
            parts[name] = value
    _check_together(parts)
    tidy = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        rrulestr(tidy.replace("Z", ""), dtstart=datetime(2026, 1, 1))  # noqa: DTZ001  wall time
    except (ValueError, OverflowError):
        raise ValueError(f"{shown(text)} {_NO_RRULE}") from None
    return tidy


def needs_first(rrule: str) -> bool:
    """Say whether a rule that `read_rrule` returned means nothing without a first date."""
    names = {part.partition("=")[0] for part in rrule.split(";")}
    says_day = names & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} or "FREQ=DAILY" in rrule
    return "INTERVAL" in names or "COUNT" in names or not says_day


def in_wall_time(rrule: str, zone: ZoneInfo) -> str:
    """Return the rule with its UNTIL, which iCalendar gives in UTC, as wall time of `zone`."""
    until = re.search(r"UNTIL=(\d{8}T\d{6})Z", rrule)
    if until is None:
        return re.sub(r"(UNTIL=\d{8})(?=;|$)", r"\1T235959", rrule)
    wall = datetime.strptime(until[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).astimezone(zone)
    return rrule.replace(until[0], f"UNTIL={wall:%Y%m%dT%H%M%S}")


def _check_part(name: str, value: str) -> None:
    if name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        raise ValueError(f'{name} does not belong in the rule. Write the time in at: "07:00"')
    if name in ("DTSTART", "EXDATE", "RDATE"):
        instead = {"DTSTART": "from", "EXDATE": "except", "RDATE": "also"}[name]
        raise ValueError(
            f"{name} does not belong in the rule. Write it in {instead}, beside rrule."
        )
    if name not in _PARTS:
        raise ValueError(f"{shown(name)} {_NO_RRULE}")
    if name == "FREQ" and value in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise ValueError(f"A chat cannot be {value.lower()}. Write FREQ=DAILY or rarer.")
    if not re.fullmatch(_PARTS[name], value, re.ASCII):
        raise ValueError(f"{shown(f'{name}={value}')} {_NO_RRULE}")


def _check_together(parts: dict[str, str]) -> None:
    """Refuse what RFC 5545 section 3.3.10 says must not stand together."""
    frequency = parts.get("FREQ")
    if frequency is None:
        raise ValueError(f"A rule without FREQ {_NO_RRULE}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL cannot stand together. Keep one of the two.")
    numbered = re.search(r"\d", parts.get("BYDAY", ""))
    if numbered and (frequency in ("DAILY", "WEEKLY") or "BYWEEKNO" in parts):
        raise ValueError("A weekday with a number, like 1MO, goes with FREQ=MONTHLY. Change FREQ.")
    within = 5 if frequency == "MONTHLY" or "BYMONTH" in parts else 53
    if any(int(number) > within for number in re.findall(r"\d+", parts.get("BYDAY", ""))):
        raise ValueError(f"The numbers in BYDAY go up to {within} here, as in BYDAY=1MO or -1FR.")
    if "BYMONTHDAY" in parts and frequency == "WEEKLY":
        raise ValueError("BYMONTHDAY goes with FREQ=MONTHLY. Change FREQ.")
    if frequency != "YEARLY" and ("BYYEARDAY" in parts or "BYWEEKNO" in parts):
        raise ValueError("BYYEARDAY and BYWEEKNO go with FREQ=YEARLY. Change FREQ.")
    if "BYSETPOS" in parts and frequency in ("DAILY", "WEEKLY"):
        raise ValueError("BYSETPOS goes with FREQ=MONTHLY or FREQ=YEARLY. Change FREQ.")
    if "BYSETPOS" in parts and not (parts.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}):
        raise ValueError("BYSETPOS picks among days. Add BYDAY, such as BYDAY=MO,TU,WE,TH,FR")
