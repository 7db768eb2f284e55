"""Who checked in for a series, and what they said of themselves: their words are here alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.state import Chat
from bot.store.codec import Row, stamp
from bot.store.tables import Connection, Tables

_SAID = "name, role, country, interest, consent"

_PUT = (
    f"INSERT INTO checkins (series, person, at, {_SAID}, called) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (series, person) DO UPDATE SET at = excluded.at, name = excluded.name, "
    "role = excluded.role, country = excluded.country, interest = excluded.interest, "
    "consent = excluded.consent, called = excluded.called WHERE excluded.at >= checkins.at"
)

MOST_NAMES = 20
"""So many names are known that somebody had when they checked in; the oldest ones are dropped."""


# ---------------------------------------------------------------- what they said


async def consents(connection: Connection, series: str) -> Mapping[str, Consent]:
    """Return what people want who have checked in for a series, by their keys."""
    rows = await connection.rows("SELECT person, consent FROM checkins WHERE series = ?", (series,))
    return {person: Consent(consent) for person, consent in rows}


async def of_series(connection: Connection, series: str) -> Mapping[str, CheckIn]:
    """Return what everybody said who has checked in for a series, by their keys."""
    rows = await connection.rows(
        f"SELECT person, {_SAID} FROM checkins WHERE series = ?", (series,)
    )
    return {person: _checkin(said) for person, *said in rows}


async def of(connection: Connection, series: str, person: str) -> CheckIn | None:
    """Return what somebody said at the check-in of a series; None: they have not checked in."""
    rows = await connection.rows(
        f"SELECT {_SAID} FROM checkins WHERE series = ? AND person = ?", (series, person)
    )
    return _checkin(rows[0]) if rows else None


async def names(connection: Connection, series: str) -> Mapping[str, tuple[str, ...]]:
    """Return what else people were called who checked in for a series, by their keys.

    These are the platform's names, and those that they gave and took back: to be hidden where they
    want no name, and shown nowhere.
    """
    rows = await connection.rows(
        "SELECT person, called FROM checkins WHERE series = ? AND called <> ''", (series,)
    )
    return {person: tuple(called.split("\n")) for person, called in rows}


async def put(
    tables: Tables, series: str, person: str, at: datetime, said: CheckIn, called: str = ""
) -> None:
    """Keep what somebody says of themselves, in place of what they said before `at`.

    That name, and what the platform calls them (`called`), stay known when they give another.
    """
    tables.erases = True
    known = await tables.connection.rows(
        "SELECT called FROM checkins WHERE series = ? AND person = ?", (series, person)
    )
    former = [one for (names,) in known for one in names.split("\n")]
    in_lines = dict.fromkeys(" ".join(one.split()) for one in (*former, said.name, called))
    written = "\n".join([one for one in in_lines if one][-MOST_NAMES:])
    row = (said.name, said.role, said.country, said.interest, said.consent.value, written)
    await tables.connection.run(_PUT, (series, person, stamp(at), *row))
    await tables.connection.run(
        "UPDATE checkins SET called = ? WHERE series = ? AND person = ? AND called <> ?",
        (written, series, person, written),
    )


async def put_interests(tables: Tables, series: str, interests: Mapping[str, str]) -> None:
    """Give conflicts of interest other words, by who disclosed them; all else stays."""
    tables.erases = True
    await tables.connection.run_many(
        "UPDATE checkins SET interest = ? WHERE series = ? AND person = ?",
        [(interest, series, person) for person, interest in interests.items()],
    )


async def forget(tables: Tables, person: str, series: str | None = None) -> int:
    """Remove what somebody said of themselves, for one series or all; return for how many."""
    tables.erases = True
    where, found = ("", ()) if series is None else (" AND series = ?", (series,))
    return await tables.connection.run(
        f"DELETE FROM checkins WHERE person = ?{where}", (person, *found)
    )


async def series_of(connection: Connection, person: str) -> list[str]:
    """Return the series in which somebody (by their key) wrote or checked in."""
    platform, _, author = person.partition(":")
    rows = await connection.rows(
        "SELECT c.series FROM chats c JOIN messages m ON m.chat = c.chat "
        "WHERE m.author = ? AND m.room LIKE ? UNION SELECT series FROM checkins WHERE person = ?",
        (author, f"{platform}:%", person),
    )
    return sorted(series for (series,) in rows)


async def people(connection: Connection) -> set[str]:
    """Return the keys of everybody who ever checked in."""
    return {key for (key,) in await connection.rows("SELECT DISTINCT person FROM checkins")}


async def carry(old: Connection, new: Tables) -> int:
    """Take over what people said in `old` later than in `new`; return how many of them did."""
    kept = {
        (series, person): at
        for series, person, at in await new.connection.rows(
            "SELECT series, person, at FROM checkins"
        )
    }
    rows = await old.rows(f"SELECT series, person, at, {_SAID}, called FROM checkins")
    later = [row for row in rows if row[2] > kept.get((row[0], row[1]), -1)]
    await new.connection.run_many(_PUT, later)
    return len(later)


def _checkin(row: Row | list[str]) -> CheckIn:
    name, role, country, interest, consent = row
    return CheckIn(name, role, country, interest, Consent(consent))


# ---------------------------------------------------------------- what depends on it


async def said_by(connection: Connection, chat: str, person: str, most: int) -> list[str]:
    """Return the keys of the latest messages of somebody (by their key) in a chat."""
    platform, _, author = person.partition(":")
    rows = await connection.rows(
        "SELECT key FROM messages WHERE chat = ? AND author = ? AND room LIKE ? AND said = 1 "
        "ORDER BY at DESC, key DESC LIMIT ?",
        (chat, author, f"{platform}:%", most),
    )
    return [key for (key,) in rows]


async def quoting(connection: Connection, series: str = "") -> list[str]:
    """Return the chats of a series, else of all, whose closing posts quote people."""
    rows = await connection.rows(
        "SELECT DISTINCT c.chat FROM chats c JOIN events e ON e.chat = c.chat "
        "WHERE (? = '' OR c.series = ?) AND e.kind = 'Quoted' ORDER BY c.chat",
        (series, series),
    )
    return [chat for (chat,) in rows]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Of a chat's participants: what they are, where they are, and whether they came before.

    `roles` and `countries` are (what, how many), the most frequent first; those who have not said
    are the empty text, and stand last. `returning` are those who were participants of an earlier
    chat of the series too, `new` the others. `checked_in` counts those who have checked in.
    """

    roles: tuple[tuple[str, int], ...] = ()
    countries: tuple[tuple[str, int], ...] = ()
    new: int = 0
    returning: int = 0
    checked_in: int = 0


_TOOK_PART = (
    "m.said = 1 AND m.withdrawn = 0 AND m.timing = 'on_time' AND m.role IN ('participant', 'guest')"
)
_PERSON = (
    "CASE WHEN m.room LIKE 'local:%' THEN 'local:' WHEN m.room LIKE 'discord:%' THEN 'discord:' "
    "ELSE 'slack:' END || m.author"
)
_CROWD = (
    f"WITH here AS (SELECT DISTINCT {_PERSON} AS person, m.author AS author FROM messages m "
    f"WHERE m.chat = ? AND {_TOOK_PART}) "
    "SELECT role, country, has_checked_in, is_returning, COUNT(*) FROM ("
    "SELECT COALESCE(k.role, '') AS role, COALESCE(k.country, '') AS country, "
    "CASE WHEN k.person IS NULL THEN 0 ELSE 1 END AS has_checked_in, "
    "CASE WHEN EXISTS (SELECT 1 FROM messages m JOIN chats c ON c.chat = m.chat "
    "WHERE m.author = h.author AND c.series = ? AND (c.opens_at, c.chat) < (?, ?) "
    f"AND {_PERSON} = h.person AND {_TOOK_PART}) THEN 1 ELSE 0 END AS is_returning "
    "FROM here h LEFT JOIN checkins k ON k.series = ? AND k.person = h.person) AS people "
    "GROUP BY role, country, has_checked_in, is_returning"
)


async def crowd(connection: Connection, chat: Chat) -> Crowd:
    """Count the participants of a chat by what they said of themselves, with one question."""
    rows = await connection.rows(
        _CROWD, (chat.id, chat.series, stamp(chat.opens_at), chat.id, chat.series)
    )
    roles: dict[str, int] = {}
    countries: dict[str, int] = {}
    for role, country, _, _, count in rows:
        roles[role] = roles.get(role, 0) + count
        countries[country] = countries.get(country, 0) + count
    everybody = sum(row[4] for row in rows)
    returning = sum(row[4] for row in rows if row[3])
    checked_in = sum(row[4] for row in rows if row[2])
    return Crowd(_ranked(roles), _ranked(countries), everybody - returning, returning, checked_in)


def _ranked(counted: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda one: (not one[0], -one[1], one[0])))
