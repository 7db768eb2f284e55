"""Agendas: from the YAML that an organizer wrote to a series, with every mistake and its place."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from bot.agendas.form_filling import fill
from bot.agendas.making import Making
from bot.agendas.mistakes import START, AgendaMistakes, Flaw, Mistake, shown
from bot.agendas.yaml_tree import LARGEST, Broken, Mapping, read_tree
from bot.engine.agenda import Series

_SERIES_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def parse_agenda(source: bytes | str, file: str, now: datetime | None = None) -> Series:
    """Make a series of the text of an agenda; `file` is its path, and names the series.

    With `now` (aware) a recurrence whose coming year meets a wall time that does not exist is a
    mistake too. Raises AgendaMistakes with all mistakes of the file, in the order of its lines.
    """
    name, flaws = _series_name(Path(file).name)
    tree = read_tree(source)
    flaws += tree.flaws
    if isinstance(tree.root, Mapping):
        form, unfit = fill(tree.root)
        making = Making(form, tree.root, name, now)
        series = making.series()
        flaws += [*unfit, *making.flaws]
        if not flaws:
            return series
    elif tree.root is None and not tree.flaws:
        flaws.append(Flaw(START, f"The file is empty. {_COPY}"))
    elif tree.root is not None and not isinstance(tree.root, Broken):
        flaws.append(Flaw(START, f"An agenda is made of lines like title: My chat. {_COPY}"))
    raise AgendaMistakes(Mistake(file, *_at(flaw), flaw.text) for flaw in sorted(set(flaws)))


def read_agenda(path: Path, now: datetime | None = None) -> Series:
    """Make a series of a file; see `parse_agenda`.

    Raises AgendaMistakes also where the file is missing or cannot be read.
    """
    try:
        if not path.is_file():
            raise _of_file(path, _WHAT_IT_IS[path.is_dir(), path.exists()])
        with path.open("rb") as file:
            source = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be used"
        raise _of_file(path, f"The file cannot be read: {reason}.") from None
    return parse_agenda(source, str(path), now)


def agendas_in(folder: Path) -> list[Path]:
    """Return the files of a folder that are agendas, or meant to be: those in `.yml` are misnamed.

    Raises OSError where the folder cannot be read.
    """
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
    )


def load_chats(folder: Path, now: datetime | None = None) -> tuple[list[Series], list[Mistake]]:
    """Read every agenda of a folder, by name; return the series and all mistakes."""
    series: list[Series] = []
    mistakes: list[Mistake] = []
    try:
        found = agendas_in(folder)
    except OSError as error:
        words = f"The folder of agendas cannot be read: {error.strerror}. Name another: --chats DIR"
        return [], [Mistake(str(folder), START.line, START.column, words)]
    for path in found:
        try:
            series.append(read_agenda(path, now))
        except AgendaMistakes as wrong:
            mistakes += wrong.mistakes
    if not series and not mistakes:
        words = f"There is no agenda in this folder. {_COPY}"
        mistakes.append(Mistake(str(folder), START.line, START.column, words))
    return series, mistakes


_COPY = "Begin with a copy of one of the agendas that come with Rounds, such as chats/demo.yaml."

_WHAT_IT_IS = {
    (True, True): "This is a folder. Name a file that ends in .yaml.",
    (False, True): "This is no ordinary file. Name a file that ends in .yaml.",
    (False, False): "There is no such file or folder. Check its name.",
}


def _series_name(file: str) -> tuple[str, list[Flaw]]:
    """Return the name that a file gives its series, and a flaw if it cannot be one."""
    name = file.removesuffix(".yaml")
    if name != file and _SERIES_NAME.fullmatch(name):
        return name, []
    stem = file.rpartition(".")[0] or file
    like = re.sub(r"[^a-z0-9_-]+", "-", stem.lower()).strip("-_")[:64] or "journal-club"
    words = (
        f"{shown(file)} cannot name a series, whose chats are called like {like}-2026-12-07. Use "
        f"lower-case letters, digits and dashes, and the ending .yaml: rename it to {like}.yaml"
    )
    return name, [Flaw(START, words)]


def _of_file(path: Path, text: str) -> AgendaMistakes:
    return AgendaMistakes([Mistake(str(path), START.line, START.column, text)])


def _at(flaw: Flaw) -> tuple[int, int]:
    return flaw.at.line, flaw.at.column
