"""Has a message looked at on its way in: the one place that asks `bot.safety`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.engine.agenda import Agenda
from bot.engine.concerning import DISTRESS
from bot.engine.signals import Deleted, Noticed, Speech
from bot.engine.state import Chat
from bot.safety import guard, rules
from bot.safety.words import Lexicon
from bot.store import checkins
from bot.store.tables import Tables


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
        seen = {finding.kind.name.lower() for finding in guard.look(signal.text)}
        if self.lexicon is not None and agenda.help_lines and self.lexicon.distress(signal.text):
            seen.add(DISTRESS)
        return tuple(sorted(seen))


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
