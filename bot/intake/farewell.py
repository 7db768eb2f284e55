"""Takes a person out of everything that is kept, inside one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.intake.rewording import watched
from bot.intake.unnaming import unname_everywhere
from bot.store import departures, forgetting
from bot.store.forgetting import Removed
from bot.store.tables import Tables

READ_AFTER = timedelta(hours=48)
"""For how long after its end a chat's rooms are read for what was said and not heard."""


async def erase(tables: Tables, key: str, now: datetime) -> Removed:
    """Erase a person (by their key); a pseudonym, drawn by lot, stands for them from then on.

    Closing posts that quote them get other words. Whoever remembers chats reads them again.
    """
    platform, _, person = key.partition(":")
    said = await forgetting.said_by(tables.connection, key)
    async with watched(tables, now):
        unnamed = await unname_everywhere(tables, key)
        await forgetting.blank_unsaid(tables, platform, now - READ_AFTER)
        whom = departures.new_erased(key, now)
        removed = await forgetting.erase(tables, platform, person, whom)
    theirs = {one.key for one in said}
    others = removed.others.union(one.after.key for one in unnamed.changes) - theirs
    return replace(removed, others=others, named=unnamed.left)
