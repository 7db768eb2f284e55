"""The same run without faults: each thing that was said or due comes once, and nothing goes wrong.

It is the same program on a store of its own. It is told what was said and what was due in the order
of their moments. What depends on when things really happened is taken from the run, and is checked
by itself in `judging.py`: the moments at which chats woke, at which posts came to stand in their
rooms, and at which messages and their wordings came. So are the numbers of posts, as far as they
count what the guard noted in between: that is noted once more where a wording came twice, and in
another order where the clock was set. Everything else must come out the same, so that the
transcripts are compared byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

from bot.agendas.agenda import parse_agenda
from bot.engine import events, steps
from bot.engine.actions import Post
from bot.engine.agenda import Room
from bot.engine.events import Event
from bot.engine.messages import Message, message_key
from bot.engine.people import Person
from bot.engine.sending import when_its_turn_comes
from bot.engine.signals import (
    DateCame,
    Deleted,
    Delivered,
    Edited,
    Said,
    Signal,
    Undeliverable,
    Woke,
)
from bot.intake.runner import Runner, Store
from bot.intake.watch import Lookout, lookout
from bot.platforms.local_adapter import text_of
from bot.store import queue
from bot.store.queue import Lane, Leased
from bot.store.sqlite import opened
from bot.transcripts.rendering import render
from tests.storm.chats import Held
from tests.storm.talk import Line

WAKES = (
    events.Reminded,
    events.ReminderLapsed,
    events.Opened,
    events.Rescheduled,
    events.TopicOpened,
    events.Closed,
    events.Summarised,
    events.Missed,
)
"""What happens because a moment came."""


NOTED = tuple(step.__name__ for step in get_args(steps.Step))
"""What the log notes of messages; it has a number there, as everything has."""


class Control:
    """A house that meets no fault, on a store in memory."""

    def __init__(self, store: Store, rows: Mapping[str, Message], looks: Lookout) -> None:
        self._store = store
        self._runner = Runner(store, looks)
        self._rows = rows
        self._given_up: Mapping[str, datetime] = {}
        self._numbers: Sequence[int] = ()  # of what is not NOTED, in the run's log

    async def hold(self, held: Held, log: Sequence[Event], lines: Sequence[Line]) -> bytes:
        """Hold a chat again; return its transcript.

        `log` is the run's log of it, of which only the moments are taken.
        """
        room = held.room
        self._given_up = {one.key: one.at for one in log if isinstance(one, events.GaveUp)}
        numbered = enumerate(log, 1)
        self._numbers = [n for n, event in numbered if not isinstance(event, steps.Step)]
        async with self._runner.running():
            agenda = parse_agenda(held.agenda, f"{held.name}.yaml").agenda
            planned = log[0].at
            await self._runner.handle(DateCame(planned, held.id, held.name, agenda, held.opens_at))
            said = sorted(self._said(room, lines), key=lambda pair: pair[0])
            last = planned
            for event in log[1:]:
                last = max(last, event.at)
                while said and said[0][0] < last:
                    await self._runner.handle(said.pop(0)[1])
                if isinstance(event, WAKES):
                    await self._runner.handle(Woke(event.at), held.id)
                elif not isinstance(event, steps.Step):  # that is seen here by itself
                    await self._post(room, held.id, self._key_of(event))
            for _, signal in said:
                await self._runner.handle(signal)
            await self._post(room, held.id, None)
        async with self._store.reading() as tables:
            chat = await tables.chat(held.id)
            assert chat is not None
            return b"".join([chunk async for chunk in render(tables, chat, "json")])

    def _said(self, room: Room, lines: Sequence[Line]) -> Iterator[tuple[datetime, Signal]]:
        """Yield what was said and changed, and when: the last wording of each when it came."""
        for line in lines:
            row = self._rows.get(message_key(room, line.id))
            if row is None:
                continue  # that it is lost is told elsewhere
            author = Person("local", line.author, line.name)
            yield row.at, Said(row.at, room, line.id, author, line.first, line.reply_to)
            wordings = sum(text is not None for text, _ in line.changes)
            at, last = row.at, row.worded_at or row.at
            for text, span in line.changes:
                if text is None:
                    yield max(at, span[1]), Deleted(span[1], room, line.id)
                    continue
                wordings -= 1
                at = min(span[1], last - wordings * timedelta(microseconds=1)) if wordings else last
                yield at, Edited(at, room, line.id, text)

    @staticmethod
    def _key_of(event: Event) -> str | None:
        """Return the post of a topic that came to stand, or lapsed; None for what ends it all."""
        if isinstance(event, events.GaveUp):
            return event.key.replace("/", ".")
        return event.ref if isinstance(event, events.TopicPosted) else None

    async def _post(self, room: Room, chat_id: str, until: str | None) -> None:
        """Let what waits come to stand in its order, up to a post, each when it did in the run."""
        while True:
            async with self._store.reading() as tables:
                waiting = await queue.first(tables.connection, Lane(room, chat_id))
            if waiting is None:
                return
            ref = await self._deliver(room, chat_id, waiting)
            if ref == until:
                return

    async def _deliver(self, room: Room, chat_id: str, waiting: Leased) -> str:
        key = await self._key_in_the_run(waiting.key)
        ref = key.replace("/", ".")
        row = self._rows.get(message_key(room, ref))
        lapsed_at = self._given_up.get(key)
        at = row.at if row is not None else lapsed_at or waiting.queued_at
        async with self._store.reading() as tables:
            chat = await tables.chat(chat_id)
        assert chat is not None
        action = when_its_turn_comes(chat, waiting.action, waiting.queued_at, at)
        if lapsed_at or action is None or isinstance(action, datetime):
            why = "its moment has passed"
            lapsed = Undeliverable(at, waiting.key, waiting.action, why, lapsed=True)
            await self._runner.handle(lapsed)
            return ref
        signal = Delivered(at, waiting.key, action)
        if isinstance(action, Post):
            thread = None if action.topic is None else f"T{action.topic}"
            text = text_of(action.words)
            signal = Delivered(at, waiting.key, action, ref, text, thread)
        await self._runner.handle(signal)
        return ref

    async def _key_in_the_run(self, key: str) -> str:
        """Return the key that a post has in the run: what is NOTED is not counted."""
        chat, number, which = key.split("/")
        marks = ", ".join("?" * len(NOTED))
        sql = f"SELECT count(*) FROM events WHERE chat = ? AND seq <= ? AND kind NOT IN ({marks})"
        async with self._store.reading() as tables:
            ((count,),) = await tables.connection.rows(sql, (chat, int(number), *NOTED))
        known = int(count) <= len(self._numbers)  # or the run lacks what came here
        return f"{chat}/{self._numbers[int(count) - 1]}/{which}" if known else key


async def without_faults(
    chats: Sequence[tuple[Held, Sequence[Event], Sequence[Line]]],
    rows: Mapping[str, Message],
    folder: Path,
) -> list[bytes]:
    """Return the transcripts of chats that meet no fault, in a store in `folder`."""
    async with opened(folder / "control.db") as store:
        control = Control(store, rows, lookout())
        return [await control.hold(held, log, lines) for held, log, lines in chats]
