"""Names of time zones: the IANA names are read, and what people write instead gets an answer."""

from __future__ import annotations

import difflib
import functools
import re
from zoneinfo import available_timezones

from bot.agendas.mistakes import shown


def zone_name(text: str) -> str:
    """Return `text` if it names a zone whose clocks follow a place (or UTC).

    Raises ValueError with a sentence that names the zone to write instead. Abbreviations are
    refused also where the tz database knows them: its EST is five hours behind UTC all year,
    but whoever says EST means New York's clocks.
    """
    known = _known()
    if text in known and text.upper() not in _ABBREVIATIONS:
        return text
    raise ValueError(f"{shown(text)} {_advice(text, known)}")


@functools.cache
def _known() -> frozenset[str]:
    """Return all names; the search for them, through some 1,400 files, takes ten milliseconds."""
    return frozenset(available_timezones() - _NO_PLACE)


def _advice(text: str, known: frozenset[str]) -> str:
    words = re.findall(r"[A-Z]+", text.upper())
    said = ("CET",) if "EUROPEAN" in words else words
    zone = next((_ABBREVIATIONS[word] for word in said if word in _ABBREVIATIONS), None)
    if zone:
        return (
            "names no place: its clocks would stay the same all year, without summer time. Write "
            f"zone: {zone}"
        )
    if re.fullmatch(r"(?:UTC|GMT|Etc/GMT)?\s*[-+]?\d{1,2}(?::?\d\d)?", text, re.IGNORECASE):
        return "does not follow summer time. Write the zone by its city: zone: Europe/Paris"
    near = _near(text, known)
    if near:
        return f"is not a zone. Write zone: {near}"
    return "is not a zone. Write the continent and a large city: zone: Australia/Sydney"


def _near(text: str, known: frozenset[str]) -> str | None:
    wanted = re.sub(r"[\s-]+", "_", text.strip()).casefold()
    if wanted in _CITIES:
        return _CITIES[wanted]
    whole = {name.casefold(): name for name in known}
    if wanted in whole:
        return whole[wanted]
    cities = {name.rpartition("/")[2].casefold(): name for name in sorted(known) if "/" in name}
    last = wanted.rpartition("/")[2]
    for part in (last, *re.split(r"[^a-z_]+", wanted), *re.split(r"[^a-z]+", wanted)):
        city = _CITIES.get(part) or cities.get(part)
        if city:
            return city
    close = difflib.get_close_matches(wanted[:60], list(whole), n=1, cutoff=0.8)
    if close:
        return whole[close[0]]
    close = difflib.get_close_matches(last[:60], list(cities), n=1, cutoff=0.8)
    return cities[close[0]] if close else None


_NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})

_ABBREVIATIONS = {
    **dict.fromkeys(("ET", "EST", "EDT", "EASTERN"), "America/New_York"),
    **dict.fromkeys(("CT", "CST", "CDT", "CENTRAL"), "America/Chicago"),
    **dict.fromkeys(("MT", "MST", "MDT", "MOUNTAIN"), "America/Denver"),
    **dict.fromkeys(("PT", "PDT", "PACIFIC"), "America/Los_Angeles"),
    "PST": "America/Los_Angeles (or, for Philippine time, Asia/Manila)",
    **dict.fromkeys(("AKST", "AKDT"), "America/Anchorage"),
    "HST": "Pacific/Honolulu",
    **dict.fromkeys(("AST", "ADT"), "America/Halifax"),
    **dict.fromkeys(("NST", "NDT"), "America/St_Johns"),
    "GMT": "Europe/London (or UTC, if you mean the same time all year)",
    "GMT0": "UTC",
    "GREENWICH": "Europe/London (or UTC, if you mean the same time all year)",
    "BST": "Europe/London",
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("CET", "CEST", "MET", "MEZ", "MESZ"), "Europe/Paris"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Athens"),
    "MSK": "Europe/Moscow",
    "TRT": "Europe/Istanbul",
    "IST": "Asia/Kolkata (or Europe/Dublin, or Asia/Jerusalem)",
    "PKT": "Asia/Karachi",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "PHT": "Asia/Manila",
    **dict.fromkeys(("AEST", "AEDT", "AET"), "Australia/Sydney"),
    **dict.fromkeys(("ACST", "ACDT"), "Australia/Adelaide"),
    "AWST": "Australia/Perth",
    **dict.fromkeys(("NZST", "NZDT"), "Pacific/Auckland"),
    "SAST": "Africa/Johannesburg",
    "EAT": "Africa/Nairobi",
    "WAT": "Africa/Lagos",
    "BRT": "America/Sao_Paulo",
}
"""What people say for a zone, and a city whose clocks they mean."""

_CITIES = {
    **dict.fromkeys(("beijing", "china", "guangzhou", "wuhan"), "Asia/Shanghai"),
    **dict.fromkeys(("delhi", "new_delhi", "mumbai", "bangalore", "chennai"), "Asia/Kolkata"),
    "india": "Asia/Kolkata",
    **dict.fromkeys(("poland", "krakow"), "Europe/Warsaw"),
    **dict.fromkeys(("uk", "england", "scotland", "wales", "britain"), "Europe/London"),
    **dict.fromkeys(("manchester", "birmingham", "edinburgh", "glasgow"), "Europe/London"),
    **dict.fromkeys(("ireland", "cork", "galway"), "Europe/Dublin"),
    **dict.fromkeys(("germany", "munich", "hamburg", "cologne", "frankfurt"), "Europe/Berlin"),
    **dict.fromkeys(("france", "lyon", "marseille"), "Europe/Paris"),
    **dict.fromkeys(("spain", "barcelona"), "Europe/Madrid"),
    **dict.fromkeys(("italy", "milan", "naples"), "Europe/Rome"),
    **dict.fromkeys(("netherlands", "rotterdam", "utrecht"), "Europe/Amsterdam"),
    **dict.fromkeys(("switzerland", "geneva", "basel"), "Europe/Zurich"),
    **dict.fromkeys(("boston", "philadelphia", "washington", "atlanta"), "America/New_York"),
    **dict.fromkeys(("baltimore", "cleveland", "miami", "pittsburgh"), "America/New_York"),
    **dict.fromkeys(("houston", "dallas", "minneapolis", "st_louis"), "America/Chicago"),
    **dict.fromkeys(("san_francisco", "seattle", "san_diego"), "America/Los_Angeles"),
    **dict.fromkeys(("ottawa", "montreal", "quebec"), "America/Toronto"),
    **dict.fromkeys(("canberra", "newcastle"), "Australia/Sydney"),
    **dict.fromkeys(("wellington", "christchurch"), "Pacific/Auckland"),
    **dict.fromkeys(("cape_town", "pretoria", "durban"), "Africa/Johannesburg"),
}
"""Places that people name and the tz database does not."""
