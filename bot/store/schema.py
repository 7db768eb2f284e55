"""The numbered migrations: what brings a database of any earlier version up to date."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bot.store.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"


class Step(NamedTuple):
    """A migration: the version that it leads to, and its statements."""

    version: int
    statements: tuple[str, ...]


def newest() -> int:
    """Return the version that this Rounds writes."""
    return len(_files())


def steps_from(version: int, where: str) -> list[Step]:
    """Return what a database of this version still needs, in order.

    Raises StoreError where it is newer than this Rounds; `where` names it.
    """
    files = _files()
    if version > len(files):
        raise StoreError(
            f"{where} was written by a newer version of Rounds (schema {version}, "
            f"this one knows {len(files)}). Install the newer version."
        )
    return [
        Step(number, tuple(filter(_does_something, file.read_text("utf-8").split(";\n"))))
        for number, file in enumerate(files[version:], version + 1)
    ]


def _files() -> list[Path]:
    return sorted(MIGRATIONS.glob("*.sql"))


def _does_something(statement: str) -> bool:
    lines = (line.strip() for line in statement.splitlines())
    return any(line and not line.startswith("--") for line in lines)
