"""A Discord that listens, and the real discord.py connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.discord import conformity
from tests.discord.client import Client, connected
from tests.discord.server import Server, serving


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Give a Discord; afterwards its own answers too must have been as Discord describes them."""
    async with serving() as found:
        yield found
    if conformity.is_there():
        described = conformity.description()
        wrong = [one for call in found.requests for one in described.answer_problems(call)]
        assert wrong == []


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    """Give discord.py, ready, with one guild "Urology" and its channel "journal-club"."""
    server.world.guild("Urology").channel("journal-club")
    async with connected(server) as found:
        yield found
