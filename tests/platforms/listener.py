"""discord.py as Rounds makes it, which keeps as signals what it is handed over."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any

import discord

from bot.engine.signals import Deleted, Edited, Reacted, ReactionsCleared, Said
from bot.platforms.discord.signals import Reader
from tests.discord.basics import Dispatch
from tests.discord.server import Server, pointed_at
from tests.discord.world import World

Heard = Said | Edited | Deleted | Reacted | ReactionsCleared

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
"""When everything reaches the listener whose own time Discord does not tell."""

INTENTS = discord.Intents(
    guilds=True, guild_messages=True, message_content=True, guild_reactions=True
)


class Listener(discord.Client):
    """Keeps no messages and no members; `archived` are threads that only Rounds knows."""

    def __init__(self, archived: dict[int, int] | None = None) -> None:
        super().__init__(
            intents=INTENTS,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self._connection.guild_ready_timeout = 0.05  # two seconds for nothing, with one guild
        self.archived = archived or {}
        self.signals: list[Heard] = []
        self.messages: list[discord.Message] = []

    @property
    def reader(self) -> Reader:
        assert self.user is not None
        return Reader(self.user.id, self.parent_of)

    def parent_of(self, channel: int) -> int | None:
        found = self.get_channel(channel)
        parent = found.parent_id if isinstance(found, discord.Thread) else None
        return parent or self.archived.get(channel)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        super().dispatch(event, *args, **kwargs)
        if event in ("message", "raw_message_edit"):
            message = args[0] if event == "message" else args[0].message
            self.messages.append(message)
            self.signals += self.reader.speech(message)
        elif event in ("raw_message_delete", "raw_bulk_message_delete"):
            self.signals += self.reader.deleted(args[0], NOW)
        elif event in ("raw_reaction_add", "raw_reaction_remove"):
            self._keep(self.reader.reacted(args[0], NOW))
        elif event in ("raw_reaction_clear", "raw_reaction_clear_emoji"):
            self._keep(self.reader.cleared(args[0], NOW))

    def _keep(self, signal: Reacted | ReactionsCleared | None) -> None:
        if signal is not None:
            self.signals.append(signal)

    def feed(self, dispatches: Iterable[Dispatch]) -> None:
        """Hand over payloads as the gateway does, one after the other."""
        for dispatch in dispatches:
            self._connection.parsers[dispatch.name](copy.deepcopy(dispatch.data))


class Offline:
    """A Discord without wires: what happens in `world` comes to `listener` when it is asked."""

    def __init__(self, world: World | None = None) -> None:
        self.dispatches: list[Dispatch] = []
        self.world = world or World()
        told = self.world.tell

        def tell(dispatch: Dispatch) -> None:
            told(dispatch)
            self.dispatches.append(dispatch)

        self.world.tell = tell
        self.listener = Listener()
        state = self.listener._connection
        state.user = discord.ClientUser(state=state, data=self.world.bot.payload())  # type: ignore[arg-type]
        self.guild = self.world.guild("Urology")
        self.channel = self.guild.channel("journal-club")
        self.hear()

    @property
    def told(self) -> list[Dispatch]:
        """The payloads about messages and reactions that are not yet handed over."""
        return [one for one in self.dispatches if one.name.startswith("MESSAGE_")]

    def hear(self) -> list[Heard]:
        """Return the signals of what happened since the last time."""
        dispatches, self.dispatches[:] = [*self.dispatches], []
        before = len(self.listener.signals)
        self.listener.feed(dispatches)
        return self.listener.signals[before:]

    def said(self) -> Said:
        """Return the one thing that was said since the last time."""
        (signal,) = self.hear()
        assert isinstance(signal, Said)
        return signal


@contextlib.asynccontextmanager
async def listening(server: Server) -> AsyncIterator[Listener]:
    """Give a listener that is connected."""
    with pointed_at(server):
        listener = Listener()
        running = asyncio.create_task(listener.start(server.world.application.token))
        try:
            await server.until(lambda: running.done() or listener.is_ready())
            yield listener
        finally:
            await listener.close()
            await asyncio.gather(running, return_exceptions=True)
