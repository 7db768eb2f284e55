"""Turns what Slack's Events API and histories hold into signals; it knows no chats and no network.

A message is known by its `ts`, which is also its time. A reply stands in the thread of the message
whose `ts` is its `thread_ts`, and answers it; one that was sent to the channel too is the same
message, however often Slack tells it. Link previews are left out; what was forwarded stands in
quoted lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.engine.agenda import Room
from bot.engine.messages import Attachment
from bot.engine.people import Person, Role
from bot.engine.signals import Deleted, Edited, Reacted, Said
from bot.platforms.slack.blocks import listed, part, text_of_blocks
from bot.platforms.slack.text import plain_of

PLATFORM = "slack"
SLACKBOT = "USLACKBOT"
"""Slack's own voice: reminders, and what stands where the first message of a thread was."""

Payload = Mapping[str, Any]
"""An event, or a message of a history, as Slack writes it."""

NAMED = 20
"""People, channels and groups whose names are looked up for one message."""

_SPOKEN = frozenset({"", "me_message", "file_share", "thread_broadcast", "bot_message"})
"""Subtypes of what somebody says; all others are notices of Slack's own."""

_PRIVATE = frozenset({"im", "mpim", "app_home"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TS = re.compile(r"([0-9]{1,11})\.([0-9]{6})")
_MENTION = re.compile(
    r"<(?:@(?P<person>[A-Z0-9]{2,30})(?:\|[^<>]*)?"
    r"|\#(?P<channel>[A-Z0-9]{2,30})\|?"
    r"|!subteam\^(?P<group>[A-Z0-9]{2,30}))>"
)  # a channel or a group whose name stands there needs no other
_UNKNOWN_TYPE = "application/octet-stream"  # RFC 2046, section 4.5.1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a signal needs to be known: `people` with their rights in `channel`, others by name."""

    channel: str = ""
    people: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """Who somebody is, by user id, and what people, channels and groups are called, by id."""

    people: Mapping[str, Person] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def moment_of(ts: str) -> datetime:
    """Return the time that a `ts` is, to the microsecond. Raises ValueError for another text."""
    match = _TS.fullmatch(ts)
    if match is None:
        raise ValueError("a ts is written as seconds, a dot and six digits")
    return _EPOCH + timedelta(seconds=int(match[1]), microseconds=int(match[2]))


def ts_of(at: datetime) -> str:
    """Return the `ts` of a time."""
    seconds, micros = divmod((at - _EPOCH) // _MICROSECOND, 1_000_000)
    return f"{seconds}.{micros:06d}"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads; `user` and `bot` are our own ids, as auth.test tells them."""

    user: str
    bot: str

    # ------------------------------------------------------------ events

    def wanted(self, event: Payload) -> Wanted:
        """Return who has to be known to read an event."""
        if _text_in(event, "type") in ("reaction_added", "reaction_removed"):
            channel, user = _text_in(part(event, "item"), "channel"), _text_in(event, "user")
            return Wanted(channel, frozenset({user} if channel and user != self.user else ()))
        channel, message = _channel_of(event), _message_of(event)
        return self.wanted_by(channel, message) if channel else Wanted()

    def signals(
        self, event: Payload, known: Known
    ) -> tuple[Said | Edited | Deleted | Reacted, ...]:
        """Return what an event tells; empty: nothing that was said, done or taken back.

        Nothing is said in direct messages, by ourselves (our posts are recorded when they are
        delivered), by Slack and in its notices: joins, topics, names, pins, reminders.
        """
        kind = _text_in(event, "type")
        if kind in ("reaction_added", "reaction_removed"):
            return self._reacted(event, known, removed=kind == "reaction_removed")
        channel = _channel_of(event)
        at = _time_in(event, "ts")
        if not channel or at is None:
            return ()
        if _text_in(event, "subtype") == "message_deleted":
            return _deleted(channel, event, at)
        return self.speech(channel, _message_of(event), known, at)

    def _reacted(self, event: Payload, known: Known, *, removed: bool) -> tuple[Reacted, ...]:
        item, user = part(event, "item"), _text_in(event, "user")
        channel, ts = _text_in(item, "channel"), _text_in(item, "ts")
        at, name = _time_in(event, "event_ts"), _text_in(event, "reaction")
        if _text_in(item, "type") != "message" or _is_private(channel) or at is None:
            return ()
        if not (ts and user and name):
            return ()
        by = known.people.get(user) or Person(PLATFORM, user, "")
        if user == self.user:
            by = Person(PLATFORM, user, "", role=Role.BOT)
        return (Reacted(at, Room(PLATFORM, channel), ts, by, f":{name}:", removed),)

    # ------------------------------------------------------------ messages

    def wanted_by(self, channel: str, message: Payload) -> Wanted:
        """Return who has to be known to read a message of a channel."""
        if not self._is_spoken(message):
            return Wanted()
        user = _speaker(message)
        named: dict[str, None] = {}
        for text, _ in _parts(message):
            named |= dict.fromkeys(match[match.lastgroup or 0] for match in _MENTION.finditer(text))
        return Wanted(
            channel, frozenset({user} if user else ()), frozenset([*named][:NAMED]) - {user}
        )

    def speech(
        self, channel: str, message: Payload, known: Known, now: datetime
    ) -> tuple[Said | Edited | Deleted, ...]:
        """Return what a message of a channel says: Said, and Edited if it was edited since.

        The first wording of an edited message is not known; Said has the present one then. Of
        the first message of a thread that was deleted a sign is left; it was deleted by `now`.
        """
        ts, at = _text_in(message, "ts"), _time_in(message, "ts")
        if at is None:
            return ()
        room, thread = Room(PLATFORM, channel), thread_of(message)
        if _text_in(message, "subtype") == "tombstone":
            return (Deleted(now, room, ts, thread),)
        if not self._is_spoken(message):
            return ()
        text, (files, lost) = _text(message, known.names), _files(message)
        author = _author(message, known)
        said = Said(at, room, ts, author, text, thread, thread, files)
        edited_at = _edited_at(message, at, lost)
        if edited_at is None:
            return (said,)
        return said, Edited(edited_at, room, ts, text, thread, files)

    def _is_spoken(self, message: Payload) -> bool:
        """Whether somebody says this: not we ourselves, and not Slack."""
        user, bot = _text_in(message, "user"), _text_in(message, "bot_id")
        if not (user or bot) or user in (SLACKBOT, self.user) or (bot and bot == self.bot):
            return False
        return _text_in(message, "subtype") in _SPOKEN


def thread_of(message: Payload) -> str | None:
    """Return the thread that a message stands in; None: in none, or it is what one hangs from."""
    thread = _text_in(message, "thread_ts")
    return thread if thread and thread != _text_in(message, "ts") else None


def _deleted(channel: str, event: Payload, at: datetime) -> tuple[Deleted, ...]:
    before = part(event, "previous_message")
    ts = _text_in(event, "deleted_ts") or _text_in(before, "ts")
    return (Deleted(at, Room(PLATFORM, channel), ts, thread_of(before)),) if ts else ()


def _edited_at(message: Payload, said_at: datetime, lost: int) -> datetime | None:
    """Return when a message got its present wording, None if it still has its first.

    Slack cuts the time of an edit down to whole seconds, so that it may lie before the message.
    That a file was deleted has no time of its own there: each counts as a change right after.
    """
    edited_at = _time_in(part(message, "edited"), "ts")
    if edited_at is None and not lost:
        return None
    return max(edited_at or said_at, said_at) + lost * _MICROSECOND


# ---------------------------------------------------------------- who


def _is_by_app(message: Payload) -> bool:
    return bool(_text_in(message, "bot_id")) or _text_in(message, "subtype") == "bot_message"


def _speaker(message: Payload) -> str:
    """Return whose account a message bears; empty: an app's that speaks under a name of its own.

    Slack puts an app's id also on what it posts with somebody's own token, as that person: a
    client that people write with, or an app that they have let speak for them.
    """
    own_name = _text_in(message, "subtype") == "bot_message" or _text_in(message, "username")
    return "" if own_name else _text_in(message, "user")


def _author(message: Payload, known: Known) -> Person:
    """Return who speaks; of what bears an app's id the app does, unless Slack tells of a person."""
    user = _text_in(message, "user")
    person = known.people.get(user) if _speaker(message) else None
    if not _is_by_app(message):
        return person or Person(PLATFORM, user, user)
    if person is not None and person.role is not Role.BOT and person.name != user:
        return person  # whom Slack tells nothing of is called by their id
    user = user or _text_in(message, "bot_id")
    name = _text_in(message, "username") or _text_in(part(message, "bot_profile"), "name")
    return Person(PLATFORM, user, name or user, role=Role.BOT)


# ---------------------------------------------------------------- text


def _text(message: Payload, names: Mapping[str, str]) -> str:
    return "\n".join(
        plain if not is_quoted else "\n".join(f"> {line}" for line in plain.split("\n"))
        for text, is_quoted in _parts(message)
        if (plain := plain_of(text, names))
    )


def _parts(message: Payload) -> Iterator[tuple[str, bool]]:
    """Yield the texts that a message holds in Slack's own writing, and whether each is quoted."""
    yield _text_in(message, "text") or text_of_blocks(listed(message, "blocks")), False
    for shared in _shared(message):
        yield _text_in(shared, "text") or _text_in(shared, "fallback"), True


def _shared(message: Payload) -> Iterator[Payload]:
    """Yield the messages that are forwarded with a message; previews of links are none."""
    return (one for one in listed(message, "attachments") if one.get("is_share") is True)


# ---------------------------------------------------------------- files


def _files(message: Payload) -> tuple[tuple[Attachment, ...], int]:
    """Return the files of a message, and how many of them were deleted since."""
    found = [*listed(message, "files")]
    for shared in _shared(message):
        found += listed(shared, "files")
    kept = [file for file in found if _text_in(file, "mode") != "tombstone"]
    return tuple(map(_file, kept)), len(found) - len(kept)


def _file(file: Payload) -> Attachment:
    """Return a file as it is kept; of another workspace's Slack may tell the id alone."""
    size = file.get("size")
    return Attachment(
        _text_in(file, "name") or _text_in(file, "title") or _text_in(file, "id") or "file",
        _text_in(file, "mimetype") or _UNKNOWN_TYPE,
        size if isinstance(size, int) else 0,
        _text_in(file, "permalink") or _text_in(file, "url_private"),
    )


# ---------------------------------------------------------------- payloads


def _channel_of(event: Payload) -> str:
    """Return the channel of a message's event; empty: it is another event, or private."""
    channel = _text_in(event, "channel")
    if _text_in(event, "type") != "message" or _text_in(event, "channel_type") in _PRIVATE:
        return ""
    return "" if _is_private(channel) else channel


def _is_private(channel: str) -> bool:
    return not channel or channel.startswith("D")


def _message_of(event: Payload) -> Payload:
    """Return the message that an event tells: the changed one, or the event itself."""
    changed = _text_in(event, "subtype") == "message_changed"
    return part(event, "message") if changed else event


def _text_in(payload: Payload, name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _time_in(payload: Payload, name: str) -> datetime | None:
    try:
        return moment_of(_text_in(payload, name))
    except ValueError:
        return None
