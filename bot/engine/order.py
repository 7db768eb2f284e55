"""The order in a chat's rooms as it stands: who is muted, what is slow, who was told of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.engine.agenda import Room
from bot.engine.measures import (
    Alerted,
    Breached,
    Gone,
    Hidden,
    Measure,
    Muted,
    OfSomebody,
    Slowed,
    Unmuted,
    Unslowed,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands: their last step on the ladder, and their last flag alone (step 0)."""

    step: Breached | None = None
    flag: Breached | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """When moderators were last told of a rule, and what they have not been told of since."""

    told_at: datetime | None
    latest: Breached
    untold: int


@dataclass(frozen=True, slots=True)
class Order:
    """What rules and moderators have done; people by their keys, messages by theirs."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    mutes: Mapping[str, tuple[Muted, ...]] = field(default_factory=dict)
    slow: Mapping[Room, Slowed] = field(default_factory=dict)
    watches: Mapping[str, Watch] = field(default_factory=dict)  # by rule
    hidden: frozenset[str] = frozenset()  # messages that we took out of their rooms
    gone: frozenset[str] = frozenset()  # those among them that their authors had deleted
    hidden_of: Mapping[str, int] = field(default_factory=dict)  # how many of whom
    held_of: Mapping[str, int] = field(default_factory=dict)  # the same: held by a rule while muted

    def mute_at(self, person: str, at: datetime) -> Muted | None:
        """Return the mute that holds what somebody says at that moment, the longest of several."""
        holding = [m for m in self.mutes.get(person, ()) if m.since <= at < m.until]
        return max(holding, key=lambda mute: mute.until, default=None)

    def slow_at(self, room: Room, at: datetime) -> Slowed | None:
        """Return how slow a room is at that moment; None: it is not."""
        slowed = self.slow.get(room)
        return slowed if slowed is not None and slowed.at <= at < slowed.until else None


def key_of(event: OfSomebody) -> str:
    """Return the key of the person whom a measure is about."""
    return f"{event.room.platform}:{event.person}"


def after(order: Order, event: Measure) -> Order:
    """Return the order after a measure."""
    match event:
        case Breached():
            return _breached(order, event)
        case Muted():
            return replace(order, mutes={**order.mutes, key_of(event): _muted(order, event)})
        case Unmuted(since=since):
            left = tuple(m for m in order.mutes.get(key_of(event), ()) if m.since < since)
            forgiven = {p: s for p, s in order.standings.items() if p != key_of(event)}
            mutes = {**order.mutes, key_of(event): left}
            return replace(order, mutes=mutes, standings=forgiven)
        case Slowed(room=room):
            return replace(order, slow={**order.slow, room: event})
        case Unslowed(room=room):
            left_slow = {other: slow for other, slow in order.slow.items() if other != room}
            return replace(order, slow=left_slow)
        case Hidden(message=message):
            count = order.hidden_of.get(key_of(event), 0) + 1
            hidden_of = {**order.hidden_of, key_of(event): count}
            return replace(order, hidden=order.hidden | {message}, hidden_of=hidden_of)
        case Gone(message=message):
            return replace(order, hidden=order.hidden - {message}, gone=order.gone | {message})
        case Alerted(at=at, rule=rule):
            known = order.watches.get(rule)
            if known is None:
                return order
            told = replace(known, told_at=at, untold=0)
            return replace(order, watches={**order.watches, rule: told})


def held(order: Order, person: str) -> Order:
    """Return the order after a rule has held a message of somebody (by key) who is muted."""
    count = order.held_of.get(person, 0) + 1
    return replace(order, held_of={**order.held_of, person: count})


TOLD_FROM = 3
"""The first step of which moderators are told; of step 0 they are told alone."""


def is_told(event: Breached) -> bool:
    """Whether moderators are told of a breach."""
    return event.step == 0 or event.step >= TOLD_FROM


def _breached(order: Order, event: Breached) -> Order:
    known = order.standings.get(key_of(event), Standing())
    stands = replace(known, step=event) if event.step else replace(known, flag=event)
    order = replace(order, standings={**order.standings, key_of(event): stands})
    if not is_told(event):
        return order
    watch = order.watches.get(event.rule)
    told_at, untold = (watch.told_at, watch.untold) if watch else (None, 0)
    watched = Watch(told_at, event, untold + 1)
    return replace(order, watches={**order.watches, event.rule: watched})


def _muted(order: Order, event: Muted) -> tuple[Muted, ...]:
    """Return somebody's mutes with one more; a moderator's ends the one that runs where it says.

    A rule's takes the place of those of rules that lie within it, so that all is undone at once.
    """
    known = order.mutes.get(key_of(event), ())
    if event.by:
        known = tuple(replace(m, until=min(m.until, event.until)) for m in known)
    else:
        known = tuple(
            m for m in known if m.by or not event.since <= m.since <= m.until <= event.until
        )
    return (*known, event)
