"""A Discord that listens with a guild in it, and the real discord.py connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.discord import conformity
from tests.discord.client import Client, connected
from tests.discord.guild import Guild
from tests.discord.people import Member
from tests.discord.places import Channel
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
def guild(server: Server) -> Guild:
    return server.world.guild("Urology")


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.channel("journal-club")


@pytest.fixture
def maria(guild: Guild) -> Member:
    return guild.member("Maria")


@pytest.fixture
async def bot(server: Server, channel: Channel) -> AsyncIterator[Client]:
    """Give discord.py, ready."""
    async with connected(server) as client:
        yield client
