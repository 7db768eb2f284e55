"""Recorded conversations: lines of JSON to signals, in the order in which they happened."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.engine import commands
from bot.engine.agenda import Room
from bot.engine.errors import Refused
from bot.engine.people import Person, Role
from bot.engine.signals import Asked, Deleted, Edited, Reacted, Said

Line = Said | Edited | Deleted | Reacted | Asked

_EXAMPLE = '{"id": "1", "ts": "2026-12-06T20:01:00Z", "author": "ann", "text": "T1: ..."}'


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file of lines holds: signals by time, and the lines that could not be read."""

    lines: tuple[Line, ...]
    bad: tuple[tuple[int, str], ...]  # (number of the line, what is wrong)


def read(raw_lines: Iterable[str | bytes], room: Room) -> Recording:
    """Read a recording of a conversation in `room`.

    Lines may be out of order and repeated. Equal times: in the order of their ids; a command
    that is repeated with the same time, author and text is one command.
    """
    lines: set[Line] = set()
    bad: list[tuple[int, str]] = []
    for number, raw in enumerate(raw_lines, 1):
        if not raw.strip():
            continue
        try:
            line = _line(raw, room)
        except _BadLine as error:
            bad.append((number, str(error)))
        else:
            lines.add(line)
    in_order: dict[object, Line] = {}
    for line in sorted(lines, key=_order):
        once = (line.at, line.by.id, line.ask) if isinstance(line, Asked) else line
        in_order.setdefault(once, line)
    return Recording(tuple(in_order.values()), tuple(bad))


class _BadLine(ValueError):
    """A line that is left out; the sentence says why."""


def _order(line: Line) -> tuple[object, ...]:
    """Order by time, then id; the rest only so that no two lines are equal in it."""
    if isinstance(line, Asked):
        return (line.at, "", 0, line.by.id, repr(line.ask), repr(line.by))
    kind = 1 + [Reacted, Said, Edited, Deleted].index(type(line))
    if isinstance(line, Reacted):
        return (line.at, line.id, kind, line.by.id, line.emoji, repr(line.by))
    if isinstance(line, Said):
        more = repr((line.author, line.reply_to, line.thread))
        return (line.at, line.id, kind, line.text, more)
    return (line.at, line.id, kind, line.text if isinstance(line, Edited) else "")


def _line(raw: str | bytes, room: Room) -> Line:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        raise _BadLine(f"this is not JSON. A line looks like {_EXAMPLE}") from None
    if not isinstance(fields, dict):
        raise _BadLine(f"this is not an object in braces. A line looks like {_EXAMPLE}")
    kind = fields.get("kind", "said")
    at = _time(fields.get("ts"))
    match kind:
        case "said":
            return Said(
                at,
                room,
                _text(fields, "id"),
                _person(fields, room),
                _text(fields, "text", empty=True),
                reply_to=_optional(fields, "reply_to"),
                thread=_optional(fields, "thread"),
            )
        case "edit":
            return Edited(at, room, _text(fields, "id"), _text(fields, "text", empty=True))
        case "delete":
            return Deleted(at, room, _text(fields, "id"))
        case "react":
            emoji = _text(fields, "emoji")
            return Reacted(at, room, _text(fields, "id"), _person(fields, room), emoji)
        case "command":
            return Asked(at, room, _person(fields, room), _ask(_text(fields, "text")))
    raise _BadLine(f"kind {kind!r:.40} is not known; it may be edit, delete, react or command")


def _time(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        utc = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        utc = None
    if utc is None:
        raise _BadLine("ts must be a time with its zone, like 2026-12-06T20:01:00Z")
    return utc


def _text(fields: dict[str, object], name: str, *, empty: bool = False) -> str:
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and name not in ("text", "emoji"):
        value = str(value)  # an id or a name
    if not isinstance(value, str) or not (value or empty):
        raise _BadLine(f"{name} is missing, or is not a text in quotes")
    return value.encode("utf-8", "replace").decode("utf-8")  # lone surrogates are no text


def _optional(fields: dict[str, object], name: str) -> str | None:
    return None if fields.get(name) in (None, "") else _text(fields, name)


def _person(fields: dict[str, object], room: Room) -> Person:
    author = _text(fields, "author")
    role = fields.get("role")
    known = {one.value: one for one in Role}
    if role is not None and not (isinstance(role, str) and role in known):
        raise _BadLine(f"role {role!r:.40} is not known; it may be {', '.join(known)}")
    name = _optional(fields, "name") or author
    return Person(room.platform, author, name, role=known[str(role)] if role else None)


def _ask(text: str) -> commands.Ask:
    if not text.startswith("/chat"):
        raise _BadLine("the text of a command begins with /chat")
    try:
        return commands.parse(text.removeprefix("/chat"))[1]
    except Refused as refusal:
        raise _BadLine(str(refusal)) from None
