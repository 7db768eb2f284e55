"""The SQL that counts: how a chat was attended.

In every count a message is one that was said (`said = 1`); what was withdrawn counts only as
withdrawn, whoever wrote it. Participants and guests are one crowd here, told apart where it
matters. Visitors, who are not among the members to whom an agenda keeps its chat, are counted by
themselves alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.engine.agenda import Room
from bot.engine.messages import RoomTally, Tally, TopicTally
from bot.store.codec import Row, moment, numbers_of, stamp
from bot.store.tables import Connection

_CROWD = "m.role IN ('participant', 'guest')"
_IN_WINDOW = "m.said = 1 AND m.withdrawn = 0 AND m.timing = 'on_time'"
_ANSWER = f"{_IN_WINDOW} AND {_CROWD}"
_ANSWER_P = _ANSWER.replace("m.", "p.")
_REPLIES = (
    f"JOIN messages m ON m.parent = p.key AND m.chat = p.chat AND {_IN_WINDOW} "
    "AND m.role NOT IN ('bot', 'visitor') AND m.author <> p.author"
)
_REACTIONS = "JOIN reactions r ON r.message = p.key AND r.present = 1"
_KEPT = f"{_CROWD} AND m.withdrawn = 0"
_RARE = (
    "(m.timing <> 'on_time' OR m.edited = 1 OR m.withdrawn = 1 OR m.placed_by = 'none' "
    "OR m.attachments <> '')"
)
_RARE_KINDS = {
    "early": f"{_KEPT} AND m.timing = 'early'",
    "late": f"{_KEPT} AND m.timing = 'late'",
    "edited": f"{_KEPT} AND m.edited = 1 AND m.timing = 'on_time'",
    "withdrawn": "m.role <> 'bot' AND m.withdrawn = 1",
    "unplaced": f"{_KEPT} AND m.placed_by = 'none'",
    "with_files": f"{_KEPT} AND m.attachments <> '' AND m.timing = 'on_time'",
}
_BY_ROOM = (
    " UNION ALL SELECT 'room', room, CAST(COALESCE(SUM(times), 0) AS BIGINT), "
    "COUNT(DISTINCT person) FROM crowd GROUP BY room"
)
_NO_TOPIC = "('-', 0)"  # no row of `topics` reads so


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages of each kind a chat has, and how many people wrote them.

    All but the two of moderators and the two of visitors count participants' and guests' messages;
    `withdrawn` counts everybody's but the bot's, as what is left out of an edition does.
    `edited`, `without_topic`, `replies` and `with_files` are those in the window; `unplaced` and
    `withdrawn` those of any time. `per_person` says how many people wrote how many messages in the
    window, as (messages, people), fewest messages first; `topics` leaves out those without. A
    message that stands under several topics counts for each of them. `rooms` has the rooms in which
    somebody wrote; the same id on one platform is one person in each.
    """

    participants: int = 0
    guests: int = 0
    moderators: int = 0
    messages: int = 0
    by_moderators: int = 0
    visitors: int = 0
    by_visitors: int = 0
    early: int = 0
    late: int = 0
    edited: int = 0
    withdrawn: int = 0
    unplaced: int = 0
    without_topic: int = 0
    replies: int = 0
    with_files: int = 0
    per_person: tuple[tuple[int, int], ...] = ()
    topics: tuple[TopicTally, ...] = ()
    rooms: tuple[RoomTally, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """An answer, by its key, and how often it was replied or reacted to."""

    topics: tuple[int, ...]
    key: str
    times: int


async def tally(connection: Connection, chat: str) -> Tally:
    """Count a chat as its closing post tells it."""
    counts = await Figures(connection, chat).counts()
    return Tally(
        counts.participants, counts.moderators, counts.messages, counts.topics, counts.rooms
    )


async def last_spoke(
    connection: Connection, chat: str, platform: str, author: str
) -> datetime | None:
    """Return when a person last said something in a chat, or None."""
    rows = await connection.rows(
        "SELECT MAX(at) FROM messages "
        "WHERE chat = ? AND author = ? AND room LIKE ? AND said = 1 AND withdrawn = 0",
        (chat, author, f"{platform}:%"),
    )
    at = rows[0][0]
    return None if at is None else moment(at)


async def most_replied_to(
    connection: Connection, chat: str, since: datetime | None, most: int = 5
) -> list[Ranked]:
    """Return the answers said after `since` that most others replied to, the first one first."""
    rows = await connection.rows(
        f"SELECT p.topics, p.key, COUNT(*) FROM messages p {_REPLIES} "
        f"WHERE p.chat = ? AND p.at > ? AND p.text <> '' AND p.held = '' AND {_ANSWER_P} "
        "GROUP BY p.key, p.topics, p.at ORDER BY COUNT(*) DESC, p.at, p.key LIMIT ?",
        (chat, 0 if since is None else stamp(since), most),
    )
    return [Ranked(numbers_of(topics), key, times) for topics, key, times in rows]


class Figures:
    """Counts one chat inside one transaction."""

    def __init__(self, connection: Connection, chat: str) -> None:
        self._connection = connection
        self._chat = chat

    async def counts(self) -> Counts:
        """Count the chat's messages and people."""
        by_role: dict[str, tuple[int, int]] = {}
        per_person, topics, rooms, alone = [], [], [], None
        others = {"without_topic": 0, "replies": 0}
        for what, which, number, count in await self._attendance():
            match what:
                case "role":
                    by_role[which] = (number, count)
                case "person":
                    per_person.append((number, count))
                case "topic":
                    topics.append(TopicTally(int(which), number, count))
                case "room":
                    rooms.append(RoomTally(Room.parse(which), number, count))
                case "alone":
                    alone = Room.parse(which)
                case _:
                    others[what] = number
        by_moderators, moderators = by_role.get("moderator", (0, 0))
        by_visitors, visitors = by_role.get("visitor", (0, 0))
        participants = sum(people for _, people in per_person)
        messages = sum(messages * people for messages, people in per_person)
        if alone is not None and messages:
            rooms.append(RoomTally(alone, messages, participants))
        return Counts(
            participants=participants,
            guests=by_role.get("guest", (0, 0))[1],
            moderators=moderators,
            messages=messages,
            by_moderators=by_moderators,
            visitors=visitors,
            by_visitors=by_visitors,
            per_person=tuple(sorted(per_person)),
            topics=tuple(sorted(topics, key=lambda topic: topic.number)),
            rooms=tuple(sorted(rooms, key=lambda one: one.room)),
            **others,
            **await self._rare(),
        )

    async def _rare(self) -> Mapping[str, int]:
        """Count what most messages are not."""
        kinds = ", ".join(f"COUNT(*) FILTER (WHERE {kind})" for kind in _RARE_KINDS.values())
        (row,) = await self._connection.rows(
            f"SELECT {kinds} FROM messages m WHERE m.chat = ? AND m.said = 1 AND {_RARE}",
            (self._chat,),
        )
        return dict(zip(_RARE_KINDS, row, strict=True))

    async def _attendance(self) -> list[Row]:
        """Group what was said in the window once, by person, role and topics; count from that.

        Rows are ("person", "", messages, people), ("topic", number, messages, people),
        ("role", all but participants', messages, people), ("room", room, messages, people) if there
        are several, ("alone", room, 0, 0) if not, and (one of `others`, "", messages, 0).
        """
        places = await self._connection.rows(
            "SELECT DISTINCT topics, room FROM messages WHERE chat = ? AND said = 1", (self._chat,)
        )
        spoken_in = {room for _, room in places}
        person = _person(spoken_in)
        room, by_room = ("m.room", _BY_ROOM) if len(spoken_in) > 1 else ("''", "")
        pairs = {(text, number) for text, _ in places for number in numbers_of(text)}
        named = ", ".join(f"('{text}', {number})" for text, number in sorted(pairs))
        total = "CAST(COALESCE(SUM({}), 0) AS BIGINT)".format
        alone = [("alone", only, 0, 0) for only in spoken_in if len(spoken_in) == 1]
        return alone + await self._connection.rows(
            # `named` holds digits and spaces alone
            f"WITH named (topics, number) AS (VALUES {named or _NO_TOPIC}), "
            f"wrote AS MATERIALIZED (SELECT {person} AS person, m.role AS role, "
            f"m.topics AS topics, {room} AS room, COUNT(*) AS times, COUNT(m.parent) AS replies "
            "FROM messages m "
            f"WHERE m.chat = ? AND {_IN_WINDOW} AND m.role <> 'bot' GROUP BY 1, 2, 3, 4), "
            f"crowd AS (SELECT * FROM wrote m WHERE {_CROWD}) "
            f"SELECT 'role', role, {total('times')}, COUNT(DISTINCT person) "
            "FROM wrote WHERE role <> 'participant' GROUP BY role "
            "UNION ALL SELECT 'person', '', times, COUNT(*) FROM "
            f"(SELECT {total('times')} AS times FROM crowd GROUP BY person) AS p GROUP BY times "
            f"UNION ALL SELECT 'topic', CAST(number AS TEXT), {total('times')}, "
            "COUNT(DISTINCT person) FROM crowd JOIN named ON named.topics = crowd.topics "
            "GROUP BY number "
            f"UNION ALL SELECT 'replies', '', {total('replies')}, 0 FROM crowd "
            f"UNION ALL SELECT 'without_topic', '', {total('times')}, 0 FROM crowd "
            f"WHERE topics = ''{by_room}",
            (self._chat,),
        )

    async def first_answers(self, topics: Mapping[int, datetime]) -> Mapping[int, datetime]:
        """Return when topics were first answered, at or after a moment given for each."""
        if not topics:
            return {}
        rows = await self._connection.rows(
            f"WITH asked (number, since) AS (VALUES {', '.join(['(?, ?)'] * len(topics))}) "
            "SELECT asked.number, (SELECT m.at FROM messages m WHERE m.chat = ? "
            f"AND m.at >= CAST(asked.since AS BIGINT) AND {_ANSWER} "
            "AND (' ' || m.topics || ' ') LIKE '% ' || asked.number || ' %' "
            "ORDER BY m.at, m.key LIMIT 1) FROM asked",
            (*(part for n, at in topics.items() for part in (str(n), str(stamp(at)))), self._chat),
        )
        return {int(number): moment(at) for number, at in rows if at is not None}

    async def over_time(self, since: datetime, step: int) -> Mapping[int, int]:
        """Count messages in the window in steps of `step` microseconds from `since` on.

        The first step is number 0; steps without messages are left out.
        """
        rows = await self._connection.rows(
            "SELECT (m.at - ?) / ? AS step, COUNT(*) FROM messages m "
            f"WHERE m.chat = ? AND {_ANSWER} GROUP BY 1",
            (stamp(since), step, self._chat),
        )
        return dict(rows)

    async def most_replied(self, most: int) -> list[Ranked]:
        """Return the answers that most others replied to, up to `most` of each set of topics.

        A reply counts that somebody else than the answer's author said in the window.
        """
        return await self._ranked(_REPLIES, most)

    async def most_replied_in_rooms(self, most: int) -> list[Ranked]:
        """Return the same for each room by itself: up to `most` of each set of topics there."""
        return await self._ranked(_REPLIES, most, "p.room, p.topics")

    async def most_reacted(self, most: int) -> list[Ranked]:
        """Return the answers with most reactions, up to `most` of each set of topics."""
        return await self._ranked(_REACTIONS, most)

    async def _ranked(self, join: str, most: int, of: str = "p.topics") -> list[Ranked]:
        rows = await self._connection.rows(
            "SELECT topics, key, times FROM ("
            "SELECT p.topics AS topics, p.key AS key, p.at AS at, COUNT(*) AS times, "
            f"ROW_NUMBER() OVER (PARTITION BY {of} ORDER BY COUNT(*) DESC, p.at, p.key) "
            f"AS place FROM messages p {join} "
            f"WHERE p.chat = ? AND {_ANSWER_P} AND p.topics <> '' "
            "GROUP BY p.key, p.room, p.topics, p.at) AS ranked "
            "WHERE place <= ? ORDER BY times DESC, at, key",
            (self._chat, most),
        )
        return [Ranked(numbers_of(topics), key, times) for topics, key, times in rows]


def _person(rooms: Collection[str]) -> str:
    """Return SQL that names a message's author; the same id on two platforms is two people."""
    platforms = sorted({Room.parse(room).platform for room in rooms})
    if len(platforms) < 2:
        return "m.author"
    cases = " ".join(
        f"WHEN m.room LIKE '{platform}:%' THEN '{platform}:'"
        for platform in platforms
        if platform.isalnum()
    )
    return f"CASE {cases} ELSE ':' END || m.author"
