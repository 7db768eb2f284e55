"""What a terminal shows: lines anywhere, progress where somebody looks on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.terminal import counting, in_columns, say
from tests.cli.pseudo_terminal import at_a_terminal, read_until


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


def test_without_a_terminal_counting_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("Replaying") as progress:
        progress(1, 2)
    written = capsys.readouterr()
    assert written.out + written.err == ""


def test_at_a_terminal_a_replay_shows_a_bar(tmp_path: Path) -> None:
    arguments = ["chats/demo.yaml", "chats/demo.jsonl", "--starts", "2026-12-06T20:00Z"]
    with at_a_terminal("replay", *arguments, "--out", str(tmp_path)) as (process, ours):
        shown = read_until(ours, b"transcript.csv")
        assert process.wait(20) == 0
    assert b"Replaying" in shown
    assert "━".encode() in shown
