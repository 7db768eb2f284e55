"""What somebody who asked for something is told, alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.engine import commands, events, measures, safety_asks, steps, wording
from bot.engine.actions import Moment, Who, Words
from bot.engine.events import Event
from bot.engine.floor import is_shared
from bot.engine.state import Chat, Stage, TopicState

WITHDRAWN_ONE = (
    "This message is out of the transcript, and Rounds has deleted its text. Others still see it "
    "where you wrote it until you delete it there."
)


def only_moderators(command: str) -> str:
    """Refuse a command to somebody who does not moderate."""
    return f"/chat {command} is for the moderators of this chat. /chat catchup is for everybody."


def runs_already(title: str, chat: str) -> str:
    """Refuse to start a series of which a chat runs."""
    return (
        f"{title} is running already, as {chat}. End it with /chat close before you start another."
    )


def no_such_topic(number: int, count: int) -> str:
    """Refuse a topic that the chat does not have."""
    if count == 1:
        return f"There is no T{number} in this chat; its only topic is T1."
    return f"There is no T{number} in this chat; there are T1 to T{count}."


def listed_in(agendas: Sequence[str]) -> str:
    """Refuse to forget somebody whom agendas name."""
    return (
        f"You stand in the agenda of {' and of '.join(agendas)}, as a moderator, guest or member, "
        "or on call, and would come back with its next chat. Ask its organizer to take you out of "
        "it, then type /chat forget me again."
    )


def done(chat: Chat, ask: commands.Change, happened: list[Event]) -> Words:
    """Tell the person who asked what became of it; `chat` is the chat after it."""
    is_seen = not isinstance(ask, commands.AboutOne | commands.Withdraw | commands.AboutSomebody)
    return (*_done(chat, ask, happened), *(wording.refusals(chat) if is_seen else ()))


def _done(chat: Chat, ask: commands.Change, happened: list[Event]) -> Words:
    now = max((event.at for event in happened), default=chat.opens_at)
    match ask:
        case commands.Start():
            return (f"{chat.agenda.title} is open as {chat.id}. ", *wording.what_next(chat, now))
        case commands.Next():
            opened = [e.number for e in happened if isinstance(e, events.TopicOpened)]
            return (f"T{opened[0]} is posted{_where(chat)}. ", *wording.what_next(chat, now))
        case commands.AddTopic():
            return _added(chat, happened, now)
        case commands.Skip():
            skipped = [e.number for e in happened if isinstance(e, events.TopicSkipped)]
            return (f"T{skipped[0]} is left out. ", *wording.what_next(chat, now))
        case commands.Extend() | commands.Resume() | commands.Pause():
            return wording.what_next(chat, now)
        case commands.Close():
            return (f"{chat.agenda.title} is closed. The closing post and transcript follow.",)
        case commands.Place(message=message, topics=()):
            return (f"Message {message} now stands under no topic.",)
        case commands.Place(message=message, topics=topics):
            return (f"Message {message} now stands under {wording.topic_names(topics)}.",)
        case commands.Withdraw():
            return (_withdrawn(chat),)
        case safety_asks.Mute():
            return _muted(ask, happened)
        case safety_asks.Clear(message=message):
            return _cleared(message, happened)
    return _kept_safe(ask, now)


def _kept_safe(
    ask: safety_asks.Slow | safety_asks.Hold | safety_asks.Remove, now: datetime
) -> Words:
    match ask:
        case safety_asks.Hold(message=message):
            held = "is held back: it counts, but its text is in no transcript"
            return (f"Message {message} {held}. Undo it with /chat clear {message}.",)
        case safety_asks.Remove(message=message):
            shown = f"/chat clear {message} shows its text in the transcript, but not in the room."
            return (f"Message {message} is held back, and taken out of this room. {shown}",)
        case safety_asks.Slow(every=0):
            return ("This room is as fast as ever.",)
        case safety_asks.Slow(every=every, length=length):
            slow = f"Everybody can write once in {every} seconds until "
            return (slow, Moment(now + length), ". Undo it with /chat slow off.")


def _cleared(message: str, happened: list[Event]) -> Words:
    change = next(e for e in happened if isinstance(e, steps.Cleared))
    cleared = f"Message {message} is cleared as it was worded "
    then = (
        ": that wording is in the transcript. A later one is held back again if something is seen "
        f"in it. Undo it with /chat hold {message}."
    )
    return (cleared, Moment(change.worded), then)


def _muted(ask: safety_asks.Mute, happened: list[Event]) -> Words:
    change = next(e for e in happened if isinstance(e, measures.Muted | measures.Unmuted))
    who = Who(change.person, change.room.platform, ask.person)
    if isinstance(change, measures.Muted):
        undo = f". Undo it with /chat mute {change.person} 0m."
        return (who, " is muted until ", Moment(change.until), undo)
    shown = "and what was held back only because of that mute is shown."
    return (who, f" can write again, {shown}")


def _withdrawn(chat: Chat) -> str:
    """Name the chat: another one that is held in the same room keeps what was said there.

    A shared platform keeps the messages, for Rounds deletes nobody's.
    """
    named = f"{chat.agenda.title} ({chat.id})"
    if chat.stage is Stage.PLANNED:
        return f"{named} has not opened yet. If you wrote for it early, that is withdrawn."
    stays = any(is_shared(room.platform) for room in chat.agenda.rooms)
    still = " Others still see your messages where you wrote them until you delete them there."
    return (
        f"What you said in {named} until now is out of the transcript, and Rounds has deleted its "
        f"text.{still if stays else ''} What you write from now on counts again."
    )


def _where(chat: Chat) -> str:
    return " where it can be" if chat.hindered else ""


def _added(chat: Chat, happened: list[Event], now: datetime) -> Words:
    added = next(e for e in happened if isinstance(e, events.TopicAdded))
    topic: TopicState = chat.topics[added.number - 1]
    if topic.opened_at:
        posted = f"T{topic.number} is added and posted{_where(chat)}. "
        return (posted, *wording.what_next(chat, now))
    held = " once the chat is resumed" if chat.paused else ""
    return (
        f"T{topic.number} is added. It comes{held} ",
        Moment(topic.due),
        ", or with /chat next.",
    )
