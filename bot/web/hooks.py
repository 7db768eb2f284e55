"""Addresses at which a platform calls us: no page, no cookie, no form of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

NAME = "hook"
"""How the gate knows such a route: what comes there is signed, not sent by a page of ours."""

Hook = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, str, Mapping[str, str]]]]
"""Takes a request's body and headers, and returns status, body and headers of the answer.

It checks the signature itself.
"""

MOST_BYTES = 2 * 1024 * 1024
"""Of what a platform sends: Slack tells a changed message four times (as it was and is, both as
text and as blocks), with up to 40,000 characters of up to six bytes."""


def route(path: str, hook: Hook) -> web.RouteDef:
    """Return the route of a hook."""

    async def receive(request: web.Request) -> web.Response:
        whole = await request.clone(client_max_size=MOST_BYTES).read()
        body = whole.decode("utf-8", "replace")
        status, answer, headers = await hook(body, dict(request.headers))
        return web.Response(status=status, text=answer, headers=dict(headers))

    return web.post(path, receive, name=NAME)
