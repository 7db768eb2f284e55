"""The commands that hold chats, and the one that looks whether they can be held."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.agendas.mistakes import shown
from bot.cli.faults import Stopped, not_listening
from bot.cli.invocation import MISTAKE, say_all, settings_for_once, settings_from
from bot.cli.options import Chats, Data, Host, Out, Port
from bot.cli.store_checks import does_not_last
from bot.cli.terminal import complain, say
from bot.clock import clock
from bot.logs import keep_log

DEMO_SECONDS, FAST_SECONDS = 60, 4

running = typer.Typer(add_completion=False, rich_markup_mode=None)
"""Commands that run chats."""


@running.command(
    "run",
    short_help="Serve rooms and pages; open and close chats.",
    epilog="Example: rounds run --chats chats --data data --port 8080",
)
def _run(chats: Chats = None, data: Data = None, host: Host = None, port: Port = None) -> None:
    """Serve the rooms and the organizers' pages, open and close chats, until stopped.

    Prints the address of each room and a link for each moderator.
    """
    settings = settings_from(ROUNDS_CHATS=chats, ROUNDS_DATA=data, HOST=host, PORT=port)
    keep_log(settings.log, settings.log_form)
    if (warning := does_not_last(settings, os.environ)) is not None:
        complain(warning)  # not in the log, whose level may leave it out
    if not settings.chats.is_dir():
        raise Stopped(
            f"There is no folder {shown(str(settings.chats), 200)} with agendas. Start Rounds "
            "where it is, or name it: --chats DIR"
        )
    from bot.app import serve

    try:
        asyncio.run(serve(settings, say))
    except OSError as error:
        raise not_listening(error, settings) or error from None
    if _is_terminal(sys.stdin) and _is_terminal(sys.stdout):
        say("")  # the terminal has written ^C, and the prompt belongs on a line of its own


@running.command(
    "demo", short_help="Hold a journal club in a minute.", epilog="Example: rounds demo --out out"
)
def _demo(
    out: Out = Path("out"),
    chats: Chats = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="In a few seconds rather than a minute.")
    ] = False,
) -> None:
    """Hold a 48-hour journal club in about a minute, in a room on this machine.

    It needs no account. Open the printed page and join in. On a terminal the page stays up until
    Ctrl-C. The agenda is demo.yaml in the folder of agendas, what is said is demo.jsonl there.
    """
    settings = settings_for_once(ROUNDS_CHATS=chats)
    out.mkdir(parents=True, exist_ok=True)
    seconds = FAST_SECONDS if fast else DEMO_SECONDS
    asyncio.run(_held(settings.chats / "demo.yaml", out, seconds))


def _is_terminal(stream: TextIO | None) -> bool:
    """Say whether somebody looks on; a process may be started without this stream."""
    return stream is not None and stream.isatty()


async def _held(agenda: Path, out: Path, seconds: float) -> None:
    from bot.cli.chat_screen import DemoScreen, summary_lines
    from bot.demo import hold

    screen = DemoScreen()
    async with contextlib.AsyncExitStack() as stack:
        with screen.lit():
            held = await stack.enter_async_context(
                hold(agenda, agenda.with_suffix(".jsonl"), out, seconds, screen)
            )
        say_all([*summary_lines(held.summary), *held.files])
        if _is_terminal(sys.stdin) and _is_terminal(sys.stdout):
            stopped = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
            say(f"{screen.first} stays up until you press Ctrl-C.")
            await stopped.wait()


@running.command(
    "doctor",
    short_help="Look whether everything is ready.",
    epilog="Example: rounds doctor --chats chats --data data",
)
def _doctor(chats: Chats = None, data: Data = None, host: Host = None, port: Port = None) -> None:
    """Look whether agendas, store, address, Discord and Slack are ready, and say what to do.

    Nothing is made or changed, and it may run beside rounds run. The last line is the address
    that invites the bot on Discord.
    """
    from bot.cli.doctor import diagnose, lines

    settings = settings_for_once(ROUNDS_CHATS=chats, ROUNDS_DATA=data, HOST=host, PORT=port)
    report = asyncio.run(diagnose(settings, clock))
    say_all(lines(report))
    if report.wrong:
        raise typer.Exit(MISTAKE)
