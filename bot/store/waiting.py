"""What waits, and for how long, for those who watch over a store: a few rows, whatever is in it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.engine.actions import Action
from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog
from bot.engine.events import GaveUp
from bot.store.codec import decode_action, decode_event, moment, stamp
from bot.store.queue import Lane
from bot.store.tables import Connection, chunks, marks


@dataclass(frozen=True, slots=True)
class Queued:
    """How many actions wait for a platform, and since when the first of them."""

    waiting: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The first action of a lane that waits; `waiting` are those of the lane, it among them.

    `again_at` is when it may be performed, or performed again; None: at once.
    """

    lane: Lane
    key: str
    action: Action
    queued_at: datetime
    tries: int
    again_at: datetime | None
    waiting: int


async def touch(connection: Connection, now: datetime) -> None:
    """Write something, so that its commit shows that the store can be written.

    It is another moment each time: what does not change SQLite does not write.
    """
    await connection.run(
        "INSERT INTO tried (name, at) VALUES ('readyz', ?) "
        "ON CONFLICT (name) DO UPDATE SET at = excluded.at",
        (stamp(now),),
    )


async def queued(connection: Connection) -> dict[str, Queued]:
    """Return what waits in the outbox, by platform."""
    found: dict[str, Queued] = {}
    for room, count, since in await connection.rows(
        "SELECT room, COUNT(*), MIN(queued_at) FROM outbox WHERE state = 'waiting' GROUP BY room"
    ):
        platform = Room.parse(room).platform
        known = found.get(platform, Queued(0, moment(since)))
        found[platform] = Queued(known.waiting + count, min(known.since, moment(since)))
    return found


async def heads(connection: Connection) -> list[Head]:
    """Return the first waiting action of each lane, the longest waiting lane first."""
    rows = await connection.rows(
        "SELECT room, chat, key, kind, body, queued_at, tries, due_at, leased_until, waiting FROM "
        "(SELECT room, chat, key, kind, body, queued_at, tries, due_at, leased_until, "
        "ROW_NUMBER() OVER (PARTITION BY room, chat ORDER BY seq, n) AS place, "
        "COUNT(*) OVER (PARTITION BY room, chat) AS waiting FROM outbox WHERE state = 'waiting') "
        "AS lanes WHERE place = 1 ORDER BY queued_at, chat, room"
    )
    return [
        Head(
            Lane(Room.parse(room), chat),
            key,
            decode_action(kind, body),
            moment(queued_at),
            tries,
            moment(max(due_at, leased_until)) if max(due_at, leased_until) else None,
            waiting,
        )
        for room, chat, key, kind, body, queued_at, tries, due_at, leased_until, waiting in rows
    ]


async def stages(connection: Connection) -> dict[str, int]:
    """Return how many chats are in each stage."""
    rows = await connection.rows("SELECT stage, COUNT(*) FROM chats GROUP BY stage")
    return dict(rows)


async def overdue(connection: Connection, before: datetime) -> list[tuple[str, datetime]]:
    """Return the chats whose moment came before that and that nobody has woken, with their moment.

    The longest overdue comes first.
    """
    rows = await connection.rows(
        "SELECT chat, wake_at FROM chats WHERE wake_at < ? ORDER BY wake_at, chat",
        (stamp(before),),
    )
    return [(chat, moment(at)) for chat, at in rows]


async def stopped(connection: Connection) -> list[str]:
    """Return the chats that are not over and that nothing will wake: their logs are broken."""
    rows = await connection.rows(
        "SELECT chat FROM chats WHERE wake_at IS NULL AND stage IN ('planned', 'open', 'closed') "
        "ORDER BY chat"
    )
    return [chat for (chat,) in rows]


async def given_up(connection: Connection, chats: Collection[str]) -> list[tuple[str, GaveUp]]:
    """Return what was given up in these chats, each chat's in order; what is broken is left out."""
    found: list[tuple[str, GaveUp]] = []
    for chunk in chunks(chats):
        for chat, kind, body in await connection.rows(
            f"SELECT chat, kind, body FROM events WHERE chat IN ({marks(chunk)}) AND kind = ? "
            "ORDER BY chat, seq",
            (*chunk, GaveUp.__name__),
        ):
            with contextlib.suppress(BrokenLog):
                if isinstance(event := decode_event(kind, body), GaveUp):
                    found.append((chat, event))
    return found
