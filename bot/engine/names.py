"""The names people give themselves: made harmless, and refused where they pass for another's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.engine.errors import Refused

LONGEST = 60
"""Characters in a name."""

MOST_TYPED = 1_000
"""So many characters of what is typed are looked at; what is longer is too long in any case."""

_JOINERS = "\u200c\u200d"  # Persian words and emoji of several parts need them
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that show nothing
_MARKS = 3
"""Combining marks on one letter; Vietnamese and Hebrew need no more."""

_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝкмнтвɡɑοανικρτυχε0135|ıł",
    "aeopcyxijshdqwkmhtbgaoavikptuxeoiesiil",
)
"""Letters of other scripts, and digits, that are read as Latin letters."""


_LOOKALIKES = frozenset(
    {"ARMENIAN", "CANADIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "DESERET", "GEORGIAN", "GOTHIC",
     "GREEK", "LISU", "OLD", "OSAGE", "RUNIC", "TIFINAGH"}
)  # fmt: skip
"""The first words of the names of letters that pass for Latin ones."""

_VARIANT = re.compile(
    r"LATIN (?:LETTER SMALL CAPITAL|SMALL LETTER|CAPITAL LETTER)"
    r"(?: OPEN| DOTLESS)? ([A-Z])(?: WITH .*)?"
)
"""A Latin letter that is another one at a glance: a small capital, one with a hook or a stroke."""


def clean_text(text: str) -> str:
    """Return what somebody typed with line ends as LF and without control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
    ).strip()


def is_blank(text: str) -> bool:
    """Say whether a text shows nothing at all."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANKS for c in text)


def in_one_line(text: str) -> str:
    """Return what somebody typed in one line, without what shows nothing or turns it around.

    It is normalised (NFC); every run of white space becomes one space, and of many marks on one
    letter the first ones stay.
    """
    shown = "".join(filter(_shows, unicodedata.normalize("NFC", text)))
    return re.sub(r"\s+", " ", _with_few_marks(shown)).strip(f" {_JOINERS}")


def clean_name(text: str, reserved: Iterable[str]) -> str:
    """Return the name that somebody gave, without what could disturb a page.

    Controls, direction marks and invisible characters are left out. Raises Refused where
    nothing is left, where it is too long, where it reads like one of the `reserved` names, and
    where one word mixes alphabets, by which it could.
    """
    name = in_one_line(text[:MOST_TYPED])
    if is_blank(name):
        raise Refused("Write a name by which others can address you, with at least one letter.")
    if len(name) > LONGEST:
        many = "more" if len(text) > MOST_TYPED else len(name)
        raise Refused(f"A name has at most {LONGEST} characters; yours has {many}.")
    shape = _shape(name)
    if any(shape == _shape(other) for other in (*reserved, "Rounds")):
        raise Refused(
            f"“{name}” reads like the name of a moderator or of this house. Add your surname or "
            "where you work. If you are a moderator, come in by your own link."
        )
    bare = (c for c in unicodedata.normalize("NFKD", name) if unicodedata.category(c)[0] != "M")
    if any(map(_mixes, re.findall(r"\w+", "".join(bare)))):
        raise Refused(f"“{name}” has letters of two alphabets in one word. Write it in one.")
    return name


def _mixes(word: str) -> bool:
    """Say whether a word has Latin letters and those of an alphabet that looks like them."""
    scripts = {unicodedata.name(c, "?").split()[0] for c in word if c.isalpha()}
    return "LATIN" in scripts and not scripts.isdisjoint(_LOOKALIKES)


def _shows(character: str) -> bool:
    if character in _JOINERS or character in " \t\n":
        return True
    category = unicodedata.category(character)
    return category not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") and character not in _BLANKS


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MARKS:
            kept.append(character)
    return "".join(kept)


def _base(letter: str) -> str:
    found = None if letter.isascii() else _VARIANT.fullmatch(unicodedata.name(letter, ""))
    return found[1].lower() if found else letter


def _shape(name: str) -> str:
    """Return how a name reads at a glance: without case, marks, gaps, and foreign twins."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    letters = "".join(c for c in folded if unicodedata.category(c)[0] in "LN" or c == "|")
    letters = "".join(map(_base, letters))
    alike = letters.translate(_ALIKE).replace("rn", "m").replace("vv", "w")
    return alike.replace("l", "i")  # l, I, 1 and | are one stroke
