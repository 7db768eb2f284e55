"""When somebody may write in a built-in room that is slow, or in which they are muted."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from bot.engine import wording
from bot.engine.agenda import Room
from bot.engine.people import Person, Role, role_in
from bot.engine.state import Chat
from bot.store import figures
from bot.store.tables import Tables
from bot.web.gate import Sorry


async def wait_for_turn(
    tables: Tables, chat: Chat, room: Room, person: Person, now: datetime
) -> None:
    """Raise Sorry, which keeps what was typed, where somebody may not write yet.

    Moderators write whenever they want to.
    """
    if role_in(chat.agenda, person) is Role.MODERATOR:
        return
    may_word(chat, person, now)
    slow = chat.order.slow_at(room, now)
    if slow is None:
        return
    last = await figures.last_spoke(tables.connection, chat.id, person.platform, person.id)
    every = timedelta(seconds=slow.every)
    if last is not None and timedelta(0) <= now - last < every:
        raise Sorry(
            429,
            "This room is slow",
            f"Until {slow.until:%H:%M} UTC everybody can write once in {_span(every)} here. Your "
            f"words are still here: send them in {_span(last + every - now)}.",
        )


def may_word(chat: Chat, person: Person, now: datetime) -> None:
    """Raise Sorry, which keeps what was typed, where somebody is muted.

    Moderators say and edit whatever they want to.
    """
    mute = chat.order.mute_at(person.key, now)
    if mute is None or role_in(chat.agenda, person) is Role.MODERATOR:
        return
    who = "A moderator has muted you" if mute.by else "You have written too much, and are muted"
    raise Sorry(
        403,
        "You are muted",
        f"{who} in {chat.agenda.title} until {mute.until:%H:%M:%S} UTC, for another "
        f"{_span(mute.until - now)}. Your words are still here: send them then.",
    )


def _span(span: timedelta) -> str:
    """Write a span of time, rounded up to seconds below two minutes, else to minutes."""
    seconds = math.ceil(span.total_seconds())
    if seconds < 120:
        return wording.count(seconds, "second")
    return wording.duration(timedelta(minutes=math.ceil(seconds / 60)))
