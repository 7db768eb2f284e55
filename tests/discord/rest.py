"""The HTTP routes of messages, channels and threads (resources/message, resources/channel)."""

from __future__ import annotations

import dataclasses
from typing import get_args

from tests.discord import posting
from tests.discord.basics import JSON
from tests.discord.calls import Call, Done, Result, Routes, snowflake
from tests.discord.messages import Draft, File, Message
from tests.discord.places import Channel, DirectMessages, Side
from tests.discord.rules import (
    Permission,
    bad_form,
    missing_permissions,
    unknown,
)
from tests.discord.threads import Thread


def shown(call: Call, message: Message) -> JSON:
    """Write a message as this application may read it."""
    application = call.world.application
    return message.payload(words_for=None if application.message_content else call.bot)


def draft(form: JSON, files: list[File]) -> Draft:
    """Read what is to be posted; descriptions of files stand in `attachments`."""
    described = {str(one.get("id")): one for one in form.get("attachments") or []}
    named = [
        dataclasses.replace(file, **_about(described.get(str(number), {}), file))
        for number, file in enumerate(files)
    ]
    return Draft(
        content=form.get("content") or "",
        files=named,
        embeds=form.get("embeds") or [],
        components=form.get("components") or [],
        stickers=[str(one) for one in form.get("sticker_ids") or []],
        poll=form.get("poll"),
        allowed_mentions=form.get("allowed_mentions"),
        answers=form.get("message_reference"),
        nonce=None if form.get("nonce") is None else str(form["nonce"]),
        enforce_nonce=bool(form.get("enforce_nonce")),
        tts=bool(form.get("tts")),
        flags=form.get("flags") or 0,
    )


def _about(told: JSON, file: File) -> JSON:
    return {"name": told.get("filename") or file.name, "description": told.get("description")}


# ---------------------------------------------------------------- messages


def history(call: Call) -> Result:
    place = call.place()
    able = place.require(call.bot)
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise bad_form("limit", "int value should be between 1 and 100.", "NUMBER_TYPE_MAX")
    if not able & Permission.READ_MESSAGE_HISTORY:
        return []
    for side in get_args(Side):
        if side in call.query:
            found = place.history(limit, side, snowflake(call.query[side], side))
            return [shown(call, message) for message in found]
    return [shown(call, message) for message in place.history(limit)]


def create_message(call: Call) -> Result:
    return shown(call, posting.post(call.place(), call.bot, draft(call.form, call.files)))


def _message(call: Call) -> Message:
    place = call.place()
    place.require(call.bot)
    return place.message(call.id("message_id"))


def get_message(call: Call) -> Result:
    call.place().require(call.bot, Permission.READ_MESSAGE_HISTORY)
    return shown(call, _message(call))


def edit_message(call: Call) -> Result:
    message = _message(call)
    added = draft(call.form, call.files) if call.files else None
    posting.edit(message, call.bot, call.form, added)
    return shown(call, message)


def delete_message(call: Call) -> Result:
    posting.delete(_message(call), call.bot)
    return None


def bulk_delete(call: Call) -> Result:
    posting.delete_many(call.place(), call.bot, [int(one) for one in call.form["messages"]])
    return None


def typing(call: Call) -> Result:
    call.place().require(call.bot)
    return None


def add_reaction(call: Call) -> Result:
    posting.react(_message(call), call.bot, call.ids["emoji_name"])
    return None


def remove_reaction(call: Call) -> Result:
    posting.react(_message(call), call.bot, call.ids["emoji_name"], take_back=True)
    return None


def remove_reaction_of(call: Call) -> Result:
    message = _message(call)
    message.place.require(call.bot, Permission.MANAGE_MESSAGES)
    user = call.world.users.get(call.id("user_id"))
    if user is None:
        raise unknown("User")
    posting.react(message, user, call.ids["emoji_name"], take_back=True)
    return None


def list_reactions(call: Call) -> Result:
    message = _message(call)
    users = message.reactions.get(call.ids["emoji_name"])
    if users is None:
        raise unknown("Emoji")
    after = int(call.query.get("after", 0))
    chosen = sorted((user for user in users if user.id > after), key=lambda user: user.id)
    return [user.payload() for user in chosen[: int(call.query.get("limit", 25))]]


def clear_reactions(call: Call) -> Result:
    message = _message(call)
    message.place.require(call.bot, Permission.MANAGE_MESSAGES)
    message.place.clear_reactions(message, call.ids.get("emoji_name"))
    return None


def pin(call: Call) -> Result:
    message = _message(call)
    message.place.require(call.bot, Permission.PIN_MESSAGES)
    if not message.pinned:
        message.place.pin(message, call.bot)
    return None


# ---------------------------------------------------------------- channels and threads


def get_channel(call: Call) -> Result:
    place = call.place()
    place.require(call.bot)
    return place.payload()


def change_channel(call: Call) -> Result:
    place = call.place()
    if isinstance(place, Thread):
        place.change(call.bot, call.form)
        return place.payload()
    place.require(call.bot, Permission.MANAGE_CHANNELS)
    if isinstance(place, Channel) and "name" in call.form:
        place.rename(call.form["name"])
    return place.payload()


def delete_channel(call: Call) -> Result:
    place = call.place()
    if isinstance(place, DirectMessages):
        return place.payload()
    manages = Permission.MANAGE_CHANNELS
    place.require(call.bot, Permission.MANAGE_THREADS if isinstance(place, Thread) else manages)
    gone = place.payload()
    if isinstance(place, Thread | Channel):
        place.delete()
    return gone


def start_thread(call: Call) -> Result:
    minutes = call.form.get("auto_archive_duration") or 4320
    thread = posting.start_thread(_message(call), call.bot, call.form.get("name", ""), minutes)
    return Done(201, thread.payload())


def active_threads(call: Call) -> Result:
    threads = call.world.find_guild(call.id("guild_id")).active_threads()
    threads.sort(key=lambda thread: thread.id, reverse=True)
    return _threads(threads)


def archived_threads(call: Call) -> Result:
    channel = call.place()
    able = channel.require(call.bot)
    if not able & Permission.READ_MESSAGE_HISTORY:
        raise missing_permissions()
    assert isinstance(channel, Channel)
    found = [thread for thread in channel.threads if thread.archived]
    found.sort(key=lambda thread: thread.archive_at, reverse=True)
    before = call.query.get("before")
    if before is not None:
        found = [
            one for one in found if one.payload()["thread_metadata"]["archive_timestamp"] < before
        ]
    limit = int(call.query.get("limit", 50))
    return _threads(found[:limit]) | {"has_more": len(found) > limit}


def _threads(threads: list[Thread]) -> JSON:
    shown = [thread.payload() for thread in threads]
    members = [one["member"] for one in shown if "member" in one]
    return {"threads": shown, "members": members, "has_more": False}


def join_thread(call: Call) -> Result:
    thread = call.place()
    thread.require(call.bot)
    if not isinstance(thread, Thread):
        raise unknown("Channel")
    thread.join(call.bot)
    return None


def open_conversation(call: Call) -> Result:
    person = call.world.users.get(int(call.form["recipient_id"]))
    if person is None or person.bot:
        raise bad_form("recipient_id", "Invalid Recipient(s)")
    return call.world.conversation(person).payload()


CHANNEL = "/channels/{channel_id}"
MESSAGES = f"{CHANNEL}/messages"
MESSAGE = f"{MESSAGES}/{{message_id}}"
REACTIONS = f"{MESSAGE}/reactions"
ROUTES: Routes = (
    ("GET", MESSAGES, history),
    ("POST", MESSAGES, create_message),
    ("POST", f"{MESSAGES}/bulk-delete", bulk_delete),
    ("PUT", f"{MESSAGES}/pins/{{message_id}}", pin),
    ("GET", MESSAGE, get_message),
    ("PATCH", MESSAGE, edit_message),
    ("DELETE", MESSAGE, delete_message),
    ("POST", f"{MESSAGE}/threads", start_thread),
    ("DELETE", REACTIONS, clear_reactions),
    ("GET", f"{REACTIONS}/{{emoji_name}}", list_reactions),
    ("DELETE", f"{REACTIONS}/{{emoji_name}}", clear_reactions),
    ("PUT", f"{REACTIONS}/{{emoji_name}}/@me", add_reaction),
    ("DELETE", f"{REACTIONS}/{{emoji_name}}/@me", remove_reaction),
    ("DELETE", f"{REACTIONS}/{{emoji_name}}/{{user_id}}", remove_reaction_of),
    ("POST", f"{CHANNEL}/typing", typing),
    ("GET", CHANNEL, get_channel),
    ("PATCH", CHANNEL, change_channel),
    ("DELETE", CHANNEL, delete_channel),
    ("PUT", f"{CHANNEL}/thread-members/@me", join_thread),
    ("GET", f"{CHANNEL}/threads/archived/public", archived_threads),
    ("GET", "/guilds/{guild_id}/threads/active", active_threads),
    ("POST", "/users/@me/channels", open_conversation),
)
