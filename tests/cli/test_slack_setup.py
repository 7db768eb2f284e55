"""`rounds slack`, as it is typed: the manifest and nothing else, whatever the settings are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.platforms.slack.manifest import manifest
from tests.typed import rounds


def test_the_manifest_is_all_that_is_printed(tmp_path: Path) -> None:
    ended = rounds("slack", "manifest", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == manifest()
    assert list(tmp_path.iterdir()) == []


def test_with_an_address_it_is_the_one_to_which_slack_sends(tmp_path: Path) -> None:
    ended = rounds("slack", "manifest", "--url", "https://Chat.example.org/", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == manifest("https://chat.example.org")


def test_it_needs_no_settings_and_minds_no_wrong_ones(tmp_path: Path) -> None:
    wrong = {"SLACK_BOT_TOKEN": "xoxb-alone", "PORT": "none", "ROUNDS_URL": "https://b.org"}
    ended = rounds("slack", "manifest", cwd=tmp_path, **wrong)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == manifest()


@pytest.mark.parametrize(
    "url", ["http://chat.example.org", "chat.example.org", "https://a.org/slack", "", "https://"]
)
def test_an_address_to_which_slack_does_not_send_is_refused(tmp_path: Path, url: str) -> None:
    ended = rounds("slack", "manifest", "--url", url, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert "Write it like https://chat.example.org" in ended.err


def test_by_itself_it_shows_what_there_is_and_ends_as_wrong_usage(tmp_path: Path) -> None:
    ended = rounds("slack", cwd=tmp_path)
    assert (ended.code, ended.err) == (2, "")
    assert "manifest  Print the app's manifest as JSON." in ended.out
    ended = rounds("slack", "manfest", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "Did you mean 'manifest'?" in ended.err
