"""What moderators are told privately, and who they are.

These are whoever opened the chat by command and every person or group that the agenda names;
where it names a private channel in `alerts`, that channel instead. Rounds' own rooms need none
of it: moderators have the pages.
"""

from __future__ import annotations

from bot.engine import concerning, events, measures, measuring, steps, unchecked, wording
from bot.engine.actions import Enclosure, Tell, Words, measure_in, privately
from bot.engine.agenda import OWN, outer_platforms
from bot.engine.concerning import DISTRESS
from bot.engine.erasing import is_erased
from bot.engine.state import Chat

Told = (
    events.Missed
    | events.Summarised
    | events.Hindered
    | events.Unhindered
    | events.SentWithout
    | events.Unreadable
    | events.Readable
    | events.ThreadLost
    | measures.Alerted
)
"""Events of which moderators are told."""


def tells(chat: Chat, event: Told) -> list[Tell]:
    """Return what is said privately because of `event`, on each platform of the chat.

    Of several chats of a series that were missed in a row the last one's words tell of all.
    """
    if isinstance(event, events.Missed) and not event.last:
        return []
    words, encloses = _said(chat, event)
    return [
        Tell(
            privately(platform),
            moderators_on(chat, platform),
            chat.agenda.alerts.get(platform, ""),
            words,
            encloses,
        )
        for platform in outer_platforms(chat.agenda)
    ]


def tells_author(
    chat: Chat, event: steps.Flagged | steps.Unflagged | steps.AskedToCheckIn
) -> list[Tell]:
    """Return what an author alone is told of a message; in Rounds' own rooms the page says it."""
    platform = event.room.platform
    if platform == OWN:
        return []
    if isinstance(event, steps.Flagged) and DISTRESS in event.concerns:
        return []  # they are told where help is, or were (`bot.engine.summons`)
    if isinstance(event, steps.AskedToCheckIn):
        words = unchecked.told(chat, event)
    else:
        words = concerning.told_author(chat, event)
    return [Tell(privately(platform), (event.person,), "", words)]


def tells_the_same(chat: Chat, other: Chat) -> bool:
    """Whether what concerns the one is told to the same people, in the same places, as the other's.

    A chat's date may have moderators, rooms or a channel of its own.
    """
    return _told(chat) == _told(other)


def _told(chat: Chat) -> set[tuple[str, frozenset[str], str]]:
    return {
        (
            platform,
            frozenset(chat.agenda.moderators.get(platform, ())),
            chat.agenda.alerts.get(platform, ""),
        )
        for platform in outer_platforms(chat.agenda)
    }


def _said(chat: Chat, event: Told) -> tuple[Words, Enclosure | None]:
    match event:
        case events.Missed(earlier=earlier):
            return wording.missed(chat, earlier), None
        case events.Summarised():
            return wording.handed_over(chat), Enclosure.TRANSCRIPT
        case events.Hindered(room=room, why=why) if measure_in(room):
            return measuring.hindered(chat, room, why), None
        case events.Unhindered(room=room) if measure_in(room):
            return measuring.unhindered(chat, room), None
        case events.Hindered(room=room, why=why):
            return wording.hindered(chat, room, why), None
        case events.Unhindered(room=room):
            return wording.unhindered(chat, room), None
        case events.SentWithout(room=room, why=why):
            return wording.sent_without(chat, room, why), None
        case events.Unreadable(room=room, why=why):
            return wording.unreadable(chat, room, why), None
        case events.Readable(room=room):
            return wording.readable(chat, room), None
        case measures.Alerted():
            return measuring.alerted(chat, event), None
        case events.ThreadLost(room=room):
            return wording.thread_lost(chat, room), None


def moderators_on(chat: Chat, platform: str) -> tuple[str, ...]:
    """Return who is told privately on a platform: ids, and names of groups, as agendas write them.

    These are whoever opened the chat there by command, and its moderators.
    """
    opener, _, person = chat.opened_by.partition(":")
    opened = [person] if opener == platform else []
    listed = (name.removeprefix("user:") for name in chat.agenda.moderators.get(platform, ()))
    return tuple(one for one in dict.fromkeys([*opened, *listed]) if not is_erased(one))
