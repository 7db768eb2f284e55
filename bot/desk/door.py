"""What the house does for a platform: it hears, answers, and says where chats are talked about."""

from __future__ import annotations

import asyncio
import itertools
import logging
from asyncio import Future
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.agendas.schedule import coming
from bot.desk import bell, remains
from bot.desk.asking import LOOKED_AT, Desk
from bot.desk.leaving import Leaving
from bot.desk.reception import Reception
from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.engine import commands
from bot.engine.agenda import Agenda, Room
from bot.engine.chat import decide
from bot.engine.checkin import Form
from bot.engine.errors import Refused
from bot.engine.messages import message_key
from bot.engine.people import Person, Role, asking_in, role_in
from bot.engine.replies import WITHDRAWN_ONE
from bot.engine.rights import permit
from bot.engine.signals import Deleted, ReadBack, RoomChanged, Signal
from bot.engine.state import HELD, Chat, Stage
from bot.intake.farewell import READ_AFTER
from bot.intake.runner import Outcome
from bot.platforms.platform import (
    Answer,
    Asker,
    Choice,
    Coming,
    Held,
    Overview,
    Place,
    Running,
)
from bot.store import pages, shown

log = logging.getLogger(__name__)

AHEAD = 3
"""So many of a series' next dates are shown."""


@dataclass(frozen=True, slots=True)
class HouseDoor:
    """The house as a platform sees it."""

    desk: Desk
    outbox: Outbox
    enclosures: Enclosures
    clock: Callable[[], datetime]
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def hear(self, signal: Signal) -> Future[Outcome]:
        """Commit what reached the platform; it is done when it is on the disk."""
        return self.desk.runner.take_in(signal)

    async def ask(self, text: str, asker: Asker) -> Answer:
        """Do what follows `/chat`. Raises Refused with a sentence for that person."""
        now = self.clock()
        reply = await self.desk.ask(text, asker.person, asker.room, now, asker.thread)
        if not reply.transcript:
            return Answer(reply.words)
        async with self.desk.store.reading() as tables:
            chat = await tables.chat(reply.chat)
        if chat is None:
            raise Refused("This chat is not there any more.")
        file = await self.enclosures.transcript(chat, reply.transcript, reply.edition, now)
        return Answer(reply.words, (file,))

    async def call(self, asker: Asker, message: str = "", chat: str = "") -> Answer:
        """Call a moderator: from where it is asked, about a message, or for a chat, by their ids.

        Raises Refused with a sentence for that person.
        """
        about = message_key(asker.room, message) if message else ""
        place = bell.Place(asker.room, asker.thread, about, chat)
        reply = await self.desk.call(asker.person, place, self.clock())
        return Answer(reply.words)

    async def take(self, chat: str, number: int, person: Person) -> Answer:
        """Let a moderator have a call of a chat. Raises Refused with a sentence for them."""
        return Answer((await self.desk.take(person, chat, number, self.clock())).words)

    async def withdraw(self, message: str, author: str, asker: Asker) -> Answer:
        """Withdraw one message, by the platform's ids. Raises Refused where it is not theirs."""
        if author != asker.person.id:
            raise Refused("Only your own messages can be withdrawn by you.")
        async with self.desk.store.reading() as tables:
            known = await tables.messages([message_key(asker.room, message)])
        if not known or not known[0].said:
            raise Refused("This message is in no chat's transcript, so nothing was withdrawn.")
        deleted = Deleted(self.clock(), asker.room, message, asker.thread, by_author=True)
        await self.hear(deleted)
        async with self.desk.store.reading() as tables:
            published = await shown.with_message(tables.connection, known[0].key)
        return Answer((WITHDRAWN_ONE, *remains.beside(published)))

    async def checkin(self, asker: Asker, chat: str = "") -> Form:
        """Return the form of a chat, else of the one that is held there, as somebody filled it in.

        Raises Refused where no chat is held there.
        """
        place = bell.Place(asker.room, asker.thread, chat=chat)
        return await self._reception.form(asker.person, place, self.clock())

    async def check_in(self, typed: Mapping[str, str], asker: Asker, chat: str = "") -> Answer:
        """Take a form; say what was understood. Raises Unfit, and Refused as `checkin` does."""
        place = bell.Place(asker.room, asker.thread, chat=chat)
        told = await self._reception.check_in(typed, asker.person, place, self.clock())
        return Answer(told)

    @property
    def _reception(self) -> Reception:
        return Reception(self.desk.runner, self.desk.store, self.desk.catalogue)

    def minds_leaving(self, platform: str) -> bool:
        """Whether a series that forgets whoever leaves is held on a platform."""
        return self._leaving.matters(platform)

    async def left(self, person: str, is_there: Callable[[Room], bool]) -> None:
        """Withdraw what somebody (by their key) said, where a series that they left says so.

        Returns when it is on the disk; raises what the store raises.
        """
        await self._leaving.left(person, is_there, self.clock())

    async def speakers(self, platform: str) -> Mapping[Room, Iterable[str]]:
        """Return who spoke lately in each room of series that forget whoever leaves."""
        return await self._leaving.speakers(platform, self.clock())

    @property
    def _leaving(self) -> Leaving:
        return Leaving(self.desk.runner, self.desk.store, self.desk.catalogue)

    def series(self, asker: Asker) -> Sequence[Choice]:
        """Return the series that somebody may start there, those of this room first."""
        own = [s for s in self.desk.catalogue().values() if _moderates(s.agenda, asker)]
        own.sort(key=lambda series: (asker.room not in series.agenda.rooms, series.name))
        return [Choice(series.name, f"{series.name}: {series.agenda.title}") for series in own]

    async def chats(self, asker: Asker) -> Sequence[Choice]:
        """Return the chats whose transcripts somebody may ask for, the latest first."""
        async with self.desk.store.reading() as tables:
            held = [line for line in await tables.lines() if line.stage in HELD]
            chats = await pages.sound(tables, [line.id for line in held[:LOOKED_AT]])
        own = [c for c in chats.values() if _moderates(c.agenda, asker)]
        own.sort(key=lambda chat: (chat.opens_at, chat.id), reverse=True)
        return [Choice(chat.id, f"{chat.id}: {chat.agenda.title}") for chat in own]

    async def topics(self, message: str, asker: Asker) -> Sequence[Choice]:
        """Return the topics under which a message can be placed; empty: of no chat here.

        Raises Refused for somebody who does not moderate its chat.
        """
        async with self.desk.store.reading() as tables:
            known = await tables.messages([message_key(asker.room, message)])
            chat = await tables.chat(known[0].chat) if known and known[0].said else None
        if chat is None:
            return []
        permit(commands.Place(message, ()), role_in(chat.agenda, asker.person))
        return [Choice(f"T{t.number}", f"T{t.number}: {t.ask}") for t in chat.topics]

    async def overview(self, platform: str) -> Overview:
        """Return what runs and comes in the platform's rooms, and the series held there.

        What runs stands by its end, what comes by its opening, the series by their titles.
        """
        now = self.clock()
        async with self.desk.store.reading() as tables:
            lines = await tables.lines_in_stage(Stage.OPEN)
            chats = (await pages.sound(tables, [line.id for line in lines])).values()
        running = [_running(c, rooms) for c in chats if (rooms := _rooms(c.agenda, platform))]
        series, dates = [], []
        for one in self.desk.catalogue().values():
            if rooms := _rooms(one.agenda, platform):
                series.append(Held(one.name, one.agenda.title, rooms))
                dates += [
                    Coming(date.agenda.title, rooms, date.opens_at)
                    for date in itertools.islice(coming(one, now), AHEAD)
                ]
        return Overview(
            now,
            tuple(sorted(running, key=lambda chat: (chat.closes_at, chat.chat))),
            tuple(sorted(dates, key=lambda date: (date.opens_at, date.title))),
            tuple(sorted(series, key=lambda held: (held.title, held.name))),
        )

    async def places(self, platform: str) -> Sequence[Place]:
        """Return where the platform's chats are talked about that are open, or were lately."""
        async with self.desk.store.reading() as tables:
            chats = await pages.sound(tables, await tables.lately(self.clock() - READ_AFTER))
        return [
            Place(chat.id, room, thread, chat.opens_at)
            for chat in chats.values()
            for room in chat.agenda.rooms
            if room.platform == platform
            for thread in (*chat.threads_in(room), None)
        ]

    async def stored(self, place: Place) -> frozenset[str]:
        """Return the ids of the messages that are known of a place and were not withdrawn."""
        async with self.desk.store.reading() as tables:
            return await tables.spoken_in(place.chat, place.room, place.thread)

    def read_back(self, room: Room, why: str) -> None:
        """Tell the moderators of a room's chats, once, `why` it cannot be read; empty: it can."""
        self._begin(self._tell(ReadBack(self.clock(), room, why)))

    def changed(self, room: Room, shut: str = "", freed: Sequence[str] = ()) -> None:
        """Tell the moderators of open chats, once, why a room is `shut`; or that it no longer is.

        `freed` are the reasons that are in the way no longer, where one of them was.
        """
        self._begin(self._tell(RoomChanged(self.clock(), room, shut, tuple(freed))))

    def reachable(self, rooms: Sequence[Room]) -> None:
        """Try at once what waits for these rooms: something was changed there."""
        self._begin(self._hasten(rooms))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _tell(self, signal: ReadBack | RoomChanged) -> None:
        """Let those chats of a room know that go on, or were on lately, and that it is news for."""
        try:
            async with self.desk.store.reading() as tables:
                chats = await pages.sound(tables, await tables.lately(signal.at - READ_AFTER))
            for chat in chats.values():
                if decide(chat, signal):
                    await self.desk.runner.handle(signal, chat.id)
        except Exception as failure:  # the process ends, say; the next reading or post finds it out
            log.debug("Nobody could be told of a room (%s).", type(failure).__name__)

    async def _hasten(self, rooms: Sequence[Room]) -> None:
        try:
            await self.outbox.hasten(rooms)
        except Exception as failure:  # the process ends, say; it is tried in its turn anyway
            log.debug("What waits could not be tried at once (%s).", type(failure).__name__)


def _moderates(agenda: Agenda, asker: Asker) -> bool:
    return role_in(agenda, asking_in(asker.room, agenda, asker.person)) is Role.MODERATOR


def _rooms(agenda: Agenda, platform: str) -> tuple[Room, ...]:
    return tuple(room for room in agenda.rooms if room.platform == platform)


def _running(chat: Chat, rooms: tuple[Room, ...]) -> Running:
    posted = sum(1 for topic in chat.topics if topic.opened_at)
    return Running(
        chat.id,
        chat.series,
        chat.agenda.title,
        rooms,
        chat.closes_at,
        posted,
        len(chat.topics),
        chat.paused,
    )
