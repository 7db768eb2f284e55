"""A guild: its roles, its members, its channels and threads, its scheduled events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.discord.basics import JSON, Dispatch, User, iso
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import EVERYONE, Permission, unknown
from tests.discord.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.discord.threads import Thread
    from tests.discord.world import World


class Role:
    """A role; the one with its guild's id is @everyone."""

    def __init__(self, guild: Guild, name: str, permissions: Permission, number: int) -> None:
        self.guild = guild
        self.name = name
        self.permissions = permissions
        self.id = number
        self.mentionable = False
        self.bot: int | None = None

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"

    def grant(self, permission: Permission) -> None:
        """Give a permission to the role, in the whole guild."""
        self._change(self.permissions | permission)

    def deny(self, permission: Permission) -> None:
        """Take a permission from the role, in the whole guild."""
        self._change(self.permissions & ~permission)

    def delete(self) -> None:
        """Take the role away, from the guild and from everybody who has it."""
        del self.guild.roles[self.id]
        for member in self.guild.members.values():
            if self in member.roles:
                member.roles.remove(self)
        self.guild.tell("GUILD_ROLE_DELETE", {"role_id": str(self.id)})

    def _change(self, permissions: Permission) -> None:
        self.permissions = permissions
        self.guild.tell("GUILD_ROLE_UPDATE", {"role": self.payload()})

    def payload(self) -> JSON:
        body: JSON = {
            "id": str(self.id),
            "name": self.name,
            "description": None,
            "permissions": str(self.permissions.value),
            "position": list(self.guild.roles).index(self.id),
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": self.bot is not None,
            "mentionable": self.mentionable,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }
        return body if self.bot is None else body | {"tags": {"bot_id": str(self.bot)}}


class Guild:
    """A guild, which people call a server."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.id = world.new_id()
        self.roles: dict[int, Role] = {}
        self.members: dict[int, Member] = {}
        self.channels: list[Channel] = []
        self.threads: list[Thread] = []
        self.most_threads = 1000
        """How many threads may be active at once (160006 beyond)."""
        self.everyone = Role(self, "@everyone", EVERYONE, self.id)
        self.roles[self.id] = self.everyone
        self.schedule = Schedule(self)
        self.owner = self.member("Olga Owner")

    # ------------------------------------------------------------ what there is

    def channel(self, name: str) -> Channel:
        """Return the text channel of this name; it is made if there is none."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        channel = Channel(self, name)
        self.channels.append(channel)
        self.tell("CHANNEL_CREATE", channel.payload())
        return channel

    def role(
        self, name: str, permissions: Permission = Permission.NONE, *, mentionable: bool = False
    ) -> Role:
        """Make a role."""
        role = Role(self, name, permissions, self.world.new_id())
        role.mentionable = mentionable
        self.roles[role.id] = role
        self.tell("GUILD_ROLE_CREATE", {"role": role.payload()})
        return role

    def member(
        self,
        name: str,
        *,
        roles: Sequence[Role] = (),
        permissions: Permission = Permission.NONE,
        bot: bool = False,
        nick: str | None = None,
        user: User | None = None,
    ) -> Member:
        """Let somebody join, with a new account unless `user` is given.

        `permissions` come with a role of this member's own.
        """
        member = Member(self, user or self.world.user(name, bot=bot), list(roles), nick)
        if permissions:
            member.roles.append(self.role(f"{name}'s own", permissions))
        self.members[member.id] = member
        self.tell("GUILD_MEMBER_ADD", member.payload())
        return member

    def person(self, number: int) -> Member:
        """Return a member by id; raises 10007."""
        try:
            return self.members[number]
        except KeyError:
            raise unknown("Member") from None

    # ------------------------------------------------------------ the bot

    @property
    def bot(self) -> Member:
        """The bot as a member."""
        return self.members[self.world.bot.id]

    @property
    def bot_role(self) -> Role:
        """The role that came with the bot's invitation."""
        return next(role for role in self.roles.values() if role.bot is not None)

    def grant(self, permission: Permission) -> None:
        """Give the bot a permission in the whole guild, by its own role."""
        self.bot_role.grant(permission)

    def deny(self, permission: Permission) -> None:
        """Take a permission from the bot's own role; what @everyone may do, it still may."""
        self.bot_role.deny(permission)

    def invite_bot(self, permissions: Permission) -> None:
        """Let the bot in, with the permissions of its invitation."""
        user = self.world.bot
        role = Role(self, user.name, permissions, self.world.new_id())
        role.bot = user.id
        self.roles[role.id] = role
        self.members[user.id] = Member(self, user, [role], None)
        self.tell("GUILD_CREATE", self.gateway_payload())

    def remove_bot(self) -> None:
        """Throw the bot out: it gets GUILD_DELETE, and every later request is refused."""
        self.world.tell(Dispatch("GUILD_DELETE", {"id": str(self.id)}, self))
        del self.roles[self.bot_role.id]
        del self.members[self.world.bot.id]

    def fail(self) -> None:
        """Let Discord have trouble with this guild: the bot is told that it is unavailable."""
        self.world.tell(Dispatch("GUILD_DELETE", {"id": str(self.id), "unavailable": True}, self))

    def come_back(self) -> None:
        """Let the trouble be over."""
        self.tell("GUILD_CREATE", self.gateway_payload() | {"unavailable": False})

    # ------------------------------------------------------------ what is told of it

    def tell(self, name: str, data: JSON) -> None:
        """Send an event of this guild, if the bot is in it."""
        if self.world.bot.id in self.members:
            self.world.tell(Dispatch(name, {"guild_id": str(self.id)} | data, self))

    def active_threads(self) -> list[Thread]:
        """Return the threads that the bot may see and that are not archived."""
        bot = self.world.bot
        return [
            thread
            for thread in self.threads
            if not thread.archived and thread.permissions(bot) & Permission.VIEW_CHANNEL
        ]

    def sync_threads(self, channel: Channel) -> None:
        """Tell the bot of a channel's threads, if it may see that channel now."""
        if not channel.permissions(self.world.bot) & Permission.VIEW_CHANNEL:
            return
        seen = [thread for thread in self.active_threads() if thread.parent is channel]
        self.tell(
            "THREAD_LIST_SYNC",
            {
                "channel_ids": [str(channel.id)],
                "threads": [thread.payload() for thread in seen],
                "members": [],
            },
        )

    def payload(self) -> JSON:
        return untouched() | {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "roles": [role.payload() for role in self.roles.values()],
            "approximate_member_count": len(self.members),
            "approximate_presence_count": len(self.members),
        }

    def gateway_payload(self) -> JSON:
        """Write it as GUILD_CREATE has it: with channels, the bot's own member, threads."""
        return self.payload() | {
            "joined_at": iso(self.bot.joined_at),
            "large": False,
            "member_count": len(self.members),
            "members": [self.bot.payload()],
            "channels": [channel.payload() for channel in self.channels],
            "threads": [thread.payload() for thread in self.active_threads()],
            "guild_scheduled_events": self.schedule.payload(),
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "soundboard_sounds": [],
        }


def untouched() -> JSON:
    """Return the settings of a guild in which nobody has changed any."""
    nothing = ["icon", "description", "home_header", "splash", "discovery_splash", "banner"]
    nothing += ["application_id", "afk_channel_id", "system_channel_id", "widget_channel_id"]
    nothing += ["vanity_url_code", "rules_channel_id", "safety_alerts_channel_id"]
    nothing += ["public_updates_channel_id", "max_presences", "incidents_data"]
    nothing += ["premium_progress_bar_enabled_user_updated_at"]
    zero = ["system_channel_flags", "verification_level", "default_message_notifications"]
    zero += ["mfa_level", "explicit_content_filter", "premium_tier", "nsfw_level"]
    zero += ["premium_subscription_count"]
    off = ["widget_enabled", "premium_progress_bar_enabled", "nsfw"]
    return {
        **dict.fromkeys(nothing),
        **dict.fromkeys(zero, 0),
        **dict.fromkeys(off, False),
        "features": [],
        "emojis": [],
        "stickers": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": "en-US",
    }
