"""Signs that look like others, as the guard reads them: one sign for one, so that places agree.

Word processors and telephones write a dash, a quotation mark or a blank in many ways; pages that
words are copied from add characters without a width.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WIDE = {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}
"""ASCII as it is typed among Chinese and Japanese letters (Unicode, halfwidth and fullwidth forms).
"""

_ALIKE: Mapping[str, str] = {
    **_WIDE,
    **dict.fromkeys(map(chr, (0x2028, 0x2029, 0x85)), "\n"),
    **dict.fromkeys(map(chr, (0xA0, 0xAD, 0x180E, *range(0x2000, 0x2010))), " "),
    **dict.fromkeys(map(chr, (*range(0x202A, 0x2030), *range(0x205F, 0x2070))), " "),
    **dict.fromkeys("\u3000\ufeff", " "),
    **dict.fromkeys("“”„‟«»‹›″", '"'),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("\u2010\u2011\ufe63", "-"),
}
"""Blanks of other widths and of none, marks of direction, quotation marks, hyphens."""

_MARKS: Mapping[str, str] = {
    **dict.fromkeys("\u2012\u2013\u2212\u2043\ufe58", "-"),
    **dict.fromkeys("\u2014\u2015", ";"),
    **dict.fromkeys("→⇒➔➜", ":"),
}
"""Between words: a long dash parts sentences, and a span has none; an arrow tells a value."""

_IN_A_NUMBER = re.compile(r"[\u2012-\u2015\u2212](?<=\d.)(?=\d)")


def plain(text: str) -> str:
    """Return a text of the same length with blanks, quotation marks and hyphens of one kind.

    A dash between two digits is a hyphen; elsewhere dashes stay, for the shape of a number does not
    begin behind a hyphen, but may begin behind a dash.
    """
    if text.isascii():
        return text
    for sign in _ALIKE.keys() & set(text):
        text = text.replace(sign, _ALIKE[sign])
    return _IN_A_NUMBER.sub("-", text)


def marked(text: str) -> str:
    """Return a plain text, of the same length, in which dashes and arrows are marks of ASCII."""
    if text.isascii():
        return text
    for sign, mark in _MARKS.items():
        text = text.replace(sign, mark)
    return text
