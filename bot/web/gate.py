"""What every request passes: who sent it, from where, how much; and what every answer carries."""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from bot.engine import wording
from bot.engine.errors import Refused, reason
from bot.web import hooks
from bot.web.access import Visitor
from bot.web.house import House
from bot.web.passes import Organizer, Pass
from bot.web.templates import Templates

log = logging.getLogger(__name__)

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE = "rounds"
"""Who somebody is in the built-in rooms."""

OUTER_COOKIE = "rounds-outer"
"""Who somebody is on another platform. It opens the organizers' pages, and is a cookie of its own
so that nobody who comes in from there loses the name under which they write in a room."""

MOST_BYTES = 128 * 1024
"""Of a form: several times the longest message, so that a longer one is told so in words."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    # Not `no-referrer`: with it browsers send forms with `Origin: null`, even to their own site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

PART = "Rounds-Part"
"""A header by which the script asks for a part of a page instead of a page."""

FORM: web.RequestKey[Mapping[str, str]] = web.RequestKey("form", Mapping)


class Sorry(Exception):
    """Something that cannot be shown or done; becomes a page of its own."""

    def __init__(
        self, status: int, title: str, *sentences: str, back: str = "", back_words: str = ""
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.sentences = sentences
        self.back = back
        self.back_words = back_words


@dataclass(frozen=True, slots=True)
class Again:
    """A form with what was typed, to be sent once more."""

    action: str
    field: str
    label: str
    text: str
    is_line: bool
    hidden: tuple[tuple[str, str], ...]


_TYPED = {"text": ("What you wrote", False), "topics": ("Topics", True), "name": ("Name", True)}


class Gate:
    """The first and the last to see a request."""

    def __init__(self, house: House, templates: Templates) -> None:
        self._house = house
        self._templates = templates

    # ------------------------------------------------------------ people

    def visitor(self, request: web.Request) -> Visitor | None:
        """Return who sent a request, or None where no valid cookie says so."""
        cookie = request.cookies.get(COOKIE, "")
        return self._house.access.visitor(cookie, self._house.clock()) if cookie else None

    def organizer(self, request: web.Request) -> Organizer | None:
        """Return as whom somebody sees the organizers' pages; None: they came in by no link."""
        visitor = self.visitor(request)
        own = Pass(visitor.person) if visitor is not None and visitor.came_by_link else None
        passes = tuple(one for one in (own, self.outer_pass(request)) if one is not None)
        return Organizer(passes) if passes else None

    def outer_pass(self, request: web.Request) -> Pass | None:
        """Return who somebody is on another platform, or None where no valid cookie says so."""
        cookie = request.cookies.get(OUTER_COOKIE, "")
        return self._house.access.pass_in_cookie(cookie, self._house.clock()) if cookie else None

    def keep(self, response: web.StreamResponse, visitor: Visitor) -> None:
        """Let the browser remember who somebody is."""
        self._set(response, COOKIE, *self._house.access.cookie(visitor, self._house.clock()))

    def keep_pass(self, response: web.StreamResponse, whom: Pass) -> None:
        """Let the browser remember who somebody is on another platform."""
        self._set(
            response, OUTER_COOKIE, *self._house.access.pass_cookie(whom, self._house.clock())
        )

    def _set(self, response: web.StreamResponse, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            samesite="Lax",
            secure=self._house.base_url.startswith("https://"),
        )

    # ------------------------------------------------------------ requests

    @web.middleware
    async def pass_through(self, request: web.Request, handler: Respond) -> web.StreamResponse:
        """Let a request pass, and turn whatever goes wrong into a page."""
        try:
            if request.method == "POST" and request.match_info.route.name != hooks.NAME:
                await read_form(request, self._house.base_url)
            return await handler(request)
        except web.HTTPRedirection:
            raise
        except Sorry as sorry:
            return self._page(request, sorry)
        except Refused as refusal:
            return self._page(request, Sorry(422, "That cannot be done", str(refusal)))
        except web.HTTPException as error:
            return self._page(request, _sorry_for(error))
        except Exception as error:  # never a traceback: it could hold what somebody wrote
            log.error("%s %s failed: %s.", request.method, _route(request), reason(error))
            return self._page(request, _out_of_order(request))

    # ------------------------------------------------------------ answers

    @staticmethod
    async def dress(_request: web.Request, response: web.StreamResponse) -> None:
        """Add the headers that every answer has."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = "Rounds"  # aiohttp has named its and Python's versions
        response.headers.setdefault("Cache-Control", "no-store")

    def _page(self, request: web.Request, sorry: Sorry) -> web.Response:
        return sorry_page(self._templates, request, sorry)


async def read_form(request: web.Request, base_url: str) -> None:
    """Read a form into `request[FORM]`, if it comes from a page of the site at `base_url`.

    Raises Sorry where it does not, or is none.
    """
    body = await request.read()
    if request.content_type != "application/x-www-form-urlencoded":
        raise Sorry(415, "That is no form", "Send forms as this site's own pages do.")
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), True, max_num_fields=20)
    except ValueError:
        raise Sorry(400, "That is no form", "It has too many fields.") from None
    if not _is_own(request, base_url):  # nor are its words offered to be sent again
        raise Sorry(
            403,
            "Sent from elsewhere",
            "This form was not sent from a page of this site, so nothing was done. "
            "Open the room and write it there.",
        )
    request[FORM] = dict(fields)


def _is_own(request: web.Request, base_url: str) -> bool:
    """Say whether a page of this site sent a form.

    Browsers send `Sec-Fetch-Site` where the connection is safe, and `Origin` everywhere.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        host = urlsplit(sender).netloc.lower()
    except ValueError:  # no address at all
        return False
    return host in (request.host.lower(), urlsplit(base_url).netloc.lower())


def sorry_page(templates: Templates, request: web.Request, sorry: Sorry) -> web.Response:
    """Return what says that something cannot be done, with what was typed into a form."""
    if PART in request.headers:
        return part("sorry", " ".join(sorry.sentences), sorry.status)
    html = templates.render(
        "sorry.html",
        title=sorry.title,
        sentences=sorry.sentences,
        again=_again(request),
        back=sorry.back,
        back_words=sorry.back_words,
    )
    return page(html, sorry.status)


class Pace:
    """Counts what each person sends, so that nobody floods a room."""

    MOST = 10
    WITHIN = timedelta(seconds=10)
    _REMEMBERED = 5_000

    def __init__(self) -> None:
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def step(self, person: str, now: datetime) -> None:
        """Count one more; raises Sorry where that is too fast."""
        sent = self._sent.setdefault(person, deque())
        self._sent.move_to_end(person)
        while len(self._sent) > self._REMEMBERED:
            self._sent.popitem(last=False)
        while sent and not timedelta(0) <= now - sent[0] < self.WITHIN:
            sent.popleft()
        if len(sent) >= self.MOST:
            raise Sorry(
                429,
                "Too fast",
                f"You have sent {self.MOST} things within {wording.duration(self.WITHIN)}. "
                "Wait a moment, then send this again.",
            )
        sent.append(now)


def page(html: str, status: int = 200) -> web.Response:
    """Return a page."""
    return web.Response(text=html, status=status, content_type="text/html")


def part(shows: str, html: str, status: int = 200) -> web.Response:
    """Return a part of a page for the script; a `sorry` is plain text."""
    kind = "text/plain" if shows == "sorry" else "text/html"
    return web.Response(text=html, status=status, content_type=kind, headers={PART: shows})


def _again(request: web.Request) -> Again | None:
    form = request.get(FORM)
    field = next((name for name in _TYPED if form and form.get(name)), None)
    if form is None or field is None:
        return None
    label, is_line = _TYPED[field]
    hidden = tuple((name, value) for name, value in form.items() if name != field)
    return Again(str(request.rel_url), field, label, form[field], is_line, hidden)


def _sorry_for(error: web.HTTPException) -> Sorry:
    match error.status:
        case 404:
            return Sorry(404, "Nothing is here", "Check the address; rooms are at /rooms/NAME.")
        case 405:
            return Sorry(405, "Not this way", "This address does not take what was sent to it.")
        case 413:
            return Sorry(
                413, "Too long", "A message has at most 4,000 characters. Send it in several."
            )
    return Sorry(error.status, "That did not work", "Go back and try again.")


def _out_of_order(request: web.Request) -> Sorry:
    if request.method == "POST":
        return Sorry(
            503,
            "Not saved",
            "The store does not answer, so nothing was saved. Your words are still here: "
            "try again in a moment.",
        )
    return Sorry(
        503,
        "Out of order",
        "The store does not answer just now. What was said before is safe. "
        "Reload this page in a moment.",
    )


def _route(request: web.Request) -> str:
    """Name a request for the log without what people wrote."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "an unknown address"
