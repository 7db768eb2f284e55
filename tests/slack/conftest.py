"""A Slack that listens with a channel in it, and the real slack_bolt connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.channels import Channel
from tests.slack.client import Client, connected, web_client
from tests.slack.people import Person
from tests.slack.server import Server, serving
from tests.slack.world import Workspace


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as found:
        yield found


@pytest.fixture
def workspace(server: Server) -> Workspace:
    return server.workspace


@pytest.fixture
def channel(workspace: Workspace) -> Channel:
    return workspace.channel("journal-club")


@pytest.fixture
def maria(workspace: Workspace) -> Person:
    return workspace.user("Maria")


@pytest.fixture
def web(server: Server) -> AsyncWebClient:
    """Give the Web API client that Slack itself publishes."""
    return web_client(server)


@pytest.fixture
async def bot(server: Server, channel: Channel) -> AsyncIterator[Client]:
    """Give slack_bolt over Socket Mode, connected."""
    async with connected(server) as client:
        yield client
