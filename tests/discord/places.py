"""Where people write: channels, threads and direct messages, each with its history."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Literal

from tests.discord.basics import JSON, Dispatch, User
from tests.discord.messages import PINNED, Message, emoji_payload
from tests.discord.rules import (
    Permission,
    missing_access,
    missing_permissions,
    resolve,
    unknown,
)

if TYPE_CHECKING:
    from tests.discord.guild import Guild, Role
    from tests.discord.people import Member
    from tests.discord.threads import Thread
    from tests.discord.world import World

TEXT, DIRECT = 0, 1

Side = Literal["before", "after", "around"]


class Place:
    """Somewhere with messages."""

    type = TEXT

    def __init__(self, world: World, guild: Guild | None, name: str, number: int) -> None:
        self.world = world
        self.guild = guild
        self.name = name
        self.id = number
        self._ids: list[int] = []
        self._messages: dict[int, Message] = {}
        world.places[number] = self

    @property
    def messages(self) -> list[Message]:
        """What stands here, oldest first."""
        return [self._messages[number] for number in self._ids]

    @property
    def texts(self) -> list[str]:
        """The words of what stands here, oldest first."""
        return [message.content for message in self.messages]

    @property
    def last_message(self) -> Message | None:
        return self._messages[self._ids[-1]] if self._ids else None

    def message(self, number: int) -> Message:
        """Return the message with this id; raises 10008."""
        try:
            return self._messages[number]
        except KeyError:
            raise unknown("Message") from None

    def find(self, number: int) -> Message | None:
        return self._messages.get(number)

    def history(self, limit: int, side: Side | None = None, pivot: int = 0) -> list[Message]:
        """Return messages newest first: the last ones, or those right at one side of `pivot`."""
        at = bisect.bisect_left(self._ids, pivot)
        if side is None:
            chosen = self._ids[-limit:]
        elif side == "before":
            chosen = self._ids[max(0, at - limit) : at]
        elif side == "after":
            at = bisect.bisect_right(self._ids, pivot)
            chosen = self._ids[at : at + limit]
        else:
            chosen = self._ids[max(0, at - limit // 2) : at + limit - limit // 2]
        return [self._messages[number] for number in reversed(chosen)]

    def add(self, message: Message) -> None:
        """Let a message stand here, and tell of it; nothing is asked."""
        bisect.insort(self._ids, message.id)
        self._messages[message.id] = message
        self.tell_message("MESSAGE_CREATE", message)

    def remove(self, *gone: Message) -> None:
        """Take messages away, and tell of it: of several at once as a bulk deletion."""
        for message in gone:
            message.deleted = True
            del self._messages[message.id]
            del self._ids[bisect.bisect_left(self._ids, message.id)]
        where = self.where()
        if len(gone) == 1:
            self.tell("MESSAGE_DELETE", where | {"id": str(gone[0].id)})
        elif gone:
            self.tell("MESSAGE_DELETE_BULK", where | {"ids": [str(one.id) for one in gone]})

    def where(self) -> JSON:
        """Return the fields with which events name this place."""
        guild: JSON = {"guild_id": str(self.guild.id)} if self.guild else {}
        return {"channel_id": str(self.id)} | guild

    def tell(self, name: str, data: JSON) -> None:
        """Send an event to the sessions that may view this place."""
        self.world.tell(Dispatch(name, data, self.guild, self))

    def tell_message(self, name: str, message: Message) -> None:
        """Send an event that holds a whole message."""
        extra: JSON = {}
        if self.guild is not None:
            extra["guild_id"] = str(self.guild.id)
            member = self.guild.members.get(message.author.id)
            if member is not None:
                extra["member"] = member.payload(with_user=False)
        extra["channel_type"] = self.type
        bot = self.world.bot
        wordless = None
        if not message.words_are_for(bot):
            wordless = lambda: message.payload(words_for=bot) | extra  # noqa: E731 - one line
        data = message.payload() | extra
        self.world.tell(Dispatch(name, data, self.guild, self, wordless))

    def tell_reaction(self, message: Message, by: User, emoji: str, *, took_back: bool) -> None:
        """Send the event of a reaction that was added or taken back."""
        data = self.where() | {
            "user_id": str(by.id),
            "message_id": str(message.id),
            "emoji": emoji_payload(emoji),
            "burst": False,
            "type": 0,
        }
        if took_back:
            return self.tell("MESSAGE_REACTION_REMOVE", data)
        data["message_author_id"] = str(message.author.id)
        member = self.guild.members.get(by.id) if self.guild else None
        if member is not None:
            data["member"] = member.payload()
        return self.tell("MESSAGE_REACTION_ADD", data)

    def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """Take away all reactions to a message, or all of one emoji."""
        data = self.where() | {"message_id": str(message.id)}
        if emoji is None:
            message.reactions.clear()
            self.tell("MESSAGE_REACTION_REMOVE_ALL", data)
        else:
            message.reactions.pop(emoji, None)
            data["emoji"] = emoji_payload(emoji)
            self.tell("MESSAGE_REACTION_REMOVE_EMOJI", data)

    def pin(self, message: Message, by: User) -> Message:
        """Pin a message, and let the system message stand here that says so."""
        message.pinned = True
        self.tell_message("MESSAGE_UPDATE", message)
        reference = {"type": 0, "message_id": str(message.id)} | self.where()
        return self.system(PINNED, by, reference=reference)

    def system(self, kind: int, by: User, text: str = "", reference: JSON | None = None) -> Message:
        """Let a message of Discord's own stand here: a pin, a boost, somebody joined."""
        message = Message(self.world.new_id(), self, by, text, kind, reference=reference)
        self.add(message)
        return message

    # ------------------------------------------------------------ who may do what

    def permissions(self, user: User) -> Permission:
        """Return what somebody may do here."""
        raise NotImplementedError

    def require(self, user: User, *needed: Permission) -> Permission:
        """Return what somebody may do here; raises 50001 if not view it, 50013 if not `needed`."""
        able = self.permissions(user)
        if not able & Permission.VIEW_CHANNEL:
            raise missing_access()
        if any(not able & one for one in needed):
            raise missing_permissions()
        return able

    def payload(self) -> JSON:
        raise NotImplementedError


class DirectMessages(Place):
    """The conversation of the bot with one person."""

    type = DIRECT

    def __init__(self, world: World, person: User) -> None:
        super().__init__(world, None, person.name, world.new_id())
        self.person = person

    def permissions(self, user: User) -> Permission:
        with_person = user is self.person or user is self.world.bot
        return Permission.all() if with_person else Permission.NONE

    def payload(self) -> JSON:
        last = self.last_message
        return {
            "id": str(self.id),
            "type": self.type,
            "last_message_id": str(last.id) if last else None,
            "recipients": [self.person.payload()],
            "flags": 0,
        }


class Channel(Place):
    """A text channel of a guild."""

    def __init__(self, guild: Guild, name: str) -> None:
        super().__init__(guild.world, guild, name, guild.world.new_id())
        self.owner_guild = guild
        self.overwrites: dict[int, tuple[int, Permission, Permission]] = {}
        """By id of a role (type 0) or member (type 1): what is allowed and what is denied."""

    @property
    def threads(self) -> list[Thread]:
        """The threads of this channel, archived ones too, oldest first."""
        return [one for one in self.owner_guild.threads if one.parent is self]

    def permissions(self, user: User) -> Permission:
        return self.compute(user, in_thread=False)

    def compute(self, user: User, *, in_thread: bool) -> Permission:
        """Compute what somebody may do in this channel, or in one of its threads."""
        member = self.owner_guild.members.get(user.id)
        if member is None:
            return Permission.NONE
        nothing = (0, Permission.NONE, Permission.NONE)
        _, *everyone = self.overwrites.get(self.owner_guild.id, nothing)
        _, *own = self.overwrites.get(user.id, nothing)
        allow = deny = Permission.NONE
        for role in member.roles:
            _, allowed, denied = self.overwrites.get(role.id, nothing)
            allow, deny = allow | allowed, deny | denied
        layers = [(everyone[0], everyone[1]), (allow, deny), (own[0], own[1])]
        return resolve(member.base, layers, in_thread=in_thread)

    def grant(self, permission: Permission, to: Role | Member | None = None) -> None:
        """Allow somebody something here; the bot if nobody is named."""
        self._overwrite(permission, Permission.NONE, to)

    def deny(self, permission: Permission, to: Role | Member | None = None) -> None:
        """Forbid somebody something here; the bot if nobody is named."""
        self._overwrite(Permission.NONE, permission, to)

    def _overwrite(self, allow: Permission, deny: Permission, to: Role | Member | None) -> None:
        guild = self.owner_guild
        whom = to or guild.members[self.world.bot.id]
        viewed = self.permissions(self.world.bot) & Permission.VIEW_CHANNEL
        _, allowed, denied = self.overwrites.get(whom.id, (0, Permission.NONE, Permission.NONE))
        self.overwrites[whom.id] = (
            0 if whom.id in guild.roles else 1,
            (allowed | allow) & ~deny,
            (denied | deny) & ~allow,
        )
        self.world.tell(Dispatch("CHANNEL_UPDATE", self.payload(), guild))
        if not viewed:
            guild.sync_threads(self)

    def rename(self, name: str) -> None:
        """Give it another name by hand."""
        self.name = name
        self.world.tell(Dispatch("CHANNEL_UPDATE", self.payload(), self.guild))

    def delete(self) -> None:
        """Delete it by hand, with its threads."""
        guild = self.owner_guild
        gone = self.payload()
        for thread in self.threads:
            del self.world.places[thread.id]
            guild.threads.remove(thread)
        del self.world.places[self.id]
        guild.channels.remove(self)
        self.world.tell(Dispatch("CHANNEL_DELETE", gone, guild))

    def payload(self) -> JSON:
        last = self.last_message
        return {
            "id": str(self.id),
            "type": self.type,
            "guild_id": str(self.owner_guild.id),
            "name": self.name,
            "position": self.owner_guild.channels.index(self),
            "parent_id": None,
            "topic": None,
            "nsfw": False,
            "flags": 0,
            "rate_limit_per_user": 0,
            "last_message_id": str(last.id) if last else None,
            "permission_overwrites": [
                {"id": str(whom), "type": kind, "allow": str(allow.value), "deny": str(deny.value)}
                for whom, (kind, allow, deny) in self.overwrites.items()
            ],
        }
