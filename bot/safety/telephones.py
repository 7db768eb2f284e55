"""Telephone and fax numbers: by the forms of countries, or by the words around them."""

from __future__ import annotations

import re

SHORTEST, LONGEST_NUMBER = 7, 15
"""Digits of a telephone number: few local ones are shorter, none is longer (ITU-T E.164)."""

_CALLED = re.compile(
    r"\b(?:(?:(?:tele)?phones?|tel(?! aviv)|ph|mobile|mob|fax|whatsapp|pager|bleep|hotline|handy"
    r"|helpline|teléfono|telefono|téléphone|telefon"
    r"|(?:his|her|my|your|their|our|the family's) (?:number|registered))\b"
    r"[^\d\n]{0,24}\n?"
    r"|(?<![-–])(?:call|called|calling|ring|reach|text|desk|office|direct|answering|cell"
    r"|messages? (?:to|on|from)|contact|numbers?)\b(?! (?:of|for)\b)"
    r"(?:[ :,.;#=(-]{1,3}(?:me|us|him|her|them|it|is|was|are|on|at|to|my|his|your|the|their|our"
    r"|ward|no|nr|number|family|daughter|son|wife|husband|gp|phone|mobile|office|line|desk|extension|now"
    r"|back|tonight|please|or|via)\b){0,4}[ :,.;#=(-]{0,3}\n?)$",
    re.IGNORECASE,
)
"""What stands before a telephone number that its shape alone does not tell."""

_CALLED_AFTER = re.compile(
    r"[ -]{0,2}(?:\(?(?:office|fax|mobile|cell|home|work|desk)\b)", re.IGNORECASE
)

_REGISTERED = re.compile(
    r"\b(?:ISRCTN|NCT|registry|trial|registration|protocol|eudract|pmid|grant|award|isbn|issn"
    r"|article|abstract|reference|version)\b[^\d\n]{0,16}$",
    re.IGNORECASE,
)
"""What stands before a number of a study or of a text."""

EXTENSION = re.compile(r",? ?(?:extension|extn?\.?|x) ?:?\d{1,6}\b", re.IGNORECASE)

_YEARS = re.compile(r"(?:\d\d?/)?(?:19|20)\d\d ?[-/\u2010-\u2013] ?(?:\d\d?/)?(?:19|20)\d\d")

_DATED = re.compile(
    r"(?:\d\d?[./-]\d\d?[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d\d?[./-]\d\d?)"
    r"(?:[ .-]{1,3}\d\d?){0,2}|(?:19|20)\d\d-\d{6}-\d\d"
)
"""A day, with an hour; or a trial's number in the European Union's register (EudraCT)."""

_COUNT = re.compile(r"\d{1,3}(?:[ \u00a0]000){1,4}|\d(?:[ \u00a0]\d{3}){2}")
"""A large number in thousands."""

_MEASURED = re.compile(r" ?(?:%|mg|ml|mm|cm|kg|µ|μ|mcg|iu|years?|weeks?|months?|days?)")

NOT_A_SPAN = r"(?!\d{3}-\d{3} (?:19|20)\d\d)"
"""Looks ahead: 300-400 2019 is a span and a year."""

_NORTH_AMERICA = re.compile(
    rf"{NOT_A_SPAN}"
    r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[ .-]\d{4}"
)
_ABROAD = re.compile(r"(?:\+|00)[1-9]\d{0,2}[ .\-()\d]{6,20}\d")
_GROUPED = re.compile(
    r"\(0\d{1,4}\) ?\d{3,4}[ -]?\d{3,4}|0\d{2,4} \d{6,8}"
    r"|0\d{1,4}[ .-]\d{2,4}(?:[ .-]\d{2,4}){1,4}|0\d(?:[ .-]\d\d){4}"
)


def is_telephone(text: str, it: str, start: int, end: int) -> bool:
    """Whether `it`, which is `text[start:end]` with no more than its extension, is one."""
    number = it.partition("x")[0].strip()
    if _YEARS.fullmatch(number) or _DATED.fullmatch(number) or _COUNT.fullmatch(number):
        return False
    if _MEASURED.match(text, end):
        return False
    digits = sum(map(str.isdecimal, number))
    if not SHORTEST <= digits <= LONGEST_NUMBER:
        return False
    if _NORTH_AMERICA.fullmatch(number) or _ABROAD.fullmatch(number):
        return True
    if _GROUPED.fullmatch(number) and digits >= 9:
        return True
    if _CALLED_AFTER.match(text, end):
        return True
    near = max(0, start - 48)
    return bool(_CALLED.search(text, near, start)) and not _REGISTERED.search(text, near, start)
