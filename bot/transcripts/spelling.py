"""Words as they are compared: without case and accents, and with what stands for letters like ü.

Who has no ü writes ue: Juergen is Jürgen, and either may be how somebody is registered. A name is
known in all its spellings, and a text's Jürgen is Juergen where nobody but a Juergen is meant. The
other way round nothing is guessed: Jurgen need not be Juergen, as Michal is not Michael.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence

JOINERS = (
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
    r"\U000e0000-\U000e01ef]"
)
"""What nobody sees, and what does not end a word: soft hyphens, joiners, marks of direction."""

UNSEEN = re.compile(JOINERS)

_LETTER = (
    r"[^\s\x00-/:-@\[-`{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b9\u00bb\u00bf\u00d7\u00f7"
    r"\u060c\u061b\u061f\u06d4\u2000-\u2bff\u3000-\u3004\u3007-\u3020\u30fb"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufe00-\ufe0f\ufeff"
    r"\U0001f000-\U0001faff\U000e0000-\U000e01ef]"
)
TOKEN = re.compile(f"{_LETTER}+(?:{JOINERS}+{_LETTER}+)*")
"""A run of letters, digits and the marks upon them; what nobody sees within it does not end it."""

_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
_WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa",
     "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)  # fmt: skip
"""Letters whose two ways into ASCII differ; æ is ae and ß is ss however they are folded."""

_DIFFERING = re.compile("([äöüøåÄÖÜØÅ])")
_MOST_OF_ALL = 3
"""Letters of a name that are written out in every combination: Nørgård, Norgaard, Noergaard."""

IS_WRITTEN_OUT = re.compile("[aou]e|aa")
"""What a word has in which such a letter may be written out."""


def folded(word: str) -> str:
    """Return a word without case, accents and invisible joiners."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word).casefold().translate(_LETTERS)
    return "".join(c for c in parts if unicodedata.category(c) not in ("Mn", "Cf"))


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return [word for word in map(folded, TOKEN.findall(text)) if word]


def written_out(text: str) -> str:
    """Return a text with ae, oe, ue and aa in the place of letters that stand for them."""
    if text.isascii():
        return text
    written = _composed(text).translate(_WRITTEN_OUT)
    return written.upper() if text.isupper() else written


def spellings(name: str) -> Sequence[str]:
    """Return a name and its spellings with letters written out; those with all of them at least."""
    if name.isascii():
        return (name,)
    composed = _composed(name)
    pieces = _DIFFERING.split(composed)  # the letters are every second one
    if len(pieces) == 1:
        return (name,)
    if len(pieces) > 2 * _MOST_OF_ALL + 1:
        return name, written_out(name)
    ways = [
        (piece, piece.translate(_WRITTEN_OUT)) if at % 2 else (piece,)
        for at, piece in enumerate(pieces)
    ]
    found = map("".join, itertools.product(*ways))
    return tuple(dict.fromkeys([name, *(map(str.upper, found) if name.isupper() else found)]))


def every_folding(text: str) -> set[str]:
    """Return the words of a text, folded, as they are and with letters written out."""
    return {*words_of(text), *words_of(written_out(text))}


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", UNSEEN.sub("", text))
