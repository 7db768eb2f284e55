"""A folder with an agenda, and the program called within this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from bot.cli import commands as cli
from tests.typed import (
    AGENDA,
    SAID,
    Ended,
    environment,
)


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


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with an agenda in `chats` and a conversation beside it."""
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "urojc.yaml").write_text(AGENDA, "utf-8")
    lines = "".join(json.dumps(line) + "\n" for line in SAID)
    (tmp_path / "said.jsonl").write_text(lines, "utf-8")
    return tmp_path
