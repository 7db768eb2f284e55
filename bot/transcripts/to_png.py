"""The picture of a closing post, as PNG: how a chat went over time, and how it was answered.

It shows what the two pictures of a transcript show, in their colours and words, in type that is
still read at a third of its size, on paper of its own, because chat platforms are light or dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.engine.state import Chat
from bot.transcripts.clock import Clock, span
from bot.transcripts.phrases import count, unposted
from bot.transcripts.pictures import (
    Tick,
    levels,
    share_of,
    ticks,
    time_described,
    topics_described,
)
from bot.transcripts.sheet import Sheet, Type
from bot.transcripts.summary import Step, Summary, TopicSummary

WIDTH, HEIGHT = 1200, 760
"""Pixels. Discord's desktop fits a picture into 550 by 350 points, Slack's into 360 across."""

MOST_DESCRIBED = 1000
"""Characters of a description: Slack takes 1,000, Discord 1,024."""

_PAPER, _INK, _QUIET, _GRID = "#faf9f6", "#1d2126", "#5b636c", "#d9dadb"
_MESSAGES, _PARTICIPANTS, _MARK = "#2b7a78", "#c8803a", "#a2402f"
_LEFT, _RIGHT, _EDGE = 96, WIDTH - 44, 44
_TITLES = [Type(size, _INK, bold=True) for size in (56, 50, 44)]
_FIGURES, _TEXT, _NAME = Type(34, _INK), Type(28, _QUIET), Type(28, _MARK, bold=True)
_TIME, _SMALL = Type(26, _INK), Type(26, _QUIET)
_NAMES = 34  # the height of a row of topics' names over the plot
_TOPICS = 130  # the height of a topic's highest bar
_WIDEST = 64  # a topic's bar
_ROUND = (1, 2, 5, *(10**n * k for n in range(1, 6) for k in (1, 2, 5)))


def picture(summary: Summary) -> bytes:
    """Draw a chat as a PNG of 1200 by 760 pixels, some 20 kB, the same bytes each time.

    It takes some fifty milliseconds of computing: call it with `asyncio.to_thread`. It reads
    the summary and the project's two font files, and nothing else. A title with letters that the
    fonts lack is left out for the chat's hashtag, or for its date; an emoji is left out alone.
    """
    sheet = Sheet(WIDTH, HEIGHT, _PAPER)
    top = _head(sheet, summary)
    base = HEIGHT - 72
    legend = base - _TOPICS - 58
    _over_time(sheet, summary, top, legend - 56)
    _by_topic(sheet, summary.topics, legend, base)
    return sheet.png()


def described(summary: Summary) -> str:
    """Say in words what the picture shows, for those who do not see it: at most 1,000 characters.

    The text holds figures, times and topics' numbers, and nothing that people wrote.
    """
    words = time_described(summary, Clock(summary.chat.agenda.zone))
    if summary.topics:
        words += f" {topics_described(summary)}."
    if len(words) <= MOST_DESCRIBED:
        return words
    return words[: words.rindex(" ", 0, MOST_DESCRIBED)].rstrip(" ,;:") + "…"


# ---------------------------------------------------------------- head


def _head(sheet: Sheet, summary: Summary) -> int:
    """Write what the chat is called and how many took part; return where it ends."""
    type_, lines = sheet.set_in(_RIGHT - _EDGE, _name(sheet, summary.chat), _TITLES)
    y = 32
    for line in lines:
        y += round(type_.size * 1.1)
        sheet.write(_EDGE, y, line, type_)
    y += 52
    ends = _EDGE + sheet.write(_EDGE, y, _figures(summary), _FIGURES)
    for words in _scale(summary):
        if ends + 40 + sheet.wide(words, _TEXT) <= _RIGHT:
            sheet.write(_RIGHT, y, words, _TEXT, "r")
            break
    return y


def _figures(summary: Summary) -> str:
    counts = summary.counts
    length = span((summary.chat.ends_at - summary.chat.opens_at).total_seconds())
    if not counts.messages:
        return f"No messages in {length}"
    people = count(counts.participants, "participant")
    return f"{count(counts.messages, 'message')} by {people} in {length}"


def _scale(summary: Summary) -> tuple[str, str]:
    """Say how long a bar is and in which zone's city times are; also without the latter."""
    chat = summary.chat
    bar = f"{span(summary.width.total_seconds())} a bar"
    city = chat.agenda.zone.rpartition("/")[2].replace("_", " ")
    return f"{bar}, times in {city}", bar


def _name(sheet: Sheet, chat: Chat) -> str:
    """Return the chat's title if the font has its letters, else its hashtag, else its date."""
    return (
        sheet.drawable(chat.agenda.title)
        or sheet.drawable(chat.agenda.hashtag)
        or Clock(chat.agenda.zone).date(chat.opens_at)
    )


# ---------------------------------------------------------------- over time


def _over_time(sheet: Sheet, summary: Summary, top: int, bottom: int) -> None:
    """Draw messages over the window, topics' names above it and times under it."""
    times = list(ticks(summary, Clock(summary.chat.agenda.zone)))
    base = bottom - (78 if any(tick.wall for tick in times) else 46)
    marks = _marks(sheet, summary)
    roof = top + 34 + _NAMES * (1 + max((mark.row or 0 for mark in marks), default=0))
    _levels(sheet, max((step.messages for step in summary.steps), default=0), roof, base)
    _bars(sheet, summary.steps, roof, base)
    _draw_marks(sheet, marks, roof, base)
    if not summary.counts.messages:
        middle = (_LEFT + _RIGHT) / 2
        sheet.write(middle, (roof + base) / 2 + 10, "No messages", _TEXT, "m")
    _times(sheet, times, base)


def _times(sheet: Sheet, times: Sequence[Tick], base: int) -> None:
    """Write times and dates under the plot; one for which there is no room is left out."""
    days_alone = not any(tick.wall for tick in times)
    first, last = (_EDGE // 2, WIDTH - _EDGE // 2) if days_alone else (_LEFT, _RIGHT)
    ends: dict[int, float] = {}
    for tick in times:
        x = _at(tick.share)
        sheet.block(x, base, x + 2, base + 8, _GRID)
        for words, y, type_ in (
            (tick.wall, base + 40, _TIME),
            (tick.date, base + (40 if days_alone else 73), _SMALL),
        ):
            wide = sheet.wide(words, type_)
            left = min(max(x - wide / 2, first), last - wide)
            if words and left >= ends.get(y, 0):
                ends[y] = left + sheet.write(left, y, words, type_) + 14


def _at(share: float) -> int:
    """Return where a line of two pixels stands on the axis of time."""
    return round(_LEFT + share * (_RIGHT - 2 - _LEFT))


def _levels(sheet: Sheet, most: int, roof: int, base: int) -> None:
    """Draw level lines at round numbers, as many as there is room for."""
    found = levels(most)
    steps = len(found) - 1
    every = next(
        n
        for n in range(1, steps + 1)
        if n == steps or (steps % n == 0 and (base - roof) * n >= (_SMALL.size + 8) * steps)
    )
    for level in found[::every]:
        y = round(base - level / found[-1] * (base - roof))
        sheet.block(_LEFT, y, _RIGHT, y + 2, _GRID)
        words = f"{level // 1000:,}k" if level and found[-1] >= 10_000 else f"{level:,}"
        sheet.write(_LEFT - 14, y + 10, words, _SMALL, "r")


def _bars(sheet: Sheet, steps: Sequence[Step], roof: int, base: int) -> None:
    most = levels(max(step.messages for step in steps))[-1]
    wide = (_RIGHT - _LEFT) / len(steps)
    for place, step in enumerate(steps):
        if step.messages:
            left = _LEFT + place * wide
            high = max(3, step.messages / most * (base - roof))
            sheet.block(left + wide * 0.1, base - high, left + wide * 0.9, base, _MESSAGES)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a topic came; its name stands in a row over the plot, 0 the lowest, or in none."""

    x: int
    name: str
    left: float
    right: float
    row: int | None


def _marks(sheet: Sheet, summary: Summary) -> Sequence[_Mark]:
    """Mark when topics came; where many came at once, their names take turns above one another."""
    marks: list[_Mark] = []
    ends = [0.0, 0.0]
    for topic in summary.topics:
        if topic.posted_at is None:
            continue
        x, name = _at(share_of(summary, topic.posted_at)), f"T{topic.number}"
        wide = sheet.wide(name, _NAME)
        left = min(float(x), _RIGHT - wide)
        row = next((n for n, end in enumerate(ends) if left >= end), None)
        if row is not None:
            ends[row] = left + wide + 10
        marks.append(_Mark(x, name, left, left + wide, row))
    return marks


def _draw_marks(sheet: Sheet, marks: Sequence[_Mark], roof: int, base: int) -> None:
    """Draw marks, and then their names, which no line of another one crosses."""
    for mark in marks:
        for y in range(roof - 8 - _NAMES * (mark.row or 0), base, 8):
            sheet.block(mark.x, y, mark.x + 2, min(y + 4, base), _MARK)
    for mark in marks:
        if mark.row is not None:
            foot = roof - 14 - _NAMES * mark.row
            sheet.block(mark.left - 3, foot - 24, mark.right + 3, foot + 4, _PAPER)
            sheet.write(mark.left, foot, mark.name, _NAME)


# ---------------------------------------------------------------- topics


def _by_topic(sheet: Sheet, topics: Sequence[TopicSummary], legend: int, base: int) -> None:
    """Draw messages and participants of each topic as pairs of bars on `base`."""
    x = float(_EDGE)
    for colour, words in (
        (_MESSAGES, "Messages and"),
        (_PARTICIPANTS, "participants of each topic"),
    ):
        sheet.block(x, legend - 21, x + 22, legend + 1, colour)
        x += 32 + sheet.write(x + 32, legend, words, _TEXT) + 14
    if not topics:
        sheet.write((_LEFT + _RIGHT) / 2, base - 50, "No topics", _TEXT, "m")
        return
    columns = _Columns(sheet, topics, base)
    for place, topic in enumerate(topics):
        columns.draw(place, topic)


class _Columns:
    """Places for topics side by side, as wide as their number allows."""

    def __init__(self, sheet: Sheet, topics: Sequence[TopicSummary], base: int) -> None:
        self._sheet = sheet
        self._base = base
        self._wide = (_RIGHT - _LEFT) / len(topics)
        self._bar = min(_WIDEST, self._wide * 0.4)
        most = max(topic.messages for topic in topics)
        self._numbered = sheet.wide(f"{most:,}", _SMALL) + 8 <= self._bar
        self._top = max(1, most) if self._numbered else levels(most)[-1]
        if self._numbered:
            sheet.block(_LEFT, base, _RIGHT, base + 2, _GRID)
        else:
            _levels(sheet, most, base - _TOPICS, base)
        name = sheet.wide(f"T{topics[-1].number}", _NAME) + 14
        self._every = next(n for n in _ROUND if n * self._wide >= name)

    def draw(self, place: int, topic: TopicSummary) -> None:
        """Draw a topic's pair of bars, its figures if there is room, and its name."""
        x = _LEFT + (place + 0.5) * self._wide
        if place % self._every == 0:
            name = f"T{topic.number}"
            self._sheet.write(x, self._base + 40, name, _NAME, "m")
        if topic.posted_at is None:
            words = unposted(topic)
            words = words if self._sheet.wide(words, _SMALL) < self._wide else "–"
            self._sheet.write(x, self._base - 12, words, _SMALL, "m")
            return
        for left, value, colour in (
            (x - self._bar, topic.messages, _MESSAGES),
            (x, topic.participants, _PARTICIPANTS),
        ):
            high = max(3, value / self._top * _TOPICS)
            gap = 1 if self._bar > 8 else 0
            right = left + self._bar
            self._sheet.block(left + gap, self._base - high, right - gap, self._base, colour)
            if self._numbered:
                y = self._base - high - 10
                self._sheet.write((left + right) / 2, y, f"{value:,}", _SMALL, "m")
