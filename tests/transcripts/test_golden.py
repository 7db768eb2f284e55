"""The club's transcript, byte for byte: the organizers' edition, and the others where some of it is
held back and some people want pseudonyms.

`ROUNDS_GOLDEN=write pytest tests/transcripts/test_golden.py` writes the files anew; read what
changed before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.engine.messages import Hold, PlacedBy
from bot.engine.showing import EDITIONS, Audience
from bot.engine.state import Chat
from bot.store import publications
from bot.store.tables import Tables
from bot.transcripts.edition import Edition, showing_of
from bot.transcripts.editions import stands
from bot.transcripts.rendering import FORMATS
from tests.transcripts.club import CLOSES, HOME, after, club
from tests.transcripts.guarded import guarded, in_words

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("wanted", FORMATS)
async def test_the_club_is_written_as_agreed(wanted: str) -> None:
    agreed(GOLDEN / f"club.{wanted}", await club(wanted))


@pytest.mark.parametrize(
    ("audience", "wanted"),
    [(Audience.PUBLIC, "html")]
    + [(audience, wanted) for audience in EDITIONS for wanted in FORMATS if wanted != "html"],
)
async def test_each_edition_is_written_as_agreed(audience: Audience, wanted: str) -> None:
    async with guarded() as (tables, chat):
        if audience is Audience.PUBLIC:
            await corrected(tables, chat)
        written = await in_words(tables, chat, wanted, audience)
    agreed(GOLDEN / f"guarded-{audience}.{wanted}", written.encode())


async def corrected(tables: Tables, chat: Chat) -> None:
    """Publish the club, then let some of it be corrected."""
    gate = Edition(await showing_of(tables, chat, Audience.PUBLIC))
    said = [(fact.key, now) async for fact, _, now in stands(tables, gate, 0)]
    await publications.put(tables, chat.id, 1, CLOSES, said)
    changed = {
        "m15": {"text": "", "withdrawn": True},
        "m14": {"text": "A4 No", "edited": True, "worded_at": after(hours=60)},
        "m11": {"topics": (1,), "placed_by": PlacedBy.MODERATOR},
        "m31": {"held": Hold.NONE},
    }
    rows = await tables.messages([f"{HOME}/{id_}" for id_ in changed])
    await tables.put_messages([row._replace(**changed[row.id]) for row in rows])  # type: ignore[arg-type]


def agreed(path: Path, written: bytes) -> None:
    """Compare with what is agreed, or write it where somebody asks for that."""
    if os.environ.get("ROUNDS_GOLDEN") == "write":
        assert not os.environ.get("CI"), "golden files are written by a person, not by CI"
        path.write_bytes(written)
        pytest.skip(f"{path.name} was written; read what changed")
    assert path.read_bytes().decode() == written.decode()
