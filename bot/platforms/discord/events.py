"""The coming chats as scheduled events of Discord's servers, which hold all that is known of them.

Ours are those that the bot's own account made and whose description ends with a chat's mark. What
is there is compared with what is wanted, so nothing need be remembered, and after any doubt the
next comparison finds what was done. What people change in one of our events by hand is put back,
a picture aside, of which agendas know nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

import discord
from discord import EntityType, EventStatus, PrivacyLevel, ScheduledEvent

from bot.platforms.appointment import Appointment, Mark, same_words
from bot.platforms.discord.refusals import MISSING_PERMISSIONS
from bot.platforms.platform import Unreachable

MOST = 100
"""Events that may be scheduled or active in a server ("Create Guild Scheduled Event")."""

SOONEST = timedelta(seconds=30)
"""Discord takes no event that has begun; clocks differ, and a request takes its time."""

ALIVE = (EventStatus.scheduled, EventStatus.active)
REASON = "The agenda of the chat says so."
"""What stands beside the change in the server's audit log."""

TOO_MANY = 30038
"""Discord's code where there are as many ("JSON Error Codes")."""


async def keep_events(
    client: discord.Client,
    wanted: Sequence[Appointment],
    spared: Collection[str],
    now: datetime,
) -> list[str]:
    """Let every server that the bot is in show these chats, once each, and no other of ours.

    The promise is that of `Board.keep_appointments`. Raises Unreachable until the client is ready.
    """
    if client.user is None or not client.is_ready():
        raise Unreachable("Discord is not connected.")
    refused: list[str] = []
    for guild in list(client.guilds):
        if guild.unavailable:
            continue
        server = _Server(guild, client.user.id, frozenset(spared), now)
        try:
            refused += await server.keep(_places(guild, wanted))
        except discord.Forbidden as failure:
            refused.append(_forbidden(guild, failure))
        except Exception as failure:  # also whatever the connection raises; nothing stops by it
            refused.append(
                f"The events of the Discord server {guild.id} could not be brought up to date "
                f"({_kind(failure)}); they are compared again in five minutes."
            )
    return refused


@dataclass(frozen=True, slots=True)
class _Place:
    """An appointment in a server, with the link to its channel there."""

    appointment: Appointment
    link: str


@dataclass(frozen=True, slots=True)
class _Changes:
    """What is to be done in a server; `left_out` chats find no room there."""

    gone: Sequence[ScheduledEvent]
    changed: Sequence[tuple[ScheduledEvent, _Place]]
    missing: Sequence[_Place]
    left_out: int


class _Content(TypedDict):
    """What an event says."""

    name: str
    description: str
    start_time: datetime
    end_time: datetime
    location: str


def _places(guild: discord.Guild, wanted: Sequence[Appointment]) -> list[_Place]:
    """Return what is wanted in a server, the nearest first: a chat once, in its first channel."""
    places: dict[str, _Place] = {}
    for appointment in wanted:
        number = appointment.room.name
        channel = guild.get_channel(int(number)) if number.isdecimal() else None
        if channel is not None and appointment.chat not in places:
            link = f"https://discord.com/channels/{guild.id}/{channel.id}"
            places[appointment.chat] = _Place(appointment, link)
    return sorted(places.values(), key=lambda p: (p.appointment.starts, p.appointment.chat))


@dataclass(frozen=True, slots=True)
class _Server:
    """One comparison of a server's events with what is wanted there; `me` is the bot's id."""

    guild: discord.Guild
    me: int
    spared: frozenset[str]
    now: datetime

    async def keep(self, places: Sequence[_Place]) -> list[str]:
        """Make the server's events what is wanted; return what was refused, as sentences.

        An answer that is lost ends it: only what is listed next time tells what was done. The
        library asks again by itself after some answers (502), so what was made is looked at once
        more, for a second copy.
        """
        changes = self._compare(await self._listed(), places)
        refused = []
        for event in changes.gone:
            await self._delete(event)
        for event, place in changes.changed:
            refused += await self._change(event, place)
        for place in changes.missing:
            refused += await self._create(place)
        if changes.left_out:
            refused.append(
                f"The Discord server {self.guild.id} has {MOST} events, as many as it takes; "
                f"chats without one: {changes.left_out}. Remove events that are not needed."
            )
        if changes.missing:
            for event in self._compare(await self._listed(), places).gone:
                await self._delete(event)
        return refused

    async def _listed(self) -> list[ScheduledEvent]:
        """Return the server's events, ours that run first, and of copies the oldest."""
        events = await self.guild.fetch_scheduled_events(with_counts=False)
        alive = [event for event in events if event.status in ALIVE]
        return sorted(alive, key=lambda event: (event.status is not EventStatus.active, event.id))

    def _compare(self, listed: Sequence[ScheduledEvent], places: Sequence[_Place]) -> _Changes:
        ours = [event for event in listed if event.creator_id == self.me]
        found = _matched(ours, places)
        taken = {event.id for event in found.values()}
        gone = [event for event in ours if event.id not in taken and self._is_stale(event)]
        free = MOST - (len(listed) - len(taken) - len(gone))
        kept, left_out = places[: max(free, 0)], places[max(free, 0) :]
        for place in left_out:  # they make room for nearer ones
            event = found.get(place.appointment.chat)
            gone += [event] if event and event.status is EventStatus.scheduled else []
        soonest = self.now + SOONEST
        ahead = [place for place in kept if place.appointment.starts > soonest]
        changed = [(found[p.appointment.chat], p) for p in ahead if p.appointment.chat in found]
        return _Changes(
            gone,
            [(event, place) for event, place in changed if _differs(event, place)],
            [place for place in ahead if place.appointment.chat not in found],
            len([place for place in left_out if place.appointment.starts > soonest]),
        )

    def _is_stale(self, event: ScheduledEvent) -> bool:
        """Say whether an unwanted event of ours is to go: only if it has not begun."""
        mark = Mark.of(event.description)
        ahead = event.status is EventStatus.scheduled and event.start_time > self.now
        return ahead and mark is not None and mark.series not in self.spared

    async def _delete(self, event: ScheduledEvent) -> None:
        try:
            await event.delete(reason=REASON)
        except discord.NotFound:  # somebody was faster
            return

    async def _change(self, event: ScheduledEvent, place: _Place) -> list[str]:
        try:
            await event.edit(**_content(place), entity_type=EntityType.external, reason=REASON)
        except discord.HTTPException as failure:
            return [self._refusal(place, failure)]
        return []

    async def _create(self, place: _Place) -> list[str]:
        try:
            await self.guild.create_scheduled_event(
                **_content(place),
                entity_type=EntityType.external,
                privacy_level=PrivacyLevel.guild_only,
                reason=REASON,
            )
        except discord.HTTPException as failure:
            return [self._refusal(place, failure)]
        return []

    def _refusal(self, place: _Place, failure: discord.HTTPException) -> str:
        """Say what a server refuses of one chat; raises again what concerns the whole server."""
        if failure.status in (401, 403, 429) or failure.status >= 500:
            raise failure
        chat = place.appointment.chat
        if failure.code == TOO_MANY:
            why = f"it has {MOST} events, as many as it takes. Remove events that are not needed."
        else:
            why = f"it refuses this one ({_kind(failure)}). It is asked again in five minutes."
        return f"The Discord server {self.guild.id} shows no right event for {chat}: {why}"


def _matched(
    ours: Sequence[ScheduledEvent], places: Sequence[_Place]
) -> Mapping[str, ScheduledEvent]:
    """Find the event of each wanted chat: by its mark, else by what else tells whose it is.

    A chat's id may change as long as it is not planned, and people may delete the mark; then an
    event of that series, or one without a mark, with the same start and link is the chat's.
    """
    chats = {place.appointment.chat for place in places}
    found: dict[str, ScheduledEvent] = {}
    others: list[tuple[str | None, ScheduledEvent]] = []
    for event in ours:
        mark = Mark.of(event.description)
        if mark is not None and mark.chat in chats:
            found.setdefault(mark.chat, event)
        else:
            others.append((mark and mark.series, event))
    for place in places:
        wanted = place.appointment
        same = [
            pair
            for pair in others
            if pair[0] in (None, wanted.series)
            and (pair[1].start_time, pair[1].location) == (wanted.starts, place.link)
        ]
        if same and wanted.chat not in found:
            found[wanted.chat] = same[0][1]
            others.remove(same[0])
    return found


def _content(place: _Place) -> _Content:
    wanted = place.appointment
    return {
        "name": wanted.title,
        "description": wanted.description,
        "start_time": wanted.starts,
        "end_time": wanted.ends,
        "location": place.link,
    }


def _differs(event: ScheduledEvent, place: _Place) -> bool:
    """Say whether an event that has not begun is to be changed; Discord may move white space."""
    wanted = place.appointment
    return event.status is EventStatus.scheduled and not (
        same_words(event.name, wanted.title)
        and same_words(event.description, wanted.description)
        and (event.start_time, event.end_time) == (wanted.starts, wanted.ends)
        and (event.entity_type, event.location) == (EntityType.external, place.link)
    )


def _forbidden(guild: discord.Guild, failure: discord.Forbidden) -> str:
    if failure.code == MISSING_PERMISSIONS:
        return (
            f"The Discord server {guild.id} shows no events for the coming chats: the bot lacks "
            "the permission Create Events there. Grant it to the bot's role in Server Settings, "
            "Roles; it is tried again every five minutes."
        )
    return (
        f"The Discord server {guild.id} does not let the bot see its events ({_kind(failure)}); "
        "it is tried again every five minutes."
    )


def _kind(failure: Exception) -> str:
    """Name a failure without its text, which may quote what was sent."""
    if isinstance(failure, discord.HTTPException):
        return f"status {failure.status}, code {failure.code}"
    return type(failure).__name__
