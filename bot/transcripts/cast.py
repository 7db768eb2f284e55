"""Who stands in a file under which name: pseudonyms, stable within the file and not across files.

1.  Pseudonyms are numbers in the order of a hash of each person's key with the file's own salt, so
    that neither who spoke first nor a pseudonym of another file tells who somebody is.
2.  People who are shown by name have a number of the same sequence, which stands for their id.
3.  Whoever does not want to be in the transcript, and whoever has not agreed to rules that they
    must agree to, has neither name nor number; nor has somebody who is mentioned and never wrote,
    unless people are shown by name where nothing else is said.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.erasing import is_erased
from bot.engine.messages import OURS
from bot.engine.people import Role
from bot.engine.showing import Audience, Showing
from bot.engine.state import Chat
from bot.store.publications import Someone
from bot.transcripts.names_in_text import LEFT_OUT, NamesInText
from bot.transcripts.spelling import every_folding


class Cast:
    """The people of one file; without a `salt` nobody has a pseudonym, and names are left out.

    `called` are further names of those who checked in, by their keys: to be hidden, shown nowhere.
    """

    def __init__(
        self,
        showing: Showing,
        people: Sequence[Someone],
        checkins: Mapping[str, CheckIn],
        salt: bytes | None,
        called: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self._showing = showing
        self._checkins = checkins
        roles: dict[str, str] = {}
        names: dict[str, dict[str, None]] = {}
        for one in people:
            author = one.person.partition(":")[2]
            if (one.role == Role.BOT and author == OURS) or is_erased(author):
                continue
            roles.setdefault(one.person, one.role)
            names.setdefault(one.person, {})[one.name] = None
        for person, said in checkins.items():
            names.setdefault(person, {})[said.name] = None
            names[person].update(dict.fromkeys(called.get(person, ())))
        self._roles = roles
        self._latest = {person: next(iter(names[person])) for person in roles}
        present = [person for person in roles if self._wish(person) is not Consent.OUT]
        if salt is None:
            present = []
        present.sort(key=lambda one: hashlib.blake2s(one.encode(), key=salt or b"").digest())
        self._numbers = {person: number for number, person in enumerate(present, 1)}
        self.is_named = functools.lru_cache(4096)(self._is_named)
        """Whether somebody, by their key, is shown by name."""
        self.pseudonyms = sum(not self.is_named(person) for person in present)
        """How many people are shown by a pseudonym."""
        self.names = NamesInText(
            hidden=self._hidden(names),
            shown=[name for person in names if self.is_named(person) for name in names[person]],
            spared=spared(showing.chat),
        )

    def _hidden(self, names: Mapping[str, Mapping[str, None]]) -> Iterator[tuple[str, str]]:
        for person, theirs in names.items():
            if not self.is_named(person):
                yield from ((name, self.pseudonym(person)) for name in theirs if name)

    def _wish(self, person: str) -> Consent:
        showing = self._showing
        role = self._roles.get(person, "")
        must = showing.chat.agenda.require_checkin and role != Role.MODERATOR
        if must and person not in showing.consents:
            return Consent.OUT
        return showing.consent_of(person)

    def _is_named(self, person: str) -> bool:
        public = self._showing.audience is Audience.PUBLIC
        return public and self._wish(person) is Consent.NAMED

    def number(self, person: str) -> str:
        """Return what stands for somebody's id; empty for who is not there."""
        number = self._numbers.get(person)
        return "" if number is None else str(number)

    def pseudonym(self, person: str) -> str:
        """Return what somebody is called who is not shown by name."""
        number = self._numbers.get(person)
        if number is None:
            return LEFT_OUT
        word = "Moderator" if self._roles.get(person) == Role.MODERATOR else "Participant"
        return f"{word} {number}"

    def name(self, person: str, name: str) -> str:
        """Return what somebody is called who had this name when they wrote."""
        if not self.is_named(person):
            return self.pseudonym(person)
        said = self._checkins.get(person)
        return (said.name if said else "") or name

    def mentioned(self, person: str, label: str) -> str:
        """Return what stands for a mention of somebody; `label` is how the platform named them."""
        if not self.is_named(person):
            return self.pseudonym(person)
        known = self.name(person, self._latest.get(person, "")) or label
        return known.replace("<", "‹").replace(">", "›") or LEFT_OUT


def spared(chat: Chat) -> set[str]:
    """Return the words of what the organizers wrote, which stand in every edition."""
    agenda = chat.agenda
    written = [agenda.title, agenda.hashtag, *(topic.ask for topic in chat.topics)]
    if agenda.reading is not None:
        written += [agenda.reading.citation, *agenda.reading.authors]
    return {word for text in written for word in every_folding(text or "")}
