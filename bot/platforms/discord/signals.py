"""Turns what discord.py hands over into signals; it knows no topics, windows or roles of a chat.

What people wrote stays as they wrote it, with three additions. A mention gets the name that came
with it, `<@5>` becomes `<@5|Ann Lee>`: still one piece, in which no label and no hashtag is read,
and which a transcript shows as `@Ann Lee`. What was forwarded stands in quoted lines, and a poll
as its question and its answers. Link previews are left out.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.engine.agenda import Room
from bot.engine.messages import Attachment
from bot.engine.people import Person, Role
from bot.engine.signals import Deleted, Edited, Reacted, ReactionsCleared, Said

PLATFORM = "discord"

ParentOf = Callable[[int], int | None]
"""Names the channel of a thread by their ids, also of a thread that discord.py does not keep;
None: it is no thread, or nobody knows it."""

_SPOKEN = (
    discord.MessageType.default,
    discord.MessageType.reply,
    discord.MessageType.chat_input_command,  # another bot's answer to a command, for all to read
    discord.MessageType.context_menu_command,
)
_PRIVATE = (discord.DMChannel, discord.GroupChannel)
_MENTION = re.compile(r"<(?P<kind>@!?|@&|#)(?P<id>[0-9]{1,20})>")
_NOT_IN_A_NAME = re.compile(r"[<>|#]")
_UNKNOWN_TYPE = "application/octet-stream"  # RFC 2046, section 4.5.1
_STICKERS = {
    discord.StickerFormatType.png: "image/png",
    discord.StickerFormatType.apng: "image/apng",
    discord.StickerFormatType.lottie: "application/json",
    discord.StickerFormatType.gif: "image/gif",
}


def where(channel_id: int, parent_of: ParentOf) -> tuple[Room, str | None]:
    """Return the room of a channel; or, of a thread, the channel it hangs in, and its own id."""
    parent = parent_of(channel_id)
    if parent is None:
        return room_of(channel_id), None
    return room_of(parent), str(channel_id)


@functools.lru_cache(1024)
def room_of(channel_id: int) -> Room:
    """Return the room that a channel is."""
    return Room(PLATFORM, str(channel_id))


def person(user: discord.User | discord.Member, *, steward: bool) -> Person:
    """Return who somebody is; of a user who is no member no roles are known."""
    roles = user._roles if isinstance(user, discord.Member) else ()  # noqa: SLF001  sorted else
    return Person(
        PLATFORM,
        str(user.id),
        user.display_name,
        frozenset([f"role:{role}" for role in roles]),
        steward,
        Role.BOT if user.bot or user.system else None,
        user.created_at,
    )


def is_steward(user: discord.User | discord.Member, guild: discord.Guild, channel_id: int) -> bool:
    """Whether somebody has Manage Threads in a channel (not a thread) of a guild."""
    channel = guild.get_channel(channel_id)
    if channel is None or not isinstance(user, discord.Member):
        return False
    return channel.permissions_for(user).manage_threads


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads; `me` is our own user id."""

    me: int
    parent_of: ParentOf

    def speech(
        self, message: discord.Message, member: discord.Member | None = None
    ) -> tuple[Said | Edited, ...]:
        """Return what a message says: Said, and Edited if it was edited since; empty: nothing.

        The first wording of an edited message is not known; Said has the present one then.
        Nothing is said in direct messages, by ourselves (our posts are recorded when they are
        delivered) and by Discord's own notices: a thread's starter, a pin, a poll's result.
        `member` is its author where the message alone does not tell their roles.
        """
        author = getattr(message, "author", None)  # there is none in a partial payload
        if author is None or author.id == self.me or not is_spoken(message):
            return ()
        room, thread = self._where(message.channel)
        text, files = _text(message), _files(message)
        said = Said(
            message.created_at,
            room,
            str(message.id),
            self._author(message, member or author, room),
            text,
            _answered(message),
            thread,
            files,
        )
        edited_at = message.edited_at
        if edited_at is None:
            return (said,)
        return said, Edited(edited_at, room, said.id, text, thread, files)

    def needs_member(self, message: discord.Message) -> bool:
        """Whether somebody says something whose roles the message does not tell."""
        author = getattr(message, "author", None)
        return (
            isinstance(author, discord.User)
            and message.webhook_id is None
            and not author.bot
            and is_spoken(message)
        )

    def deleted(
        self,
        event: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent,
        now: datetime,
    ) -> tuple[Deleted, ...]:
        """Return the messages that a deletion took away."""
        if event.guild_id is None:
            return ()
        room, thread = where(event.channel_id, self.parent_of)
        if isinstance(event, discord.RawBulkMessageDeleteEvent):
            ids = sorted(event.message_ids)
        else:
            ids = [event.message_id]
        return tuple(Deleted(now, room, str(message), thread) for message in ids)

    def reacted(self, event: discord.RawReactionActionEvent, now: datetime) -> Reacted | None:
        """Return an emoji that was put or taken back; None: in a direct message.

        Discord does not say who it is that takes one back, but for their id.
        """
        if event.guild_id is None:
            return None
        room, _ = where(event.channel_id, self.parent_of)
        by = Person(PLATFORM, str(event.user_id), "")
        if event.member is not None:
            by = person(event.member, steward=False)
        elif event.user_id == self.me:
            by = Person(PLATFORM, str(self.me), "", role=Role.BOT)
        removed = event.event_type == "REACTION_REMOVE"
        return Reacted(now, room, str(event.message_id), by, emoji_text(event.emoji), removed)

    def cleared(
        self,
        event: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent,
        now: datetime,
    ) -> ReactionsCleared | None:
        """Return that a message lost all its emojis, or one of them; None: a direct message."""
        if event.guild_id is None:
            return None
        room, _ = where(event.channel_id, self.parent_of)
        one = event.emoji if isinstance(event, discord.RawReactionClearEmojiEvent) else ""
        return ReactionsCleared(now, room, str(event.message_id), emoji_text(one))

    def _where(self, channel: discord.abc.MessageableChannel) -> tuple[Room, str | None]:
        if isinstance(channel, discord.Thread):
            return room_of(channel.parent_id), str(channel.id)
        return where(channel.id, self.parent_of)

    def _author(
        self, message: discord.Message, author: discord.User | discord.Member, room: Room
    ) -> Person:
        if message.webhook_id is not None:
            return Person(PLATFORM, str(author.id), author.display_name, role=Role.BOT)
        guild = message.guild
        steward = guild is not None and is_steward(author, guild, int(room.name))
        return person(author, steward=steward)


def is_spoken(message: discord.Message) -> bool:
    """Whether somebody said this in a guild: no direct message, no notice of Discord's own.

    What only announces that a bot's answer follows ("thinking") says nothing yet.
    """
    if message.guild is None and isinstance(message.channel, _PRIVATE):
        return False
    return message.type in _SPOKEN and not message.flags.loading


def emoji_text(emoji: discord.PartialEmoji | discord.Emoji | str) -> str:
    """Return an emoji itself, or the name of a guild's own one as `:name:` (deleted: `:id:`)."""
    if isinstance(emoji, str):
        return emoji
    return emoji.name if emoji.id is None else f":{emoji.name or emoji.id}:"


def _answered(message: discord.Message) -> str | None:
    """Return the id of the message that a reply answers, also where that is deleted."""
    if message.type is not discord.MessageType.reply or message.reference is None:
        return None
    answered = message.reference.message_id
    return None if answered is None else str(answered)


# ---------------------------------------------------------------- text


def _text(message: discord.Message) -> str:
    text = message.content
    if message.message_snapshots or message.poll is not None:
        text = "\n".join(_parts(message))
    return _with_names(text, message) if "<" in text else text


def _parts(message: discord.Message) -> Iterator[str]:
    if message.content:
        yield message.content
    for snapshot in message.message_snapshots:
        if snapshot.content:
            yield "\n".join(f"> {line}" for line in snapshot.content.split("\n"))
    if message.poll is not None:
        yield message.poll.question
        for answer in message.poll.answers:
            emoji = "" if answer.emoji is None else emoji_text(answer.emoji)
            yield f"- {emoji} {answer.text or ''}".replace("  ", " ").rstrip()


def _with_names(text: str, message: discord.Message) -> str:
    """Write names into the mentions of people, roles and channels that are known."""
    people = {one.id: one.display_name for one in message.mentions}
    roles = {role.id: role.name for role in message.role_mentions}

    def named(match: re.Match[str]) -> str:
        kind, number = match["kind"].removesuffix("!"), int(match["id"])
        if kind == "#":
            name = _channel_name(message.guild, number)
        else:
            name = (roles if kind == "@&" else people).get(number, "")
        name = " ".join(_NOT_IN_A_NAME.sub(" ", name).split())
        return f"<{kind}{number}|{name}>" if name else match[0]

    return _MENTION.sub(named, text)


def _channel_name(guild: discord.Guild | None, number: int) -> str:
    channel = None if guild is None else guild.get_channel_or_thread(number)
    return "" if channel is None else channel.name


# ---------------------------------------------------------------- files


def _files(message: discord.Message) -> tuple[Attachment, ...]:
    if not (message.attachments or message.stickers or message.message_snapshots):
        return ()
    held: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    files = [_file(file) for one in held for file in one.attachments]
    return (*files, *(_sticker(sticker) for one in held for sticker in one.stickers))


def _file(file: discord.Attachment) -> Attachment:
    return Attachment(file.filename, file.content_type or _UNKNOWN_TYPE, file.size, file.url)


def _sticker(sticker: discord.StickerItem) -> Attachment:
    """Discord does not tell a sticker's size; it is 0 here."""
    return Attachment(sticker.name, _STICKERS.get(sticker.format, _UNKNOWN_TYPE), 0, sticker.url)
