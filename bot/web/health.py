"""The addresses for those who watch over processes: whether this one lives, and can serve.

`/healthz` says that the process lives, and nothing else: whoever ends processes that do not answer
looks there, and nothing outside of this process can let it fail. `/readyz` says whether people can
be sent here; a platform's outage is told there and changes nothing, for the pages are served.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.vitals import Vitals

Look = Callable[[], Awaitable[Vitals]]
"""Says how the process is."""

Write = Callable[[], Awaitable[tuple[bytes, str]]]
"""Writes the metrics, and says which kind of text they are."""


def routes(look: Look) -> list[web.RouteDef]:
    """Return the routes of both addresses."""

    async def live(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_request: web.Request) -> web.Response:
        vitals = await look()
        body = json.dumps(vitals.facts(), indent=2) + "\n"
        status = 200 if vitals.is_ready else 503
        return web.Response(text=body, status=status, content_type="application/json")

    return [web.get("/healthz", live), web.get("/readyz", ready)]


def metrics(write: Write) -> web.Application:
    """Return the application that serves `/metrics`, at an address of its own."""

    async def measured(_request: web.Request) -> web.Response:
        body, kind = await write()
        return web.Response(body=body, headers={"Content-Type": kind})

    async def dress(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Server"] = "Rounds"
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")

    app = web.Application(client_max_size=1024)
    app.on_response_prepare.append(dress)
    app.add_routes([web.get("/metrics", measured)])
    return app
