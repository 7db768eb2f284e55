"""Socket Mode: the connections of the app, and what each of them is sent."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.slack.basics import JSON, Refusal
from tests.slack.deliveries import Deliveries, Delivery

if TYPE_CHECKING:
    from tests.slack.world import Workspace

MOST = 10
"""Connections of one app at the same time."""


class Line:
    """One connection: frames leave it in the order in which they were sent."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.socket = socket
        self.transport = transport
        self.deaf = False
        """Takes everything in and sends nothing more, events least of all."""
        self.pongs = True
        self.retiring = False
        """Was told to disconnect; nothing new is sent over it."""
        self.outstanding: dict[str, tuple[Delivery, int]] = {}
        self._frames: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: JSON) -> None:
        if not self.deaf:
            self._frames.put_nowait(json.dumps(frame, separators=(",", ":")))

    async def pump(self) -> None:
        """Send what there is until the connection is gone."""
        while True:
            frame = await self._frames.get()
            await self.socket.send_str(frame)


class Sockets:
    """All connections, and the faults of this side as plain methods."""

    def __init__(self, deliveries: Deliveries) -> None:
        self.deliveries = deliveries
        deliveries.sockets = self
        self.lines: list[Line] = []
        self.tickets: set[str] = set()
        self.opened = 0
        """How many connections there have been."""
        self.pings = 0
        """How many pings the app has sent."""
        self.acknowledgements: list[str] = []
        """The envelope ids that were acknowledged, as they came in."""
        self._turn = 0

    @property
    def world(self) -> Workspace:
        return self.deliveries.world

    # ------------------------------------------------------------ faults

    def drop(self) -> None:
        """Cut every connection without a word."""
        for line in list(self.lines):
            line.transport.abort()

    def deafen(self, *, pongs: bool = True) -> None:
        """Let the connections that are open be dead: they stay open and bring nothing more.

        `pongs=False` lets them leave pings unanswered too.
        """
        for line in self.lines:
            line.deaf, line.pongs = True, pongs

    def ask_to_disconnect(self, reason: str = "refresh_requested") -> None:
        """Send `disconnect` over every connection; after a "warning" it is used on for a while."""
        for line in list(self.lines):
            host = "applink-loopback"
            line.send({"type": "disconnect", "reason": reason, "debug_info": {"host": host}})
            line.retiring = reason != "warning"

    async def close(self, code: int = 1000) -> None:
        """Close every connection in order."""
        for line in list(self.lines):
            await line.socket.close(code=code)

    # ------------------------------------------------------------ connections

    def ticket(self) -> str:
        """Return an address for one connection (apps.connections.open)."""
        ticket = secrets.token_hex(16)
        self.tickets.add(ticket)
        address = self.world.address.replace("http", "ws", 1)
        return f"{address}/link/?ticket={ticket}&app_id={self.world.application.id}"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection from `hello` to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=404)
        self.tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.lines) >= MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        assert isinstance(request.transport, asyncio.Transport)
        line = Line(socket, request.transport)
        self.lines.append(line)
        self.opened += 1
        pump = asyncio.create_task(line.pump())
        line.send(self._hello())
        try:
            await self._listen(line)
        finally:
            self.lines.remove(line)
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
            for delivery, attempt in line.outstanding.values():
                self.deliveries.fail(delivery, attempt, "timeout")
        return socket

    def _hello(self) -> JSON:
        return {
            "type": "hello",
            "num_connections": len(self.lines),
            "debug_info": {
                "host": "applink-loopback",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self.world.application.id},
        }

    async def _listen(self, line: Line) -> None:
        async for frame in line.socket:
            if frame.type is WSMsgType.PING:
                self.pings += 1
                if line.pongs:
                    await line.socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                self._hear(line, json.loads(frame.data))

    def _hear(self, line: Line, frame: JSON) -> None:
        """Take an acknowledgement, over whichever connection it comes."""
        number = str(frame["envelope_id"])
        if line.deaf:
            return
        for one in self.lines:
            found = one.outstanding.pop(number, None)
            if found is not None:
                self.acknowledgements.append(number)
                self.deliveries.acknowledge(found[0], frame.get("payload"))

    def bring(self, delivery: Delivery) -> bool:
        """Send something over one of the connections, each in its turn."""
        lines = [line for line in self.lines if not line.retiring]
        if not lines:
            return False
        self._turn += 1
        line = lines[self._turn % len(lines)]
        number = str(uuid.uuid4())
        line.outstanding[number] = delivery, delivery.attempt
        envelope: JSON = {
            "envelope_id": number,
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            reason = delivery.reason if delivery.attempt else ""
            envelope |= {"retry_attempt": delivery.attempt, "retry_reason": reason}
        line.send(envelope)
        return True


def open_connection(sockets: Sockets) -> JSON:
    """Answer apps.connections.open."""
    if not sockets.world.application.socket_mode:
        raise Refusal("forbidden_team")
    return {"url": sockets.ticket()}
