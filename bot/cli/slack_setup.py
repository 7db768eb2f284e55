"""The commands with which the app is made on Slack."""

from __future__ import annotations

import json

import typer

from bot.cli.invocation import help_alone, say_all
from bot.cli.options import ForgetsLeavers, SlackUrl
from bot.platforms.slack.manifest import manifest

slack = typer.Typer(
    help="Make the app on Slack.",
    epilog="Example: rounds slack manifest",
    add_completion=False,
    rich_markup_mode=None,
)


slack.callback(invoke_without_command=True)(help_alone)


@slack.command(
    "manifest",
    short_help="Print the app's manifest as JSON.",
    epilog="Examples: rounds slack manifest · rounds slack manifest --url https://chat.example.org",
)
def _manifest(url: SlackUrl = None, forgets: ForgetsLeavers = False) -> None:
    """Print the app's manifest as JSON and nothing else, to be pasted where an app is made.

    It needs no token and reads no settings. With --url Slack sends everything there, signed;
    without it Rounds opens the connection itself (Socket Mode). With --forget-on-leave Slack also
    tells who leaves the workspace, for agendas that say forget_on_leave: true.
    """
    say_all(json.dumps(manifest(url or "", forgets=forgets), indent=2).splitlines())
