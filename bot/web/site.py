"""Puts the pages together as one application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from aiohttp import web

from bot.web.calling import Calls
from bot.web.checking_in import CheckIns
from bot.web.forgetting import Forgetting
from bot.web.gate import MOST_BYTES, Gate
from bot.web.hooks import Hook, route
from bot.web.house import House
from bot.web.live import Live
from bot.web.organizers import OrganizerPages
from bot.web.painter import Painter
from bot.web.room import RoomPages
from bot.web.talk import Talk
from bot.web.templates import Asset, Templates

__all__ = ["House", "site"]

FOREVER = "public, max-age=31536000, immutable"
"""For a file whose address changes with its content."""


def site(
    house: House,
    hooks: Mapping[str, Hook] = MappingProxyType({}),
    further: Iterable[web.RouteDef] = (),
) -> web.Application:
    """Return the built-in rooms and the organizers' pages as an application.

    `hooks` are the paths at which platforms call, `further` routes that are no pages.

    It reads its templates and files now, watches the house's runner from now on, and ends the
    open pages' connections when it is shut down.
    """
    templates = Templates()
    painter = Painter(templates)
    gate = Gate(house, templates)
    live = Live(house, painter)
    app = web.Application(middlewares=[gate.pass_through], client_max_size=MOST_BYTES)
    app.on_response_prepare.append(gate.dress)

    async def hang_up(_app: web.Application) -> None:
        live.close()

    async def fall_silent(_app: web.Application) -> None:
        await live.finish()

    app.on_shutdown.append(hang_up)
    app.on_cleanup.append(fall_silent)
    rooms = RoomPages(house, gate, live, painter, templates)
    talk = Talk(house, gate, live, painter, templates)
    checkins = CheckIns(house, gate, templates)
    calls = Calls(house, gate, templates)
    forgetting = Forgetting(house, gate, templates)
    organizers = OrganizerPages(house, gate, live.scenes.counts, templates)
    app.add_routes(
        [
            web.get("/", organizers.chats),
            web.get("/enter", organizers.enter),
            web.get("/chats/{chat}", organizers.chat),
            web.get("/chats/{chat}/{picture}.svg", organizers.picture),
            web.get("/chats/{chat}/transcript.{format}", organizers.transcript),
            web.get("/chats", organizers.elsewhere),
            web.get("/chats/{tail:.*}", organizers.elsewhere),
            web.get("/you", rooms.you),
            web.post("/leave", talk.leave),
            web.post("/you/forget", forgetting.forget),
            web.get("/rooms/{room}", rooms.room),
            web.post("/rooms/{room}/join", talk.join),
            web.post("/rooms/{room}/say", talk.say),
            web.get("/rooms/{room}/checkin", checkins.show),
            web.post("/rooms/{room}/checkin", checkins.take),
            web.get("/rooms/{room}/help", calls.show),
            web.post("/rooms/{room}/help", calls.call),
            web.post("/rooms/{room}/calls/{chat}/{number}", calls.take),
            web.post("/calls/{chat}/{number}", calls.take_elsewhere),
            web.get("/rooms/{room}/live", rooms.live),
            web.get("/rooms/{room}/messages/{message}", rooms.message),
            web.post("/rooms/{room}/messages/{message}/edit", talk.edit),
            web.post("/rooms/{room}/messages/{message}/delete", talk.delete),
            web.post("/rooms/{room}/messages/{message}/react", talk.react),
            web.post("/rooms/{room}/messages/{message}/place", talk.place),
            web.post("/rooms/{room}/messages/{message}/hold", talk.hold),
            web.post("/rooms/{room}/messages/{message}/clear", talk.clear),
            *(served(asset) for asset in templates.assets.values()),
            *(route(path, hook) for path, hook in hooks.items()),
            *further,
        ]
    )
    return app


def served(asset: Asset) -> web.RouteDef:
    """Return the address of a file that pages link to."""

    async def serve(request: web.Request) -> web.Response:
        fresh = request.query.get("v") == asset.version
        return web.Response(
            body=asset.body,
            content_type=asset.kind,
            charset="utf-8",
            headers={"Cache-Control": FOREVER if fresh else "no-cache"},
        )

    return web.get(f"/static/{asset.name}", serve)
