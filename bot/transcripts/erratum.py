"""What was corrected in a chat since its public edition was first handed out: lines, no words.

1.  Nothing that was published is mended without a word: what was withdrawn, held back, shown after
    all, reworded, moved to another topic or added since then is named by the line's number, which
    it has in every public edition.
2.  A line that is gone is only gone: of a withdrawn one it is not told that it was reworded before.
3.  Our own posts are not corrected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.engine.people import Role
from bot.engine.showing import Silence
from bot.store.codec import numbers_of
from bot.store.publications import Fact, History, Published
from bot.transcripts.clock import Clock


class Kind(StrEnum):
    """What became of a line."""

    WITHDRAWN = "withdrawn"
    HELD = "held"
    OUT = "out"
    REMOVED = "removed"
    CLEARED = "cleared"
    REWORDED = "reworded"
    MOVED = "moved"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Correction:
    """What became of lines; `before` and `after` are the topics of those that were moved."""

    kind: Kind
    lines: tuple[int, ...]
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Erratum:
    """The corrections since a chat was first published at a moment."""

    since: datetime
    corrections: tuple[Correction, ...]


_GONE = {
    Silence.WITHDRAWN: Kind.WITHDRAWN,
    Silence.HELD: Kind.HELD,
    Silence.OUT: Kind.OUT,
    Silence.UNCHECKED: Kind.OUT,
}


class Corrections:
    """Gathers what became of each line."""

    def __init__(self) -> None:
        self._found: dict[tuple[Kind, str, str], list[int]] = {}

    def see(self, fact: Fact, history: History, now: Published) -> None:
        """Look at a message: what editions said of it, and what this one says."""
        if not now.line or fact.role == Role.BOT:
            return
        for kind in _became((*history, now)):
            places = ("", "")
            if kind is Kind.MOVED:
                places = (next(one.topics for one in history if not one.silence), now.topics)
            self._found.setdefault((kind, *places), []).append(now.line)

    def since(self, first: datetime | None) -> Erratum | None:
        """Return what was corrected; None: nothing was, or nothing was published."""
        if first is None or not self._found:
            return None
        order = list(Kind)
        found = sorted(self._found.items(), key=lambda one: (order.index(one[0][0]), min(one[1])))
        return Erratum(
            first,
            tuple(
                Correction(kind, tuple(sorted(lines)), numbers_of(before), numbers_of(after))
                for (kind, before, after), lines in found
            ),
        )


def _became(states: Sequence[Published]) -> Iterator[Kind]:
    """Yield what became of a line from its first state to its last one."""
    first, last = states[0], states[-1]
    shown = [state for state in states if not state.silence]
    if last.silence:
        yield _GONE.get(Silence(last.silence), Kind.REMOVED)
        return
    if len(states) == 1 or first.number > 1 or first.silence:
        yield Kind.CLEARED if first.silence == Silence.HELD else Kind.ADDED
    elif any(state.silence == Silence.HELD for state in states):
        yield Kind.CLEARED
    if shown[0].worded_at != last.worded_at:
        yield Kind.REWORDED
    if shown[0].topics != last.topics:
        yield Kind.MOVED


# ---------------------------------------------------------------- in words


_WORDS = {
    Kind.WITHDRAWN: ("withdrawn by its author", "withdrawn by their authors"),
    Kind.HELD: ("held back for review", "held back for review"),
    Kind.OUT: ("left out, as its author wishes", "left out, as their authors wish"),
    Kind.REMOVED: ("no longer kept", "no longer kept"),
    Kind.CLEARED: ("shown after review", "shown after review"),
    Kind.REWORDED: ("reworded by its author", "reworded by their authors"),
    Kind.ADDED: ("added", "added"),
}


def heading(erratum: Erratum, clock: Clock) -> str:
    """Return what stands above the corrections."""
    return f"Erratum: c{since(erratum, clock)[1:]}"


def since(erratum: Erratum, clock: Clock) -> str:
    """Say what these corrections are, under a heading."""
    return f"Corrections since it was first published on {clock.date(erratum.since)}"


def sentences(erratum: Erratum) -> list[str]:
    """Return the corrections, a sentence for each kind."""
    return list(map(_sentence, erratum.corrections))


def _sentence(correction: Correction) -> str:
    lines = _ranges(correction.lines)
    several = len(correction.lines) > 1
    noun = "Lines" if several else "Line"
    if correction.kind is Kind.MOVED:
        before, after = _topics(correction.before), _topics(correction.after)
        return f"{noun} {lines}: moved from {before} to {after}."
    return f"{noun} {lines}: {_WORDS[correction.kind][several]}."


def _topics(numbers: Sequence[int]) -> str:
    return _joined([f"T{number}" for number in numbers]) or "no topic"


def _ranges(lines: Sequence[int]) -> str:
    """Write numbers in order: `3 to 5, 9 and 11`."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    said = []
    for first, last in spans:
        said += (
            [f"{first} to {last}"]
            if last > first + 1
            else list(map(str, dict.fromkeys((first, last))))
        )
    return _joined(said)


def _joined(parts: Sequence[str]) -> str:
    *most, last = parts or [""]
    return f"{', '.join(most)} and {last}" if most else last
