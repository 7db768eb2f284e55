"""Tells the chats of a series for how long its agenda keeps people's words today."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from bot.engine.agenda import Series
from bot.engine.errors import BrokenLog
from bot.engine.signals import KeepChanged
from bot.intake.runner import Runner, Store
from bot.store import departures

log = logging.getLogger(__name__)


async def follow(
    runner: Runner, store: Store, catalogue: Mapping[str, Series], now: datetime
) -> None:
    """Tell every chat that has opened or passed what its series says under `keep` by now.

    A series whose agenda says what its chats were told last costs nothing. Cut short, it is done
    again: a series is marked once all its chats were told.
    """
    async with store.reading() as tables:
        told = await departures.kept(tables.connection)
    for name, series in catalogue.items():
        keep = series.agenda.keep
        if told.get(name) == keep:
            continue
        async with store.reading() as tables:
            chats = await departures.chats_of(tables.connection, name)
        for chat in chats:
            try:
                await runner.handle(KeepChanged(now, keep), chat)
            except BrokenLog as broken:  # those beside it follow all the same
                log.error("Chat %s keeps its words: its log is broken (%s).", chat, broken)
        async with store.writing() as tables:
            await departures.set_kept(tables.connection, name, keep)
