"""The SQL with which words leave: when their time is over, and when a person is erased.

Counts stay: no message's row goes, only what stands in it. Who was erased is remembered as a
salted digest, so that what a platform tells late of the time before does not bring them back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.engine import events, signals
from bot.engine.actions import Post, PostKind
from bot.engine.calls import nameless
from bot.engine.erasing import GONE, NAME, SIGN
from bot.engine.messages import OURS
from bot.engine.signals import Speech
from bot.store.codec import (
    decode_action,
    decode_event,
    encode_action,
    encode_event,
    files_row,
    moment,
    stamp,
)
from bot.store.tables import Connection, Tables

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another
_MICROSECOND = timedelta(microseconds=1)

OURS_BY_SQL = f"role = 'bot' AND author = '{OURS}'"
"""Rounds' own posts, which hold no person's words."""

GONE_BY_SQL = files_row(GONE)
"""What stands for a message's files that are gone, as a row has it."""

UNSEEN_BY_SQL = (
    "concerns = '', held = CASE WHEN held IN ('privacy', 'distress') THEN '' ELSE held END"
)
"""Where a wording is gone nothing is seen in it any more."""


# ---------------------------------------------------------------- when the time is over


async def blank(tables: Tables, chat: str) -> None:
    """Remove what people said in a chat, their names and those of their files.

    Their names go from the chat's log as well, where it tells of calls for a moderator.
    """
    await _blank_calls(tables.connection, chat)
    tables.erases = True
    await tables.connection.run(
        f"UPDATE messages SET text = '', name = '', {UNSEEN_BY_SQL}, "
        "attachments = CASE WHEN attachments = '' THEN '' ELSE ? END "
        f"WHERE chat = ? AND NOT ({OURS_BY_SQL})",
        (GONE_BY_SQL, chat),
    )


async def _blank_calls(connection: Connection, chat: str) -> None:
    rows = await connection.rows(
        "SELECT seq, kind, body FROM events WHERE chat = ? AND kind IN ('Called', 'Taken')", (chat,)
    )
    bare = [(seq, nameless(decode_event(kind, body))) for seq, kind, body in rows]
    await connection.run_many(
        "UPDATE events SET body = ? WHERE chat = ? AND seq = ?",
        [(encode_event(event)[1], chat, seq) for seq, event in bare],
    )


async def reword_topics(
    tables: Tables, chat: str, numbers: Collection[int], reworded: Callable[[str], str]
) -> None:
    """Word anew topics that were added to a chat, in its log and in posts that wait.

    Whoever remembers the chat reads it again.
    """
    if not numbers:
        return
    tables.erases = True
    connection = tables.connection
    added = await connection.rows(
        "SELECT seq, kind, body FROM events WHERE chat = ? AND kind = 'TopicAdded'", (chat,)
    )
    for seq, kind, body in added:
        event = decode_event(kind, body)
        if isinstance(event, events.TopicAdded) and event.number in numbers:
            without = encode_event(replace(event, ask=reworded(event.ask)))[1]
            await connection.run(
                "UPDATE events SET body = ? WHERE chat = ? AND seq = ?", (without, chat, seq)
            )
    waiting = await connection.rows(
        "SELECT key, kind, body FROM outbox WHERE chat = ? AND kind = 'Post' AND state = 'waiting'",
        (chat,),
    )
    for key, kind, body in waiting:
        post = decode_action(kind, body)
        if not isinstance(post, Post) or post.kind is not PostKind.TOPIC:
            continue
        if post.topic is None or post.topic in numbers:  # None: the rest of a long one
            words = tuple(reworded(one) if isinstance(one, str) else one for one in post.words)
            without = encode_action(replace(post, words=words))[1]
            await connection.run("UPDATE outbox SET body = ? WHERE key = ?", (without, key))


async def kept(connection: Connection) -> Mapping[str, timedelta]:
    """Return for how long series keep words, as their chats were last told; others for good."""
    rows = await connection.rows("SELECT series, keep FROM kept")
    return {series: keep * _MICROSECOND for series, keep in rows}


async def set_kept(connection: Connection, series: str, keep: timedelta | None) -> None:
    """Note for how long a series keeps words, once its chats were told; None: for good."""
    await connection.run("DELETE FROM kept WHERE series = ?", (series,))
    if keep is not None:
        await connection.run(
            "INSERT INTO kept (series, keep) VALUES (?, ?)", (series, keep // _MICROSECOND)
        )


async def chats_of(connection: Connection, series: str) -> list[str]:
    """Return all chats of a series that have opened or passed, in order of opening."""
    rows = await connection.rows(
        "SELECT chat FROM chats WHERE series = ? AND stage <> 'planned' ORDER BY opens_at, chat",
        (series,),
    )
    return [chat for (chat,) in rows]


# ---------------------------------------------------------------- who was erased


class Erased(NamedTuple):
    """Somebody who was erased: what is known again of them, and since when they are."""

    pseudonym: str
    salt: str
    digest: str
    at: datetime

    def was(self, key: str) -> bool:
        """Whether a person's key is theirs."""
        return hmac.compare_digest(_digest(self.salt, key), self.digest)


def new_erased(key: str, at: datetime) -> Erased:
    """Return how somebody is remembered who is erased now."""
    salt = secrets.token_hex(16)
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return Erased(f"{SIGN}{letters}", salt, _digest(salt, key), at)


def _digest(salt: str, key: str) -> str:
    return hashlib.sha256(f"{salt}{key}".encode("utf-8", "replace")).hexdigest()


async def erased(connection: Connection) -> list[Erased]:
    """Return everybody who was erased."""
    rows = await connection.rows("SELECT pseudonym, salt, digest, at FROM erasures ORDER BY at")
    return [Erased(pseudonym, salt, digest, moment(at)) for pseudonym, salt, digest, at in rows]


async def count(connection: Connection) -> int:
    """Return how many people were erased."""
    ((erased,),) = await connection.rows("SELECT COUNT(*) FROM erasures")
    return int(erased)


async def remember(connection: Connection, one: Erased) -> None:
    """Remember that somebody was erased."""
    await connection.run(
        "INSERT INTO erasures (pseudonym, salt, digest, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (pseudonym) DO NOTHING",
        (one.pseudonym, one.salt, one.digest, stamp(one.at)),
    )


@dataclass(frozen=True, slots=True)
class Masks:
    """Everybody who was erased, for those who take in what a platform tells late."""

    everybody: tuple[Erased, ...]

    def of(self, key: str, at: datetime) -> str | None:
        """Return the pseudonym of whoever said or did something then, or None."""
        return next((e.pseudonym for e in self.everybody if at <= e.at and e.was(key)), None)

    def speech(self, signal: Speech) -> Speech:
        """Return what was said, by a pseudonym and without its words if its author is erased."""
        if not self.everybody or not isinstance(signal, signals.Said):
            return signal
        pseudonym = self.of(signal.author.key, signal.at)
        if pseudonym is None:
            return signal
        author = replace(signal.author, id=pseudonym, name=NAME)
        return replace(signal, author=author, text="", attachments=())

    def hides(self, signal: signals.Reacted) -> bool:
        """Whether a reaction is that of somebody who was erased since."""
        return bool(self.everybody) and self.of(signal.by.key, signal.at) is not None


async def masks(connection: Connection) -> Masks:
    """Return everybody who was erased, to be held against what is heard."""
    return Masks(tuple(await erased(connection)))
