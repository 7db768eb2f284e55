"""Identifiers that are told by the words around them: record numbers, births, ages, beds, names.

A cue is a word in small letters; where it stands, the rest is looked for from its beginning on,
never elsewhere, so that the cost of a text is bounded by its cues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.safety.findings import Confidence, Finding, Kind

MOST_CUES = 40
"""Places of one cue that are looked at; a text with more is no conversation."""

REACH = 160
"""Characters from a cue on in which its identifier stands."""


def _always(_text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows a cue: `it` in the pattern is the identifier, `check` decides about it."""

    kind: Kind
    confidence: Confidence
    cues: tuple[str, ...]
    pattern: re.Pattern[str]
    check: Callable[[str], bool] = _always


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\.?,? (?:\d{{4}}|'?\d{{2}})"
    rf"|{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
"""A day with its year, in the forms that people write."""

_IS = r"(?:'s)?(?: ?(?:is|was|:|=|#|-|no\.?:?|num(?:ber)?:?|nr\.?:?|id:?|code:?)){0,3} ?"
_CODE = r"(?P<it>(?=[A-Z0-9./-]{0,19}\d)[A-Z0-9](?:[A-Z0-9./-]{2,19}))\b"
_NAME = r"(?:[OD]['’]|Mc|Mac)?[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’-]{1,20}"


def _words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which letters of either kind are the same."""
    return re.compile(pattern, re.IGNORECASE)


def _card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return 7 <= len(digits) <= 19


RULES: tuple[Rule, ...] = (
    Rule(
        Kind.RECORD_NUMBER,
        Confidence.SURE,
        ("mrn", "medical record", "hospital n", "hospital id", "chart n", "chart #", "chart:",
         "record n", "patient id", "patient n", "case n", "accession n", "specimen n",
         "encounter n", "unit number", "nhc", "fallnummer", "patientennummer", "dossier n"),
        _words(
            r"(?:mrn|medical record|hospital|chart|record|patient|case|accession|specimen"
            r"|encounter|unit|nhc|fallnummer|patientennummer|dossier)"
            rf"(?: (?:number|no\b\.?|num\b\.?|nr\b\.?|id\b|n[°º]))?{_IS}{_CODE}"
        ),
        lambda it: sum(map(str.isdecimal, it)) >= 4,
    ),
    Rule(
        Kind.BIRTH_DATE,
        Confidence.SURE,
        ("dob", "d.o.b", "date of birth", "birth date", "birthdate", "birthday", "born",
         "geboren", "née le", "né le", "nacido", "nacida", "nato il", "nata il"),
        _words(
            r"(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born|geboren|née? le"
            rf"|nacid[oa]|nat[oa] il)(?: (?:is|was|it's|on|am|el|the))*\s?[:.=,-]?(?: it'?s)? ?"
            rf"(?P<it>{DAY})\b"
        ),
    ),
    Rule(
        Kind.DATE,
        Confidence.LIKELY,
        ("admitted", "discharged", "died", "deceased", "passed away", "operated", "biopsied",
         "transferred", "seen in clinic", "diagnosed on", "surgery on", "delivered on"),
        _words(
            r"(?:admitted|discharged|died|deceased|passed away|operated|biopsied|transferred"
            r"|seen in clinic|diagnosed|surgery|delivered)(?:(?: (?:to|from|at|in|home)"
            rf"(?: [\w'’-]{{1,20}}){{0,3}}?)? (?:on|upon)(?: the)?)? (?P<it>{DAY})\b"
            r"(?! ?(?:to|through|until|and|[-–]))"
        ),
    ),
    Rule(
        Kind.AGE,
        Confidence.LIKELY,
        ("year old", "year-old", "years old", "yr old", "yr-old", "yrs old", "y/o", " yo ", " yo,",
         "yo m", "yo f", "y.o."),
        _words(
            r"(?<!\d)(?<![-–≥>] )(?<![-–≥>.])(?P<it>(?:9\d|1[01]\d)) ?-?"
            r"(?:years?[ -]old|yrs?[ -]old|y/o|yo\b|y\.o\.)(?! (?:or|and) (?:over|older|above))"
        ),
    ),
    Rule(
        Kind.AGE,
        Confidence.LIKELY,
        ("aged 9", "aged 1", "age 9", "age 1", "age: 9", "age: 1"),
        _words(
            r"(?<!mean )(?<!median )(?<!average )(?<!maximum )(?<!max )(?<!patients )(?<!people )"
            r"\baged?:? (?P<it>9\d|1[01]\d)\b"
            r"(?! ?(?:%|[-–]|±|/|\()|[.,]\d)(?! ?(?:years?|yrs?|y)? (?:or|and|to)\b)"
        ),
    ),
    Rule(
        Kind.AGE,
        Confidence.LIKELY,
        ("turned", "turns ", "turn "),
        _words(r"turn(?:ed|s)? (?P<it>9\d|1[01]\d)\b(?! ?(?:%|mg|ml|deg|°|percent))"),
    ),
    Rule(
        Kind.BED,
        Confidence.LIKELY,
        ("bed ", "room ", "ward ", "bay "),
        _words(
            r"(?P<it>(?:(?:ward|room|bay) [A-Z]?\d{1,4}[A-Z]?,? (?:and )?bed [A-Z]?\d{1,3}[A-Z]?"
            r"|bed [A-Z]?\d{1,3}[A-Z]?,? (?:in |on |of )?(?:ward|room|bay) [A-Z]?\d{1,4}[A-Z]?))\b"
        ),
    ),
    Rule(
        Kind.BED,
        Confidence.LIKELY,
        ("in room ", "in bed ", "room no", "room #", "bed no", "bed #"),
        _words(
            r"(?:in )?(?P<it>(?:room|bed) (?:no\.? ?|# ?|number )?[A-Z]?\d{1,4}[A-Z]?)\b(?! of)"
        ),
    ),
    Rule(
        Kind.LICENCE,
        Confidence.SURE,
        ("licen",),
        _words(rf"licen[cs]e(?: plate)?{_IS}{_CODE}"),
    ),
    Rule(
        Kind.VEHICLE,
        Confidence.SURE,
        ("number plate", "plate n", "registration plate", "license plate", "licence plate"),
        _words(
            r"(?:number|license|licence|registration)? ?plate(?: (?:number|no\.?))?"
            r"(?: ?(?:is|was|:|#))? ?(?P<it>(?=[A-Z0-9 -]{0,9}\d)[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5})\b"
        ),
    ),
    Rule(
        Kind.VEHICLE,
        Confidence.SURE,
        ("vin",),
        _words(r"vin\b(?: (?:number|no\.?))?(?: ?(?:is|was|:|#))* ?(?P<it>[A-HJ-NPR-Z0-9]{17})\b"),
    ),
    Rule(
        Kind.DEVICE,
        Confidence.SURE,
        ("serial n", "serial #", "s/n", "device id", "device n", "imei", "implant n", "udi",
         "lot n"),
        _words(
            r"(?:serial|s/n|device|imei|implant|udi|lot)"
            rf"(?: (?:number|no\b\.?|id\b|#))?{_IS}{_CODE}"
        ),
        lambda it: sum(map(str.isdecimal, it)) >= 4,
    ),
    Rule(
        Kind.SOCIAL_SECURITY,
        Confidence.SURE,
        ("ssn", "social security", "soc sec"),
        _words(
            r"(?:ssn|social security|soc\.? sec\.?)(?: (?:number|no\.?|num\.?|#))?"
            rf"{_IS}(?P<it>\d{{3}}[- .]?\d{{2}}[- .]?\d{{4}})\b"
        ),
    ),
    Rule(
        Kind.HEALTH_NUMBER,
        Confidence.SURE,
        ("nhs n", "nhs #", "nhs:", "chi n", "health card", "health number", "insurance n",
         "insurance id", "medicare", "medicaid", "member id", "policy n", "national id", "ohip",
         "personal number", "versichertennummer", "bsn", "nhi", "phn"),
        _words(
            r"(?:nhs|chi|health card|health|insurance|medicare|medicaid|member|policy|national"
            r"|ohip|personal|versichertennummer|bsn|nhi|phn)"
            r"(?: (?:card|number|no\b\.?|id\b|#)){0,2}(?: ?(?:is|was|:|=|#))* ?"
            r"(?P<it>(?=[A-Z0-9 -]{0,9}\d)[A-Z0-9]{2,14}"
            r"(?:[ -](?=[A-Z0-9]{0,4}\d)[A-Z0-9]{2,5}){0,3})\b"
        ),
        lambda it: sum(map(str.isdecimal, it)) >= 5,
    ),
    Rule(
        Kind.ACCOUNT,
        Confidence.SURE,
        ("card", "account n", "account #", "acct"),
        _words(
            r"(?:credit |debit )?(?:card|account|acct)(?: (?:number|no\b\.?))?\.?"
            r"(?: (?:number ))?(?: ?(?:is|was|:|=|#))* ?(?P<it>\d[\d -]{5,22}\d)\b"
        ),
        _card,
    ),
    Rule(
        Kind.ADDRESS,
        Confidence.SURE,
        ("lives at", "living at", "resides at", "home address", "address is", "address:"),
        _words(
            r"(?:(?:liv|resid)(?:es|ing) at|home address(?: is|:)?|address(?: is|:))\s{1,3}"
            r"(?P<it>(?!https?:)(?=[^\n]{0,30}\d)[^\n]{6,60}?)(?=[.;!?]? *(?:$|\n)|[.;!?] )"
        ),
        lambda it: "@" not in it,
    ),
    Rule(
        Kind.NAME,
        Confidence.LIKELY,
        ("my patient", "our patient", "my pt", "this patient", "patient named", "patient called",
         "patient's name", "patient name"),
        re.compile(
            rf"(?:[Mm]y|[Oo]ur|[Tt]his) (?:patient|pt),? (?P<it>{_NAME}(?: {_NAME})?)\b"
            r"|[Pp]atient(?:'s)? (?:named?|called)(?: is| was|:)? "
            rf"(?P<it2>{_NAME}(?: {_NAME})?)\b"
        ),
    ),
    Rule(
        Kind.NAME,
        Confidence.LIKELY,
        ("mrs", "mr ", "mr.", "ms ", "ms.", "miss "),
        re.compile(
            rf"(?:M(?:rs|r|s)\.?|Miss) (?P<it>(?:{_NAME}|[A-Z]\.)(?: {_NAME}){{0,2}})"
        ),
    ),
)  # fmt: skip
"""What stands behind which words; `it2` is a second way to say the same."""

_BACKWARDS = {Kind.AGE: 6}
"""So far before its cue an identifier of a kind may begin."""


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of the longest of these words; it reads what they begin with once."""
    ways: dict[str, list[str]] = {}
    for word in words:
        ways.setdefault(word[:1], []).append(word[1:])
    is_over = ways.pop("", None)
    rest = "|".join(re.escape(letter) + _any_of(ends) for letter, ends in ways.items())
    return f"(?:{rest}){'?' if is_over else ''}" if rest else ""


_OF_CUE = {cue: rule for rule in RULES for cue in rule.cues}
_SHORTER = {cue: tuple(filter(cue.startswith, _OF_CUE)) for cue in _OF_CUE}
"""The cues with which a cue begins, itself among them."""

_CUE = re.compile(_any_of(_OF_CUE))


def by_words(text: str) -> Iterator[Finding]:
    """Yield what the words of a text tell; UNREAD where a cue stands too often."""
    small = text.lower()
    if len(small) != len(text):  # a letter whose small form is longer: places would not agree
        small = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for cue in cues_in(small):
        rule = _OF_CUE[cue]
        back = _BACKWARDS.get(rule.kind, 0) if not rule.cues[0].startswith("turn") else 0
        yield from _behind(text, small, cue, rule, back)


def cues_in(small: str) -> Iterable[str]:
    """Return the cues that a text has, each once; most texts have none."""
    found: dict[str, None] = {}
    place = _CUE.search(small)
    while place is not None:  # cues overlap
        found.update(dict.fromkeys(_SHORTER[place[0]]))
        place = _CUE.search(small, place.start() + 1)
    return found


def _behind(text: str, small: str, cue: str, rule: Rule, back: int) -> Iterator[Finding]:
    at, seen = small.find(cue), 0
    while at >= 0:
        seen += 1
        if seen > MOST_CUES:
            yield Finding(at, len(text), Kind.UNREAD, Confidence.LIKELY)
            return
        if back or _begins(small, at):
            yield from _matched(text, at, rule, back)
        at = small.find(cue, at + len(cue))


def _begins(small: str, at: int) -> bool:
    """Whether a word begins there."""
    return at == 0 or not (small[at].isalnum() and small[at - 1].isalnum())


def _matched(text: str, at: int, rule: Rule, back: int) -> Iterator[Finding]:
    for start in range(max(0, at - back), at + 1) if back else (at,):
        found = rule.pattern.match(text, start, at + REACH)
        if found is None:
            continue
        name = "it" if found["it"] else "it2"
        if rule.check(found[name]):
            yield Finding(*found.span(name), rule.kind, rule.confidence)
            return
