"""What every command of the command line begins and ends with: settings, log, lines, exit codes."""

from __future__ import annotations

import os
from collections.abc import Iterable

import typer

from bot.cli.terminal import say
from bot.logs import keep_log
from bot.settings import Settings, read_settings

MISTAKE, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def settings_from(**options: str | None) -> Settings:
    """Read the settings; `options` are those given on the command line, by the setting's name.

    Raises WrongSettings with every mistake at once.
    """
    given = {name: text for name, text in options.items() if text is not None}
    return read_settings(os.environ, given)


def settings_for_once(**options: str | None) -> Settings:
    """Read the settings for a command that does its work and ends; its log is only warnings."""
    settings = settings_from(**options)
    keep_log("debug" if settings.log == "debug" else "warning", settings.log_form)
    return settings


def say_all(lines: Iterable[object]) -> None:
    """Print lines for whoever started the command."""
    for line in lines:
        say(str(line))


def help_alone(context: typer.Context) -> None:
    """Print the help of a group of commands where none of them is named."""
    if context.invoked_subcommand is None:
        say_all(context.get_help().splitlines())
        raise typer.Exit(WRONG_USAGE)
