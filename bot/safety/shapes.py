"""Identifiers that are told by their own shape: addresses, telephone numbers, numbers that check.

What a chat of doctors says all day is left alone: trial results (`n = 324`, `0.61-0.85`), weeks
(`12/24`), registry numbers (NCT01234567), PMIDs, DOIs, years and pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from bot.safety import check_digits
from bot.safety.findings import Confidence, Finding, Kind

MOST_CANDIDATES = 200
"""Runs of digits, or signs of an address, that are looked at; no conversation has more."""

SHORTEST, LONGEST_NUMBER = 7, 15
"""Digits of a telephone number: few local ones are shorter, none is longer (ITU-T E.164)."""

_BETWEEN = " ().-/\u00a0\u2010\u2011\u2012\u2013"

_CALLED = re.compile(
    r"\b(?:(?:tele)?phone|tel|mobile|cell|fax|call|called|calling|ring|reach|whatsapp|text|desk"
    r"|office|direct|pager|bleep|answering|messages? (?:to|on|from)|contact|number|hotline|handy"
    r"|registered|teléfono|telefono|téléphone|telefon)\b[^\d\n]{0,24}\n?$",
    re.IGNORECASE,
)
"""What stands before a telephone number that its shape alone does not tell."""

_CALLED_AFTER = re.compile(
    r"[ -]{0,2}(?:\(?(?:office|fax|mobile|cell|home|work|desk)\b)", re.IGNORECASE
)

_RUN = re.compile(
    r"[+(\d](?<![\w.,=/@-].)(?<!\d .)(?:(?<=\d)|[+(]?\d)"
    r"(?:[\d().\-/\u2010-\u2013 \u00a0]{0,30}+)(?:x\d{1,6})?"
)
"""A run of digits with what people put between them; it never starts in the middle of one.

Here and below a pattern begins with its rarest sign, so that the search can leap to it, and what
may not stand before it is said afterwards.
"""

_YEARS = re.compile(r"(?:\d\d?/)?(?:19|20)\d\d ?[-/\u2010-\u2013] ?(?:\d\d?/)?(?:19|20)\d\d")

_MEASURED = re.compile(r" ?(?:%|mg|ml|mm|cm|kg|µ|μ|mcg|iu|years?|weeks?|months?|days?)")

_NORTH_AMERICA = re.compile(r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[ .-]\d{4}")
_ABROAD = re.compile(r"(?:\+|00)[1-9]\d{0,2}[ .\-()\d]{6,20}\d")
_GROUPED = re.compile(
    r"0\d{2,4} \d{6,8}|0\d{1,4}[ .-]\d{2,4}(?:[ .-]\d{2,4}){1,4}|0\d(?:[ .-]\d\d){4}"
)
_SOCIAL = re.compile(r"\d{3}-\d{2}-\d{4}")
_CARD = re.compile(r"(?:\d{4}[ -]){3}\d{1,7}|\d{13,19}|\d{4}[ -]\d{6}[ -]\d{5}")

_NUMBERS: tuple[tuple[Kind, re.Pattern[str], Callable[[str], bool]], ...] = (
    (Kind.SOCIAL_SECURITY, _SOCIAL, check_digits.social_security),
    (Kind.HEALTH_NUMBER, re.compile(r"\d{3}[ -]\d{3}[ -]\d{4}"), check_digits.nhs),
    (Kind.HEALTH_NUMBER, re.compile(r"756\.\d{4}\.\d{4}\.\d{2}"), check_digits.ahv),
    (Kind.HEALTH_NUMBER, re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}"), check_digits.cpf),
    (Kind.HEALTH_NUMBER, re.compile(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"), check_digits.belgian),
    (Kind.HEALTH_NUMBER, re.compile(r"(?:\d{2})?\d{6}-\d{4}"), check_digits.swedish),
    (Kind.HEALTH_NUMBER, re.compile(r"\d{4} \d{4} \d{4}"), check_digits.aadhaar),
    (Kind.HEALTH_NUMBER, re.compile(r"[2-6]\d{3} \d{5} \d"), check_digits.medicare),
    (Kind.HEALTH_NUMBER, re.compile(r"\d \d\d \d\d \d\d \d{3} \d{3} \d\d|\d{15}"),
     check_digits.nir),
    (Kind.HEALTH_NUMBER, re.compile(r"\d{6} \d{5}"), check_digits.norwegian),
    (Kind.ACCOUNT, _CARD, check_digits.luhn),
)  # fmt: skip
"""Numbers in the groups in which they are written, each with its check."""

_WORD = re.compile(r"(?<![\w./-])(?=[A-Za-z]{0,6}\d)[A-Za-z\d]{6,34}(?:-[A-Za-z\d]{4})?(?![\w/-])")

_LONG_WORD = re.compile(r"\d[A-Za-z\d]{8}")
"""Stands in every mark that may have fewer digits than SHORTEST; these have 15 signs or more."""

_MARKS: tuple[tuple[Kind, Callable[[str], bool]], ...] = (
    (Kind.VEHICLE, check_digits.vehicle),
    (Kind.ACCOUNT, lambda it: re.fullmatch(r"[A-Za-z]{2}\d{2}[A-Za-z\d]{11,30}", it) is not None
     and check_digits.iban(it.upper())),
    (Kind.HEALTH_NUMBER, check_digits.spanish),
    (Kind.HEALTH_NUMBER, check_digits.italian),
    (Kind.HEALTH_NUMBER, check_digits.finnish),
)  # fmt: skip
"""Letters and digits as one word, each with its check."""

_LOCAL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}$")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}+)\.){1,6}[A-Za-z]{2,24}(?![\w-])")
_LINK = re.compile(r"https?://[^\s<>\"]{1,500}+", re.IGNORECASE)
_OF_A_RECORD = re.compile(
    r"(?:patients?|mrn|records?|charts?|accession|encounters?|visits?|ehr|emr|nhs(?:no|number)?"
    r"|patient[-_]?id|pid|dob|ssn)(?:[-_]?(?:id|no|number))?[=/:](?=[\w%-]{0,40}\d)[\w%-]{2,64}",
    re.IGNORECASE,
)
_IBAN = re.compile(r"[A-Z](?<!\w.)[A-Z]\d\d(?: [A-Z\d]{4}){2,7}+(?: [A-Z\d]{1,3}\b)?+(?!\w)")
_V4 = re.compile(
    r"\d(?<![\d.vV].)(?<!\bEC .)(?<![vV]ersion .)\d{0,2}\.(?:\d{1,3}\.){2}\d{1,3}(?![\d.]*\d)"
)
_V6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
_STREET = re.compile(
    r"\d(?<![\w.].)\d{0,4}[A-Za-z]?,? (?:[A-ZÀ-Þ][\w'’.-]{1,20} ){1,4}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Terrace"
    r"|Crescent|Close|Way|Highway|Hwy|Square|Parkway)\b"
)
_BOX = re.compile(r"(?:PSC \d{3,5}, )?(?:P\.?O\.? ?)?Box \d{3,5}\b")


def by_shape(text: str) -> Iterator[Finding]:
    """Yield what a text shows by itself; UNREAD where there are too many candidates."""
    if "@" in text:
        yield from _mail(text)
    if "://" in text:
        yield from _found(_LINK, text, _kind_of_link, Confidence.SURE)
    if text.count(":") >= 2:
        yield from _found(_V6, text, lambda it: Kind.IP if _is_v6(it) else None)
    digits = sum(map(text.count, "0123456789"))
    if not digits:
        return
    # Fewer digits than a number has are none, nor too many candidates. Other scripts have others.
    may_be_number = digits >= SHORTEST or not text.isascii()
    if text.count(".") >= 3:
        yield from _found(_V4, text, lambda it: Kind.IP if _is_v4(it) else None)
    if "Box" in text:
        yield from _found(_BOX, text, lambda _it: Kind.ADDRESS)
    yield from _found(_STREET, text, lambda _it: Kind.ADDRESS)
    yield from _found(_IBAN, text, _kind_of_account, Confidence.SURE)
    if may_be_number or _LONG_WORD.search(text):
        yield from _found(_WORD, text, _kind_of_word, Confidence.SURE)
    if may_be_number:
        yield from _numbers(text)


def _found(
    pattern: re.Pattern[str],
    text: str,
    kind_of: Callable[[str], Kind | None],
    confidence: Confidence = Confidence.LIKELY,
) -> Iterator[Finding]:
    for seen, found in enumerate(pattern.finditer(text)):
        if seen == MOST_CANDIDATES:
            yield Finding(found.start(), len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        kind = kind_of(found[0])
        if kind:
            yield Finding(*found.span(), kind, confidence)


def _mail(text: str) -> Iterator[Finding]:
    at, seen = text.find("@"), 0
    while at >= 0:
        seen += 1
        if seen > MOST_CANDIDATES:
            yield Finding(at, len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        after = _DOMAIN.match(text, at + 1, at + 255)
        before = _LOCAL.search(text, max(0, at - 64), at) if after else None
        if before and after:
            yield Finding(before.start(), after.end(), Kind.EMAIL, Confidence.SURE)
        at = text.find("@", at + 1)


def _is_v4(text: str) -> bool:
    try:
        address = IPv4Address(text).packed
    except AddressValueError:
        return False
    return address[0] > 0 < address[3]  # else a version, or a network


def _is_v6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return sum(map(str.isalnum, text)) >= 4


def _kind_of_link(link: str) -> Kind | None:
    return Kind.LINK if _OF_A_RECORD.search(link) else None


def _kind_of_account(grouped: str) -> Kind | None:
    return Kind.ACCOUNT if check_digits.iban(grouped.replace(" ", "")) else None


def _kind_of_word(word: str) -> Kind | None:
    return next((kind for kind, check in _MARKS if check(word)), None)


# ---------------------------------------------------------------- runs of digits


def _numbers(text: str) -> Iterator[Finding]:
    seen = 0
    for run in _RUN.finditer(text):
        end = run.start() + len(run[0].rstrip(_BETWEEN))
        if end - run.start() < SHORTEST:
            continue
        seen += 1
        if seen > MOST_CANDIDATES:
            yield Finding(run.start(), len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        kind = _kind_of_run(text, run.start(), end)
        if kind is not None:
            yield Finding(run.start(), end, *kind)


def _kind_of_run(text: str, start: int, end: int) -> tuple[Kind, Confidence] | None:
    it = text[start:end]
    if text[end : end + 1].isalnum() and "x" not in it:
        return None
    for kind, shape, check in _NUMBERS:
        if shape.fullmatch(it) and check(re.sub(r"\D", "", it)):
            return kind, Confidence.SURE
    if _is_telephone(text, it, start, end):
        return Kind.PHONE, Confidence.LIKELY
    return None


def _is_telephone(text: str, it: str, start: int, end: int) -> bool:
    number = it.partition("x")[0].strip()
    if _YEARS.fullmatch(number) or _MEASURED.match(text, end):
        return False
    digits = sum(map(str.isdecimal, number))
    if not SHORTEST <= digits <= LONGEST_NUMBER:
        return False
    if _NORTH_AMERICA.fullmatch(number) or _ABROAD.fullmatch(number):
        return True
    if _GROUPED.fullmatch(number) and digits >= 9:
        return True
    before = _CALLED.search(text, max(0, start - 48), start)
    return before is not None or _CALLED_AFTER.match(text, end) is not None
