"""What may be shown of what people said: every text goes through here on its way out.

1.  Nothing is shown of what was withdrawn or deleted, of what is held back (`bot.engine.holds`),
    of who was erased, of a chat whose time is over, and of what came late where the agenda does
    not keep it.
2.  Where the agenda requires a check-in, what those say who have not agreed to its rules is held
    back too, but for moderators.
3.  Who does not want to be in the transcript is in none: their messages count, what they say is
    in no edition. Where nobody has said what they want, the agenda's `consent` holds.
4.  The research edition has the words of those alone who have said so themselves.
5.  The room itself shows what is said in it, whatever is wanted of transcripts. From a room of
    Rounds' own nothing is removed that may be a cry for help, unless a patient could be known by
    it too; anything else that is held is read there by those alone who review it.
6.  What others quote of words that an audience may not see is left out for it
    (`bot.engine.quoting`), before they are withheld and after it alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.engine.audience import EDITIONS, Audience
from bot.engine.consent import Consent
from bot.engine.erasing import is_erased
from bot.engine.messages import OURS, Hold, Message, Timing
from bot.engine.people import Role
from bot.engine.quoting import without
from bot.engine.state import Chat

__all__ = ["EDITIONS", "Audience", "Showing", "Silence"]


class Silence(StrEnum):
    """Why what somebody said is not shown."""

    NONE = ""  # it is shown
    WITHDRAWN = "withdrawn"
    HELD = "held"
    ERASED = "erased"
    BLANKED = "blanked"  # its time is over
    LATE = "late"
    UNCHECKED = "unchecked"  # a check-in is required, and its author has not checked in
    OUT = "out"  # its author does not want to be in the transcript
    UNASKED = "unasked"  # its author has not agreed to the research edition
    UNNOTED = "unnoted"  # it came after what is handed out was noted


@dataclass(frozen=True, slots=True)
class Showing:
    """What an audience may be shown of a chat.

    `consents` has what people want who have checked in, by their keys; `withheld` lines that it
    may not be shown and that somebody quotes (`bot.store.quoting.withheld`).
    """

    chat: Chat
    audience: Audience
    consents: Mapping[str, Consent] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()

    def shows(self, person: str, role: str, timing: str, withdrawn: object, held: str) -> bool:
        """Whether what `person` (by their key) said may be shown; `held` is empty if it is not."""
        return not self.silence(person, role, timing, withdrawn, held)

    def silence(self, person: str, role: str, timing: str, withdrawn: object, held: str) -> Silence:
        """Say why what `person` (by their key) said is not shown; NONE: it is."""
        author = person.partition(":")[2]
        if withdrawn:
            return Silence.WITHDRAWN
        if is_erased(author):
            return Silence.ERASED
        if held:
            return Silence.HELD
        if role == Role.BOT and author == OURS:
            return Silence.NONE
        if self.chat.blanked is not None:
            return Silence.BLANKED
        if timing == Timing.LATE and not self.chat.agenda.keep_late:
            return Silence.LATE
        return self._unwanted(person, role)

    def _unwanted(self, person: str, role: str) -> Silence:
        wish = self.consents.get(person)
        if wish is None and self.chat.agenda.require_checkin and role != Role.MODERATOR:
            return Silence.UNCHECKED
        if self.audience is Audience.ROOM:
            return Silence.NONE
        if (wish or self.chat.agenda.consent) is Consent.OUT:
            return Silence.OUT
        if self.audience is Audience.RESEARCH and wish is None:
            return Silence.UNASKED
        return Silence.NONE

    def consent_of(self, person: str) -> Consent:
        """Return what somebody wants, or what holds for who has not said."""
        return self.consents.get(person, self.chat.agenda.consent)

    @property
    def hides_what_is_held_alone(self) -> bool:
        """Whether of what the store still has nothing is hidden but what is held back."""
        agenda = self.chat.agenda
        if self.audience is Audience.ROOM or self.chat.blanked is not None:
            return not agenda.require_checkin
        unwanted = agenda.require_checkin or agenda.consent is Consent.OUT
        wanted_out = Consent.OUT in self.consents.values()
        return self.audience is not Audience.RESEARCH and not unwanted and not wanted_out

    def withholds(
        self, person: str, role: str, timing: str, held: str, concerns: Collection[str]
    ) -> bool:
        """Whether what `person` (by their key) said is hidden, also where others quote it."""
        if self.audience is Audience.ROOM and _is_a_cry_alone(held, concerns):
            held = Hold.NONE
        return not self.shows(person, role, timing, None, held)

    def quoting(self, text: str, *, cut: bool = False) -> str:
        """Return a text that is shown without what it quotes of others that is not."""
        return without(text, self.withheld, cut=cut)

    def shown(self, message: Message) -> Message:
        """Return a message as it may be shown: without words and files where it may not."""
        person = message.author_key
        if self.shows(person, message.role, message.timing, message.withdrawn, message.held):
            return message._replace(text=self.quoting(message.text)) if self.withheld else message
        return message._replace(text="", attachments=())

    def standing(self, message: Message) -> Message:
        """Return a message as it stands in a room of Rounds' own."""
        is_a_cry_alone = _is_a_cry_alone(message.held, message.concerns)
        return self.unheld(message) if is_a_cry_alone else self.shown(message)

    def unheld(self, message: Message) -> Message:
        """Return a message as it would be shown were it not held back, for whoever reviews it."""
        return self.shown(message._replace(held=Hold.NONE))._replace(held=message.held)


def _is_a_cry_alone(held: str, concerns: Collection[str]) -> bool:
    """Whether nothing but what may be a cry for help holds a message; its name is the concern's."""
    return held == Hold.DISTRESS and {*concerns} <= {held}
