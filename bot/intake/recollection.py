"""What is remembered of what each person said a moment ago; a restart forgets it.

A transaction sees what earlier ones remember, and what it adds itself; where it fails, that is
forgotten.
"""

from __future__ import annotations

from bot.engine import signals
from bot.engine.erasing import is_erased
from bot.engine.messages import Message
from bot.engine.state import Chat
from bot.intake.watch import Lookout
from bot.safety.conduct import Recent

MOST = 5_000
"""People, each in each chat, of whom something is remembered: those who spoke last."""

Whose = tuple[str, str]
"""A chat's id and a person's key."""


class Recollection:
    """Remembers of at most MOST people. `begun` returns one for a transaction, `keep` takes it."""

    def __init__(self, before: dict[Whose, Recent] | None = None) -> None:
        self._known: dict[Whose, Recent] = {} if before is None else before
        self._new: dict[Whose, Recent] = {}

    def begun(self) -> Recollection:
        """Return what a transaction sees, and adds to."""
        return Recollection(self._known)

    def of(self, whose: Whose) -> Recent:
        """Return what is remembered of somebody in a chat."""
        return self._new.get(whose) or self._known.get(whose) or Recent()

    def put(self, whose: Whose, recent: Recent) -> None:
        """Remember this of somebody in a chat, for the length of the transaction."""
        self._new.pop(whose, None)
        self._new[whose] = recent

    def look(
        self,
        lookout: Lookout,
        chat: Chat,
        known: Message | None,
        heard: Message,
        signal: signals.Speech,
    ) -> signals.Breached | None:
        """Have a message looked at with what its author said before; None: it breaches nothing.

        `known` is its row until now, `heard` the one that it has because of `signal`.
        """
        if isinstance(signal, signals.Deleted):
            return None
        whose = chat.id, heard.author_key
        before = self.of(whose)
        now, rules = lookout.breaches(signal, known, chat.agenda, before)
        if now is not before:
            self.put(whose, now)
        if not rules or heard.withdrawn or is_erased(heard.author):
            return None
        about = (heard.room, heard.key, heard.author, heard.thread)
        return signals.Breached(signal.at, *about, rules)

    def keep(self, ended: Recollection) -> None:
        """Remember what a transaction has added that was committed."""
        for whose, recent in ended._new.items():
            self._known.pop(whose, None)
            self._known[whose] = recent
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
