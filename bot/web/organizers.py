"""The organizers' pages: their chats, each with figures, pictures, log and downloads."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from aiohttp import web

from bot.agendas.schedule import Date, coming
from bot.desk.bell import hears
from bot.dispatch.publishing import Copy, handing_out
from bot.engine import wording
from bot.engine.agenda import Room
from bot.engine.commands import FORMATS
from bot.engine.errors import reason
from bot.engine.events import Event
from bot.engine.messages import Tally
from bot.engine.showing import EDITIONS, Audience
from bot.engine.state import Chat, Stage
from bot.store import pages, spoken
from bot.store.tables import Tables
from bot.transcripts import phrases, pictures
from bot.transcripts.about import NAMES
from bot.transcripts.clock import Clock
from bot.transcripts.files import MEDIA_TYPES, file_stem
from bot.transcripts.summary import Names, Summary, summarise
from bot.web.access import LENT_LINK_LASTS, LENT_STAYS, LINK_LASTS
from bot.web.chronicle import chronicle, doers
from bot.web.counts import Counts
from bot.web.gate import Gate, Sorry, page
from bot.web.house import House
from bot.web.notices import of_chats
from bot.web.passes import Organizer
from bot.web.templates import Templates

log = logging.getLogger(__name__)

SHOWN = 20
"""Chats on a page of the list."""

COMING = 3
"""Dates of each series that are listed ahead."""

LOOKS_AGAIN = "20"
"""Seconds after which the list is fetched anew while somebody may call for help."""

DRAWN = {"over-time": pictures.over_time, "by-topic": pictures.by_topic}

TAKES_WITHIN = timedelta(minutes=2)
"""How long a piece of a download may take. Who stops reading holds a moment of the store, and
what is withdrawn meanwhile cannot be cut off its log."""

FOR_WHOM = {
    Audience.ORGANIZERS: "for moderators alone: complete, with everybody’s name",
    Audience.PUBLIC: "as people agreed to be shown; it is noted as published when you take it",
    Audience.RESEARCH: "pseudonyms, rounded times, words only of those who agreed",
}
"""What is said beside an edition."""

LABELS = {"running": "Open", "coming": "Planned", "over": "Closed"}

PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture brings its own sheet, and nothing that runs."""


@dataclass(frozen=True, slots=True)
class Card:
    """A chat in the list."""

    chat: Chat
    clock: Clock
    tally: Tally

    @property
    def state(self) -> str:
        """Running, coming, over, cancelled or missed."""
        match self.chat.stage:
            case Stage.OPEN:
                return "running"
            case Stage.PLANNED:
                return "coming"
            case Stage.CANCELLED | Stage.MISSED:
                return self.chat.stage.value
        return "over"

    @property
    def label(self) -> str:
        """What the pages say of its state."""
        return LABELS.get(self.state) or self.state.capitalize()

    @property
    def asked(self) -> int:
        """How many topics were asked."""
        return sum(topic.opened_at is not None for topic in self.chat.topics)

    @property
    def rooms(self) -> tuple[Room, ...]:
        """The rooms in which it is held."""
        return self.chat.agenda.rooms


class OrganizerPages:
    """Answers moderators, and nobody else."""

    def __init__(self, house: House, gate: Gate, counts: Counts, templates: Templates) -> None:
        self._house = house
        self._gate = gate
        self._counts = counts
        self._templates = templates

    # ------------------------------------------------------------ coming in

    async def enter(self, request: web.Request) -> web.Response:
        """Let a moderator in who holds a signed link.

        Nothing is changed but the cookies of whoever fetches it, and it may be fetched again:
        Discord and Slack fetch what stands in a message, to show a preview of it.
        """
        query, now = request.query, self._house.clock()
        response = web.HTTPSeeOther("/")
        if "pass" in query:
            whom = self._house.access.pass_in_link(query["pass"], now)
            if whom is None:
                raise _link_does_not_open()
            self._gate.keep_pass(response, whom)
            raise response
        person, until, key = (query.get(name, "") for name in ("person", "until", "key"))
        visitor = self._house.access.entering(person, until, key, now)
        if visitor is None:
            raise _link_does_not_open()
        self._gate.keep(response, visitor)
        raise response

    def _organizer(self, request: web.Request) -> Organizer:
        """Return who came in by a link; raises the same Sorry for everybody else."""
        organizer = self._gate.organizer(request)
        if organizer is None:
            raise _turned_away()
        return organizer

    async def _own(self, request: web.Request, tables: Tables) -> Chat:
        """Return the chat that an address names, if its moderator asks.

        Raises the same Sorry where there is no such chat as where it is another's.
        """
        organizer = self._organizer(request)
        wanted = request.match_info["chat"]
        chat = (await pages.sound(tables, [wanted])).get(wanted)
        if chat is None or not organizer.moderates(chat.agenda):
            raise _turned_away(organizer)
        return chat

    async def elsewhere(self, request: web.Request) -> web.Response:
        """Say that nothing is at an address among these pages, to moderators alone."""
        self._organizer(request)
        raise web.HTTPNotFound

    # ------------------------------------------------------------ the list

    async def chats(self, request: web.Request) -> web.Response:
        """List a moderator's chats: running, coming, past."""
        organizer = self._organizer(request)
        now = self._house.clock()
        older_than = request.query.get("older", "")
        async with self._house.store.reading() as tables:
            found, more = await self._chats_of(tables, organizer, older_than)
        dates = [] if older_than else self._coming(organizer, found, now)
        if not found and not dates and not older_than and not self._house.knows(organizer):
            raise _turned_away(organizer)
        cards = [Card(chat, Clock(chat.agenda.zone), await self._counts.of(chat)) for chat in found]
        is_on = not older_than and any(hears(chat, now) for chat in found)
        html = self._templates.render(
            "chats.html",
            organizer=organizer,
            now=now,
            running=[card for card in cards if card.state == "running"],
            planned=sorted(
                (card for card in cards if card.state == "coming"),
                key=lambda card: card.chat.opens_at,
            ),
            past=[card for card in cards if card.state not in ("running", "coming")],
            dates=[(date, Clock(date.agenda.zone)) for date in dates],
            older=found[-1].id if more else "",
            is_first=not older_than,
            notices=of_chats(found, organizer, self._house.link),
            formats=FORMATS,
        )
        response = page(html)
        if is_on:
            response.headers["Refresh"] = LOOKS_AGAIN
        return response

    async def _chats_of(
        self, tables: Tables, organizer: Organizer, older_than: str
    ) -> tuple[list[Chat], bool]:
        """Return a moderator's latest chats, latest first, and whether there are more."""
        ids = [line.id for line in await tables.lines()]
        if older_than:
            ids = ids[ids.index(older_than) + 1 :] if older_than in ids else []
        found: list[Chat] = []
        for start in range(0, len(ids), SHOWN):
            chunk = ids[start : start + SHOWN]
            chats = await pages.sound(tables, chunk)
            for chat in chunk:
                if chat in chats and organizer.moderates(chats[chat].agenda):
                    if len(found) == SHOWN:
                        return found, True
                    found.append(chats[chat])
        return found, False

    def _coming(self, organizer: Organizer, known: list[Chat], now: datetime) -> list[Date]:
        """Return the next dates of a moderator's series that are no chats yet."""
        opened = {(chat.series, chat.opens_at) for chat in known}

        def ahead() -> Iterator[Date]:
            for series in self._house.catalogue().values():
                for date in itertools.islice(coming(series, now), COMING):
                    is_own = organizer.moderates(date.agenda)
                    if is_own and (series.name, date.opens_at) not in opened:
                        yield date

        return sorted(ahead(), key=lambda date: (date.opens_at, date.chat))

    # ------------------------------------------------------------ one chat

    async def chat(self, request: web.Request) -> web.Response:
        """Show a chat: its figures, pictures, topics, and its log in words."""
        async with self._house.store.reading() as tables:
            chat = await self._own(request, tables)
            summary, _names = await summarise(tables, chat)
            happened = await pages.log(tables.connection, chat.id)
            names = await _names_of(tables, chat, happened)
        clock = Clock(chat.agenda.zone)
        html = self._templates.render(
            "chat.html",
            now=self._house.clock(),
            card=Card(chat, clock, await self._counts.of(chat)),
            chat=chat,
            clock=clock,
            summary=summary,
            phrases=phrases,
            entries=chronicle(happened, names),
            drawn=_drawn(summary),
            notices=of_chats([chat], self._organizer(request), self._house.link),
            formats=FORMATS,
            editions=[(edition, NAMES[edition], FOR_WHOM[edition]) for edition in EDITIONS],
        )
        return page(html)

    async def picture(self, request: web.Request) -> web.Response:
        """Draw one of a chat's pictures."""
        async with self._house.store.reading() as tables:
            chat = await self._own(request, tables)
            draw = DRAWN.get(request.match_info["picture"])
            if draw is None:
                raise web.HTTPNotFound
            summary, _names = await summarise(tables, chat)
        return web.Response(
            text=draw(summary, alone=True),
            content_type="image/svg+xml",
            headers={"Content-Security-Policy": PICTURE_POLICY},
        )

    async def transcript(self, request: web.Request) -> web.StreamResponse:
        """Send a chat's transcript in one format, as it is read from the store."""
        async with self._house.store.reading() as tables:
            chat = await self._own(request, tables)
        wanted, edition = _wanted(request, chat)
        response = web.StreamResponse()
        response.headers["Content-Type"] = MEDIA_TYPES[wanted]
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{file_stem(_file_name(chat.id), edition)}.{wanted}"'
        )
        if request.method == "HEAD":  # a body would be taken for the next answer
            with contextlib.suppress(ConnectionError):  # whoever asked went away
                await response.prepare(request)
            return response
        now = self._house.clock()
        async with handing_out(self._house.store, chat.id, edition, now) as copy:
            await _send_all(request, response, copy, wanted)
        return response


async def _send_all(
    request: web.Request, response: web.StreamResponse, copy: Copy, wanted: str
) -> None:
    """Send a transcript as it is read from the store; raises what fails before it is begun."""
    try:
        pieces = copy.render(wanted)
        first = await anext(pieces, b"")  # what fails before it still becomes a page
        await response.prepare(request)
        await send(response, first)
        async for piece in pieces:
            await send(response, piece)
        await response.write_eof()
    except ConnectionError:
        pass  # whoever asked went away
    except Exception as error:
        if not response.prepared:
            raise
        log.error("The transcript of %s broke off: %s.", copy.chat.id, reason(error))
        if request.transport is not None:
            request.transport.abort()  # or half a file would look whole


async def send(
    response: web.StreamResponse, piece: bytes, within: timedelta = TAKES_WITHIN
) -> None:
    """Send a piece of an answer; raises TimeoutError where it is not taken within this time."""
    async with asyncio.timeout(within.total_seconds()):
        await response.write(piece)


LET_IN = wording.duration(LENT_STAYS)

HOW_TO_GET_IN = (
    "If you moderate a chat, type /chat link in its room or channel: the answer is a link for you.",
    "Whoever runs Rounds finds a link for each moderator in what it printed when it was started.",
    f"Where you moderate by a role or a right, a link lets you in for {LET_IN}; then ask again.",
)


def _wanted(request: web.Request, chat: Chat) -> tuple[str, Audience]:
    """Return the format and the edition that an address asks for; raises Sorry."""
    back = {"back": f"/chats/{quote(chat.id, safe='')}", "back_words": "To the chat"}
    wanted = request.match_info["format"]
    if wanted not in FORMATS:
        words = f"A transcript is there as {', '.join(FORMATS)}."
        raise Sorry(404, "No such format", words, **back)
    edition = request.query.get("edition", Audience.ORGANIZERS.value)
    if edition not in EDITIONS:
        words = f"A transcript is there for {', '.join(EDITIONS)}."
        raise Sorry(404, "No such edition", words, **back)
    return wanted, Audience(edition)


def _link_does_not_open() -> Sorry:
    return Sorry(
        403,
        "This link does not open",
        "It has expired, or a part of it was lost on the way. "
        f"A link works for {wording.duration(LINK_LASTS)}; where it rests on a role or a right on "
        f"another platform, for {wording.duration(LENT_LINK_LASTS)}.",
        *HOW_TO_GET_IN,
    )


def _turned_away(organizer: Organizer | None = None) -> Sorry:
    """Return what everybody sees who may not see a page, whether or not it exists."""
    known = f"You came in as {organizer.name}." if organizer else ""
    return Sorry(
        403,
        "For moderators only",
        "This page is for those who moderate a chat; what is about one chat, for its moderators.",
        *((known,) if known else ()),
        *HOW_TO_GET_IN,
    )


async def _names_of(tables: Tables, chat: Chat, happened: list[Event]) -> Names:
    """Return the latest names of those who changed a chat and wrote in it."""
    people: dict[str, set[str]] = {}
    for key in doers(happened):
        platform, _, person = key.partition(":")
        people.setdefault(platform, set()).add(person)
    return {
        platform: await spoken.names(tables.connection, chat.id, platform, ids)
        for platform, ids in people.items()
    }


def _drawn(summary: Summary) -> dict[str, str]:
    return {name: draw(summary) for name, draw in DRAWN.items()}


def _file_name(chat: str) -> str:
    """Return a chat's id as a file name that means nothing else on any system."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", chat)[:100].strip("-") or "transcript"
