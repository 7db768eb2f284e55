"""`rounds slack`, as it is typed: the manifest and nothing else, whatever the settings are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.platforms.slack_manifest import manifest
from bot.settings import NAMES

ROOT = Path(__file__).resolve().parents[1]


def rounds(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end; no failure of it may ever be a traceback."""
    kept = {name: text for name, text in os.environ.items() if name not in NAMES}
    ended = subprocess.run(  # noqa: PLW1510  the exit code is what is looked at
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(ROOT), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "Traceback" not in ended.stderr + ended.stdout
    return ended


def test_the_manifest_is_all_that_is_printed(tmp_path: Path) -> None:
    ended = rounds("slack", "manifest", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == manifest()
    assert list(tmp_path.iterdir()) == []


def test_with_an_address_it_is_the_one_to_which_slack_sends(tmp_path: Path) -> None:
    ended = rounds("slack", "manifest", "--url", "https://Chat.example.org/", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == manifest("https://chat.example.org")


def test_it_needs_no_settings_and_minds_no_wrong_ones(tmp_path: Path) -> None:
    wrong = {"SLACK_BOT_TOKEN": "xoxb-alone", "PORT": "none", "ROUNDS_URL": "https://b.org"}
    ended = rounds("slack", "manifest", cwd=tmp_path, **wrong)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == manifest()


@pytest.mark.parametrize(
    "url", ["http://chat.example.org", "chat.example.org", "https://a.org/slack", "", "https://"]
)
def test_an_address_to_which_slack_does_not_send_is_refused(tmp_path: Path, url: str) -> None:
    ended = rounds("slack", "manifest", "--url", url, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "Write it like https://chat.example.org" in ended.stderr


def test_by_itself_it_shows_what_there_is_and_ends_as_wrong_usage(tmp_path: Path) -> None:
    ended = rounds("slack", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (2, "")
    assert "manifest  Print the app's manifest as JSON." in ended.stdout
    ended = rounds("slack", "manfest", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Did you mean 'manifest'?" in ended.stderr
