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
from bot.safety.places import is_of_a_record, record_paths, streets
from bot.safety.telephones import EXTENSION, NOT_A_SPAN, SHORTEST, is_telephone

MOST_CANDIDATES = 200
"""Runs of digits, or signs of an address, that are looked at; no conversation has more."""

_BETWEEN = " ().-/\u00a0\u2010\u2011\u2012\u2013"

_RUN = re.compile(
    r"[+(\d](?<![\w.,=/@-].)(?<!\d .)(?:(?<=\d)|[+(]?\d)"
    r"(?:[\d().\-/\u2010-\u2013 \u00a0]{0,30}+)(?:x\d{1,6})?"
)
"""A run of digits with what people put between them; it never starts in the middle of one.

Here and below a pattern begins with its rarest sign, so that the search can leap to it, and what
may not stand before it is said afterwards.
"""

_SOCIAL = re.compile(r"\d{3}-\d{2}-\d{4}")
_CARD = re.compile(r"(?:\d{4}[ -]){3}\d{1,7}|\d{13,19}|\d{4}[ -]\d{6}[ -]\d{5}")

_NUMBERS: tuple[tuple[Kind, re.Pattern[str], Callable[[str], bool]], ...] = (
    (Kind.SOCIAL_SECURITY, _SOCIAL, check_digits.social_security),
    (Kind.HEALTH_NUMBER, re.compile(NOT_A_SPAN + r"\d{3}[ -]\d{3}[ -]\d{4}"), check_digits.nhs),
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
_IBAN = re.compile(r"[A-Z](?<!\w.)[A-Z]\d\d(?: [A-Z\d]{4}){2,7}+(?: [A-Z\d]{1,3}\b)?+(?!\w)")
_V4 = re.compile(
    r"\d(?<![\d.vV].)(?<!\bEC .)(?<![vV]ersion .)\d{0,2}\.(?:\d{1,3}\.){2}\d{1,3}(?![\d.]*\d)"
)
_MAC = re.compile(
    r"[\dA-Fa-f](?<![A-Za-z\d:-].)(?=[\d:-]{0,15}[A-Fa-f])[\dA-Fa-f]([:-])(?:[\dA-Fa-f]{2}\1){4}"
    r"[\dA-Fa-f]{2}(?![\w:-])"
)
"""A network card's number, as every device with a radio has one (IEEE 802), with a letter in it."""

_V6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")


def by_shape(text: str) -> Iterator[Finding]:
    """Yield what a text shows by itself; UNREAD where there are too many candidates."""
    if "@" in text:
        yield from _mail(text)
    if "://" in text:
        yield from _found(_LINK, text, _kind_of_link, Confidence.SURE)
    if text.count(":") >= 2:
        yield from _found(_V6, text, lambda it: Kind.IP if _is_v6(it) else None)
    if text.count(":") >= 5 or text.count("-") >= 5:
        yield from _found(_MAC, text, lambda _: Kind.DEVICE)
    digits = sum(map(text.count, "0123456789"))
    if not digits:
        return
    # Fewer digits than a number has are none, nor too many candidates. Other scripts have others.
    may_be_number = digits >= SHORTEST or not text.isascii()
    if text.count(".") >= 3:
        yield from _found(_V4, text, lambda it: Kind.IP if _is_v4(it) else None)
    if "/" in text or "=" in text:
        yield from record_paths(text)
    yield from streets(text)
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
    return Kind.LINK if is_of_a_record(link) else None


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
        if kind is None:
            continue
        if kind[0] is Kind.PHONE:
            further = EXTENSION.match(text, end)
            end = further.end() if further else end
        yield Finding(run.start(), end, *kind)


def _kind_of_run(text: str, start: int, end: int) -> tuple[Kind, Confidence] | None:
    it = text[start:end]
    if text[end : end + 1].isalnum() and "x" not in it:
        return None
    for kind, shape, check in _NUMBERS:
        if shape.fullmatch(it) and check(re.sub(r"\D", "", it)):
            return kind, Confidence.SURE
    if is_telephone(text, it, start, end):
        return Kind.PHONE, Confidence.LIKELY
    return None
