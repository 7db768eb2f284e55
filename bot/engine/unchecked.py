"""Whoever has to check in first is told so, alone, once in a chat: at their first message.

What they say counts, and is in no output until they have checked in (`bot.engine.showing`).
"""

from __future__ import annotations

from bot.engine import signals, steps
from bot.engine.actions import Spot, Words
from bot.engine.agenda import Agenda
from bot.engine.erasing import is_erased
from bot.engine.events import Event
from bot.engine.messages import Message, Timing
from bot.engine.people import Role
from bot.engine.state import Chat

WHO = (Role.PARTICIPANT, Role.GUEST, Role.VISITOR)
"""Who has to check in where an agenda requires it: all but moderators."""


def first(agenda: Agenda) -> str:
    """Say in an opening that people check in before they write, where they must."""
    if not agenda.require_checkin:
        return ""
    return (
        "Check in first, with the button below or /chat checkin: until then what you write is in "
        "no transcript.\n\n"
    )


def must_check_in(chat: Chat, message: Message) -> bool:
    """Whether a message's author has to check in, and was not told so yet in this chat.

    Of what came late and is not kept nothing would ever be shown.
    """
    if not chat.agenda.require_checkin or message.role not in WHO or is_erased(message.author):
        return False
    is_kept = message.timing is not Timing.LATE or chat.agenda.keep_late
    told = message.author_key in chat.asked_to_check_in
    return is_kept and not message.withdrawn and not told


def spoke(message: Message) -> signals.SpokeUnchecked:
    """Return that a message's author has spoken and not checked in."""
    return signals.SpokeUnchecked(message.at, message.room, message.author, message.thread)


def asked(chat: Chat, signal: signals.SpokeUnchecked) -> list[Event]:
    """Ask somebody to check in, once in a chat."""
    if f"{signal.room.platform}:{signal.person}" in chat.asked_to_check_in:
        return []
    return [steps.AskedToCheckIn(signal.at, signal.room, signal.person, signal.thread)]


def told(chat: Chat, event: steps.AskedToCheckIn) -> Words:
    """Tell an author that they have to check in first, and how."""
    how = (
        f"What you write in {chat.agenda.title} counts, but it is in no transcript until you check "
        "in: who you are, and how transcripts may show you. Press Check in below the opening post "
        "of the chat, or type /chat checkin in its channel: "
    )
    then = "\nIt is asked once for all its chats. Then what you wrote before is there too."
    return (how, Spot(event.room), then)
