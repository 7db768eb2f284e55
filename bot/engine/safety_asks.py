"""What people may ask for a room's safety, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.engine.errors import Refused
from bot.engine.people import Role


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold a message back: it counts, but its text is in no transcript."""

    message: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Let a message be shown again; `worded` is its present wording's time, where it is held.

    `seen` is the time of the wording that whoever asks was shown, where that is known. `doubtful`:
    the present wording is an edit in which something is seen.
    """

    message: str
    worded: datetime | None = None
    seen: datetime | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """Which messages are held back."""


@dataclass(frozen=True, slots=True)
class Help:
    """Call a moderator."""


@dataclass(frozen=True, slots=True)
class Take:
    """Come to somebody who calls: the one who waits longest, or the call of this number."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Checkin:
    """Say who I am, in a form; or what I said, where there is none."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Take me out of everything that is kept, in every chat."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Hold what somebody says for so long, and keep them from writing; 0: no longer.

    `person` is whom the asker names; their id, with the `role` in which they speak, once it is
    known.
    """

    person: str
    length: timedelta
    role: Role = Role.PARTICIPANT


@dataclass(frozen=True, slots=True)
class Slow:
    """Let each write once `every` so many seconds, for so long; 0: no longer."""

    every: int
    length: timedelta


@dataclass(frozen=True, slots=True)
class Remove:
    """Hold a message back and take it out of the room; `author` and `thread` once known."""

    message: str
    author: str = ""
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """What was done to keep order."""


def mute(text: str) -> Mute:
    """Read what follows `/chat mute`: a person, and how long. Raises Refused."""
    words = text.split()
    length = _length(words[-1]) if len(words) > 1 else None
    if length is None:
        raise Refused("Say whom and for how long: /chat mute PERSON 30m (0m takes it back)")
    return Mute(_person(words[:-1]), length)


def slow(text: str) -> Slow:
    """Read what follows `/chat slow`: how slow, and for how long. Raises Refused."""
    words = text.lower().split()
    if words == ["off"]:
        return Slow(0, timedelta(0))
    spans = [_length(word) for word in words]
    if len(spans) == 1:
        spans.append(SLOW_FOR)
    if len(spans) != 2 or not spans[0] or not spans[1]:
        raise Refused("Say how slow, and for how long: /chat slow 10s 30m, or /chat slow off")
    return Slow(int(spans[0].total_seconds()), spans[1])


def remove(text: str) -> Remove:
    """Read what follows `/chat remove`. Raises Refused."""
    return Remove(_message(text, "remove"))


SLOW_FOR = timedelta(minutes=30)
"""How long a room is slow where nobody says how long."""

_SPAN = re.compile(r"(\d{1,6})(s|m|min|h|d)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_MENTION = re.compile(r"<@!?([A-Za-z0-9]{1,40})(?:\|[^<>]*)?>")


def _length(text: str) -> timedelta | None:
    """Read `10s`, `30m`, `2h` or `1d`; None: it is no length of time."""
    span = _SPAN.fullmatch(text.lower())
    return timedelta(seconds=int(span[1]) * _SECONDS[span[2]]) if span else None


def _person(words: Sequence[str]) -> str:
    """Return a person's id of a mention, or their id or name as it was typed."""
    text = " ".join(words)
    mention = _MENTION.fullmatch(text)
    return mention[1] if mention else text.removeprefix("@")


def hold(text: str) -> Hold | Remove:
    """Read what follows `/chat hold`: a message, and perhaps `remove`. Raises Refused."""
    words = text.split()
    if len(words) == 2 and words[1].lower() == "remove":
        return Remove(words[0])
    return Hold(_message(text, "hold"))


def clear(text: str) -> Clear:
    """Read what follows `/chat clear`: a message. Raises Refused.

    A page puts the time of the wording behind it that it showed, in ISO 8601 with its zone.
    """
    words = text.split()
    if len(words) == 2 and (seen := _moment(words[1])) is not None:
        return Clear(words[0], seen=seen)
    return Clear(_message(text, "clear"))


def _moment(text: str) -> datetime | None:
    """Read a moment that says its zone; None: it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def forget(text: str) -> Forget:
    """Read what follows `/chat forget`, which cannot be undone. Raises Refused."""
    if text.strip().lower() != "me":
        raise Refused(
            "To be taken out of every chat type /chat forget me. It deletes what you said, your "
            "name and your check-ins, and cannot be undone. For this chat alone: /chat withdraw"
        )
    return Forget()


def take(text: str) -> Take:
    """Read what follows `/chat take`. Raises Refused."""
    text = text.strip().lstrip("#")
    if text and not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise Refused("Name a call by its number, or none: /chat take 3")
    return Take(int(text or 0))


def _message(text: str, command: str) -> str:
    words = text.split()
    if len(words) != 1:
        raise Refused(f"Name one message, by its link or number: /chat {command} 17")
    return words[0]
