"""Looks at a Discord channel that agendas name: permissions, whom it pings, who moderates it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

import discord

from bot.platforms.channels import ROLE, Channel
from bot.platforms.discord.needs import NEEDS, Need, Where
from bot.platforms.finding import Finding

_KINDS = {
    discord.ChannelType.voice: "a voice channel",
    discord.ChannelType.stage_voice: "a stage channel",
    discord.ChannelType.category: "a category",
    discord.ChannelType.forum: "a forum",
    discord.ChannelType.media: "a media channel",
    discord.ChannelType.public_thread: "a thread",
    discord.ChannelType.private_thread: "a thread",
    discord.ChannelType.news_thread: "a thread",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server with its roles, and the bot as its member."""

    guild: discord.Guild
    me: discord.Member
    owner_has_second_factor: bool


class Servers:
    """Fetches a server once, however many of its channels are looked at."""

    def __init__(self, client: discord.Client) -> None:
        self.client = client
        self._known: dict[int, Server] = {}

    async def of(self, guild_id: int) -> Server:
        """Return the server with this id."""
        if guild_id not in self._known:
            user = cast("discord.ClientUser", self.client.user)  # login has fetched it
            guild = await self.client.fetch_guild(guild_id, with_counts=False)
            me = await guild.fetch_member(user.id)
            self._known[guild_id] = Server(guild, me, user.mfa_enabled)
        return self._known[guild_id]


async def look_at(channel: Channel, servers: Servers) -> list[Finding]:
    """Look at one channel: whether it is there, and then at everything that is asked of it.

    Raises discord.HTTPException, and what a cut line raises.
    """
    where = channel.heading(f"Channel {channel.id}")
    try:
        there = await servers.client.fetch_channel(int(channel.id))
    except discord.Forbidden:
        return [Finding("View Channel", where, False, _HIDDEN)]
    except discord.HTTPException as failure:
        if failure.status not in _NOT_THERE:
            raise
        missing = "Discord knows no such channel: it was deleted, or the id is another thing's."
        return [Finding("Channel", where, False, f"{missing} {_COPY}")]
    except discord.InvalidData:  # of a kind that discord.py does not know
        return [Finding("Channel", where, False, f"It is no text channel. {_COPY}")]
    if isinstance(there, discord.abc.PrivateChannel):
        return [Finding("Channel", where, False, f"It is a conversation of two. {_COPY}")]
    server = await servers.of(there.guild.id)
    seen = await server.guild.fetch_channel(there.id)  # the same, with the server's roles
    where = channel.heading(f"#{seen.name} in {server.guild.name} ({channel.id})")
    if not isinstance(seen, discord.TextChannel):
        kind = _KINDS.get(seen.type, "no text channel")
        sentence = f"It is {kind}; chats are held in text channels. {_COPY}"
        return [Finding("Channel", where, False, sentence)]
    return [
        Finding("Channel", where, True, "A text channel."),
        *_permissions(server, seen, channel, where),
        *_notify(server, seen, channel, where),
        *[await _moderator(server, name, where) for name in channel.moderators],
        *[await _on_call(server, seen, name, where) for name in channel.on_call],
    ]


_NOT_THERE = (400, 404)
"""How Discord answers for an id of nothing; 400 where no id can be so long."""

_HIDDEN = (
    "Rounds may not see the channel. Is the bot in its server? Then allow it View Channel under "
    "Edit Channel, Permissions; else invite it with the address at the end."
)
_COPY = (
    "Take the id of a text channel: switch on Developer Mode (User Settings, Advanced), "
    "right-click the channel, Copy Channel ID."
)


def _permissions(
    server: Server, there: discord.TextChannel, channel: Channel, where: str
) -> list[Finding]:
    wanted = {Where.ROOM, Where.SERVER} if channel.rooms else set()
    wanted |= {Where.ALERTS} if channel.alerts else set()
    wanted |= {Where.HIDING} if channel.hides else set()
    may = there.permissions_for(server.me)
    may_anywhere = server.me.guild_permissions
    found = []
    for need in NEEDS:
        if need.where & wanted:
            given = may_anywhere if Where.SERVER in need.where else may
            found.append(_permission(server, need, getattr(given, need.flag), where))
    if channel.alerts:
        found.append(_private(server, there, where))
    return found


def _permission(server: Server, need: Need, given: bool, where: str) -> Finding:
    if not given:
        path = (
            "Server Settings, Roles" if Where.SERVER in need.where else "Edit Channel, Permissions"
        )
        sentence = f"{need.reason} Allow it to the bot under {path}."
        return Finding(need.name, where, False, sentence)
    strict = server.guild.mfa_level is discord.MFALevel.require_2fa
    if need.second_factor and strict and not server.owner_has_second_factor:
        sentence = (
            "It is given, but this server asks its moderators for two-factor authentication: it "
            "holds only once the application's owner has switched that on (User Settings, My "
            "Account)."
        )
        return Finding(need.name, where, False, sentence)
    return Finding(need.name, where, True)


def _private(server: Server, there: discord.TextChannel, where: str) -> Finding:
    if there.permissions_for(server.guild.default_role).view_channel:
        sentence = (
            "Everybody in the server can read what moderators are told here. Deny @everyone View "
            "Channel under Edit Channel, Permissions, and allow it to moderators and the bot."
        )
        return Finding("Private", where, False, sentence)
    return Finding("Private", where, True)


def _notify(
    server: Server, there: discord.TextChannel, channel: Channel, where: str
) -> list[Finding]:
    whom = "Make a role for who wants to be reminded."
    return [_pinged(f"notify {name}", server, there, name, where, whom) for name in channel.notify]


def _pinged(
    what: str,
    server: Server,
    there: discord.TextChannel,
    name: str,
    where: str,
    whom: str,
    unheard: str = "",
) -> Finding:
    """Look whether a role can be pinged: `whom` it is for, and what is `unheard` if it cannot."""
    role = _role(server, name)
    if role is None:
        return Finding(what, where, False, f"{_no_role(server)} {_COPY_ROLE}")
    if role.is_default():
        return Finding(what, where, False, f"That is @everyone. {whom} {_COPY_ROLE}")
    if role.mentionable or there.permissions_for(server.me).mention_everyone:
        return Finding(what, where, True, f"@{role.name}, which Rounds may ping.")
    sentence = (
        f"Rounds may not ping @{role.name}{unheard}. Under Server Settings, Roles let anyone "
        "mention it; Mention Everyone for the bot would do too, but allows far more."
    )
    return Finding(what, where, False, sentence)


async def _on_call(server: Server, there: discord.TextChannel, name: str, where: str) -> Finding:
    """Look whether who is on call hears it: a role in the channel of alerts, or a person."""
    what = f"on call {name}"
    if not name.startswith(ROLE):
        return await _person(what, server, name, where)
    found = _pinged(what, server, there, name, where, "Make a role for those who come.", _UNHEARD)
    role = _role(server, name)
    if role is None or not found.ok or there.permissions_for(role).view_channel:
        return found
    sentence = (
        f"@{role.name} may not see this channel, where it is pinged. Allow it View Channel under "
        "Edit Channel, Permissions, also where its members see the channel by another role."
    )
    return Finding(what, where, False, sentence)


_UNHEARD = ", so a call for help is heard by nobody"


async def _moderator(server: Server, name: str, where: str) -> Finding:
    what = f"moderator {name}"
    if name.startswith(ROLE):
        role = _role(server, name)
        if role is None:
            return Finding(what, where, False, f"{_no_role(server)} {_COPY_ROLE}")
        return Finding(what, where, True, f"@{role.name}.")
    return await _person(what, server, name, where)


async def _person(what: str, server: Server, name: str, where: str) -> Finding:
    try:
        member = await server.guild.fetch_member(int(name.removeprefix("user:")))
    except (ValueError, discord.HTTPException) as failure:
        if isinstance(failure, discord.HTTPException) and failure.status not in _NOT_THERE:
            raise
        sentence = f"Nobody with this id is in {server.guild.name}. {_COPY_USER}"
        return Finding(what, where, False, sentence)
    return Finding(what, where, True, f"{member.display_name}.")


_COPY_ROLE = "A role's id: Server Settings, Roles, right-click, Copy Role ID (Developer Mode)."
_COPY_USER = "Somebody's id: right-click the name, Copy User ID (Developer Mode)."


def _no_role(server: Server) -> str:
    return f"There is no such role in {server.guild.name}."


def _role(server: Server, name: str) -> discord.Role | None:
    number = re.fullmatch(r"role:(\d{1,20})", name, re.ASCII)
    return server.guild.get_role(int(number[1])) if number else None
