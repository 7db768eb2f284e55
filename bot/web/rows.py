"""What a room shows of each message, read for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

from bot.engine import measuring
from bot.engine.concerning import DISTRESS, told_below
from bot.engine.erasing import is_erased
from bot.engine.messages import Hold, Message, Timing
from bot.engine.people import Role
from bot.engine.showing import Audience, Showing, Silence
from bot.engine.state import Chat
from bot.store import pages
from bot.store.codec import stamp
from bot.store.pages import Reactions
from bot.store.tables import Tables
from bot.transcripts.characters import excerpt
from bot.transcripts.clock import Clock
from bot.transcripts.edition import showing_of
from bot.transcripts.markup import written
from bot.transcripts.phrases import BLANKED, ERASED, HELD, WITHDRAWN
from bot.transcripts.plain_text import PlainText
from bot.transcripts.summary import REASONS

NOBODY = "·"
"""What stands where a name was."""

UNCHECKED = "held back until its author checks in"

HUES = 8
"""Colours by which people are told apart at a glance."""


class Kind(StrEnum):
    """As what a message is dressed."""

    SAID = "said"
    REMINDER = "reminder"
    OPENING = "opening"
    TOPIC = "topic"
    MORE = "more"  # the further parts of a topic that is too long for one post
    NOTICE = "notice"
    CLOSING = "closing"


_KINDS = {
    "Reminded": Kind.REMINDER,
    "Opened": Kind.OPENING,
    "TopicOpened": Kind.MORE,
    "Summarised": Kind.CLOSING,
}
"""By the event that a post follows from; every other is a notice."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message answers, in brief."""

    id: str
    name: str
    text: str
    is_bot: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A message with what stands around it; the same for everybody who looks."""

    message: Message
    kind: Kind
    quote: Quote | None
    reactions: tuple[Reactions, ...]
    text_kept: bool
    asked: str = ""  # the question of a topic's post, as the chat has it
    removed: str = ""  # why its words are not here, where they were removed
    noted: str = ""  # what a rule or a moderator has its author alone told

    @property
    def stamp(self) -> int:
        """Microseconds since 1970: rows stand in its order."""
        return stamp(self.message.at)

    @property
    def topic(self) -> int:
        """The number of the topic that a topic's post asks."""
        return self.message.labels[0]

    @property
    def ask(self) -> str:
        """The question of a topic's post; what does not fit into one post follows in others."""
        return self._parted[0]

    @property
    def after_ask(self) -> str:
        """What a topic's post says below its question."""
        return self._parted[1]

    @property
    def _parted(self) -> tuple[str, str]:
        text = self.message.text.removeprefix(f"T{self.topic}: ")
        if self.asked and text.startswith(self.asked):
            return self.asked, text[len(self.asked) :].strip()
        return text, ""

    @property
    def hue(self) -> int:
        """Which of the colours is this author's."""
        return crc32(self.message.author.encode("utf-8", "replace")) % HUES

    @property
    def initial(self) -> str:
        """The first letter of the author's name."""
        return next((c.upper()[0] for c in self.message.name if c.isalnum()), "·")

    @property
    def reason(self) -> str:
        """Why it stands under its topics."""
        return REASONS[self.message.placed_by]

    @property
    def told_author(self) -> str:
        """What its author alone reads below it, where it is held back for what was seen in it."""
        m = self.message
        seen = tuple(concern for concern in m.concerns if concern != DISTRESS)
        told = told_below(seen) if m.held in (Hold.PRIVACY, Hold.DISTRESS) and seen else ""
        return told or self.noted

    @property
    def is_moderators(self) -> bool:
        """Whether a moderator said it."""
        return self.message.role is Role.MODERATOR

    @property
    def is_guests(self) -> bool:
        """Whether a guest of the chat said it."""
        return self.message.role is Role.GUEST

    @property
    def is_visitors(self) -> bool:
        """Whether somebody said it who is not among the chat's members."""
        return self.message.role is Role.VISITOR

    @property
    def is_early(self) -> bool:
        """Whether it was said before the opening."""
        return self.message.timing is Timing.EARLY

    @property
    def is_late(self) -> bool:
        """Whether it was said after the close."""
        return self.message.timing is Timing.LATE


async def rows_of(tables: Tables, chat: Chat, messages: Sequence[Message]) -> list[Row]:
    """Return these messages of a chat with what each answers and the reactions to it."""
    here = {message.key for message in messages}
    missing = {m.parent for m in messages if m.parent and m.parent not in here}
    answered = await tables.messages(missing)
    texts = [message.text for message in (*messages, *answered)]
    showing = await showing_of(tables, chat, Audience.ROOM, texts)
    unchecked = {message.key for message in messages if _is_unchecked(showing, message)}
    messages = list(map(showing.standing, messages))
    keys = [message.key for message in messages]
    reactions = await pages.reactions(tables.connection, keys)
    known = {message.key: message for message in messages}
    known |= {message.key: showing.standing(message) for message in answered}
    kinds = await _kinds(tables, chat, messages)
    return [
        Row(
            message,
            kinds.get(message.key, Kind.SAID),
            quote_of(known.get(message.parent or "")),
            reactions.get(message.key, ()),
            message.timing is not Timing.LATE or chat.agenda.keep_late,
            _question(chat, message),
            UNCHECKED if message.key in unchecked else _removed(chat, message),
            measuring.told_below(chat, message),
        )
        for message in messages
    ]


async def _kinds(tables: Tables, chat: Chat, messages: Sequence[Message]) -> dict[str, Kind]:
    """Tell the bot's posts apart: a post's id ends in its event's number and its own."""
    numbers = {m.key: number for m in messages if m.role is Role.BOT and (number := _number(m))}
    events = await pages.event_kinds(tables.connection, chat.id, set(numbers.values()))
    kinds = dict.fromkeys((m.key for m in messages if m.role is Role.BOT), Kind.NOTICE)
    kinds |= {key: _KINDS.get(events.get(n, ""), Kind.NOTICE) for key, n in numbers.items()}
    kinds |= dict.fromkeys((m.key for m in messages if m.role is Role.BOT and m.labels), Kind.TOPIC)
    return kinds


def _question(chat: Chat, message: Message) -> str:
    number = message.labels[0] if message.role is Role.BOT and message.labels else 0
    return chat.topics[number - 1].ask if 1 <= number <= len(chat.topics) else ""


def _is_unchecked(showing: Showing, message: Message) -> bool:
    """Whether its author has to check in before what they say is shown."""
    person = message.author_key
    about = (person, message.role, message.timing, message.withdrawn, message.held)
    return showing.silence(*about) is Silence.UNCHECKED


def _removed(chat: Chat, message: Message) -> str:
    if is_erased(message.author):
        return ERASED
    if message.held and not (message.text or message.attachments):
        return HELD
    return BLANKED if chat.blanked and message.role is not Role.BOT else ""


def _number(post: Message) -> int:
    parts = post.id.rsplit(".", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdecimal() else 0


def quote_of(parent: Message | None) -> Quote | None:
    """Return a message in brief, for one that answers it."""
    if parent is None or not parent.said:
        return None
    is_bot = parent.role is Role.BOT
    said = parent.text.partition("\n\n")[0] if is_bot else parent.text
    plain = PlainText({}, Clock("UTC"))
    text = excerpt(written(said, plain, parent.room.platform))
    if not text:
        late = parent.timing is Timing.LATE
        gone = ERASED if is_erased(parent.author) else "a late message" if late else BLANKED
        gone = HELD if parent.held else gone
        text = WITHDRAWN if parent.withdrawn else gone
    return Quote(parent.id, parent.name or NOBODY, text, is_bot)
