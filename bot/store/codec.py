"""Rows to values and back."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator, core_schema

from bot.engine.actions import Action
from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog
from bot.engine.events import Event
from bot.engine.messages import Attachment, Hold, Message, PlacedBy, Timing
from bot.engine.people import Role

Row = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def stamp(at: datetime) -> int:
    """Return a time as microseconds since 1970 UTC, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return the time of a stamp, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def stamp_or_none(at: datetime | None) -> int | None:
    """Return a stamp, or None for None."""
    return None if at is None else stamp(at)


_ROLES = {role.value: role for role in Role}
_TIMINGS = {timing.value: timing for timing in Timing}
_HOLDS = {hold.value: hold for hold in Hold}
_REASONS = {reason.value: reason for reason in PlacedBy}
_EVENTS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}
_ACTIONS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Action)}
_AWARE = core_schema.datetime_schema(tz_constraint="aware")
_FILES: TypeAdapter[tuple[Attachment, ...]] = TypeAdapter(tuple[Attachment, ...])


@functools.cache
def _event(kind: str) -> TypeAdapter[Any]:
    """Return how events of a kind are written; it is made, for 1 ms, when the first one comes."""
    return TypeAdapter(_EVENTS[kind])


@functools.cache
def _action(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(_ACTIONS[kind])


def encode_event(event: Event) -> tuple[str, str]:
    """Return an event's kind and body."""
    kind = type(event).__name__
    return kind, _event(kind).dump_json(event).decode()


@functools.cache
def _read_event(kind: str) -> SchemaValidator:
    """Return how events of a kind are read: as they are written, with moments in Python's UTC."""
    return SchemaValidator(_in_utc(_event(kind).core_schema))


def _in_utc(schema: Any) -> Any:
    """Return a schema that gives its moments Python's UTC in the place of pydantic's.

    Moments of one zone are compared seven times as fast, and a chat's are with every message.
    """
    if isinstance(schema, dict):
        if schema.get("type") == "datetime":
            return core_schema.no_info_after_validator_function(_utc, _AWARE)
        return {key: _in_utc(value) for key, value in schema.items()}
    return [_in_utc(value) for value in schema] if isinstance(schema, list) else schema


def decode_event(kind: str, body: str) -> Event:
    """Return what `encode_event` wrote; every moment is in UTC.

    Raises BrokenLog for what no event can be.
    """
    try:
        event: Event = _read_event(kind).validate_json(body)
    except (KeyError, OverflowError, ValidationError):  # its own text would quote the event
        raise BrokenLog(f"an event of kind {kind[:40]} cannot be read") from None
    return event


def encode_action(action: Action) -> tuple[str, str]:
    """Return an action's kind and body."""
    kind = type(action).__name__
    return kind, _action(kind).dump_json(action).decode()


def decode_action(kind: str, body: str) -> Action:
    """Return what `encode_action` wrote."""
    action: Action = _action(kind).validate_json(body)
    return action


MESSAGE_COLUMNS = (
    "key, chat, room, id, said, at, author, name, role, text, labels, worded_at, edited, "
    "withdrawn, parent, thread, timing, topics, placed_by, attachments, concerns, held"
)


def message_row(message: Message) -> Row:
    """Return a message's row, in the order of MESSAGE_COLUMNS."""
    return (
        message.key,
        message.chat,
        str(message.room),
        message.id,
        message.said,
        stamp(message.at),
        message.author,
        message.name,
        message.role,
        message.text,
        _numbers(message.labels),
        stamp_or_none(message.worded_at),
        message.edited,
        message.withdrawn,
        message.parent,
        message.thread,
        message.timing,
        _numbers(message.topics),
        message.placed_by,
        files_row(message.attachments) if message.attachments else "",
        " ".join(message.concerns) if message.concerns else "",
        message.held,
    )


def message_of(row: Row) -> Message:
    """Return the message of a row."""
    (_key, chat, room_text, id_, said, at, author, name, role, text, labels, worded_at, edited,
     withdrawn, parent, thread, timing, topics, placed_by, attachments, concerns,
     held) = row  # fmt: skip
    return Message(
        chat=chat,
        room=Room.parse(room_text),
        id=id_,
        said=bool(said),
        at=moment(at),
        author=author,
        name=name,
        role=_ROLES[role],
        text=text,
        labels=numbers_of(labels),
        worded_at=None if worded_at is None else moment(worded_at),
        edited=bool(edited),
        withdrawn=bool(withdrawn),
        reply_to=None if parent is None else parent[len(room_text) + 1 :],
        thread=thread,
        timing=_TIMINGS[timing],
        topics=numbers_of(topics),
        placed_by=_REASONS[placed_by],
        attachments=files_of(attachments),
        concerns=tuple(concerns.split()) if concerns else (),
        held=_HOLDS[held],
    )


def files_row(files: tuple[Attachment, ...]) -> str:
    """Return attachments as a row has them."""
    return _FILES.dump_json(files).decode()


def files_of(text: str) -> tuple[Attachment, ...]:
    """Return the attachments of a row."""
    return _FILES.validate_json(text) if text else ()


def _numbers(numbers: tuple[int, ...]) -> str:
    return " ".join(map(str, numbers)) if numbers else ""


def numbers_of(text: str) -> tuple[int, ...]:
    """Return the topic numbers of a row."""
    return tuple(map(int, text.split())) if text else ()
