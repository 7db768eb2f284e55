"""A message as it stands in a channel, and the draft it is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.slack.basics import JSON, User, stamp_time

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.files import File


@dataclass
class Draft:
    """What somebody wants to post, before Slack has looked at it."""

    text: str = ""
    blocks: Sequence[JSON] = ()
    attachments: Sequence[JSON] = ()
    thread: str | None = None
    """The ts of the message whose thread this goes to."""
    broadcast: bool = False
    metadata: JSON | None = None
    files: Sequence[File] = ()
    subtype: str | None = None
    username: str | None = None
    through: User | None = None
    """The app that posts it with the author's own token."""


@dataclass(eq=False)
class Message:
    """A message; it changes when it is edited, and is `deleted` when it is gone."""

    ts: str
    channel: Channel = field(repr=False)
    author: User = field(repr=False)
    text: str = ""
    subtype: str | None = None
    thread_ts: str | None = None
    """For a reply the ts of its parent; for a parent its own, once it has replies."""
    blocks: list[JSON] = field(default_factory=list)
    attachments: list[JSON] = field(default_factory=list)
    metadata: JSON | None = None
    files: list[File] = field(default_factory=list)
    username: str | None = None
    client_msg_id: str = ""
    edited_ts: str | None = None
    deleted: bool = False
    tombstone: bool = False
    """Deleted, but standing there as "This message was deleted." for its replies."""
    replies: list[Message] = field(default_factory=list)
    reactions: dict[str, list[User]] = field(default_factory=dict)
    pings: list[str] = field(default_factory=list)
    """Whom it notified when it was posted: `@U...`, `!channel`, `!here`, `!everyone`."""
    more: JSON = field(default_factory=dict)
    """What a message of some subtypes has besides: `inviter`, `old_name`, `name`."""
    through: User | None = field(default=None, repr=False)
    """The app that posted it with the author's own token."""

    @property
    def at(self) -> datetime:
        return stamp_time(self.ts)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def parent(self) -> Message | None:
        """The message in whose thread this stands."""
        return self.channel.find(self.thread_ts) if self.is_reply and self.thread_ts else None

    @property
    def broadcast(self) -> bool:
        return self.subtype == "thread_broadcast"

    @property
    def link(self) -> str:
        """The permalink (chat.getPermalink)."""
        world = self.channel.workspace
        link = f"{world.url}archives/{self.channel.id}/p{self.ts.replace('.', '')}"
        return f"{link}?thread_ts={self.thread_ts}&cid={self.channel.id}" if self.is_reply else link

    def payload(self, *, metadata: bool = False, thread: bool = True) -> JSON:
        """Write it as conversations.history does; `thread` adds what a parent says of replies."""
        if self.tombstone:
            return {
                "type": "message",
                "subtype": "tombstone",
                "user": "USLACKBOT",
                "text": "This message was deleted.",
                "hidden": True,
                "ts": self.ts,
            } | self._of_thread(told=thread)
        body: JSON = {"type": "message", "ts": self.ts, "text": self.text}
        if self.subtype:
            body["subtype"] = self.subtype
        if self.subtype != "bot_message":
            body["user"] = self.author.id
        body |= self._authorship() | self._of_thread(told=thread)
        if self.blocks:
            body["blocks"] = self.blocks
        if self.attachments:
            body["attachments"] = self.attachments
        if self.files:
            body |= {"files": [file.payload() for file in self.files], "upload": False}
        if self.edited_ts:
            body["edited"] = {"user": self.author.id, "ts": self.edited_ts}
        if self.reactions:
            body["reactions"] = [
                {"name": name, "users": [one.id for one in users], "count": len(users)}
                for name, users in self.reactions.items()
            ]
        if self.metadata is not None and metadata:
            body["metadata"] = self.metadata
        return body | self.more

    def _authorship(self) -> JSON:
        app = self.author if self.author.bot else self.through
        if app is not None:
            body: JSON = {"bot_id": app.bot_id, "team": self.channel.workspace.id}
            if self.subtype == "bot_message":
                return {"bot_id": app.bot_id, "username": self.username}
            return body | {
                "app_id": app.app_id,
                "bot_profile": {
                    "id": app.bot_id,
                    "app_id": app.app_id,
                    "name": app.name,
                    "icons": {},
                    "deleted": False,
                    "updated": int(app.workspace.created.timestamp()),
                    "team_id": self.channel.workspace.id,
                },
            }
        if self.client_msg_id:
            team = self.channel.workspace.id
            return {"client_msg_id": self.client_msg_id, "team": team}
        return {}

    def _of_thread(self, *, told: bool) -> JSON:
        if self.is_reply:
            parent = self.parent
            body: JSON = {"thread_ts": self.thread_ts}
            if parent is not None:
                gone = parent.tombstone or parent.subtype == "bot_message"
                body["parent_user_id"] = "USLACKBOT" if gone else parent.author.id
                if self.broadcast and told:
                    body["root"] = parent.payload()
            return body
        if not self.replies or not told:
            return {}
        users = list(dict.fromkeys(one.author.id for one in self.replies))
        return {
            "thread_ts": self.ts,
            "reply_count": len(self.replies),
            "reply_users_count": len(users),
            "latest_reply": self.replies[-1].ts,
            "reply_users": users[:5],
            "is_locked": False,
            "subscribed": False,
        }


@dataclass(eq=False)
class Ephemeral:
    """What one person sees until their client is loaded again; it is in no history."""

    ts: str
    channel: Channel = field(repr=False)
    user: User = field(repr=False)
    text: str
    blocks: list[JSON] = field(default_factory=list)
    thread_ts: str | None = None
    pings: list[str] = field(default_factory=list)
    gone: bool = False
    """Taken away by the app, over a response_url."""
