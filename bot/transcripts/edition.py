"""What of a chat's messages may be shown: every text goes through here on its way out."""

from __future__ import annotations

from bot.engine.consent import Consent
from bot.engine.messages import Timing
from bot.engine.showing import Audience, Showing
from bot.engine.state import Chat
from bot.store import checkins
from bot.store.spoken import Remarkable, Spoken
from bot.store.tables import Tables

_ON_TIME = Timing.ON_TIME.value  # plain strings compare faster


async def showing_of(tables: Tables, chat: Chat, audience: Audience) -> Showing:
    """Return what an audience may be shown of a chat, as people want it now."""
    return Showing(chat, audience, await checkins.consents(tables.connection, chat.series))


class Edition:
    """The one gate between the store and every format.

    The store blanks withdrawn texts, late ones that the agenda does not keep, those of who was
    erased, and all when their time is over; the gate holds them back also where a row were to
    hold one still. That there were files, which counts, is all that is kept of files removed.
    """

    def __init__(self, showing: Showing) -> None:
        self._showing = showing
        agenda = showing.chat.agenda
        wanted = showing.consents or agenda.require_checkin or agenda.consent is Consent.OUT
        for_all = showing.audience is not Audience.RESEARCH and not wanted
        self._shows_all = for_all and showing.chat.blanked is None

    def shown(self, line: Spoken) -> Spoken:
        """Return a message as it may be shown: what may not be is empty."""
        if (
            self._shows_all
            and line.timing == _ON_TIME
            and not line.withdrawn
            and not line.held
            and not line.parent_text
            and line.author[:1] != "#"
        ):
            return line
        shows = self.shows(line)
        quoted = line.parent_text if line.parent_text and self._shows_parent(line) else ""
        if shows and (quoted or not line.parent_text):
            return line
        text, files = (line.text, line.files) if shows else ("", "")
        return line._replace(text=text, files=files, parent_text=line.parent_text and quoted)

    def shows(self, row: Spoken | Remarkable) -> bool:
        """Whether what a row says may be shown."""
        person = f"{row.room.partition(':')[0]}:{row.author}"
        return self._showing.shows(person, row.role, row.timing, row.withdrawn, row.held)

    def shown_text(self, row: Spoken | Remarkable) -> str:
        """Return a row's text as it may be shown, empty where it may not."""
        return row.text if self.shows(row) else ""

    def _shows_parent(self, line: Spoken) -> bool:
        person = f"{line.room.partition(':')[0]}:{line.parent_author}"
        return self._showing.shows(
            person,
            line.parent_role or "",
            line.parent_timing or "",
            line.parent_withdrawn,
            line.parent_held or "",
        )
