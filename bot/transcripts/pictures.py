"""Two pictures of a chat, drawn as SVG: how it went over time, and how its topics were answered.

Colours come from classes, so that a page can set them; on its own a picture brings its sheet.
Both are described in words for those who do not see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.transcripts.clock import Clock, span
from bot.transcripts.html_text import text
from bot.transcripts.phrases import count, hour, unposted
from bot.transcripts.summary import Step, Summary, TopicSummary

WIDTH = 720
_LEFT, _RIGHT = 52, 12
_TOP, _PLOT, _FOOT = 54, 150, 58
_LABEL_WIDTH, _LABEL_ROWS = 34, 2
_ROW = 54

SHEET = (
    ".pic{font:13px system-ui,sans-serif;fill:#1d2126}.pic .a{fill:#2b7a78}.pic .b{fill:#c8803a}"
    ".pic .g{stroke:#8a929b;stroke-opacity:.35}.pic .m{stroke:#a2402f;stroke-dasharray:2 3}"
    ".pic .t{fill:#a2402f;font-weight:600}.pic .q{fill:#5b636c}"
    "@media(prefers-color-scheme:dark){.pic{fill:#e6e8ea}.pic .a{fill:#4fb3ab}.pic .b{fill:#dd9c5a}"
    ".pic .m{stroke:#ef8a75}.pic .t{fill:#ef8a75}.pic .q{fill:#a3abb4}}"
)
"""The colours of a picture that stands on its own; a page may give the classes others."""


def over_time(summary: Summary, *, alone: bool = False) -> str:
    """Draw participants' messages over the window, with the moments at which topics came."""
    clock = Clock(summary.chat.agenda.zone)
    steps = summary.steps
    title = time_title(summary)
    height = _TOP + _PLOT + _FOOT
    body = [
        *_levels(max((step.messages for step in steps), default=0)),
        *_bars(steps),
        *_ticks(summary, clock),
        *_marks(summary),
    ]
    if not summary.counts.messages:
        body.append(_label(WIDTH / 2, _TOP + _PLOT / 2, "No messages", "middle", "q"))
    return _svg(title, time_described(summary, clock), height, body, alone)


def time_title(summary: Summary) -> str:
    """Say what is drawn over time, and how long a bar is."""
    width = summary.width
    return f"Messages over the window, {span(width.total_seconds())} a bar"


def by_topic(summary: Summary, *, alone: bool = False) -> str:
    """Draw messages and participants of each topic as pairs of bars."""
    topics = summary.topics
    most = max((topic.messages for topic in topics), default=0)
    body = [
        f'<rect class="a" x="{_LEFT}" y="5" width="14" height="14" rx="2"/>',
        _label(_LEFT + 20, 18, "messages"),
        f'<rect class="b" x="{_LEFT + 150}" y="5" width="14" height="14" rx="2"/>',
        _label(_LEFT + 170, 18, "participants"),
    ]
    for place, topic in enumerate(topics):
        body += _pair(topic, 34 + place * _ROW, most)
    if not topics:
        body.append(_label(WIDTH / 2, 62, "No topics", "middle", "q"))
    height = 38 + max(1, len(topics)) * _ROW
    return _svg(
        "Messages and participants of each topic", topics_described(summary), height, body, alone
    )


def _svg(title: str, described: str, height: int, body: Sequence[str], alone: bool) -> str:
    space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    sheet = f"<style>{SHEET}</style>" if alone else ""
    return (
        f'<svg{space} class="pic" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{text(title)}</title><desc>{text(described)}</desc>{sheet}{''.join(body)}</svg>"
    )


def _label(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    dress = f' class="{kind}"' if kind else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{where}{dress}>{text(words)}</text>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# ---------------------------------------------------------------- over time


def time_described(summary: Summary, clock: Clock) -> str:
    """Say in words what is drawn over time."""
    said = f"{count(summary.counts.messages, 'message')} in the window."
    if summary.busiest:
        said += (
            f" Busiest hour: {hour(summary.busiest, clock)} with "
            f"{count(summary.busiest.messages, 'message')}."
        )
    topics = [
        f"T{topic.number} {clock.short(topic.posted_at)}"
        for topic in summary.topics
        if topic.posted_at
    ]
    return f"{said} Topics posted: {', '.join(topics)}." if topics else said


def _levels(most: int) -> Iterator[str]:
    """Draw level lines at round numbers, zero among them."""
    for level in levels(most):
        y = _TOP + _PLOT - (level / levels(most)[-1] * _PLOT if level else 0)
        yield f'<path class="g" d="M{_LEFT} {_n(y)}H{WIDTH - _RIGHT}"/>'
        yield _label(_LEFT - 8, y + 4, f"{level:,}", "end", "q")


def levels(most: int) -> list[int]:
    """Return two to five round levels from 0 to at least `most`."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= 4 * size * factor:
                step = size * factor
                return [step * n for n in range(max(1, -(-most // step)) + 1)]
        size *= 10


def _bars(steps: Sequence[Step]) -> Iterator[str]:
    top = levels(max((step.messages for step in steps), default=0))[-1]
    wide = (WIDTH - _LEFT - _RIGHT) / max(1, len(steps))
    for place, step in enumerate(steps):
        if step.messages:
            high = max(1.5, step.messages / top * _PLOT)
            yield (
                f'<rect class="a" x="{_n(_LEFT + place * wide + wide * 0.1)}" '
                f'y="{_n(_TOP + _PLOT - high)}" width="{_n(wide * 0.8)}" height="{_n(high)}"/>'
            )


def share_of(summary: Summary, at: datetime) -> float:
    """Return where a moment stands on the axis of time, from 0 (the opening) to 1 (its end)."""
    whole = summary.width * len(summary.steps)
    return min(max((at - summary.chat.opens_at) / whole, 0.0), 1.0)


def _x(summary: Summary, at: datetime) -> float:
    return _LEFT + share_of(summary, at) * (WIDTH - _LEFT - _RIGHT)


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis: its wall time where ticks are less than a day apart, else empty.

    `date` is written where it changes, else empty.
    """

    share: float
    wall: str
    date: str


_TICKS = [timedelta(minutes=m) for m in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200)]


def ticks(summary: Summary, clock: Clock) -> Iterator[Tick]:
    """Yield the times to write under the bars, at most seven, in the zone of `clock`."""
    chat = summary.chat
    whole = summary.width * len(summary.steps)
    tick = next((tick for tick in _TICKS if whole <= tick * 6), _TICKS[-1])
    day = None
    for place in range(int(whole / tick) + 1):
        at = chat.opens_at + tick * place
        local = clock.local(at)
        wall = clock.wall(local) if tick < timedelta(days=1) else ""
        yield Tick(share_of(summary, at), wall, "" if local.date() == day else clock.short(at)[:-6])
        day = local.date()


def _ticks(summary: Summary, clock: Clock) -> Iterator[str]:
    """Write times under the bars, and the date where it changes."""
    base = _TOP + _PLOT
    for tick in ticks(summary, clock):
        x = _LEFT + tick.share * (WIDTH - _LEFT - _RIGHT)
        anchor = "end" if x > WIDTH - _RIGHT - 30 else "middle" if tick.share else "start"
        yield f'<path class="g" d="M{_n(x)} {base}v5"/>'
        if tick.wall:
            yield _label(x, base + 24, tick.wall, anchor)
        if tick.date:
            yield _label(x, base + 48, tick.date, anchor, "q")


def _marks(summary: Summary) -> Iterator[str]:
    """Mark when topics came; where many came at once, their names take turns above one another."""
    ends = [0.0] * _LABEL_ROWS
    for topic in sorted(summary.topics, key=lambda topic: topic.number):
        if topic.posted_at is None:
            continue
        x = _x(summary, topic.posted_at)
        row = next((n for n, end in enumerate(ends) if x >= end), None)
        top = _TOP - 4 if row is None else _TOP - 8 - row * 22
        yield f'<path class="m" d="M{_n(x)} {top}V{_TOP + _PLOT}"/>'
        if row is not None:
            ends[row] = x + _LABEL_WIDTH + 8 * (len(str(topic.number)) - 1)
            anchor = "end" if x > WIDTH - _RIGHT - 20 else "start"
            yield _label(x if anchor == "end" else x - 2, top - 4, f"T{topic.number}", anchor, "t")


# ---------------------------------------------------------------- topics


def topics_described(summary: Summary) -> str:
    """Say in words how the topics were answered; empty without topics."""
    return "; ".join(
        f"T{topic.number}: {count(topic.messages, 'message')} by "
        f"{count(topic.participants, 'participant')}"
        for topic in summary.topics
    )


def _pair(topic: TopicSummary, y: float, most: int) -> Iterator[str]:
    yield _label(_LEFT - 8, y + 27, f"T{topic.number}", "end", "t")
    if topic.posted_at is None:
        yield _label(_LEFT, y + 27, unposted(topic), kind="q")
        return
    room = WIDTH - _LEFT - _RIGHT - 56
    for kind, value, at in (("a", topic.messages, y + 2), ("b", topic.participants, y + 23)):
        long = max(1.5, value / most * room) if value else 1.5
        yield f'<rect class="{kind}" x="{_LEFT}" y="{_n(at)}" width="{_n(long)}" height="18"/>'
        yield _label(_LEFT + long + 6, at + 14, f"{value:,}", kind="q")
