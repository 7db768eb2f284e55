"""Looks at what one person says after another thing: floods, copies, links, invitations.

One pure step. What is remembered of a person is bounded and holds no word: when something was said,
how much it was, and a digest of its words if they are many.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple

from bot.safety import sites
from bot.safety.folding import LONGEST, folded, letters_of, pieces_of
from bot.safety.rules import KEPT, Limit, Limits, Rules
from bot.safety.words import Lexicon


class Breach(StrEnum):
    """What somebody did that rules are for, as its author and moderators are told."""

    FLOOD = "much within a short time"
    DUPLICATE = "the same words again and again"
    MENTIONS = "many mentions within a short time"
    BLOCKED_LINK = "a link to a site that is not wanted here"
    INVITATION = "an invitation to another place"
    NEW_ACCOUNT = "much from an account that is new"
    SEVERE = "words that moderators look at"


_ORDER = tuple(Breach)


class Saying(NamedTuple):
    """One message of one person.

    `at` and `account_since` are aware. `mentions` are the people and groups that the platform
    notified; None: they are counted in the text. `account_since` is None where it is not known.
    """

    at: datetime
    text: str
    mentions: int | None = None
    attachments: int = 0
    account_since: datetime | None = None
    blocked_domains: Collection[str] = ()
    allow_words: Collection[str] = ()


class Trace(NamedTuple):
    """What is remembered of a saying; `digest` is empty where its words are few."""

    at: datetime
    digest: bytes
    characters: int
    lines: int
    links: int
    attachments: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Recent:
    """What is remembered of one person: at most KEPT traces, in the order of their times."""

    traces: tuple[Trace, ...] = ()


def watch(recent: Recent, saying: Saying, lexicon: Lexicon) -> tuple[Recent, tuple[Breach, ...]]:
    """Return what is remembered with one saying more, and what it breaches, in Breach's order.

    Times decide, not the order of arrival: a saying breaches a limit if any window with it in it
    holds too much, whichever of its sayings came first. So of a set of at most KEPT sayings it does
    not depend on their order whether a limit is breached, only with which of them that is seen.
    Of more the KEPT nearest in time to the newest arrival are remembered, so that reading back a
    long absence, forwards or backwards, sees what was said together. A saying is given once; an
    edit goes to `wording`.
    """
    read = _read(saying.text)
    trace = _trace(saying, read, lexicon.rules)
    traces, place = _with(recent.traces, trace)
    near, here = _near(traces, place, lexicon.reach)
    breaches = {*_by_words(saying, read, lexicon), *_beyond(near, here, lexicon.rules.limits)}
    new = lexicon.rules.new_accounts
    if _is_new(saying, new.hours) and _beyond(near, here, new.limits):
        breaches.add(Breach.NEW_ACCOUNT)
    kept = traces[1:] if len(traces) > KEPT and _is_far(traces, trace) else traces[:KEPT]
    return Recent(tuple(kept)), tuple(sorted(breaches, key=_ORDER.index))


def wording(saying: Saying, lexicon: Lexicon) -> tuple[Breach, ...]:
    """Return what a wording breaches by itself, said for the first time or edited."""
    read = _read(saying.text)
    return tuple(_by_words(saying, read, lexicon))


class _Reading(NamedTuple):
    """A text as words are compared in it, its words, and as addresses are."""

    folded: str
    pieces: list[str]
    plain: str


def _read(text: str) -> _Reading:
    whole = folded(text)
    return _Reading(whole, pieces_of(whole), sites.plain(text))


def _by_words(saying: Saying, read: _Reading, lexicon: Lexicon) -> Iterator[Breach]:
    if saying.blocked_domains and (named := sites.named(read.plain)):
        blocked = frozenset(filter(None, map(sites.site, saying.blocked_domains)))
        if any(sites.is_of(one, blocked) for one in named):
            yield Breach.BLOCKED_LINK
    if sites.invites(read.plain, lexicon.invitations):
        yield Breach.INVITATION
    if lexicon.severe_in(read.folded, read.pieces, saying.allow_words):
        yield Breach.SEVERE


# ---------------------------------------------------------------- one saying

_PERSON = re.compile(r"<(?P<it>@[!&]?|!subteam\^)(?P<id>[A-Za-z0-9]{1,30})(?:\|[^<>\n]{0,200})?>")
_EVERYONE = re.compile(
    r"(?<![\w@/.<])@(?:everyone|here|channel)\b|<!(?:everyone|here|channel)(?:\|[^<>\n]{0,40})?>"
)


def mentions_in(text: str, everyone_counts: int) -> int:
    """Return how many people and groups a text mentions, as Discord, Slack and Rounds write it.

    Each counts once; a call to everyone counts as many as given.
    """
    text = text[:LONGEST]
    if "@" not in text and "<!" not in text:
        return 0
    people = {(found["it"] == "@&", found["id"]) for found in _PERSON.finditer(text)}
    calls = sum(1 for _ in _EVERYONE.finditer(text))
    return len(people) + everyone_counts * calls


def _trace(saying: Saying, read: _Reading, rules: Rules) -> Trace:
    said, digest = letters_of(read.pieces), b""
    if len(said) >= rules.shortest_duplicate:
        digest = blake2b(said.encode("utf-8", "replace"), digest_size=8).digest()
    mentions = saying.mentions
    return Trace(
        at=saying.at,
        digest=digest,
        characters=len(saying.text),
        lines=saying.text.count("\n") + 1,
        links=len(sites.linked(read.plain)),
        attachments=saying.attachments,
        mentions=mentions_in(saying.text, rules.everyone_counts) if mentions is None else mentions,
    )


def _is_new(saying: Saying, hours: int) -> bool:
    since = saying.account_since
    return since is not None and saying.at - since < timedelta(hours=hours)


# ---------------------------------------------------------------- several sayings


def _with(traces: tuple[Trace, ...], trace: Trace) -> tuple[list[Trace], int]:
    """Return the traces with one more in its place, and that place."""
    place = bisect_right(traces, trace.at, key=attrgetter("at"))
    return [*traces[:place], trace, *traces[place:]], place


def _near(traces: list[Trace], place: int, reach: timedelta) -> tuple[list[Trace], int]:
    """Return the traces that a window can hold beside the one at `place`, and its place there."""
    at, start, end = traces[place].at, place, place + 1
    while start > 0 and at - traces[start - 1].at < reach:
        start -= 1
    while end < len(traces) and traces[end].at - at < reach:
        end += 1
    return traces[start:end], place - start


def _is_far(traces: list[Trace], trace: Trace) -> bool:
    """Whether the oldest trace is farther away in time than the newest."""
    return trace.at - traces[0].at >= traces[-1].at - trace.at


_COUNTED: tuple[tuple[str, Breach, Callable[[Trace], int]], ...] = (
    ("messages", Breach.FLOOD, lambda _one: 1),
    ("characters", Breach.FLOOD, lambda one: one.characters),
    ("lines", Breach.FLOOD, lambda one: one.lines),
    ("links", Breach.FLOOD, lambda one: one.links),
    ("attachments", Breach.FLOOD, lambda one: one.attachments),
    ("mentions", Breach.MENTIONS, lambda one: one.mentions),
)


def _beyond(traces: list[Trace], place: int, limits: Limits) -> set[Breach]:
    """Return which limits some window breaches that the trace at `place` is in."""
    found = set()
    trace = traces[place]
    for name, breach, much in _COUNTED:
        if breach in found or not much(trace):
            continue
        of: tuple[Limit, ...] = getattr(limits, name)
        for limit in of:
            if _most(traces, place, limit.within, much) > limit.most:
                found.add(breach)
    if trace.digest and limits.duplicates:
        same = [one for one in traces if one.digest == trace.digest]
        here = next(number for number, one in enumerate(same) if one is trace)
        for limit in limits.duplicates:
            if _most(same, here, limit.within, lambda _one: 1) > limit.most:
                found.add(Breach.DUPLICATE)
    return found


def _most(traces: list[Trace], place: int, length: timedelta, much: Callable[[Trace], int]) -> int:
    """Return the largest sum in a window of that length that the trace at `place` is in."""
    if len(traces) == 1:
        return much(traces[0])
    at = traces[place].at
    start = place
    is_last = place + 1 == len(traces) or traces[place + 1].at - at >= length
    if is_last and (place == 0 or at - traces[place - 1].at >= length):
        return much(traces[place])
    while start > 0 and at - traces[start - 1].at < length:
        start -= 1
    end, total, most = start, 0, 0
    for first in range(start, place + 1):
        while end < len(traces) and traces[end].at - traces[first].at < length:
            total += much(traces[end])
            end += 1
        most = max(most, total)
        total -= much(traces[first])
    return most
