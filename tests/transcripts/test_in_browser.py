"""The page in a real Chromium: it runs nothing, fetches nothing, and fits a telephone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Dialog, Request

from tests.browser import browser
from tests.transcripts.club import club


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (390, "light")])
async def test_a_hostile_page_is_only_read(tmp_path: Path, width: int, scheme: str) -> None:
    path = tmp_path / "transcript.html"
    path.write_bytes(await club("html"))
    happened: list[str] = []

    def note_console(message: ConsoleMessage) -> None:
        happened.append(message.text)

    def note_dialog(dialog: Dialog) -> None:
        happened.append(dialog.message)

    def note_request(request: Request) -> None:
        if request.url != path.as_uri():
            happened.append(request.url)

    async with browser() as chromium:
        page = await chromium.new_page(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page.on("console", note_console)
        page.on("dialog", note_dialog)
        page.on("request", note_request)
        await page.goto(path.as_uri())
        assert await page.title() == (
            "International Urology Journal Club <b>& friends</b>, "
            "Monday 7 December 2026: transcript"
        )
        assert await page.locator("script, iframe, object, embed, form, img").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        ink, paper = await page.evaluate(
            "[getComputedStyle(document.body).color, "
            "getComputedStyle(document.body).backgroundColor]"
        )
        bright = "rgb(255, 255, 255)"
        assert (paper == bright) is (scheme == "light")
        assert ink != paper
        await page.get_by_role("link", name="T2", exact=True).first.click()
        assert page.url.endswith("#t2")
        assert await page.locator("#t2").is_visible()
    assert happened == []


async def test_the_page_becomes_paper(tmp_path: Path) -> None:
    path = tmp_path / "transcript.html"
    path.write_bytes(await club("html"))
    async with browser() as chromium:
        page = await chromium.new_page()
        await page.goto(path.as_uri())
        paper = await page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF-")
    assert paper.count(b"/Type /Page\n") >= 3
