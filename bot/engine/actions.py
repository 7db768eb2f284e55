"""What the world must see. Actions go to the outbox; each follows from an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.engine.agenda import Room


@dataclass(frozen=True, slots=True)
class Moment:
    """A time inside a sentence; every platform shows it in the reader's own zone."""

    at: datetime


Words = tuple[str | Moment, ...]
"""A text whose times are still times."""


class PostKind(StrEnum):
    """What a post is, so that a platform can dress it."""

    REMINDER = "reminder"
    OPENING = "opening"
    TOPIC = "topic"
    NOTICE = "notice"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Post:
    """Say something in a room. The first part of a topic bears its number in `topic`."""

    room: Room
    kind: PostKind
    words: Words
    topic: int | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """End the conversation in a room, where its platform can."""

    room: Room


@dataclass(frozen=True, slots=True)
class Archive:
    """Put a room's conversation away, where its platform can."""

    room: Room


Action = Post | Lock | Archive
