"""A message as it stands in a place, and the draft it is made from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.discord.basics import JSON, User, id_time, iso

if TYPE_CHECKING:
    from tests.discord.guild import Role
    from tests.discord.places import Place
    from tests.discord.threads import Thread

DEFAULT, PINNED, JOINED, THREAD_CREATED = 0, 6, 7, 18
RENAMED, REPLY, CHAT_INPUT_COMMAND, THREAD_STARTER, MENU_COMMAND = 4, 19, 20, 21, 23
HAS_THREAD, EPHEMERAL, LOADING = 1 << 5, 1 << 6, 1 << 7


@dataclass(frozen=True)
class File:
    """A file that is attached; `type` is its MIME type."""

    name: str
    content: bytes = b""
    type: str = "application/octet-stream"
    description: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file that hangs on a message."""

    id: int
    file: File
    url: str

    def payload(self) -> JSON:
        told = {"description": self.file.description} if self.file.description else {}
        return told | {
            "id": str(self.id),
            "filename": self.file.name,
            "size": len(self.file.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.file.type,
        }


@dataclass
class Draft:
    """What somebody wants to post, before Discord has looked at it."""

    content: str = ""
    files: Sequence[File] = ()
    embeds: Sequence[JSON] = ()
    components: Sequence[JSON] = ()
    stickers: Sequence[str] = ()
    poll: JSON | None = None
    allowed_mentions: JSON | None = None
    answers: JSON | None = None
    """A `message_reference`: of type 0 it is a reply, of type 1 a forward."""
    nonce: str | None = None
    enforce_nonce: bool = False
    tts: bool = False
    flags: int = 0


@dataclass(eq=False)
class Message:
    """A message; it changes when it is edited, and is `deleted` when it is gone."""

    id: int
    place: Place
    author: User
    content: str = ""
    type: int = DEFAULT
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[JSON] = field(default_factory=list)
    components: list[JSON] = field(default_factory=list)
    stickers: list[JSON] = field(default_factory=list)
    poll: JSON | None = None
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[Role] = field(default_factory=list)
    mention_everyone: bool = False
    pinged: set[User | Role | str] = field(default_factory=set)
    """Whom this message really pinged when it was posted; "@everyone" stands for @here as well."""
    reference: JSON | None = None
    referenced: Message | None = None
    snapshots: list[JSON] = field(default_factory=list)
    nonce: str | None = None
    tts: bool = False
    flags: int = 0
    webhook: int | None = None
    interaction: JSON | None = None
    application: int | None = None
    thread: Thread | None = None
    edited_at: datetime | None = None
    pinned: bool = False
    deleted: bool = False
    reactions: dict[str, list[User]] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return id_time(self.id)

    @property
    def link(self) -> str:
        guild = self.place.guild.id if self.place.guild else "@me"
        return f"https://discord.com/channels/{guild}/{self.place.id}/{self.id}"

    def words_are_for(self, bot: User) -> bool:
        """Tell whether the bot gets the words also without the message content intent."""
        return self.author is bot or self.place.guild is None or bot in self.mentions

    def payload(self, *, words_for: User | None = None, answered: bool = True) -> JSON:
        """Write it as JSON; with `words_for`, as a bot without the message content intent sees it.

        Then content, embeds, attachments, components and poll are empty unless
        `words_are_for` it (events/gateway "Message Content Intent"). The message that it answers
        is written inside it, but not the one which that answers.
        """
        told = words_for is None or self.words_are_for(words_for)
        body: JSON = {
            "id": str(self.id),
            "channel_id": str(self.place.id),
            "type": self.type,
            "author": self._author(),
            "content": self.content if told else "",
            "timestamp": iso(self.at),
            "edited_timestamp": iso(self.edited_at) if self.edited_at else None,
            "tts": self.tts,
            "mention_everyone": self.mention_everyone,
            "mentions": [user.payload() for user in self.mentions],
            "mention_roles": [str(role.id) for role in self.mention_roles],
            "attachments": [one.payload() for one in self.attachments] if told else [],
            "embeds": self.embeds if told else [],
            "components": numbered(self.components) if told else [],
            "pinned": self.pinned,
            "flags": self.flags,
        }
        body |= self._optional(told=told)
        if answered and self.type in (REPLY, THREAD_STARTER):
            other = self.referenced
            there = other is not None and not other.deleted
            body["referenced_message"] = (
                other.payload(words_for=words_for, answered=False) if other and there else None
            )
        return body

    def _author(self) -> JSON:
        if self.author.id in self.place.world.users:
            return self.author.payload()
        return self.author.payload() | {"discriminator": "0000", "global_name": None, "bot": True}

    def _optional(self, *, told: bool) -> JSON:
        body: JSON = {}
        if self.nonce is not None:
            body["nonce"] = self.nonce
        if self.poll is not None and told:
            body["poll"] = self.poll
        if self.stickers:
            body["sticker_items"] = self.stickers
        if self.webhook is not None:
            body["webhook_id"] = str(self.webhook)
        if self.application is not None:
            body["application_id"] = str(self.application)
        if self.interaction is not None:
            body["interaction_metadata"] = self.interaction
        if self.thread is not None:
            body["thread"] = self.thread.payload()
        if self.reactions:
            body["reactions"] = [self._reaction(emoji) for emoji in self.reactions]
        if self.reference is not None:
            body["message_reference"] = self.reference
        if self.snapshots:
            body["message_snapshots"] = (
                self.snapshots if told else [_wordless(one) for one in self.snapshots]
            )
        return body

    def _reaction(self, emoji: str) -> JSON:
        users = self.reactions[emoji]
        return {
            "emoji": emoji_payload(emoji),
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me": any(user is self.place.world.bot for user in users),
            "me_burst": False,
        }

    def snapshot(self) -> JSON:
        """Return what a forward of this message carries."""
        kept = ["type", "content", "embeds", "attachments", "timestamp", "edited_timestamp"]
        kept += ["flags", "mentions", "mention_roles", "components", "sticker_items"]
        body = self.payload()
        return {"message": {key: body[key] for key in kept if key in body}}


def _wordless(snapshot: JSON) -> JSON:
    empty: JSON = {"content": "", "embeds": [], "attachments": [], "components": []}
    return {"message": snapshot["message"] | empty}


def emoji_payload(emoji: str) -> JSON:
    """Write an emoji: a character, or `name:id` of one that a guild has made."""
    name, _, number = emoji.partition(":")
    return {"id": number or None, "name": name}


def numbered(components: Sequence[JSON]) -> list[JSON]:
    """Write components with the numbers that Discord gives to those which have none."""
    count = itertools.count(1)

    def number(one: JSON) -> JSON:
        inner: JSON = {"id": one.get("id") or next(count)}
        if "components" in one:
            inner["components"] = [number(part) for part in one["components"]]
        if "component" in one:
            inner["component"] = number(one["component"])
        return one | inner

    return [number(one) for one in components]
