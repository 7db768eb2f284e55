"""The closing post of a chat that is held in several rooms: it tells each room of the others.

1. How many people wrote how many messages in each room is known once the chat is counted; it
   stands in the chat's log, and in the post as it waits in the outbox.
2. What is quoted of the other rooms are, for each topic, the three contributions that most others
   answered. People's words stand in no action and no event: they are read when the post's turn
   comes, and which messages are to be quoted is recorded (`Quoted`) before they are read.
3. When one of these is withdrawn, deleted or reworded, the post gets other words (`QuotesChanged`,
   `Amend`), read anew in the same way. Many changes before its turn comes are one.
4. What does not fit is left out, the least answered first, and the post says how many these are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.engine import events, signals, wording
from bot.engine.actions import Amend, Piece, Post, PostKind, Words
from bot.engine.agenda import Room
from bot.engine.events import Event
from bot.engine.messages import RoomTally, Tally
from bot.engine.rooms import whereabouts
from bot.engine.state import Chat

QUOTED = 3
"""Contributions quoted of each topic from each room."""

_ISOLATE, _END = "\u2068", "\u2069"
"""Around them a text runs in its own direction and turns nothing else (Unicode Annex 9)."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A contribution from another room; `text` is plain and short, `name` empty if not shared."""

    room: Room
    topics: tuple[int, ...]
    text: str
    name: str
    replies: int


def posts(chat: Chat, event: events.Summarised, room: Room) -> list[Post]:
    """Return what is said at the end; one of the posts of a room among several recalls the others.

    What people said there needs space: the post that recalls it is half empty at least.
    """
    said = wording.posts(chat, event, room)
    shares = _shares(chat, room)
    if not shares:
        return said
    last = max(n for n, post in enumerate(said) if post.kind is PostKind.CLOSING)
    together = (*said[last].words, "\n\n", *shares)
    if size(together) <= wording.LIMITS[room.platform] // 2:
        said[last] = replace(said[last], words=together, recalls=True)
    else:
        said.insert(last + 1, Post(room, PostKind.CLOSING, shares, recalls=True))
    return said


def amended(chat: Chat, room: Room) -> Amend:
    """Return the change of a closing post whose quotations have changed; its counts stay."""
    counted = events.Summarised(chat.closed_at or chat.closes_at, chat.tally or Tally())
    (recalls,) = (post for post in posts(chat, counted, room) if post.recalls)
    return Amend(room, None, recalls.words, recalls=True)


def _shares(chat: Chat, here: Room) -> Words:
    """Say who wrote how much where, beginning with the room in which it is said."""
    rooms = chat.agenda.rooms
    counted = {one.room: one for one in chat.tally.rooms} if chat.tally else {}
    if len(rooms) < 2 or not counted:
        return ()
    words: Words = (f"Here: {_share(counted.get(here))}.",)
    for room in rooms:
        if room != here:
            where = _capital(whereabouts(rooms, room, here))
            words += (" ", *where, f": {_share(counted.get(room))}.")
    return words


def _share(counted: RoomTally | None) -> str:
    if counted is None or not counted.messages:
        return "nobody wrote"
    people = wording.count(counted.participants, "participant")
    return f"{people}, {wording.count(counted.messages, 'message')}"


def _capital(words: Words) -> Words:
    first, *rest = words
    return (first[:1].upper() + first[1:] if isinstance(first, str) else first, *rest)


# ---------------------------------------------------------------- what is recorded


def quoting(chat: Chat, signal: signals.Quoting) -> list[Event]:
    """Record which messages are about to be quoted, if that is news.

    What had changed until now will be seen: the texts are read afterwards.
    """
    known = chat.quoted.get(signal.room, frozenset())
    if known.issuperset(signal.messages) and signal.room not in chat.amending:
        return []
    return [events.Quoted(signal.at, signal.room, signal.messages)]


def requoted(chat: Chat, signal: signals.Reworded) -> list[Event]:
    """Record which closing posts quote what has changed, but for those that wait to be changed."""
    quoting = [room for room, keys in chat.quoted.items() if not keys.isdisjoint(signal.messages)]
    rooms = tuple(room for room in quoting if room not in chat.amending)
    return [events.QuotesChanged(signal.at, rooms)] if rooms else []


# ---------------------------------------------------------------- what people said


def quotations(chat: Chat, here: Room, quotes: Sequence[Quote], most: int) -> Words:
    """Return what is quoted of the other rooms, in at most `most` characters.

    `quotes` are in the order in which they are shown: a room's and a topic's stand together.
    """
    kept = list(quotes)
    words = _quoted(chat, here, kept, 0)
    while kept and size(words) > most:
        least = min(one.replies for one in kept)
        del kept[max(n for n, one in enumerate(kept) if one.replies == least)]
        words = _quoted(chat, here, kept, len(quotes) - len(kept))
    return words if size(words) <= most else ()


def _quoted(chat: Chat, here: Room, quotes: Sequence[Quote], left_out: int) -> Words:
    words: list[Piece] = []
    room = None
    for quote in quotes:
        if quote.room != room:
            room = quote.room
            where = whereabouts(chat.agenda.rooms, room, here)
            words += ["\n\nMost answered ", *where, ":"]
        words.append(f"\n• {_line(quote)}")
    if left_out and quotes:
        words.append(f"\n{wording.count(left_out, 'more contribution')} did not fit here.")
    elif left_out:
        left = wording.count(left_out, "contribution")
        words.append(f"\n\n{left} with replies did not fit here.")
    return tuple(words)


def _line(quote: Quote) -> str:
    said = f"“{_isolated(quote.text)}”" if quote.text else "a file without words"
    replies = wording.replies(quote.replies)
    by = f"{_isolated(quote.name)}, {replies}" if quote.name else replies
    return f"{wording.topic_names(quote.topics)}: {said} ({by})"


def _isolated(text: str) -> str:
    turns = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)
    return f"{_ISOLATE}{text}{_END}" if turns else text


def size(words: Words) -> int:
    """Return how many characters words take at most on any platform (Slack writes & as &amp;)."""
    return sum(
        len(piece) + sum(4 for sign in piece if sign in "&<>")
        if isinstance(piece, str)
        else wording.MOMENT_LENGTH
        for piece in words
    )
