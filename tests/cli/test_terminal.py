"""What a terminal shows: lines anywhere, a picture where somebody looks on."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli.terminal import DemoScreen, counting, in_columns, picture, say
from bot.engine.agenda import Agenda, Room, Topic
from bot.engine.events import Event, Opened, Paused, Planned, TopicOpened
from bot.engine.fold import fold
from bot.engine.messages import Tally, TopicTally
from bot.engine.state import Chat

ROOT = Path(__file__).resolve().parents[2]
OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
AGENDA = Agenda(
    title="A [bold]chat[/bold]",
    zone="Australia/Sydney",
    window=timedelta(hours=48),
    rooms=(Room("local", "urojc"),),
    topics=(
        Topic("What was [red]asked?", timedelta(0)),
        Topic("What was found " + "and " * 40 + "why?", timedelta(hours=6)),
    ),
)
TALLY = Tally(participants=3, messages=7, topics=(TopicTally(1, 7, 3),))


def chat(*events: Event) -> Chat:
    planned = Planned(
        OPENS, "urojc-2026-12-07", "urojc", AGENDA, OPENS, OPENS + timedelta(hours=48)
    )
    return fold([planned, *events])


def drawn(drawing: object, width: int = 100) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(drawing)
    assert isinstance(console.file, io.StringIO)
    return re.sub(r"\x1b\[[0-9;]*m", "", console.file.getvalue()).splitlines()


def test_a_line_is_printed_whole_and_cannot_drive_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("a\x1b[2Jb\u202e" + "c" * 300)
    assert capsys.readouterr().out == "a�[2Jb�" + "c" * 300 + "\n"


def test_columns_are_as_wide_as_their_widest_cell_but_the_last() -> None:
    assert in_columns([("a", "b", "c"), ("aaa", "b", "cc"), ("only",)]) == [
        "a    b  c",
        "aaa  b  cc",
        "only",
    ]
    assert in_columns([]) == []


def test_the_picture_shows_window_topics_and_people_as_they_are_written() -> None:
    opened = chat(Opened(OPENS), TopicOpened(OPENS, 1))
    title, bar, first, second, counts = drawn(picture(opened, TALLY, OPENS + timedelta(hours=5)))
    assert title == "A [bold]chat[/bold]"
    assert re.search(r"━ +5 h of 48 h open *$", bar)
    assert re.match(r"T1 What was \[red\]asked\? +7 answers", first)
    assert re.match(r"T2 What was found and .*… *$", second)
    assert counts == "3 participants, 7 messages"


@pytest.mark.parametrize(
    ("held", "now", "says"),
    [
        (chat(), OPENS - timedelta(hours=1), "0 min of 48 h planned"),
        (chat(Opened(OPENS)), OPENS + timedelta(minutes=65), "1 h 5 min of 48 h open"),
        (chat(Opened(OPENS), Paused(OPENS)), OPENS, "0 min of 48 h paused"),
        (chat(Opened(OPENS)), OPENS + timedelta(days=9), "48 h of 48 h open"),
    ],
)
def test_the_bar_says_how_much_of_the_window_is_gone(held: Chat, now: datetime, says: str) -> None:
    assert says in drawn(picture(held, TALLY, now))[1]


def test_without_a_terminal_each_topic_is_a_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    screen = DemoScreen()
    later = OPENS + timedelta(hours=6)
    one = chat(Opened(OPENS), TopicOpened(OPENS, 1))
    two = chat(Opened(OPENS), TopicOpened(OPENS, 1), TopicOpened(later, 2))
    with screen.lit():
        screen.says("Room: here")
        for held in (chat(), one, one, two, two):
            screen.shows(held, TALLY, later)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Room: here"
    assert [line.split(":")[0].split() for line in lines[1:]] == [
        ["0", "min", "T1"],
        ["6", "h", "T2"],
    ]
    assert lines[1].endswith("T1: What was [red]asked? (3 participants so far)")


def test_a_single_participant_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    DemoScreen().shows(
        chat(Opened(OPENS), TopicOpened(OPENS, 1)), replace(TALLY, participants=1), OPENS
    )
    assert "(1 participant so far)" in capsys.readouterr().out


def test_without_a_terminal_counting_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("Replaying") as progress:
        progress(1, 2)
    written = capsys.readouterr()
    assert written.out + written.err == ""


# ---------------------------------------------------------------- a real terminal


@contextmanager
def at_a_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the program at a terminal of 100 columns; give it and the terminal's other end."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={**env, "TERM": "xterm-256color"},
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(ours: int, what: bytes) -> bytes:
    """Read what is shown until `what` appears or the program ends."""
    shown = b""
    while what not in shown:
        if not select.select([ours], [], [], 60)[0]:
            break
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the program has closed its end
            break
    return shown


def test_at_a_terminal_the_demonstration_is_drawn_and_its_page_stays_until_ctrl_c(
    tmp_path: Path,
) -> None:
    with at_a_terminal("demo", "--fast", "--out", str(tmp_path)) as (process, ours):
        shown = read_until(ours, b"stays up until you press Ctrl-C.")
        assert "━".encode() in shown
        assert re.search(rb"\d+ participants, \d+ messages", shown)
        assert b"\x1b[?25h" in shown  # the cursor is back
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert b"Traceback" not in shown + read_until(ours, b"Traceback")


def test_at_a_terminal_a_replay_shows_a_bar(tmp_path: Path) -> None:
    arguments = ["chats/demo.yaml", "chats/demo.jsonl", "--starts", "2026-12-06T20:00Z"]
    with at_a_terminal("replay", *arguments, "--out", str(tmp_path)) as (process, ours):
        shown = read_until(ours, b"transcript.csv")
        assert process.wait(20) == 0
    assert b"Replaying" in shown
    assert "━".encode() in shown
