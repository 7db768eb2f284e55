"""Which of a room's chats a message or a command belongs to.

In Rounds' own rooms all talk is the chat's. On Discord and Slack people also talk of other things
in the same channel. What is said in a thread of the chat is the chat's at any time. While the chat
is open so is, on Slack, all talk in the channel, for its topics stand there; on Discord, where they
stand in the thread, what answers one of its posts or bears its hashtag.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime

from bot.engine.agenda import Room
from bot.engine.messages import Message
from bot.engine.signals import Said, Speech
from bot.engine.state import Chat, Stage

_THREADED = frozenset({"discord"})
"""Platforms on which a chat is held in a thread of its channel."""

_SHARED = _THREADED | {"slack"}
"""Platforms whose rooms are there for other talk too."""


def is_shared(platform: str) -> bool:
    """Whether a platform's rooms are there for other talk too."""
    return platform in _SHARED


def is_threaded(platform: str) -> bool:
    """Whether a chat is held in a thread of a platform's channel, not in the channel itself."""
    return platform in _THREADED


def is_open_ended(platform: str) -> bool:
    """Whether people can go on where a chat was held, for nothing can be locked there."""
    return is_shared(platform) and not is_threaded(platform)


def chat_of(chats: Collection[Chat], signal: Speech, parent: Message | None) -> Chat | None:
    """Return the chat that a message belongs to of which nothing is known yet, or None.

    `chats` are its room's; `parent` is the message that it answers.
    """
    if not is_shared(signal.room.platform):
        return chat_at(chats, signal.at)
    if signal.thread is not None:
        threaded = [c for c in chats if _is_held(c) and signal.thread in c.threads_in(signal.room)]
        if threaded or is_threaded(signal.room.platform):
            return threaded[0] if threaded else None
    if not isinstance(signal, Said):
        return None
    running = _running(chats, signal.at)
    if is_threaded(signal.room.platform):
        text = signal.text
        running = [c for c in running if _answers(c, parent) or bears(text, c.agenda.hashtag)]
    return max(running, key=_opening, default=None)


def _is_held(chat: Chat) -> bool:
    return chat.stage is not Stage.CANCELLED and chat.stage is not Stage.MISSED


def _running(chats: Iterable[Chat], at: datetime) -> list[Chat]:
    """Return the chats whose window is open at `at`; none ends later than was planned."""
    return [c for c in chats if c.opens_at <= at <= c.ends_at and _is_held(c)]


def _answers(chat: Chat, parent: Message | None) -> bool:
    return parent is not None and parent.chat == chat.id and parent.is_ours


def bears(text: str, hashtag: str) -> bool:
    """Whether a text names a hashtag, in whatever case, as a word of its own.

    An accent may be a sign of its own, as some keyboards write it (Unicode Standard Annex 15).
    """
    if not hashtag.isascii():
        text, hashtag = (unicodedata.normalize("NFC", one) for one in (text, hashtag))
    if not hashtag or hashtag.casefold() not in text.casefold():
        return False
    return re.search(rf"(?<!\w){re.escape(hashtag)}(?!\w)", text, re.IGNORECASE) is not None


def chat_at(chats: Collection[Chat], at: datetime) -> Chat | None:
    """Return the chat that has the floor at `at`, or None.

    It is the one whose window is open (of several the one that opened last), else the next
    one that is planned by then (what is said is early), else the last one that ended (late).
    """
    if running := _running(chats, at):
        return max(running, key=_opening)
    held = [c for c in chats if _is_held(c)]
    coming = [c for c in held if c.planned_at <= at < c.opens_at]
    if coming:
        return min(coming, key=_opening)
    over = [c for c in held if c.ends_at < at]
    return max(over, key=lambda c: (c.ends_at, c.id), default=None)


def chat_for_command(
    chats: Iterable[Chat], at: datetime, room: Room | None = None, thread: str | None = None
) -> Chat | None:
    """Return the chat that a command in a room, or in a thread there, is about, or None.

    It is the thread's; else the running one, else the last one that ended, else the next one.
    """
    held = [c for c in chats if _is_held(c)]
    if room is not None and thread is not None:
        threaded = [c for c in held if thread in c.threads_in(room)]
        if threaded:
            return threaded[0]
    running = [c for c in held if c.stage is Stage.OPEN and c.opens_at <= at <= c.closes_at]
    if running:
        return max(running, key=_opening)
    over = [c for c in held if c.stage is not Stage.PLANNED and c.opens_at <= at]
    if over:
        return max(over, key=lambda c: (c.ends_at, c.id))
    return min(held, key=_opening, default=None)


def _opening(chat: Chat) -> tuple[datetime, str]:
    return (chat.opens_at, chat.id)
