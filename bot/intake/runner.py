"""Takes signals in and commits what follows from them: signal -> decide -> one transaction.

Whatever waits when the writer is free is committed together; a signal is answered only after
its commit. Everything that a commit needs to know is read inside its transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from asyncio import Future
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog, Refused
from bot.engine.events import Event
from bot.engine.signals import Signal, Woke
from bot.engine.state import STAGES, Chat
from bot.intake.recollection import Recollection
from bot.intake.watch import PATIENTS_ALONE, Lookout
from bot.intake.work import Work
from bot.store.errors import Unavailable
from bot.store.tables import NOTHING_UNREAD, Conflict, Tables, Unread

log = logging.getLogger(__name__)

MOST_AT_ONCE = 256
"""Signals in one transaction; more would make the first of them wait."""

TURN_EVERY = 32
"""After so many decisions others on the event loop have their turn."""

MOST_CONFLICTS = 10
"""How often a batch is decided anew because somebody else wrote to a log first."""

FINISHES_WITHIN = timedelta(seconds=10)
"""How long what was taken in may take at the end."""

KEPT = 2_000
"""Chats whose state is kept in memory between commits."""


class Store(Protocol):
    """Where everything is kept."""

    def writing(self) -> AbstractAsyncContextManager[Tables]:
        """Give the store for one transaction, committed as one."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Tables]:
        """Give the store as it is at one moment."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a signal: the chat it belonged to, as it is now, and its new events."""

    chat: Chat | None = None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """What a commit changed, for those who show it."""

    messages: frozenset[str]  # keys
    rooms: frozenset[Room]  # of those messages
    chats: frozenset[str]  # with new events
    actions: bool  # something was put into the outbox


class _Waiting(NamedTuple):
    signal: Signal
    chat: str | None
    outcome: Future[Outcome]


class Runner:
    """The one door through which signals reach the chats; `lookout` looks at what people write."""

    def __init__(self, store: Store, lookout: Lookout = PATIENTS_ALONE) -> None:
        self._store = store
        self.lookout = lookout
        self._recollection = Recollection()  # of what each person said a moment ago
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._chats: dict[str, Chat] = {}
        self._floors: dict[Room, tuple[str, ...]] = {}
        self._version = 0  # of the store, when these were read
        self._watchers: list[Callable[[Changed], None]] = []

    def watch(self, watcher: Callable[[Changed], None]) -> None:
        """Call `watcher` after every commit."""
        self._watchers.append(watcher)

    async def handle(self, signal: Signal, chat: str | None = None) -> Outcome:
        """Commit what follows from `signal`; return when it is on the disk.

        `chat` names the chat where the signal does not tell it by its room. Raises Refused with
        a sentence for the person who asked, and what the store raises; then nothing happened.
        """
        return await self.take_in(signal, chat)

    def take_in(self, signal: Signal, chat: str | None = None) -> Future[Outcome]:
        """Do as `handle` does, for those who need not wait for it: the outcome comes later."""
        waiting = _Waiting(signal, chat, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        return waiting.outcome

    async def wake(self, now: datetime, unread: Unread = NOTHING_UNREAD) -> bool:
        """Handle every chat whose moment has come; say whether there was one."""
        async with self._store.reading() as tables:
            due = await tables.due(now, MOST_AT_ONCE, unread)
        outcomes = [self.handle(Woke(now), chat) for chat in due]
        for chat, outcome in zip(
            due, await asyncio.gather(*outcomes, return_exceptions=True), strict=True
        ):
            if isinstance(outcome, BrokenLog):
                log.error(
                    "Chat %s is stopped: its log is broken (%s).",
                    chat,
                    outcome,
                    extra={"chat": chat},
                )
                await self._stop(chat)
            elif isinstance(outcome, BaseException):
                raise outcome
            elif not outcome.events:
                await self._mend(chat)
        return bool(due)

    async def next_wake(self, unread: Unread = NOTHING_UNREAD) -> datetime | None:
        """Return the earliest moment at which something must happen by itself."""
        async with self._store.reading() as tables:
            return await tables.next_wake(unread)

    async def _stop(self, chat: str) -> None:
        async with self._store.writing() as tables:
            await tables.never_wake(chat)

    async def _mend(self, chat: str) -> None:
        """Write anew when a chat wakes: nothing happened at the moment that the lists told."""
        async with self._store.writing() as tables:
            found = await tables.chat(chat)
            await (tables.never_wake(chat) if found is None else tables.put_chats([found]))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Commit signals until the block ends; what was taken in is finished first.

        A store that does not answer is waited for so long as `FINISHES_WITHIN`; what was not
        committed then is told so to whoever waits for it.
        """
        writer = asyncio.create_task(self._write(), name="writer")
        try:
            yield
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FINISHES_WITHIN.total_seconds()):
                    await self._queue.join()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            while not self._queue.empty():
                self._queue.get_nowait().outcome.cancel()

    async def _write(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._commit(batch)
            finally:
                for waiting in batch:
                    waiting.outcome.cancel()  # where it ends before it is committed
                    self._queue.task_done()

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        """Commit a batch as one; if one of them is at fault, each for itself."""
        conflicts = 0
        while True:
            try:
                return await self._commit_together(batch)
            except Conflict as conflict:  # somebody else wrote to a log: read it again
                self._forget()
                conflicts += 1
                if conflicts == MOST_CONFLICTS:
                    return _fail(batch, conflict)
            except Exception as error:  # handed to whoever waits
                self._forget()
                if len(batch) == 1 or isinstance(error, Unavailable):
                    return _fail(batch, error)
                for waiting in batch:
                    await self._commit([waiting])
                return None

    async def _commit_together(self, batch: Sequence[_Waiting]) -> None:
        results: list[Outcome | Refused] = []
        async with self._store.writing() as tables:
            if tables.version != self._version:  # another process wrote: read everything again
                self._forget()
                self._version = tables.version
            begun = self._recollection.begun()
            work = Work(tables, dict(self._chats), dict(self._floors), self.lookout, begun)
            await work.fetch([(waiting.signal, waiting.chat) for waiting in batch])
            for n, waiting in enumerate(batch, 1):
                try:
                    chat, events = await work.take(waiting.signal, waiting.chat)
                    results.append(Outcome(chat, tuple(events)))
                except Refused as refusal:
                    results.append(refusal)
                if n % TURN_EVERY == 0:
                    await asyncio.sleep(0)
            await work.finish()
        changed = Changed(*work.changed())
        self._recollection.keep(begun)
        self._remember(work, changed)
        for waiting, result in zip(batch, results, strict=True):
            if waiting.outcome.done():
                continue
            if isinstance(result, Refused):
                waiting.outcome.set_exception(result)
            else:
                waiting.outcome.set_result(result)
        self._tell(changed)

    def _remember(self, work: Work, changed: Changed) -> None:
        """Keep what the next commits need; a chat that is over is read again if it is spoken to."""
        self._chats, self._floors = work.floors.chats, work.floors.rooms
        for chat in changed.chats:
            if chat in self._chats and not STAGES[self._chats[chat].stage]:
                del self._chats[chat]
        while len(self._chats) > KEPT:
            del self._chats[next(iter(self._chats))]

    def _tell(self, changed: Changed) -> None:
        for watcher in self._watchers:
            try:
                watcher(changed)
            except Exception:  # what is committed must not be committed again
                log.exception("Somebody who shows chats could not be told of a change.")

    def _forget(self) -> None:
        self._chats, self._floors = {}, {}


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.outcome.done():
            waiting.outcome.set_exception(error)
