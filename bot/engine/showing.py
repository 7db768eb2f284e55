"""What may be shown of what people said: every text goes through here on its way out.

1.  Nothing is shown of what was withdrawn or deleted, of what is held back (`bot.engine.holds`),
    of who was erased, of a chat whose time is over, and of what came late where the agenda does
    not keep it.
2.  Where the agenda requires a check-in, what those say who have not agreed to its rules is held
    back too, but for moderators.
3.  Who does not want to be in the transcript is in none: their messages count, what they say is
    in no edition. Where nobody has said what they want, the agenda's `consent` holds.
4.  The research edition has the words of those alone who have said so themselves.
5.  The room itself shows what is said in it, whatever is wanted of transcripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.engine.consent import Consent
from bot.engine.erasing import is_erased
from bot.engine.messages import OURS, Message, Timing
from bot.engine.people import Role
from bot.engine.state import Chat


class Audience(StrEnum):
    """For whom something is made."""

    ROOM = "room"
    ORGANIZERS = "organizers"
    PUBLIC = "public"
    RESEARCH = "research"


@dataclass(frozen=True, slots=True)
class Showing:
    """What an audience may be shown of a chat.

    `consents` has what people want who have checked in, by their keys.
    """

    chat: Chat
    audience: Audience
    consents: Mapping[str, Consent] = field(default_factory=dict)

    def shows(self, person: str, role: str, timing: str, withdrawn: object, held: str) -> bool:
        """Whether what `person` (by their key) said may be shown; `held` is empty if it is not."""
        author = person.partition(":")[2]
        if withdrawn or held:
            return False
        if role == Role.BOT and author == OURS:
            return True
        if is_erased(author) or self.chat.blanked is not None:
            return False
        if timing == Timing.LATE and not self.chat.agenda.keep_late:
            return False
        return self._wanted(person, role)

    def _wanted(self, person: str, role: str) -> bool:
        wish = self.consents.get(person)
        if wish is None and self.chat.agenda.require_checkin and role != Role.MODERATOR:
            return False
        if self.audience is Audience.ROOM:
            return True
        if self.audience is Audience.RESEARCH and wish is None:
            return False
        return (wish or self.chat.agenda.consent) is not Consent.OUT

    def consent_of(self, person: str) -> Consent:
        """Return what somebody wants, or what holds for who has not said."""
        return self.consents.get(person, self.chat.agenda.consent)

    def shown(self, message: Message) -> Message:
        """Return a message as it may be shown: without words and files where it may not."""
        person = f"{message.room.platform}:{message.author}"
        if self.shows(person, message.role, message.timing, message.withdrawn, message.held):
            return message
        return message._replace(text="", attachments=())
