"""Reads agendas again and again, so that what organizers change is taken over while Rounds runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.clockwork.catalogue import Catalogue
from bot.outages import Outage

log = logging.getLogger(__name__)

READ_EVERY = timedelta(seconds=5)

WAITS = "The agendas could not be taken over; they are read again soon"


def refresh(catalogue: Catalogue) -> bool:
    """Read changed agendas; log what is wrong with them; say whether something changed."""
    mistakes = catalogue.refresh()
    for mistake in mistakes or ():
        log.error("%s", mistake)
    return mistakes is not None


async def reread(
    catalogue: Catalogue, take_over: Callable[[], Awaitable[None]], every: timedelta = READ_EVERY
) -> None:
    """Take over changed, new and removed agendas; a file that became wrong keeps its old one."""
    outage = Outage(log, WAITS, "Agendas are taken over again.")
    changed = False
    while True:
        await asyncio.sleep(every.total_seconds())
        try:
            changed = await asyncio.to_thread(refresh, catalogue) or changed
            if changed:
                await take_over()
                changed = False
            outage.passed()
        except Exception as failure:
            outage.failed(failure)
