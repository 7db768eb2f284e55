"""The unmodified slack_bolt as the other side in the tests of this Slack."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.basics import JSON
from tests.slack.server import Server


def web_client(server: Server, token: str | None = None) -> AsyncWebClient:
    """Return a Web API client of the bot; it tries nothing a second time by itself."""
    told = server.workspace.application.bot_token if token is None else token
    return AsyncWebClient(token=told, base_url=server.api, retry_handlers=[])


class Client:
    """A Bolt app that writes down every request it gets, and acknowledges it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.web = web_client(server)
        secret = server.workspace.application.signing_secret
        self.app = AsyncApp(client=self.web, signing_secret=secret)
        self.requests: list[AsyncBoltRequest] = []
        self.acknowledging = True
        self.refusals = 0
        """So many requests more are not acknowledged."""
        self.headers: dict[str, str | Sequence[str]] = {}
        """What the answer to those has besides."""
        self.app.use(self._note)

    async def _note(
        self,
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt gives it by this name
    ) -> BoltResponse | None:
        self.requests.append(req)
        if not self.acknowledging or self.refusals > 0:
            self.refusals -= 1
            return BoltResponse(status=500, body="", headers=self.headers)
        if "event" in req.body:
            return BoltResponse(status=200, body="")
        await next()
        return None

    @property
    def bodies(self) -> list[JSON]:
        return [one.body for one in self.requests]

    @property
    def events(self) -> list[JSON]:
        return [one["event"] for one in self.bodies if "event" in one]

    def heard(self, kind: str, subtype: str | None = None) -> list[Any]:
        """Return the events of this type and subtype."""
        return [one for one in self.events if one["type"] == kind and one.get("subtype") == subtype]


@contextlib.asynccontextmanager
async def connected(server: Server, ping_interval: float = 10) -> AsyncIterator[Client]:
    """Give a Bolt app that is connected over Socket Mode."""
    client = Client(server)
    token = server.workspace.application.app_token
    handler = AsyncSocketModeHandler(
        client.app,
        token,
        web_client=AsyncWebClient(token=token, base_url=server.api),
        ping_interval=ping_interval,
    )
    before = server.sockets.opened
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await server.until(lambda: server.sockets.opened > before)
    try:
        yield client
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
