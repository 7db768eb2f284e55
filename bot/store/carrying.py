"""What left a store since a backup of it was made leaves the backup too, when that is restored.

Withdrawn is withdrawn, and erased is erased, also where an earlier store comes back. What was
withdrawn, whose time was over and who was erased is read from the store that is replaced, which
holds none of those words, and done again in the one that comes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.engine import events, named, steps
from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog
from bot.engine.hearing import settle
from bot.engine.messages import Message
from bot.engine.quoting import lines_of
from bot.store import checkins, departures, forgetting, publications, quoting
from bot.store.codec import MESSAGE_COLUMNS, decode_event, encode_event, message_of, stamp
from bot.store.departures import OURS_BY_SQL, Erased
from bot.store.tables import Connection, Tables

_LEFT = ("Withdrew", "Blanked", "Held", "Cleared")
"""The kinds of events by which words leave a chat, or are held back and shown again."""

_AT_ONCE = 500

Unname = Callable[[Tables, str], Awaitable[object]]
"""Takes a person's names, by their key, out of what others wrote."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How much was done again: messages withdrawn, chats whose time was over, people erased.

    `checkins` counts what people have said of themselves since.
    """

    withdrawn: int = 0
    blanked: int = 0
    erased: int = 0
    checkins: int = 0


async def carry(old: Tables, new: Tables, unname: Unname | None = None) -> Carried:
    """Do in `new` what was done in `old` and not yet in it.

    `unname` takes a person's names out of what others wrote there, before it is forgotten what
    they wanted.
    """
    new.erases = True
    gone = await _gone(old.connection, new.connection)
    if unname is not None:
        for key in (key for _, keys in gone for key in keys):
            await unname(new, key)
    checked_in = await checkins.carry(old.connection, new)
    erased = await _erase_again(new, gone)
    withdrawn = await _withdraw_again(old.connection, new)
    blanked = await _leave_again(old.connection, new)
    await publications.carry(old.connection, new.connection, await _chats(new.connection))
    return Carried(withdrawn, blanked, erased, checked_in)


# ---------------------------------------------------------------- who was erased


async def _gone(old: Connection, new: Connection) -> list[tuple[Erased, list[str]]]:
    """Return who was erased in the one and not in the other, each with their keys in the other."""
    known = set(await departures.erased(new))
    missing = [one for one in await departures.erased(old) if one not in known]
    people = sorted(await _people(new)) if missing else []
    return [(one, [key for key in people if one.was(key)]) for one in missing]


async def _erase_again(new: Tables, gone: Sequence[tuple[Erased, Sequence[str]]]) -> int:
    again = 0
    for one, keys in gone:
        await departures.remember(new.connection, one)
        found = False
        for key in keys:
            platform, _, person = key.partition(":")
            removed = await forgetting.erase(new, platform, person, one)
            found = found or removed.anything
        again += found
    return again


async def _people(connection: Connection) -> set[str]:
    """Return the keys of everybody who stands in a store."""
    rows = await connection.rows(
        f"SELECT DISTINCT room, author FROM messages WHERE NOT ({OURS_BY_SQL})"
    )
    people = {f"{Room.parse(room).platform}:{author}" for room, author in rows if author}
    people |= {key for (key,) in await connection.rows("SELECT DISTINCT person FROM reactions")}
    people |= await checkins.people(connection)
    kinds = ", ".join(f"'{kind}'" for kind in named.KINDS)
    for kind, body in await connection.rows(
        f"SELECT DISTINCT kind, body FROM events WHERE kind IN ({kinds})"
    ):
        try:
            people |= named.people(decode_event(kind, body))
        except BrokenLog:  # the runner tells of it
            continue
    return people


# ---------------------------------------------------------------- what was withdrawn


async def _withdraw_again(old: Connection, new: Tables) -> int:
    """Write withdrawn messages as they are by now, those too that the backup did not know yet.

    What others quote of them is taken out.
    """
    done = 0
    gone: dict[str, set[str]] = {}
    async for messages in _withdrawn(old):
        there = {one.key: one for one in await new.messages([one.key for one in messages])}
        chats = await _chats(new.connection)
        again = [
            one
            for one in messages
            if one.chat in chats and not (one.key in there and there[one.key].withdrawn)
        ]
        for one in again:
            if one.key in there:
                gone.setdefault(one.chat, set()).update(lines_of(there[one.key].text))
        await new.put_messages(again)
        done += sum(one.said for one in again)
    await quoting.take_out(new, gone)
    return done


async def _withdrawn(connection: Connection) -> AsyncIterator[list[Message]]:
    after = ""
    while True:
        rows = await connection.rows(
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE withdrawn = 1 AND key > ? "
            "ORDER BY key LIMIT ?",
            (after, _AT_ONCE),
        )
        if not rows:
            return
        after = rows[-1][0]
        yield [message_of(row) for row in rows]


async def _chats(connection: Connection) -> dict[str, str]:
    """Return the series of each chat."""
    return dict(await connection.rows("SELECT chat, series FROM chats"))


async def _leave_again(old: Connection, new: Tables) -> int:
    """Record again who withdrew everything, what was held, and in which chats time was over."""
    blanked = 0
    held: dict[str, list[str]] = {}
    chats = await _chats(new.connection)
    known = set(await _left(new.connection))
    for chat, kind, body in await _left(old):
        if chat not in chats or (chat, kind, body) in known:
            continue
        event = decode_event(kind, body)
        if isinstance(event, steps.Held | steps.Cleared):
            held.setdefault(chat, []).append(event.message)
        await new.connection.run(
            "INSERT INTO events (chat, seq, kind, body) "
            "SELECT chat, MAX(seq) + 1, ?, ? FROM events WHERE chat = ? GROUP BY chat",
            (*encode_event(event), chat),
        )
        if isinstance(event, events.Withdrew):
            platform, _, person = event.person.partition(":")
            gone = await quoting.lines_by(new.connection, chat, event.person)
            await new.withdraw(chat, platform, person, event.at)
            await quoting.take_out(new, {chat: gone})
            if event.left:
                await new.connection.run(
                    "DELETE FROM checkins WHERE person = ? AND series = ? AND at <= ?",
                    (event.person, chats[chat], stamp(event.at)),
                )
        elif isinstance(event, events.Blanked):
            await departures.blank(new, chat)
            blanked += 1
    for chat, messages in held.items():
        await _hold_again(new, chat, messages)
    return blanked


async def _hold_again(new: Tables, chat_id: str, keys: Sequence[str]) -> None:
    """Let messages be held back, or not, as the chat's log now says."""
    chat = await new.chat(chat_id)
    if chat is None:
        return
    there = await new.messages(keys)
    parents = {one.key: one for one in await new.messages({m.parent for m in there if m.parent})}
    await new.put_messages(settle(chat, m, parents.get(m.parent or "")) for m in there)


async def _left(connection: Connection) -> list[tuple[str, str, str]]:
    kinds = ", ".join(f"'{kind}'" for kind in _LEFT)
    rows = await connection.rows(
        f"SELECT chat, kind, body FROM events WHERE kind IN ({kinds}) ORDER BY chat, seq"
    )
    return [(chat, kind, body) for chat, kind, body in rows]
