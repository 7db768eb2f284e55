"""The methods that post, change and delete: chat.*, reactions.*."""

from __future__ import annotations

from typing import Any

from tests.slack import posting
from tests.slack.basics import JSON, Refusal
from tests.slack.calls import Call, Method, Methods
from tests.slack.channels import Channel
from tests.slack.messages import Draft, Ephemeral
from tests.slack.people import Person
from tests.slack.wording import pings


def draft(call: Call) -> Draft:
    """Read what is to be posted."""
    return Draft(
        call.text("text"),
        _list(call.json("blocks", "invalid_blocks_format"), "invalid_blocks_format"),
        _list(call.json("attachments"), "invalid_attachments"),
        call.text("thread_ts") or None,
        call.flag("reply_broadcast"),
        call.json("metadata", "invalid_metadata_format"),
    )


def _list(value: Any, error: str) -> list[JSON]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refusal(error)
    return value


def target(call: Call) -> Channel:
    """Return where to post: a channel by its id or `#name`, or the messages with a person."""
    number = str(call.need("channel"))
    person = call.world.users.get(number)
    if person is not None:
        return call.world.conversation(person)
    for channel in call.world.channels.values():
        if number.removeprefix("#") == channel.name and channel.name:
            return channel
    return call.channel()


def post_message(call: Call) -> JSON:
    channel = target(call)
    if call.text("markdown_text") and (call.text("text") or call.text("blocks")):
        raise Refusal("markdown_text_conflict")
    message = posting.post(channel, call.world.bot, draft(call))
    body: JSON = {
        "channel": channel.id,
        "ts": message.ts,
        "message": message.payload(metadata=True, thread=False),
    }
    if len(call.text("text")) > posting.MOST_CHARACTERS:
        body["warning"] = "message_truncated"
        body["response_metadata"] = {"warnings": ["message_truncated"]}
    return body


def update(call: Call) -> JSON:
    message, bot = call.message(), call.world.bot
    if call.flag("reply_broadcast") and not message.broadcast:
        posting.may_edit(message, bot)
        if call.text("text") or call.text("blocks"):
            raise Refusal("no_dual_broadcast_content_update")
        posting.broadcast(message)
    else:
        wanted = draft(call)
        if "blocks" not in call.args and message.blocks and message.author.bot:
            wanted.blocks = message.blocks  # they stay, and are what people see
            wanted.text = wanted.text or message.text
        if "attachments" not in call.args:
            wanted.attachments = message.attachments
        if not any(call.text(one) for one in ("text", "blocks", "attachments", "metadata")):
            raise Refusal("no_text")
        posting.edit(message, bot, wanted)
    return {
        "channel": message.channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.payload(metadata=True, thread=False),
    }


def delete(call: Call) -> JSON:
    message = call.message()
    posting.delete(message, call.world.bot)
    return {"channel": message.channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> JSON:
    channel, wanted = call.channel(), draft(call)
    if len(wanted.text) > posting.MOST_CHARACTERS:
        raise Refusal("msg_too_long")
    person = call.world.users.get(str(call.need("user")))
    if channel.archived:
        raise Refusal("is_archived")
    if call.world.bot.id not in channel.members and not channel.direct:
        raise Refusal("not_in_channel")
    if person is None or person.id not in channel.members:
        raise Refusal("user_not_in_channel")
    posting.check(wanted)
    ts = channel.new_ts()
    assert isinstance(person, Person)
    blocks = posting.numbered(wanted.blocks)
    shown = Ephemeral(ts, channel, person, wanted.text, blocks, wanted.thread)
    shown.pings = pings(wanted.text, wanted.blocks)
    person.show(shown)
    return {"message_ts": ts}


def get_permalink(call: Call) -> JSON:
    message = call.message("message_ts")
    return {"channel": message.channel.id, "permalink": message.link}


def add_reaction(call: Call) -> JSON:
    posting.react(call.message("timestamp"), call.world.bot, str(call.need("name")))
    return {}


def remove_reaction(call: Call) -> JSON:
    message, name = call.message("timestamp"), str(call.need("name"))
    posting.react(message, call.world.bot, name, take_back=True)
    return {}


def get_reactions(call: Call) -> JSON:
    message = call.message("timestamp")
    return {"type": "message", "channel": message.channel.id, "message": message.payload()}


METHODS: Methods = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
    "reactions.add": Method(add_reaction, ("reactions:write",)),
    "reactions.remove": Method(remove_reaction, ("reactions:write",)),
    "reactions.get": Method(get_reactions, ("reactions:read",)),
}
