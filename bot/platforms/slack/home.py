"""The Home tab on Slack: what runs and what comes, with Start for whoever moderates it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.engine.actions import Moment, Piece, Words
from bot.engine.agenda import Room
from bot.engine.wording import count
from bot.platforms.answering import FAILED
from bot.platforms.appointment import shortened
from bot.platforms.platform import Answer, Asker, Coming, Door, Held, Overview, Running
from bot.platforms.slack.people import People
from bot.platforms.slack.replies import note, outcome
from bot.platforms.slack.signals import PLATFORM
from bot.platforms.slack.text import plain, section, sections, text_of

START = "start_series"
"""The action id of the buttons; the value of one is its channel and its series."""

SHOWN = 20
"""So many chats that run, and that come, and series to start: with all else under 100 blocks."""

LONGEST_TITLE = 150
LONGEST_CONFIRM = 300
"""Characters in a title here and in what is asked before a start (Block Kit, "Confirm")."""

HOME = "The Home tab"

NOTHING = (
    "Chats of the channels that you can see stand here as soon as one is planned: their titles, "
    "their times in your own time zone, and how far they are. Organizers plan them in an agenda; "
    "a moderator can also start one at once."
)
FOOT = "In a channel `/chat commands` lists what you can ask there. As of "
AGAIN = "; open this tab again to bring it up to date."

View = dict[str, Any]
Block = dict[str, Any]


def install_home(app: AsyncApp, door: Door, people: People) -> None:
    """Let an app fill the Home tab when somebody opens it, and start chats from it."""

    async def show(user: str, notice: str = "") -> None:
        try:
            view = await _home_of(user, door, people, notice)
        except Exception as error:
            note(HOME, error)
            view = {"type": "home", "blocks": [section(FAILED)]}
        try:
            await app.client.views_publish(user_id=user, view=view)
        except Exception as error:
            note(HOME, error)

    async def opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            await show(str(event["user"]))

    async def start(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        channel, _, series = str(action["value"]).partition(" ")
        user = str(body["user"]["id"])

        async def work() -> Answer:
            person = await people.person(user, channel)
            return await door.ask(f"start {series}", Asker(person, Room(PLATFORM, channel)))

        told = await outcome("Start in the Home tab", work)
        await show(user, text_of(told.words))

    app.event("app_home_opened")(opened)
    app.block_action(START)(start)


async def _home_of(user: str, door: Door, people: People, notice: str) -> View:
    overview = await door.overview(PLATFORM)
    held_in = [held.rooms for held in overview.series] + [chat.rooms for chat in overview.running]
    rooms = [*dict.fromkeys(itertools.chain.from_iterable(held_in))]
    found = await asyncio.gather(*(_standing(user, door, people, room) for room in rooms))
    seen = {room for room, (sees, _) in zip(rooms, found, strict=True) if sees}
    startable: dict[str, Room] = {}
    for room, (_, may_start) in zip(rooms, found, strict=True):
        for held in overview.series:
            if held.name in may_start and room in held.rooms:
                startable.setdefault(held.name, room)
    return home(overview, seen.union(startable.values()), startable, notice)


async def _standing(
    user: str, door: Door, people: People, room: Room
) -> tuple[bool, frozenset[str]]:
    """Return whether somebody sees a room, and which series they may start from there."""
    try:
        sees = await people.sees(user, room.name)
        asker = Asker(await people.person(user, room.name), room)
    except Exception as error:  # the other rooms are shown
        note(HOME, error)
        return False, frozenset()
    return sees, frozenset(choice.value for choice in door.series(asker))


# ---------------------------------------------------------------- blocks


def home(
    overview: Overview, seen: Collection[Room], startable: Mapping[str, Room], notice: str = ""
) -> View:
    """Return the tab for somebody who sees these rooms and may start these series in them."""
    running = [chat for chat in overview.running if not _hidden(chat.rooms, seen)]
    coming = [chat for chat in overview.coming if not _hidden(chat.rooms, seen)]
    open_now = {chat.series for chat in overview.running}
    idle = [one for one in overview.series if one.name in startable and one.name not in open_now]
    blocks = [section(sections(notice)[0]), {"type": "divider"}] if notice else []
    if running or coming:
        lines = [_running(chat, seen) for chat in running]
        blocks += _part("Running now", lines, "No chat runs now.")
        blocks += _part("Coming up", [_coming(c, seen) for c in coming], "No chat is planned.")
    else:
        blocks += _part("No chat runs and none is planned", [], NOTHING)
    if idle:
        starts = [_start(held, startable[held.name]) for held in idle]
        blocks += _part("Start a chat now", starts, "")
    foot = text_of((FOOT, Moment(overview.at), AGAIN))
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": foot}]})
    return {"type": "home", "blocks": blocks}


def _hidden(rooms: Iterable[Room], seen: Collection[Room]) -> bool:
    return not any(room in seen for room in rooms)


def _part(heading: str, lines: Sequence[Block], empty: str) -> list[Block]:
    """Return a heading with its lines: the first ones, and how many more there are."""
    header = {"type": "header", "text": plain(heading)}
    if not lines:
        return [header, section(empty)]
    more = len(lines) - SHOWN
    rest = [section(f"and {more:,} more")] if more > 0 else []
    return [header, *lines[:SHOWN], *rest]


def _running(chat: Running, seen: Collection[Room]) -> Block:
    topics = f"{chat.posted} of {count(chat.topics, 'topic')} posted."
    closes: Words = ("\nCloses ", Moment(chat.closes_at), f". {topics}")
    paused = ("\nPaused: the next topic waits for a moderator.",) if chat.paused else ()
    return section(text_of((*_title(chat.title, chat.rooms, seen), *closes, *paused)))


def _coming(chat: Coming, seen: Collection[Room]) -> Block:
    opens: Words = ("\nOpens ", Moment(chat.opens_at), ".")
    return section(text_of((*_title(chat.title, chat.rooms, seen), *opens)))


def _start(held: Held, room: Room) -> Block:
    confirm = f"{held.title} opens now in its rooms, and its first topic is posted."
    button = {
        "type": "button",
        "action_id": START,
        "text": plain("Start"),
        "value": f"{room.name} {held.name}",
        "accessibility_label": shortened(f"Start {held.title}", 75),
        "confirm": {
            "title": plain("Start this chat?"),
            "text": plain(shortened(confirm, LONGEST_CONFIRM)),
            "confirm": plain("Start"),
            "deny": plain("Not now"),
        },
    }
    words = (*_title(held.title, held.rooms, held.rooms), f"\n`/chat start {held.name}`")
    return section(text_of(words)) | {"accessory": button}


def _title(title: str, rooms: Iterable[Room], seen: Collection[Room]) -> Words:
    """Name a chat and its channels, but for those that are not seen."""
    words: list[Piece] = [f"*{shortened(' '.join(title.split()), LONGEST_TITLE)}*"]
    for n, room in enumerate(room for room in rooms if room in seen):
        words += [" in " if n == 0 else ", ", room]
    return tuple(words)
