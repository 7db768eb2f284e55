"""What is no mistake in an agenda, and yet worth a sentence to whoever wrote it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, pairwise

from bot.agendas.schedule import Date, coming
from bot.engine.agenda import OWN, Room, Series
from bot.engine.rooms import platform_name, room_name

_NOT_TOLD = {"discord": "role:"}
"""How names begin of moderators to whom nothing can be written. Discord lists a role's members only
to whom it shows every member of a server; Slack lists a group's."""

_LOOKED_AT = 12
"""Dates of each series, the next ones, among which those are looked for that overlap."""


def remarks(series: Series) -> Iterator[str]:
    """Yield, for each platform, that nobody there is told privately what concerns moderators.

    Whoever opened a chat by command is told (`bot.engine.telling`). One that opens by itself tells
    the channel of alerts, or those who are named by their ids.
    """
    agenda = series.agenda
    for platform in dict.fromkeys(room.platform for room in agenda.rooms):
        named = agenda.moderators.get(platform, ())
        if platform == OWN or agenda.alerts.get(platform):
            continue
        unreached = _NOT_TOLD.get(platform)
        if not named or (unreached and all(name.startswith(unreached) for name in named)):
            who = "roles alone moderate" if named else "nobody is named as moderator"
            yield (
                f"{series.name}: On {platform_name(platform)} {who}, so that nobody is told "
                "privately what hinders a chat, or handed its transcript, unless somebody opened "
                f'it by command. Name a private channel: alerts: {{{platform}: "ID"}}'
            )


def overlaps(series: Iterable[Series], now: datetime) -> Iterator[str]:
    """Yield, once for two series, that their chats would be open at once in a room.

    On Discord each chat has its threads; elsewhere what is said in a room is of the chat that
    opened last (`bot.engine.floor`).
    """
    held: defaultdict[Room, list[tuple[Date, str]]] = defaultdict(list)
    for one in series:
        for date in islice(coming(one, now), _LOOKED_AT):
            for room in date.agenda.rooms:
                if room.platform != "discord":
                    held[room].append((date, one.name))
    told: set[tuple[str, str]] = set()
    for room, dates in held.items():
        dates.sort(key=lambda found: (found[0].opens_at, found[0].chat))
        for (first, a), (second, b) in pairwise(dates):
            if second.opens_at < first.closes_at and (a, b) not in told:
                told |= {(a, b), (b, a)}
                yield (
                    f"{second.chat} opens while {first.chat} is open in {room_name(room)}: what "
                    "people write there counts for the one that opened last. Give them other "
                    "times, or other rooms."
                )
