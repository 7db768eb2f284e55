"""The links and DOIs that people shared, with who shared them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from bot.transcripts.markup import UNSAFE, trimmed

MOST = 1000
"""Different links that are told apart; further ones are only counted, so that memory is flat."""

_URL = rf"[tT][tT][pP][sS]?://[^{UNSAFE}()|]{{1,2000}}+(?:\([^{UNSAFE}()]{{0,200}}+\)[^{UNSAFE}()|]{{0,200}}+){{0,4}}+"
_FOUND = re.compile(
    rf"h{_URL}|H{_URL}|1(?<![\w./=-]1)0\.[0-9]{{4,9}}+/[^{UNSAFE}|]{{1,300}}+"
)  # each alternative begins with a literal: the search leaps
_RESOLVER = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/(10\.[0-9]{4,9}/.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """An address that was shared: `doi` is empty where it is none; people are in order."""

    url: str
    doi: str
    people: tuple[str, ...]  # the names of the first ones
    others: int  # how many people more


def addresses(text: str) -> Iterator[tuple[str, str]]:
    """Yield each address in a text as (url, doi); a DOI is one however it is written."""
    for match in _FOUND.finditer(text):
        found = trimmed(match[0])
        if found.startswith("10."):
            doi = found
        elif resolved := _RESOLVER.fullmatch(found):
            doi = trimmed(unquote(resolved[1].partition("?")[0].partition("#")[0]))
        elif len(found) > found.find("://") + 3:
            yield found, ""
            continue
        else:
            continue
        yield f"https://doi.org/{doi.lower()}", doi.lower()  # case does not matter in a DOI


class Links:
    """Gathers links message by message."""

    def __init__(self) -> None:
        self._sharers: dict[tuple[str, str], dict[str, str]] = {}
        self._further: int = 0

    def gather(self, text: str, person: str, name: str) -> None:
        """Note the links of one message; a person counts once for each link."""
        for address in addresses(text):
            if address not in self._sharers and len(self._sharers) >= MOST:
                self._further += 1
                continue
            self._sharers.setdefault(address, {}).setdefault(person, name)

    def by_people(self, names: int = 3) -> tuple[Link, ...]:
        """Return the links, DOIs first, then those that most people shared."""
        found = [
            Link(url, doi, tuple(sharers.values())[:names], max(0, len(sharers) - names))
            for (url, doi), sharers in self._sharers.items()
        ]
        return tuple(sorted(found, key=lambda k: (not k.doi, -len(k.people) - k.others)))

    @property
    def further(self) -> int:
        """How often a link beyond the first ones was shared."""
        return self._further
