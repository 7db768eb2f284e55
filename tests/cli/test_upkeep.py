"""The commands of whoever keeps Rounds running, in processes of their own."""

from __future__ import annotations

import asyncio
import os
import pty
import shlex
import signal
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.house import house, person, room_of, urojc
from tests.invariants.process import program
from tests.typed import PROGRAM, ROOT, environment, rounds

AGENDA = """\
title: A chat
zone: Australia/Sydney
starts: 2036-12-07 07:00
window: 48h
rooms: [{local: urojc}]
moderators: {local: [henry]}
topics: [{ask: "What next?", after: 0m}]
"""
SERIES = urojc()
ROOM, ANN = room_of(SERIES), person("Ann")
WORDS = "the postman from Elm Street"


@pytest.fixture
async def place(tmp_path: Path) -> Path:
    """Return a folder with a store in `data`, and an agenda in `chats`."""
    (tmp_path / "data").mkdir()
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "urojc.yaml").write_text(AGENDA, "utf-8")
    async with house(tmp_path / "data") as h:
        await h.start(SERIES)
        h.clock.advance(timedelta(minutes=1))
        await h.say(ROOM, ANN, WORDS, message="1")
    return tmp_path


def words_in(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [
            text for (text,) in database.execute("SELECT text FROM messages WHERE role <> 'bot'")
        ]


def test_a_backup_is_made_restored_and_told(place: Path) -> None:
    made = rounds("backup", "copy.db", cwd=place)
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith("copy.db: 1 chat, 3 messages")
    again = rounds("backup", "copy.db", cwd=place)
    assert again.code == 1
    assert "is there already" in again.err
    assert rounds("backup", "copy.db", "--replace", cwd=place).code == 0
    with closing(sqlite3.connect(place / "data" / "rounds.db")) as database:
        database.execute("UPDATE messages SET text = 'since then' WHERE role <> 'bot'")
        database.commit()
    back = rounds("restore", "copy.db", cwd=place)
    assert (back.code, back.err) == (0, "")
    assert "kept as data/rounds-" in back.out
    assert words_in(place / "data" / "rounds.db") == [WORDS]
    (kept,) = (place / "data").glob("rounds-*.db")
    assert words_in(kept) == ["since then"]


def test_what_cannot_be_backed_up_or_restored_is_a_sentence(place: Path) -> None:
    (place / "notes.db").write_text("notes")
    for arguments, why in (
        (("backup", "copy.db", "--data", "none"), "There is no store in"),
        (("backup", "data"), "is a folder"),
        (("backup", "none/copy.db"), "There is no"),
        (("restore", "none.db"), "There is no file none.db. Is its name right?"),
        (("restore", "notes.db"), "cannot be read as a store"),
    ):
        ended = rounds(*arguments, cwd=place)
        assert ended.code == 1, arguments
        assert why in ended.err
        assert ended.out == ""
    assert {path.name for path in place.iterdir()} == {"data", "chats", "notes.db"}


def test_for_postgresql_its_own_tools_are_named(place: Path) -> None:
    database = "postgresql://rounds:secret@127.0.0.1:1/rounds"
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        ended = rounds(command, "copy.db", cwd=place, DATABASE_URL=database)
        assert ended.code == 1
        assert f"{tool} --" in ended.err
        assert "secret" not in ended.err
        assert tool in (ROOT / "docs" / "operating.md").read_text("utf-8")


def test_a_backup_that_is_ended_leaves_nothing(place: Path) -> None:
    with closing(sqlite3.connect(place / "data" / "rounds.db")) as database:
        database.executemany(
            "INSERT INTO secrets VALUES (?, ?)", ((str(n), "x" * 4000) for n in range(40_000))
        )
        database.commit()
    process = subprocess.Popen(
        [*PROGRAM, "backup", "copy.db"],
        cwd=place,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    while not list(place.glob(".copy.db.*")) and process.poll() is None:
        pass
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    _out, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, "")
    assert {path.name for path in place.iterdir()} == {"data", "chats"}


async def test_beside_a_process_that_serves_a_backup_is_made_and_none_restored(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as process:
        (process.chats / "urojc.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        async with process.moderator() as henry:
            await henry.post("/rooms/urojc/say", {"text": "/chat start urojc"})
        async with process.guest("urojc", "Ann") as ann:
            await ann.say("urojc", WORDS)
            made = await asyncio.to_thread(rounds, "backup", "copy.db", cwd=tmp_path)
            assert (made.code, made.err) == (0, "")
            assert WORDS in words_in(tmp_path / "copy.db")
            back = await asyncio.to_thread(rounds, "restore", "copy.db", cwd=tmp_path)
            assert back.code == 1
            assert "is in use: rounds run, process" in back.err
            await ann.say("urojc", "and then")
        assert await process.stop() == 0
        assert words_in(process.data / "rounds.db") == [*words_in(tmp_path / "copy.db"), "and then"]


def test_where_there_is_no_room_for_a_backup_it_is_said_and_nothing_is_left(place: Path) -> None:
    with closing(sqlite3.connect(place / "data" / "rounds.db")) as database:
        database.execute("INSERT INTO secrets VALUES ('big', ?)", ("x" * 2_000_000,))
        database.commit()
    limited = f"ulimit -f 1000; exec {shlex.join(PROGRAM)} backup copy.db"  # blocks of 1 kB
    ended = subprocess.run(
        ["bash", "-c", limited],
        cwd=place,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "copy.db cannot be written" in ended.stderr
    assert {path.name for path in place.iterdir()} == {"data", "chats"}


def test_a_dry_run_shows_what_would_go_and_changes_nothing(place: Path) -> None:
    before = (place / "data" / "rounds.db").read_bytes()
    shown = rounds("erase", "Ann", "--dry-run", cwd=place)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("local:p-ann, called “Ann”: 1 message in 1 chat")
    assert "1 text of these" in shown.out
    assert words_in(place / "data" / "rounds.db") == [WORDS]
    assert (place / "data" / "rounds.db").read_bytes() == before


def test_nobody_is_erased_unless_somebody_says_so(place: Path) -> None:
    asked = rounds("erase", "Ann", cwd=place, answers="y\n")
    assert asked.code == 1
    assert "Say --yes" in asked.err
    assert words_in(place / "data" / "rounds.db") == [WORDS]
    unknown = rounds("erase", "Nobody", "--yes", cwd=place)
    assert unknown.code == 1
    assert "discord:ID" in unknown.err
    done = rounds("erase", "Ann", "--yes", cwd=place)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Erased:\n")
    assert "Ann" not in done.out
    assert words_in(place / "data" / "rounds.db") == [""]


def test_nobody_is_erased_while_it_cannot_be_seen_whether_an_agenda_names_them(
    place: Path,
) -> None:
    refused = rounds("erase", "Ann", "--yes", "--chats", "elsewhere", cwd=place)
    assert refused.code == 1
    assert "Name the folder of the agendas: --chats DIR" in refused.err
    assert words_in(place / "data" / "rounds.db") == [WORDS]
    done = rounds("erase", "Ann", "--yes", "--without-agendas", cwd=place)
    assert (done.code, done.err) == (0, "")
    assert words_in(place / "data" / "rounds.db") == [""]


def on_terminal(*arguments: str, cwd: Path, answer: str) -> tuple[int, str]:
    """Run the program on a terminal where somebody answers once."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=environment(TERM="dumb"),
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    told, answered = b"", False
    with suppress(OSError):  # the other side is closed
        while piece := os.read(master, 4096):
            told += piece
            if b"[y/N]" in told and not answered:
                answered = True
                os.write(master, f"{answer}\n".encode())
    os.close(master)
    return process.wait(30), told.decode()


def test_on_a_terminal_it_is_asked_first(place: Path) -> None:
    code, told = on_terminal("erase", "Ann", cwd=place, answer="n")
    assert code == 1
    assert "It cannot be undone." in told
    assert words_in(place / "data" / "rounds.db") == [WORDS]
    code, told = on_terminal("erase", "Ann", cwd=place, answer="y")
    assert code == 0
    assert words_in(place / "data" / "rounds.db") == [""]
