"""Which sites a text links to, and whether it invites people to another room."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import islice
from urllib.parse import unquote

from bot.safety.folding import LONGEST, normal

MOST_LINKS = 100
"""Links that are looked at; no conversation has more in one message."""

LONGEST_NAME = 253
"""Characters in the name of a site (RFC 1035)."""

_DOTS = str.maketrans("\u3002\uff0e\uff61\u2024", "....")
_UNSEEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_SHIELDED = re.compile(r"\s{0,2}[\[({] ?(?:\.|dot|punkt|punto|point) ?[\])}]\s{0,2}", re.IGNORECASE)
"""A dot as people write it so that no program makes a link of it: evil[.]example."""

_LINK = re.compile(
    r"(?:\b(?:h(?:tt|xx)ps?|ftp):[/\\]{2,4}|(?<![\w.@/-])(?=www\.))"
    r"(?P<site>[^\s/?#\\<>|\"'()\[\]{}]{1,300})",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w.@/-])(?:[^\W_][\w-]{0,62}+\.){1,12}[^\W_][\w-]{1,62}+(?![\w@])")
_DOT = re.compile(r"\.(?<=[\w-].)[^\W_]")
"""What every name has; the full stop behind a sentence is none."""

_GAPS = ((" .", "."), (". ", "."), (" /", "/"), ("/ ", "/"))


def plain(text: str) -> str:
    """Return the first LONGEST characters as addresses are read: what hides them undone.

    Wide letters, dots of other scripts, dots in brackets and unseen characters become plain.
    """
    text = text[:LONGEST]
    if not text.isascii():
        text = normal("NFKC", _UNSEEN.sub("", text)).translate(_DOTS)
    return _SHIELDED.sub(".", text) if "[" in text or "(" in text or "{" in text else text


def linked(text: str) -> tuple[str, ...]:
    """Return the sites of the links of a plain text, each as often as it is linked.

    A link is what begins with http, https, ftp, www. or hxxp, in Markdown and Slack's brackets
    too. Sites are in small letters, international names in their ASCII form (xn--).
    """
    if ":/" not in text and ":\\" not in text and "www." not in text.lower():
        return ()
    written = [found["site"] for found in islice(_LINK.finditer(text), MOST_LINKS)]
    names = {one: _compared(one) for one in written}
    return tuple(names[one] for one in written)


def named(text: str) -> frozenset[str]:
    """Return every site that a plain text names, with a scheme before it or bare."""
    if "." not in text and "%" not in text:
        return frozenset()
    names = _NAME.finditer(text) if _DOT.search(text) else ()
    bare = {found[0] for found in islice(names, MOST_LINKS)}
    return frozenset((*linked(text), *map(_compared, bare))) - {""}


def site(name: str) -> str:
    """Return a site as it is compared, of its name or an address; empty if it is none."""
    written = plain(name).strip()
    return _compared(written.partition("://")[2] or written)


def is_of(one: str, sites: Collection[str]) -> bool:
    """Whether a site is one of these, or part of one: a.b.example is part of b.example."""
    parts = one.split(".")
    return any(".".join(parts[place:]) in sites for place in range(len(parts)))


def inviting(beginnings: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of invitations that begin so; `invites` searches a text with it."""
    ways = "|".join(re.escape(one) for one in sorted(beginnings, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{ways})(?=[\w+#-])" if ways else r"(?!)")


def invites(text: str, invitations: re.Pattern[str]) -> bool:
    """Whether a plain text holds an invitation, whatever stands before it and between its parts."""
    if "." not in text or not ("/" in text or "%" in text):
        return False
    loose = text
    for gap, closed in _GAPS:
        loose = loose.replace(gap, closed)
    return invitations.search(unquote(loose).lower()) is not None


def _compared(name: str) -> str:
    name = re.split(r"[/?#\\]", name, maxsplit=1)[0].rpartition("@")[2]
    if "%" in name:
        name = unquote(name)
    name = name.casefold().partition(":")[0].removeprefix("*").strip(".")
    if len(name) > LONGEST_NAME:
        return ""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
