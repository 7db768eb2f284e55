"""A wire between a store and its server that is cut at a commit, before it or after it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from bot.store.address import Address

COMMIT = b"COMMIT\x00"
"""What a client sends to end a transaction (protocol, "Simple Query")."""


class Wire:
    """Carries everything between them; the next commit is cut where `cuts` says so."""

    def __init__(self, address: Address) -> None:
        host, _, name = address.text.rpartition("@")[2].partition("/")
        self._to = (host.partition(":")[0], int(host.partition(":")[2]))
        self._user, self._name = address.text.rpartition("@")[0], name
        self.port = 0
        self.cuts = ""  # "before" or "after" the next commit; empty: nowhere

    @property
    def address(self) -> Address:
        """Where the same database is reached by this wire."""
        return Address(f"{self._user}@127.0.0.1:{self.port}/{self._name}?sslmode=disable")

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, until it is cut or ends."""
        there, back = await asyncio.open_connection(*self._to)
        answers = asyncio.create_task(_pass_on(there, writer))
        try:
            while data := await reader.read(65_536):
                cut = self.cuts if data.endswith(COMMIT) else ""
                if cut:
                    self.cuts = ""
                    answers.cancel()  # whatever comes now is lost
                if cut != "before":
                    back.write(data)
                    await back.drain()
                if cut == "after":
                    await there.read(65_536)  # it was done
                if cut:
                    break
        except ConnectionError:
            pass
        finally:
            answers.cancel()
            for end in (writer, back):
                end.close()
                with contextlib.suppress(ConnectionError):
                    await end.wait_closed()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def wire(address: Address) -> AsyncIterator[Wire]:
    """Lay a wire to a database for a block."""
    laid = Wire(address)
    async with await asyncio.start_server(laid.carry, "127.0.0.1", 0) as server:
        laid.port = server.sockets[0].getsockname()[1]
        yield laid
        server.close()
        await asyncio.sleep(0.05)  # connections that were closed end
