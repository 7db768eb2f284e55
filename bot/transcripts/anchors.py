"""The places within a page to which links lead."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from bot.engine.agenda import Room

_SIMPLE = re.compile(r"[A-Za-z0-9._-]{1,64}+\Z")


class Anchors:
    """Names each message of a chat by its platform's id; in several rooms also by its room."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        ordered = [str(room) for room in rooms]
        self._rooms = {room: f"r{place}-" for place, room in enumerate(ordered, 1)}
        if len(ordered) == 1:
            self._rooms = {ordered[0]: ""}

    def of(self, room: str, message_id: str) -> str:
        """Return the anchor of a message: letters, digits, points, dashes and underscores."""
        prefix = self._rooms.get(room)
        if prefix is not None and message_id.isalnum() and message_id.isascii():
            return f"m-{prefix}{message_id}"
        if prefix is None or not _SIMPLE.match(message_id):
            key = f"{room}/{message_id}".encode("utf-8", "replace")
            return f"m-x{hashlib.blake2s(key, digest_size=10).hexdigest()}"
        return f"m-{prefix}{message_id}"
