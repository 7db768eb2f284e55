"""Hands due actions to platforms: in order in each lane, again when it failed, never twice.

A lane is a chat in a room. Each is served by itself: one that hangs or fails holds up no other.
What waits is tried again until it lapses (`bot.engine.sending`). The chat is told of a refusal, and
of posts that have not got through for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

from bot.engine import signals
from bot.engine.actions import Action, Post
from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog, reason
from bot.engine.sending import done_at, lapses_at, when_its_turn_comes
from bot.engine.signals import Delivered, Undeliverable
from bot.engine.state import Chat
from bot.intake.runner import Runner, Store
from bot.outages import AFTER_A_FAILURE, Outage, patience
from bot.platforms.platform import (
    Enclosed,
    Errand,
    Hindered,
    Impossible,
    NotThere,
    Platform,
    ThreadGone,
    Unreachable,
)
from bot.store import queue
from bot.store.errors import StoreError
from bot.store.queue import Lane, Leased
from bot.store.tables import Tables

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long an action is ours; afterwards another process may perform it, under the same key."""

ANSWERS_WITHIN = timedelta(seconds=45)
"""How long a platform may take for an action; less than a lease, so that it is ours till then.
It is more than the 30 s for which Discord's library waits out a rate limit."""

WITH_FILES = timedelta(seconds=50)
"""The same for an action with files, which may go over a slow line."""

REMEMBERED = 1000
"""Of so many chats it is remembered why something was given up, so that the log says it once."""

LAPSED = "its moment has passed"
NOT_THROUGH = "posts have not got through for a quarter of an hour."
UNREAD = "The outbox cannot be read; it is tried again in 5 s"
UNWRITTEN = "Posts wait; it is tried again in 5 s"

LOOKS_AGAIN_AFTER = timedelta(seconds=30)
"""Where a platform as a whole is out of reach; it says itself when it is not any more."""

TOLD_AFTER = timedelta(minutes=15)
"""When a platform was out of reach for so long, moderators are told as of a refusal."""

Report = Delivered | Undeliverable | signals.Hindered | signals.ThreadGone

Enclosing = Callable[[Chat, Action, datetime], Awaitable[Enclosed]]
"""Makes what goes out with an action at a moment (UTC)."""


async def nothing(_chat: Chat, _action: Action, _now: datetime) -> Enclosed:
    """Enclose nothing."""
    return Enclosed()


class Outbox:
    """Performs what the chats have put into the outbox."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
        answers_within: timedelta = ANSWERS_WITHIN,
        enclose: Enclosing = nothing,
        owner: str = "",
    ) -> None:
        self._store = store
        self._runner = runner
        self._platforms = platforms
        self._clock = clock
        self._answers_within = answers_within
        self._enclose = enclose
        self._owner = owner  # as the leases name it
        self._poked = asyncio.Event()
        self._serving: dict[Lane, asyncio.Task[None]] = {}
        self._not_before: dict[Lane, datetime] = {}
        self._why: dict[Lane, set[str]] = {}  # what the log has said of each lane that waits
        self._given_up: dict[tuple[str, str], None] = {}  # chats and reasons that the log was told
        self._failing_since: dict[Lane, datetime] = {}  # where nothing got through, nor was refused
        self._hastened: set[Lane] = set()  # while they were served
        self._reached: set[str] = set()  # platforms that were out of reach
        self._halted = False
        self._not_set_up: set[str] = set()  # platforms of which the log has said so
        self._unread = Outage(log, UNREAD, "The outbox can be read again.")
        self._unwritten = Outage(log, UNWRITTEN, "Posts go out again.")

    def poke(self) -> None:
        """Look again: something was put in."""
        self._poked.set()

    def reach(self, platform: str) -> None:
        """Try at once what waits for a platform: it can be reached again."""
        self._reached.add(platform)
        self.poke()

    def look_anew(self) -> None:
        """Look at every lane again at once: what others had leased is free."""
        self._not_before.clear()
        self.poke()

    def halt(self) -> None:
        """Perform nothing any more, from this very moment on."""
        self._halted = True
        for task in self._serving.values():
            task.cancel()

    async def hasten(self, rooms: Collection[Room]) -> None:
        """Try at once what waits for these rooms: something was changed there."""
        self._hastened.update(lane for lane in self._serving if lane.room in rooms)
        await self._make_due(rooms)
        self._not_before = {
            lane: at for lane, at in self._not_before.items() if lane.room not in rooms
        }
        self.poke()

    async def _make_due(self, rooms: Collection[Room]) -> None:
        async with self._store.writing() as tables:
            await queue.hasten(tables.connection, rooms)

    async def run(self) -> None:
        """Perform actions until cancelled."""
        try:
            while True:
                self._poked.clear()
                wait = await self._serve_lanes()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._poked.wait(), wait)
        finally:
            tasks = list(self._serving.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def deliver(self) -> datetime | None:
        """Perform everything that is due; return when the next action is to be tried again."""
        moments = await asyncio.gather(*map(self._deliver_in, await self._lanes()))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _serve_lanes(self) -> float | None:
        """Begin to serve every lane that waits; return after how many seconds to look again."""
        reached, self._reached = self._reached, set()
        try:
            lanes = await self._lanes()
            there = {lane.room for lane in lanes if lane.room.platform in reached}
            if there:
                await self.hasten(there)
        except Exception as failure:
            self._reached |= reached
            self._unread.failed(failure)
            return AFTER_A_FAILURE.total_seconds()
        self._unread.passed()
        now = self._clock()
        self._forget_all_but(lanes)
        for lane in () if self._halted else lanes:
            if lane not in self._serving and self._not_before.get(lane, now) <= now:
                task = self._serve(lane)
                self._serving[lane] = asyncio.create_task(task, name=f"posts {lane.room}")
        moments = [at for lane, at in self._not_before.items() if lane not in self._serving]
        return max(0.0, (min(moments) - now).total_seconds()) if moments else None

    def _forget_all_but(self, lanes: Collection[Lane]) -> None:
        for known in (self._not_before, self._failing_since, self._why):
            for lane in set(known).difference(lanes, self._serving):
                known.pop(lane)

    async def _serve(self, lane: Lane) -> None:
        try:
            again = await self._deliver_in(lane)
            while again is not None and lane in self._hastened:  # what failed may now succeed
                self._hastened.discard(lane)
                await self._make_due([lane.room])
                again = await self._deliver_in(lane)
            self._unwritten.passed()
        except StoreError as failure:
            self._unwritten.failed(failure)
            again = self._clock() + AFTER_A_FAILURE
        except Exception as failure:
            if (why := reason(failure)) not in self._why.setdefault(lane, set()):
                self._why[lane].add(why)
                log.exception(
                    "Posts of %s in %s wait; it is tried again in 5 s.",
                    lane.chat,
                    lane.room,
                    extra=_where(lane),
                )
            again = self._clock() + AFTER_A_FAILURE
        if again is None:
            self._not_before.pop(lane, None)
        else:
            self._not_before[lane] = again
        del self._serving[lane]
        self._hastened.discard(lane)
        self.poke()

    async def _lanes(self) -> list[Lane]:
        async with self._store.reading() as tables:
            return await queue.lanes(tables.connection)

    async def _deliver_in(self, lane: Lane) -> datetime | None:
        """Perform a lane's actions in order until one must wait; return until when."""
        platform = self._platforms.get(lane.room.platform)
        if platform is None:
            return await self._let_lapse(lane)
        while True:
            now = self._clock()
            async with self._store.writing() as tables:
                leased = await queue.lease(tables.connection, lane, now, now + LEASE, self._owner)
                if not isinstance(leased, Leased):
                    return leased
                chat = await _chat(tables, leased)
                if chat is None:
                    continue
                tried, since = leased.tries > 1, leased.queued_at
                action = when_its_turn_comes(chat, leased.action, since, now, tried=tried)
                if isinstance(action, datetime):
                    await self._postpone(tables, leased, action, untried=True)
                    return action
            if action is None:
                await self._lapse(leased, now)
                continue
            again = await self._perform(platform, lane, leased, chat, action)
            if again is not None:
                return again

    async def _let_lapse(self, lane: Lane) -> datetime | None:
        """Give up what lapses where no platform is set up; return when to look again."""
        if lane.room.platform not in self._not_set_up:
            self._not_set_up.add(lane.room.platform)
            log.warning(
                "Posts for %s wait until they lapse: it is not set up here (docs/operating.md).",
                lane.room.platform,
            )
        while True:
            now = self._clock()
            async with self._store.writing() as tables:
                waiting = await queue.first(tables.connection, lane)
                if waiting is None:
                    return None
                chat = await _chat(tables, waiting)
            if chat is None:
                continue
            lapses = lapses_at(chat, waiting.action, waiting.queued_at)
            if now < lapses:
                return lapses
            await self._lapse(waiting, now)

    async def _lapse(self, waiting: Leased, now: datetime) -> None:
        log.error("%s is given up: %s.", waiting.key, LAPSED, extra=_of(waiting))
        await self._report(Undeliverable(now, waiting.key, waiting.action, LAPSED, lapsed=True))

    async def _perform(
        self, platform: Platform, lane: Lane, leased: Leased, chat: Chat, action: Action
    ) -> datetime | None:
        key = leased.key
        since = leased.queued_at if leased.tries > 1 else None
        try:
            enclosed = await self._enclose(chat, action, self._clock())
            moment = done_at(chat, action, self._clock())
            errand = Errand(key, action, moment, since, enclosed.files, enclosed.words)
            within = WITH_FILES if enclosed.files else self._answers_within
            async with asyncio.timeout(within.total_seconds()):
                receipt = await platform.perform(errand)
        except (NotThere, ThreadGone, Impossible, Hindered) as answer:
            return await self._not_done(lane, leased, action, answer)
        except Exception as failure:  # nobody knows whether it was done: again, under its key
            return await self._put_off(lane, leased, failure)
        self._failing_since.pop(lane, None)
        if self._why.pop(lane, None):
            log.info("Posts of %s in %s go out again.", lane.chat, lane.room, extra=_where(lane))
        if receipt.lacking:
            log.warning("%s went out without a file: %s", key, receipt.lacking, extra=_of(leased))
        ref, text, thread = receipt.ref, receipt.text, receipt.thread
        await self._report(Delivered(receipt.at, key, action, ref, text, thread, receipt.lacking))
        return None

    async def _not_done(
        self, lane: Lane, leased: Leased, action: Action, answer: Exception
    ) -> datetime | None:
        """Do what follows from an answer that it was not done; return when it is tried again."""
        if isinstance(action, Post) and action.only_found:
            await self._lapse(leased, self._clock())
        elif isinstance(answer, ThreadGone):
            await self._find_another_way(leased, action)
        elif isinstance(answer, Impossible):
            await self._give_up(leased, action, str(answer))
        else:
            return await self._put_off(lane, leased, answer)
        return None

    async def _give_up(self, leased: Leased, action: Action, why: str) -> None:
        level = logging.DEBUG if (leased.chat, why) in self._given_up else logging.ERROR
        log.log(level, "%s is given up: %s", leased.key, why, extra=_of(leased))
        self._given_up[leased.chat, why] = None  # said once for a chat, to whomever it was to go
        if len(self._given_up) > REMEMBERED:
            del self._given_up[next(iter(self._given_up))]
        await self._report(Undeliverable(self._clock(), leased.key, action, why))

    async def _find_another_way(self, leased: Leased, action: Action) -> None:
        """Ask at once for a post anew whose thread is gone: the chat knows another place."""
        room, thread = action.room, action.into if isinstance(action, Post) else None
        if thread is None:
            await self._give_up(leased, action, "its thread is gone.")
            return
        log.warning(
            "The thread of %s in %s was deleted; its next topic opens another one there. To end "
            "the chat type /chat close.",
            leased.chat,
            room,
            extra=_of(leased),
        )
        now = self._clock()
        await self._report(signals.ThreadGone(now, leased.key, action.room, thread))
        async with self._store.writing() as tables:
            await self._postpone(tables, leased, now)

    async def _put_off(self, lane: Lane, leased: Leased, failure: Exception) -> datetime:
        retry_after, why, logged = None, reason(failure), False
        if isinstance(failure, Unreachable):
            retry_after, why, logged = failure.retry_after, str(failure), failure.logged
        now = self._clock()
        again = now + (LOOKS_AGAIN_AFTER if logged else patience(leased.tries, retry_after))
        if not logged and why not in self._why.setdefault(lane, set()):
            self._why[lane].add(why)  # said once, however often it is tried
            log.warning(
                "%s waits in %s until it can be done: %s",
                leased.key,
                lane.room,
                why,
                extra=_where(lane, leased.key),
            )
        async with self._store.writing() as tables:
            await self._postpone(tables, leased, again, untried=logged)
        if isinstance(failure, Hindered):
            self._failing_since.pop(lane, None)
            await self._report(signals.Hindered(now, leased.key, leased.action, why))
        elif now - self._failing_since.setdefault(lane, now) >= TOLD_AFTER:
            await self._report(signals.Hindered(now, leased.key, leased.action, NOT_THROUGH))
        return again

    async def _postpone(
        self, tables: Tables, leased: Leased, until: datetime, *, untried: bool = False
    ) -> None:
        await queue.postpone(tables.connection, leased.key, until, self._owner, untried=untried)

    async def _report(self, report: Report) -> None:
        """Tell the chat; if its log is broken nobody can be told, and the room goes on."""
        try:
            await self._runner.handle(report)
        except BrokenLog as broken:
            log.error("%s cannot be recorded: its chat's log is broken (%s).", report.key, broken)
            async with self._store.writing() as tables:
                await queue.mark(tables.connection, report.key, "gave_up")


def _where(lane: Lane, key: str = "") -> dict[str, object]:
    """Return the fields of a log record about a lane, or about an action in it."""
    found = {"platform": lane.room.platform, "room": lane.room, "chat": lane.chat}
    return {**found, "key": key} if key else found


def _of(leased: Leased) -> dict[str, object]:
    """Return the fields of a log record about an action."""
    return _where(Lane(leased.action.room, leased.chat), leased.key)


async def _chat(tables: Tables, leased: Leased) -> Chat | None:
    """Return the chat of an action; without a sound one nobody can say where it is to go."""
    try:
        chat = await tables.chat(leased.chat)
    except BrokenLog as broken:
        log.error("%s is given up: its chat's log is broken (%s).", leased.key, broken)
        chat = None
    if chat is None:
        await queue.mark(tables.connection, leased.key, "gave_up")
    return chat
