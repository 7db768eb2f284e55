"""Words as Discord shows them."""

from __future__ import annotations

import base64
import hashlib
import re

from bot.engine.actions import Moment, Piece, Spot, Who, Words
from bot.engine.agenda import Room
from bot.engine.rooms import person_name

LONGEST = 2000
"""Characters in a message (resources/message "Create Message")."""

_MARKS = re.compile(r"[*_~`|<>@#\[\]()\\]")
"""What could be more than a name to Discord."""

_NAMED = re.compile(r"<(@!?|@&|#)([0-9]{1,20})\|[^<>]*>")


def text_of(words: Words) -> str:
    """Write words with their times in each reader's zone and their rooms as links.

    White space at the ends is left out, as Discord leaves it out: so a post can be known again.
    """
    return "".join(map(_piece, words)).strip()[:LONGEST]


def _piece(piece: Piece) -> str:
    if isinstance(piece, Moment):
        return f"<t:{int(piece.at.timestamp())}:F>"
    if isinstance(piece, Room):
        return f"<#{piece.name}>" if piece.platform == "discord" else str(piece)
    if isinstance(piece, Spot):
        there = piece.room.platform == "discord"
        return f"<#{piece.thread or piece.room.name}>" if there else str(piece.room)
    if isinstance(piece, Who):
        is_here = piece.on == "discord" and piece.person.isdecimal()
        return f"<@{piece.person}>" if is_here else _MARKS.sub("", person_name(piece))
    return with_mentions(piece)


def address(guild: int, spot: Spot) -> str:
    """Return the link of a message, a thread or a channel of a server (its "Copy Link")."""
    parts = (str(guild), spot.thread or spot.room.name, spot.id)
    return f"https://discord.com/channels/{'/'.join(part for part in parts if part)}"


def with_mentions(text: str) -> str:
    """Write mentions as Discord does, without the names that are kept with them."""
    return _NAMED.sub(r"<\1\2>", text)


def nonce_of(key: str) -> str:
    """Return what Discord knows an action by: 25 characters, the same whenever it is asked."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).decode()[:25]
