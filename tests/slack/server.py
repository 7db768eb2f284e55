"""A Slack of our own on the loopback: real HTTP, real WebSocket, Slack's rules.

    async with serving() as server:
        workspace = server.workspace
        channel = workspace.channel("journal-club")
        maria = workspace.user("Maria")
        ...                                   # the bot gets SLACK_API=server.api and the tokens
        message = await maria.say(channel, "T1: the control group")
        answer = await maria.command(channel, "/chat", "start urojc")
        assert (await answer.done()).ephemerals
        await server.until(lambda: len(channel.messages) > 1)
        server.faults.cut_after("chat.postMessage")               # and much more: faults.py
        server.sockets.drop()                                     # and much more: sockets.py
        server.deliveries.twice("message")                        # and much more: deliveries.py
        await server.outage()

`server.requests` holds every request with its answer, `server.calls("chat.*")` those of some
methods. When the block has ended, two lists must be empty: `server.failures`, requests that our
Slack does not understand, and `server.problems`, requests that are not what the API takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web

from tests.loopback import Loopback
from tests.slack import api_chat, api_conversations, api_views, api_workspace, arguments, files
from tests.slack.basics import JSON, Refusal
from tests.slack.calls import Call, Method, Methods, read
from tests.slack.deliveries import Deliveries
from tests.slack.faults import Fault, Faults
from tests.slack.signed import Signed
from tests.slack.sockets import Sockets, open_connection
from tests.slack.world import Workspace

METHODS: Methods = {
    **api_chat.METHODS,
    **api_conversations.METHODS,
    **api_views.METHODS,
    **api_workspace.METHODS,
    **files.METHODS,
}


class Server(Loopback):
    """The door: it listens, answers by the workspace's rules, and lets go wrong what it is told."""

    def __init__(self, workspace: Workspace | None = None) -> None:
        super().__init__()
        self.workspace = workspace or Workspace()
        self.faults = Faults()
        self.deliveries = Deliveries(self.workspace)
        self.sockets = Sockets(self.deliveries)
        self.signed = Signed(self.deliveries)
        self.requests: list[Call] = []
        self.failures: list[str] = []
        """Requests that our Slack does not understand: an error in it, or in the request."""
        self._methods: Methods = METHODS | {
            "apps.connections.open": Method(
                lambda call: open_connection(self.sockets), ("connections:write",), app_level=True
            )
        }
        self._watch: asyncio.Task[None] | None = None

    @property
    def api(self) -> str:
        """What a bot process is given as SLACK_API."""
        return f"{self.address}/api/"

    @property
    def problems(self) -> list[str]:
        """What is wrong with the requests so far."""
        return [f"{call.method}: {one}" for call in self.requests for one in call.problems]

    @property
    def answers(self) -> list[str]:
        """What was asked and answered, for a look at a failing test: `chat.update is_inactive`."""
        return [f"{one.method} {one.error or one.status}" for one in self.requests]

    def calls(self, pattern: str) -> list[Call]:
        """Return the requests so far to a method, or to some as in `"chat.*"`."""
        return [one for one in self.requests if fnmatch.fnmatchcase(one.method, pattern)]

    # ------------------------------------------------------------ open and shut

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/v1/{token}", self._upload)
        app.router.add_post("/commands/{team}/{token}", self._respond)
        app.router.add_get("/link/", self.sockets.connect)
        app.router.add_get("/files/{number}/{name}", self._file)
        await self.open(app)
        self._watch = asyncio.create_task(self.deliveries.watch())

    async def stop(self) -> None:
        """Cut all connections and listen no more."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self.signed.close()
        await self.shut()

    def found_at(self, address: str) -> None:
        """Let links lead here."""
        self.workspace.address = address

    def drop_lines(self) -> None:
        """Cut what is open to the app."""
        self.sockets.drop()

    # ------------------------------------------------------------ requests

    async def _api(self, request: web.Request) -> web.Response:
        return await self._answer(request, request.match_info["method"], self._method)

    async def _upload(self, request: web.Request) -> web.Response:
        def fill(call: Call) -> str:
            content = call.raw or next(iter(call.args.values()), b"")
            files.fill(self.workspace, request.match_info["token"], content)
            return f"OK - {len(content)}"

        return await self._answer(request, "upload", fill)

    async def _respond(self, request: web.Request) -> web.Response:
        def respond(call: Call) -> str:
            answer = self.workspace.answers.get(request.match_info["token"])
            if answer is None:
                raise Refusal("no_such_url", status=404)
            answer.use()
            answer.respond(call.args)
            return "ok"

        return await self._answer(request, "response_url", respond)

    async def _answer(
        self, request: web.Request, method: str, doing: Callable[[Call], Any]
    ) -> web.Response:
        """Answer a request by the rules, or by what was to go wrong."""
        call = await read(request, method)
        call.world = self.workspace
        self.requests.append(call)
        if method in self._methods:
            call.problems = list(arguments.problems(call))
        now = asyncio.get_running_loop().time()
        fault = self.faults.next(method, call.args, now)
        if fault is not None and fault.kind == "answer":
            call.status, call.answer = fault.status, fault.body
            return _response(call, fault.headers)
        if fault is not None and fault.kind == "hang":
            await self._wait(fault.seconds)
        headers = {} if _cuts_before(fault) else self._do(call, doing)
        if fault is not None and fault.kind == "late":
            await self._wait(fault.seconds)
        if fault is not None and fault.kind.startswith("cut"):
            assert request.transport is not None
            call.status = 0
            request.transport.abort()
        return _response(call, headers)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopped.wait(), seconds)

    def _do(self, call: Call, doing: Callable[[Call], Any]) -> dict[str, str]:
        """Do what a request asks for; return headers. What no rule foresees is a failure."""
        call.status = 200
        try:
            call.answer = doing(call)
        except Refusal as refusal:
            call.status, call.answer = refusal.status, refusal.payload()
            if call.method in ("upload", "response_url"):
                call.answer = refusal.error
        except Exception as error:
            call.status, call.answer = 501, {"ok": False, "error": repr(error)}
            self.failures.append(f"{call.method}: {error!r}")
        return self._scopes(call)

    def _method(self, call: Call) -> JSON:
        method = self._methods.get(call.method)
        if method is None:
            self.failures.append(f"{call.method}: our Slack has no such method")
            raise Refusal("unknown_method", {"req_method": call.method})
        self._check_token(call, method)
        return {"ok": True} | method.answering(call)

    def _check_token(self, call: Call, method: Method) -> None:
        application = self.workspace.application
        right = application.app_token if method.app_level else application.bot_token
        if not call.token:
            raise Refusal("not_authed")
        if call.token not in (application.bot_token, application.app_token):
            raise Refusal("invalid_auth")
        if call.token != right:
            raise Refusal("not_allowed_token_type")
        if application.revoked and not method.app_level:
            raise Refusal(application.revoked)
        if method.scopes:
            application.require(*method.scopes, app_level=method.app_level)

    def _scopes(self, call: Call) -> dict[str, str]:
        """Return the headers that tell which scopes the token has and the method takes."""
        application, method = self.workspace.application, self._methods.get(call.method)
        if method is None or call.error in ("not_authed", "invalid_auth"):
            return {}
        own = application.app_scopes if method.app_level else application.scopes
        headers = {"x-oauth-scopes": ",".join(sorted(own))}
        if method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        return headers

    async def _file(self, request: web.Request) -> web.Response:
        """Give a file to who shows the bot's token, as url_private asks for."""
        file = self.workspace.files.get(request.match_info["number"].partition("-")[2])
        token = f"Bearer {self.workspace.application.bot_token}"
        if file is None or request.headers.get("Authorization") != token:
            raise web.HTTPNotFound
        return web.Response(body=file.content)

    def as_distributed(self, seconds: float = 60.0) -> None:
        """Treat the app as one that is sold outside of Slack's marketplace.

        conversations.history and .replies answer once a minute (or in `seconds` on the real
        clock), with 15 messages at most.
        """
        self.workspace.pages_of = 15
        for method in ("conversations.history", "conversations.replies"):
            self.faults.limit(method, 1, seconds)


def _cuts_before(fault: Fault | None) -> bool:
    return fault is not None and fault.kind == "cut before"


def _response(call: Call, headers: dict[str, str]) -> web.Response:
    status = call.status or 500
    if isinstance(call.answer, str):
        html = call.answer.startswith("<")
        kind = "text/html" if html else "text/plain"
        return web.Response(status=status, text=call.answer, headers=headers, content_type=kind)
    text = json.dumps(call.answer, separators=(",", ":"))
    return web.Response(status=status, text=text, headers=headers, content_type="application/json")


@contextlib.asynccontextmanager
async def serving(workspace: Workspace | None = None) -> AsyncIterator[Server]:
    """Give a Slack that listens; afterwards no request may have been other than described."""
    server = Server(workspace)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
    wrong = [*server.failures, *server.problems]
    assert wrong == [], "\n".join(wrong)
