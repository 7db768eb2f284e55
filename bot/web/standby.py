"""What a process answers that stands by: that it lives, and that another one serves."""

from __future__ import annotations

from aiohttp import web

from bot.vitals import standing_by
from bot.web import health
from bot.web.gate import MOST_BYTES, Gate, Sorry, read_form, sorry_page
from bot.web.site import served
from bot.web.templates import Templates

AGAIN_AFTER = "5"
"""Seconds after which to try again: about as long as a takeover lasts."""


def standby(base_url: str) -> web.Application:
    """Return the pages of a process that stands by, at the address `base_url`.

    `/healthz` says that it lives, `/readyz` that nothing is to be sent to it. Every other page says
    that another process serves, and keeps what was typed into a form.
    """
    templates = Templates()

    async def elsewhere(request: web.Request) -> web.Response:
        sorry = Sorry(
            503,
            "Another process serves",
            "This one stands by, and takes over when that one ends. Nothing was saved here. "
            "Try again in a moment.",
        )
        if request.method == "POST":
            try:
                await read_form(request, base_url)
            except Sorry as refusal:
                return sorry_page(templates, request, refusal)
            except web.HTTPException:  # too long, say
                pass
        response = sorry_page(templates, request, sorry)
        response.headers["Retry-After"] = AGAIN_AFTER
        return response

    app = web.Application(client_max_size=MOST_BYTES)
    app.on_response_prepare.append(Gate.dress)
    app.add_routes(
        [
            *health.routes(standing_by),
            *(served(asset) for asset in templates.assets.values()),
            web.route("*", "/{path:.*}", elsewhere),
        ]
    )
    return app
