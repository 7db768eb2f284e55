"""The unmodified discord.py as the other side in the tests of this Discord."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import discord

from tests.discord.server import Server, pointed_at


class Client(discord.Client):
    """A client that writes down every event it gets, by name."""

    def __init__(self, intents: discord.Intents, heartbeat_timeout: float) -> None:
        super().__init__(intents=intents, heartbeat_timeout=heartbeat_timeout)
        self._connection.guild_ready_timeout = 0.05  # two seconds for nothing, with one guild
        self.events: list[tuple[str, tuple[Any, ...]]] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again at once; discord.py would wait for five seconds."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.events.append((event, args))
        super().dispatch(event, *args, **kwargs)

    def heard(self, event: str) -> list[Any]:
        """Return the first argument of every event of this name (None where there is none)."""
        return [args[0] if args else None for name, args in self.events if name == event]

    def text(self, name: str) -> discord.TextChannel:
        """Return a text channel by its name."""
        found = discord.utils.get(self.get_all_channels(), name=name)
        assert isinstance(found, discord.TextChannel)
        return found


def intents(*, message_content: bool = True) -> discord.Intents:
    """Return what the bot asks for."""
    wanted = discord.Intents.default()
    wanted.message_content = message_content
    return wanted


@contextlib.asynccontextmanager
async def connected(
    server: Server,
    wanted: discord.Intents | None = None,
    token: str = "bot-token",
    heartbeat_timeout: float = 60.0,
) -> AsyncIterator[Client]:
    """Give a client that is ready; what ended it, a payload it could not read say, raises here."""
    with pointed_at(server):
        client = Client(wanted or intents(), heartbeat_timeout)
        running = asyncio.create_task(client.start(token))
        try:
            await server.until(lambda: running.done() or client.is_ready())
            if running.done():
                running.result()
            yield client
            if running.done():
                running.result()
        finally:
            await client.close()
            running.cancel()  # it may be waiting to connect again
            await asyncio.gather(running, return_exceptions=True)
