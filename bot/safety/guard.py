"""Looks at what somebody says for what a patient could be known by."""

from __future__ import annotations

from collections.abc import Iterable

from bot.safety.cues import by_words
from bot.safety.findings import Confidence, Finding, Kind
from bot.safety.lookalikes import plain
from bot.safety.shapes import by_shape

LONGEST = 8_000
"""Characters that are looked at: twice what Discord lets anybody say, and what people do on Slack.

What is longer is no part of a conversation; somebody must read its end.
"""


def look(text: str) -> tuple[Finding, ...]:
    """Return what a text tells, in its order; findings do not overlap.

    Of two that would, the surer one stays, then the longer. Where a text has more candidates than
    any conversation has, or is longer, the rest of it is one finding of kind UNREAD, so that
    nothing hides there.
    """
    seen = plain(text[:LONGEST])
    found = [*by_words(seen), *by_shape(seen)]
    if not found and len(seen) == len(text):
        return ()
    read = min((one.start for one in found if one.kind is Kind.UNREAD), default=len(seen))
    kept = _apart(one for one in found if one.end <= read)
    if read < len(text):
        kept.append(Finding(read, len(text), Kind.UNREAD, Confidence.LIKELY))
    return tuple(kept)


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    for one in sorted(findings, key=lambda f: (-f.confidence, f.start - f.end, f.start, f.kind)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept)
