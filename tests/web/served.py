"""A house's pages served on this machine, and people who visit them without a browser."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from bot.asking import Desk
from bot.engine.people import Person
from bot.web.access import Access
from bot.web.site import House as Site
from bot.web.site import site
from tests.house import House

SECRET = "a secret of this test"


@dataclass
class Served:
    """Where a house's pages are."""

    house: House
    access: Access
    url: str

    def link_for(self, person: str) -> str:
        """Return the link by which a moderator comes in."""
        return self.access.link_for(person, self.url, self.house.clock())


@contextlib.asynccontextmanager
async def served(house: House) -> AsyncIterator[Served]:
    """Serve the pages of a house at a free port of this machine."""
    access = Access(SECRET)
    url = ""

    def link_for(person: Person, _now: object) -> str:
        return access.link_for(person.id, url, house.clock())

    desk = Desk(house.runner, house.store, house.catalogue, link_for)
    app = site(
        Site(house.runner, house.store, desk, access, house.catalogue, house.clock, "http://127.0.0.1")
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield Served(house, access, url)
    finally:
        await runner.cleanup()
