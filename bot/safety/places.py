"""Where something is: streets and boxes by their form, and links to a patient's record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.safety.findings import Confidence, Finding, Kind

MOST_PLACES = 200
"""House numbers, or paths, that are looked at; no conversation has more."""

_STREET = re.compile(
    r"\d(?<![\w.].)\d{0,4}[A-Za-z]?,? (?:(?!(?:Is|Are|The|A|An|Of|In|And|For|Dr)\b)"
    r"[A-ZÀ-Þ][\w'’.-]{1,20} ){1,4}?"
    r"(?:(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Boulevard|Blvd|Ct|Pl|Terrace|Crescent|Highway"
    r"|Hwy|Parkway)|(?P<common>Drive|Dr(?!\.? ?[A-ZÀ-Þ])|Court|Place|Close|Way|Square))\b"
)
_BOX = re.compile(
    r"(?:P\.? ?O\.? ?Box|(?:PSC|CMR|Unit|USS|USNV|USNS|USCGC|FPO|APO)\b[^\n]{0,24}?\bBox) \d{2,6}\b"
)
_AT = re.compile(
    r"(?:^|[\n,;:.(]|\b(?:at|address|to|from|near|is|lives?|lived|lived in)|\b\d{3,5}) ?$"
)
"""What stands before a house number where the street's word has other meanings too."""

_TRIAL = re.compile(r"\b[A-Z][A-Z0-9]{3,}(?:[ -][A-Z]{1,3})?[ -]$")
"""A study's name in capital letters, before its number."""

_VALUE = r"(?=[\w%-]{0,40}\d)[\w%-]{2,64}"
_OF_A_RECORD = re.compile(
    r"(?:patients?|mrn|records?|charts?|accession|encounters?|visits?|ehr|emr|nhs(?:no|number)?"
    r"|patient[-_]?id|pat(?=[-_]?id)|pid|dob|ssn)(?:[-_]?(?:id|no|number))?"
    rf"(?:/?\?\w{{1,16}}=|[=/:])(?P<it>{_VALUE})",
    re.IGNORECASE,
)
_RECORD_PATH = re.compile(
    r"/(?:patients?|records?|charts?|encounters?|visits?|mrn|accession)"
    rf"(?:/?\?\w{{1,16}}=|/){_VALUE}|[?&](?:mrn|pat(?:ient)?[-_]?id|pid|accession)={_VALUE}",
    re.IGNORECASE,
)
"""A link to a record without the beginning of an address."""

_ADDRESS = re.compile(r"[^\s<>\"(]{0,100}$")

_PUBLIC = re.compile(r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])?(?!\d)|nct[\d_-]{1,12}", re.IGNORECASE)
"""A year, a month, or a trial's public number (ClinicalTrials.gov)."""


def is_of_a_record(link: str) -> bool:
    """Whether a link has a record's number: four digits in one part that are no year."""
    return any(
        sum(map(str.isdecimal, _PUBLIC.sub("", found["it"]))) >= 4
        for found in _OF_A_RECORD.finditer(link)
    )


def record_paths(text: str) -> Iterator[Finding]:
    """Yield paths to a record, with what stands before them up to a blank."""
    for seen, path in enumerate(_RECORD_PATH.finditer(text)):
        if seen == MOST_PLACES:
            yield Finding(path.start(), len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        before = _ADDRESS.search(text, max(0, path.start() - 100), path.start())
        if before and is_of_a_record(path[0]):
            yield Finding(before.start(), path.end(), Kind.LINK, Confidence.LIKELY)


def streets(text: str) -> Iterator[Finding]:
    """Yield streets with their house number, and boxes; UNREAD where there are too many."""
    if "Box" in text:
        for seen, box in enumerate(_BOX.finditer(text)):
            if seen < MOST_PLACES:
                yield Finding(*box.span(), Kind.ADDRESS, Confidence.LIKELY)
    for seen, street in enumerate(_STREET.finditer(text)):
        if seen == MOST_PLACES:
            yield Finding(street.start(), len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        near = max(0, street.start() - 30)
        if street["common"] and not _AT.search(text, near, street.start()):
            continue
        if not _TRIAL.search(text, near, street.start()):
            yield Finding(*street.span(), Kind.ADDRESS, Confidence.LIKELY)
