"""Windows of a real browser on the pages of a house, and what people do in them."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.web.served import Served

TELEPHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


class Windows:
    """Opens windows of different people, and remembers what no page may ever do."""

    def __init__(self, chromium: Browser, place: Served) -> None:
        self._chromium = chromium
        self.place = place
        self.troubles: list[str] = []

    async def open(self, path: str = "", **options: Any) -> Page:
        """Open a window of somebody new; `options` are of the browser."""
        context = await self._chromium.new_context(
            **{"timezone_id": "Europe/Berlin", "locale": "en-GB", **options}
        )
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        if path:
            await page.goto(self.place.url + path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        expected = message.text.startswith("Failed to load resource")  # a refusal, or offline
        if message.type in ("error", "warning") and not expected:
            self.troubles.append(f"{message.type}: {message.text}")

    async def join(self, name: str, room: str = "urojc", **options: Any) -> Page:
        """Open a room's page and join by its form."""
        page = await self.open(f"/rooms/{room}", **options)
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Join").click()
        await expect(page.get_by_label("Your message")).to_be_visible()
        return page

    async def enter(self, person: str = "henry", path: str = "/rooms/urojc") -> Page:
        """Come in as a moderator by their link."""
        page = await self.open()
        await page.goto(self.place.link_for(person))
        await page.goto(self.place.url + path)
        return page


async def say(page: Page, text: str) -> Locator:
    """Type and send a message; return its row once it is there."""
    await page.get_by_label("Your message").fill(text)
    await page.get_by_role("button", name="Send").click()
    row = row_of(page, text)
    await expect(row).to_be_visible()
    return row


def row_of(page: Page, text: str) -> Locator:
    """Return the row whose text this is."""
    exact = re.compile(rf"^\s*{re.escape(text)}\s*$")
    return page.locator(".row.said").filter(has=page.locator(".text", has_text=exact))


async def tools_of(page: Page, row: Locator) -> Locator:
    """Open what can be done with a message."""
    await row.get_by_role("link", name="More about the message").click()
    tools = row.locator("#tools")
    await expect(tools).to_be_visible()
    return tools


async def width_beyond(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(await page.evaluate(width))
