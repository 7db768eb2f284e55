"""The commands of whoever keeps Rounds running: how it stands, backups, erasing people."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.agendas.agenda import load_chats
from bot.cli.backup import back_up, restore
from bot.cli.departure import Found, described, erase_in, what_goes
from bot.cli.faults import Stopped
from bot.cli.invocation import MISTAKE, say_all, settings_for_once
from bot.cli.options import Chats, Data, Host, Port
from bot.cli.status_screen import show_status
from bot.cli.terminal import complain, counting, say
from bot.clock import clock
from bot.settings import Settings
from bot.store.address import is_address
from bot.store.holding import Holder

upkeep = typer.Typer(add_completion=False, rich_markup_mode=None)
"""Commands that stand beside `rounds run`, without a word before them."""

TO_BACK_UP = 'pg_dump --format=custom --file=rounds.dump "$DATABASE_URL"'
TO_RESTORE = 'pg_restore --clean --if-exists --no-owner --dbname="$DATABASE_URL" rounds.dump'
"""What does for PostgreSQL what the commands here do for a file."""


@upkeep.command(
    "status",
    short_help="Show what runs, what is due, what is stuck.",
    epilog="Examples: rounds status · rounds status --json",
)
def _status(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object, for machines.")] = False,
) -> None:
    """Show what runs, what is due next, and what is stuck and why, also while Rounds runs.

    The exit code is 1 where something is stuck, so that a timer can tell somebody.
    """
    settings = settings_for_once(ROUNDS_DATA=data)
    if asyncio.run(show_status(settings, clock(), as_json=as_json)):
        raise typer.Exit(MISTAKE)


@upkeep.command(
    "links",
    short_help="Print a link for each moderator of Rounds' rooms.",
    epilog="Example: rounds links --chats chats --data data --port 8080",
)
def _links(chats: Chats = None, data: Data = None, host: Host = None, port: Port = None) -> None:
    """Print the address of each room of Rounds' own, and a new link for each moderator there.

    The options are those of rounds run, which it may run beside. A link works for seven days;
    whoever has it comes in as the moderator whom it names.
    """
    from bot.cli.links import links  # noqa: PLC0415  the pages are not read for the other commands

    settings = settings_for_once(ROUNDS_CHATS=chats, ROUNDS_DATA=data, HOST=host, PORT=port)
    series, mistakes = load_chats(settings.chats, clock())
    say_all(asyncio.run(links(settings, series, clock())))
    for mistake in mistakes:
        complain(str(mistake))
    if mistakes:
        raise typer.Exit(MISTAKE)


@upkeep.command(
    "backup",
    short_help="Copy the store into a file, also while it is served.",
    epilog="Example: rounds backup /backups/rounds-2026-12-07.db",
)
def _backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file for the copy.")],
    data: Data = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where the file is there already.")
    ] = False,
) -> None:
    """Copy the store into a file, whole and as it is at one moment, also while it is served.

    The copy is checked before it gets its name, and only its owner may read it. It holds what
    people said.
    """
    settings = settings_for_once(ROUNDS_DATA=data)
    _no_address(file)
    _end_like_ctrl_c()
    with counting("Copying") as progress:
        lines = back_up(_file(settings, TO_BACK_UP), file, progress, replace=replace)
    say_all(lines)


@upkeep.command(
    "restore",
    short_help="Put a backup into the store's place.",
    epilog="Example: rounds restore /backups/rounds-2026-12-07.db --data data",
)
def _restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy made by rounds backup.")],
    data: Data = None,
) -> None:
    """Put a backup into the store's place, while nobody serves it.

    The store that was there is kept beside, under a name with the moment. What was withdrawn or
    erased since the backup is taken out of it again.
    """
    settings = settings_for_once(ROUNDS_DATA=data)
    _no_address(file)
    _end_like_ctrl_c()
    store, now = _file(settings, TO_RESTORE), clock()
    holder = Holder.here("rounds restore", now)
    with counting("Copying") as progress:
        lines = asyncio.run(restore(file, store, holder, now, progress))
    say_all(lines)


@upkeep.command(
    "erase",
    short_help="Take a person out of the store.",
    epilog="Examples: rounds erase discord:123456789012345678 · rounds erase Ann --dry-run",
)
def _erase(
    person: Annotated[
        str,
        typer.Argument(metavar="PERSON", help="discord:ID, slack:ID, local:ID, or a name."),
    ],
    data: Data = None,
    chats: Chats = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    without_agendas: Annotated[
        bool, typer.Option("--without-agendas", help="Look into no agenda: there are none here.")
    ] = False,
) -> None:
    """Take a person out of the store: what they said, their names, their reactions, their id.

    Counts stay as they are. It works while Rounds runs, cannot be undone, and says at the end
    where more of the person may stand. A name is looked for in the built-in room alone.
    """
    settings = settings_for_once(ROUNDS_DATA=data, ROUNDS_CHATS=chats)

    def agree(whom: Found) -> bool:
        if dry_run or not yes:
            say_all([described(whom.who), "This goes:", *what_goes(whom.would_go)])
        if dry_run or yes:
            return yes and not dry_run
        if not (sys.stdin and sys.stdin.isatty()):
            raise Stopped("Nothing was erased. Say --yes where nobody can be asked.")
        return typer.confirm("Erase this person? It cannot be undone.")

    folder = None if without_agendas else settings.chats
    done = asyncio.run(erase_in(settings.where, folder, person, clock(), agree, say))
    if not done and not dry_run:
        complain("Nothing was erased.")
        raise typer.Exit(MISTAKE)


def _file(settings: Settings, instead: str) -> Path:
    """Return the store's file. Raises Stopped where it is in a database."""
    if settings.database is not None:
        raise Stopped(f"The store is in PostgreSQL, which has its own tools for this: {instead}")
    return settings.store


def _no_address(file: Path) -> None:
    """Raise Stopped where an address was given for a file; a password in it is not shown."""
    if is_address(str(file)):
        raise Stopped(
            "FILE is the name of a file, and this is an address. rounds db copy moves a store from "
            "one database to another: rounds db copy --help"
        )


def _end_like_ctrl_c() -> None:
    """Let SIGTERM end a command as Ctrl-C does, so that nothing half done is left behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
