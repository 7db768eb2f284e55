"""The channels of a platform that agendas name, and what they ask of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.engine.agenda import Series

ROLE = "role:"
"""How the names of Discord's roles begin."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that agendas name by its id, and what they ask of it.

    `rooms` are the series whose room it is, `alerts` those whose moderators are told there;
    `notify` and `moderators` are written as in the agendas of `rooms`; `on_call` are roles that are
    pinged there, and people who are called from `rooms` and are none of the moderators that their
    agendas list; `archives` are those of `rooms` at whose end the channel is archived, `hides`
    those in which held messages are removed.
    """

    id: str
    rooms: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()
    on_call: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()

    def heading(self, place: str) -> str:
        """Return what stands above all that is found of it: what it is called, and its uses."""
        uses = [
            f"{what} of {' and '.join(names)}"
            for what, names in (("room", self.rooms), ("alerts", self.alerts))
            if names
        ]
        return f"{place}, {', '.join(uses)}"


def channels_of(series: Iterable[Series], platform: str) -> tuple[Channel, ...]:
    """Return every channel of a platform that these series name, in their order."""
    rooms: dict[str, list[Series]] = {}
    alerts: dict[str, list[Series]] = {}
    for one in series:
        for room in one.agenda.rooms:
            if room.platform == platform:
                rooms.setdefault(room.name, []).append(one)
        if private := one.agenda.alerts.get(platform):
            alerts.setdefault(private, []).append(one)
    return tuple(
        Channel(
            channel,
            _once(one.name for one in rooms.get(channel, ())),
            tuple(one.name for one in alerts.get(channel, ())),
            _once(n for one in rooms.get(channel, ()) if (n := one.agenda.notify.get(platform))),
            _once(name for one in rooms.get(channel, ()) for name in _moderators(one, platform)),
            _once(
                (
                    *(name for one in rooms.get(channel, ()) for name in _called(one, platform)),
                    *(name for one in alerts.get(channel, ()) for name in _pinged(one, platform)),
                )
            ),
            tuple(one.name for one in rooms.get(channel, ()) if one.agenda.archive_channel),
            tuple(one.name for one in rooms.get(channel, ()) if one.agenda.hide),
        )
        for channel in rooms | alerts
    )


def _moderators(series: Series, platform: str) -> list[str]:
    """Return who moderates a series, on whatever date."""
    dates = (one.moderators for one in series.dates.values())
    listed = [series.agenda.moderators, *(found for found in dates if found is not None)]
    return [name for one in listed for name in one.get(platform, ())]


def _called(series: Series, platform: str) -> list[str]:
    """Return who is called one by one, and is not looked at as a moderator."""
    known = {name.removeprefix("user:") for name in _moderators(series, platform)}
    on_call = series.agenda.on_call.get(platform, ())
    return [
        name
        for name in on_call
        if name.removeprefix("user:") not in known and not name.startswith(ROLE)
    ]


def _pinged(series: Series, platform: str) -> list[str]:
    """Return the roles on call: they are pinged in the channel of alerts."""
    on_call = series.agenda.on_call.get(platform, ())
    return [name for name in on_call if name.startswith(ROLE)]


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
