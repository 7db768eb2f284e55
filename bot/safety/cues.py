"""Identifiers that are told by the words around them: record numbers, births, days, beds, names.

A cue is a word in small letters; where it stands, the rest is looked for from its beginning on,
never elsewhere, so that the cost of a text is bounded by its cues.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.safety.ages import AGES, by_years
from bot.safety.cue_rules import NEAR, Rule
from bot.safety.findings import Confidence, Finding, Kind
from bot.safety.lookalikes import marked
from bot.safety.no_names import any_of
from bot.safety.told_days import DAYS
from bot.safety.told_numbers import NUMBERS
from bot.safety.told_people import PEOPLE

MOST_CUES = 40
"""Places of one cue that are looked at; a text with more is no conversation."""

REACH = 160
"""Characters from a cue on in which its identifier stands."""

RULES: tuple[Rule, ...] = (*NUMBERS, *DAYS, *AGES, *PEOPLE)
"""What stands behind which words."""

_OF_CUE = {cue: rule for rule in RULES for cue in rule.cues}
_SHORTER = {cue: tuple(filter(cue.startswith, _OF_CUE)) for cue in _OF_CUE}
"""The cues with which a cue begins, itself among them."""

_CUE = re.compile(any_of(_OF_CUE))

_BLANKS = re.compile(r"[\t\r*_`|](?:[ \t\r*_`|]*+)| [ \t\r*_`|]++")
"""What stands between words in tables and in what chats make bold."""

_JOINED = re.compile(r"-(?<=[a-z]-)(?=[a-z#])")
"""Joins two words of a cue: Hospital-No."""


def by_words(text: str) -> Iterator[Finding]:
    """Yield what the words of a plain text tell; UNREAD where a cue stands too often."""
    text = marked(text)
    level = _BLANKS.sub(" ", text)
    found = _of_level(level)
    if level == text:
        yield from found
        return
    places: list[int] | None = None
    for one in found:
        places = _places(text) if places is None else places
        end = places[one.end - 1] + 1 if one.end < len(level) else len(text)
        yield Finding(places[one.start], end, one.kind, one.confidence)


def _places(text: str) -> list[int]:
    """Return where each character of the level text stands in the text itself."""
    places: list[int] = []
    begin = 0
    for blanks in _BLANKS.finditer(text):
        places.extend(range(begin, blanks.start() + 1))
        begin = blanks.end()
    places.extend(range(begin, len(text)))
    return places


def _of_level(text: str) -> Iterator[Finding]:
    small = text.lower()
    if len(small) != len(text):  # a letter whose small form is longer: places would not agree
        small = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if "-" in small:
        small = _JOINED.sub(" ", small)
    yield from by_years(text)
    for cue in cues_in(small):
        yield from _behind(text, small, cue)


def cues_in(small: str) -> Iterable[str]:
    """Return the cues that a text has, each once; most texts have none."""
    found: dict[str, None] = {}
    place = _CUE.search(small)
    while place is not None:  # cues overlap
        found.update(dict.fromkeys(_SHORTER[place[0]]))
        place = _CUE.search(small, place.start() + 1)
    return found


def _behind(text: str, small: str, cue: str) -> Iterator[Finding]:
    at, seen = small.find(cue), 0
    while at >= 0:
        seen += 1
        if seen > MOST_CUES:
            yield Finding(at, len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        if _begins(small, at):
            yield from _matched(text, at, _OF_CUE[cue])
        at = small.find(cue, at + len(cue))


def _begins(small: str, at: int) -> bool:
    """Whether a word begins there."""
    return at == 0 or not (small[at].isalnum() and small[at - 1].isalnum())


def _matched(text: str, at: int, rule: Rule) -> Iterator[Finding]:
    found = rule.pattern.match(text, at, at + REACH)
    if found is None:
        return
    name = next(name for name, it in found.groupdict().items() if it is not None)
    start, end = found.span(name)
    if not rule.check(found[name]):
        return
    if rule.near is None or rule.near.search(text, max(0, start - NEAR), end + NEAR):
        yield Finding(start, end, rule.kind, rule.confidence)
