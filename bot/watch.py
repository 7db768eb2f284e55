"""Has a message looked at on its way in: the one place that asks `bot.safety`."""

from __future__ import annotations

from bot.engine.signals import Deleted, Speech
from bot.safety import guard


def concerns(signal: Speech) -> tuple[str, ...]:
    """Return what is seen in the wording that a signal brings, each kind once, in a fixed order.

    These are names of `bot.safety.findings.Kind` in small letters.
    """
    if isinstance(signal, Deleted):
        return ()
    return tuple(sorted({finding.kind.name.lower() for finding in guard.look(signal.text)}))
