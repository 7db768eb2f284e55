"""The series of a folder of agendas, read again when a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.agendas.agenda import agendas_in, read_agenda
from bot.agendas.mistakes import START, AgendaMistakes, Mistake
from bot.engine.agenda import Series, agendas_of, people_lists


class Catalogue:
    """What a folder of agendas holds. A file that became wrong keeps its last right reading."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._series: dict[str, Series] = {}
        self._unreadable: frozenset[str] = frozenset()
        self._seen: dict[Path, tuple[int, int]] | None = {}  # None: the folder could not be read

    def series(self) -> Mapping[str, Series]:
        """Return the series by name."""
        return self._series

    def slack_groups(self) -> frozenset[str]:
        """Return the ids of Slack's user groups that agendas name among people."""
        lists = (listed for one in agendas_of(self._series) for listed in people_lists(one))
        names = (name for listed in lists for name in listed.get("slack", ()))
        return frozenset(n.removeprefix("group:") for n in names if n.startswith("group:"))

    def unreadable(self) -> frozenset[str]:
        """Return the names of files that are wrong and have no right reading yet."""
        return self._unreadable

    def refresh(self) -> list[Mistake] | None:
        """Read what has changed since last time.

        Returns None where nothing has, else every mistake of the files that were read. A folder
        that cannot be read is told of once: what was read of it is kept.
        """
        try:
            found = {path: _fingerprint(path) for path in agendas_in(self._folder)}
        except OSError as error:
            return self._lose_folder(error.strerror)
        if found == self._seen:
            return None
        mistakes: list[Mistake] = []
        kept = {path.stem for path in found}
        series = {name: one for name, one in self._series.items() if name in kept}
        unreadable = self._unreadable & kept
        for path, fingerprint in found.items():
            if self._seen is not None and self._seen.get(path) == fingerprint:
                continue
            try:
                series[path.stem] = read_agenda(path)
                unreadable -= {path.stem}
            except AgendaMistakes as wrong:
                mistakes += wrong.mistakes
                if path.stem not in series:
                    unreadable |= {path.stem}
        self._series, self._unreadable, self._seen = series, unreadable, found
        return mistakes

    def _lose_folder(self, reason: str | None) -> list[Mistake] | None:
        if self._seen is None:
            return None
        self._seen = None
        words = (
            f"The folder of agendas cannot be read: {reason}. What was read of it before still "
            "holds."
        )
        return [Mistake(str(self._folder), START.line, START.column, words)]


def _fingerprint(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
