"""What follows when somebody breaches a rule of conduct, and what moderators do about people.

1.  What is a breach is seen on a message's way in (`bot.intake.watch`): too much within a short
    time (`flood`), the same words again and again (`duplicate`), many mentions (`mentions`), more
    than a new account may do (`new_account`), a link to a domain that the agenda does not want
    (`blocked_link`), an invitation to another place (`invitation`), severe words (`severe`).
    Moderators and bots are not looked at.
2.  Severe words are brought before the moderators, and nothing else: once a minute for a person.
3.  All other breaches go up a ladder, each person in each chat by themselves:
    a.  the author alone is told;
    b.  the message is held, and so is what the person says within REST;
    c.  the same, and the room is slow for SLOW_FOR, and moderators are told with a link. Where a
        platform has no slow mode, what the person says within LONG_REST is held;
    d.  the person is silenced on the platform for OUT_FOR, what they say meanwhile is held in any
        case, and moderators are told. So it stays while breaches go on.
    A blocked link and an invitation begin with the second step: the message itself is held.
4.  After FORGIVEN without a step the ladder begins anew; so it does FORGIVEN before one.
5.  Of somebody who is muted a message that a rule holds at once is held for that rule's sake too,
    MOST_HELD messages of a person in a chat at most, so that it stays held where the mute is taken
    back. Nothing else is recorded of them meanwhile, and nobody is told, so that a flood of any
    length writes little into the log. Where a breach is heard of after a later one, as when a long
    absence is read back newest first, its mute begins REST before it; and where the person is at
    the last step already, that mute is recorded in place of a step, and nobody is told.
6.  Moderators are told of a rule once a minute; the others of that minute are counted in what
    they are told next, at the latest when the minute is over.
7.  A mute holds what is said or worded anew within its time by that time alone, so that the order
    in which messages reach us changes nothing; so does taking it back. A moderator's mute is at
    most LONGEST_MUTE. A slow room ends by itself.
8.  Where the agenda says `hide`, what is held by a rule is also removed where the platform can,
    at most MOST_HIDDEN messages of a person in a chat, and never one that may be a cry for help.
    It stays in the store, held. A deletion of it that the platform tells is ours; where the
    platform did not find it any more, its author had deleted it, and it is withdrawn.
9.  All of it is decided from the log: a restart knows who is muted. Only what counts as much
    within a short time begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.engine import measures, safety_asks, signals, steps
from bot.engine.actions import Remove
from bot.engine.agenda import OWN, Room
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.fold import apply
from bot.engine.messages import Hold, message_key
from bot.engine.order import Standing, is_told
from bot.engine.people import Role
from bot.engine.state import Chat, Stage

SEVERE = "severe"
AT_ONCE = ("blocked_link", "invitation")
RULES = (*AT_ONCE, "flood", "duplicate", "mentions", "new_account", SEVERE)
"""The rules by their names in the log; of several breaches the first one here counts."""

REST = timedelta(seconds=10)
LONG_REST = timedelta(minutes=1)
SLOW_BY = 10
"""Seconds between two messages of a person in a room that a rule has slowed."""
SLOW_FOR = timedelta(minutes=10)
OUT_FOR = timedelta(minutes=10)
FORGIVEN = timedelta(hours=1)
ALERTS_EVERY = timedelta(minutes=1)
LONGEST_MUTE = timedelta(days=28)
"""As long as Discord silences somebody at most (resources/guild "Modify Guild Member")."""
SLOWEST = timedelta(hours=6)
"""The longest slow mode that Discord has (resources/channel, `rate_limit_per_user`)."""
MOST_HIDDEN = 50
"""Messages of a person that a chat takes out of its rooms."""
MOST_HELD = 50
"""Messages of a person that a rule holds at once in a chat while they are muted in any case."""

LAST_STEP = 4

DISTRESS = Hold.DISTRESS.value  # the rule by which a cry for help is held

_SLOWS = frozenset({OWN, "discord"})
_SILENCES = frozenset({"discord"})
_REMOVES = frozenset({"discord"})


def slows(platform: str) -> bool:
    """Whether a platform has a slow mode."""
    return platform in _SLOWS


def silences(platform: str) -> bool:
    """Whether a platform keeps somebody from writing who is muted; our own room does so itself."""
    return platform in _SILENCES


def removes(platform: str) -> bool:
    """Whether a platform lets us delete what others wrote; our own pages show nothing held."""
    return platform in _REMOVES


# ---------------------------------------------------------------- breaches


def breached(chat: Chat, signal: signals.Breached) -> list[Event]:
    """Return what follows from a message that breaches rules."""
    person = f"{signal.room.platform}:{signal.person}"
    if chat.order.mute_at(person, signal.at) is not None:
        rule = _rule(signal)
        return [*_meanwhile(chat, signal, rule)] if rule else []
    happened: list[Event] = []
    for event in _steps(chat, signal, chat.order.standings.get(person, Standing())):
        happened.append(event)
        chat = apply(chat, event)
        if isinstance(event, measures.Breached) and is_told(event):
            for told in _told(chat, event.rule, signal.at):
                happened.append(told)
                chat = apply(chat, told)
    return happened


def _steps(chat: Chat, signal: signals.Breached, stands: Standing) -> Iterator[Event]:
    at = signal.at
    of = (at, signal.room, signal.message, signal.person, signal.thread)
    if SEVERE in signal.rules and not (
        stands.flag is not None and abs(at - stands.flag.at) < ALERTS_EVERY
    ):
        yield measures.Breached(*of, SEVERE, 0)
    rule = _rule(signal)
    if not rule:
        return
    last = stands.step
    before = last.step if last is not None and abs(at - last.at) < FORGIVEN else 0
    step = min(LAST_STEP, max(before + 1, 2 if rule in AT_ONCE else 1))
    is_late = last is not None and at < last.at
    if is_late and before == LAST_STEP:
        yield _earlier(chat, signal, rule)
        yield from _meanwhile(chat, signal, rule)
        return
    since = at - REST if is_late else at
    yield measures.Breached(*of, rule, step)
    if step == 1:
        return
    if not _cries(chat, signal.message):
        yield steps.Held(at, signal.message, "", rule)
        yield from _hidden(chat, signal, rule)
    if step == LAST_STEP:
        until = at + OUT_FOR
        yield measures.Muted(at, signal.room, signal.person, since, until, "", rule, out=True)
        return
    has_slow = slows(signal.room.platform)
    if rule not in AT_ONCE or (step == LAST_STEP - 1 and not has_slow):
        rest = LONG_REST if step == LAST_STEP - 1 and not has_slow else REST
        yield measures.Muted(at, signal.room, signal.person, since, at + rest, "", rule)
    if step == LAST_STEP - 1 and has_slow and chat.order.slow_at(signal.room, at) is None:
        yield measures.Slowed(at, signal.room, SLOW_BY, at + SLOW_FOR, "", rule)


def _rule(signal: signals.Breached) -> str:
    """Return the rule that counts of those that a message breaches; empty: none on the ladder."""
    return next((rule for rule in RULES if rule in signal.rules and rule != SEVERE), "")


def _meanwhile(chat: Chat, signal: signals.Breached, rule: str) -> Iterator[Event]:
    """Hold what a rule holds at once though a mute holds it: a mute can be taken back."""
    person = f"{signal.room.platform}:{signal.person}"
    is_held = isinstance(chat.decisions.get(signal.message), steps.Held)
    if rule in AT_ONCE and not is_held and chat.order.held_of.get(person, 0) < MOST_HELD:
        yield steps.Held(signal.at, signal.message, "", rule, person)
    yield from _hidden(chat, signal, rule)


def _earlier(chat: Chat, signal: signals.Breached, rule: str) -> measures.Muted:
    """Mute somebody for the time of a breach before others: with the mute that follows, if any."""
    at, person = signal.at, f"{signal.room.platform}:{signal.person}"
    next_ones = [
        mute.until
        for mute in chat.order.mutes.get(person, ())
        if not mute.by and at < mute.since <= at + REST
    ]
    until = max(next_ones, default=at + REST)
    return measures.Muted(at, signal.room, signal.person, at - REST, until, "", rule)


def _cries(chat: Chat, message: str) -> bool:
    """Whether a message is held because its author may be in danger: it is never removed."""
    decision = chat.decisions.get(message)
    return isinstance(decision, steps.Held) and decision.rule == DISTRESS


def _hidden(chat: Chat, signal: signals.Breached, rule: str) -> Iterator[Event]:
    is_hidden = signal.message in chat.order.hidden or _cries(chat, signal.message)
    if may_hide(chat, signal.room, signal.person) and not is_hidden:
        yield measures.Hidden(
            signal.at, signal.room, signal.message, signal.person, signal.thread, "", rule
        )


def may_hide(chat: Chat, room: Room, person: str) -> bool:
    """Whether a message of somebody is removed from a room where it is held."""
    many = chat.order.hidden_of.get(f"{room.platform}:{person}", 0) >= MOST_HIDDEN
    return chat.agenda.hide and removes(room.platform) and not many


def looked(chat: Chat, signal: signals.Delivered, remove: Remove) -> list[Event]:
    """Note that a message was not there any more when it was to be taken out of its room."""
    key = message_key(remove.place, remove.message)
    was_gone = signal.ref == remove.message and key in chat.order.hidden
    return [measures.Gone(signal.at, key)] if was_gone else []


# ---------------------------------------------------------------- what comes due


def wake_at(chat: Chat) -> datetime | None:
    """Return when moderators are to be told, or a room is slow no longer; None: nothing is due."""
    moments = [slowed.until for slowed in chat.order.slow.values()]
    moments += [
        max(watch.told_at + ALERTS_EVERY, watch.latest.at) if watch.told_at else watch.latest.at
        for watch in chat.order.watches.values()
        if watch.untold
    ]
    return min(moments, default=None)


def due(chat: Chat, now: datetime) -> list[Event]:
    """Return the next of what has come due."""
    for room, slowed in chat.order.slow.items():
        if slowed.until <= now:
            return [measures.Unslowed(now, room, "")]
    for rule in chat.order.watches:
        if told := _told(chat, rule, now):
            return told
    return []


def _told(chat: Chat, rule: str, now: datetime) -> list[Event]:
    """Tell moderators of a rule, where there is something and they were not told just before."""
    watch = chat.order.watches[rule]
    waits = watch.told_at is not None and now - watch.told_at < ALERTS_EVERY
    if not watch.untold or waits:
        return []
    one = watch.latest
    return [
        measures.Alerted(
            now, one.room, one.message, one.person, one.thread, rule, one.step, watch.untold - 1
        )
    ]


# ---------------------------------------------------------------- what moderators do


def muted(chat: Chat, signal: signals.Asked, ask: safety_asks.Mute) -> list[Event]:
    """Mute somebody, or let them speak again where the time is 0. Raises Refused."""
    if ask.role in (Role.MODERATOR, Role.BOT):
        raise Refused("Moderators and bots cannot be muted here.")
    if not ask.length:
        return _unmuted(chat, signal, ask.person)
    if not timedelta(0) < ask.length <= LONGEST_MUTE:
        raise Refused("Somebody is muted for at most 28 days: /chat mute PERSON 30m")
    at, until = signal.at, signal.at + ask.length
    return [measures.Muted(at, signal.room, ask.person, at, until, signal.by.key, out=True)]


def _unmuted(chat: Chat, signal: signals.Asked, person: str) -> list[Event]:
    """Take back the mutes that run, or else the one that was last."""
    mutes = chat.order.mutes.get(f"{signal.room.platform}:{person}", ())
    running = [mute.since for mute in mutes if mute.until > signal.at]
    if not mutes:
        raise Refused("This person is not muted in this chat. /chat log lists what was done.")
    since = min(running) if running else max(mute.since for mute in mutes)
    return [measures.Unmuted(signal.at, signal.room, person, since, signal.by.key)]


def slowed(chat: Chat, signal: signals.Asked, ask: safety_asks.Slow) -> list[Event]:
    """Slow the room down where it is asked, or no longer. Raises Refused."""
    if not slows(signal.room.platform):
        raise Refused(
            "Slack has no slow mode. /chat mute PERSON 30m keeps what one person says out of the "
            "transcript."
        )
    if not ask.every:
        if signal.room not in chat.order.slow:
            raise Refused("This room is not slow. Slow it down: /chat slow 10s 30m")
        return [measures.Unslowed(signal.at, signal.room, signal.by.key)]
    if chat.stage is not Stage.OPEN:
        raise Refused(f"{chat.agenda.title} is not open; a room is slowed while its chat runs.")
    if not timedelta(0) < ask.length <= LONGEST_MUTE or ask.every > SLOWEST.total_seconds():
        raise Refused(
            "A room is slowed to a message in at most 6h, for at most 28d: /chat slow 10s 30m"
        )
    until = signal.at + ask.length
    return [measures.Slowed(signal.at, signal.room, ask.every, until, signal.by.key)]


def removed(_chat: Chat, signal: signals.Asked, ask: safety_asks.Remove) -> list[Event]:
    """Hold a message back and take it out of its room. Raises Refused where a platform cannot."""
    if signal.room.platform not in _REMOVES | {OWN}:
        raise Refused(
            "Slack lets no app delete what others wrote. Delete it in its own menu if you may, or "
            "ask its author; /chat hold MESSAGE keeps it out of the transcript."
        )
    by = signal.by.key
    held: list[Event] = [steps.Held(signal.at, ask.message, by)]
    if not removes(signal.room.platform):
        return held
    of = (signal.at, signal.room, ask.message, ask.author, ask.thread)
    return [*held, measures.Hidden(*of, by)]
