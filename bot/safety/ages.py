"""Ages over 89, which identify (45 CFR 164.514(b)(2)(i)(C)), by their number and its words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.safety.cue_rules import Rule, words
from bot.safety.findings import Confidence, Finding, Kind

MOST_AGES = 200
"""Ages that are looked at; no conversation has more."""

_PERSON = (
    r"(?:man|woman|men|women|male|female|lady|gentleman|gent|patient|pt|person|mother|father|veteran"
    r"|widow|widower|grandmother|grandfather|grandma|grandpa|nun|farmer|m|f|guy|resident)\b"
)
_THING = (
    r"(?! (?:vaccine|drug|trial|technique|hospital|society|journal|debate|idea|concept|question"
    r"|operation|procedure|institution|dogma|tradition|theory|method|building|study|paper|law"
    r"|history|instrument|treatment|therapy|test|classification|controversy|problem|club))"
)
_NOT_MORE = r"(?! (?:or|and|plus) (?:over|older|above|more|up|beyond)| \+|\+)"
_NOT_SPAN = (
    r"(?<![\w.,/$£€+~<>≥≤=–-].)(?<![–≥≤<>-] .)(?<!over .)(?<!than .)(?<!above .)(?<!under .)"
    r"(?<!below .)(?<!to .)(?<!least .)(?<!until .)(?<!till .)(?<!\d and .)(?<!\d or .)"
    r"(?<![Tt]emp .)(?<![Tt]emperature .)(?<![Ff]ever .)(?<! of .)(?<! at .)"
    r"(?<!beyond .)(?<!around .)(?<!is about .)"
)
_YEARS = (
    r"[ -]?(?:years?[ -]old|years? of age|yrs?\.?[ -]old|y/o|yo\b|y\.o\.|y(?= (?:man|woman|male"
    r"|female|[mf])\b))"
)
_AFTER_HIM = (
    r"(?=$|[,.;)]|\s+(?:with|who|presents?|presenting|presented|admitted|c/o|h/o|hx|s/p|has|no|pmh"
    r"|known|referred|seen|came|was|is)\b)"
)
_WITH = r"(?= (?:with|who|presents?|presenting|presented|admitted|c/o|h/o|hx|s/p)\b)"
_NO_MEASURE = (
    r"(?! ?(?:%|percent|per cent|kg|kilos?|cm|mm|mg|ml|lbs?|pounds|stone|bpm|on\b|/|[-–:]\d|°"
    r"|degrees|days?|weeks?|months?|hours?|hrs|min|miles?|km|steps|minutes|points|sats?|beats|of\b|or\b)"
    r"|[.,]\d|\d|\+)"
)

_AGE = re.compile(
    rf"[91]{_NOT_SPAN}(?:"
    rf"(?<=9)\d(?:(?i:{_YEARS}{_NOT_MORE}{_THING})|[MF]{_AFTER_HIM}|/[MF]\b(?!/)| [MF]{_WITH})"
    rf"|(?<=1)[01]\d(?:(?i:{_YEARS}[^.\n]{{0,25}}?\b{_PERSON})|[MF]{_AFTER_HIM}))"
)
"""A number and its years; where it is a hundred and more, somebody must be named with it."""

_IT = r"(?P<it>9\d|1[01]\d)"
_BE = ("she is", "he is", "she's", "he's", "she was", "he was", "patient is", "patient was",
       "mother is", "father is", "who is", "who was")  # fmt: skip

AGES: tuple[Rule, ...] = (
    Rule(
        Kind.AGE,
        Confidence.LIKELY,
        tuple(f"{be} {digit}" for be in _BE for digit in "91"),
        words(
            r"(?:s?he|patient|mother|father|who)(?: is|'s| was) "
            rf"(?:(?P<it>9\d)(?!\w){_NO_MEASURE}"
            rf"|(?P<it2>1[01]\d)(?= ?(?:years?|yrs|yo\b|y/o|and |,|;|\.|$)){_NO_MEASURE})"
        ),
    ),
    Rule(
        Kind.AGE,
        Confidence.LIKELY,
        ("aged 9", "aged 1", "age 9", "age 1", "age: 9", "age: 1", "aged: 9", "aged: 1", "age:9",
         "age:1", "age=9", "age=1", "age = 9", "age = 1", "age is 9", "age is 1"),
        words(
            r"(?<!mean )(?<!median )(?<!average )(?<!maximum )(?<!max )(?<!patients )(?<!people )"
            rf"\baged?(?: ?[:=]| is)? ?{_IT}(?!\d)(?! ?(?:%|[-–+]|±|/|\()|[.,]\d)"
            r"(?! ?(?:years?|yrs?|y)? (?:or|and|to)\b)"
        ),
    ),
    Rule(
        Kind.AGE,
        Confidence.LIKELY,
        ("turned", "turns ", "turn "),
        words(
            r"turn(?:ed|s)? (?:(?P<it>9\d)|(?:(?<=he turned )|(?<=he turns ))(?P<it2>1[01]\d))\b"
            r"(?! ?(?:%|mg|ml|deg|°|percent))"
        ),
    ),
)  # fmt: skip


def by_years(text: str) -> Iterator[Finding]:
    """Yield ages that stand before their years; UNREAD where there are too many."""
    if "9" not in text and "1" not in text:
        return
    for seen, age in enumerate(_AGE.finditer(text)):
        if seen == MOST_AGES:
            yield Finding(age.start(), len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        yield Finding(*age.span(), Kind.AGE, Confidence.LIKELY)
