"""What one transaction does when somebody checks in: it keeps what they say of themselves."""

from __future__ import annotations

from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.signals import CheckedIn
from bot.intake.floors import Floors
from bot.intake.rewording import Rewordings
from bot.store import checkins, departures
from bot.store.tables import Tables

SHOWN_ANEW = 100
"""So many of somebody's messages are named as changed; of more, pages fetch all anew."""


async def check_in(
    tables: Tables, floors: Floors, rewordings: Rewordings, signal: CheckedIn
) -> tuple[frozenset[str], frozenset[Room]]:
    """Keep a check-in; return the messages that may be shown from now on (keys), and their rooms.

    Who was erased at that moment or after it is not kept. What closing posts quote of other rooms
    is worded anew where somebody wants to be shown otherwise.
    """
    masks = await departures.masks(tables.connection)
    if masks.of(signal.by.key, signal.at) is not None:
        return frozenset(), frozenset()
    before = await checkins.of(tables.connection, signal.series, signal.by.key)
    await checkins.put(tables, signal.series, signal.by.key, signal.at, signal.said, signal.by.name)
    if before is None or _shown_as(before) != _shown_as(signal.said):
        for chat in await floors.sound(await checkins.quoting(tables.connection, signal.series)):
            rewordings.again(chat)
    shown: set[str] = set()
    rooms: set[Room] = set()
    for chat in await floors.chats_in(signal.room, signal.at):
        if chat.series == signal.series and chat.agenda.require_checkin:
            rooms.update(chat.agenda.rooms)
            shown.update(
                await checkins.said_by(tables.connection, chat.id, signal.by.key, SHOWN_ANEW)
            )
    return frozenset(shown), frozenset(rooms)


def _shown_as(said: CheckIn) -> tuple[object, ...]:
    return said.consent, said.name
