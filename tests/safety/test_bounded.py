"""No pattern that looks at a text can be made to look at it again and again.

A regular expression takes exponential time only where what is repeated without end stands within
something that is repeated too ("catastrophic backtracking"); possessive repeats and atomic groups
never give back, so they are harmless there. How long texts take is measured by `bench/guard.py`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from re import _constants as signs  # type: ignore[attr-defined]
from re import _parser as reader  # type: ignore[attr-defined]
from typing import Any

import pytest

import bot.safety
from bot.safety.cue_rules import Rule

REPEATS = (signs.MAX_REPEAT, signs.MIN_REPEAT)

DISJOINT = {
    r"[^\W_]+(?:[@$!|][^\W_]+)*|[.!?;]+": "each round begins with a sign, which no letter is",
}
"""Patterns whose open repeats cannot take each other's characters, and why not."""


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every pattern that a module of the guard holds, by what it is written as."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.iter_modules(bot.safety.__path__):
        for value in vars(importlib.import_module(f"bot.safety.{module.name}")).values():
            found |= {pattern.pattern: pattern for pattern in _within(value)}
    return found


def _within(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Rule):
        yield from _within((value.pattern, value.near))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _within(inner)
    elif isinstance(value, tuple | list | set | frozenset):
        for inner in value:
            yield from _within(inner)


def nested(parsed: Iterable[tuple[object, Any]], *, repeated: bool = False) -> bool:
    """Say whether something that is repeated without end stands within something repeated."""
    return any(_is_nested(sign, argument, repeated) for sign, argument in parsed)


def _is_nested(sign: object, argument: Any, repeated: bool) -> bool:
    if sign in REPEATS:
        _least, most, inner = argument
        endless = most == signs.MAXREPEAT and repeated
        return endless or nested(inner, repeated=repeated or most > 1)
    if sign in (signs.POSSESSIVE_REPEAT, signs.ATOMIC_GROUP):
        repeated = False  # what it has taken it never gives back, but within it may
    return any(nested(group, repeated=repeated) for group in _groups(argument))


def _groups(argument: object) -> Iterator[Any]:
    """Return what is parsed within an element: a group's content, an alternation's branches."""
    if isinstance(argument, reader.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for inner in argument:
            yield from _groups(inner)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(?:a*,?)*b", "(x{1,9}a+){2,30}b", "(?:(?=a+b)c){1,9}", "(?:a|b+)*", "(?>(a+)+b)"],
)
def test_a_pattern_that_could_run_away_is_seen(pattern: str) -> None:
    assert nested(reader.parse(pattern))


@pytest.mark.parametrize(
    "pattern", ["a+b*", "(?:a{1,9}){1,9}", "(?:a++b)*", "(?:(?>a+)b)*", "(a+)?b"]
)
def test_one_that_cannot_is_let_be(pattern: str) -> None:
    assert not nested(reader.parse(pattern))


def test_no_pattern_of_the_guard_can_run_away() -> None:
    found = patterns()
    assert len(found) > 30
    open_ones = {text for text, one in found.items() if nested(reader.parse(text, one.flags))}
    assert open_ones == set(DISJOINT)
