"""Time is an argument: the machine's own zone changes nothing (invariant 8)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.typed import rounds

ROOT = Path(__file__).resolve().parents[2]
ZONES = ("Asia/Tokyo", "America/St_Johns")


def on_machine(zone: str, folder: Path, *arguments: str) -> str:
    """Run the program on a machine of this zone; return what it prints."""
    ended = rounds(*arguments, cwd=folder, TZ=zone)
    assert ended.code == 0, ended.err
    return ended.out


def seen_in(zone: str, folder: Path) -> dict[str, bytes]:
    """Return the dates of a year and the transcripts of a chat, as such a machine makes them."""
    folder.mkdir()
    chats = str(ROOT / "chats")
    arguments = ("next", "--chats", chats, "--count", "60", "--from", "2026-10-01")
    found = {"dates": on_machine(zone, folder, *arguments).encode()}
    conversation = (f"{chats}/demo.yaml", f"{chats}/demo.jsonl")
    starts = ("--starts", "2026-12-06T20:00Z", "--out", "out", "--data", "data")
    on_machine(zone, folder, "replay", *conversation, *starts)
    return found | {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


@pytest.fixture(scope="module")
def in_utc(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    found = seen_in("UTC", tmp_path_factory.mktemp("clock") / "utc")
    assert len(found) == 5
    assert b"2026-12-06T20:00Z" in found["dates"]
    assert all(len(text) > 1000 for text in found.values())
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_machine_of_any_zone_writes_the_same_bytes(
    tmp_path: Path, in_utc: dict[str, bytes], zone: str
) -> None:
    assert seen_in(zone, tmp_path / "there") == in_utc


def test_the_properties_hold_on_a_machine_of_another_zone() -> None:
    """The tests that draw times at random, once more where the clocks are nine hours ahead."""
    drawn = ("invariants/test_order.py", "store/test_codec.py", "test_recording.py")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(str(ROOT / "tests" / name) for name in drawn),
        ],
        cwd=ROOT,
        env={**os.environ, "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stdout[-3000:]
