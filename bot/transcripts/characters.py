"""Characters that must not do anything where a text is shown.

Controls, directions, surrogates; and the signs that a platform would take for its own mark-up.
"""

from __future__ import annotations

import re

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SCHEMES = re.compile(r"(?i)\b(?:https?|ftp|mailto|tel|slack|discord):(?://)?(?=\S)")
_MARKS = re.compile(r"[*`~|\\]|<(?=[@#:/!a-zA-Z])|(?<![^\W_])_|_(?![^\W_])|@(?=\S)|\](?=\()")
_LOOKALIKES = {
    "*": "\u2217", "`": "\u02cb", "~": "\u223c", "|": "\u2223", "\\": "\u2216",
    "_": "\u02cd", "<": "\u2039", "@": "@\u200b", "]": "]\u200b",
}  # fmt: skip
_ENDS = re.compile(r"\r\n?|[\u2028\u2029]")


def _symbol(match: re.Match[str]) -> str:
    """Show a control as Unicode's picture of it; C1 controls have none."""
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def visible(text: str) -> str:
    """Return a text whose controls are symbols (ESC is shown as ␛) and whose lines end in LF.

    Tabs and line feeds stay; lone surrogates become U+FFFD, so that the text can be encoded.
    """
    if text.isprintable():
        return text
    text = _CONTROLS.sub(_symbol, _ENDS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", text)


def undirected(text: str) -> str:
    """Return a text without the characters that turn the direction of what follows.

    The marks that Arabic and Hebrew texts need for their punctuation stay.
    """
    return _DIRECTIONS.sub("", text)


def inert(text: str) -> str:
    """Return a text that is nothing but text on every platform, and looks the same.

    Signs that could begin mark-up on Discord or Slack become others of the same shape, what could
    be a mention is broken by a space of no width, and addresses lose their scheme, so that they
    are no links.
    """
    return _MARKS.sub(lambda match: _LOOKALIKES[match[0]], _SCHEMES.sub("", text))


def one_line(text: str) -> str:
    """Return a visible text in one line, every run of white space as one space."""
    return " ".join(visible(text).split())


def excerpt(text: str, most: int = 96) -> str:
    """Return the beginning of a text in one line of at most `most` characters, cut at a word."""
    line = one_line(text)
    if len(line) <= most:
        return line
    cut = line.rfind(" ", most // 2, most)
    return line[: cut if cut > 0 else most - 1].rstrip(" ,;:.–-") + "…"
