"""A server on the loopback that can be out of reach, and come back at its address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web


class Loopback:
    """Listens on a free port of 127.0.0.1; `stopped` is set when it will listen no more."""

    def __init__(self) -> None:
        self.port = 0
        self.stopped = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def found_at(self, address: str) -> None:
        """Take note of the address."""
        raise NotImplementedError

    def drop_lines(self) -> None:
        """Cut the connections that stay open."""
        raise NotImplementedError

    async def open(self, app: web.Application) -> None:
        """Listen."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await self.recover()

    async def shut(self) -> None:
        """Cut all connections and listen no more."""
        self.stopped.set()
        self._cut_all()
        if self._runner is not None:
            await self._runner.cleanup()

    async def outage(self) -> None:
        """Refuse all connections, and cut those that are open, until `recover`."""
        assert self._site is not None
        await self._site.stop()
        self._cut_all()
        await asyncio.sleep(0)

    async def recover(self) -> None:
        """Listen again at the same address."""
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]
        self.found_at(self.address)

    def _cut_all(self) -> None:
        self.drop_lines()
        if self._runner is not None and self._runner.server is not None:
            for connection in self._runner.server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

    async def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        """Wait until something is so; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  anything may be the condition
                await asyncio.sleep(0.005)
