"""What the world sees of measures against trolls and floods: who is told what, and what is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.engine import conduct, measures, wording
from bot.engine.actions import (
    Action,
    Moment,
    Remove,
    SlowMode,
    Spot,
    Tell,
    TimeOut,
    Words,
    apart,
    measure_in,
    privately,
)
from bot.engine.agenda import OWN, Room
from bot.engine.measures import Measure
from bot.engine.messages import Hold, Message, id_in
from bot.engine.people import Role
from bot.engine.state import Chat

SAYS = {
    "flood": "much within a short time",
    "duplicate": "the same words again and again",
    "mentions": "many mentions within a short time",
    "new_account": "much from an account that is new",
    "blocked_link": "a link to a site that is not wanted here",
    "invitation": "an invitation to another place",
    "severe": "words that moderators look at",
}
"""What each rule is about."""


def actions(chat: Chat, event: Measure) -> list[Action]:
    """Return what is done because of a measure; `chat` is the chat after it."""
    match event:
        case measures.Breached(step=step) if step:
            return [*_told(event.room, event.person, notice(chat, event))]
        case measures.Muted(room=room, person=person, until=until, out=True):
            told = _told(room, person, muted(chat, until)) if event.by else []
            return [*_silenced(room, person, until), *told]
        case measures.Unmuted(room=room, person=person):
            return [*_silenced(room, person, None), *_told(room, person, unmuted(chat))]
        case measures.Slowed(room=room, every=every, until=until):
            return [*_slowed(room, every, until)]
        case measures.Unslowed(room=room):
            # it is of use for as long as the room may still be slow
            return [*_slowed(room, 0, event.at + conduct.LONGEST_MUTE)]
        case measures.Hidden(room=room, message=message, thread=thread):
            if conduct.removes(room.platform):
                lane = apart(room.platform, Remove)
                return [Remove(lane, room, id_in(message), thread)]
    return []


def _silenced(room: Room, person: str, until: datetime | None) -> list[TimeOut]:
    if not conduct.silences(room.platform):
        return []
    return [TimeOut(apart(room.platform, TimeOut), room, person, until)]


def _slowed(room: Room, every: int, until: datetime) -> list[SlowMode]:
    if room.platform == OWN or not conduct.slows(room.platform):
        return []
    return [SlowMode(apart(room.platform, SlowMode), room, every, until)]


def _told(room: Room, person: str, words: Words) -> list[Tell]:
    """Tell one person alone; in Rounds' own rooms the page says it."""
    if room.platform == OWN:
        return []
    return [Tell(privately(room.platform), (person,), "", words)]


# ---------------------------------------------------------------- words


def notice(chat: Chat, event: measures.Breached) -> Words:
    """Tell an author what a rule saw in what they write, and what follows."""
    title, says = chat.agenda.title, SAYS.get(event.rule, event.rule)
    spot = Spot(event.room, event.thread, id_in(event.message))
    begins = f"{title}: you have written {says}. "
    held = "This message is held back: it is in no transcript until a moderator clears it. "
    match event.step:
        case 1:
            words: Words = (f"{begins}Please leave room for others. Nothing is held back yet. ",)
        case 2:
            words = (begins, held)
        case 3:
            words = (begins, held, "The moderators are told. ", _slower(event.room))
        case _:
            until = Moment(event.at + conduct.OUT_FOR)
            words = (begins, held, "So is what you write until ", until, ". The moderators know. ")
    return (*words, spot)


def _slower(room: Room) -> str:
    if conduct.slows(room.platform):
        return f"Everybody can write once in {conduct.SLOW_BY} seconds now. "
    return "What you write within the next minute is held back too. "


def told_below(chat: Chat, message: Message) -> str:
    """Tell an author of a rule or a moderator's hold, below their message in a built-in room."""
    if message.role in (Role.MODERATOR, Role.BOT) or message.withdrawn:
        return ""
    stands = chat.order.standings.get(message.author_key)
    last = stands.step if stands is not None else None
    held = "This message is held back until a moderator clears it. "
    if last is not None and last.message == message.key:
        begins = f"Only you see this: you have written {SAYS.get(last.rule, last.rule)}. "
        if last.step == 1:
            return f"{begins}Please leave room for others. Nothing is held back yet."
        out = "You can write again in ten minutes. " if last.step == conduct.LAST_STEP else ""
        return f"{begins}{held if message.held else ''}{out}".strip()
    if message.held is Hold.RULE:
        return f"Only you see this: you had written too much. {held}".strip()
    return f"Only you see this. {held}".strip() if message.held is Hold.MODERATOR else ""


def muted(chat: Chat, until: datetime) -> Words:
    """Tell somebody that a moderator has muted them."""
    held = ". What you write or edit until then is held back and is in no transcript."
    return (f"A moderator of {chat.agenda.title} has muted you until ", Moment(until), held)


def unmuted(chat: Chat) -> Words:
    """Tell somebody that they may speak again."""
    return (f"You can write in {chat.agenda.title} again: you are no longer muted.",)


def hindered(chat: Chat, line: Room, why: str) -> Words:
    """Say that a measure cannot be taken, and why."""
    held = "What is held back stays so. It is tried again while it is of use."
    return (f"{chat.agenda.title}: {measure_in(line)} fails: {why} {held}",)


def unhindered(chat: Chat, line: Room) -> Words:
    """Say that measures of a kind can be taken again."""
    return (f"{chat.agenda.title}: {measure_in(line)} works again.",)


_STEPS = {
    0: "Nothing was done about it.",
    3: "The message is held back and the room slowed down for ten minutes.",
    4: "The person is muted for ten minutes.",
}


def lately_told(chat: Chat, now: datetime) -> Iterator[Words]:
    """Yield what moderators see on their pages of the latest breach of each rule, for LATELY."""
    for rule, watch in chat.order.watches.items():
        one, told_at = watch.latest, watch.told_at
        if told_at is not None and now - told_at < LATELY:
            of = (told_at, one.room, one.message, one.person, one.thread)
            yield alerted(chat, measures.Alerted(*of, rule, one.step, 0))


LATELY = timedelta(hours=1)
"""How long a breach stands on moderators' pages."""


def alerted(chat: Chat, event: measures.Alerted) -> Words:
    """Tell moderators of a breach, with a link; what was said is not told."""
    says = SAYS.get(event.rule, event.rule)
    begins = f"{chat.agenda.title}: somebody has written {says}. "
    step = _STEPS.get(event.step, "")
    if event.step == conduct.LAST_STEP - 1 and not conduct.slows(event.room.platform):
        step = "The message is held back, and what they write within the next minute."
    since = f" And {wording.count(event.others, 'more message')} before." if event.others else ""
    spot = Spot(event.room, event.thread, id_in(event.message))
    return (f"{begins}{step}{since} /chat log shows each step and how to undo it. ", spot)
