"""What is asked of a chat and changes it: next, skip, pause, extend, close and their like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.engine import commands, conduct, events, holds, pace, replies, safety_asks, signals
from bot.engine.concerning import told_asker
from bot.engine.dues import due
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.fold import apply
from bot.engine.people import role_in
from bot.engine.rights import permit
from bot.engine.state import Chat, Stage, TopicState

LONGEST = timedelta(days=31)
"""No window is longer."""


def asked(chat: Chat, signal: signals.Asked) -> list[Event]:
    """Return what follows from a command.

    Raises Refused, with a sentence for the person who asked.
    """
    permit(signal.ask, role_in(chat.agenda, signal.by))
    rule = RULES.get(type(signal.ask))
    return rule(chat, signal, signal.ask) if rule else []


def _next(chat: Chat, signal: signals.Asked, _ask: object) -> list[Event]:
    return [events.TopicOpened(signal.at, _first_waiting(chat, signal).number)]


def _skip(chat: Chat, signal: signals.Asked, _ask: object) -> list[Event]:
    return [events.TopicSkipped(signal.at, _first_waiting(chat, signal).number)]


def _first_waiting(chat: Chat, signal: signals.Asked) -> TopicState:
    _must_run(chat, signal)
    if not chat.waiting:
        raise Refused("Every topic has been posted. Add one with /chat topic and your question.")
    return chat.waiting[0]


def _add_topic(chat: Chat, signal: signals.Asked, ask: commands.AddTopic) -> list[Event]:
    _must_run(chat, signal)
    if ask.concerns:  # it would stand in the room at once, and in every edition for good
        raise Refused(told_asker(ask.concerns))
    last = max((t.due for t in chat.topics if not t.skipped), default=None)
    moment = pace.appended(last, [t.due for t in chat.topics], signal.at, chat.closes_at)
    added = events.TopicAdded(signal.at, len(chat.topics) + 1, ask.text, moment)
    return [added, *due(apply(chat, added), signal.at)]


def _pause(chat: Chat, signal: signals.Asked, _ask: object) -> list[Event]:
    _must_run(chat, signal)
    if chat.paused:
        raise Refused("The chat is paused already. Go on with /chat resume.")
    return [events.Paused(signal.at)]


def _resume(chat: Chat, signal: signals.Asked, _ask: object) -> list[Event]:
    _must_run(chat, signal)
    if not chat.paused:
        raise Refused("The chat is not paused; topics come at their moments.")
    resumed = events.Resumed(signal.at)
    return [resumed, *due(apply(chat, resumed), signal.at)]


def _extend(chat: Chat, signal: signals.Asked, ask: commands.Extend) -> list[Event]:
    _must_run(chat, signal)
    closes_at = chat.closes_at + ask.by
    if ask.by <= timedelta(0) or closes_at - chat.opens_at > LONGEST:
        raise Refused("A chat lasts at most 31 days in all. Say by how much: /chat extend 2h")
    kept_open: list[Event] = [events.KeptOpen(signal.at)] if chat.threaded else []
    return [events.Extended(signal.at, closes_at), *kept_open]


def _close(chat: Chat, signal: signals.Asked, _ask: object) -> list[Event]:
    _must_run(chat, signal)
    return [events.Closed(signal.at, signal.by.key)]


def _place(chat: Chat, signal: signals.Asked, ask: commands.Place) -> list[Event]:
    missing = [n for n in ask.topics if n > len(chat.topics) or n < 1]
    if missing:
        raise Refused(replies.no_such_topic(missing[0], len(chat.topics)))
    return [events.Corrected(signal.at, ask.message, ask.topics, signal.by.key)]


def _withdraw(chat: Chat, signal: signals.Asked, _ask: object) -> list[Event]:
    return withdrew(chat, signal.at, signal.by.key)


def withdrew(chat: Chat, at: datetime, person: str, *, left: bool = False) -> list[Event]:
    """Take back what somebody (by their key) said; they asked for it, or they left.

    Each withdrawal is later than the one before, also where the clock was set back.
    """
    before = chat.withdrawn.get(person)
    later = at if before is None else max(at, before + timedelta(microseconds=1))
    return [events.Withdrew(later, person, left)]


RULES: Mapping[type, Callable[[Chat, signals.Asked, Any], list[Event]]] = {
    commands.Next: _next,
    commands.Skip: _skip,
    commands.AddTopic: _add_topic,
    commands.Pause: _pause,
    commands.Resume: _resume,
    commands.Extend: _extend,
    commands.Close: _close,
    commands.Place: _place,
    safety_asks.Hold: holds.held,
    safety_asks.Clear: holds.cleared,
    safety_asks.Mute: conduct.muted,
    safety_asks.Slow: conduct.slowed,
    safety_asks.Remove: conduct.removed,
    commands.Withdraw: _withdraw,
}


def _must_run(chat: Chat, signal: signals.Asked) -> None:
    if chat.stage is Stage.PLANNED:
        raise Refused(f"{chat.agenda.title} has not opened yet. Open it with /chat start.")
    if chat.stage is not Stage.OPEN or signal.at >= chat.closes_at:
        raise Refused(f"{chat.agenda.title} is over. Start another with /chat start.")
