"""Which message, and whom, a moderator means who names one in a command."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.commands import AboutOne, AboutSomebody
from bot.engine.errors import Refused
from bot.engine.floor import is_shared
from bot.engine.messages import Message, message_key
from bot.engine.people import Person, is_id, role_in
from bot.engine.rights import permit
from bot.engine.safety_asks import Clear, Hold, Remove
from bot.engine.signals import Asked
from bot.engine.state import Chat
from bot.store import speakers
from bot.store.tables import Tables


def about(chat: Chat, signal: Asked, ask: AboutOne, message: Message | None) -> AboutOne:
    """Return an ask that names its message by its key, with what is known of the message.

    Raises Refused where a post of Rounds' own is to be held.
    """
    permit(ask, role_in(chat.agenda, signal.by))
    if message is not None and message.is_ours and isinstance(ask, Hold | Remove):
        raise Refused(_ours(message))
    if message is not None and isinstance(ask, Remove):
        ask = replace(ask, author=message.author, thread=message.thread)
    if message is not None and isinstance(ask, Clear) and message.held:
        worded, doubtful = message.worded_at or message.at, message.edited and message.concerns
        ask = replace(ask, worded=worded, doubtful=bool(doubtful))
    return replace(ask, message=message_key(signal.room, ask.message))


def _ours(message: Message) -> str:
    """Say why a post of Rounds' own is not held, and what can be done."""
    there = "Delete it in the room, if you may there. " if is_shared(message.room.platform) else ""
    return (
        f"Message {message.id} is a post of Rounds' own: it cannot be held back, and what it says "
        f"stays in transcripts. {there}Before you publish a transcript, take it out of the file. "
        "If the post quotes what somebody said, hold that message: the post is changed then, too."
    )


MOST_NAMED = 5
"""Ids that are told where several people have one name."""


async def whom(tables: Tables, chat: Chat, signal: Asked, ask: AboutSomebody) -> AboutSomebody:
    """Return an ask with the id of the person whom it names, and as what they speak.

    Raises Refused where that cannot be told.
    """
    permit(ask, role_in(chat.agenda, signal.by))  # or the answer would tell who is there
    room = signal.room
    there = await speakers.named(tables.connection, chat.id, room.platform, ask.person)
    if len(there) == 1:
        return replace(ask, person=there[0].id, role=there[0].role)
    named = ask.person[:60]
    if there:
        ids = ", ".join(one.id for one in there[:MOST_NAMED])
        raise Refused(f"Several people are called {named} here. Name the one by their id: {ids}")
    if is_id(room.platform, ask.person):  # somebody who has not written yet
        return replace(ask, role=role_in(chat.agenda, Person(room.platform, ask.person, "")))
    raise Refused(
        f"Nobody called {named} has written in this chat. Name somebody as they are called here, "
        "or by their id."
    )


def must_be_of(chat: Chat, message: Message | None, key: str) -> None:
    """Raise Refused where what is named by its key is no message of the chat."""
    if message is None or not message.said or message.chat != chat.id:
        name = key.partition("/")[2][:60]
        raise Refused(f"There is no message {name} here. Its menu has its link or number.")
