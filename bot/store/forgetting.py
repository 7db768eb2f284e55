"""Takes a person out of the whole store, inside one transaction, and finds who they may be."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.engine.agenda import Room
from bot.engine.erasing import NAME, Erasure
from bot.engine.errors import BrokenLog
from bot.engine.events import Erased as PersonErased
from bot.engine.quoting import lines_of
from bot.store import departures
from bot.store.codec import (
    Row,
    decode_action,
    decode_event,
    encode_action,
    encode_event,
    moment,
    stamp,
)
from bot.store.departures import GONE_BY_SQL, OURS_BY_SQL, UNSEEN_BY_SQL, Erased
from bot.store.tables import Connection, Tables, marks

_NOT_OURS = f"NOT ({OURS_BY_SQL})"


# ---------------------------------------------------------------- who


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of whom the store knows: their key, the names they had, how much they said, when.

    `said` counts messages; it is 0 of somebody who only reacted, or moderates and never wrote.
    """

    key: str
    names: tuple[str, ...] = ()
    said: int = 0
    chats: int = 0
    last: datetime | None = None


async def with_id(connection: Connection, person: str) -> list[Known]:
    """Return everybody who has this id, on any platform."""
    rows = await connection.rows(
        f"SELECT DISTINCT room, author FROM messages WHERE author = ? AND {_NOT_OURS}", (person,)
    )
    keys = {f"{Room.parse(room).platform}:{author}" for room, author in rows}
    for table in ("reactions", "checkins"):
        for (key,) in await connection.rows(
            f"SELECT DISTINCT person FROM {table} WHERE person LIKE ?", (_like(person),)
        ):
            keys |= {key} if key.partition(":")[2] == person else set()
    return [await known(connection, key) for key in sorted(keys)]


async def called(connection: Connection, name: str) -> list[Known]:
    """Return everybody who had this name in a message or at a check-in, on any platform."""
    rows = await connection.rows(
        f"SELECT DISTINCT room, author FROM messages WHERE name = ? AND said = 1 AND {_NOT_OURS}",
        (name,),
    )
    keys = {f"{Room.parse(room).platform}:{author}" for room, author in rows}
    for key, said, rest in await connection.rows("SELECT person, name, called FROM checkins"):
        keys |= {key} if name and name in (said, *rest.split("\n")) else set()
    return [await known(connection, key) for key in sorted(keys)]


async def known(connection: Connection, key: str) -> Known:
    """Return what the store knows of somebody."""
    platform, _, person = key.partition(":")
    rows = await connection.rows(
        "SELECT name, chat, COUNT(*), MAX(at) FROM messages "
        f"WHERE author = ? AND room LIKE ? AND said = 1 AND {_NOT_OURS} "
        "GROUP BY name, chat ORDER BY MAX(at) DESC",
        (person, f"{platform}:%"),
    )
    checkins = await connection.rows("SELECT name, called FROM checkins WHERE person = ?", (key,))
    said = sorted({one for name, rest in checkins for one in (name, *rest.split("\n"))})
    names = dict.fromkeys(name for name in (*(row[0] for row in rows), *said) if name)
    return Known(
        key,
        tuple(names),
        said=sum(count for _, _, count, _ in rows),
        chats=len({chat for _, chat, _, _ in rows}),
        last=moment(max(at for *_, at in rows)) if rows else None,
    )


# ---------------------------------------------------------------- what goes


@dataclass(frozen=True, slots=True)
class Stood:
    """How many messages a person had in a room of a chat."""

    chat: str
    room: Room
    messages: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed of somebody, and where more of them may stand.

    `texts` and `files` count their messages that had some; `others` are messages of other people
    (keys) that mentioned or quoted them, `liked` those with reactions of theirs, `entries` those
    of logs that named them, `waiting` posts that were still to go out to them, `checkins` series
    for which they had checked in. `named` are other people's messages (keys) in which a name of
    theirs may still stand, and `broken` chats whose logs cannot be read.
    """

    stood: tuple[Stood, ...] = ()
    texts: int = 0
    files: int = 0
    reactions: int = 0
    liked: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    entries: int = 0
    waiting: int = 0
    checkins: int = 0
    named: frozenset[str] = frozenset()
    broken: tuple[str, ...] = ()

    @property
    def messages(self) -> int:
        """How many messages they had."""
        return sum(one.messages for one in self.stood)

    @property
    def anything(self) -> bool:
        """Whether the store held anything of them."""
        counted = (self.reactions, self.entries, self.waiting, self.checkins)
        return bool(self.stood or self.others or any(counted))

    @property
    def changed(self) -> frozenset[str]:
        """The messages of others (keys) that look otherwise than before."""
        return self.others | self.liked


class Spoke(NamedTuple):
    """A message of somebody, by its key, and where it stands."""

    key: str
    chat: str
    room: Room


async def said_by(connection: Connection, person: str) -> list[Spoke]:
    """Return the messages of a person, by their key."""
    platform, _, author = person.partition(":")
    rows = await connection.rows(
        f"SELECT key, chat, room FROM messages WHERE author = ? AND room LIKE ? AND {_NOT_OURS} "
        "AND said = 1 ORDER BY at, key",
        (author, f"{platform}:%"),
    )
    return [Spoke(key, chat, Room.parse(room)) for key, chat, room in rows]


async def naming(
    connection: Connection, names: Sequence[str], but: Collection[str]
) -> frozenset[str]:
    """Return the messages (keys) that hold one of these names whole, but for those of series."""
    keys: set[str] = set()
    where = f"AND chat NOT IN (SELECT chat FROM chats WHERE series IN ({marks(list(but))}))" * bool(
        but
    )
    for name in names:
        rows = await connection.rows(
            f"SELECT key, text FROM messages WHERE text LIKE ? AND {_NOT_OURS} {where}",
            (_like(name), *but),
        )
        whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        keys |= {key for key, text in rows if whole.search(text)}
    return frozenset(keys)


async def erase(tables: Tables, platform: str, person: str, whom: Erased) -> Removed:
    """Take a person out of everything that is kept; their pseudonym stands for them.

    Rows stay, so that counts stay as they are; what was withdrawn stays withdrawn.
    """
    tables.erases = True
    work = _Erasing(tables.connection, Erasure(platform, person, whom.pseudonym))
    removed = await work.run(whom.at)
    await departures.remember(tables.connection, whom)
    return removed


class _Erasing:
    def __init__(self, connection: Connection, erasure: Erasure) -> None:
        self._connection = connection
        self._erasure = erasure
        self._own = (erasure.person, f"{erasure.platform}:%")
        self._like = _like(erasure.person)
        self._chats: set[str] = set()
        self._broken: set[str] = set()

    async def run(self, at: datetime) -> Removed:
        texts, stood = await self._look()
        checkins = await self._checkins()
        self._erasure = replace(self._erasure, lines=frozenset().union(*map(lines_of, texts)))
        liked = await self._liked()
        removed = Removed(
            stood=stood,
            texts=sum(map(bool, texts)),
            files=await self._files(),
            reactions=await self._reactions(),
            liked=liked,
            entries=await self._events(),
            waiting=await self._outbox(),
            checkins=checkins,
        )
        await self._messages()
        others = await self._others({one.chat for one in stood})
        await self._record(at)
        return replace(removed, others=others, broken=tuple(self._broken))

    # ------------------------------------------------------------ messages

    async def _look(self) -> tuple[list[str], tuple[Stood, ...]]:
        """Return what they wrote, and where their messages stand."""
        where = f"WHERE author = ? AND room LIKE ? AND {_NOT_OURS}"
        rows = await self._connection.rows(f"SELECT text FROM messages {where}", self._own)
        places = await self._connection.rows(
            f"SELECT chat, room, COUNT(*) FROM messages {where} AND said = 1 "
            "GROUP BY chat, room ORDER BY chat, room",
            self._own,
        )
        stood = tuple(Stood(chat, Room.parse(room), count) for chat, room, count in places)
        self._chats |= {one.chat for one in stood}
        return [text for (text,) in rows], stood

    async def _files(self) -> int:
        ((count,),) = await self._connection.rows(
            f"SELECT COUNT(*) FROM messages WHERE author = ? AND room LIKE ? AND {_NOT_OURS} "
            "AND attachments <> ''",
            self._own,
        )
        return int(count)

    async def _messages(self) -> None:
        await self._connection.run(
            "UPDATE messages SET text = '', author = ?, name = CASE WHEN name = '' THEN '' "
            "ELSE ? END, attachments = CASE WHEN attachments = '' THEN '' ELSE ? END, "
            f"{UNSEEN_BY_SQL} "
            f"WHERE author = ? AND room LIKE ? AND {_NOT_OURS}",
            (self._erasure.pseudonym, NAME, GONE_BY_SQL, *self._own),
        )

    async def _checkins(self) -> int:
        """Remove what they said of themselves; return for how many series."""
        return await self._connection.run(
            "DELETE FROM checkins WHERE person = ?", (self._erasure.key,)
        )

    async def _liked(self) -> frozenset[str]:
        """Return the messages (keys) that they put reactions to."""
        rows = await self._connection.rows(
            "SELECT DISTINCT m.key, m.chat FROM reactions r JOIN messages m ON m.key = r.message "
            "WHERE r.person = ?",
            (self._erasure.key,),
        )
        self._chats |= {chat for _, chat in rows}
        return frozenset(key for key, _ in rows)

    async def _reactions(self) -> int:
        return await self._connection.run(
            "DELETE FROM reactions WHERE person = ?", (self._erasure.key,)
        )

    async def _others(self, chats: Collection[str]) -> frozenset[str]:
        """Rewrite what mentions them, anywhere, and what quotes them, in their chats; say which.

        What was edited is worded a microsecond later now, so that the platform's next telling of
        that edit brings nothing back.
        """
        rows = await self._connection.rows(
            "SELECT key, chat, text, attachments FROM messages "
            "WHERE text LIKE ? OR attachments LIKE ?",
            (self._like, self._like),
        )
        for chat in sorted(chats) if self._erasure.lines else ():
            rows += await self._connection.rows(
                "SELECT key, chat, text, attachments FROM messages WHERE chat = ? "
                "AND text LIKE '%>%'",
                (chat,),
            )
        changed: list[Row] = []
        for key, chat, *before in dict.fromkeys(rows):
            after = list(map(self._erasure.in_text, before))
            if after != before:
                self._chats.add(chat)
                changed.append((*after, key))
        await self._connection.run_many(
            "UPDATE messages SET text = ?, attachments = ?, worded_at = CASE WHEN edited = 1 "
            "AND concerns = '' THEN worded_at + 1 ELSE worded_at END WHERE key = ?",
            changed,
        )
        return frozenset(str(key) for *_, key in changed)

    # ------------------------------------------------------------ logs and posts

    async def _events(self) -> int:
        rows = await self._connection.rows(
            "SELECT chat, seq, kind, body FROM events WHERE body LIKE ?", (self._like,)
        )
        changed: list[Row] = []
        for chat, seq, kind, body in rows:
            try:
                event = decode_event(kind, body)
            except BrokenLog:
                self._broken.add(chat)
                continue
            without = self._erasure.in_event(event)
            if without != event:
                self._chats.add(chat)
                changed.append((encode_event(without)[1], chat, seq))
        await self._connection.run_many(
            "UPDATE events SET body = ? WHERE chat = ? AND seq = ?", changed
        )
        return len(changed)

    async def _outbox(self) -> int:
        rows = await self._connection.rows(
            "SELECT key, kind, body FROM outbox WHERE state = 'waiting' AND body LIKE ?",
            (self._like,),
        )
        changed: list[Row] = []
        for key, kind, body in rows:
            action = decode_action(kind, body)
            without = self._erasure.in_action(action)
            if without is None:
                changed.append(("gave_up", "", key))
            elif without != action:
                changed.append(("waiting", encode_action(without)[1], key))
        await self._connection.run_many(
            "UPDATE outbox SET state = ?, body = ? WHERE key = ?", changed
        )
        return len(changed)

    async def _record(self, at: datetime) -> None:
        """Note in the log of each chat concerned that somebody was erased."""
        kind, body = encode_event(PersonErased(at))
        await self._connection.run_many(
            "INSERT INTO events (chat, seq, kind, body) "
            "SELECT chat, MAX(seq) + 1, ?, ? FROM events WHERE chat = ? GROUP BY chat",
            [(kind, body, chat) for chat in sorted(self._chats)],
        )


def _like(part: str) -> str:
    """Return a pattern for LIKE that finds all texts with a part in it, and perhaps others.

    In JSON quotes are written otherwise, and LIKE has signs of its own, in each database others.
    """
    longest = max(re.split(r"[^\w.:@# -]|_", part), key=len)
    return f"%{longest}%"


# ---------------------------------------------------------------- what nobody can tell whose it is


async def blank_unsaid(tables: Tables, platform: str, before: datetime) -> None:
    """Remove the wordings of messages that never arrived themselves, so nobody knows whose.

    Only in chats that ended before a moment up to which what was said is read back.
    """
    tables.erases = True
    await tables.connection.run(
        "UPDATE messages SET text = '', attachments = '' WHERE said = 0 AND text <> '' "
        "AND room LIKE ? AND chat IN (SELECT chat FROM chats WHERE ends_at < ?)",
        (f"{platform}:%", stamp(before)),
    )
