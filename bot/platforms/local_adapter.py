"""The built-in room: what is said there is in the store already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.engine.actions import Action, Moment, Post, Words
from bot.platforms.platform import File, Receipt


class LocalRooms:
    """The rooms of this process's own pages; a post is there as soon as it is recorded."""

    async def perform(
        self,
        key: str,
        action: Action,
        now: datetime,
        *,
        since: datetime | None = None,  # noqa: ARG002  its key is enough
        files: Sequence[File] = (),  # noqa: ARG002  the pages have them
    ) -> Receipt:
        """Name the post by its key, so that it exists once however often it is asked."""
        if not isinstance(action, Post):
            return Receipt(now)
        thread = None if action.topic is None else f"T{action.topic}"
        return Receipt(now, ref=key.replace("/", "."), text=text_of(action.words), thread=thread)


def text_of(words: Words) -> str:
    """Write a post as the built-in room keeps it: a time as `<t:SECONDS:F>`, as on Discord."""
    return "".join(
        f"<t:{_seconds(piece)}:F>" if isinstance(piece, Moment) else str(piece) for piece in words
    )


def _seconds(piece: Moment) -> int:
    return int(piece.at.timestamp())
