"""The map of the rooms in the documentation names every room there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_file_and_folder_of_the_house_is_on_its_map() -> None:
    plan = PAGE[PAGE.index("## The rooms of the house") :]
    named = set(re.findall(r"`bot/([a-z_]+(?:\.py|/))`", plan))
    rooms = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "bot").iterdir()
        if path.name not in ("__init__.py", "__pycache__")
    }
    assert named == rooms


@pytest.mark.parametrize("room", ["cli", "clockwork", "desk", "dispatch", "intake"])
def test_every_file_of_a_room_is_named_beside_it(room: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `bot/{room}/`"))
    files = {path.name for path in (ROOT / "bot" / room).glob("*.py")} - {"__init__.py"}
    assert set(re.findall(r"`([a-z_]+\.py)`", row)) == files


def test_every_file_of_the_engine_is_told_of() -> None:
    told = PAGE[PAGE.index("## Four functions") : PAGE.index("## The stages of a chat")]
    named = set(re.findall(r"`(?:bot/engine/)?([a-z_]+\.py)`", told))
    files = {path.name for path in (ROOT / "bot" / "engine").glob("*.py")} - {"__init__.py"}
    assert named == files


def test_every_file_that_the_documentation_names_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "chats").glob("*.md")]
    for page in pages:
        for name in re.findall(r"`((?:bot|docs|tests|chats|bench)/[\w/.-]+)`", page.read_text()):
            assert (ROOT / name).exists(), f"{page.name} names {name}"
