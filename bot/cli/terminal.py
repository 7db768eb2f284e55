"""What a terminal shows: lines that cannot drive it, and progress where somebody looks on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot.agendas.mistakes import printable


def say(line: str) -> None:
    """Print a line on standard output at once, whole, without colours."""
    print(printable(line), flush=True)  # noqa: T201  the one place that prints


def complain(line: str) -> None:
    """Print a line on standard error."""
    print(printable(line), file=sys.stderr, flush=True)  # noqa: T201  the other one


Piece = tuple[str, str]
"""A text and what it is shown as: `bold`, `dim`, `good`, `bad`, or nothing of the kind."""

_STYLES = {"bold": "bold", "dim": "dim", "good": "green", "bad": "red"}


def width() -> int | None:
    """Return how many characters stand in a line; None where no terminal cuts them."""
    console = Console()
    return console.width if console.is_terminal else None


def show(lines: Iterable[Sequence[Piece]]) -> None:
    """Print lines in pieces on standard output; only a terminal shows what kind each one is."""
    console = Console(highlight=False)
    for line in lines:
        if not console.is_terminal:
            say("".join(text for text, _style in line).rstrip())
            continue
        whole = Text()
        for text, style in line:
            whole.append(printable(text), _STYLES.get(style, ""))
        console.print(whole, soft_wrap=True)


def in_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out in columns two spaces apart; the last cell of a row is not filled up."""
    widths: dict[int, int] = {}
    for row in rows:
        for column, cell in enumerate(row[:-1]):
            widths[column] = max(widths.get(column, 0), len(cell))
    return [
        "  ".join([*(cell.ljust(widths[n]) for n, cell in enumerate(row[:-1])), row[-1]])
        for row in rows
    ]


@contextlib.contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told how many of how many are done; a terminal shows a bar."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _of: None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
