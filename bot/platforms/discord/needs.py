"""What the bot needs on Discord: permissions by their names there, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import discord


class Where(StrEnum):
    """Where a permission is needed."""

    ROOM = "in the channel of a room"
    ALERTS = "in the private channel of alerts"
    SERVER = "in the whole server"
    HIDING = "in the channel of a room whose agenda says hide: true"


@dataclass(frozen=True, slots=True)
class Need:
    """A permission: discord.py's name of it, Discord's own, why it is needed, and where.

    A server that asks its moderators for a second factor asks it of the application's owner too,
    for `second_factor` permissions (topics/permissions, those with a star).
    """

    flag: str
    name: str
    reason: str
    where: frozenset[Where]
    second_factor: bool = False


def _in(*where: Where) -> frozenset[Where]:
    return frozenset(where)


NEEDS = (
    Need(
        "view_channel",
        "View Channel",
        "What is said there is heard; without it Discord allows nothing else there.",
        _in(Where.ROOM, Where.ALERTS),
    ),
    Need(
        "send_messages",
        "Send Messages",
        "Reminders, openings and what moderators are told are posted there.",
        _in(Where.ROOM, Where.ALERTS),
    ),
    Need(
        "create_public_threads",
        "Create Public Threads",
        "A chat's thread hangs from its opening, with threads: per_topic one from each topic.",
        _in(Where.ROOM),
    ),
    Need(
        "send_messages_in_threads",
        "Send Messages in Threads",
        "Topics, notices and the closing are posted in the thread.",
        _in(Where.ROOM),
    ),
    Need(
        "manage_threads",
        "Manage Threads",
        "At its end a chat's threads are locked and archived; until then they are kept open.",
        _in(Where.ROOM),
        second_factor=True,
    ),
    Need(
        "read_message_history",
        "Read Message History",
        "What was said while Rounds was away is read, and no post is made twice.",
        _in(Where.ROOM, Where.ALERTS),
    ),
    Need(
        "embed_links",
        "Embed Links",
        "A link to the reading shows where it leads.",
        _in(Where.ROOM),
    ),
    Need(
        "attach_files",
        "Attach Files",
        "The closing has a picture; a transcript is handed over as a file.",
        _in(Where.ROOM, Where.ALERTS),
    ),
    Need(
        "create_events",
        "Create Events",
        "The next two chats of a series stand among the server's events.",
        _in(Where.SERVER),
    ),
    Need(
        "moderate_members",
        "Moderate Members",
        "Somebody who goes on flooding a chat, or whom a moderator mutes, is timed out.",
        _in(Where.SERVER),
    ),
    Need(
        "manage_messages",
        "Manage Messages",
        "With hide: true what is held back is removed from the room.",
        _in(Where.HIDING),
        second_factor=True,
    ),
)
"""Everything that is asked for. Not among it: Mention Everyone, which a role that everybody may
mention makes needless, and Manage Events, for the bot changes no events but its own
(Discord's documentation: topics/permissions, topics/threads, resources/guild-scheduled-event).
"""

SCOPES = ("bot", "applications.commands")
"""The scopes of the invitation (topics/oauth2): a member of the server, and its commands."""


def intents(*, members: bool = False) -> discord.Intents:
    """Return what the gateway is asked to send; message content is a privileged intent.

    `members` is another one, without which nobody says who leaves a server. It is asked for only
    where an agenda says `forget_on_leave: true`.
    """
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        guild_reactions=True,
        message_content=True,
        members=members,
    )


def tells_who_leaves(flags: discord.ApplicationFlags) -> bool:
    """Whether the Server Members Intent is granted (resources/application, flags)."""
    return flags.gateway_guild_members or flags.gateway_guild_members_limited


def invite_link(application_id: int, *, hides: bool = False) -> str:
    """Return the address at which a server's owner invites the bot, with exactly what it needs.

    `hides`: an agenda says that what is held back is removed.
    """
    asked = (need for need in NEEDS if hides or need.where != {Where.HIDING})
    permissions = discord.Permissions(**{need.flag: True for need in asked})
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=SCOPES)
