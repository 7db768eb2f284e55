"""Which words of people's names are words of a language too, so that alone they may name nobody."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

_FILE = Path(__file__).with_name("common_words.txt")


@functools.cache
def _groups() -> Mapping[str, frozenset[str]]:
    groups: dict[str, set[str]] = {"never": set(), "doubtful": set()}
    group = ""
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            groups[group].update(line.split())
    groups["doubtful"] -= groups["never"]
    return {name: frozenset(words) for name, words in groups.items()}


def is_never_a_name(word: str) -> bool:
    """Whether a word, in small letters and without accents, names nobody where it stands alone."""
    return word in _groups()["never"]


def is_doubtful(word: str) -> bool:
    """Whether a word is a name only where it is written like one: Will, Mark, Grace."""
    return word in _groups()["doubtful"]
