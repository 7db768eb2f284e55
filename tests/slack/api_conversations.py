"""The methods about conversations: who is there, what was said (conversations.*)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from tests.slack import membership
from tests.slack.basics import JSON, Refusal, stamp_time
from tests.slack.calls import Call, Method, Methods
from tests.slack.channels import Channel
from tests.slack.messages import Message


def info(call: Call) -> JSON:
    channel = call.channel()
    require(call, channel, "read")
    return {"channel": channel.payload() | _counted(call, channel)}


def _counted(call: Call, channel: Channel) -> JSON:
    return {"num_members": len(channel.members)} if call.flag("include_num_members") else {}


def require(call: Call, channel: Channel, ability: str) -> None:
    """Raise missing_scope unless the app may do this with this kind of conversation."""
    call.world.application.require(f"{channel.scope}:{ability}")


def history(call: Call) -> JSON:
    """Answer with a page, newest first: the newest of those asked for, then older ones.

    Asked for with `oldest` alone it begins with those closest to `oldest`, and newer ones follow.
    """
    channel = _readable(call)
    found = _between(call, channel.messages)
    forward = call.world.pages_from_oldest and _bound(call, "oldest") and not call.text("latest")
    page, cursor = _page(call, found if forward else found[::-1])
    return _messages(call, page[::-1] if forward else page, cursor) | {"pin_count": 0}


def replies(call: Call) -> JSON:
    """Answer with the parent, whatever the bounds, and with replies, oldest first."""
    channel = _readable(call)
    found = channel.find(str(call.need("ts")))
    if found is None:
        raise Refusal("thread_not_found")
    parent = found.parent or found
    hanging = sorted(parent.replies, key=lambda one: stamp_time(one.ts))
    page, cursor = _page(call, [parent, *_between(call, hanging)])
    return _messages(call, page, cursor)


def _readable(call: Call) -> Channel:
    channel = call.channel()
    require(call, channel, "history")
    if call.world.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _between(call: Call, messages: Sequence[Message]) -> list[Message]:
    """Return the messages after `oldest` and before `latest`, those two too if `inclusive`."""
    oldest, latest = _bound(call, "oldest"), _bound(call, "latest")
    inclusive = call.flag("inclusive")

    def inside(message: Message) -> bool:
        at = stamp_time(message.ts)
        after = oldest is None or at > oldest or (inclusive and at == oldest)
        return after and (latest is None or at < latest or (inclusive and at == latest))

    return [one for one in messages if inside(one)]


def _bound(call: Call, name: str) -> datetime | None:
    text = call.text(name)
    if not text or text == "0":
        return None
    try:
        return stamp_time(text)
    except ValueError:
        raise Refusal(f"invalid_ts_{name}") from None


def _page(call: Call, found: list[Message]) -> tuple[list[Message], str]:
    """Return a page and the cursor of the next one, empty if there is none."""
    limit = call.number("limit", 100)
    if not 0 < limit <= MOST:
        raise Refusal("invalid_limit")
    if call.world.pages_of is not None:
        limit = min(limit, call.world.pages_of)
    start = 0
    if call.text("cursor"):
        ts = read_cursor(call.text("cursor"))
        numbers = [number for number, one in enumerate(found) if one.ts == ts]
        if not numbers:
            raise Refusal("invalid_cursor")
        start = numbers[0]
    page, rest = found[start : start + limit], found[start + limit :]
    return page, write_cursor(rest[0].ts) if rest else ""


def write_cursor(text: str) -> str:
    """Return a cursor as opaque as Slack's."""
    return base64.b64encode(f"next_ts:{text}".encode()).decode()


def read_cursor(cursor: str) -> str:
    """Read a cursor; raises invalid_cursor."""
    try:
        name, _, text = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        raise Refusal("invalid_cursor") from None
    if name != "next_ts":
        raise Refusal("invalid_cursor")
    return text


def _messages(call: Call, page: list[Message], cursor: str) -> JSON:
    metadata = call.flag("include_all_metadata")
    body: JSON = {
        "messages": [one.payload(metadata=metadata) for one in page],
        "has_more": bool(cursor),
    }
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def members(call: Call) -> JSON:
    channel = call.channel()
    require(call, channel, "read")
    found = list(channel.members)
    limit = call.number("limit", 100)
    start = int(read_cursor(call.text("cursor"))) if call.text("cursor") else 0
    more = write_cursor(str(start + limit)) if start + limit < len(found) else ""
    page = found[start : start + limit]
    return {"members": page, "response_metadata": {"next_cursor": more}}


def open_conversation(call: Call) -> JSON:
    application = call.world.application
    if call.text("channel"):
        channel = call.channel()
        if not channel.direct:
            raise Refusal("method_not_supported_for_channel_type")
    else:
        names = str(call.need("users")).split(",")
        application.require("im:write" if len(names) == 1 else "mpim:write")
        people = [call.world.find_user(one) for one in names]
        if any(one.deactivated for one in people):
            raise Refusal("user_disabled")
        if call.world.bot in people:
            raise Refusal("cannot_dm_bot")
        channel = call.world.conversation(*people)
    body = channel.payload() if call.flag("return_im") else {"id": channel.id}
    return {"channel": body}


def archive(call: Call) -> JSON:
    channel = call.channel()
    require(call, channel, "manage" if not channel.private else "write")
    membership.archive(channel, call.world.bot)
    return {}


def unarchive(call: Call) -> JSON:
    channel = call.channel()
    require(call, channel, "manage" if not channel.private else "write")
    membership.unarchive(channel, call.world.bot)
    return {}


def join(call: Call) -> JSON:
    channel = call.channel()
    call.world.application.require("channels:join")
    if channel.private:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    if call.world.bot.id in channel.members:
        told = {"warning": "already_in_channel"}
        return {
            "channel": channel.payload(),
            "response_metadata": {"warnings": ["already_in_channel"]},
        } | told
    membership.join(channel, call.world.bot)
    return {"channel": channel.payload()}


def listing(call: Call) -> JSON:
    kinds = (call.text("types") or "public_channel").split(",")
    scopes = {"public_channel": "channels", "private_channel": "groups"}
    for kind in kinds:
        call.world.application.require(f"{scopes.get(kind, kind)}:read")
    wanted = {{"public_channel": "channel", "private_channel": "group"}.get(k, k) for k in kinds}
    bot = call.world.bot.id
    found = [
        one.payload() | {"num_members": len(one.members)}
        for one in call.world.channels.values()
        if one.kind in wanted
        and not one.deleted
        and (not one.private or bot in one.members)
        and not (one.archived and call.flag("exclude_archived"))
    ]
    limit = call.number("limit", 100)
    start = int(read_cursor(call.text("cursor"))) if call.text("cursor") else 0
    more = write_cursor(str(start + limit)) if start + limit < len(found) else ""
    return {
        "channels": found[start : start + limit],
        "response_metadata": {"next_cursor": more},
    }


MOST = 999
"""Messages of one page."""
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write")
METHODS: Methods = {
    "conversations.info": Method(info, READ),
    "conversations.history": Method(history, HISTORY),
    "conversations.replies": Method(replies, HISTORY),
    "conversations.members": Method(members, READ),
    "conversations.list": Method(listing, READ),
    "conversations.open": Method(open_conversation, MANAGE),
    "conversations.archive": Method(archive, MANAGE),
    "conversations.unarchive": Method(unarchive, MANAGE),
    "conversations.join": Method(join, ("channels:join",)),
}
