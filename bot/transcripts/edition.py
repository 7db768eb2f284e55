"""What of a chat's messages may be shown: every text goes through here on its way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.erasing import SIGN
from bot.engine.messages import Timing
from bot.engine.showing import Audience, Showing, Silence
from bot.engine.state import Chat
from bot.store import checkins, quoting
from bot.store.figures import Counts
from bot.store.publications import Fact
from bot.store.spoken import BEGINNING_OF_TEXT, Remarkable, Spoken
from bot.store.tables import Tables

_ON_TIME = Timing.ON_TIME.value  # plain strings compare faster
_QUOTES = "\n\nMost answered "
"""Behind this a closing post quotes a chat's other rooms (`bot.engine.closing`)."""


async def showing_of(
    tables: Tables, chat: Chat, audience: Audience, texts: Iterable[str] | None = None
) -> Showing:
    """Return what an audience may be shown of a chat, as people want it now.

    `texts` are all that will be shown, so that no others are looked through for quotations.
    """
    showing = Showing(chat, audience, await checkins.consents(tables.connection, chat.series))
    withheld = await quoting.withheld(tables.connection, showing, texts)
    return replace(showing, withheld=withheld) if withheld else showing


NOTHING_SAID: Mapping[str, CheckIn] = MappingProxyType({})
"""What people said of themselves where nobody checked in."""


class Stated(NamedTuple):
    """What somebody said of themselves, as it stands beside their name; empty: not stated."""

    role: str
    interest: str


class Edition:
    """The one gate between the store and every format; as it is, it is the organizers'.

    The store blanks withdrawn texts, late ones that the agenda does not keep, those of who was
    erased, and all when their time is over; the gate holds them back also where a row were to
    hold one still. That there were files, which counts, is all that is kept of files removed.
    What a closing post quotes of other rooms stands in the messages themselves, and is left out;
    so is what people quote of words that the edition does not have.
    """

    def __init__(self, showing: Showing, said: Mapping[str, CheckIn] = NOTHING_SAID) -> None:
        self._showing = showing
        self._said = NOTHING_SAID if showing.chat.blanked else said
        self._called = {person: one.name for person, one in self._said.items() if one.name}
        self.chat = showing.chat
        """The chat as the edition shows it."""
        agenda = showing.chat.agenda
        wanted = showing.consents or agenda.require_checkin or agenda.consent is Consent.OUT
        for_all = showing.audience is not Audience.RESEARCH and not wanted
        self._shows_all = for_all and showing.chat.blanked is None
        self._closings = {f"{post.room}/{post.ref}" for post in showing.chat.closings.values()}

    @property
    def audience(self) -> Audience:
        """For whom it is."""
        return self._showing.audience

    def lines(self, rows: Iterable[Spoken]) -> list[Spoken]:
        """Return the lines that stand for rows, as they may be shown."""
        if self._closings or self._showing.withheld:
            rows = map(self._without_quotes, rows)
        shown = map(self.shown, rows)
        return list(map(self._with_names, shown) if self._called else shown)

    def shown(self, line: Spoken) -> Spoken:
        """Return a message as it may be shown: what may not be is empty, and `held` says why."""
        if (
            self._shows_all
            and line.timing == _ON_TIME
            and not line.withdrawn
            and not line.held
            and line.author[:1] != SIGN
            and (
                not line.parent_text
                or (
                    line.parent_timing == _ON_TIME
                    and not line.parent_withdrawn
                    and not line.parent_held
                    and (line.parent_author or SIGN)[:1] != SIGN
                )
            )
        ):
            return line
        why = self.silence(line)
        quoted = line.parent_text if line.parent_text and self._shows_parent(line) else ""
        if not why and (quoted or not line.parent_text):
            return line
        line = line._replace(parent_text=line.parent_text and quoted)
        if not why:
            return line
        held = line.held if why is Silence.HELD else why.value if why in _HELD_BACK else ""
        return line._replace(text="", files="", held=held)

    def shows(self, row: Spoken | Remarkable | Fact) -> bool:
        """Whether what a row says may be shown."""
        return not self.silence(row)

    def silence(self, row: Spoken | Remarkable | Fact) -> Silence:
        """Say why what a row says is not shown; NONE: it is."""
        if (
            self._shows_all
            and row.timing == _ON_TIME
            and not row.withdrawn
            and not row.held
            and row.author[:1] != SIGN
        ):
            return Silence.NONE
        person = f"{row.room.partition(':')[0]}:{row.author}"
        return self._showing.silence(person, row.role, row.timing, row.withdrawn, row.held)

    def shown_text(self, row: Spoken | Remarkable) -> str:
        """Return a row's text as it may be shown, empty where it may not."""
        return self._showing.quoting(row.text) if self.shows(row) else ""

    def name_of(self, row: Spoken | Remarkable) -> str:
        """Return what the author of a row is called."""
        return self.named(f"{row.room.partition(':')[0]}:{row.author}", row.name)

    def named(self, person: str, name: str) -> str:
        """Return what somebody (by their key) is called: as they checked in, else as they wrote."""
        return self._called.get(person, name)

    def _with_names(self, line: Spoken) -> Spoken:
        platform = line.room.partition(":")[0]
        name = self._called.get(f"{platform}:{line.author}")
        if name is not None:
            line = line._replace(name=name)
        if line.parent_author is not None:
            name = self._called.get(f"{platform}:{line.parent_author}")
            line = line if name is None else line._replace(parent_name=name)
        return line

    def person_of(self, line: Spoken) -> str:
        """Return the key of the author of a line of the latest batch."""
        return f"{line.room.partition(':')[0]}:{line.author}"

    def stated(self, line: Spoken) -> Stated | None:
        """Return what stands beside the name of a line's author; None: nothing."""
        said = self._said.get(self.person_of(line)) if self._said else None
        if said is None or said.consent is Consent.OUT:
            return None
        return self._stated(line, said)

    def _stated(self, _line: Spoken, said: CheckIn) -> Stated | None:
        return Stated(said.role, said.interest)

    @property
    def is_stated(self) -> bool:
        """Whether anything stands beside anybody's name."""
        return bool(self._said)

    def key_of(self, line: Spoken) -> str:
        """Return the key in the store of a line."""
        return line.key

    def keys_of(self, lines: Iterable[Spoken]) -> dict[str, str]:
        """Return the keys of lines that were not withdrawn, by those in the store."""
        return {line.key: line.key for line in lines if not line.withdrawn}

    def moment(self, at: datetime) -> datetime:
        """Return a moment as the edition tells it."""
        return at

    def emoji(self, name: str) -> str:
        """Return an emoji as the edition writes it."""
        return name

    def counted(self, counts: Counts) -> Counts:
        """Return the chat's counts with the names that the edition has for its rooms."""
        return counts

    def _without_quotes(self, row: Spoken) -> Spoken:
        if row.key in self._closings:
            row = row._replace(text=row.text.partition(_QUOTES)[0])
        if row.parent in self._closings and row.parent_text:
            row = row._replace(parent_text=row.parent_text.partition(_QUOTES)[0])
        if not self._showing.withheld:
            return row
        quoted = row.parent_text and self._beginning(row.parent_text)
        return row._replace(text=self._showing.quoting(row.text), parent_text=quoted)

    def _beginning(self, text: str) -> str:
        """Return the beginning of a text without quotations; half a word may end what is cut."""
        cut = len(text) >= BEGINNING_OF_TEXT
        whole = text.rpartition(" ")[0] if cut else text
        after = self._showing.quoting(whole, cut=cut)
        return text if after == whole else after

    def _shows_parent(self, line: Spoken) -> bool:
        person = f"{line.room.partition(':')[0]}:{line.parent_author}"
        return self._showing.shows(
            person,
            line.parent_role or "",
            line.parent_timing or "",
            line.parent_withdrawn,
            line.parent_held or "",
        )


_HELD_BACK = (Silence.OUT, Silence.UNCHECKED, Silence.UNASKED)
"""Silences that a line's `held` names, beside the reasons of a hold itself."""
