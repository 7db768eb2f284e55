"""The command line as a person or a program uses it: in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir, closing, contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
import typer

import bot
from bot.cli import commands as cli
from tests.typed import AGENDA, PROGRAM, ROOT, Ended, environment, free_port, rounds

OPERATING = ROOT / "docs" / "operating.md"

SAID = [
    {"id": "1", "ts": "2026-12-06T20:01:00Z", "author": "ann", "text": "T1: A question."},
    {"id": "2", "ts": "2026-12-06T21:30:00Z", "author": "bo", "text": "T2: An answer."},
    {"id": "3", "ts": "2026-12-06T22:00:00Z", "author": "bo", "text": "Elm Street"},
    {"kind": "delete", "id": "3", "ts": "2026-12-06T22:01:00Z"},
]
STARTS = "2026-12-06T20:00:00Z"


@pytest.fixture
def inside(place: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ended]]:
    """Return `rounds` as a call in this process, in `place`, which saves a second."""
    kept = dict(os.environ)

    def call(*arguments: str | Path) -> Ended:
        code = cli.run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    for name in kept.keys() - environment().keys():
        del os.environ[name]
    with chdir(place):
        yield call
    os.environ.update(kept)


@contextmanager
def running(*arguments: str | Path, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the program beside the test."""
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    limit = threading.Timer(60, process.kill)
    limit.start()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        limit.cancel()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with an agenda in `chats` and a conversation beside it."""
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "urojc.yaml").write_text(AGENDA, "utf-8")
    lines = "".join(json.dumps(line) + "\n" for line in SAID)
    (tmp_path / "said.jsonl").write_text(lines, "utf-8")
    return tmp_path


def replayed(call: Callable[..., Ended], *more: str | Path) -> Ended:
    return call(
        "replay", "chats/urojc.yaml", "said.jsonl", "--starts", STARTS, "--out", "out", *more
    )


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- check, next, schema


def test_a_command_does_not_wait_for_what_only_others_need() -> None:
    heavy = {"aiohttp", "discord", "jinja2", "PIL", "slack_bolt"}
    script = f"import sys, bot.cli.commands; print({heavy} & sys.modules.keys())"
    ended = subprocess.run(
        [PROGRAM[0], "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "set()"


def test_check_prints_a_line_for_each_series_with_its_next_date(
    inside: Callable[..., Ended],
) -> None:
    ended = inside("check")
    assert (ended.code, ended.err, len(ended.lines)) == (0, "", 1)
    assert re.fullmatch(
        r"urojc  Mon \d{4}-\d\d-\d\d 07:00 Australia/Sydney  \d{4}-\d\d-\d\dT2[01]:00Z  "
        r"2 topics  complete",
        ended.lines[0],
    )


def test_check_prints_every_mistake_of_every_file_with_its_place(
    place: Path, inside: Callable[..., Ended]
) -> None:
    wrong = AGENDA.replace("Australia/Sydney", "Mars/Crater").replace("48h", "soon")
    (place / "chats" / "meded.yaml").write_text(wrong, "utf-8")
    (place / "chats" / "empty.yaml").write_text("", "utf-8")
    ended = inside("check", "chats", "missing.yaml")
    assert ended.code == 1
    places = [re.match(r"[\w/.]+:\d+:\d+: .", line) for line in ended.lines]
    assert all(places)
    named = [line.split(": ")[0] for line in ended.lines]
    assert named == [
        "chats/empty.yaml:1:1",
        "chats/meded.yaml:2:7",
        "chats/meded.yaml:4:9",
        "missing.yaml:1:1",
    ]


def test_check_says_where_nobody_would_be_told_what_concerns_moderators(
    place: Path, inside: Callable[..., Ended]
) -> None:
    by_role = AGENDA.replace("{local: urojc}", '{discord: "345678901234567890"}').replace(
        "{local: [henry]}", '{discord: ["role:456789012345678901"]}'
    )
    (place / "chats" / "roles.yaml").write_text(by_role, "utf-8")
    ended = inside("check")
    assert (ended.code, len(ended.lines)) == (0, 2)
    assert ended.err.startswith("roles: On Discord roles alone moderate, so that nobody is told ")
    assert ended.err.count("\n") == 1


def test_check_reads_the_paths_that_are_named(place: Path, inside: Callable[..., Ended]) -> None:
    (place / "chats" / "empty.yaml").write_text("", "utf-8")
    assert inside("check", "chats/urojc.yaml").code == 0


def test_next_prints_one_line_a_chat_unwrapped_in_a_pipe(place: Path) -> None:
    ended = rounds("next", "urojc", "--from", "2026-12-07", "--count", "2", cwd=place, COLUMNS="20")
    assert (ended.code, ended.err) == (0, "")
    first, second = ended.lines
    assert first.split() == [
        "urojc-2026-12-07", "Mon", "2026-12-07", "07:00", "Australia/Sydney", "2026-12-06T20:00Z",
        "2", "topics", "complete",
    ]  # fmt: skip
    assert second.startswith("urojc-2027-01-04  Mon 2027-01-04 07:00 Australia/Sydney  2027-01-03T")


def test_next_lists_what_is_right_and_complains_of_what_is_wrong(
    place: Path, inside: Callable[..., Ended]
) -> None:
    (place / "chats" / "meded.yaml").write_text("title: x\n", "utf-8")
    ended = inside("next")
    assert ended.code == 1
    assert len(ended.lines) == 3
    assert "chats/meded.yaml:" in ended.err
    assert inside("next", "urojc").code == 0


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


def test_next_says_where_dates_stand_when_no_chat_is_coming(
    place: Path, inside: Callable[..., Ended]
) -> None:
    agenda = place / "chats" / "urojc.yaml"
    agenda.write_text(re.sub(r"(?m)^(schedule|starts):.*$", "starts: 2020-02-03 21:00", AGENDA))
    ended = inside("next", "urojc")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "No chat is coming. Dates stand in the agendas, under schedule or starts.\n"
    assert inside("next", "urojc", "--from", "2020-01-01").err == ""


def test_run_says_that_it_is_ready_and_has_nothing_to_hold(tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    port = free_port()
    with running("run", "--port", str(port), cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Ready: http://127.0.0.1:{port}\n"
        assert process.stdout.readline().startswith("No agenda can be read yet; ")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_next_names_the_nearest_series_for_an_unknown_one(inside: Callable[..., Ended]) -> None:
    ended = inside("next", "urojk")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "There is no series “urojk”. Did you mean urojc?\n"


def test_what_an_organizer_wrote_cannot_drive_a_terminal(
    place: Path, inside: Callable[..., Ended]
) -> None:
    wrong = AGENDA.replace("Australia/Sydney", '"\\e]0;owned\\a"')
    (place / "chats" / "urojc.yaml").write_text(wrong, "utf-8")
    ended = inside("check")
    assert ended.code == 1
    assert all(line.isprintable() for line in ended.lines)


def test_schema_prints_the_schema_of_an_agenda(place: Path, inside: Callable[..., Ended]) -> None:
    ended = inside("schema")
    assert ended.code == 0
    assert {"title", "zone", "window", "topics"} <= set(json.loads(ended.out)["properties"])


# ---------------------------------------------------------------- replay, export


def test_replay_writes_four_files_and_leaves_nothing_else(place: Path, tmp_path: Path) -> None:
    before = files_below(place)
    spare = tmp_path / "spare"
    spare.mkdir()
    ended = rounds(
        "replay", "chats/urojc.yaml", "said.jsonl", "--starts", STARTS, "--out", "out",
        cwd=place, TMPDIR=str(spare),
    )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    written = {f"out/transcript.{one}" for one in ("html", "md", "json", "csv")}
    assert files_below(place) == before | written
    assert list(spare.iterdir()) == []
    assert set(ended.lines[-4:]) == written
    assert any(re.fullmatch(r"Participants +2", line) for line in ended.lines)
    counts = json.loads((place / "out" / "transcript.json").read_text("utf-8"))["counts"]
    assert (counts["participants"], counts["messages"], counts["withdrawn"]) == (2, 2, 1)


def test_export_gives_the_same_bytes_as_the_replay_that_was_kept(
    place: Path, inside: Callable[..., Ended]
) -> None:
    assert replayed(inside, "--data", "kept").code == 0
    by_series = inside("export", "urojc", "--data", "kept", "--out", "again")
    by_id = inside("export", "urojc-2026-12-07", "--data", "kept", "--out", "csv", "--to", "csv")
    assert (by_series.code, by_id.code) == (0, 0)
    assert by_id.lines == ["csv/transcript.csv"]
    assert files_below(place / "csv") == {"transcript.csv"}
    for one in ("html", "md", "json", "csv"):
        name = f"transcript.{one}"
        assert (place / "again" / name).read_bytes() == (place / "out" / name).read_bytes()


def test_replay_reports_bad_lines_by_number_and_goes_on_without_them(
    place: Path, inside: Callable[..., Ended]
) -> None:
    with (place / "said.jsonl").open("a", encoding="utf-8") as file:
        file.write('not json\n{"id": "9"}\n')
    ended = replayed(inside)
    assert ended.code == 0
    first, second, count = ended.err.splitlines()
    assert first.startswith("said.jsonl:5: ")
    assert second.startswith("said.jsonl:6: ")
    assert count == "2 lines were left out."


def test_replay_stops_at_bad_lines_when_it_is_strict(
    place: Path, inside: Callable[..., Ended]
) -> None:
    with (place / "said.jsonl").open("a", encoding="utf-8") as file:
        file.write("not json\n")
    ended = replayed(inside, "--strict")
    assert ended.code == 1
    assert "said.jsonl:5: " in ended.err
    assert not (place / "out").exists()


def test_replay_reports_the_mistakes_of_its_agenda(
    place: Path, inside: Callable[..., Ended]
) -> None:
    (place / "chats" / "urojc.yaml").write_text("title: x\n", "utf-8")
    ended = replayed(inside)
    assert ended.code == 1
    assert ended.err.startswith("chats/urojc.yaml:1:1: ")


def test_export_makes_no_store_where_there_is_none(
    place: Path, inside: Callable[..., Ended]
) -> None:
    before = files_below(place)
    ended = inside("export", "urojc", "--data", "nowhere")
    assert ended.code == 1
    assert "There is no store in “nowhere”." in ended.err
    assert files_below(place) == before


def test_export_says_which_chats_there_are(place: Path, inside: Callable[..., Ended]) -> None:
    replayed(inside, "--data", "data")
    ended = inside("export", "xyz")
    assert ended.code == 1
    assert "There are urojc-2026-12-07." in ended.err


def test_a_file_that_is_no_store_is_told_and_the_process_ends(place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "rounds.db").write_bytes(b"no database at all, but long enough" * 40)
    ended = rounds("export", "urojc", cwd=place)
    assert ended.code == 1
    assert "cannot be opened" in ended.err


# ---------------------------------------------------------------- run


def test_run_serves_until_it_is_told_to_stop_and_export_works_beside_it(
    place: Path, inside: Callable[..., Ended]
) -> None:
    assert replayed(inside, "--data", "data").code == 0
    port = free_port()
    with running("run", "--port", str(port), cwd=place) as process:
        assert process.stdout is not None
        room = process.stdout.readline()
        assert room == f"Room urojc: http://127.0.0.1:{port}/rooms/urojc\n"
        link = process.stdout.readline()
        assert link.startswith(f"Moderator henry: http://127.0.0.1:{port}/")
        assert process.stdout.readline() == f"Ready: http://127.0.0.1:{port}\n"
        with urlopen(room.split(": ", 1)[1].strip(), timeout=10) as page:
            assert page.status == 200
        beside = rounds("export", "urojc", "--to", "json", cwd=place)
        assert (beside.code, beside.lines) == (0, ["out/transcript.json"])
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.returncode == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_run_at_a_taken_port_says_so(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = rounds("run", "--port", str(port), cwd=place)
    assert ended.code == 1
    assert f"Port {port} is taken by another program." in ended.err


def test_run_without_a_folder_of_agendas_does_not_start(
    place: Path, inside: Callable[..., Ended]
) -> None:
    ended = inside("run", "--chats", "nowhere")
    assert ended.code == 1
    assert "There is no folder “nowhere” with agendas." in ended.err
    assert not (place / "data").exists()


def test_the_demonstration_prints_its_addresses_and_ends_by_itself(tmp_path: Path) -> None:
    ended = rounds("demo", "--fast", "--out", tmp_path / "out", cwd=ROOT)
    assert ended.code == 0
    assert re.fullmatch(r"Room: http://127\.0\.0\.1:\d+/rooms/\w+", ended.lines[0])
    assert re.fullmatch(r"Moderator: http://127\.0\.0\.1:\d+/\S+", ended.lines[1])
    assert any(re.match(r" +\S+ h  T2: ", line) for line in ended.lines)
    assert any(line.startswith("Participants  ") for line in ended.lines)
    written = [f"transcript.{one}" for one in ("csv", "html", "json", "md")]
    assert sorted(files_below(tmp_path / "out")) == written
    for name in written:
        assert "the postman from Elm Street" not in (tmp_path / "out" / name).read_text("utf-8")


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
