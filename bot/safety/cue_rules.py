"""What a rule by cue is, and the pieces that the rules share.

The rules themselves stand in `told_numbers.py`, `told_days.py` and `told_people.py`; `cues.py`
applies them to a text in which each run of blanks, tabs, `*` and `_` is one blank, and dashes and
quotation marks are those of ASCII (`lookalikes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.safety.findings import Confidence, Kind


def _always(_text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows a cue: `it` or `it2` in the pattern is the identifier, `check` decides about it.

    Where `near` is given, it must be found within NEAR characters of the identifier, too.
    """

    kind: Kind
    confidence: Confidence
    cues: tuple[str, ...]
    pattern: re.Pattern[str]
    check: Callable[[str], bool] = _always
    near: re.Pattern[str] | None = None


NEAR = 50
"""Characters before and behind an identifier that tell what it is of."""

IS = (
    r"(?:'s)?(?:[ :=#().,;/\"'\[\]\n-]{0,4}+(?:is|was|no|num|number|nr|id|code|n[°º])\b\.?){0,3}"
    r"[ :=#(),;/\"'\[\]\n-]{0,6}+"
)
"""What people put between the words for an identifier and itself, a line break too."""

_REGISTERED = (
    r"(?!NCT|ISRCTN|CRD|ACTRN|CHICTR|DRKS|UMIN|JRCT|EUDRACT|GS[EM]\d|PRJ|EGA|PHS\d|E-MTAB"
    r"|[SED]R[PRX]\d|PMC|PMID|DOI|10\.\d)"
)
"""Trials, reviews, data and articles, which have public numbers."""

CODE = rf"(?P<it>{_REGISTERED}(?=[A-Z0-9./-]{{0,19}}\d)[A-Z0-9](?:[A-Z0-9./-]{{2,19}}))\b"
"""Letters and digits as one word, a digit among them."""

COUNTED = (
    r"(?! ?(?:%|(?:patients|pts|cases|men|women|people|persons|participants|subjects|adults"
    r"|children|records|charts|files|beneficiaries|enrollees|claims|members|samples|specimens"
    r"|in total|to \d)\b))"
)
"""Behind a number that counts; it is none of somebody."""

_YEARS = re.compile(
    r"(?:19|20)\d\d(?:[-/](?:(?:19|20)?\d\d)){0,2}"
    r"|\d\d?/(?:19|20)\d\d ?- ?\d\d?/(?:19|20)\d\d"
)


def words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which letters of either kind are the same."""
    return re.compile(pattern, re.IGNORECASE)


def has_digits(least: int) -> Callable[[str], bool]:
    """Return whether a code has so many digits, and is no year, span of years or day."""

    def check(it: str) -> bool:
        return sum(map(str.isdecimal, it)) >= least and not _YEARS.fullmatch(it)

    return check
