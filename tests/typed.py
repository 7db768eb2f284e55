"""The program as a person or another program types it: in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.settings import NAMES

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "bot"]

AGENDA = """\
title: A chat
zone: Australia/Sydney
schedule: {every: first monday at 07:00}
window: 48h
rooms: [{local: urojc}]
moderators: {local: [henry]}
topics: {every: 1h, ask: ["What was asked?", "What was found?"]}
"""


SAID = [
    {"id": "1", "ts": "2026-12-06T20:01:00Z", "author": "ann", "text": "T1: A question."},
    {"id": "2", "ts": "2026-12-06T21:30:00Z", "author": "bo", "text": "T2: An answer."},
    {"id": "3", "ts": "2026-12-06T22:00:00Z", "author": "bo", "text": "Elm Street"},
    {"kind": "delete", "id": "3", "ts": "2026-12-06T22:01:00Z"},
]
STARTS = "2026-12-06T20:00:00Z"


@dataclass(frozen=True)
class Ended:
    """What a process left."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def environment(**more: str) -> dict[str, str]:
    """Return this environment without any setting of Rounds, and with the checkout to import."""
    kept = {k: v for k, v in os.environ.items() if k not in NAMES and not k.startswith("ROUNDS_")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def rounds(*arguments: str | Path, cwd: Path, answers: str = "", **more: str) -> Ended:
    """Run the program to its end; no failure of it may ever be a traceback.

    It has the settings `more`, and no terminal; `answers` are what it can read.
    """
    ended = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env=environment(**more),
        input=answers,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ended.stderr + ended.stdout
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def free_port() -> int:
    """Return a port of 127.0.0.1 at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(*arguments: str | Path, cwd: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program beside the test, with the settings `more`."""
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env=environment(**more),
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


def replayed(call: Callable[..., Ended], *more: str | Path) -> Ended:
    return call(
        "replay", "chats/urojc.yaml", "said.jsonl", "--starts", STARTS, "--out", "out", *more
    )


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
