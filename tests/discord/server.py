"""A Discord of our own on the loopback: real HTTP, real WebSocket, Discord's rules.

    async with serving() as server:
        guild = server.world.guild("Urology")
        channel = guild.channel("journal-club")
        maria = guild.member("Maria")
        with pointed_at(server):                  # discord.py in this process; another process
            ...                                   # gets DISCORD_API=server.api
        answer = await maria.command(channel, "chat start", series="urojc")
        assert (await answer.done()).ephemeral
        await server.until(lambda: channel.threads)
        await maria.say(channel.threads[0], "T1: the control group")
        server.faults.cut_after("POST /channels/*/messages")      # and much more: faults.py
        server.gateway.drop()                                     # and much more: gateway.py
        await server.outage()

Handles: the world's clock and accounts (world.py), guilds, roles and the bot's membership
(guild.py), people (people.py) and what they see of an answer (interactions.py), channels with
`messages`, `texts`, `grant`, `deny` (places.py), threads (threads.py), scheduled events
(schedule.py), what the developer portal holds (application.py). Ids and times come from
`server.world.now`. What somebody may not do raises `Refusal`, what Discord's client would not
offer raises `NotOffered`.

`server.requests` holds every request with its answer. When the block has ended, two lists must be
empty: `server.failures`, requests that our Discord does not understand, and `server.problems`,
requests that break Discord's own OpenAPI description (where that file is there).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import discord.gateway
import discord.http
import yarl
from aiohttp import web

from tests.discord import conformity, rest, rest_guilds, rest_interactions
from tests.discord.calls import Answering, Call, Done, read
from tests.discord.faults import Faults
from tests.discord.gateway import Gateway
from tests.discord.rules import Refusal, unauthorized
from tests.discord.world import World
from tests.loopback import Loopback

API = "/api/v10"
ROUTES = (*rest.ROUTES, *rest_guilds.ROUTES, *rest_interactions.ROUTES)
Door = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPEN = ("/gateway", "/interactions/{interaction_id}", "/webhooks/{application_id}")
"""How the routes begin, or all there is of one, that ask for no bot token."""


class Server(Loopback):
    """The door: it listens, answers by the world's rules, and lets go wrong what was asked for."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World()
        self.faults = Faults()
        self.gateway = Gateway(self.world)
        self.requests: list[Call] = []
        self.failures: list[str] = []
        """Requests that our Discord does not understand: an error in it, or in the request."""

    @property
    def api(self) -> str:
        """What a bot process is given as DISCORD_API."""
        return self.address + API

    @property
    def problems(self) -> list[str]:
        """What is wrong with the requests so far, by Discord's description; empty without it."""
        return [one for call in self.requests for one in self._problems(call)]

    def _problems(self, call: Call) -> list[str]:
        if not conformity.is_there():
            return []
        if call.problems is None:
            call.problems = list(conformity.description().problems(call))
        return call.problems

    # ------------------------------------------------------------ open and shut

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application(client_max_size=30 * 1024 * 1024)
        for method, path, answering in ROUTES:
            app.router.add_route(method, API + path, self._door(answering, path))
        app.router.add_get("/gateway", self.gateway.connect)
        app.router.add_get("/attachments/{path:.*}", self._file)
        app.router.add_route("*", API + "/{path:.*}", self._door(_no_route, ""))
        await self.open(app)

    async def stop(self) -> None:
        """Cut all connections and listen no more."""
        await self.shut()

    def found_at(self, address: str) -> None:
        """Let links lead here."""
        self.world.address = address

    def drop_lines(self) -> None:
        """Cut what is open to the gateway."""
        self.gateway.drop()

    # ------------------------------------------------------------ requests

    def _door(self, answering: Answering, route: str) -> Door:
        """Return what answers the requests of a route, and lets go wrong what was asked for."""

        async def answer(request: web.Request) -> web.Response:
            call = await read(request, request.path.removeprefix(API))
            call.world, call.ids, call.route = self.world, dict(request.match_info), route
            call.at = self.world.now()
            self.requests.append(call)
            now = asyncio.get_running_loop().time()
            headers = self.faults.count(call.method, call.path, now)
            fault = self.faults.next(call.method, call.path, headers)
            if fault is not None and fault.kind == "answer":
                call.status, call.answer = fault.status, fault.body
                return _response(fault.status, fault.body, headers | fault.headers)
            if fault is not None and fault.kind == "hang":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.stopped.wait(), fault.seconds)
            if fault is None or fault.kind != "cut before":
                self._answer(call, answering)
            if fault is not None and fault.kind.startswith("cut"):
                assert request.transport is not None
                request.transport.abort()
            return _response(call.status, call.answer, headers)

        return answer

    def _answer(self, call: Call, answering: Answering) -> None:
        """Do what a request asks for, by the rules; what they do not foresee is a failure."""
        try:
            self._check_token(call)
            result = answering(call)
        except Refusal as refusal:
            call.status, call.answer = refusal.status, refusal.payload()
        except Exception as error:
            call.status, call.answer = 501, {"message": repr(error), "code": 0}
            self.failures.append(f"{call.method} {call.path}: {error!r}")
        else:
            done = result if isinstance(result, Done) else Done(200, result)
            call.status = 204 if done.body is None else done.status
            call.answer = done.body

    def _check_token(self, call: Call) -> None:
        token = f"Bot {self.world.application.token}"
        asks = call.route == "/gateway/bot" or not call.route.startswith(OPEN)
        if asks and call.headers.get("Authorization") != token:
            raise unauthorized()

    async def _file(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.path)
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type=file.type)


def _no_route(call: Call) -> None:
    raise NotImplementedError("our Discord has no such route")


def _response(status: int, body: object, headers: dict[str, str]) -> web.Response:
    """Write an answer; discord.py wants the type without a character set."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    text = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(
        status=status or 500, body=text, headers=headers, content_type="application/json"
    )


@contextlib.asynccontextmanager
async def serving(world: World | None = None, *, checked: bool = True) -> AsyncIterator[Server]:
    """Give a Discord that listens; afterwards no request may have been other than described.

    `checked=False` leaves out the look into the description, which costs a millisecond a request.
    """
    server = Server(world)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
    assert (server.failures, server.problems if checked else []) == ([], [])


@contextlib.contextmanager
def pointed_at(server: Server) -> Iterator[None]:
    """Let discord.py in this process speak with `server` for as long as the block lasts."""
    route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
    before = route.BASE, socket.DEFAULT_GATEWAY
    route.BASE, socket.DEFAULT_GATEWAY = server.api, yarl.URL(server.gateway.address)
    try:
        yield
    finally:
        route.BASE, socket.DEFAULT_GATEWAY = before
