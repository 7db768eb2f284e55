"""Text as words to compare: without case, accents, apostrophes and what cannot be seen."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

LONGEST = 8_000
"""Characters that are looked at, as many as the guard looks at."""

MOST_WORDS = 2_500
"""Words that are looked at; prose of LONGEST characters has 1,600."""

_SLICE = 1_000
_SPELLED = 4

STOP = "."
"""The word that stands for the beginning and the end of a sentence."""

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛`´ʹʻʼ′＇"), None)

_UNSEEN = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e01ef]+"
)
"""Accents that stand by themselves, and characters without a width."""

_NAMED = re.compile(r"<(?:@[!&]?|#|!subteam\^)[A-Za-z0-9]{1,30}(?:\|[^<>|\n]{0,200})?>")
"""A mention as it is kept, with a name or without."""

_PIECE = re.compile(r"[^\W_]+|\.(?!\.)")
_PIECE_IN_SIGNS = re.compile(r"[^\W_]+(?:[@$!|][^\W_]+)*|[.!?;]+")
_ENDS = str.maketrans("!?;", STOP * 3)
_SPACED = tuple(
    STOP if sign in ".!?;" else sign if sign.isalnum() else " " for sign in map(chr, range(128))
)
"""Of each ASCII character what is left between the words."""

_SIGNS = str.maketrans("01345789@$!|", "oieastbgasii")
"""What people write in place of a letter: n1ce, f@ce."""

_BETWEEN_LETTERS = re.compile(r"[@$!|](?<=[^\W_].)[@$!|]*[^\W_]")
_FACE = r"[:;=8]['-]?[()\[\]{}/\\|<>DOPopc3](?!\w)|[._-]{1,3}[<>](?!\w)|<(?![@#!:\w])"
_QUOTED = re.compile(
    rf"^[ \t]{{0,8}}>(?!{_FACE})(?:>>[ \t][\s\S]*|[^\n\r\u2028\u2029]*)", re.MULTILINE
)
"""A quotation; `>:(` and `>_<` are faces, and `>>>` without a blank goes no further on Discord."""


def normal(form: Literal["NFKC", "NFKD"], text: str) -> str:
    """Return at most LONGEST characters of a text's normal form (Unicode, annex 15).

    Some characters become eighteen, so it is made piece by piece and no further than needed.
    """
    parts, length, start = [], 0, 0
    while start < len(text) and length < LONGEST:
        end = start + _SLICE
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        parts.append(unicodedata.normalize(form, text[start:end]))
        length += len(parts[-1])
        start = end
    return "".join(parts)[:LONGEST]


def folded(text: str) -> str:
    """Return the first LONGEST characters without case, accents, apostrophes and the unseen.

    Mentions are left out: a person's name is not what the author says.
    """
    text = text[:LONGEST]
    if "<" in text:
        text = _NAMED.sub(" ", text)
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    text = normal("NFKD", text.translate(_APOSTROPHES)).casefold()
    return _UNSEEN.sub("", text)[:LONGEST]


def unquoted(text: str) -> str:
    """Return a text without the lines that quote somebody else, as `>` and Discord's `>>>` do."""
    text = text[:LONGEST]
    return _QUOTED.sub("", text) if ">" in text else text


def words(text: str) -> list[str]:
    """Return the folded words of a text in their order, with STOP around every sentence."""
    return pieces_of(folded(text))


def pieces_of(text: str) -> list[str]:
    """Return the words of a folded text in their order, with STOP around every sentence.

    Words beyond MOST_WORDS are left out.
    """
    if text.isascii():  # what the pattern finds, in a third of the time
        text = text.translate(_SPACED)
        while STOP * 2 in text:
            text = text.replace(STOP * 2, STOP)
        found = text.replace(STOP, f" {STOP} ").split()
    else:
        found = _PIECE.findall(text.translate(_ENDS))
    return [STOP, *found[:MOST_WORDS], STOP]


def letters_of(pieces: list[str]) -> str:
    """Return the letters and digits of words, and nothing between them."""
    return "".join(pieces).replace(STOP, "")


def disguised(text: str, pieces: list[str]) -> list[str] | None:
    """Return the words of a folded text with signs and digits read as letters.

    `pieces` are its words as they stand; None where nothing in the text can be a disguise.
    """
    if _BETWEEN_LETTERS.search(text):
        found = _PIECE_IN_SIGNS.findall(text)[:MOST_WORDS]
        read = (STOP if one[0] in ".!?;" else one.translate(_SIGNS) for one in found)
        return [STOP, *read, STOP]
    odd = [one for one in pieces if not one.isalpha()]
    if all(one.isdecimal() or one == STOP for one in odd):
        return None
    return [one if one.isalpha() else one.translate(_SIGNS) for one in pieces]


def spelled(pieces: list[str]) -> list[str]:
    """Return the words that somebody spelled letter by letter, of four letters or more.

    What stands between the letters makes no difference: n o, n.o, n-o.
    """
    if list(map(len, pieces)).count(1) - pieces.count(STOP) < _SPELLED:
        return []
    found, letters = [], ""
    for piece in (*pieces, ""):
        if len(piece) == 1:
            letters += piece if piece != STOP else ""
            continue
        if len(letters) >= _SPELLED:
            found.append(letters)
        letters = ""
    return found
