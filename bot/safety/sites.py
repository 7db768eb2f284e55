"""Which sites a text links to, and whether it invites people to another room."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from urllib.parse import unquote

from bot.safety.folding import LONGEST

MOST_LINKS = 200
"""Links that are looked at; no conversation has more in one message."""

LONGEST_NAME = 253
"""Characters in the name of a site (RFC 1035)."""

_DOTS = str.maketrans("\u3002\uff0e\uff61\u2024", "....")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SHIELDED = re.compile(r"\s{0,2}[\[({] ?(?:\.|dot|punkt|punto|point) ?[\])}]\s{0,2}", re.IGNORECASE)
"""A dot as people write it so that no program makes a link of it: evil[.]example."""

_LINK = re.compile(
    r"(?:\b(?:h(?:tt|xx)ps?|ftp):[/\\]{2,4}|(?<![\w.@/-])(?=www\.))"
    r"(?P<site>[^\s/?#\\<>|\"'()\[\]{}]{1,300})",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w.@/-])(?:[^\W_][\w-]{0,62}+\.){1,12}[^\W_][\w-]{1,62}+(?![\w@])")
_LOOSE = re.compile(r"\s{0,2}([./])\s{0,2}")
_PARTING = re.compile(r"[/%\uff0f\u2044\u2100-\u2106]")
"""What a text with an address's path has in it, in one spelling or another."""


def linked(text: str) -> tuple[str, ...]:
    """Return the sites of a text's links, each as often as it is linked.

    A link is what begins with http, https, ftp, www. or hxxp, in Markdown and Slack's brackets
    too. Sites are in small letters, international names in their ASCII form (xn--).
    """
    if "://" not in text and "www." not in text.lower() and ":\\" not in text:
        return ()
    return tuple(_linked(_plain(text)))


def named(text: str) -> frozenset[str]:
    """Return every site that a text names, with a scheme before it or bare."""
    if not _may_name(text):
        return frozenset()
    plain = _plain(text)
    bare = (found[0] for found, _ in zip(_NAME.finditer(plain), range(MOST_LINKS), strict=False))
    return frozenset((*_linked(plain), *filter(None, map(site, bare))))


def site(name: str) -> str:
    """Return a site's name as it is compared, of a name or an address; empty if it is none."""
    name = _plain(name).strip().partition("://")[2] or _plain(name).strip()
    name = re.split(r"[/?#\\]", name, maxsplit=1)[0].rpartition("@")[2]
    name = unquote(name).casefold().partition(":")[0].removeprefix("*").strip(".")
    if not name or len(name) > LONGEST_NAME:
        return ""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def is_of(one: str, sites: Collection[str]) -> bool:
    """Whether a site is one of these, or part of one: a.b.example is part of b.example."""
    parts = one.split(".")
    return any(".".join(parts[place:]) in sites for place in range(len(parts)))


def inviting(beginnings: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of invitations that begin so; `invites` searches a text with it."""
    ways = "|".join(re.escape(one) for one in sorted(beginnings, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{ways})(?=[\w+#-])" if ways else r"(?!)")


def invites(text: str, invitations: re.Pattern[str]) -> bool:
    """Whether a text holds an invitation, whatever stands before it and between its parts."""
    if not _may_name(text) or not _PARTING.search(text):
        return False
    plain = unquote(_LOOSE.sub(r"\1", _plain(text))).lower()
    return invitations.search(plain) is not None


def _may_name(text: str) -> bool:
    return "." in text or not text.isascii() or "dot" in text.lower() or "%" in text


def _linked(plain: str) -> Iterable[str]:
    for found, _ in zip(_LINK.finditer(plain), range(MOST_LINKS), strict=False):
        yield site(found["site"])


def _plain(text: str) -> str:
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))[:LONGEST].translate(_DOTS)
    return _SHIELDED.sub(".", text) if "[" in text or "(" in text or "{" in text else text
