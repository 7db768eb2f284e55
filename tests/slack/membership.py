"""Who is in a channel, and what becomes of the channel: join, leave, rename, archive, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack import events
from tests.slack.basics import JSON, Refusal, User
from tests.slack.messages import Message

if TYPE_CHECKING:
    from tests.slack.channels import Channel


def join(channel: Channel, user: User, inviter: User | None = None) -> None:
    """Let somebody be in a channel; the app is told, and a message says so."""
    if user.id in channel.members:
        raise Refusal("already_in_channel")
    channel.members[user.id] = user
    told = {"inviter": inviter.id} if inviter else {}
    event: JSON = {
        "type": "member_joined_channel",
        "user": user.id,
        "channel": channel.id,
        "channel_type": "G" if channel.private else "C",
        "team": channel.workspace.id,
        "event_ts": channel.new_ts(),
    }
    channel.tell(event | told, ("member_joined_channel",), f"{channel.scope}:read")
    word = "group" if channel.private else "channel"
    text = f"{user.mention} has joined the {word}"
    notice(channel, user, f"{word}_join", text, told)


def leave(channel: Channel, user: User, remover: User | None = None) -> None:
    """Let somebody be in a channel no longer, of their own will or not."""
    if user.id not in channel.members:
        raise Refusal("not_in_channel")
    if channel.general:
        raise Refusal("cant_leave_general" if remover is None else "cant_kick_from_general")
    del channel.members[user.id]
    if user is channel.workspace.bot:
        kind = "group_left" if channel.private else "channel_left"
        event: JSON = {"type": kind, "channel": channel.id, "event_ts": channel.new_ts()}
        actor = {"actor_id": remover.id} if remover else {}
        channel.tell(event | actor, (kind,), f"{channel.scope}:read", always=True)
        return
    event = {
        "type": "member_left_channel",
        "user": user.id,
        "channel": channel.id,
        "channel_type": "G" if channel.private else "C",
        "team": channel.workspace.id,
        "event_ts": channel.new_ts(),
    }
    channel.tell(event, ("member_left_channel",), f"{channel.scope}:read")
    word = "group" if channel.private else "channel"
    notice(channel, user, f"{word}_leave", f"{user.mention} has left the {word}")


def rename(channel: Channel, user: User, name: str) -> None:
    """Give a channel another name."""
    old, channel.name = channel.name, name
    word = "group" if channel.private else "channel"
    event = {
        "type": f"{word}_rename",
        "channel": channel.payload() | {"name": name},
        "event_ts": channel.new_ts(),
    }
    channel.tell(event, (f"{word}_rename",), f"{channel.scope}:read", always=not channel.private)
    text = f'has renamed the channel from "{old}" to "{name}"'
    notice(channel, user, f"{word}_name", text, {"old_name": old, "name": name})


def archive(channel: Channel, user: User) -> None:
    """Archive a channel; raises what conversations.archive answers."""
    world = channel.workspace
    if user.id not in channel.members:
        raise Refusal("not_in_channel")
    if channel.direct:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.general:
        raise Refusal("cant_archive_general")
    if channel.archived:
        raise Refusal("already_archived")
    if user.id in world.may_not_archive:
        raise Refusal("restricted_action")
    word = "group" if channel.private else "channel"
    notice(channel, user, f"{word}_archive", "archived the channel")
    channel.archived = True
    event = {
        "type": f"{word}_archive",
        "channel": channel.id,
        "user": user.id,
        "is_moved": 0,
        "event_ts": channel.new_ts(),
    }
    channel.tell(event, (f"{word}_archive",), f"{channel.scope}:read", always=not channel.private)


def unarchive(channel: Channel, user: User) -> None:
    """Open an archived channel again; raises what conversations.unarchive answers."""
    if not channel.archived:
        raise Refusal("not_archived")
    channel.archived = False
    word = "group" if channel.private else "channel"
    event = {
        "type": f"{word}_unarchive",
        "channel": channel.id,
        "user": user.id,
        "event_ts": channel.new_ts(),
    }
    channel.tell(event, (f"{word}_unarchive",), f"{channel.scope}:read", always=not channel.private)
    notice(channel, user, f"{word}_unarchive", "unarchived the channel")


def remove(channel: Channel, user: User) -> None:
    """Delete a channel with everything in it."""
    word = "group" if channel.private else "channel"
    event = {"type": f"{word}_deleted", "channel": channel.id, "event_ts": channel.new_ts()}
    channel.tell(event, (f"{word}_deleted",), f"{channel.scope}:read", always=not channel.private)
    channel.deleted = True


def set_topic(channel: Channel, user: User, topic: str) -> None:
    """Say in a channel's head what it is about."""
    word = "group" if channel.private else "channel"
    text = f"set the {word} topic: {topic}"
    notice(channel, user, f"{word}_topic", text, {"topic": topic})


def notice(
    channel: Channel, user: User, subtype: str, text: str, more: JSON | None = None
) -> Message:
    """Let Slack itself say something in a channel."""
    message = Message(channel.new_ts(), channel, user, text, subtype, more=dict(more or {}))
    channel.add(message)
    events.tell_message(message)
    return message
