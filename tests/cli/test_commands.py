"""The command line as a person or a program uses it: in a process of its own."""

from __future__ import annotations

import re
import shlex
import signal
import sqlite3
import subprocess
import time
import tomllib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
import typer

import bot
from bot.cli import commands as cli
from tests.typed import (
    PROGRAM,
    ROOT,
    Ended,
    environment,
    replayed,
    rounds,
    running,
)

OPERATING = ROOT / "docs" / "operating.md"


def test_a_command_does_not_wait_for_what_only_others_need() -> None:
    heavy = {"aiohttp", "discord", "jinja2", "PIL", "slack_bolt"}
    script = f"import sys, bot.cli.commands; print({heavy} & sys.modules.keys())"
    ended = subprocess.run(
        [PROGRAM[0], "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "set()"


@pytest.mark.parametrize("asked", [(), ("next",), ("db", "copy")])
def test_help_is_asked_for_in_a_word_too(
    inside: Callable[..., Ended], asked: tuple[str, ...]
) -> None:
    ended = inside("help", *asked)
    assert (ended.code, ended.out) == (0, inside(*asked, "--help").out)
    assert ended.out.startswith(f"Usage: {' '.join(('rounds', *asked))}")


def test_the_version_is_the_one_that_is_built(inside: Callable[..., Ended]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["hatch"]["version"]["path"] == "bot/__init__.py"
    assert inside("--version") == Ended(0, f"rounds {bot.__version__}\n", "")
    assert re.fullmatch(r"\d+\.\d+\.\d+", bot.__version__)


# ---------------------------------------------------------------- wrong usage and other ends


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nxt"], "Did you mean 'next'?"),
        (["next", "--cuont", "3"], "--count"),
        (["next", "--count", "0"], "Write a number from 1 to 1000."),
        (["next", "--from", "22.11.2026"], "2026-12-07"),
        (["export"], "CHAT"),
        (["export", "urojc", "--to", "pdf"], "Write some of html,md,json,csv."),
        (["replay", "a.yaml", "b.jsonl", "--out", "o", "--starts", "now"], "2026-12-06T20:00Z"),
        (["run", "--port", "http"], "--port is “http”: write a number"),
        (["check", "--wat\x1b[2J"], "--wat"),
    ],
)
def test_wrong_usage_ends_with_a_sentence_and_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert says in written.err
    assert "--help" in written.err or "--port" in written.err
    assert all(line.isprintable() for line in written.err.splitlines())


def test_wrong_usage_ends_a_process_with_2(place: Path) -> None:
    ended = rounds("next", "--cuont", "3", cwd=place)
    assert (ended.code, ended.out) == (2, "")


def test_wrong_settings_are_all_told_before_anything_begins(place: Path) -> None:
    ended = rounds("next", cwd=place, PORT="x", ROUNDS_CHAT="chats")
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 2


def test_without_a_command_the_commands_are_listed(place: Path) -> None:
    ended = rounds(cwd=place)
    assert ended.code == 2
    assert "  check " in ended.out


def test_a_file_that_cannot_be_written_is_told(place: Path, inside: Callable[..., Ended]) -> None:
    (place / "out").write_text("in the way", "utf-8")
    ended = replayed(inside)
    assert ended.code == 1
    assert "“out” is a file where a folder is needed." in ended.err


def test_a_reader_that_goes_away_is_no_failure_to_speak_of(place: Path) -> None:
    with running("next", "--count", "1000", cwd=place) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("urojc-")
        process.stdout.close()
        assert process.wait(30) in (1, 0)
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_process_without_standard_output_is_no_fault(place: Path) -> None:
    command = f"exec {shlex.join([*PROGRAM, 'schema'])} >&-"
    ended = subprocess.run(  # noqa: PLW1510
        ["/bin/sh", "-c", command],
        cwd=place,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_full_disk_behind_the_output_is_one_sentence(place: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(  # noqa: PLW1510
            [*PROGRAM, "next"],
            cwd=place,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert ended.returncode == 1
    assert ended.stderr.decode().splitlines() == [
        "There is no room left on the disk. Make room, or use another disk."
    ]


def test_a_fault_of_ours_is_one_sentence_and_its_places_only_on_request(
    place: Path, inside: Callable[..., Ended]
) -> None:
    replayed(inside, "--data", "data")
    with closing(sqlite3.connect(place / "data" / "rounds.db")) as store, store:
        store.execute("UPDATE chats SET stage = 'I have the disease myself'")
    brief = rounds("export", "urojc", cwd=place)
    assert (brief.code, len(brief.err.splitlines())) == (1, 1)
    assert "ROUNDS_LOG=debug" in brief.err
    full = rounds("export", "urojc", cwd=place, ROUNDS_LOG="debug")
    assert re.search(r"^  .*\.py:\d+ in ", full.err, re.MULTILINE)
    assert "disease" not in brief.err + full.err


def test_an_interruption_is_quiet_and_130(place: Path) -> None:
    with running("demo", "--out", place / "out", cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Room: ")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_an_interruption_before_the_program_is_read_is_quiet_and_130(place: Path) -> None:
    for _ in range(5):
        with running("schema", cwd=place) as process:
            deadline = time.monotonic() + 20  # until Python itself is up and reads the program
            while b"aiohttp" not in mapped(process.pid) and time.monotonic() < deadline:
                time.sleep(0.005)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) in (130, 0)
            assert process.stderr is not None
            assert process.stderr.read() == ""


def mapped(process: int) -> bytes:
    """Return the names of the libraries that a process has read by now."""
    with suppress(OSError):
        return Path(f"/proc/{process}/maps").read_bytes()
    return b"aiohttp"


# ---------------------------------------------------------------- what is written about it


def commands() -> dict[str, typer.core.TyperCommand]:
    """Return every command by what is typed for it: `check`, `slack manifest`."""
    found: dict[str, typer.core.TyperCommand] = {}
    for name, command in typer.main.get_command(cli._app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"{name} {one}": its for one, its in inner.items()} if inner else {name: command}
    return found


def test_every_command_and_option_is_explained_for_operators() -> None:
    text = OPERATING.read_text("utf-8")
    heading = r"^### rounds (\w+(?: \w+)?)\n(.*?)(?=^##)"
    sections = dict(re.findall(heading, text, re.DOTALL | re.MULTILINE))
    assert sections.keys() == commands().keys()
    for name, command in commands().items():
        synopsis = re.search(rf"^    rounds {name}.*$", sections[name], re.MULTILINE)
        assert synopsis, name
        options = {opt for one in command.params for opt in one.opts if opt.startswith("--")}
        assert set(re.findall(r"--[\w-]+", synopsis[0])) == options - {"--help"}, name


def test_every_command_shows_an_example_that_names_it() -> None:
    for name, command in commands().items():
        assert f"rounds {name}" in (command.epilog or ""), name


def test_the_line_that_the_docs_show_is_the_line_that_is_printed() -> None:
    shown = re.search(r"^    (urojc-.*)$", OPERATING.read_text("utf-8"), re.MULTILINE)
    assert shown
    ended = rounds("next", "urojc", "--from", "2026-12-07", "--count", "1", cwd=ROOT)
    assert ended.lines == [shown[1]]
