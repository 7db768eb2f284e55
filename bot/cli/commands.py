"""The command line: arguments to calls, and every failure to a sentence."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from bot import __version__
from bot.cli.agendas import agendas
from bot.cli.database import db
from bot.cli.faults import told
from bot.cli.invocation import INTERRUPTED, MISTAKE, WRONG_USAGE, help_alone
from bot.cli.running import running
from bot.cli.slack_setup import slack
from bot.cli.terminal import complain, say
from bot.cli.transcripts import transcripts
from bot.cli.upkeep import upkeep
from bot.settings import WrongSettings

log = logging.getLogger(__name__)


def main() -> None:
    """Run what the command line asks for, and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; whatever fails becomes a sentence.

    0: done, 1: a mistake, 2: wrong usage, 130: interrupted. Typer itself ends the process, with 1
    and quietly, where the reader of its output has gone.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    try:
        code = _app(arguments, prog_name="rounds", standalone_mode=False)
        print(end="", flush=True)  # noqa: T201  also where there is no standard output
    except typer.TyperException as wrong:
        return _wrong_usage(wrong)
    except WrongSettings as wrong:
        _complain(str(wrong))
        return WRONG_USAGE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        _complain(told(error))
        log.debug("The details:", exc_info=True)
        return MISTAKE
    return code if isinstance(code, int) else 0


def _wrong_usage(wrong: typer.TyperException) -> int:
    context = getattr(wrong, "ctx", None)
    sentence = wrong.format_message().strip()
    end = "" if sentence.endswith((".", "?", "!")) else "."
    _complain(f"{sentence}{end} See {context.command_path if context else 'rounds'} --help")
    return WRONG_USAGE


def _complain(text: str) -> None:
    for line in text.splitlines():
        complain(line)


_app = typer.Typer(
    help="Run moderated chats from agendas, and hand over their transcripts.",
    epilog="For a first look: rounds demo",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_app.add_typer(running)  # in the order of `rounds --help`
_app.add_typer(agendas)
_app.add_typer(transcripts)
_app.add_typer(slack, name="slack")
_app.add_typer(db, name="db")
_app.add_typer(upkeep)


@_app.callback(invoke_without_command=True)
def _rounds(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version, and end.")] = False,
) -> None:
    if version:
        say(f"rounds {__version__}")
        raise typer.Exit
    help_alone(context)
