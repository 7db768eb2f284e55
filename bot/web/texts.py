"""What people and the bot say, as HTML in which nothing can run."""

from __future__ import annotations

from markupsafe import Markup, escape

from bot.engine.actions import Moment, Piece, Spot, Who, Words
from bot.engine.agenda import OWN, Room
from bot.engine.messages import Message
from bot.engine.rooms import person_name, room_name
from bot.store.codec import stamp
from bot.transcripts.clock import Clock, utc
from bot.transcripts.html_text import HtmlText
from bot.web.addresses import place_path


class RoomText(HtmlText):
    """Writes as a transcript does, with times that the script shows in the reader's zone."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("local", {}, clock)
        self._here = clock

    def moment(self, at: int) -> str:
        """Write a time."""
        shown = escape(self._here.long(at))
        return f'<time datetime="{utc(at)}" data-shows="full">{shown}</time>'


def text_html(message: Message, clock: Clock, text: str | None = None) -> Markup:
    """Return a message's text, or a part of it, with links and marks; times in the chat's zone."""
    shown = message.text if text is None else text
    return Markup(RoomText(clock).of(shown))  # noqa: S704  the writer escapes


def words_html(words: Words, clock: Clock) -> Markup:
    """Return an answer to one person as HTML."""
    writer = RoomText(clock)
    return Markup("".join(_piece(piece, writer) for piece in words))  # noqa: S704  escaped


def _place(spot: Spot) -> str:
    """Write a place of a built-in room as a link to it; another one by its name."""
    if spot.room.platform != OWN:
        return escape(room_name(spot.room))
    shown = "the message" if spot.id else "the room"
    return f'<a href="{escape(place_path(spot.room.name, spot.id))}">{shown}</a>'


def _piece(piece: Piece, writer: RoomText) -> str:
    if isinstance(piece, Moment):
        return writer.moment(stamp(piece.at))
    if isinstance(piece, Who):
        return escape(person_name(piece))
    if isinstance(piece, Spot):
        return _place(piece)
    return escape(room_name(piece)) if isinstance(piece, Room) else writer.of(piece)
