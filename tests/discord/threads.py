"""Threads: who may post in them, change them, and see them."""

from __future__ import annotations

from datetime import datetime

from tests.discord.basics import JSON, Dispatch, User, iso
from tests.discord.messages import RENAMED, THREAD_STARTER, Message
from tests.discord.places import Channel, Place
from tests.discord.rules import Permission, bad_form, missing_permissions, thread_is_archived

PUBLIC_THREAD = 11
DURATIONS = (60, 1440, 4320, 10080)
"""Minutes after which a thread may leave the channel list (resources/channel)."""


class Thread(Place):
    """A public thread of a channel."""

    type = PUBLIC_THREAD

    def __init__(self, parent: Channel, name: str, owner: User, number: int, minutes: int) -> None:
        super().__init__(parent.world, parent.guild, name, number)
        self.parent = parent
        self.owner = owner
        self.auto_archive_duration = minutes
        self.archived = False
        self.locked = False
        self.rate_limit_per_user = 0
        self.created_at = self.archive_at = parent.world.now()
        self.joined: dict[int, datetime] = {}
        self.message_count = self.total_message_sent = 0
        parent.owner_guild.threads.append(self)

    def permissions(self, user: User) -> Permission:
        return self.parent.compute(user, in_thread=True)

    def add(self, message: Message) -> None:
        if message.type != THREAD_STARTER:
            self.message_count += 1
            self.total_message_sent += 1
        super().add(message)

    def remove(self, *gone: Message) -> None:
        self.message_count -= len(gone)
        super().remove(*gone)

    def join(self, user: User) -> None:
        """Let somebody be in the thread; the gateway tells the bot of itself alone."""
        if user.id in self.joined:
            return
        self.joined[user.id] = self.world.now()
        data: JSON = {
            "id": str(self.id),
            "guild_id": str(self.parent.owner_guild.id),
            "member_count": len(self.joined),
            "added_members": [self._member(user.id)],
        }
        about_bot = user is self.world.bot
        update = Dispatch("THREAD_MEMBERS_UPDATE", data, self.guild, self, about_bot=about_bot)
        self.world.tell(update)

    def change(self, by: User, wanted: JSON) -> None:
        """Take over what a PATCH wants (resources/channel "Modify Channel", topics/threads)."""
        able = self.require(by)
        moderates = bool(able & Permission.MANAGE_THREADS)
        archived = wanted.get("archived", self.archived)
        if self.archived and archived:
            raise thread_is_archived()
        opens_only = set(wanted) == {"archived"} and not archived
        if "locked" in wanted or "rate_limit_per_user" in wanted or (self.locked and not moderates):
            self.require(by, Permission.MANAGE_THREADS)
        elif not moderates and by is not self.owner and not (opens_only and by.id in self.joined):
            raise missing_permissions()
        name = wanted.get("name", self.name)
        minutes = wanted.get("auto_archive_duration", self.auto_archive_duration)
        check_thread(name, minutes)
        if archived != self.archived or minutes != self.auto_archive_duration:
            self.archive_at = self.world.now()
        renamed = name != self.name
        self.name, self.auto_archive_duration = name, minutes
        self.archived, self.locked = archived, wanted.get("locked", self.locked)
        self.rate_limit_per_user = wanted.get("rate_limit_per_user", self.rate_limit_per_user)
        self.tell("THREAD_UPDATE", self.payload())
        if renamed:
            self.system(RENAMED, by, name)

    def archive_by_hand(self) -> None:
        """Archive it, as a moderator does who uses Discord's own menu."""
        self._by_hand(archived=True)

    def unarchive_by_hand(self) -> None:
        self._by_hand(archived=False)

    def lock(self) -> None:
        """Lock it by hand; it stays as active or archived as it was."""
        self._by_hand(locked=True)

    def unlock(self) -> None:
        """Unlock it by hand."""
        self._by_hand(locked=False)

    def _by_hand(self, *, archived: bool | None = None, locked: bool | None = None) -> None:
        if archived is not None:
            self.archived, self.archive_at = archived, self.world.now()
        if locked is not None:
            self.locked = locked
        self.tell("THREAD_UPDATE", self.payload())

    def delete(self) -> None:
        """Delete it, by whomever."""
        del self.world.places[self.id]
        self.parent.owner_guild.threads.remove(self)
        self.tell(
            "THREAD_DELETE",
            {
                "id": str(self.id),
                "guild_id": str(self.parent.owner_guild.id),
                "parent_id": str(self.parent.id),
                "type": self.type,
            },
        )

    def _member(self, user: int) -> JSON:
        return {
            "id": str(self.id),
            "user_id": str(user),
            "join_timestamp": iso(self.joined[user]),
            "flags": 0,
        }

    def payload(self) -> JSON:
        last = self.last_message
        body: JSON = {
            "id": str(self.id),
            "type": self.type,
            "guild_id": str(self.parent.owner_guild.id),
            "parent_id": str(self.parent.id),
            "owner_id": str(self.owner.id),
            "name": self.name,
            "last_message_id": str(last.id) if last else None,
            "message_count": self.message_count,
            "total_message_sent": self.total_message_sent,
            "member_count": min(50, len(self.joined)),
            "rate_limit_per_user": self.rate_limit_per_user,
            "flags": 0,
            "thread_metadata": {
                "archived": self.archived,
                "archive_timestamp": iso(self.archive_at),
                "auto_archive_duration": self.auto_archive_duration,
                "locked": self.locked,
                "create_timestamp": iso(self.created_at),
            },
        }
        if self.world.bot.id in self.joined:
            body["member"] = self._member(self.world.bot.id)
        return body


def check_thread(name: object, minutes: object) -> None:
    """Refuse a name that is not 1-100 characters long and a duration that Discord has not."""
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise bad_form("name", "Must be between 1 and 100 in length.", "BASE_TYPE_BAD_LENGTH")
    if minutes not in DURATIONS:
        choices = "(60, 1440, 4320, 10080)"
        raise bad_form("auto_archive_duration", f"Value must be one of {choices}.")
