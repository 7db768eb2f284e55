"""Posting, editing, deleting and reacting by Slack's rules, for the bot and for people alike."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from tests.slack import events
from tests.slack.basics import JSON, Refusal, User
from tests.slack.blocks import check_blocks
from tests.slack.channels import Channel
from tests.slack.messages import Draft, Message
from tests.slack.wording import pings

MOST_CHARACTERS = 40_000
"""A longer text is cut there (chat.postMessage "Truncating content")."""
MOST_IN_AN_EDIT = 4_000
"""A longer text is refused by chat.update with msg_too_long."""
LARGEST_METADATA = 16 * 1024


def post(channel: Channel, author: User, draft: Draft) -> Message:
    """Post a message; raises what chat.postMessage answers."""
    may_post(channel, author)
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
        numbered(draft.blocks) or ([] if author.bot else as_blocks(draft.text)),
        list(draft.attachments),
        draft.metadata,
        list(draft.files),
        draft.username,
        "" if author.bot or draft.through else str(uuid.uuid4()),
        through=draft.through,
    )
    if draft.files:
        message.subtype = "file_share"
    if draft.broadcast and parent is not None:
        message.subtype = "thread_broadcast"
    message.pings = pings(message.text, draft.blocks)
    channel.add(message)
    events.tell_message(message)
    return message


def as_blocks(text: str) -> list[JSON]:
    """Return the block that Slack's own client makes of what somebody typed."""
    if not text:
        return []
    words = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    element = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return numbered([{"type": "rich_text", "elements": [element]}])


def numbered(blocks: Sequence[JSON]) -> list[JSON]:
    """Give blocks the ids that Slack gives to those which have none."""
    return [{"block_id": uuid.uuid4().hex[:5]} | block for block in blocks]


def may_post(channel: Channel, author: User) -> None:
    """Raise what Slack says to somebody who may not post in a channel."""
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
    if not metadata:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if len(str(metadata)) > LARGEST_METADATA:
        raise Refusal("metadata_too_large")


def _parent(channel: Channel, ts: str | None) -> Message | None:
    """Return the message at which a reply hangs; that of a reply's own thread for a reply.

    Slack posts a reply to a message that is gone as a message of the channel, without a word
    (slack-go#1571).
    """
    found = channel.find(ts) if ts else None
    return (found.parent or found) if found else None


# ------------------------------------------------------------ afterwards


def edit(message: Message, author: User, draft: Draft) -> None:
    """Change one's own message; raises what chat.update answers.

    Without blocks, those of before go; with them the message is not marked as edited.
    """
    may_edit(message, author)
    check(draft)
    if len(draft.text) > MOST_IN_AN_EDIT:
        raise Refusal("msg_too_long")
    before = message.payload()
    message.text = draft.text
    message.blocks = numbered(draft.blocks) or ([] if author.bot else as_blocks(draft.text))
    message.attachments = list(draft.attachments)
    if draft.metadata is not None:
        message.metadata = draft.metadata or None
    if not draft.blocks:
        message.edited_ts = message.channel.new_ts()
    events.tell_changed(message, before)


def may_edit(message: Message, author: User) -> None:
    """Raise what Slack says to somebody who may not change a message."""
    world = message.channel.workspace
    if message.deleted or message.tombstone:
        raise Refusal("message_not_found")
    if message.channel.archived:
        raise Refusal("is_inactive")
    if message.author is not author or message.subtype in events.NOTICES:
        raise Refusal("cant_update_message")
    if world.edit_window is not None and world.now() - message.at > world.edit_window:
        raise Refusal("edit_window_closed")


def broadcast(message: Message) -> None:
    """Send a reply that stands in its thread to the channel as well."""
    if not message.is_reply or message.broadcast:
        raise Refusal("cant_broadcast_message")
    before = message.payload()
    message.subtype = "thread_broadcast"
    events.tell_changed(message, before)


def unfurl(message: Message, attachment: JSON) -> None:
    """Let Slack show what a link in a message leads to; an event says that it has changed."""
    before = message.payload()
    message.attachments = [*message.attachments, {"id": 1} | attachment]
    events.tell_changed(message, before)


def delete(message: Message, author: User) -> None:
    """Delete a message; raises what chat.delete answers."""
    if message.deleted or message.tombstone:
        raise Refusal("message_not_found")
    admin = author.admin or author.owner
    if (message.author is not author or message.subtype in events.NOTICES) and not admin:
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
    if message.channel.archived:
        raise Refusal("is_archived")
    users = message.reactions.get(name, [])
    if take_back and author not in users:
        raise Refusal("no_reaction")
    if not take_back and author in users:
        raise Refusal("already_reacted")
    left = [one for one in users if one is not author] + ([] if take_back else [author])
    message.reactions = {**message.reactions, name: left}
    if not left:
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
