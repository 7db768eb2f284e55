"""Where people call a moderator, and moderators take a call: the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.engine import calling, steps, summons
from bot.engine.actions import Words
from bot.engine.agenda import Room
from bot.engine.errors import Refused
from bot.engine.floor import chat_for_command
from bot.engine.people import Person
from bot.engine.signals import HelpAsked, TakeAsked
from bot.engine.state import Chat, Stage
from bot.intake.runner import Runner, Store
from bot.store import checkins, pages
from bot.store.tables import Tables

HEARD_AFTER = timedelta(days=1)
"""How long after its end somebody may still call in a chat."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks: in a room or a thread there, at a chat's own post, at a message.

    `message` is the key of the message that it is about, `chat` the id of the post's chat.
    """

    room: Room
    thread: str | None = None
    message: str = ""
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Bell:
    """Calls moderators and lets them take calls."""

    runner: Runner
    store: Store

    async def ring(self, by: Person, place: Place, now: datetime) -> Words | None:
        """Call a moderator; return what whoever asked is told, or None: no chat is held there.

        Raises Refused where one is called already, or nobody can be told.
        """
        async with self.store.reading() as tables:
            chat = await _heard_in(tables, place, now)
            country = await _country(tables, chat, by) if chat else ""
        if chat is None:
            return None
        signal = HelpAsked(now, place.room, by, place.thread, place.message, country)
        outcome = await self.runner.handle(signal, chat.id)
        called = (event for event in outcome.events if isinstance(event, steps.Called))
        number = next(event.number for event in called)
        chat = outcome.chat or chat
        return summons.answer(chat, chat.calls[number])

    async def take(self, by: Person, place: Place, now: datetime, number: int = 0) -> Words:
        """Let a moderator have a call of the chat that is held there. Raises Refused."""
        async with self.store.reading() as tables:
            chats = await _chats(tables, place)
        waiting = [chat for chat in chats if calling.untaken(chat)]
        chat = chat_for_command(waiting or chats, now, place.room, place.thread)
        if chat is None:
            raise Refused("No chat is held in this room, so nobody calls from it.")
        return await self.take_of(chat.id, by, now, number)

    async def take_of(self, chat: str, by: Person, now: datetime, number: int) -> Words:
        """Let a moderator have a call of a chat, by its id. Raises Refused."""
        outcome = await self.runner.handle(TakeAsked(now, by, number), chat)
        taken = [event for event in outcome.events if isinstance(event, steps.Taken)]
        if outcome.chat is None or not taken:
            raise Refused("This call is not known any more.")
        return summons.yours(outcome.chat, outcome.chat.calls[taken[0].number])


def hears(chat: Chat, now: datetime) -> bool:
    """Whether a moderator can be called in a chat: it is on, comes today, or was just over.

    Today is the chat's own day.
    """
    match chat.stage:
        case Stage.OPEN:
            return True
        case Stage.PLANNED:
            zone = ZoneInfo(chat.agenda.zone)
            is_today = chat.opens_at.astimezone(zone).date() == now.astimezone(zone).date()
            return is_today or chat.opens_at <= now
        case Stage.CANCELLED | Stage.MISSED:
            return False
    return now - chat.ends_at < HEARD_AFTER


async def _country(tables: Tables, chat: Chat, by: Person) -> str:
    """Return somebody's country as they told it; empty where it leads to no help line."""
    if not chat.agenda.help_lines:
        return ""
    said = await checkins.of(tables.connection, chat.series, by.key)
    return said.country if said else ""


async def _heard_in(tables: Tables, place: Place, now: datetime) -> Chat | None:
    """Return the chat for which somebody calls there: one that is on, comes today, or was just."""
    heard = [chat for chat in await _chats(tables, place) if hears(chat, now)]
    own = [chat for chat in heard if chat.id == place.chat]
    return chat_for_command(own or heard, now, place.room, place.thread)


async def _chats(tables: Tables, place: Place) -> list[Chat]:
    chats = await pages.chats_at(tables, place.room, place.thread)
    if place.chat and place.chat not in chats:
        chats |= await pages.sound(tables, [place.chat])
    return list(chats.values())
