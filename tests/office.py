"""A runner and an outbox for tests, with a clock that is set by hand."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

from bot.dispatch.outbox import ANSWERS_WITHIN, Enclosing, Outbox, nothing
from bot.engine.agenda import Agenda, Room
from bot.engine.commands import parse
from bot.engine.events import Event
from bot.engine.signals import Asked, StartAsked
from bot.engine.state import Chat
from bot.intake.runner import Changed, Runner, Store
from bot.platforms.platform import Platform
from bot.store.codec import decode_event
from bot.store.opening import Where, opened
from tests.house import START, moderator, store_in, urojc

FIRST = Room("local", "urojc")
ONE_ROOM = replace(urojc().agenda, rooms=(FIRST,), welcome="", reading=None)
HENRY = moderator(urojc())
CHAT = "urojc-2026-12-07"
NAMES = map("office {}".format, itertools.count(1))
"""What each names itself in leases, as a process does."""

SECOND_S, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Office:
    """A runner and an outbox on one store, with a clock that is set by hand."""

    def __init__(
        self,
        store: Store,
        place: Platform,
        answers_within: timedelta = ANSWERS_WITHIN,
        enclose: Enclosing = nothing,
    ) -> None:
        self.now = START
        self.store = store
        self.runner = Runner(store)
        self.platforms = {"local": place, "discord": place}
        self.outbox = Outbox(
            store,
            self.runner,
            self.platforms,
            lambda: self.now,
            answers_within,
            enclose,
            owner=next(NAMES),
        )
        self.runner.watch(self._notice)
        self.room, self._put_in = FIRST, False

    def _notice(self, changed: Changed) -> None:
        if changed.actions:
            self._put_in = True
            self.outbox.poke()

    async def start(self, agenda: Agenda = ONE_ROOM) -> None:
        """Open the chat; its opening and first topic wait in the outbox."""
        self.room = agenda.rooms[0]
        signal = StartAsked(self.now, self.room, HENRY, CHAT, "urojc", agenda)
        await self.runner.handle(signal)

    async def next(self) -> None:
        self.now += SECOND_S
        await self.ask("next")

    async def ask(self, command: str) -> tuple[Event, ...]:
        """Let the moderator type a command; return what happened by it."""
        asked = Asked(self.now, self.room, HENRY, parse(command)[1])
        return (await self.runner.handle(asked)).events

    async def live(self, minutes: float) -> None:
        """Let time pass; whatever falls due on the way is done, and tried again, at its moment."""
        end = self.now + minutes * MINUTE
        while True:
            while await self.runner.wake(self.now):
                pass
            self._put_in = True
            while self._put_in:
                self._put_in = False
                again = await self.outbox.deliver()
            moments = [m for m in (again, await self.runner.next_wake()) if m is not None]
            if not moments or min(moments) > end:
                break
            self.now = max(self.now, min(moments))
        self.now = end

    async def chat(self, name: str = CHAT) -> Chat:
        async with self.store.reading() as tables:
            chat = await tables.chat(name)
        assert chat is not None
        return chat

    async def log(self, name: str = CHAT) -> list[Event]:
        """Return a chat's events, in order."""
        async with self.store.reading() as tables:
            rows = await tables.connection.rows(
                "SELECT kind, body FROM events WHERE chat = ? ORDER BY seq", (name,)
            )
        return [decode_event(*row) for row in rows]

    async def kinds(self, name: str = CHAT) -> list[str]:
        """Return the kinds of a chat's events, in order."""
        return [type(event).__name__ for event in await self.log(name)]

    async def states(self) -> dict[str, str]:
        async with self.store.reading() as tables:
            rows = await tables.connection.rows("SELECT key, state FROM outbox ORDER BY seq, n")
        return dict(rows)


@contextlib.asynccontextmanager
async def office(
    home: Where,
    place: Platform,
    answers_within: timedelta = ANSWERS_WITHIN,
    enclose: Enclosing = nothing,
) -> AsyncIterator[Office]:
    async with opened(store_in(home)) as store:
        found = Office(store, place, answers_within, enclose)
        async with found.runner.running():
            yield found
