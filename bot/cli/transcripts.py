"""The commands that write transcripts, of a chat in the store or of a recorded conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import recording
from bot.agendas.agenda import read_agenda
from bot.cli.faults import Stopped
from bot.cli.invocation import say_all, settings_for_once
from bot.cli.options import EVERY_FORMAT, Data, Edition, Formats, Instant, Out
from bot.cli.terminal import complain, counting
from bot.clock import clock
from bot.engine.showing import Audience
from bot.store.holding import Holder

transcripts = typer.Typer(add_completion=False, rich_markup_mode=None)
"""Commands that write files about one chat."""


@transcripts.command(
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


@transcripts.command(
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
