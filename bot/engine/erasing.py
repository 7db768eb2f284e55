"""How a person is taken out of what was recorded: a pseudonym stands for them from then on.

Events say who did something, and are never changed but for this: where they name the person they
name the pseudonym, so that a log goes on telling what happened, and to how many, and nobody can
tell of whom. A pseudonym is drawn by lot; it begins with a sign with which no platform's ids and
no name in an agenda begin, so that whoever it stands for is known to be erased.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.engine import named
from bot.engine.actions import Action, Amend, Piece, Post, Tell, TimeOut, Whisper, Who, Words
from bot.engine.agenda import Agenda
from bot.engine.events import Event
from bot.engine.messages import Attachment, Message
from bot.engine.quoting import without

SIGN = "#"

NAME = "somebody erased"
"""What an erased person is called, in place of every name that they had."""

GONE = (Attachment("", "", 0, ""),)
"""What is kept of the files of a message: that there were some, for it counts among those."""

_MOMENT = timedelta(microseconds=1)

_UNMISTAKABLE = re.compile(r"[0-9]{15,}|[UWB][A-Z0-9]{7,}|p-[a-z2-9]{12}")
"""Ids that are no word by chance: Discord's, Slack's, those of participants in built-in rooms."""


def is_erased(person: str) -> bool:
    """Whether an id is the pseudonym of somebody who was erased."""
    return person.startswith(SIGN)


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person of a platform, by the id there, and the `pseudonym` that stands for them.

    `lines` are what they wrote, line by line (`bot.engine.quoting`), so that their words are known
    where others quote them.
    """

    platform: str
    person: str
    pseudonym: str
    lines: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The one name by which they were counted."""
        return f"{self.platform}:{self.person}"

    @property
    def key_after(self) -> str:
        """The one by which they are counted from then on."""
        return f"{self.platform}:{self.pseudonym}"

    def in_event(self, event: Event) -> Event:
        """Return an event with the pseudonym wherever it names the person."""
        changed: dict[str, object] = {
            name: self.key_after if getattr(event, name) == self.key else self.pseudonym
            for name, key in named.who(event).items()
            if key == self.key
        }
        if changed:
            blank = {"name": NAME, "country": ""}
            changed |= {name: blank[name] for name in named.more(event)}
        for name in named.TEXTS:
            value = getattr(event, name, None)
            if isinstance(value, str):
                changed[name] = self.in_text(value)
            elif isinstance(value, Agenda):
                changed[name] = self.in_agenda(value)
        return replace(event, **changed) if changed else event  # type: ignore[arg-type]

    def in_agenda(self, agenda: Agenda) -> Agenda:
        """Return an agenda that lists and mentions the pseudonym.

        Lists stay as long as they were: without one of moderators a room's stewards would moderate.
        """
        return replace(
            agenda,
            moderators=self._in_lists(agenda.moderators),
            guests=self._in_lists(agenda.guests),
            on_call=self._in_lists(agenda.on_call),
            members_only=self._in_lists(agenda.members_only),
            topics=tuple(replace(one, ask=self.in_text(one.ask)) for one in agenda.topics),
            welcome=self.in_text(agenda.welcome),
            closing=self.in_text(agenda.closing),
            rules=self.in_text(agenda.rules),
            help_lines={place: self.in_text(line) for place, line in agenda.help_lines.items()},
        )

    def _in_lists(self, lists: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        own = (self.person, f"user:{self.person}")
        return {
            platform: tuple(
                self.pseudonym if platform == self.platform and name in own else name
                for name in names
            )
            for platform, names in lists.items()
        }

    def in_action(self, action: Action) -> Action | None:
        """Return what is still to be done without the person, or None where it was for them."""
        theirs = action.room.platform == self.platform
        match action:
            case Whisper(person=self.person) | TimeOut(person=self.person) if theirs:
                return None
            case Tell(people=people, words=words) if theirs:
                own = (self.person, f"user:{self.person}")
                left = tuple(one for one in people if one not in own)
                return replace(action, people=left, words=self._in_words(words))
            case Post(words=words) | Amend(words=words) | Tell(words=words) | Whisper(words=words):
                return replace(action, words=self._in_words(words))
        return action

    def _in_words(self, words: Words) -> Words:
        return tuple(map(self._in_piece, words))

    def _in_piece(self, piece: Piece) -> Piece:
        if isinstance(piece, str):
            return self.in_text(piece)
        theirs = isinstance(piece, Who) and (piece.on, piece.person) == (self.platform, self.person)
        return Who(self.pseudonym, self.platform, NAME) if theirs else piece

    def in_text(self, text: str) -> str:
        """Return what somebody else wrote, without the person's id and their lines that it quotes.

        A mention becomes one of the pseudonym. The id alone is replaced where it can be nothing
        else; a line that is quoted word for word is replaced by a note. What others say of the
        person in their own words stays.
        """
        mention = rf"<@!?{re.escape(self.person)}(?:\|[^<>\n]*)?>"
        text = re.sub(mention, f"<@{self.pseudonym}|{NAME}>", text)
        if _UNMISTAKABLE.fullmatch(self.person):
            text = re.sub(rf"(?<!\w){re.escape(self.person)}(?!\w)", self.pseudonym, text)
        return without(text, self.lines)


def bared(message: Message) -> Message:
    """Return a message without its words: of its files only that there were some is kept.

    It still counts, as one of its author and under its topics.
    """
    kept = GONE if message.attachments else ()
    return message._replace(text="", attachments=kept, concerns=())


def blanked(message: Message) -> Message:
    """Return a message as it is kept when its chat's time is over: without words and names."""
    return bared(message)._replace(name="")


def reworded(message: Message) -> Message:
    """Return an edited message as worded a moment later than its author did.

    Else the platform's next telling of the same edit would bring the old words back. What a
    moderator may have cleared keeps its time: a later wording would be held again.
    """
    if not message.edited or message.worded_at is None or message.concerns:
        return message
    return message._replace(worded_at=message.worded_at + _MOMENT)
