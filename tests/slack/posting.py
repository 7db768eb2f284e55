"""Posting, editing, deleting and reacting by Slack's rules, for the bot and for people alike."""

from __future__ import annotations

import uuid

from tests.slack import events
from tests.slack.basics import JSON, Refusal, User
from tests.slack.blocks import check_blocks
from tests.slack.channels import Channel
from tests.slack.messages import Draft, Message

MOST_CHARACTERS = 40_000
"""A longer text is cut there (chat.postMessage "Truncating content")."""
LARGEST_METADATA = 16 * 1024


def post(channel: Channel, author: User, draft: Draft) -> Message:
    """Post a message; raises what chat.postMessage answers."""
    _may_post(channel, author)
    return publish(channel, author, draft)


def publish(channel: Channel, author: User, draft: Draft) -> Message:
    """Post a message of somebody who is allowed to, as an app is through a response_url."""
    check(draft)
    parent = _parent(channel, draft.thread)
    message = Message(
        channel.new_ts(),
        channel,
        author,
        draft.text[:MOST_CHARACTERS],
        draft.subtype,
        parent.ts if parent else None,
        list(draft.blocks) or ([] if author.bot else typed(draft.text)),
        list(draft.attachments),
        draft.metadata,
        list(draft.files),
        draft.username,
        "" if author.bot else str(uuid.uuid4()),
    )
    if draft.files:
        message.subtype = "file_share"
    if draft.broadcast and parent is not None:
        message.subtype = "thread_broadcast"
    channel.add(message)
    events.tell_message(message)
    return message


def typed(text: str) -> list[JSON]:
    """Return the block that Slack's own client makes of what somebody typed."""
    if not text:
        return []
    element = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": uuid.uuid4().hex[:5], "elements": [element]}]


def _may_post(channel: Channel, author: User) -> None:
    world = channel.workspace
    if channel.archived:
        raise Refusal("is_archived")
    if author.id not in channel.members:
        if channel.private:
            raise Refusal("channel_not_found")
        public = author is world.bot and "chat:write.public" in world.application.scopes
        if not public:
            raise Refusal("not_in_channel")
    if channel.posters is not None and author.id not in channel.posters:
        raise Refusal("restricted_action")


def check(draft: Draft) -> None:
    """Raise what Slack says of something that cannot be posted."""
    if not (draft.text.strip() or draft.blocks or draft.attachments or draft.files):
        raise Refusal("no_text")
    check_blocks(draft.blocks)
    if len(draft.attachments) > 100:
        raise Refusal("too_many_attachments")
    check_metadata(draft.metadata)


def check_metadata(metadata: JSON | None) -> None:
    """Raise what Slack says of metadata that is none (messaging/message-metadata)."""
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if len(str(metadata)) > LARGEST_METADATA:
        raise Refusal("metadata_too_large")


def _parent(channel: Channel, ts: str | None) -> Message | None:
    """Return the message at which a reply hangs; that of a reply's own thread for a reply."""
    if ts is None:
        return None
    found = channel.find(ts)
    if found is None:
        raise Refusal("thread_not_found")
    return found.parent or found


def edit(message: Message, author: User, draft: Draft) -> None:
    """Change one's own message; raises what chat.update answers."""
    if message.deleted or message.tombstone:
        raise Refusal("message_not_found")
    if message.author is not author:
        raise Refusal("cant_update_message")
    if message.channel.archived:
        raise Refusal("is_archived")
    check(draft)
    before = message.payload()
    message.text = draft.text
    message.blocks = list(draft.blocks) or ([] if author.bot else typed(draft.text))
    message.attachments = list(draft.attachments)
    if draft.metadata is not None:
        message.metadata = draft.metadata
    message.edited_ts = message.channel.new_ts()
    events.tell_changed(message, before)


def delete(message: Message, author: User) -> None:
    """Delete a message; raises what chat.delete answers."""
    if message.deleted or message.tombstone:
        raise Refusal("message_not_found")
    admin = author.admin or author.owner
    if message.author is not author and not admin:
        raise Refusal("cant_delete_message")
    before = message.payload()
    if message.replies:
        message.tombstone = True
        events.tell_changed(message, before)
    else:
        message.channel.remove(message)
        events.tell_deleted(message, before)


def react(message: Message, author: User, name: str, *, take_back: bool = False) -> None:
    """Add or take back a reaction; raises what reactions.add and .remove answer."""
    users = message.reactions.setdefault(name, [])
    if take_back:
        if author not in users:
            raise Refusal("no_reaction")
        users.remove(author)
    else:
        if author in users:
            raise Refusal("already_reacted")
        users.append(author)
    if not users:
        del message.reactions[name]
    channel = message.channel
    kind = "reaction_removed" if take_back else "reaction_added"
    event = {
        "type": kind,
        "user": author.id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.author.id,
        "event_ts": channel.new_ts(),
    }
    channel.tell(event, (kind,), "reactions:read")
