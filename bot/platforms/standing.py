"""How a platform outside of this process stands; the log is told of each change once."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.platforms.platform import Hindered, Unreachable

log = logging.getLogger(__name__)

UNREACHABLE = "it cannot be reached"


class Standing:
    """Whether a platform can be used, and whether everything that was said there is known.

    `trouble` says why nothing goes out while it cannot be used. `changed` is called when it comes
    to be connected or read, or when something was changed there. `connections` counts how often it
    came to be connected, or was told again what it had missed.
    """

    def __init__(self, platform: str, changed: Callable[[], None]) -> None:
        self._platform = platform
        self._changed = changed
        self._said = ""  # what the log has said of the trouble
        self.trouble = self.unconnected()
        self.is_connected = False
        self.is_current = False
        self.connections = 0

    def unconnected(self, why: str = "") -> Unreachable:
        """Return what those are told who want something done meanwhile."""
        reason = f" ({why})" if why else ""
        return Unreachable(f"{self._platform} is not connected{reason}.", logged=True)

    def _where(self) -> dict[str, str]:
        """Return the field of a log record about the platform."""
        return {"platform": self._platform.lower()}

    # ------------------------------------------------------------ the connection

    def connected(self) -> None:
        """Take note that actions can be performed."""
        self._said = ""
        self.is_connected = True
        self.connections += 1
        log.info("%s is connected.", self._platform, extra=self._where())
        self._changed()

    def disconnected(self) -> None:
        """Take note that nothing can be performed any more."""
        self.is_connected = self.is_current = False
        self.trouble = self.unconnected()

    def refused(self, sentence: str) -> None:
        """Take note that the platform lets nobody in until somebody changes something."""
        self.trouble = Hindered(sentence, logged=True)
        if self._said != sentence:
            told = sentence[:1].upper() + sentence[1:]
            log.error("%s It is tried again every minute.", told, extra=self._where())
            self._said = sentence

    def failed(self, failure: Exception) -> None:
        """Take note that no connection came about, or that it broke off."""
        why = str(failure) if isinstance(failure, Unreachable) else type(failure).__name__
        why = why.rstrip(".")
        self.trouble = self.unconnected(why)
        if self._said != UNREACHABLE:
            log.warning(
                "%s cannot be reached (%s); it is tried until it can be.",
                self._platform,
                why,
                extra=self._where(),
            )
            self._said = UNREACHABLE

    # ------------------------------------------------------------ what was said there

    def read(self, found: int, deleted: int) -> None:
        """Take note that everything that was said is known: so many were found, and deleted."""
        self.is_current = True
        if found or deleted:
            log.info(
                "%s was read back: %d found there, %d deleted there.",
                self._platform,
                found,
                deleted,
            )
        self._changed()

    def cut(self) -> None:
        """Take note that what is said may be missed for now."""
        self.is_current = False

    def resumed(self) -> None:
        """Take note that it was told what could not be told meanwhile."""
        self.connections += 1
        self.is_current = True
        self._changed()

    def announced(self) -> None:
        """Take note that something was changed that may have been in the way."""
        self._changed()
