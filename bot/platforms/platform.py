"""What a platform does for the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.engine.actions import Action


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a platform says of an action it performed.

    `ref` is its id of a post, `text` the post's text there, `thread` what hangs from it.
    """

    at: datetime
    ref: str = ""
    text: str = ""
    thread: str | None = None


class Unreachable(Exception):
    """The platform may do it later."""

    def __init__(self, why: str, retry_after: timedelta | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Impossible(Exception):
    """The platform will never do it."""


class Platform(Protocol):
    """A place where chats are held."""

    async def perform(self, key: str, action: Action, now: datetime) -> Receipt:
        """Do what `action` says, once for each `key` however often it is asked.

        Raises Unreachable or Impossible.
        """
        ...
