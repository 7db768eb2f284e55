"""Posting, editing and deleting by Discord's rules, for the bot and for people alike."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.discord.basics import JSON, User, id_time, iso
from tests.discord.messages import (
    HAS_THREAD,
    REPLY,
    THREAD_CREATED,
    THREAD_STARTER,
    Attachment,
    Draft,
    Message,
)
from tests.discord.places import Channel, DirectMessages, Place
from tests.discord.rules import (
    Permission,
    Refusal,
    bad_form,
    missing_permissions,
    thread_is_archived,
    thread_is_locked,
    timed_out,
    too_long,
    too_soon,
    unknown,
)
from tests.discord.threads import Thread, check_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.discord.guild import Role

MOST_CHARACTERS = 2000
MOST_BYTES = 10 * 1024 * 1024
REMEMBERED = timedelta(minutes=5)
"""How long a nonce is known: Discord says "the past few minutes"."""
OLD = timedelta(minutes=1)
"""A thread from a message older than this is announced in its channel ("a very small value")."""
FORWARD = 1


def post(place: Place, author: User, draft: Draft) -> Message:
    """Post a message, or return the earlier one of the same author and enforced nonce."""
    able = _may_post(place, author)
    _check_draft(draft, able)
    world = place.world
    if draft.nonce is not None and draft.enforce_nonce:
        earlier = world.nonces.get((author.id, draft.nonce))
        if earlier is not None and world.now() - earlier.at < REMEMBERED:
            return earlier
    message = Message(
        world.new_id(),
        place,
        author,
        draft.content.strip(),
        attachments=attach(place, draft),
        embeds=list(draft.embeds),
        components=list(draft.components),
        stickers=[_sticker(place, name) for name in draft.stickers],
        poll=_poll(draft.poll, world.now()),
        nonce=draft.nonce,
        tts=draft.tts,
        flags=draft.flags,
    )
    if draft.answers is not None:
        _refer(message, draft.answers, able)
    mention(message, draft.allowed_mentions, able, first=True)
    if isinstance(place, Thread):
        _wake(place, author)
    if draft.nonce is not None:
        world.nonces[author.id, draft.nonce] = message
    place.add(message)
    return message


def _may_post_so_soon(place: Thread, author: User, able: Permission) -> None:
    """Refuse a message in slow mode that comes too soon (resources/channel, slow mode)."""
    spared = Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS | Permission.MANAGE_THREADS
    own = [one.at for one in place.messages if one.author is author]
    wait = timedelta(seconds=place.rate_limit_per_user)
    if wait and own and not able & spared and place.world.now() - own[-1] < wait:
        raise too_soon()


def _may_post(place: Place, author: User) -> Permission:
    if isinstance(place, DirectMessages):
        guilds = place.world.guilds.values()
        bot, person = place.world.bot, place.person
        shared = any(bot.id in one.members and person.id in one.members for one in guilds)
        if author is bot and (person.refuses_dms or not shared):
            raise Refusal(403, 50007, "Cannot send messages to this user")
    speaker = place.guild.members.get(author.id) if place.guild else None
    if speaker is not None and speaker.is_silenced:
        raise timed_out()
    if not isinstance(place, Thread):
        return place.require(author, Permission.SEND_MESSAGES)
    able = place.require(author, Permission.SEND_MESSAGES_IN_THREADS)
    _may_post_so_soon(place, author, able)
    if place.locked and not able & Permission.MANAGE_THREADS:
        raise thread_is_archived(403) if place.archived else thread_is_locked()
    return able


def _check_draft(draft: Draft, able: Permission) -> None:
    content = draft.content.strip()
    anything = (content, draft.files, draft.embeds, draft.components, draft.stickers, draft.poll)
    if not any(anything) and (draft.answers or {}).get("type") != FORWARD:
        raise Refusal(400, 50006, "Cannot send an empty message")
    check_content(content, draft.embeds)
    if draft.nonce is not None and len(draft.nonce) > 25:
        raise too_long("nonce", 25)
    if draft.files and not able & Permission.ATTACH_FILES:
        raise missing_permissions()
    if draft.embeds and not able & Permission.EMBED_LINKS:
        raise missing_permissions()
    if draft.poll is not None and not able & Permission.SEND_POLLS:
        raise missing_permissions()
    if len(draft.files) > 10:
        raise too_long("attachments", 10)
    if any(len(file.content) > MOST_BYTES for file in draft.files):
        raise Refusal(413, 40005, "Request entity too large")


def check_content(content: str, embeds: Sequence[JSON]) -> None:
    """Refuse texts over 2000 characters, more than 10 embeds, and embeds over 6000 characters."""
    if len(content) > MOST_CHARACTERS:
        raise too_long("content", MOST_CHARACTERS)
    if len(embeds) > 10:
        raise too_long("embeds", 10)
    if sum(_embed_length(embed) for embed in embeds) > 6000:
        raise bad_form(
            "embeds", "Embed size exceeds maximum size of 6000", "MAX_EMBED_SIZE_EXCEEDED"
        )


def _embed_length(embed: JSON) -> int:
    texts = [embed.get("title"), embed.get("description"), embed.get("footer", {}).get("text")]
    texts += [embed.get("author", {}).get("name")]
    texts += [field[part] for field in embed.get("fields", []) for part in ("name", "value")]
    return sum(len(text) for text in texts if text)


def attach(place: Place, draft: Draft) -> list[Attachment]:
    """Keep the files of a draft and give them addresses."""
    made = []
    for file in draft.files:
        number = place.world.new_id()
        path = f"/attachments/{place.id}/{number}/{file.name}"
        place.world.files[path] = file
        made.append(Attachment(number, file, place.world.address + path))
    return made


def _sticker(place: Place, name: str) -> JSON:
    return {"id": str(place.world.new_id()), "name": name, "format_type": 1}


def _poll(poll: JSON | None, now: datetime) -> JSON | None:
    """Write a poll as a message has it: with numbered answers and the time of its end."""
    if poll is None:
        return None
    answers = [
        {"answer_id": number, "poll_media": answer["poll_media"]}
        for number, answer in enumerate(poll["answers"], 1)
    ]
    return {
        "question": poll["question"],
        "answers": answers,
        "expiry": iso(now + timedelta(hours=poll.get("duration") or 24)),
        "allow_multiselect": poll.get("allow_multiselect", False),
        "layout_type": poll.get("layout_type", 1),
        "results": {"answer_counts": [], "is_finalized": False},
    }


def _refer(message: Message, wanted: JSON, able: Permission) -> None:
    """Let a message answer or forward another one (resources/message "Message References")."""
    world = message.place.world
    place = world.places.get(int(wanted.get("channel_id") or message.place.id))
    number = int(wanted["message_id"])
    found = place.find(number) if place else None
    if found is None:
        if wanted.get("fail_if_not_exists", True):
            raise bad_form("message_reference", "Unknown message", "REPLIES_UNKNOWN_MESSAGE")
        return
    kind = wanted.get("type", 0)
    if kind == FORWARD:
        message.snapshots = [found.snapshot()]
    else:
        if not able & Permission.READ_MESSAGE_HISTORY:
            raise Refusal(400, 160002, "Cannot reply without permission to read message history")
        message.type, message.referenced = REPLY, found
    message.reference = {"type": kind, "message_id": str(number)} | found.place.where()


PEOPLE = re.compile(r"<@!?(\d+)>")
ROLES = re.compile(r"<@&(\d+)>")
ALL = re.compile(r"@(everyone|here)\b")


def mention(message: Message, allowed: JSON | None, able: Permission, *, first: bool) -> None:
    """Find whom a message mentions and, when it is posted, whom it pings.

    A text mentions whom `allowed_mentions` lets it, all of them if that is not given. A role that
    is not mentionable, @everyone and @here are pinged only by who has MENTION_EVERYONE.
    """
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
    users, roles = ((allowed or {}).get(part) or [] for part in ("users", "roles"))
    if ("users" in parse and users) or ("roles" in parse and roles):
        sentence = "parse and a list of ids are mutually exclusive"
        raise bad_form("allowed_mentions", sentence)
    message.mentions, message.mention_roles = [], []
    for number in dict.fromkeys(map(int, PEOPLE.findall(message.content))):
        user = message.place.world.users.get(number)
        if user and ("users" in parse or str(number) in map(str, users)):
            message.mentions.append(user)
    pings_reply = allowed is None or allowed.get("replied_user", False)
    answered = message.referenced
    if answered and pings_reply and answered.author not in message.mentions:
        message.mentions.append(answered.author)
    guild = message.place.guild
    everyone = bool(able & Permission.MENTION_EVERYONE)
    for number in dict.fromkeys(map(int, ROLES.findall(message.content))):
        role = guild.roles.get(number) if guild else None
        if role and ("roles" in parse or str(number) in map(str, roles)):
            message.mention_roles.append(role)
    message.mention_everyone = (
        guild is not None and everyone and "everyone" in parse and bool(ALL.search(message.content))
    )
    if first:
        message.pinged = _pinged(message, everyone=everyone)


def _pinged(message: Message, *, everyone: bool) -> set[User | Role | str]:
    pinged: set[User | Role | str] = set(message.mentions)
    pinged.update(role for role in message.mention_roles if role.mentionable or everyone)
    return pinged | ({"@everyone"} if message.mention_everyone else set())


def _wake(thread: Thread, author: User) -> None:
    """Unarchive a thread in which somebody posts, and count the author as being in it."""
    if thread.archived:
        thread.unarchive_by_hand()
    thread.join(author)


# ---------------------------------------------------------------- what stands already


def edit(message: Message, by: User, wanted: JSON, added: Draft | None = None) -> None:
    """Change one's own message; raises 50005 for another's, 50083 in an archived thread."""
    place = message.place
    able = place.require(by)
    if message.author is not by:
        raise Refusal(403, 50005, "Cannot edit a message authored by another user")
    _still_open(place, able)
    if "content" in wanted:
        content = (wanted["content"] or "").strip()
        check_content(content, ())
        message.content = content
    if "embeds" in wanted:
        message.embeds = list(wanted["embeds"] or [])
    if "components" in wanted:
        message.components = list(wanted["components"] or [])
    if "attachments" in wanted:
        kept = {str(one["id"]) for one in wanted["attachments"] or []}
        message.attachments = [one for one in message.attachments if str(one.id) in kept]
    if added is not None:
        message.attachments += attach(place, added)
    if "flags" in wanted:
        message.flags = wanted["flags"] or 0
    check_content(message.content, message.embeds)
    if {"content", "embeds", "attachments", "components"} & set(wanted) or added:
        message.edited_at = place.world.now()
        mention(message, wanted.get("allowed_mentions"), able, first=False)
    place.tell_message("MESSAGE_UPDATE", message)


def _still_open(place: Place, able: Permission) -> None:
    if isinstance(place, Thread):
        if place.archived:
            raise thread_is_archived()
        if place.locked and not able & Permission.MANAGE_THREADS:
            raise thread_is_locked()


def delete(message: Message, by: User) -> None:
    """Delete one's own message, or another's with MANAGE_MESSAGES."""
    place = message.place
    able = place.require(by)
    if message.author is not by and not able & Permission.MANAGE_MESSAGES:
        raise missing_permissions()
    if isinstance(place, DirectMessages) and message.author is not by:
        raise Refusal(403, 50003, "Cannot execute action on a DM channel")
    shut = isinstance(place, Thread) and place.locked and place.archived
    if shut and not able & Permission.MANAGE_THREADS:
        raise thread_is_archived(403)
    place.remove(message)


def delete_many(place: Place, by: User, numbers: Sequence[int]) -> None:
    """Delete 2-100 messages that are not older than two weeks, with MANAGE_MESSAGES."""
    place.require(by, Permission.MANAGE_MESSAGES)
    if not 2 <= len(numbers) <= 100:
        raise bad_form("messages", "Must be between 2 and 100 in length.", "BASE_TYPE_BAD_LENGTH")
    now = place.world.now()
    if any(now - id_time(number) > timedelta(weeks=2) for number in numbers):
        raise Refusal(400, 50034, "A message provided was too old to bulk delete")
    place.remove(*(one for one in place.messages if one.id in set(numbers)))


def start_thread(message: Message, by: User, name: str, minutes: int) -> Thread:
    """Start a public thread from a message; raises 160004 for a second one."""
    channel = message.place
    if not isinstance(channel, Channel):
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    channel.require(by, Permission.CREATE_PUBLIC_THREADS)
    check_thread(name, minutes)
    if message.id in message.place.world.places:
        raise Refusal(400, 160004, "A thread has already been created for this message")
    guild = channel.owner_guild
    if sum(not thread.archived for thread in guild.threads) >= guild.most_threads:
        raise Refusal(400, 160006, "Maximum number of active threads reached")
    thread = Thread(channel, name, by, message.id, minutes)
    message.thread, message.flags = thread, message.flags | HAS_THREAD
    thread.joined[by.id] = thread.created_at
    thread.tell("THREAD_CREATE", thread.payload() | {"newly_created": True})
    channel.tell_message("MESSAGE_UPDATE", message)
    world = channel.world
    starter = Message(world.new_id(), thread, by, type=THREAD_STARTER, referenced=message)
    starter.reference = {"type": 0, "message_id": str(message.id)} | channel.where()
    thread.add(starter)
    if world.now() - message.at > OLD:
        notice = Message(world.new_id(), channel, by, name, THREAD_CREATED)
        notice.reference = {"type": 0} | thread.where()
        channel.add(notice)
    return thread


def react(message: Message, by: User, emoji: str, *, take_back: bool = False) -> None:
    """Add or take back one's reaction."""
    place = message.place
    able = place.require(by, Permission.READ_MESSAGE_HISTORY)
    users = message.reactions.get(emoji, [])
    if take_back:
        if by not in users:
            raise unknown("Emoji")
        users.remove(by)
        if not users:
            del message.reactions[emoji]
    else:
        if isinstance(place, Thread) and place.archived:
            raise thread_is_archived()
        if not users and not able & Permission.ADD_REACTIONS:
            raise missing_permissions()
        if by in users:
            return
        message.reactions.setdefault(emoji, []).append(by)
    place.tell_reaction(message, by, emoji, took_back=take_back)
