"""What of a chat's messages may be shown: every text goes through here on its way out."""

from __future__ import annotations

from bot.engine.erasing import is_erased
from bot.engine.messages import Timing
from bot.engine.people import Role
from bot.engine.state import Chat
from bot.store.spoken import Spoken

_ON_TIME, _LATE = Timing.ON_TIME.value, Timing.LATE.value  # plain strings compare faster
_BOT = Role.BOT.value


class Edition:
    """The one gate between the store and every format.

    The store blanks withdrawn texts, late ones that the agenda does not keep, those of who was
    erased, and all when their time is over; the gate holds them back also where a row were to
    hold one still. That there were files, which counts, is all that is kept of files removed.
    """

    def __init__(self, chat: Chat) -> None:
        self._blanked = chat.blanked is not None
        self._keeps_late = chat.agenda.keep_late

    def shown(self, line: Spoken) -> Spoken:
        """Return a message as it may be shown: what may not be is empty."""
        removed = is_erased(line.author) or (self._blanked and line.role != _BOT)
        if removed:
            line = line._replace(text="", files="")
        if line.timing == _ON_TIME and not line.withdrawn and not line.parent_text:
            return line
        text = self.shown_text(line.text, line.timing, line.withdrawn)
        files = self.shown_text(line.files, line.timing, line.withdrawn)
        quoted = line.parent_text and self.shown_text(
            line.parent_text, line.parent_timing or "", line.parent_withdrawn
        )
        if (text, files, quoted) == (line.text, line.files, line.parent_text):
            return line
        return line._replace(text=text, files=files, parent_text=quoted)

    def shown_text(self, text: str, timing: str, withdrawn: object) -> str:
        """Return a text as it may be shown, empty where it may not; so too a row's files."""
        if withdrawn or (timing == _LATE and not self._keeps_late):
            return ""
        return text
