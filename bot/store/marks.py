"""Statements with `?` for an argument, as PostgreSQL wants them: `$1`, and one list for many."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

NUL, SHOWN_NUL = "\x00", "␀"
"""PostgreSQL's texts cannot hold the first; it is kept as transcripts show it."""

_PARTS = re.compile(r"'[^']*'|(?:\b(NOT )?IN \(\?(?:, \?)*\))|\?")


class Statement(NamedTuple):
    """A statement for PostgreSQL; `sizes` says how many arguments each of its marks takes.

    A size of 0 is one argument as it is, any other a list of so many. No sizes: all as they are.
    """

    sql: str
    sizes: tuple[int, ...]


@functools.lru_cache(maxsize=2_000)
def statement(sql: str) -> Statement:
    """Translate a statement.

    A list of marks becomes one argument, so that its length makes no other statement: each of
    these is prepared once on every connection.
    """
    sizes: list[int] = []

    def numbered(found: re.Match[str]) -> str:
        part = found.group()
        if part.startswith("'"):
            return part
        sizes.append(0 if part == "?" else part.count("?"))
        mark = f"${len(sizes)}"
        if part == "?":
            return mark
        return f"<> ALL ({mark})" if found.group(1) else f"= ANY ({mark})"

    translated = _PARTS.sub(numbered, sql)
    return Statement(translated, tuple(sizes) if any(sizes) else ())


def arguments_for(found: Statement, arguments: Sequence[object]) -> Sequence[object]:
    """Put arguments together as a statement takes them, without what PostgreSQL cannot hold."""
    held = [
        one.replace(NUL, SHOWN_NUL) if isinstance(one, str) and NUL in one else one
        for one in arguments
    ]
    if not found.sizes:
        return held
    coming = iter(held)
    return [list(itertools.islice(coming, size)) if size else next(coming) for size in found.sizes]
