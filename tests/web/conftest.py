"""A journal club that is open, and its pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.engine.agenda import Series
from tests.browser import browser
from tests.house import House, house, urojc
from tests.web.served import Served, served
from tests.web.windows import Windows


@pytest.fixture
def club() -> Series:
    return urojc()


@pytest.fixture
def other() -> Series:
    """A series in another room, of another moderator."""
    return urojc("meded", moderators=("ada",))


@pytest.fixture
async def open_house(tmp_path: Path, club: Series, other: Series) -> AsyncIterator[House]:
    """A house in which a chat of `club` is open."""
    async with house(tmp_path, club, other) as found:
        await found.start(club)
        yield found


@pytest.fixture
async def place(open_house: House) -> AsyncIterator[Served]:
    """Its pages."""
    async with served(open_house) as found:
        yield found


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as started:
        yield started


@pytest.fixture
async def windows(chromium: Browser, place: Served) -> AsyncIterator[Windows]:
    """Windows on the open house; afterwards nothing may have gone wrong in any."""
    opened = Windows(chromium, place)
    yield opened
    assert opened.troubles == []
