"""Channels, private channels and direct messages: what stands in them, and who is there."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.slack.basics import JSON, MICROSECOND, User, seconds_of, stamp, stamp_time
from tests.slack.events import Occurrence
from tests.slack.messages import Message

if TYPE_CHECKING:
    from tests.slack.world import Workspace


class Channel:
    """A conversation of any kind; `messages` holds what stands in it and in its threads."""

    def __init__(
        self,
        workspace: Workspace,
        number: str,
        name: str,
        creator: User,
        *,
        private: bool = False,
        direct: bool = False,
    ) -> None:
        self.workspace = workspace
        self.id = number
        self.name = name
        self.creator = creator
        self.private = private
        self.direct = direct
        self.general = False
        self.archived = False
        self.deleted = False
        self.posters: set[str] | None = None
        """Who may post, by id, where a channel's owners have restricted it; None is everybody."""
        self.created = workspace.now()
        self.members: dict[str, User] = {}
        self.everything: list[Message] = []
        """All messages, replies too, in the order of their ts; what was deleted is not in it."""
        self._taken: dict[str, Message | None] = {}

    @property
    def messages(self) -> list[Message]:
        """What the channel shows, oldest first: no replies but those sent to the channel too."""
        return [one for one in self.everything if not one.is_reply or one.broadcast]

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.messages]

    @property
    def kind(self) -> str:
        """Slack's word, as events have it in `channel_type`."""
        if self.direct:
            return "mpim" if len(self.members) > 2 else "im"
        return "group" if self.private else "channel"

    @property
    def scope(self) -> str:
        """How the scopes for this kind of conversation begin."""
        return {"channel": "channels", "group": "groups"}.get(self.kind, self.kind)

    def find(self, ts: str) -> Message | None:
        """Return a message by its ts, replies too."""
        return self._taken.get(ts)

    def new_ts(self) -> str:
        """Return the stamp of this instant, unlike all others in the channel."""
        at = self.workspace.now()
        while stamp(at) in self._taken:
            at += MICROSECOND
        self._taken[stamp(at)] = None
        return stamp(at)

    def add(self, message: Message) -> None:
        """Let a message stand here."""
        self._taken[message.ts] = message
        bisect.insort(self.everything, message, key=lambda one: stamp_time(one.ts))
        parent = message.parent
        if parent is not None:
            parent.replies.append(message)

    def remove(self, message: Message) -> None:
        """Take a message away."""
        self._taken[message.ts] = None
        self.everything.remove(message)
        message.deleted = True
        parent = message.parent
        if parent is not None and message in parent.replies:
            parent.replies.remove(message)
            if parent.tombstone and not parent.replies:
                self.remove(parent)

    def tell(
        self, event: Mapping[str, Any], names: tuple[str, ...], *scopes: str, always: bool = False
    ) -> None:
        """Report an event here to the app, if it is in the channel (or `always`).

        `names` are the bot events of which one must be subscribed to, `scopes` those of which
        one must be granted.
        """
        if always or self.workspace.bot.id in self.members:
            self.workspace.tell(Occurrence(dict(event), names, scopes))

    def payload(self) -> JSON:
        """Write it as conversations.info does."""
        bot = self.workspace.bot
        body: JSON = {
            "id": self.id,
            "created": seconds_of(self.created),
            "is_archived": self.archived,
            "is_im": self.kind == "im",
            "is_org_shared": False,
            "context_team_id": self.workspace.id,
            "updated": (seconds_of(self.created)) * 1000,
        }
        if self.kind == "im":
            other = next((one for one in self.members.values() if one is not bot), bot)
            return body | {"user": other.id, "is_user_deleted": other.deactivated, "priority": 0}
        return body | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.kind == "group",
            "is_mpim": self.kind == "mpim",
            "is_private": self.private,
            "is_general": self.general,
            "is_member": bot.id in self.members,
            "is_shared": False,
            "is_ext_shared": False,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "unlinked": 0,
            "creator": self.creator.id,
            "shared_team_ids": [self.workspace.id],
            "previous_names": [],
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
