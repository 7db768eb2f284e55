"""Which of a room's chats a message or a command belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.engine.state import Chat, Stage


def chat_at(chats: Iterable[Chat], at: datetime) -> Chat | None:
    """Return the chat that has the floor at `at`, or None.

    It is the one whose window is open (of several the one that opened last), else the next
    one that is planned by then (what is said is early), else the last one that ended (late).
    """
    held = [c for c in chats if c.stage not in (Stage.CANCELLED, Stage.MISSED)]
    running = [c for c in held if c.opens_at <= at <= c.ends_at]
    if running:
        return max(running, key=lambda c: (c.opens_at, c.id))
    coming = [c for c in held if c.planned_at <= at < c.opens_at]
    if coming:
        return min(coming, key=lambda c: (c.opens_at, c.id))
    over = [c for c in held if c.ends_at < at]
    return max(over, key=lambda c: (c.ends_at, c.id), default=None)


def chat_for_command(chats: Iterable[Chat], at: datetime) -> Chat | None:
    """Return the chat that a command in a room is about, or None.

    It is the running one, else the last one that ended, else the next one.
    """
    held = [c for c in chats if c.stage not in (Stage.CANCELLED, Stage.MISSED)]
    running = [c for c in held if c.stage is Stage.OPEN and c.opens_at <= at <= c.closes_at]
    if running:
        return max(running, key=lambda c: (c.opens_at, c.id))
    over = [c for c in held if c.stage is not Stage.PLANNED and c.opens_at <= at]
    if over:
        return max(over, key=lambda c: (c.ends_at, c.id))
    return min(held, key=lambda c: (c.opens_at, c.id), default=None)
