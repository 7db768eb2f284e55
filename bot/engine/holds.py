"""Which messages are held back: they count, but what they say is in no output.

1.  What the guard sees in a message's present wording (`Message.concerns`) holds it. An edit is
    looked at again: a wording in which nothing is seen frees the message.
2.  A moderator clears a wording, one that they can have seen: what is worded afterwards is held
    again where something is seen in it. Where a page showed them a wording, another one is not
    cleared. Whoever types the command looked a moment before: an edit in which something is seen
    is not cleared so within LOOKED_WITHIN of its time; they are asked to look again. What a
    moderator, or a rule, holds stays held whatever its author writes, until a moderator clears it;
    so does what may be a cry for help.
3.  The author is told alone, at once, what was seen and what to do, for each wording anew; of one
    person's messages MOST_TOLD times in a chat at most, so that nobody fills the log, and besides
    whenever one is removed. That it is shown again is told where it is held for nothing else.
4.  Moderators learn that a message is held, and whether for a patient's sake, not what was seen.
5.  Where the agenda says `hide`, what is held under rule 1 is also removed from the room, where
    the platform can, at most `conduct.MOST_HIDDEN` messages of a person in a chat. It stays held:
    its author writes it anew, or a moderator clears it. A message that may be a cry for help is
    never removed.
6.  Whether a message is held is a function of its row and of the chat, so that the order in which
    edits, holds and clearances come changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from bot.engine import calling, conduct, measures, safety_asks, signals, steps
from bot.engine.concerning import DISTRESS
from bot.engine.erasing import is_erased
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.messages import Hold, Message
from bot.engine.people import Role
from bot.engine.state import Chat

MOST_TOLD = 20
"""How often one person is told of holds in one chat."""

LOOKED_WITHIN = timedelta(minutes=1)
"""How long before they type a command somebody looked at what it is about, at most."""


def hold_of(chat: Chat, message: Message) -> Hold:
    """Say why a message is held back, as the chat stands now."""
    if message.is_ours or message.withdrawn:
        return Hold.NONE
    match chat.decisions.get(message.key) if chat.decisions else None:
        case steps.Held(rule=rule) if rule == DISTRESS:
            return Hold.DISTRESS
        case steps.Held(rule=rule):
            return Hold.RULE if rule else Hold.MODERATOR
        case steps.Cleared(worded=worded) if (message.worded_at or message.at) <= worded:
            return Hold.NONE
    if message.concerns:
        return Hold.DISTRESS if DISTRESS in message.concerns else Hold.PRIVACY
    return _muted(chat, message) if chat.order.mutes else Hold.NONE


def _muted(chat: Chat, message: Message) -> Hold:
    """Say whether a message was said, or got its present wording, while its author was muted."""
    if message.role in (Role.MODERATOR, Role.BOT):
        return Hold.NONE
    who, worded = message.author_key, message.worded_at or message.at
    mute = chat.order.mute_at(who, message.at) or chat.order.mute_at(who, worded)
    if mute is None:
        return Hold.NONE
    return Hold.MODERATOR if mute.by else Hold.RULE


# ---------------------------------------------------------------- what was seen


def noticed(before: Message | None, message: Message) -> signals.Noticed | None:
    """Return what a chat must know of a message that has just been written; None: nothing.

    `before` is its row until now. The same wording is no news the second time.
    """
    if not message.said or message.withdrawn or not _can_be_told(message):
        return None
    worded = message.worded_at or message.at
    before = before if before is not None and before.said else None
    seen_before = before.concerns if before else ()
    is_news = before is None or before.worded_at != message.worded_at
    if message.concerns == seen_before and not (message.concerns and is_news):
        return None
    if message.held and not message.concerns:
        return None  # nothing is seen any more, and yet it is not shown again
    return signals.Noticed(
        worded, message.room, message.key, message.author, message.thread, message.concerns,
        message.name,
    )  # fmt: skip


def _can_be_told(message: Message) -> bool:
    return message.role is not Role.BOT and not is_erased(message.author)


def flagged(chat: Chat, signal: signals.Noticed) -> list[Event]:
    """Note what was seen in a message, or that nothing is any more."""
    person = f"{signal.room.platform}:{signal.person}"
    is_told = chat.flags.get(person, 0) < MOST_TOLD
    told = (signal.at, signal.room, signal.message, signal.person, signal.thread)
    if DISTRESS in signal.concerns:
        noted: list[Event] = [steps.Flagged(*told, signal.concerns)] if is_told else []
        if not isinstance(chat.decisions.get(signal.message), steps.Held):  # what holds it stays
            noted.append(steps.Held(signal.at, signal.message, "", DISTRESS))
        return calling.cried(chat, signal, noted)
    if signal.concerns:
        hidden = _hidden(chat, signal)
        return [*([steps.Flagged(*told, signal.concerns)] if is_told or hidden else []), *hidden]
    stays = isinstance(chat.decisions.get(signal.message), steps.Held)
    return [steps.Unflagged(*told)] if is_told and not stays else []


def _hidden(chat: Chat, signal: signals.Noticed) -> list[Event]:
    """Take a message out of its room for a patient's sake; never one that may be a cry for help."""
    may_be = DISTRESS not in signal.concerns and conduct.may_hide(chat, signal.room, signal.person)
    if not may_be or signal.message in chat.order.hidden:
        return []
    of = (signal.at, signal.room, signal.message, signal.person, signal.thread)
    return [measures.Hidden(*of, "", Hold.PRIVACY)]


# ---------------------------------------------------------------- what moderators decide


def held(_chat: Chat, signal: signals.Asked, ask: safety_asks.Hold) -> list[Event]:
    """Hold a message back by a moderator's word."""
    return [steps.Held(signal.at, ask.message, signal.by.key)]


def cleared(_chat: Chat, signal: signals.Asked, ask: safety_asks.Clear) -> list[Event]:
    """Let a message be shown again, in the wording that its row has.

    Raises Refused where it is not held, and where it is worded otherwise than whoever asks saw it.
    """
    if ask.worded is None:
        raise Refused("This message is not held back. /chat review lists those that are.")
    if ask.seen is not None:
        is_other = ask.worded != ask.seen
    else:
        is_other = ask.doubtful and ask.worded > signal.at - LOOKED_WITHIN
    if is_other:
        raise Refused(
            f"This message was edited at {ask.worded:%H:%M:%S} UTC. Look at it again as it is "
            "worded now, then clear it. It is held back until then."
        )
    return [steps.Cleared(signal.at, ask.message, signal.by.key, ask.worded)]
