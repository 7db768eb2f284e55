"""What a signal adds to what is known of a message, in whatever order signals come.

Every fact has one winner that does not depend on arrival: the message's own saying, the last
wording with its files by its own time, and withdrawal over everything. Applying the same signals
in any order, any number of times, gives the same row.
"""

from __future__ import annotations

from bot.engine.actions import Amend, Post, Remove, apart
from bot.engine.agenda import OWN
from bot.engine.erasing import bared, blanked, is_erased
from bot.engine.holds import hold_of
from bot.engine.labels import labels
from bot.engine.messages import OURS, Message, Timing
from bot.engine.people import Role, role_in
from bot.engine.placing import place
from bot.engine.signals import Deleted, Delivered, Edited, Said, Speech
from bot.engine.state import Chat


def hear(
    chat: Chat,
    known: Message | None,
    parent: Message | None,
    signal: Speech,
    concerns: tuple[str, ...] = (),
) -> Message:
    """Return the row of the message that `signal` is about, placed under its topics.

    `known` is its row so far, `parent` the row of the message that it answers, `concerns` what
    was seen in the wording that the signal brings.
    """
    if known is None:
        known = Message(chat.id, signal.room, signal.id, said=False, at=signal.at)
    match signal:
        case Said():
            heard = _said(chat, known, signal, concerns)
        case Edited():
            heard = _edited(known, signal, concerns)
        case Deleted():
            ours = is_ours(chat, known) and not signal.by_author
            heard = known if ours else known._replace(withdrawn=True)
    return settle(chat, heard, parent)


def is_ours(chat: Chat, message: Message) -> bool:
    """Whether a deletion that a platform tells of is our own.

    It is where we have taken the message out, and nothing hinders that.
    """
    hidden = message.key in chat.order.hidden
    return hidden and apart(message.room.platform, Remove) not in chat.hindered


def own(chat: Chat, known: Message | None, signal: Delivered) -> Message | None:
    """Return the row of a post of ours that stands in a room; a topic's belongs to its topic.

    A post in one of our own rooms may quote people. Where that has changed meanwhile, its words
    are left out until others are made.
    """
    post = signal.action
    if not isinstance(post, Post | Amend):
        return None
    stale = post.recalls and post.room.platform == OWN and post.room in chat.amending
    text = "" if stale else signal.text
    if isinstance(post, Amend):
        return None if known is None else settle(chat, known._replace(text=text), None)
    message = Message(
        chat=chat.id,
        room=post.room,
        id=signal.ref,
        said=True,
        at=signal.at,
        author=OURS,
        name="Rounds",
        role=Role.BOT,
        text=text,
        labels=() if post.topic is None else (post.topic,),
        thread=post.into,
        worded_at=signal.at,
        withdrawn=known is not None and known.withdrawn,
    )
    return settle(chat, message, None)


def settle(chat: Chat, message: Message, parent: Message | None) -> Message:
    """Place a message as the chat stands now, and drop the text that may not be kept."""
    message = place(chat, message, parent)
    withdrawn = message.withdrawn or _is_withdrawn(chat, message) or _is_gone(chat, message)
    if withdrawn:
        message = message._replace(withdrawn=True, text="", attachments=(), concerns=())
    elif came_late(message) and not chat.agenda.keep_late:
        message = message._replace(text="", attachments=())
    if is_erased(message.author):
        message = bared(message)
    elif chat.blanked and not message.is_ours:
        message = blanked(message)
    held = hold_of(chat, message)
    return message if held is message.held else message._replace(held=held)


def _is_withdrawn(chat: Chat, message: Message) -> bool:
    """Whether its author took back what they had said until then, and it was on its way.

    What was known at the withdrawal is marked, whatever its time (`bot.intake.work`).
    """
    if not chat.withdrawn or not message.said:
        return False
    until = chat.withdrawn.get(f"{message.room.platform}:{message.author}")
    return until is not None and message.at <= until


def _is_gone(chat: Chat, message: Message) -> bool:
    return bool(chat.order.gone) and message.key in chat.order.gone


def came_late(message: Message) -> bool:
    """Whether it was said after the end by somebody who does not moderate."""
    speakers = (Role.PARTICIPANT, Role.GUEST, Role.VISITOR)
    spoke_late = message.timing is Timing.LATE and message.said and message.role in speakers
    return spoke_late and not is_erased(message.author)  # whom nobody can tell


def _said(chat: Chat, known: Message, signal: Said, concerns: tuple[str, ...]) -> Message:
    if known.said:
        return known
    edited = known.worded_at is not None and known.worded_at >= signal.at
    return Message(
        chat=chat.id,
        room=known.room,
        id=known.id,
        said=True,
        at=signal.at,
        author=signal.author.id,
        name=signal.author.name,
        role=role_in(chat.agenda, signal.author),
        text=known.text if edited else signal.text,
        labels=known.labels if edited else labels(signal.text),
        worded_at=known.worded_at if edited else signal.at,
        edited=edited,
        withdrawn=known.withdrawn,
        reply_to=signal.reply_to,
        thread=signal.thread,
        attachments=known.attachments if edited else signal.attachments,
        concerns=known.concerns if edited else concerns,
    )


def _edited(known: Message, signal: Edited, concerns: tuple[str, ...]) -> Message:
    """Take a later wording; of two at the same moment the greater one, in either order."""
    if known.worded_at is not None:
        if signal.at < known.worded_at:
            return known
        if signal.at == known.worded_at and known.edited and _rank(signal) <= _rank(known):
            return known
    return known._replace(
        text=signal.text,
        labels=labels(signal.text),
        worded_at=signal.at,
        edited=True,
        attachments=signal.attachments,
        concerns=concerns,
    )


def _rank(wording: Message | Edited) -> tuple[str, list[str]]:
    return wording.text, [repr(file) for file in wording.attachments]
