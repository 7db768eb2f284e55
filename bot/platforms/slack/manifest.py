"""What the app is on Slack: scopes and events with their reasons, the command, menus, Home tab.

Scopes: each method's and each event's page in Slack's documentation (reference/methods,
reference/events). The form of a manifest: reference/app-manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.platforms import answering

NAME = "Rounds"
"""What the app and its bot are called; an organizer may change it."""

EVENTS_PATH = "/slack/events"
"""Where Slack sends everything that it does not send over a socket."""

COMMAND = "/chat"

PLACE, WITHDRAW, CALL = "place_under_topic", "withdraw", "call_for_help"
"""The callback ids of the entries in a message's menu."""

ARCHIVE = "archive: channel"
"""The line of an agenda without which some scopes are not needed."""

FORGET = "forget_on_leave: true"
"""The line of an agenda without which nobody needs to know who leaves the workspace."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope by Slack's name, and why it is needed; `only_with` a line in an agenda, if any."""

    name: str
    reason: str
    only_with: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event that Slack is asked to send, and the scope that it takes (empty: none).

    `only_with` is a line in an agenda without which it is not asked for, if any.
    """

    name: str
    scope: str
    only_with: str = ""


SCOPES = (
    Scope("commands", "/chat and the entries in a message's menu are offered."),
    Scope("chat:write", "What Rounds says is posted, and a topic is changed when it closes."),
    Scope("channels:read", "Public channels are known by name, and who created them."),
    Scope("groups:read", "Private channels are known by name, and who created them."),
    Scope("channels:history", "What is said in public channels is heard, and read back."),
    Scope("groups:history", "What is said in private channels is heard, and read back."),
    Scope("reactions:read", "Reactions to answers stand in the transcript."),
    Scope("users:read", "People have names; who administers the workspace may moderate."),
    Scope("usergroups:read", "User groups that an agenda names have members."),
    Scope("files:read", "Files that people share are named in the transcript."),
    Scope("files:write", "The picture and the transcript are handed over."),
    Scope("im:write", "Moderators are told in direct messages what concerns them."),
    Scope("im:history", "No direct message is sent twice: the last ones are looked at first."),
    Scope("channels:manage", "A public channel is archived at the end of its chat.", ARCHIVE),
    Scope("groups:write", "A private channel is archived at the end of its chat.", ARCHIVE),
)
"""Everything that is asked for. Not among it: chat:write.public, for the bot must be a member to
hear what is said; metadata.message:read, which only other apps' metadata and its events take;
anything that acts as a user."""

EVENTS = (
    Event("message.channels", "channels:history"),
    Event("message.groups", "groups:history"),
    Event("reaction_added", "reactions:read"),
    Event("reaction_removed", "reactions:read"),
    Event("app_home_opened", ""),
    Event("member_joined_channel", "channels:read"),
    Event("channel_left", "channels:read"),
    Event("channel_rename", "channels:read"),
    Event("channel_archive", "channels:read"),
    Event("channel_unarchive", "channels:read"),
    Event("channel_deleted", "channels:read"),
    Event("group_left", "groups:read"),
    Event("group_rename", "groups:read"),
    Event("group_archive", "groups:read"),
    Event("group_unarchive", "groups:read"),
    Event("group_deleted", "groups:read"),
    Event("subteam_members_changed", "usergroups:read"),
    Event("user_change", "users:read", FORGET),
)
"""What is said, edited, deleted and reacted to; a Home tab that is opened; what shuts a channel to
the bot or opens it again, and what changes who somebody is. `user_change` tells of everybody in
the workspace whatever they change about themselves, so it is asked for only where it is needed."""


def manifest(url: str = "", *, forgets: bool = False) -> dict[str, Any]:
    """Return the app's manifest: with Socket Mode, or with everything sent to `url`.

    `url` is the address of the pages, like https://chat.example.org, without a slash at the end.
    `forgets`: an agenda says `forget_on_leave: true`, and Slack is to tell who leaves.
    """
    events = [event.name for event in EVENTS if forgets or not event.only_with]
    request_url = {"request_url": f"{url}{EVENTS_PATH}"} if url else {}
    command = {
        "command": COMMAND,
        "description": "Ask something of a chat; /chat commands lists what there is",
        "usage_hint": "help | commands | start urojc | next | status | transcript",
        "should_escape": False,
    }
    return {
        "display_information": {
            "name": NAME,
            "description": "Runs moderated chats: journal clubs and tweet chats.",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [
                _entry(answering.PLACE, PLACE, "Say which topic this message answers"),
                _entry(
                    answering.WITHDRAW, WITHDRAW, "Take this message of yours out of the transcript"
                ),
                _entry(answering.HELP, CALL, "Call a moderator about this message, privately"),
            ],
            "slash_commands": [command | ({"url": f"{url}{EVENTS_PATH}"} if url else {})],
        },
        "oauth_config": {"scopes": {"bot": [scope.name for scope in SCOPES]}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": events},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _entry(name: str, callback_id: str, description: str) -> dict[str, str]:
    return {
        "name": name,
        "type": "message",
        "callback_id": callback_id,
        "description": description,
    }
