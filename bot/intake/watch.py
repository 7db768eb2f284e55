"""Has a message looked at on its way in: the one place that asks `bot.safety`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.engine.agenda import Agenda
from bot.engine.commands import AddTopic, Ask
from bot.engine.concerning import DISTRESS
from bot.engine.messages import Message
from bot.engine.people import Role, role_in
from bot.engine.signals import Deleted, Edited, Noticed, Said, Speech
from bot.engine.state import Chat
from bot.safety import conduct, guard, rules
from bot.safety.conduct import Recent
from bot.safety.words import Lexicon
from bot.store import checkins
from bot.store.tables import Tables

MOST_FILES = 20
"""Files of a message whose names are looked at; Discord and Slack send at most ten at once."""

_TITLE = re.compile(r"(?i)\s*(?:mrs|mr|ms|miss)\b\.?")
"""What people write before their own names, and others before those of patients."""

_NO_TIME = datetime.min.replace(tzinfo=UTC)
"""A wording is looked at by itself; when it was written decides nothing."""

_TAKEN = re.compile(r"\b20[0-9]{2}(?:-[0-9]{2}){2} [a-z]{1,4} [0-9]{1,2}(?:[.][0-9]{2}){2}\b")
"""The moment that telephones write into a file's name, which reads like a number to call."""


@dataclass(frozen=True, slots=True)
class Lookout:
    """Looks at what people write; without a `lexicon` it looks for nothing but patients."""

    lexicon: Lexicon | None = None

    def concerns(self, signal: Speech, agenda: Agenda) -> tuple[str, ...]:
        """Return what is seen in the wording that a signal brings, each kind once, in order.

        These are names of `bot.safety.findings.Kind` in small letters, and DISTRESS where its
        author may be in danger. That is looked for only where the agenda has help lines: nobody
        is told that somebody saw it who cannot be told where help is.
        """
        if isinstance(signal, Deleted):
            return ()
        seen = _kinds(signal.text, *map(_spelled_out, _names_of_files(signal)))
        if self.lexicon is not None and agenda.help_lines and self.lexicon.distress(signal.text):
            seen.add(DISTRESS)
        return tuple(sorted(seen))

    def asked(self, ask: Ask) -> Ask:
        """Return what a moderator asks for with what is seen in the words that it would post."""
        return (
            replace(ask, concerns=tuple(sorted(_kinds(ask.text))))
            if isinstance(ask, AddTopic)
            else ask
        )

    def beside_names(
        self, words: str, agenda: Agenda | None, *, is_name: bool = False
    ) -> tuple[str, ...]:
        """Return what is seen in words that are to stand beside names in transcripts.

        These are kinds of findings, as of a message, and the rules of `bot.engine.conduct` that a
        wording breaches, as the agenda of the chat has them. What `is_name` may begin with Mrs.
        """
        read = _TITLE.sub("", words) if is_name else words
        seen = _kinds(read)
        if self.lexicon is not None:
            blocked, allowed = (agenda.blocked_domains, agenda.allow_words) if agenda else ((), ())
            saying = conduct.Saying(_NO_TIME, words, blocked_domains=blocked, allow_words=allowed)
            seen |= {one.name.lower() for one in conduct.wording(saying, self.lexicon)}
        return tuple(sorted(seen))

    def breaches(
        self, signal: Said | Edited, known: Message | None, agenda: Agenda, recent: Recent
    ) -> tuple[Recent, tuple[str, ...]]:
        """Return what is remembered of a person now, and the rules of conduct that they breach.

        `known` is the message's row until now. The rules are those of `bot.engine.conduct`.
        Nothing is seen in what moderators and bots say, in what is known already, and without a
        lexicon. An edit breaches by its words alone.
        """
        if self.lexicon is None:
            return recent, ()
        is_said = known is not None and known.said
        if isinstance(signal, Said):
            if is_said or role_in(agenda, signal.author) in _UNWATCHED:
                return recent, ()
            saying = _saying(signal, agenda, signal.author.since)
            recent, seen = conduct.watch(recent, saying, self.lexicon)
        else:
            if known is None or not is_said or known.role in _UNWATCHED:
                return recent, ()
            if known.text == signal.text or (known.worded_at or known.at) >= signal.at:
                return recent, ()
            seen = conduct.wording(_saying(signal, agenda, None), self.lexicon)
        return recent, tuple(breach.name.lower() for breach in seen)


def _kinds(*texts: str) -> set[str]:
    """Return the kinds of what the guard finds in texts."""
    return {finding.kind.name.lower() for text in texts for finding in guard.look(text)}


def _names_of_files(signal: Said | Edited) -> list[str]:
    """Return what files are called: it stands in transcripts beside the words."""
    return [file.name for file in signal.attachments[:MOST_FILES]]


def _spelled_out(name: str) -> str:
    """Return a file's name as words, without the moment at which it was made."""
    return _TAKEN.sub(" ", name.replace("_", " "))


def _saying(signal: Said | Edited, agenda: Agenda, since: datetime | None) -> conduct.Saying:
    return conduct.Saying(
        signal.at,
        signal.text,
        attachments=len(signal.attachments),
        account_since=since,
        blocked_domains=agenda.blocked_domains,
        allow_words=agenda.allow_words,
    )


_UNWATCHED = (Role.MODERATOR, Role.BOT)


async def with_country(tables: Tables, chat: Chat, seen: Noticed) -> Noticed:
    """Return what was seen with the country of who may be in danger, where they have told it."""
    if DISTRESS not in seen.concerns:
        return seen
    key = f"{seen.room.platform}:{seen.person}"
    said = await checkins.of(tables.connection, chat.series, key)
    return replace(seen, country=said.country) if said else seen


PATIENTS_ALONE = Lookout()
"""Looks for nothing but patients."""


def lookout() -> Lookout:
    """Return what looks for everything, by the rules that come with Rounds; it takes a while.

    Raises RuleMistake.
    """
    return Lookout(Lexicon(rules.load()))
