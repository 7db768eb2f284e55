"""Recurrences as people write them (`first monday at 07:00`), as rules of iCalendar."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.agendas.mistakes import shown
from bot.agendas.wall_times import read_day, read_time

FORMS = (
    "first monday at 07:00",
    "thursday at 21:00",
    "every 2 weeks on thursday at 21:00 from 2026-11-26",
    "15th of the month at 20:00",
    "daily at 08:00",
)
"""One example of each form that is read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence: iCalendar's words, the wall time, and the day from which it counts, if any."""

    rrule: str
    at: time
    first: date | None = None


def read_every(text: str) -> Rule:
    """Read a recurrence in words, in any case and with single or plural weekdays.

    Raises ValueError with a sentence that shows how to write it.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"{shown(text)} is too long. Write it like {FORMS[0]}")
    words = _tidy(text)
    parts = re.fullmatch(r"(.+?) at (\S+)( .*)?", words)
    if parts is None:
        raise ValueError(_cannot(text, words))
    at = read_time(parts[2])
    first, last = _limits(parts[3] or "")
    rrule = _days(parts[1])
    if rrule is None:
        raise ValueError(_cannot(text, words))
    if "INTERVAL" in rrule and first is None:
        example = f"{words} from 2026-11-26"
        raise ValueError(f"The first date is missing. Add it at the end: {shown(example, 80)}")
    if first and last and last < first:
        raise ValueError(f"The last day, {last}, is before the first, {first}. Change one of them.")
    if first and "INTERVAL" in rrule:
        _falls_on(first, rrule)
    return Rule(rrule + (f";UNTIL={last:%Y%m%d}T235959" if last else ""), at, first)


def _tidy(text: str) -> str:
    words = " ".join(text.casefold().replace(",", " and ").split()).rstrip(".")
    words = re.sub(r"^(monthly|weekly) (and|-|–) ", r"\1 ", words)
    return re.sub(r"(?<=\d) (?=[ap]\.?m\b)", "", words)  # 9 pm


_LONGEST = 200
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {"tues": 1, "thur": 3, "thurs": 3, **{day[:3]: n for n, day in enumerate(_DAYS)}}
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_ORDINALS |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "other": 2}

_DAY = rf"(?:(?:{'|'.join(_DAYS)}|{'|'.join(_SHORT)})s?\.?)"
_DAY_LIST = rf"(?P<days>{_DAY}(?:(?: and)+ {_DAY})*)"
_ORDINAL_LIST = rf"(?P<which>(?:{'|'.join(_ORDINALS)})(?:(?: and)+ (?:{'|'.join(_ORDINALS)}))*)"
_MONTH = r"(?: (?:of|in) (?:the|every|each) month| (?:every|each|of the) month)"

_WEEKLY = re.compile(
    rf"(?:(?:every|each|weekly|every week|weekly on|every week on|on) )?{_DAY_LIST}"
)
_MONTHLY = re.compile(
    rf"(?P<every>(?:every|each) )?(?P<monthly>monthly (?:on )?)?(?:the |on the )?{_ORDINAL_LIST} "
    rf"{_DAY_LIST}(?P<month>{_MONTH})?"
)
_WEEKS = re.compile(
    rf"every (?:(?P<n>\d{{1,2}}|{'|'.join(_NUMBERS)}) weeks?(?: on)? |other ){_DAY_LIST}"
)
_DAY_OF_MONTH = re.compile(
    r"(?:monthly (?:on )?|every |on )?(?:the )?(?:day )?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: day)?"
    rf"(?P<month>{_MONTH})?"
)
_LAST_DAY = re.compile(rf"(?:monthly (?:on )?)?(?:on )?(?:the )?last day{_MONTH}")


def _days(words: str) -> str | None:
    """Read on which days, as FREQ and BY parts of a rule; None if that cannot be read."""
    if words in ("daily", "every day", "each day"):
        return "FREQ=DAILY"
    if words in ("weekdays", "every weekday", "on weekdays"):
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    if _LAST_DAY.fullmatch(words):
        return "FREQ=MONTHLY;BYMONTHDAY=-1"
    if found := _WEEKLY.fullmatch(words):
        return f"FREQ=WEEKLY;BYDAY={_by_day(found['days'])}"
    if found := _WEEKS.fullmatch(words):
        weeks = int(_NUMBERS.get(found["n"] or "other", found["n"] or 2))
        if not 1 <= weeks <= 52:
            raise ValueError(f"Every {weeks} weeks cannot be. Write a number from 1 to 52.")
        interval = f"INTERVAL={weeks};" if weeks > 1 else ""
        return f"FREQ=WEEKLY;{interval}BYDAY={_by_day(found['days'])}"
    if found := _MONTHLY.fullmatch(words):
        return _of_month(found)
    found = _DAY_OF_MONTH.fullmatch(words)
    if found and (found["month"] or words.startswith(("monthly", "the "))):
        return _day_of_month(int(found["day"]))
    return None


def _by_day(words: str, ordinals: tuple[int | str, ...] = ("",)) -> str:
    names = [word.rstrip(".") for word in words.split() if word != "and"]
    days = sorted({_weekday(name) for name in names})
    return ",".join(f"{n}{_CODES[day]}" for n in ordinals for day in days)


def _weekday(name: str) -> int:
    for form in (name, name.removesuffix("s")):
        if form in _SHORT:
            return _SHORT[form]
        if form in _DAYS:
            return _DAYS.index(form)
    raise ValueError(name)


def _of_month(found: re.Match[str]) -> str:
    which = tuple(dict.fromkeys(_ORDINALS[w] for w in found["which"].split() if w != "and"))
    day = found["days"]
    clear = found["month"] or found["monthly"] or len(which) > 1 or which[0] in (1, -1)
    if found["every"] and not clear:
        raise ValueError(
            f"“every {found['which']} {day}” can mean two things. Write “{found['which']} {day} of "
            f"the month at …”, or “every {which[0]} weeks on {day} at … from 2026-11-26”."
        )
    return f"FREQ=MONTHLY;BYDAY={_by_day(day, which)}"


def _day_of_month(day: int) -> str:
    if not 1 <= day <= 31:
        raise ValueError(f"No month has a day {day}. Write a day from 1 to 28.")
    if day > 28:
        raise ValueError(
            f"Not every month has a day {day}. Write “last day of the month at …”, or a day from "
            "1 to 28."
        )
    return f"FREQ=MONTHLY;BYMONTHDAY={day}"


def _limits(rest: str) -> tuple[date | None, date | None]:
    """Read what follows the time: `from` a day, `until` a day, in this order."""
    found = re.fullmatch(
        r"(?: (?:from|starting|starting on|starting from|since|beginning) (?P<first>\S+))?"
        r"(?: (?:until|till|to|up to) (?P<last>\S+))?",
        rest,
    )
    if found is None:
        raise ValueError(
            f"Delete {shown(rest)}. After the time may stand only a first and a last day: thursday "
            "at 21:00 from 2026-11-26 until 2027-06-30. The zone has a key of its own, zone."
        )
    first = read_day(found["first"]) if found["first"] else None
    last = read_day(found["last"]) if found["last"] else None
    return first, last


def _falls_on(first: date, rrule: str) -> None:
    codes = rrule.partition("BYDAY=")[2].split(",")
    days = [first + timedelta(days=n) for n in range(-6, 7)]
    near = [str(day) for day in days if _CODES[day.weekday()] in codes]
    if str(first) not in near:
        raise ValueError(
            f"{first} is a {_DAYS[first.weekday()].capitalize()}, so no chat falls on it. Write "
            f"the date of the first chat, such as {' or '.join(near[:2])}"
        )


def _cannot(text: str, words: str) -> str:
    """Say why a recurrence cannot be read, as exactly as can be told."""
    if re.search(r"\bbi-?weekly\b|\bfortnight", words):
        return "Write out how often: every 2 weeks on thursday at 21:00 from 2026-11-26"
    if re.search(r"\b(fifth|5th)\b", words):
        return "Not every month has a fifth one. Write last: last monday at 07:00"
    if re.fullmatch(r"(weekly|monthly|every (week|month))( at .*)?", words):
        return f"{shown(text)} does not say on which day. Write it like {FORMS[1]} or {FORMS[0]}"
    if " at " not in f" {words} " and re.search(r"\d(:\d\d|[ap]\.?m\b)", words):
        return f"The word at is missing before the time. Write it like {FORMS[1]}"
    if " at " not in f" {words} " and re.search(_DAY, words):
        return f"{shown(text)} does not say at what time. Write it like {FORMS[1]}"
    for word in re.findall(r"[a-z]{5,}", words):
        near = difflib.get_close_matches(word, _DAYS, n=1, cutoff=0.75)
        if near and not re.fullmatch(_DAY, word):
            return f"{shown(word)} is no weekday. Write {near[0]}"
    return f"{shown(text)} cannot be read. Write it like one of these: {' · '.join(FORMS)}"
