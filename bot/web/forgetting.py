"""Being forgotten, on the page where somebody sees who they are, and typed in a room."""

from __future__ import annotations

from aiohttp import web

from bot.desk.asking import Reply
from bot.engine import commands, safety_asks
from bot.engine.agenda import OWN, Room
from bot.engine.errors import Refused
from bot.transcripts.clock import Clock
from bot.web import house
from bot.web.gate import COOKIE, FORM, Gate, Sorry, page
from bot.web.house import House
from bot.web.templates import Templates

FORGET = "forget me"
"""What is asked for."""

SIGNED_OUT = (
    "\nThis browser does not know your name any more, and you are out of the rooms here. Join "
    "again as you like: you come as somebody new."
)


def asks_for_it(ask: str) -> bool:
    """Whether what follows `/chat` asks to be forgotten."""
    try:
        return isinstance(commands.parse(ask)[1], safety_asks.Forget)
    except Refused:
        return False


def signed_out(response: web.Response, reply: house.Reply) -> Reply:
    """Let the browser forget who somebody was; return the reply that says so too."""
    response.del_cookie(COOKIE)
    return Reply((*reply.words, SIGNED_OUT))


class Forgetting:
    """Takes the form by which somebody asks to be forgotten."""

    def __init__(self, house: House, gate: Gate, templates: Templates) -> None:
        self._house = house
        self._gate = gate
        self._templates = templates

    async def forget(self, request: web.Request) -> web.Response:
        """Take somebody out of everything that is kept, and show what else there may be of them.

        Raises Refused for who stands in an agenda, and Sorry for strangers.
        """
        visitor = self._gate.visitor(request)
        if visitor is None:
            raise Sorry(
                403,
                "Nobody is known here",
                "This browser is in no room, so there is nobody whom it could ask to forget.",
            )
        room = Room(OWN, request[FORM].get("room", ""))
        reply = await self._house.desk.ask(FORGET, visitor.person, room, self._house.clock())
        response = page("")
        reply = signed_out(response, reply)
        response.text = self._templates.render("forgotten.html", reply=reply, clock=Clock("UTC"))
        return response
