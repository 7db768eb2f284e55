"""What must hold after a run, whatever was done to the program in it.

Each finding names the moment of the clock to which it belongs, so that it can be laid to an
instant.
"""

from __future__ import annotations

import asyncio
import faulthandler
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.engine import events
from bot.engine.events import Event
from bot.engine.fold import fold
from bot.engine.messages import Message
from bot.engine.pace import APART, ON_TIME
from bot.engine.people import Role
from bot.engine.state import Chat
from bot.store.codec import decode_event
from bot.store.opening import Where, opened
from bot.store.tables import Tables
from bot.transcripts.rendering import render
from tests.storm.chats import Held
from tests.storm.clock import Span
from tests.storm.control import without_faults
from tests.storm.course import Told
from tests.storm.findings import Finding
from tests.storm.holding import of_the_holding
from tests.storm.spoken import of_the_posts, of_the_spoken
from tests.storm.talk import MARK, Line

FAILURES = re.compile(r"^  (\w+)\n  .+:\d+ in \w+$", re.MULTILINE)
"""Where the log names an exception and the lines of code that it passed."""

EXPECTED = frozenset({"Unavailable", "Unusable", "CancelledError"})
"""What comes of a database that cannot be used; by the last an alarm ends that leads no more."""

JUDGED_WITHIN = 40.0
"""Seconds; who judges longer hangs, and says where."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
ROUNDING = timedelta(milliseconds=5)


@dataclass
class Left:
    """What is in the store after a run."""

    logs: Mapping[str, list[Event]]
    messages: Mapping[str, Message]  # by key
    transcripts: Mapping[str, bytes]
    waiting: Sequence[str] = field(default_factory=list)  # keys of the outbox
    sound: bool = True


async def _left(where: Where, chats: Sequence[Held]) -> Left:
    async with opened(where) as store, store.reading() as tables:
        logs: dict[str, list[Event]] = {}
        transcripts: dict[str, bytes] = {}
        messages: dict[str, Message] = {}
        for held in chats:
            log = await tables.connection.rows(
                "SELECT kind, body FROM events WHERE chat = ? ORDER BY seq", (held.id,)
            )
            logs[held.id] = [decode_event(kind, body) for kind, body in log]
            async for batch in tables.messages_since(held.id, LONG_AGO):
                messages |= {message.key: message for message in batch}
            transcripts[held.id] = await _transcript(tables, held.id)
        waiting = await tables.connection.rows("SELECT key FROM outbox WHERE state = 'waiting'")
        sound = True
        if isinstance(where, Path):
            ((word,),) = await tables.connection.rows("PRAGMA integrity_check")
            sound = word == "ok"
        return Left(logs, messages, transcripts, [key for (key,) in waiting], sound)


async def _transcript(tables: Tables, chat_id: str) -> bytes:
    chat = await tables.chat(chat_id)
    if chat is None:
        return b""
    return b"".join([chunk async for chunk in render(tables, chat, "json")])


def judge(folder: Path, where: Where, told: Told) -> list[Finding]:
    """Return everything that is not as it must be after a run whose store is at `where`."""
    faulthandler.dump_traceback_later(JUDGED_WITHIN, exit=True)
    try:
        return asyncio.run(_judge(folder, where, told))
    finally:
        faulthandler.cancel_dump_traceback_later()


async def _judge(folder: Path, where: Where, told: Told) -> list[Finding]:
    left = await _left(where, told.chats)
    found = [Finding("other", what) for what in (*told.wrong, *told.talk.wrong)]
    if told.stuck:
        begun = [one.began for one in told.instants if one.began]
        return [*found, Finding("other", told.stuck, max(begun, default=None))]
    found += _of_the_log((folder / "log.txt").read_text("utf-8", "replace"))
    if not left.sound:
        found.append(Finding("other", "the database is damaged"))
    excused = [one.span for one in told.instants if one.span]
    for held in told.chats:
        log = left.logs[held.id]
        if not log:
            found.append(Finding("lost", f"{held.id} does not exist"))
            continue
        lines = [line for line in told.talk.lines if line.room == held.name]
        chat = fold(log)
        found += _of_the_topics(held, chat, log, left, excused)
        found += _of_the_window(held, chat, excused)
        found += _of_the_moments(held, chat, excused)
        found += of_the_holding(held, log, left.messages)
        if held.platform == "local":
            found += _of_the_talk(held, lines, left)
        else:
            spoken = [one for one in told.spoken if one.room == held.name]
            found += of_the_spoken(held, spoken, left.messages)
            found += of_the_posts(held, chat, told.posts.get(held.platform, ()), excused)
    found += [Finding("lost", f"{key} was not delivered") for key in left.waiting]
    return [*found, *await _of_the_transcripts(folder, told, left)]


def _of_the_log(log: str) -> Iterator[Finding]:
    for name in sorted({*FAILURES.findall(log)} - EXPECTED):
        yield Finding("other", f"the log tells of {name}")
    if "Traceback" in log:
        yield Finding("other", "the log has a traceback")
    if MARK in log:
        yield Finding("other", "the log has what people said")


# ---------------------------------------------------------------- topics


def _of_the_topics(
    held: Held, chat: Chat, log: Sequence[Event], left: Left, excused: Sequence[Span]
) -> Iterator[Finding]:
    """Every topic once and in order, in the log and in the room.

    One alone is missing rightly: whose moment passed while the program was away until the end.
    """
    room = held.room
    numbers = list(range(1, len(held.dues) + 1))
    opened_ones = [one for one in log if isinstance(one, events.TopicOpened)]
    posted = [one for one in log if isinstance(one, events.TopicPosted)]
    standing = sorted(
        (message.at, message.id, message.text.split(":")[0])
        for message in left.messages.values()
        if message.room == room
        and message.role is Role.BOT
        and message.text[:1] == "T"
        and message.text[1:2].isdigit()
    )
    for what, seen in (
        ("was opened", [one.number for one in opened_ones]),
        ("was posted", [one.number for one in posted]),
        ("stands", [int(name[1:]) for _, _, name in standing]),
    ):
        counted = Counter(seen)
        for number in numbers:
            due = chat.topics[number - 1].due
            away = any(a <= due + ON_TIME and held.closes_at <= b for a, b in excused)
            if not counted[number] and not away:
                yield Finding("lost", f"T{number} of {held.id} never {what}", due)
            elif counted[number] > 1:
                yield Finding("doubled", f"T{number} of {held.id} {what} twice", due)
        first = [n for i, n in enumerate(seen) if n not in seen[:i]]
        for before, after in itertools.pairwise(first):
            if after < before:
                due = chat.topics[after - 1].due
                yield Finding("order", f"T{after} of {held.id} {what} after T{before}", due)
    once = Counter(one.text for one in left.messages.values() if one.room == room and one.is_ours)
    for text, times in once.items():
        if times > 1:
            yield Finding("doubled", f"a post of {held.id} stands {times} times: {text[:60]}")


def _of_the_window(held: Held, chat: Chat, excused: Sequence[Span]) -> Iterator[Finding]:
    """Opened and closed when it was agreed: by its zone's rules, 48 hours, never too early."""
    if (chat.opens_at, chat.closes_at) != (held.opens_at, held.closes_at):
        yield Finding("window", f"{held.id} has the window {chat.opens_at} to {chat.closes_at}")
    for what, due, at in (
        ("opened", held.opens_at, chat.opened_at),
        ("closed", held.closes_at, chat.closed_at),
    ):
        if at is None:
            yield Finding("window", f"{held.id} was never {what}", due)
        elif at < due:
            yield Finding("window", f"{held.id} was {what} too early, at {at}", due)
        elif at - due > ON_TIME and not _excused(due, at, excused):
            yield Finding("window", f"{held.id} was {what} late, at {at}", due)


def _of_the_moments(held: Held, chat: Chat, excused: Sequence[Span]) -> Iterator[Finding]:
    """Topics come at their moments, later only because of a fault, and never before.

    One after a late topic may come as much later as that one, or two minutes after it.
    """
    last_late = timedelta(0)
    next_at = held.opens_at  # not before this the room can be given the next topic
    for topic, agreed in zip(chat.topics, held.dues, strict=True):
        opened_at, posted_at = topic.opened_at, topic.posted_at
        if opened_at is None or posted_at is None:
            continue  # said already
        name = f"T{topic.number} of {held.id}"
        if topic.due < agreed or opened_at < topic.due:
            yield Finding("late", f"{name} was opened too early, at {opened_at}", opened_at)
        if topic.due - agreed > last_late + APART:
            yield Finding("late", f"{name} was moved from {agreed} to {topic.due}", agreed)
        last_late = opened_at - agreed
        waits = min(next_at, posted_at)
        next_at = posted_at + APART if posted_at - opened_at > ON_TIME else posted_at
        for due, at in ((topic.due, opened_at), (max(opened_at, waits), posted_at)):
            if at - due > ON_TIME and not _excused(due, at, excused):
                yield Finding("late", f"{name}, agreed at {agreed}, came at {at}", due)


def _excused(due: datetime, at: datetime, excused: Sequence[Span]) -> bool:
    """Whether a fault lay between a moment and what came of it."""
    return any(began <= at and settled >= due for began, settled in excused)


# ---------------------------------------------------------------- talk


def _of_the_talk(held: Held, lines: Sequence[Line], left: Left) -> Iterator[Finding]:
    """Every acknowledged message there once, as it was last worded, and nothing else."""
    room = held.room
    rows = {
        message.id: message
        for message in left.messages.values()
        if message.room == room and message.role is not Role.BOT
    }
    known = {line.id: line for line in lines}
    for line in lines:
        row = rows.get(line.id)
        if row is None or not row.said:
            yield Finding("lost", f"message {line.id} of {held.id}", line.said[1])
            continue
        yield from _of_a_message(held, line, row)
    for number in rows.keys() - known.keys():
        what = f"message {number} of {held.id} was never acknowledged"
        yield Finding("doubled", what, rows[number].at)
    for number, times in Counter(line.id for line in lines).items():
        if times > 1:
            yield Finding("lost", f"message {number} of {held.id} is {times} messages")


def _of_a_message(held: Held, line: Line, row: Message) -> Iterator[Finding]:
    name = f"message {line.id} of {held.id}"
    if (row.author, row.withdrawn) != (line.author, line.gone is not None):
        yield Finding("other", f"{name} has another author, or is (not) withdrawn", line.said[1])
    if row.text != ("" if line.gone else line.text):
        yield Finding("lost", f"the last wording of {name}", line.said[1])
    if not _within(row.at, line.said):
        yield Finding("window", f"{name} stands at {row.at}, said at {line.said[0]}", line.said[1])
    if line.edited and not (row.worded_at and _within(row.worded_at, line.edited)):
        yield Finding("window", f"{name} was worded at {row.worded_at}", line.edited[1])


def _within(at: datetime, span: Span) -> bool:
    return span[0] - ROUNDING <= at <= span[1] + ROUNDING


# ---------------------------------------------------------------- transcripts


async def _of_the_transcripts(folder: Path, told: Told, left: Left) -> list[Finding]:
    """Compare every transcript, byte by byte, with that of a run without faults."""
    chats = [
        (held, left.logs[held.id], [one for one in told.talk.lines if one.room == held.name])
        for held in told.chats
        if held.platform == "local" and left.logs[held.id]
    ]
    expected = await without_faults(chats, left.messages, folder)
    found = []
    for (held, _, _), control in zip(chats, expected, strict=True):
        both = (left.transcripts[held.id], control)
        if _may_be_counted_otherwise(left.logs[held.id], held, told):
            both = (_uncounted(both[0]), _uncounted(both[1]))
        if both[0] != both[1]:
            (folder / f"{held.id}.json").write_bytes(both[0])
            (folder / f"{held.id}.without.json").write_bytes(both[1])
            found.append(_difference(held, *both))
    return found


def _may_be_counted_otherwise(log: Sequence[Event], held: Held, told: Told) -> bool:
    """Whether nobody can tell from outside what came before the counting for the closing post.

    Somebody may have changed a message at that moment; or the clock was set over it, so that what
    was said after the counting was said before the end.
    """
    lines = [line for line in told.talk.lines if line.room == held.name]
    spans = [span for line in lines for _, span in line.changes]
    spans += [one.span for one in told.instants if one.span and one.kind.startswith("clock")]
    began = [one.at for one in log if isinstance(one, events.Summarised)]
    ended = [one.at for one in log if isinstance(one, events.RoomArchived)]
    counted = list(zip(began, ended, strict=True))
    return any(span[0] <= b and a <= span[1] for a, b in counted for span in spans)


def _uncounted(transcript: bytes) -> bytes:
    """Return a transcript without the text of its closing post."""
    read = json.loads(transcript)
    for message in read["messages"]:
        if message["role"] == "bot" and message["text"].startswith("Closed: "):
            message["text"] = ""
    return json.dumps(read).encode()


def _difference(held: Held, run: bytes, without: bytes) -> Finding:
    """Name the first thing in which two transcripts differ."""
    name = f"the transcript of {held.id} differs from that of a run without faults"
    one, other = json.loads(run), json.loads(without)
    for mine, theirs in itertools.zip_longest(one["messages"], other["messages"]):
        if mine != theirs:
            return Finding("transcript", f"{name}: {_short(mine, theirs)}", _time(mine or theirs))
    differing = [key for key in one if one[key] != other.get(key)]
    return Finding("transcript", f"{name} in {', '.join(differing)}")


def _short(mine: dict[str, Any] | None, theirs: dict[str, Any] | None) -> str:
    if mine is None or theirs is None:
        return f"one message more {'without faults' if mine is None else 'in the run'}"
    fields = [f"{key}: {mine[key]} / {theirs[key]}" for key in mine if mine[key] != theirs[key]]
    return f"message {mine['id']}, {'; '.join(fields)}"[:300]


def _time(message: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(message["at"])
