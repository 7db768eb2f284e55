"""Links for moderators, made beside the process that lets them in."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.typed import Ended, free_port, rounds, running


@contextmanager
def serving(place: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Let the program serve as where its log is collected; give all that it prints."""
    json = {"ROUNDS_LOG_FORMAT": "json"}
    with running("run", "--port", str(port), cwd=place, **json) as process:
        assert process.stdout is not None
        printed = ""
        while f"Ready: http://127.0.0.1:{port}" not in printed:
            printed += process.stdout.readline()
        yield process, printed


def test_no_link_is_printed_where_programs_collect_what_is(place: Path) -> None:
    port = free_port()
    with serving(place, port) as (process, printed):
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert printed.splitlines() == [
        f"Room urojc: http://127.0.0.1:{port}/rooms/urojc",
        "Moderators: rounds links prints a link for each.",
        f"Ready: http://127.0.0.1:{port}",
    ]
    assert "/enter" not in out + err
    assert "henry" not in printed + out + err


def test_a_link_that_is_made_beside_the_process_lets_its_moderator_in(place: Path) -> None:
    port = free_port()
    with serving(place, port):
        made = [rounds("links", "--port", str(port), cwd=place) for _ in range(2)]
        for ended in made:
            assert (ended.code, ended.err) == (0, "")
            room, moderator = ended.lines
            assert room == f"Room urojc: http://127.0.0.1:{port}/rooms/urojc"
            link = moderator.removeprefix("Moderator henry: ")
            browser = build_opener(HTTPCookieProcessor())
            with browser.open(link, timeout=10) as page:
                assert (page.status, urlsplit(page.url).path) == (200, "/")
                assert "henry" in page.read().decode()
        changed = link[:-1] + ("a" if link[-1] != "a" else "b")
        with pytest.raises(HTTPError, match="403"):
            build_opener().open(changed, timeout=10)


def test_where_nobody_moderates_a_room_of_rounds_it_is_said(
    place: Path, inside: Callable[..., Ended]
) -> None:
    assert "There is no store in “data”." in inside("links").err
    (place / "chats" / "urojc.yaml").write_text(
        (place / "chats" / "urojc.yaml").read_text("utf-8").replace("local", "discord"), "utf-8"
    )
    (place / "data").mkdir()
    (place / "data" / "rounds.db").touch()
    ended = inside("links")
    assert (ended.code, ended.out) == (1, "")
    assert "On Discord and Slack one types /chat link." in ended.err
