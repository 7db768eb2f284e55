"""Events as Slack writes them: what happened, and the envelope in which the app gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.slack.basics import JSON, seconds_of

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.messages import Message
    from tests.slack.world import Workspace

NOTICES = frozenset(
    f"{word}_{what}"
    for word in ("channel", "group")
    for what in ("join", "leave", "name", "archive", "unarchive", "topic", "purpose")
)
"""Subtypes of what Slack itself says in a channel."""


@dataclass(frozen=True)
class Occurrence:
    """Something that happened, and what an app must have to be told.

    One of the bot events `names` must be subscribed to and one of `scopes` granted; no scopes,
    or no names, ask for nothing.
    """

    event: JSON
    names: tuple[str, ...] = ()
    scopes: tuple[str, ...] = field(default=())


def callback(world: Workspace, event: JSON) -> JSON:
    """Write an event as the app gets it (reference: Events API, "Event type structure")."""
    application = world.application
    channel = event.get("channel") or event.get("item", {}).get("channel")
    number = channel.get("id") if isinstance(channel, dict) else channel
    return {
        "token": application.verification_token,
        "team_id": world.id,
        "context_team_id": world.id,
        "context_enterprise_id": None,
        "api_app_id": application.id,
        "event": event,
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": seconds_of(world.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": world.id,
                "user_id": world.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{number or world.id}-{event.get('event_ts', '')}",
    }


def tell_message(message: Message) -> None:
    """Report a new message."""
    event = message.payload()
    _tell(message.channel, event, message.ts)
    channel, bot = message.channel, message.channel.workspace.bot
    if f"@{bot.id}" in message.pings and message.author is not bot and not channel.direct:
        mention = event | {"type": "app_mention", "channel": channel.id, "event_ts": message.ts}
        channel.tell(mention, ("app_mention",), "app_mentions:read")


def tell_changed(message: Message, before: JSON) -> None:
    """Report that a message is no longer what it was `before`."""
    channel = message.channel
    ts = channel.new_ts()
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": message.payload() | {"source_team": channel.workspace.id},
        "previous_message": before,
        "hidden": True,
        "ts": ts,
    }
    _tell(channel, event, ts)


def tell_deleted(message: Message, before: JSON) -> None:
    """Report that a message is gone."""
    channel = message.channel
    ts = channel.new_ts()
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": before,
        "hidden": True,
        "deleted_ts": message.ts,
        "ts": ts,
    }
    _tell(channel, event, ts)


def _tell(channel: Channel, event: JSON, ts: str) -> None:
    more = {"channel": channel.id, "event_ts": ts, "channel_type": channel.kind}
    names = (f"message.{channel.scope}",)
    channel.tell(event | more, names, f"{channel.scope}:history")
