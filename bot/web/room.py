"""The pages of a built-in room: the room itself, one message, who you are, and the live stream."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.engine.agenda import Room
from bot.engine.errors import Refused
from bot.engine.messages import Message, message_key
from bot.engine.people import Role
from bot.engine.showing import Audience
from bot.store import pages
from bot.store.pages import Place
from bot.transcripts.clock import Clock
from bot.transcripts.edition import showing_of
from bot.web.access import LENT_STAYS, Visitor
from bot.web.addresses import message_path, room_path
from bot.web.gate import PART, Gate, Sorry, page, part
from bot.web.house import House
from bot.web.live import Live
from bot.web.notices import in_room
from bot.web.painter import Painter
from bot.web.rows import Quote, quote_of, rows_of
from bot.web.scene import NoSuchRoom, Scene, View
from bot.web.templates import Templates

PALETTE = ("👍", "❤️", "💡", "🤔", "👏", "😂")
"""The emoji offered for every message."""


@dataclass(frozen=True, slots=True)
class Can:
    """What somebody may do with a message."""

    react: bool
    edit: bool
    withdraw: bool
    place: bool

    @property
    def any(self) -> bool:
        """Whether there is anything."""
        return self.react or self.edit or self.withdraw or self.place


def can(message: Message, visitor: Visitor | None, *, moderates: bool) -> Can:
    """Say what `visitor` may do with a message: with their own most, with others' little."""
    stands = not message.withdrawn and message.role is not Role.BOT
    own = stands and visitor is not None and message.author == visitor.person.id
    return Can(
        react=stands and visitor is not None,
        edit=own and bool(message.text),
        withdraw=own,
        place=stands and moderates,
    )


def room_of(request: web.Request) -> Room:
    """Return the room that an address names."""
    return Room("local", request.match_info["room"])


class RoomPages:
    """Answers requests for what stands in a room."""

    def __init__(
        self, house: House, gate: Gate, live: Live, painter: Painter, templates: Templates
    ) -> None:
        self._house = house
        self._gate = gate
        self._live = live
        self._painter = painter
        self._templates = templates

    # ------------------------------------------------------------ the room

    async def room(self, request: web.Request) -> web.Response:
        """Show a room, or its parts that change, where the script asks for them."""
        room, visitor = room_of(request), self._gate.visitor(request)
        version = self._live.version()
        scene = await self._scene(room, visitor, _view(request))
        outer = self._gate.outer_pass(request)
        notices = in_room(scene, lambda chat: self._live.scenes.moderates(room, visitor, chat))
        if request.headers.get(PART) == "main":
            return part("main", await self._painter.main(scene, outer, notices))
        reply = await self._reply(room, request.query.get("reply", ""))
        return page(await self._painter.room(scene, version, reply, outer, notices))

    async def _scene(self, room: Room, visitor: Visitor | None, view: View) -> Scene:
        try:
            return await self._live.scenes.scene(room, visitor, view)
        except NoSuchRoom:
            raise Sorry(
                404,
                "No such room",
                "No chat is held in a room of this name. Check the address, also its capital "
                "letters, or ask whoever gave it to you.",
            ) from None
        except Refused as refusal:
            raise Sorry(
                404,
                "Not in this room",
                str(refusal),
                back=room_path(room.name),
                back_words="To the room as it is now",
            ) from None

    async def _reply(self, room: Room, message: str) -> Quote | None:
        if not message:
            return None
        async with self._house.store.reading() as tables:
            found = await tables.messages([message_key(room, message)])
            chat = await tables.chat(found[0].chat) if found else None
            if chat is None:
                return None
            showing = await showing_of(tables, chat, Audience.ROOM, [found[0].text])
        return quote_of(showing.standing(found[0]))

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Keep telling an open page what changes in its room."""
        room, visitor = room_of(request), self._gate.visitor(request)
        if not await self._live.scenes.exists(room):
            raise web.HTTPNotFound
        return await self._live.listen(request, room, visitor, request.query.get("since", ""))

    # ------------------------------------------------------------ one message

    async def message(self, request: web.Request) -> web.Response:
        """Show a message with what can be done with it, or that alone for the script."""
        room, visitor = room_of(request), self._gate.visitor(request)
        async with self._house.store.reading() as tables:
            found = await tables.messages([message_key(room, request.match_info["message"])])
            held = [found[0].chat] if found and found[0].said else []
            chat = next(iter((await pages.sound(tables, held)).values()), None)
            if chat is None:
                raise Sorry(
                    404,
                    "No such message",
                    "There is no message of this number in this room.",
                    back=room_path(room.name),
                    back_words="To the room",
                )
            message = found[0]
            (row,) = await rows_of(tables, chat, [message])
            me = visitor.person.key if visitor else ""
            own = await pages.reacted(tables.connection, [message.key], me) if me else {}
            showing = await showing_of(tables, chat, Audience.ROOM, ())  # whoever reviews sees all
        moderates = self._live.scenes.moderates(room, visitor, chat)
        values = {
            "m": message,
            "row": row,
            "room": room,
            "clock": Clock(chat.agenda.zone),
            "own": own.get(me, {}).get(message.key, ()),
            "mine": visitor is not None and message.author == visitor.person.id,
            "visitor": visitor,
            "can": can(message, visitor, moderates=moderates),
            "palette": PALETTE,
            "reviewed": showing.unheld(message) if moderates and message.held else None,
            "path": message_path(room.name, message.id),
            "topics": ", ".join(f"T{number}" for number in message.topics),
        }
        if PART in request.headers:
            return part("tools", self._templates.render("tools.html", **values))
        return page(self._templates.render("message.html", **values))

    # ------------------------------------------------------------ who you are

    async def you(self, request: web.Request) -> web.Response:
        """Show somebody under which name they write, and let them change it or leave."""
        visitor, outer = self._gate.visitor(request), self._gate.outer_pass(request)
        room = request.query.get("room", "")
        back = room_path(room) if room else ""
        if visitor is None and outer is None:
            raise Sorry(
                403,
                "You have not joined",
                "Open a room and give a name to join.",
                back=back,
                back_words="To the room",
            )
        values = {"visitor": visitor, "outer": outer, "back": back}
        return page(self._templates.render("you.html", **values, lent=LENT_STAYS))


def _view(request: web.Request) -> View:
    query = request.query
    try:
        before = Place.parse(query["before"]) if "before" in query else None
    except ValueError:
        raise web.HTTPNotFound from None
    return View(query.get("chat", ""), before, query.get("at", ""))
