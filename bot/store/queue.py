"""The outbox's SQL: actions that wait, in lanes; each is performed by whoever holds its lease."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.engine.actions import Action, Post
from bot.engine.agenda import Room
from bot.store.codec import decode_action, encode_action, moment, stamp
from bot.store.tables import Connection, chunks, marks


class Lane(NamedTuple):
    """A chat's actions in one room: they are performed in order, and hold up no other lane."""

    room: Room
    chat: str


@dataclass(frozen=True, slots=True)
class Leased:
    """An action that this process may perform until its lease ends; `tries` counts this one.

    As `first` returns it nobody was given a lease, and `tries` counts those so far.
    """

    key: str
    chat: str
    action: Action
    queued_at: datetime
    tries: int


def chat_of(key: str) -> str:
    """Return the chat of an action's key, `chat/seq/n`."""
    return key.rsplit("/", 2)[0]


async def put(
    connection: Connection, actions: Sequence[tuple[str, int, int, Action]], queued_at: datetime
) -> None:
    """Queue actions (chat, seq, n, action); their key is `chat/seq/n`."""
    await connection.run_many(
        "INSERT INTO outbox (key, chat, seq, n, room, kind, body, state, queued_at, due_at, "
        "leased_until, tries) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, 0, 0, 0)",
        [
            (
                f"{chat}/{seq}/{n}",
                chat,
                seq,
                n,
                str(action.room),
                *encode_action(action),
                stamp(queued_at),
            )
            for chat, seq, n, action in actions
        ],
    )


async def lanes(connection: Connection) -> list[Lane]:
    """Return the lanes in which actions wait, the longest waiting first."""
    rows = await connection.rows(
        "SELECT room, chat FROM outbox WHERE state = 'waiting' GROUP BY room, chat "
        "ORDER BY MIN(queued_at), chat, room"
    )
    return [Lane(Room.parse(room), chat) for room, chat in rows]


async def first(connection: Connection, lane: Lane) -> Leased | None:
    """Return the lane's first waiting action as it is, leased by nobody or somebody; None: none."""
    found = await _first(connection, lane)
    return None if found is None else found[0]


async def _first(connection: Connection, lane: Lane, by: str = "") -> tuple[Leased, int] | None:
    """Return the lane's first waiting action, and the stamp of when `by` may perform it."""
    rows = await connection.rows(
        "SELECT key, kind, body, queued_at, due_at, leased_until, leased_by, tries FROM outbox "
        "WHERE state = 'waiting' AND room = ? AND chat = ? ORDER BY seq, n LIMIT 1",
        (str(lane.room), lane.chat),
    )
    if not rows:
        return None
    key, kind, body, queued_at, due_at, leased_until, leased_by, tries = rows[0]
    leased = Leased(key, lane.chat, decode_action(kind, body), moment(queued_at), tries)
    return leased, due_at if by and leased_by == by else max(due_at, leased_until)


async def lease(
    connection: Connection, lane: Lane, now: datetime, until: datetime, by: str = ""
) -> Leased | datetime | None:
    """Take the lane's first waiting action until then, in the order of the chat's log.

    `by` names the process that takes it; what it had leased before, and could not write down to
    its end, it may take again at once. Returns None where none waits, or the moment to come back
    where the first one is not yet due again or is leased by somebody else.
    """
    found = await _first(connection, lane, by)
    if found is None:
        return None
    waiting, ready_at = found
    if ready_at > stamp(now):
        return moment(ready_at)
    await connection.run(
        "UPDATE outbox SET leased_until = ?, leased_by = ?, tries = tries + 1 WHERE key = ?",
        (stamp(until), by, waiting.key),
    )
    return replace(waiting, tries=waiting.tries + 1)


async def held_up(connection: Connection, chat: str, since: datetime) -> int:
    """Count a chat's posts that have waited since then."""
    ((count,),) = await connection.rows(
        "SELECT COUNT(*) FROM outbox "
        "WHERE state = 'waiting' AND chat = ? AND queued_at <= ? AND kind = ?",
        (chat, stamp(since), Post.__name__),
    )
    return int(count)


async def waits(connection: Connection, key: str) -> bool:
    """Whether an action is still to be performed."""
    sql = "SELECT 1 FROM outbox WHERE key = ? AND state = 'waiting'"
    return bool(await connection.rows(sql, (key,)))


async def mark(connection: Connection, key: str, state: str) -> bool:
    """Mark a waiting action `done` or `gave_up` and drop its body; say whether it waited."""
    return bool(
        await connection.run(
            "UPDATE outbox SET state = ?, body = '' WHERE key = ? AND state = 'waiting'",
            (state, key),
        )
    )


async def postpone(
    connection: Connection, key: str, until: datetime, by: str = "", *, untried: bool = False
) -> None:
    """Perform an action then that `by` had leased; nothing where it is another's meanwhile.

    `untried`: it was not given to its platform this time.
    """
    await connection.run(
        "UPDATE outbox SET due_at = ?, leased_until = 0, tries = tries - ? "
        "WHERE key = ? AND leased_by = ? AND state = 'waiting'",
        (stamp(until), int(untried), key, by),
    )


async def hasten(connection: Connection, rooms: Collection[Room]) -> None:
    """Let what waits for these rooms be tried again at once."""
    for chunk in chunks([str(room) for room in rooms]):
        await connection.run(
            f"UPDATE outbox SET due_at = 0 WHERE state = 'waiting' AND room IN ({marks(chunk)})",
            chunk,
        )


async def lessees(connection: Connection) -> set[str]:
    """Return the processes that hold leases, or held them when they ended."""
    rows = await connection.rows(
        "SELECT DISTINCT leased_by FROM outbox WHERE state = 'waiting' AND leased_until > 0"
    )
    return {by for (by,) in rows}


async def release(connection: Connection, gone: Collection[str] | None = None) -> None:
    """Take over what these processes, which are gone, had leased; None: what anybody had."""
    if gone is None:
        await connection.run("UPDATE outbox SET leased_until = 0 WHERE state = 'waiting'")
        return
    for chunk in chunks(gone):
        await connection.run(
            "UPDATE outbox SET leased_until = 0 "
            f"WHERE state = 'waiting' AND leased_by IN ({marks(chunk)})",
            chunk,
        )
