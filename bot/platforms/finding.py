"""What a look at a set-up found: one thing, where, and whether it is as it must be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    `what` names it as the platform does, `where` is the heading under which people look for it.
    `sentence` says how it is; where it is not `ok`, also what to do.
    """

    what: str
    where: str
    ok: bool
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, in the order of looking, and the address that invites the bot."""

    findings: tuple[Finding, ...]
    invitation: str = ""

    @property
    def wrong(self) -> int:
        """How many things are not as they must be."""
        return sum(not finding.ok for finding in self.findings)
