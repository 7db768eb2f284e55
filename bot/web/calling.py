"""Calling a moderator on the pages, where it is asked once more, and taking a call there."""

from __future__ import annotations

from aiohttp import web

from bot.desk.bell import Bell, Place
from bot.engine import summons
from bot.engine.actions import Spot
from bot.engine.agenda import OWN
from bot.engine.errors import Refused
from bot.engine.messages import message_key
from bot.engine.people import Person
from bot.store import pages
from bot.web.access import Visitor
from bot.web.addresses import place_path, room_path
from bot.web.gate import FORM, Gate, Pace, Sorry, page
from bot.web.house import House
from bot.web.room import room_of
from bot.web.templates import Templates


class Calls:
    """Takes the forms with which a moderator is called, and calls are taken."""

    def __init__(self, house: House, gate: Gate, templates: Templates) -> None:
        self._house = house
        self._bell = Bell(house.runner, house.store)
        self._gate = gate
        self._templates = templates
        self._pace = Pace()

    async def show(self, request: web.Request) -> web.Response:
        """Ask once more whether a moderator is to be called, and say what follows."""
        room, visitor = room_of(request), self._visitor(request)
        values = {
            "room": room,
            "visitor": visitor,
            "message": request.query.get("message", ""),
            "in_danger": summons.IN_DANGER,
        }
        return page(self._templates.render("help.html", **values))

    async def call(self, request: web.Request) -> web.Response:
        """Call a moderator, then lead back to the room, which says how it stands."""
        room, visitor = room_of(request), self._visitor(request)
        now = self._house.clock()
        self._pace.step(visitor.person.id, now)
        message = request[FORM].get("message", "")
        about = message_key(room, message) if message else ""
        told = await self._bell.ring(visitor.person, Place(room, message=about), now)
        if told is None:
            raise Sorry(
                409,
                "Nobody can be called",
                "No chat is held here today, so there is no moderator to be called. "
                f"{summons.IN_DANGER}",
                back=room_path(room.name),
                back_words="To the room",
            )
        raise web.HTTPSeeOther(f"{room_path(room.name)}#calls")

    async def take(self, request: web.Request) -> web.Response:
        """Let a moderator of a built-in room have a call."""
        visitor = self._visitor(request)
        if not visitor.came_by_link:
            raise Refused("A call is taken by moderators, who come in by their own link.")
        spot = await self._take(request, visitor.person)
        room = room_of(request)
        raise web.HTTPSeeOther(place_path(room.name, spot.id if spot.room == room else ""))

    async def take_elsewhere(self, request: web.Request) -> web.Response:
        """Let an organizer have a call of a chat that they moderate, on any platform."""
        organizer = self._gate.organizer(request)
        wanted = request.match_info["chat"]
        async with self._house.store.reading() as tables:
            chat = (await pages.sound(tables, [wanted])).get(wanted)
        passes = organizer.passes if organizer else ()
        by = [one.person for one in passes if chat and one.moderates(chat.agenda)]
        if not by:
            raise Refused("A call is taken by the moderators of its chat. Come in by your link.")
        spot = await self._take(request, by[0])
        here = spot.room.platform == OWN
        raise web.HTTPSeeOther(place_path(spot.room.name, spot.id) if here else "/")

    async def _take(self, request: web.Request, by: Person) -> Spot:
        number = request.match_info["number"]
        if not number.isdecimal() or len(number) > 6:
            raise web.HTTPNotFound
        chat, now = request.match_info["chat"], self._house.clock()
        words = await self._bell.take_of(chat, by, now, int(number))
        return next(piece for piece in words if isinstance(piece, Spot))

    def _visitor(self, request: web.Request) -> Visitor:
        visitor = self._gate.visitor(request)
        if visitor is None:
            room = room_of(request).name
            raise Sorry(
                403,
                "Join first",
                f"Join the room with a name, then ask for help. {summons.IN_DANGER}",
                back=f"{room_path(room)}#composer",
                back_words="To the room",
            )
        return visitor
