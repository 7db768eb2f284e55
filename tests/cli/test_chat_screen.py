"""A chat on a terminal: a picture where somebody looks on, elsewhere a line for each topic."""

from __future__ import annotations

import io
import re
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli.chat_screen import DemoScreen, picture
from bot.engine.agenda import Agenda, Room, Topic
from bot.engine.events import Event, Opened, Paused, Planned, TopicOpened
from bot.engine.fold import fold
from bot.engine.messages import Tally, TopicTally
from bot.engine.state import Chat
from tests.cli.pseudo_terminal import at_a_terminal, read_until

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
