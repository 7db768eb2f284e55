"""The club's transcript, byte for byte.

`ROUNDS_GOLDEN=write pytest tests/transcripts/test_golden.py` writes the files anew; read what
changed before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.transcripts import FORMATS
from tests.transcripts.club import club

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("wanted", FORMATS)
async def test_the_club_is_written_as_agreed(wanted: str) -> None:
    path = GOLDEN / f"club.{wanted}"
    written = await club(wanted)
    if os.environ.get("ROUNDS_GOLDEN") == "write":
        assert not os.environ.get("CI"), "golden files are written by a person, not by CI"
        path.write_bytes(written)
        pytest.skip(f"{path.name} was written; read what changed")
    assert path.read_bytes().decode() == written.decode()
