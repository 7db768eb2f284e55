"""Failures as sentences."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli.faults import Stopped, not_listening, told
from bot.engine.errors import BrokenLog, Refused
from bot.settings import Settings
from bot.store.errors import StoreError


def failure(call: Callable[[], object]) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize("kind", [Refused, Stopped, StoreError])
def test_a_sentence_of_ours_is_told_as_it_is(kind: type[Exception]) -> None:
    assert told(kind("Do this instead.")) == "Do this instead."


def test_a_broken_log_is_told_with_a_way_out() -> None:
    sentence = told(BrokenLog("there is no topic 9"))
    assert "there is no topic 9" in sentence
    assert "Take the last good copy" in sentence


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    missing = tmp_path / "a\x1b[2Jb"
    sentence = told(failure(missing.read_bytes))
    assert sentence.startswith(f"There is no “{tmp_path}/a�[2Jb”.")


def test_a_full_disk_is_told_also_where_no_file_is_named() -> None:
    def write() -> None:
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    assert told(failure(write)) == (
        "There is no room left on the disk. Make room, or use another disk."
    )


def test_a_store_that_cannot_be_used_is_told_with_what_keeps_it(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE words (word)")
        database.execute("PRAGMA max_page_count = 2")

        def fill() -> None:
            database.execute("INSERT INTO words VALUES (zeroblob(100000))")

        sentence = told(failure(fill))
        assert sentence.startswith("The store cannot be used (database or disk is full).")
        assert "fault of its own" in told(failure(lambda: database.execute("nonsense")))


def test_a_damaged_store_is_no_question_of_room(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    file.write_bytes(b"no database at all, but long enough" * 40)
    with contextlib.closing(sqlite3.connect(file)) as database:
        sentence = told(failure(lambda: database.execute("SELECT * FROM chats")))
    assert sentence.startswith("The store is damaged (file is not a database). Put a backup ")
    assert "rounds restore FILE" in sentence
    assert "room" not in sentence


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    assert "is a folder. Name a file." in told(failure(tmp_path.read_bytes))


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    made = failure((tmp_path / "out" / "in").mkdir)
    again = failure((tmp_path / "out").mkdir)
    assert "is a file where a folder is needed" in told(made)
    assert "is a file where a folder is needed" in told(again)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EACCES, "may not be used by this user"),
        (errno.EROFS, "may not be used by this user"),
        (errno.ENOSPC, "no room left on the disk"),
        (errno.EIO, "cannot be used (Input/output error)"),
    ],
)
def test_other_troubles_with_a_file_are_told(number: int, says: str) -> None:
    assert says in told(OSError(number, os.strerror(number), "data/rounds.db"))


def test_a_fault_of_ours_is_told_by_kind_and_place_without_what_it_says() -> None:
    def fall() -> None:
        raise KeyError("I have the disease myself")

    sentence = told(failure(fall))
    assert "KeyError at line" in sentence
    assert "test_faults.py" in sentence
    assert "ROUNDS_LOG=debug" in sentence
    assert "disease" not in sentence


def listen(host: str, port: int) -> Exception:
    async def start() -> None:
        server = await asyncio.start_server(lambda _reader, _writer: None, host, port)
        server.close()

    return failure(lambda: asyncio.run(start()))


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = listen("127.0.0.1", port)
    assert isinstance(error, OSError)
    stopped = not_listening(error, Settings(port=port))
    assert str(stopped).startswith(f"Port {port} is taken by another program.")


def test_an_address_of_another_machine_is_told() -> None:
    error = listen("192.0.2.1", 8080)  # set apart for documentation, RFC 5737
    assert isinstance(error, OSError)
    assert "no address “192.0.2.1”" in str(not_listening(error, Settings(host="192.0.2.1")))


def test_a_name_that_is_unknown_and_a_port_that_is_forbidden_are_told() -> None:
    unknown = not_listening(socket.gaierror(-2, "Name or service not known"), Settings(host="x"))
    assert str(unknown) == "No address is known for “x”. Choose another with --host."
    forbidden = not_listening(PermissionError(errno.EACCES, "denied"), Settings(port=80))
    assert "above 1023" in str(forbidden)


def test_what_does_not_concern_the_address_is_left_to_others() -> None:
    assert not_listening(PermissionError(errno.EACCES, "denied", "data"), Settings()) is None
    assert not_listening(OSError(errno.EIO, "broken"), Settings()) is None
