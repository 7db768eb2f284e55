"""A recorded conversation through the same engine, store and transcript on a simulated clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.agendas.mistakes import shown
from bot.engine.agenda import OWN, Room, Series
from bot.engine.commands import Change, Start
from bot.engine.errors import Refused
from bot.engine.messages import message_key
from bot.engine.signals import Asked, DateCame
from bot.intake.runner import Store
from bot.intake.watch import lookout
from bot.recording import Line, Recording
from bot.simulation import Simulation

AT_ONCE = 200
"""Lines that are handled together where nothing happens between them."""


def in_a_room_of_ours(series: Series) -> Series:
    """Return a series as its first room alone holds it, in a room of ours of the same name.

    No platform is there when a recording is replayed; whoever moderates there is a moderator here.
    A series that has rooms of ours alone stays as it is.
    """
    first = series.agenda.rooms[0]
    if all(room.platform == OWN for room in series.agenda.rooms):
        return series

    def people(listed: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {OWN: tuple(name.removeprefix("user:") for name in listed.get(first.platform, ()))}

    agenda = series.agenda
    members = agenda.members_only
    return replace(
        series,
        agenda=replace(
            agenda,
            rooms=(Room(OWN, first.name),),
            moderators=people(agenda.moderators),
            guests=people(agenda.guests),
            on_call=people(agenda.on_call),
            members_only=people(members) if first.platform in members else {},
        ),
        dates={
            day: one if one.moderators is None else replace(one, moderators=people(one.moderators))
            for day, one in series.dates.items()
        },
    )


async def replay(
    series: Series,
    recording: Recording,
    starts: datetime,
    store: Store,
    progress: Callable[[int, int], None],
) -> str:
    """Hold the chat of `series` that opens at `starts` with what was recorded; return its id.

    `progress` is told how many lines of how many are done. Raises Refused where the store
    holds that chat or some of its messages already.
    """
    day = starts.astimezone(ZoneInfo(series.agenda.zone)).date()
    agenda = replace(series.agenda_on(day), reminders=())
    chat = f"{series.name}-{day}"
    lines = recording.lines
    async with store.reading() as tables:
        if await tables.chat(chat) is not None:
            raise Refused(f"{chat} is in this store already. Choose another place with --data DIR.")
        keys = {message_key(line.room, line.id) for line in lines if not isinstance(line, Asked)}
        if known := await tables.messages(keys):
            raise Refused(
                f"A message {shown(known[0].id)} of this room is in this store already, in "
                f"{known[0].chat}. Choose another place with --data DIR."
            )
    first = min([starts, *(line.at for line in lines[:1])])
    house = Simulation(store, first, lookout())
    async with house.runner.running():
        await house.runner.handle(DateCame(first, chat, series.name, agenda, starts))
        done = 0
        for group in together(lines):
            await house.play(group)
            done += len(group)
            progress(done, len(lines))
        await house.advance(max(house.now, starts + timedelta(days=62)))
        progress(len(lines), len(lines))
    return chat


def together(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Cut lines into groups; a command stands alone, for it may change what is due.

    Questions are left out: they change nothing.
    """
    group: list[Line] = []
    for line in lines:
        if isinstance(line, Asked):
            if not isinstance(line.ask, Change) or isinstance(line.ask, Start):
                continue
            if group:
                yield group
            yield [line]
            group = []
            continue
        group.append(line)
        if len(group) == AT_ONCE:
            yield group
            group = []
    if group:
        yield group
