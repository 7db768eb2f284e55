"""Links for the moderators of Rounds' own rooms, made beside the process that lets them in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.cli.faults import Stopped
from bot.cli.stores import opened
from bot.engine.agenda import Series
from bot.settings import Settings
from bot.web.access import Access
from bot.web.ways_in import moderator_lines, room_lines


async def links(settings: Settings, series: Iterable[Series], now: datetime) -> list[str]:
    """Return a line for each room, and one for each moderator.

    Raises Stopped where there is no such moderator, or no store yet.
    """
    series = list(series)
    async with opened(settings.where) as store, store.writing() as tables:
        access = await Access.of(tables)
    found = moderator_lines(series, access, settings.url, now)
    if not found:
        raise Stopped(
            "No agenda that can be read names a moderator of Rounds' own rooms (moderators: "
            "{local: [NAME]}). On Discord and Slack one types /chat link."
        )
    return [*room_lines(series, settings.url), *found]
