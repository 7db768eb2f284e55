"""The built-in room: what is said there is in the store already."""

from __future__ import annotations

from urllib.parse import quote

from bot.engine.actions import Amend, Moment, Piece, Post, Spot, Who, Words
from bot.engine.rooms import person_name
from bot.platforms.platform import Errand, NotThere, Receipt


class LocalRooms:
    """The rooms of this process's own pages, at `base_url`; a post is there once recorded."""

    def __init__(self, base_url: str = "") -> None:
        self._base_url = base_url

    def address(self, spot: Spot) -> str:
        """Return where a message or a room is found; empty where no address is known."""
        if not self._base_url:
            return ""
        room = f"{self._base_url}/rooms/{quote(spot.room.name, safe='')}"
        message = quote(spot.id, safe="")
        return f"{room}?at={message}#m-{message}" if message else room

    async def perform(self, errand: Errand) -> Receipt:
        """Name the post by its key, so that it exists once however often it is asked.

        The pages have the files that go with it. What it quotes of other rooms stands in its own
        row, which is the post itself here. Raises NotThere: what stands is recorded.
        """
        post = errand.action
        if errand.only_looks:
            raise NotThere
        if not isinstance(post, Post | Amend):
            return Receipt(errand.now)
        text = text_of((*post.words, *errand.further))
        if isinstance(post, Amend):
            return Receipt(errand.now, post.ref, text)
        thread = None if post.topic is None else f"T{post.topic}"
        ref = errand.key.replace("/", ".")
        return Receipt(errand.now, ref, text, thread)


def text_of(words: Words) -> str:
    """Write a post as the built-in room keeps it: a time as `<t:SECONDS:F>`, as on Discord."""
    return "".join(map(_piece, words))


def _piece(piece: Piece) -> str:
    if isinstance(piece, Moment):
        return f"<t:{int(piece.at.timestamp())}:F>"
    if isinstance(piece, Who):
        return person_name(piece)
    return str(piece.room if isinstance(piece, Spot) else piece)
