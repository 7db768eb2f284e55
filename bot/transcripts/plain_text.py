"""Writes what people typed as plain text, for excerpts."""

from __future__ import annotations

from collections.abc import Mapping

from bot.transcripts.clock import Clock


class PlainText:
    """A writer that leaves the mark-up out, and what somebody quotes."""

    def __init__(self, names: Mapping[str, str], clock: Clock) -> None:
        self._names = names
        self._clock = clock

    def plain(self, text: str) -> str:
        """Leave text as it is."""
        return text

    def styled(self, style: str, inner: str) -> str:  # noqa: ARG002
        """Leave the style out."""
        return inner

    def code(self, text: str) -> str:
        """Leave code as it is."""
        return text

    def block(self, text: str) -> str:
        """Leave code as it is."""
        return text

    def quote(self, inner: str) -> str:  # noqa: ARG002
        """Leave quotations out: an excerpt is of somebody's own words."""
        return " "

    def link(self, url: str, label: str) -> str:  # noqa: ARG002
        """Write what stands for the link."""
        return label

    def mention(self, person: str, label: str) -> str:
        """Write the person's name."""
        return f"@{self._names.get(person, label)}"

    def moment(self, at: int) -> str:
        """Write the time in the chat's zone."""
        return self._clock.long(at)
