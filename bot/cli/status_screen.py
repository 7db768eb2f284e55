"""`rounds status`: how a store stands, for a terminal as wide as it is, else whole and plain."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.agendas.mistakes import printable
from bot.cli.invocation import say_all
from bot.cli.served import who_serves
from bot.cli.situation import Due, Running, Serving, Status, Stuck
from bot.cli.status import status_of
from bot.cli.stores import opened
from bot.cli.terminal import Piece, in_columns, show, width
from bot.engine import wording
from bot.engine.rooms import platform_name
from bot.settings import Settings

Thing = TypeVar("Thing")

SHOWN = 10
"""Of what is due so many lines are shown, the nearest, and of what is stuck as many."""

NARROWEST = 40
"""Characters; on a narrower terminal lines run over."""

_MARGIN = 2
_LABEL = 8

Line = tuple[Piece, ...]
"""A line in pieces, each a text and what it is shown as."""


def shown(status: Status, width: int | None) -> list[Line]:
    """Lay a status out; `width` is in characters, None where nobody's terminal cuts lines."""
    page = _Page(status, None if width is None else max(width, NARROWEST))
    lines = [
        *page.head(),
        *page.titled("Running", status.running, page.running, "No chat is open."),
        *page.titled(
            "Due next", status.due, page.due, "No chat is planned. rounds next lists the dates."
        ),
        *page.titled("Stuck", status.stuck, page.stuck, "Nothing is stuck."),
    ]
    return [tuple((printable(text), style) for text, style in line) for line in lines]


class _Page:
    """Writes the parts of a page of one width."""

    def __init__(self, status: Status, width: int | None) -> None:
        self._status = status
        self._now = status.at
        self._width = width

    def head(self) -> Iterator[Line]:
        """Name the store and the moment, and who serves."""
        at = f"{self._now:%a %Y-%m-%d %H:%M} UTC"
        name = f"Rounds, {self._status.store}"
        gap = 2 if self._width is None else self._width - len(name) - len(at)
        if gap >= 2:
            yield ((name, "bold"), (" " * gap, ""), (at, "dim"))
        else:
            yield ((name, "bold"),)
            yield ((at, "dim"),)
        serving = self._status.serving
        mark, style = _light(serving)
        for sentence in _who(serving):
            for text in self._wrapped(sentence, _MARGIN):
                yield ((f"{mark} ", style), (text, ""))
                mark = " "
        if serving.platforms:
            pieces: list[Piece] = [("  ", "")]
            for n, (platform, told) in enumerate(serving.platforms.items()):
                is_well = bool(told.get("connected")) and bool(told.get("current"))
                pieces.append((", " if n else "", ""))
                pieces.append((_standing(platform, told), "" if is_well else "bad"))
            yield tuple(pieces)

    def titled(
        self,
        title: str,
        things: Sequence[Thing],
        write: Callable[[Sequence[Thing]], Iterator[Line]],
        nothing: str,
    ) -> Iterator[Line]:
        """Write a part under its heading; say so where there is nothing."""
        yield ()
        count = f"  {len(things)}" if things else ""
        yield ((title, "bold"), (count, "dim"))
        if things:
            yield from write(things)
        else:
            for text in self._wrapped(nothing, _MARGIN):
                yield ((f"  {text}", "dim"),)

    # ------------------------------------------------------------ what runs

    def running(self, chats: Sequence[Running]) -> Iterator[Line]:
        """Write a block for each chat that is open."""
        for number, one in enumerate(chats):
            if number:
                yield ()
            title = self._cut(one.title, _MARGIN + len(one.chat) + 2)
            state: tuple[Piece, ...] = ((" (paused)", "bad"),) if one.paused else ()
            yield ((f"  {one.chat}", "bold"), (f"  {title}", ""), *state)
            yield from self._labelled("since", _local(one.opened_at, one.zone))
            left = one.closes_at - self._now
            rest = f"{span(left)} left" if left > timedelta(0) else "over"
            yield from self._labelled("until", f"{_local(one.closes_at, one.zone)}, {rest}")
            yield from self._labelled("topic", _topic(one, self._now))
            yield from self._labelled("talk", _talk(one))
            yield from self._labelled("in", ", ".join(one.rooms))

    def _labelled(self, label: str, text: str) -> Iterator[Line]:
        margin = _MARGIN * 2 + _LABEL
        for number, part in enumerate(self._wrapped(text, margin)):
            name = label if number == 0 else ""
            yield ((f"    {name:<{_LABEL}}", "dim"), (part, ""))

    # ------------------------------------------------------------ what is due

    def due(self, dues: Sequence[Due]) -> Iterator[Line]:
        """Write a line for each chat, or two where they are too long for the terminal."""
        first = dues[:SHOWN] if self._width is not None else dues
        cells = [self._cells(one) for one in first]
        rows = [f"  {row}" for row in in_columns(cells)]
        if self._width is None or max(map(len, rows)) <= self._width:
            for row, (when, *_rest) in zip(rows, cells, strict=True):
                end = _MARGIN + len(when)
                yield ((row[:end], self._urgent(when)), (row[end:], ""))
        else:
            heads = in_columns([(when, chat, what) for when, chat, what, *_rest in cells])
            longest = max(len(local) + 2 + len(utc) for *_head, local, utc in cells)
            column = max(len(when) for when, *_rest in cells) + 2 * _MARGIN
            indent = max(2 * _MARGIN, min(column, self._width - longest))
            for head, (when, _chat, _what, local, utc) in zip(heads, cells, strict=True):
                end = len(when)
                yield ((f"  {head[:end]}", self._urgent(when)), (head[end:], ""))
                yield ((f"{' ' * indent}{local}  {utc}", "dim"),)
        yield from self._further(len(dues) - len(first))

    def _cells(self, due: Due) -> tuple[str, str, str, str, str]:
        away = due.at - self._now
        when = f"in {span(away)}" if away >= timedelta(0) else f"{span(-away)} ago"
        return when, due.chat, due.what, _local(due.at, due.zone), f"{due.at:%Y-%m-%dT%H:%MZ}"

    @staticmethod
    def _urgent(when: str) -> str:
        return "bad" if when.endswith(" ago") else ""

    # ------------------------------------------------------------ what is stuck

    def stuck(self, stuck: Sequence[Stuck]) -> Iterator[Line]:
        """Write what is stuck, and below it why."""
        first = stuck[:SHOWN] if self._width is not None else stuck
        for one in first:
            for number, text in enumerate(self._wrapped(one.what, 2 * _MARGIN)):
                yield (("  ✗ " if number == 0 else "    ", "bad"), (text, ""))
            for text in self._wrapped(", ".join(_details(one, self._now)), 2 * _MARGIN):
                yield ((f"    {text}", "dim"),)
            for text in self._wrapped(one.why, 2 * _MARGIN):
                yield ((f"    {text}", ""),)
        yield from self._further(len(stuck) - len(first))

    # ------------------------------------------------------------ widths

    def _further(self, count: int) -> Iterator[Line]:
        if count:
            yield ((f"  and {count} more: rounds status --json has them all", "dim"),)

    def _wrapped(self, text: str, margin: int) -> list[str]:
        flat = " ".join(text.split())
        if self._width is None:
            return [flat] if flat else []
        width = self._width - margin
        return textwrap.wrap(flat, width, break_on_hyphens=False, break_long_words=False)

    def _cut(self, text: str, margin: int) -> str:
        flat = " ".join(text.split())
        if self._width is None or len(flat) <= self._width - margin:
            return flat
        return f"{flat[: max(1, self._width - margin - 1)].rstrip()}…"


async def show_status(settings: Settings, now: datetime, *, as_json: bool) -> bool:
    """Print how the store of these settings stands; say whether something is stuck.

    Raises Stopped where there is no store, and StoreError where it cannot be read.
    """
    async with opened(settings.where) as store, store.reading() as tables:
        serving = await who_serves(settings)
        status = await status_of(tables, str(settings.where), serving, now)
    if as_json:
        say_all(json.dumps(written(status), indent=2).splitlines())
    else:
        show(shown(status, width()))
    return bool(status.stuck)


def _light(serving: Serving) -> tuple[str, str]:
    """Return the mark before who serves, and its colour."""
    if serving.who == "" or serving.is_ready is False:
        return "○", "bad"
    return ("●", "good") if serving.is_ready else ("○", "")


def _who(serving: Serving) -> Iterator[str]:
    """Say who serves, and what the server says of itself."""
    if serving.who == "":
        yield "Nobody serves this store."
        return
    if serving.who:
        yield f"Served by {serving.who}"
    said = serving.vitals.get("status") if serving.vitals else None
    yield f"{said} at {serving.address}" if said else f"no answer at {serving.address}"


def _standing(platform: str, told: Mapping[str, object]) -> str:
    name = platform_name(platform)
    if not told.get("connected"):
        return f"{name} is not connected"
    return f"{name} is connected" if told.get("current") else f"{name} is being read back"


def _topic(one: Running, now: datetime) -> str:
    if one.topic is None or one.topic_at is None:
        return f"none of {one.topics} yet"
    return f"T{one.topic} of {one.topics}, for {span(now - one.topic_at)}: {one.ask}"


def _talk(one: Running) -> str:
    if not one.messages:
        return "nothing yet"
    people = "1 person" if one.people == 1 else f"{one.people:,} people"
    return f"{wording.count(one.messages, 'message')} by {people}"


def _details(stuck: Stuck, now: datetime) -> Iterator[str]:
    """Say since when something is stuck, how often it was tried, and what waits behind it."""
    if stuck.since is not None:
        yield f"since {stuck.since:%a %Y-%m-%d %H:%M} UTC ({span(now - stuck.since)})"
    if stuck.tries:
        yield "tried once" if stuck.tries == 1 else f"tried {stuck.tries} times"
    if stuck.behind:
        yield f"{stuck.behind} more behind it"


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} {zone}"


def span(length: timedelta) -> str:
    """Write a length of time in its two largest units: `3 days`, `2 h 5 min`, `40 s`."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    days, hours, minutes = seconds // 86_400, seconds // 3_600, seconds // 60 % 60
    if hours >= 48:
        return wording.count(days, "day")
    if hours >= 10:
        return f"{hours} h"
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours))


def written(status: Status) -> dict[str, object]:
    """Return a status for machines; times are UTC in ISO 8601."""
    told: dict[str, object] = {
        "at": status.at,
        "store": status.store,
        "serving": {
            "known": status.serving.who is not None,
            "by": status.serving.who,
            "address": status.serving.address,
            "says": status.serving.vitals,
        },
        "running": [dataclasses.asdict(one) for one in status.running],
        "due": [dataclasses.asdict(one) for one in status.due],
        "stuck": [dataclasses.asdict(one) for one in status.stuck],
    }
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
