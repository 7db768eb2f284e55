"""`rounds run` and `rounds demo`: they serve, and end."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

from tests.typed import (
    ROOT,
    Ended,
    files_below,
    free_port,
    replayed,
    rounds,
    running,
)


def test_run_says_that_it_is_ready_and_has_nothing_to_hold(tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    port = free_port()
    with running("run", "--port", str(port), cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Ready: http://127.0.0.1:{port}\n"
        assert process.stdout.readline().startswith("No agenda can be read yet; ")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


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
