"""The command line: arguments to calls, and every failure to a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot import __version__, recording
from bot.agendas.agenda import load_chats, read_agenda
from bot.agendas.form import schema
from bot.agendas.mistakes import AgendaMistakes, Mistake, shown
from bot.agendas.remarks import overlaps, remarks
from bot.cli.database import db
from bot.cli.dates import NONE_COMING, date_lines, series_lines
from bot.cli.faults import Stopped, not_listening, told
from bot.cli.invocation import (
    INTERRUPTED,
    MISTAKE,
    WRONG_USAGE,
    help_alone,
    say_all,
    settings_for_once,
    settings_from,
)
from bot.cli.options import (
    EVERY_FORMAT,
    Chats,
    Count,
    Data,
    Day,
    Edition,
    Formats,
    Host,
    Instant,
    Out,
    Port,
)
from bot.cli.slack_setup import slack
from bot.cli.store_checks import does_not_last
from bot.cli.terminal import complain, counting, say
from bot.cli.upkeep import upkeep
from bot.clock import clock
from bot.engine.agenda import Series
from bot.engine.showing import Audience
from bot.logs import keep_log
from bot.settings import WrongSettings
from bot.store.holding import Holder

log = logging.getLogger(__name__)

DEMO_SECONDS, FAST_SECONDS = 60, 4


# ---------------------------------------------------------------- the program


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


# ---------------------------------------------------------------- commands that run chats


@_app.command(
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
        _complain(warning)  # not in the log, whose level may leave it out
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


@_app.command(
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


@_app.command(
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


# ---------------------------------------------------------------- commands that read agendas


@_app.command(
    "check",
    short_help="Look for mistakes in agendas.",
    epilog="Examples: rounds check · rounds check chats/urojc.yaml",
)
def _check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Agendas, or folders of them.", show_default=False),
    ] = None,
    chats: Chats = None,
) -> None:
    """Look for mistakes in agendas; without any, print each series with its next date.

    A mistake is printed as file:line:column: what is wrong, and what to write instead.
    """
    settings, now = settings_for_once(ROUNDS_CHATS=chats), clock()
    series, mistakes = _agendas(paths or [settings.chats], now)
    say_all(mistakes or series_lines(series, now))
    if mistakes:
        raise typer.Exit(MISTAKE)
    for sentence in (*(said for one in series for said in remarks(one)), *overlaps(series, now)):
        complain(sentence)


def _agendas(paths: Iterable[Path], now: datetime) -> tuple[list[Series], list[Mistake]]:
    """Read agendas and folders of them."""
    series: list[Series] = []
    mistakes: list[Mistake] = []
    for path in paths:
        if path.is_dir():
            found, wrong = load_chats(path, now)
            series += found
            mistakes += wrong
            continue
        try:
            series.append(read_agenda(path, now))
        except AgendaMistakes as error:
            mistakes += error.mistakes
    return series, mistakes


@_app.command(
    "next",
    short_help="Print the coming chats.",
    epilog="Examples: rounds next · rounds next urojc --count 12",
)
def _next(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="SERIES", help="Agendas' names without .yaml.", show_default=False),
    ] = None,
    chats: Chats = None,
    count: Count = 3,
    day: Day = None,
) -> None:
    """Print the coming chats, one a line, in order of opening.

    A line holds the chat's id, its opening as a wall time in its zone and in UTC, how many topics
    it has, and what is still missing.
    """
    settings, now = settings_for_once(ROUNDS_CHATS=chats), clock()
    series, mistakes = load_chats(settings.chats, now)
    known = {one.name: one for one in series}
    concern = [m for m in mistakes if not names or not known or Path(m.file).stem in names]
    wrong = {Path(mistake.file).stem for mistake in concern}
    wanted = list(dict.fromkeys(names or known))
    for name in wanted:
        if name not in known and name not in wrong and known:
            raise Stopped(_no_series(name, known))
    found = date_lines([known[name] for name in wanted if name in known], count, now, day)
    say_all(found)
    if not found and not concern:
        complain(NONE_COMING)
    for mistake in concern:
        complain(str(mistake))
    if concern:
        raise typer.Exit(MISTAKE)


def _no_series(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(Path(name).stem, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
    return f"There is no series {shown(name)}. {hint}"


@_app.command(
    "schema",
    short_help="Print an agenda's JSON Schema.",
    epilog="Example: rounds schema > agenda.schema.json",
)
def _schema() -> None:
    """Print the JSON Schema of an agenda, for editors that check and complete as one types."""
    settings_for_once()
    say_all(json.dumps(schema(), indent=2, ensure_ascii=False).splitlines())


# ---------------------------------------------------------------- commands that write transcripts


@_app.command(
    "export",
    short_help="Write a chat's transcript.",
    epilog="Examples: rounds export urojc · rounds export urojc-2026-12-07",
)
def _export(
    chat: Annotated[
        str, typer.Argument(metavar="CHAT", help="A chat's id, or a series for its last chat.")
    ],
    data: Data = None,
    formats: Formats = EVERY_FORMAT,
    edition: Edition = Audience.ORGANIZERS.value,
    out: Out = Path("out"),
) -> None:
    """Write a chat's transcript into files, also while the chat runs.

    The files are transcript.html, .md, .json and .csv; their paths are printed. Those of the
    public edition are transcript-public.html and so on, and are noted as published.
    """
    from bot.cli.export import export

    settings, whom = settings_for_once(ROUNDS_DATA=data), Audience(edition)
    say_all(asyncio.run(export(settings.where, chat, tuple(formats), out, whom, clock())))


@_app.command(
    "replay",
    short_help="Hold a recorded conversation again.",
    epilog="Example: rounds replay chats/demo.yaml chats/demo.jsonl "
    "--starts 2026-12-06T20:00Z --out out",
)
def _replay(
    agenda: Annotated[Path, typer.Argument(metavar="AGENDA", help="The chat's agenda.")],
    messages: Annotated[
        Path, typer.Argument(metavar="MESSAGES", help="What was said, a line of JSON each.")
    ],
    starts: Instant,
    out: Out,
    data: Data = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at a line that cannot be read.")
    ] = False,
) -> None:
    """Hold a chat with a recorded conversation, on a simulated clock, and write its transcript.

    A line is {"id", "ts", "author", "text"}. Without --data nothing is kept but the files; with
    it the chat stays in that store.
    """
    from bot.cli.chat_screen import summary_lines
    from bot.cli.export import replay_into
    from bot.replay import in_a_room_of_ours

    settings = settings_for_once(ROUNDS_DATA=data)
    series = in_a_room_of_ours(read_agenda(agenda))
    with messages.open("rb") as lines:
        recorded = recording.read(lines, series.agenda.rooms[0])
    for number, why in recorded.bad:
        complain(f"{messages}:{number}: {why}")
    if recorded.bad and strict:
        raise Stopped("Nothing was replayed, because of --strict.")
    store = settings.store if data is not None else None
    holder = Holder.here("rounds replay", clock())
    with counting("Replaying") as progress:
        held = asyncio.run(replay_into(store, series, recorded, starts, out, progress, holder))
    say_all([*summary_lines(held.summary), *held.files])
    if recorded.bad:
        left_out = "1 line was" if len(recorded.bad) == 1 else f"{len(recorded.bad)} lines were"
        complain(f"{left_out} left out.")
