"""What becomes of a chat while nobody is there: its topics, its end, and where it was missed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.agenda import Topic
from bot.engine.chat import wake_at
from bot.engine.errors import Refused
from bot.engine.pace import APART, ON_TIME
from bot.engine.signals import Woke
from bot.engine.state import Chat, Stage
from tests.engine.script import OPENS, Script, agenda

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operating.md"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
SHOWN = 8
"""Of more topics the table shows the first three and the last."""

# ---------------------------------------------------------------- the table in the docs


def script(afters: Sequence[timedelta], window: timedelta) -> Script:
    """Plan a chat with topics at these times after its opening."""
    topics = tuple(Topic(f"Question {n}?", after) for n, after in enumerate(afters, 1))
    return Script(replace(agenda("0m"), window=window, topics=topics))


def passes(chat: Script, until: datetime) -> None:
    """Let time pass with somebody there, who wakes the chat at each of its moments."""
    while (moment := wake_at(chat.it)) is not None and moment <= until:
        chat.now = max(chat.now, moment)
        if not chat.take(Woke(chat.now)):
            break
    chat.now = max(chat.now, until)


def sleeps(chat: Script, until: datetime) -> None:
    """Let time pass with nobody there; then wake the chat."""
    chat.now = until
    chat.take(Woke(until))


def span(text: str) -> timedelta:
    """Read `2:30`, hours and minutes, or `-0:05`."""
    hours, minutes = text.lstrip("-").split(":")
    found = timedelta(hours=int(hours), minutes=int(minutes))
    return -found if text.startswith("-") else found


@dataclass(frozen=True)
class Row:
    """A line of the table: a chat, from when to when nobody was there, and what comes of it."""

    window: timedelta
    afters: tuple[timedelta, ...]
    left: timedelta
    back: timedelta
    outcome: str


def rows() -> list[Row]:
    """Read the table under `After an absence`."""
    part = PAGE.read_text("utf-8").partition("<!-- absences -->")[2].partition("<!-- /absences")[0]
    found = []
    chat: tuple[timedelta, tuple[timedelta, ...]] | None = None
    for line in part.splitlines():
        heading = re.match(r"A chat of (\d+) hours?, topics? at (.+):$", line)
        if heading is not None:
            afters = tuple(span(one) for one in heading[2].split(", "))
            chat = timedelta(hours=int(heading[1])), afters
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if chat is not None and len(cells) == 3 and re.match(r"-?\d+:\d\d$", cells[0]):
            found.append(Row(*chat, span(cells[0]), span(cells[1]), cells[2]))
    return found


def outcome(row: Row) -> str:
    """Say what becomes of a row's chat, as the table does."""
    chat = script(row.afters, row.window)
    passes(chat, OPENS + row.left)
    here = [number for number, _ in chat.opened()]
    sleeps(chat, OPENS + row.back)
    passes(chat, OPENS + max(row.back, row.window) + MINUTE)
    if chat.it.stage is Stage.MISSED:
        return "missed"
    came = [f"T{n} {clock(at)}" for n, at in chat.opened() if n not in here]
    never = [f"T{topic.number}" for topic in chat.it.waiting]
    if len(came) > SHOWN:
        came = [*came[:3], "...", came[-1]]
    said = [", ".join(came)] if came else []
    if row.back >= row.window:
        said.append("closed at once")
    if never:
        names = never[0] if len(never) == 1 else f"{never[0]} to {never[-1]}"
        said.append(f"{names} not posted")
    return "; ".join(said)


def clock(at: timedelta) -> str:
    whole = round(at / SECOND)
    text = f"{whole // 3600}:{whole // 60 % 60:02}"
    return f"{text}:{whole % 60:02}" if whole % 60 else text


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.window}, {row.left} to {row.back}")
def test_the_docs_say_what_comes_of_an_absence(row: Row) -> None:
    assert outcome(row) == row.outcome


def test_the_docs_tell_of_every_kind_of_absence() -> None:
    found = rows()
    assert {row.window // timedelta(hours=1) for row in found} == {1, 48}
    assert max(len(row.afters) for row in found) == 30
    spans = {row.back - row.left for row in found}
    assert spans >= {MINUTE, 10 * MINUTE, 180 * MINUTE, timedelta(hours=20), timedelta(days=3)}
    assert max(spans) >= timedelta(days=365)
    assert {"missed", "closed at once"} <= {row.outcome.partition(";")[0] for row in found}


# ---------------------------------------------------------------- whatever happens


@dataclass(frozen=True)
class Story:
    """A chat and the moments, in seconds after the opening, at which something begins or ends."""

    window: int
    afters: tuple[int, ...]
    absences: tuple[tuple[int, int], ...]  # from, until
    commands: tuple[tuple[int, str], ...]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw a chat of an hour to two days with up to thirty topics."""
    window = draw(st.sampled_from([3600, 2 * 3600, 48 * 3600]))
    count = draw(st.integers(1, 30))
    steps = draw(st.lists(st.integers(60, window // count), min_size=count - 1, max_size=count - 1))
    afters = tuple(sum(steps[:n]) for n in range(count))
    edges = draw(st.lists(st.integers(-7200, window + 86_400), max_size=6, unique=True).map(sorted))
    words = st.sampled_from(["pause", "resume", "extend 1h", "next", "skip", "topic One more?"])
    moments = st.integers(0, window)
    commands = draw(st.lists(st.tuples(moments, words), max_size=3).map(sorted))
    pairs = tuple(zip(edges[::2], edges[1::2], strict=False))
    return Story(window, afters, pairs, tuple(commands))


def moments(story: Story) -> Iterator[tuple[int, str, int]]:
    """Yield what happens, in order: `away` until then, or a command while somebody is there."""
    aways = [(begin, "away", end) for begin, end in story.absences]
    typed = [
        (at, words, at)
        for at, words in story.commands
        if not any(begin <= at <= end for begin, end in story.absences)
    ]
    yield from sorted(aways + typed)


def lives_through(story: Story) -> tuple[Script, list[tuple[Chat, Chat, datetime]]]:
    """Hold the chat; return it, and for each return how it stood before and after, and when."""
    chat = script([timedelta(seconds=s) for s in story.afters], timedelta(seconds=story.window))
    returns = []
    for at, what, until in moments(story):
        passes(chat, OPENS + timedelta(seconds=at))
        if what == "away":
            before = chat.it
            sleeps(chat, OPENS + timedelta(seconds=until))
            returns.append((before, chat.it, chat.now))
        else:
            chat_is_told(chat, what)
    passes(chat, OPENS + timedelta(days=6))
    return chat, returns


def chat_is_told(chat: Script, command: str) -> None:
    with contextlib.suppress(Refused):
        chat.asks(command)


@settings(max_examples=400, deadline=None)
@given(stories())
def test_what_is_overdue_comes_at_once_then_apart_and_in_order(story: Story) -> None:
    _, returns = lives_through(story)
    for before, after, now in returns:
        if after.stage is not Stage.OPEN or after.paused:
            continue
        overdue = [t for t in before.waiting if t.due <= now]
        opened = [t.number for t in after.topics if t.opened_at == now]
        assert opened == [t.number for t in overdue[:1]], "one at once, and no second one"
        dues = [now, *(t.due for t in after.waiting)] if opened else [t.due for t in after.waiting]
        assert all(a < b < after.closes_at for a, b in pairwise(dues))
        if opened and now - overdue[0].due > ON_TIME:
            check_distances(before, after, now)


def check_distances(before: Chat, after: Chat, now: datetime) -> None:
    """See that nobody is flooded, and nothing comes early, as far as the window allows it."""
    own = {topic.number: topic.due for topic in before.waiting}
    waiting, left = after.waiting, after.closes_at - now
    evenly = left / (len(waiting) + 1)
    fits = max(*own.values(), now) + APART * len(own) < after.closes_at
    last, last_own = now, min(own.values())
    for topic in waiting:
        distance = topic.due - last
        if own[topic.number] > now:  # not overdue: it keeps its distance, or half of it
            assert distance >= min(APART, evenly, (own[topic.number] - last_own) / 2)
        elif fits:
            assert distance == APART
        else:
            assert distance >= min(APART, evenly)
        assert topic.due >= own[topic.number] or not fits
        last, last_own = topic.due, own[topic.number]


@settings(max_examples=400, deadline=None)
@given(stories())
def test_a_chat_comes_to_one_end_and_is_opened_only_inside_its_window(story: Story) -> None:
    chat, _ = lives_through(story)
    assert chat.it.stage in (Stage.CLOSED, Stage.MISSED)
    kinds = [type(event) for event in chat.log]
    assert kinds.count(events.Closed) + kinds.count(events.Missed) == 1
    numbers = [event.number for event in chat.log if isinstance(event, events.TopicOpened)]
    assert numbers == sorted(set(numbers)), "each once, in order"
    for event in chat.log:
        if isinstance(event, events.Opened | events.TopicOpened):
            assert OPENS <= event.at < chat.it.closes_at
        if isinstance(event, events.Closed):
            assert event.at >= chat.it.closes_at == chat.it.ends_at
    slept = any(begin <= 0 and end >= story.window for begin, end in story.absences)
    assert (chat.it.stage is Stage.MISSED) == slept


@settings(max_examples=400, deadline=None)
@given(stories())
def test_where_somebody_is_there_at_the_end_every_topic_came(story: Story) -> None:
    chat, returns = lives_through(story)
    back = max((now for _, _, now in returns), default=OPENS)
    held_back = [e for e in chat.log if isinstance(e, events.Paused | events.Resumed)]
    if chat.it.stage is Stage.CLOSED and back < chat.it.closes_at:
        paused = bool(held_back) and isinstance(held_back[-1], events.Paused)
        assert paused or chat.it.waiting == ()
