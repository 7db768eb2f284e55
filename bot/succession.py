"""Leads or stands by on a PostgreSQL database, and notices in time that it leads no longer.

Whoever leads says so every second or two. One that could not do so for `SURE_FOR` leaves everything
at once, before the server lets another one lead (`bot.store.leading.FORGOTTEN_AFTER`). One that was
stopped meanwhile finds this out in the moment in which it goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Collection
from datetime import timedelta

from bot.serving import Term, first_of
from bot.store.address import Address
from bot.store.errors import StoreError, Unavailable
from bot.store.holding import Holder
from bot.store.leading import Candidacy

log = logging.getLogger(__name__)

BEATS_EVERY = timedelta(seconds=1.5)
"""How often whoever leads is heard of."""

SURE_FOR = timedelta(seconds=5)
"""So long after it was last heard of a process leads, as far as it can know."""


class OneOfSeveral:
    """A candidate where others may lead."""

    def __init__(self, candidacy: Candidacy) -> None:
        self._candidacy = candidacy
        self._beating: asyncio.Task[None] | None = None
        self._refusal: StoreError | None = None
        self._why = ""  # the log has said last why it cannot be asked who leads

    async def wins(self) -> Term | None:
        """Lead if nobody else does. Raises StoreError where nobody can."""
        if self._refusal is not None:
            raise self._refusal
        term = Term()
        try:
            leads = await self._candidacy.try_to_lead(term.owner)
        except StoreError as failure:  # it could be asked once, so it is asked again
            self._tell(str(failure))
            return None
        if not leads:
            return None
        self._why = ""
        self._beating = asyncio.create_task(self._beat(term), name="leads")
        return term

    async def leader(self) -> str:
        """Say who leads, or why that is not known."""
        try:
            leader = await self._candidacy.leader()
        except StoreError as failure:
            return str(failure)
        return f"{leader} leads." if leader else "Another process is about to lead."

    async def gone(self, owners: Collection[str]) -> set[str]:
        """Return which of these, named in leases, are no living process's."""
        return await self._candidacy.gone(owners)

    async def leave(self) -> None:
        """Let another process lead."""
        beating, self._beating = self._beating, None
        if beating is not None:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await self._candidacy.leave()

    async def _beat(self, term: Term) -> None:
        """Be heard of until the term is over; it is over where that cannot be."""
        loop = asyncio.get_running_loop()
        seconds = SURE_FOR.total_seconds()
        sure = loop.call_later(seconds, term.end)
        try:
            while not term.over.is_set():
                again = loop.call_later(seconds, term.end)  # from before the server hears of us
                try:
                    await self._candidacy.beat()
                finally:
                    sure.cancel()
                    sure = again
                await first_of(BEATS_EVERY, self._candidacy.cut)
        except Unavailable as failure:
            self._tell(str(failure))
        except StoreError as refusal:
            self._refusal = refusal
        finally:
            sure.cancel()
            term.end()

    def _tell(self, why: str) -> None:
        if why != self._why:
            self._why = why
            log.warning("Who leads cannot be known: %s", why)


@contextlib.asynccontextmanager
async def standing(address: Address, holder: Holder) -> AsyncIterator[OneOfSeveral]:
    """Be one who may lead on a database, for a block. Raises StoreError where nobody can."""
    candidacy = Candidacy(address, holder)
    await candidacy.connect()
    candidate = OneOfSeveral(candidacy)
    try:
        yield candidate
    finally:
        await candidate.leave()
        await candidacy.leave()
