"""How a store stands, for whoever keeps Rounds running: what runs, what is due, what is stuck.

What is stuck needs somebody:

1. An action has waited for two minutes and is not only waiting for its turn.
2. A room refuses what a chat must do there, or cannot be read back.
3. An action was given up within the last day, or a chat was missed.
4. A chat's log is broken.
5. A chat's moment passed a minute ago and nobody has woken it.
6. Nobody serves the store though there are chats in it, or whoever serves is not ready, or does
   not answer.
7. A platform is not connected while a chat is held there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.cli.situation import Due, Running, Serving, Status, Stuck
from bot.engine import calling, conduct
from bot.engine.actions import (
    Action,
    Amend,
    Archive,
    KeepOpen,
    Post,
    PostKind,
    Remove,
    SlowMode,
    Tell,
    TimeOut,
    Whisper,
)
from bot.engine.agenda import OWN, Room
from bot.engine.chat import wake_at
from bot.engine.events import GaveUp
from bot.engine.keeping import blank_at
from bot.engine.messages import Tally
from bot.engine.rooms import platform_name
from bot.engine.sending import when_its_turn_comes
from bot.engine.state import Chat, Stage
from bot.store import figures, pages, waiting
from bot.store.tables import ChatLine, Tables
from bot.store.waiting import Head

WAITS_LONG = timedelta(minutes=2)
"""An action that has waited for so long is late."""

OVERDUE_AFTER = timedelta(minutes=1)
"""The alarm rings within seconds of a moment."""

LATELY = timedelta(days=1)
"""So long what cannot be mended any more is told."""

LOOKED_AT = 1_000
"""Chats to come that are read at most, the nearest first."""

_FAR = datetime.max.replace(tzinfo=UTC)
_POSTS = {
    PostKind.REMINDER: "a reminder",
    PostKind.OPENING: "the opening",
    PostKind.NOTICE: "a notice",
    PostKind.CLOSING: "the closing",
    PostKind.TRANSCRIPT: "the transcript",
}


async def status_of(tables: Tables, store: str, serving: Serving, now: datetime) -> Status:
    """Read how a store stands; `serving` says who serves it."""
    connection = tables.connection
    lines = await tables.lines_in_stage(Stage.OPEN)
    coming = await tables.due(_FAR, LOOKED_AT)
    lately = [line for line in await tables.lines() if line.ends_at >= now - LATELY * 8]
    heads = await waiting.heads(connection)
    names = [line.id for line in (*lines, *lately)] + coming + [head.lane.chat for head in heads]
    chats = await pages.sound(tables, list(dict.fromkeys(names)))
    look = _Look(chats, serving, now, frozenset(await waiting.stopped(connection)))
    running = [
        _running(chat, await figures.tally(connection, chat.id))
        for chat in chats.values()
        if chat.stage is Stage.OPEN
    ]
    stuck = [
        *look.serving_amiss(bool(coming)),
        *look.broken(names),
        *look.overdue(await waiting.overdue(connection, now - OVERDUE_AFTER)),
        *look.refused(heads),
        *look.waiting(heads),
        *look.given_up(await waiting.given_up(connection, list(chats))),
        *look.missed(lately),
    ]
    return Status(
        now,
        store,
        serving,
        tuple(sorted(running, key=lambda one: (one.closes_at, one.chat))),
        tuple(_dues(chats[chat] for chat in coming if chat in chats)),
        tuple(stuck),
    )


def _running(chat: Chat, tally: Tally) -> Running:
    opened = [(one.opened_at, one) for one in chat.topics if one.opened_at is not None]
    since, topic = max(opened, key=lambda one: (one[0], one[1].number), default=(None, None))
    return Running(
        chat.id,
        chat.agenda.title,
        chat.agenda.zone,
        tuple(map(str, chat.agenda.rooms)),
        chat.opened_at or chat.opens_at,
        chat.closes_at,
        chat.paused,
        topic.number if topic else None,
        len(chat.topics),
        topic.ask if topic else "",
        since,
        tally.messages,
        tally.participants,
    )


def _dues(chats: Iterable[Chat]) -> Iterator[Due]:
    """Yield what each chat does next, in order."""
    for chat in chats:
        at = wake_at(chat)
        if at is not None:
            yield Due(chat.id, next_of(chat, at), at, chat.agenda.zone)


def next_of(chat: Chat, at: datetime) -> str:
    """Say what a chat does at the moment at which it must be woken."""
    if at == calling.wake_at(chat):
        return "sees to a call for help"
    if chat.stage is Stage.PLANNED:
        return "opens" if at == chat.opens_at else "reminder"
    if chat.stage is Stage.CLOSED:
        return "is counted"
    if at == blank_at(chat):
        return "removes what was said"
    if at == conduct.wake_at(chat):
        return "sees to the order in its rooms"
    if chat.waiting and not chat.paused and chat.waiting[0].due == at:
        return f"T{chat.waiting[0].number} of {len(chat.topics)}"
    return "closes" if at == chat.closes_at else "keeps its threads open"


def _place(room: Room) -> str:
    """Name a room, or the platform of a line in which what is no post of a room waits."""
    name = platform_name(room.platform)
    return name if room.name[:1] in ("@", "!") else str(room)


def said_of(action: Action) -> str:
    """Name an action for somebody who reads what is stuck; nothing of its words is told."""
    match action:
        case Post(topic=int(topic)):
            return f"T{topic}"
        case Post(kind=kind):
            return _POSTS.get(kind, "a topic's second part")
        case Tell():
            return "the word to the moderators"
        case SlowMode():
            return "the slow mode"
        case TimeOut():
            return "the time-out of one person"
        case Remove():
            return "the removal of a message"
        case Whisper():
            return "the word to one person"
        case Amend(topic=topic):
            return f"the new words of T{topic}"
        case Archive():
            return "the putting away"
        case KeepOpen():
            return "the keeping open"


class _Look:
    """Finds what is stuck among the chats of a store."""

    def __init__(
        self,
        chats: Mapping[str, Chat],
        serving: Serving,
        now: datetime,
        stopped: frozenset[str],
    ) -> None:
        self._chats = chats
        self._serving = serving
        self._now = now
        self._stopped = stopped

    def serving_amiss(self, has_chats: bool) -> Iterator[Stuck]:
        """Yield what is wrong with whoever serves, where that is known."""
        serving = self._serving
        if serving.who == "" and has_chats:
            yield Stuck("Nobody serves this store", "Start rounds run.")
        if serving.must_answer and serving.vitals is None:
            yield Stuck(
                f"The process that serves does not answer at {serving.address}",
                "It hangs or was stopped, or is only about to begin or to end. If this stays, end "
                "it and start rounds run.",
            )
        if serving.is_ready is False:
            said = str((serving.vitals or {}).get("store", ""))
            yield Stuck(
                f"The process at {serving.address} is not ready",
                f"Its store {said}." if said else "It says no more.",
            )
        for platform, told in serving.platforms.items():
            held = [
                chat.id
                for chat in self._chats.values()
                if chat.stage is Stage.OPEN
                and any(room.platform == platform for room in chat.agenda.rooms)
            ]
            if held and not told.get("connected"):
                name = platform_name(platform)
                yield Stuck(
                    f"{name} is not connected, where {' and '.join(held)} is held",
                    "Posts wait, and what is said there is read afterwards. The log says why; "
                    "rounds doctor looks at the token.",
                )

    def broken(self, names: Iterable[str]) -> Iterator[Stuck]:
        """Yield the chats whose logs cannot be read, and those that were stopped for it."""
        for chat in sorted(self._stopped.union(names).difference(self._chats)):
            yield Stuck(
                f"{chat} cannot be read",
                "Its log is broken: the store was changed by something else, or damaged. Take the "
                "last good copy of it.",
                chat=chat,
            )
        for chat in sorted(self._stopped.intersection(self._chats)):
            yield Stuck(
                f"{chat} is stopped",
                "Its log was broken. It can be read again, but nothing has woken it since; while "
                "it is open, /chat pause and /chat resume in its room do.",
                chat=chat,
            )

    def overdue(self, chats: Sequence[tuple[str, datetime]]) -> Iterator[Stuck]:
        """Yield the chats whose moment has passed."""
        for name, at in chats:
            chat = self._chats.get(name)
            if chat is None:
                continue
            behind = self._behind(chat)
            why = "Nobody has woken it: is Rounds running?"
            if chat.stage is Stage.CLOSED and behind:
                why = f"It is counted once what was said on {' and '.join(behind)} was read."
            yield Stuck(f"{name} {_overdue(chat, at)}", why, at, name)

    def _behind(self, chat: Chat) -> list[str]:
        """Return the platforms of a chat on which something may have been said unheard."""
        outer = dict.fromkeys(r.platform for r in chat.agenda.rooms if r.platform != OWN)
        told = self._serving.platforms
        return [
            platform_name(one) for one in outer if not told or not told.get(one, {}).get("current")
        ]

    def refused(self, heads: Sequence[Head]) -> Iterator[Stuck]:
        """Yield the rooms that refuse something while nothing waits for them."""
        waits = {(head.lane.chat, head.lane.room) for head in heads}
        for chat in self._chats.values():
            if chat.stage not in (Stage.OPEN, Stage.CLOSED):
                continue
            for room, why in chat.hindered.items():
                if (chat.id, room) not in waits:
                    what = f"{room} refuses what {chat.id} must do there"
                    yield Stuck(what, _sentence(why), None, chat.id, str(room))
            for room, why in chat.unreadable.items():
                what = f"What is said in {room} of {chat.id} cannot be read"
                yield Stuck(what, _sentence(why), None, chat.id, str(room))

    def waiting(self, heads: Sequence[Head]) -> Iterator[Stuck]:
        """Yield what has waited for long, the longest first, one for each lane."""
        for head in heads:
            chat = self._chats.get(head.lane.chat)
            since = head.queued_at
            if chat is None or self._now - since < WAITS_LONG:
                continue
            turn = when_its_turn_comes(chat, head.action, since, self._now)
            if isinstance(turn, datetime):  # topics that come late stand two minutes apart
                continue
            said = said_of(head.action)
            yield Stuck(
                f"{said[0].upper()}{said[1:]} of {chat.id} waits for {_place(head.lane.room)}",
                self._why(chat, head, lapsed=turn is None),
                since,
                chat.id,
                str(head.lane.room),
                head.tries,
                head.waiting - 1,
            )

    def _why(self, chat: Chat, head: Head, *, lapsed: bool) -> str:
        room = head.action.room
        name = platform_name(room.platform)
        told = self._serving.platforms
        if self._serving.is_ready and room.platform not in (OWN, *told):
            return f"{name} is not set up where Rounds runs: there is no token for it."
        if room in chat.hindered:
            return _sentence(chat.hindered[room])
        if self._serving.who == "":
            return "Nobody serves this store."
        if lapsed:
            return "It is of no use any more, and is given up when its turn comes."
        if told and not told.get(room.platform, {"connected": True}).get("connected"):
            return f"{name} is not connected."
        if head.tries:
            again = f" It is tried again at {head.again_at:%H:%M} UTC." if head.again_at else ""
            return f"It did not get through; the log says why.{again}"
        if head.again_at is not None:
            return f"{name} cannot be reached. The log says why."
        return "Nobody has taken it up: is Rounds running?"

    def given_up(self, gave_up: Sequence[tuple[str, GaveUp]]) -> Iterator[Stuck]:
        """Yield what was given up lately, the latest first."""
        latest = [(chat, event) for chat, event in gave_up if event.at >= self._now - LATELY]
        for chat, event in sorted(latest, key=lambda one: one[1].at, reverse=True):
            yield Stuck(
                f"What {chat} had for {_place(event.room)} was given up",
                _sentence(event.why),
                event.at,
                chat,
                str(event.room),
            )

    def missed(self, lines: Sequence[ChatLine]) -> Iterator[Stuck]:
        """Yield the chats that nobody opened lately."""
        for line in lines:
            if line.stage is Stage.MISSED and line.ends_at >= self._now - LATELY:
                yield Stuck(
                    f"{line.id} was missed",
                    "Nobody served this store while its window was open.",
                    line.opens_at,
                    line.id,
                )


def _overdue(chat: Chat, at: datetime) -> str:
    return {
        Stage.PLANNED: "has not opened" if at == chat.opens_at else "has not reminded anybody",
        Stage.CLOSED: "is not counted",
    }.get(chat.stage, f"has not gone on ({next_of(chat, at)})")


def _sentence(why: str) -> str:
    """Return a reason as a sentence of its own."""
    text = why.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
