"""A house's pages served on this machine, and people who visit them without a browser."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from html import unescape
from types import MappingProxyType

import aiohttp
from aiohttp import web
from yarl import URL

from bot.desk.asking import Desk, WayIn
from bot.engine.agenda import Room
from bot.engine.people import Person
from bot.web.access import Access
from bot.web.gate import COOKIE, PART
from bot.web.hooks import Hook
from bot.web.passes import Pass
from bot.web.site import House as Site
from bot.web.site import site
from tests.house import House

SECRET = "the secret of a test"


class Answer:
    """What came back, read to its end."""

    def __init__(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        self.status = response.status
        self.headers = response.headers
        self.url = response.real_url  # with its fragment
        self.body = body

    @property
    def text(self) -> str:
        """The page as it was sent."""
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a reader sees of the page, in one line."""
        shown = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", self.text)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


class Guest:
    """Somebody with a cookie jar and no script; sends forms as a browser does."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def get(self, path: str, **headers: str) -> Answer:
        """Fetch a page, following redirects."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.get(URL(self.url + path, encoded=True), headers=named) as response:
            return Answer(response, await response.read())

    async def part(self, path: str, part: str = "main") -> Answer:
        """Fetch a part of a page, as the script does."""
        return await self.get(path, **{PART: part})

    async def post(
        self,
        path: str,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        *,
        follow: bool = True,
    ) -> Answer:
        """Send a form from one of the site's own pages."""
        sent = {"Origin": self.url} if headers is None else headers
        async with self.session.post(
            self.url + path, data=fields or {}, headers=sent, allow_redirects=follow
        ) as response:
            return Answer(response, await response.read())

    async def join(self, room: str, name: str) -> Answer:
        """Join a room under a name."""
        return await self.post(f"/rooms/{room}/join", {"name": name})

    async def say(self, room: str, text: str, **fields: str) -> Answer:
        """Say something in a room."""
        return await self.post(f"/rooms/{room}/say", {"text": text, **fields})

    @property
    def cookie(self) -> str:
        """What this guest's cookie says, or empty."""
        return self.cookie_of(COOKIE)

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.set_cookie(COOKIE, value)

    def cookie_of(self, name: str) -> str:
        """Return what a cookie of this name says, or empty."""
        found = self.session.cookie_jar.filter_cookies(URL(self.url)).get(name)
        return found.value if found else ""

    def set_cookie(self, name: str, value: str) -> None:
        """Let a cookie of this name say this."""
        self.session.cookie_jar.update_cookies({name: value}, URL(self.url))


class Served:
    """Where a house's pages are."""

    def __init__(self, house: House, access: Access, url: str) -> None:
        self.house = house
        self.access = access
        self.url = url

    def link_for(self, person: str) -> str:
        """Return the link by which a moderator comes in."""
        return self.access.link_for(person, self.url, self.house.clock())

    def way_in(self, person: Person, room: Room) -> str:
        """Return the link, from /enter on, of somebody who asks in a room of another platform."""
        way = self.access.way_in(Pass.of(person, room), self.url, self.house.clock())
        return way.address.removeprefix(self.url)

    @contextlib.asynccontextmanager
    async def guest(self, *, name: str = "", room: str = "urojc") -> AsyncIterator[Guest]:
        """Bring somebody in; with a name they join the room."""
        jar = aiohttp.CookieJar(unsafe=True)  # or it keeps none for an address of digits
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            guest = Guest(self.url, session)
            if name:
                assert (await guest.join(room, name)).status == 200
            yield guest

    @contextlib.asynccontextmanager
    async def moderator(self, person: str = "henry") -> AsyncIterator[Guest]:
        """Bring a moderator in by their link."""
        async with self.guest() as guest:
            await guest.get(self.link_for(person).removeprefix(self.url))
            yield guest

    @contextlib.asynccontextmanager
    async def outer(self, person: Person, room: Room) -> AsyncIterator[Guest]:
        """Bring in somebody of another platform by the link that they asked for in `room`."""
        async with self.guest() as guest:
            await guest.get(self.way_in(person, room))
            yield guest


@contextlib.asynccontextmanager
async def served(
    house: House, hooks: Mapping[str, Hook] = MappingProxyType({})
) -> AsyncIterator[Served]:
    """Serve the pages of a house at a free port of this machine."""
    access = Access(SECRET)
    place = Served(house, access, "")

    def way_in(person: Person, room: Room, now: datetime) -> WayIn:
        return access.way_in(Pass.of(person, room), place.url, now)

    desk = Desk(house.runner, house.store, house.catalogue, way_in)
    base_url = "http://rounds.example"  # people reach it under a name, tests under a number
    site_ = Site(house.runner, house.store, desk, access, house.catalogue, house.clock, base_url)
    app = site(site_, hooks)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        place.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield place
    finally:
        await runner.cleanup()
