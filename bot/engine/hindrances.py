"""What stands in a chat's way on a platform: it is noted, and told, once for each reason.

It comes to light when an action is refused, when a room is read back after an absence, or when
the platform says what was done to a room.
"""

from __future__ import annotations

from datetime import datetime

from bot.engine import events, signals
from bot.engine.actions import Action, Tell
from bot.engine.agenda import Room
from bot.engine.events import Event
from bot.engine.state import Chat, Stage


def refused(chat: Chat, at: datetime, action: Action, why: str) -> list[Event]:
    """Note a refusal once; of one to tell the moderators they cannot be told."""
    known = chat.hindered.get(action.room) == why or isinstance(action, Tell)
    return [] if known else [events.Hindered(at, action.room, why)]


def read_back(chat: Chat, at: datetime, room: Room, why: str) -> list[Event]:
    """Note once that a room of a chat that is not counted yet cannot be read, and that it can."""
    is_over = chat.stage not in (Stage.OPEN, Stage.CLOSED)
    if is_over or room not in chat.agenda.rooms or chat.unreadable.get(room, "") == why:
        return []
    return [events.Unreadable(at, room, why) if why else events.Readable(at, room)]


def delivered(chat: Chat, signal: signals.Delivered) -> list[Event]:
    """Note that a room takes posts again, and a file that could not go with what was sent."""
    at, room = signal.at, signal.action.room
    freed: list[Event] = [events.Unhindered(at, room)] if room in chat.hindered else []
    return [*freed, events.SentWithout(at, room, signal.lacking)] if signal.lacking else freed


def room_changed(chat: Chat, signal: signals.RoomChanged) -> list[Event]:
    """Note that an open chat's room was shut, or that what is in the way there is no longer."""
    known = chat.hindered.get(signal.room, "")
    if signal.shut and signal.room in chat.agenda.rooms and chat.stage is Stage.OPEN:
        return (
            [] if known == signal.shut else [events.Hindered(signal.at, signal.room, signal.shut)]
        )
    return [events.Unhindered(signal.at, signal.room)] if known in signal.freed else []
