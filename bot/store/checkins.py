"""Who checked in for a series, and what they want of transcripts."""

from __future__ import annotations

from collections.abc import Mapping

from bot.engine.consent import Consent
from bot.store.tables import Connection


async def consents(connection: Connection, series: str) -> Mapping[str, Consent]:
    """Return what people want who have checked in for a series, by their keys."""
    rows = await connection.rows("SELECT person, consent FROM checkins WHERE series = ?", (series,))
    return {person: Consent(consent) for person, consent in rows}
