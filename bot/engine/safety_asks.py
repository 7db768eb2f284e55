"""What people may ask for a room's safety, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.engine.errors import Refused


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold a message back: it counts, but its text is in no transcript."""

    message: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Let a message be shown again; `worded` is its present wording's time, where it is held."""

    message: str
    worded: datetime | None = None


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


def hold(text: str) -> Hold:
    """Read what follows `/chat hold`. Raises Refused."""
    return Hold(_message(text, "hold"))


def clear(text: str) -> Clear:
    """Read what follows `/chat clear`. Raises Refused."""
    return Clear(_message(text, "clear"))


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
