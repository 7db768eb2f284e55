"""The gateway: sessions over WebSocket, and what each of them is told (events/gateway)."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.discord.basics import JSON, Dispatch
from tests.discord.rules import Permission

if TYPE_CHECKING:
    from tests.discord.world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 0, 1, 2, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11

GUILDS, MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS = 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS = 1 << 12, 1 << 13
MESSAGE_CONTENT, SCHEDULED_EVENTS = 1 << 15, 1 << 16

AVAILABLE: JSON = {"unavailable": False}
"""Marks a guild that the bot was in before; one that it has just joined has no mark."""
KEPT = 20_000
"""How many events of a session are kept for a RESUME."""


def intent_of(dispatch: Dispatch) -> int:
    """Return the intent without which a session does not get an event; 0 if it always does."""
    name = dispatch.name
    if name == "INTERACTION_CREATE" or dispatch.about_bot:
        return 0
    if name.startswith("MESSAGE_REACTION"):
        return DIRECT_REACTIONS if dispatch.guild is None else GUILD_REACTIONS
    if name.startswith("MESSAGE"):
        return DIRECT_MESSAGES if dispatch.guild is None else GUILD_MESSAGES
    if name.startswith("GUILD_MEMBER") or name == "THREAD_MEMBERS_UPDATE":
        return MEMBERS
    if name.startswith("GUILD_SCHEDULED_EVENT"):
        return SCHEDULED_EVENTS
    return GUILDS


class Session:
    """What Discord remembers of a bot that has identified, with or without a connection."""

    def __init__(self, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.sequence = 0
        self.kept: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self.line: Line | None = None

    def tell(self, name: str, data: str) -> None:
        """Number an event, keep it, and send it if there is a connection."""
        self.sequence += 1
        frame = f'{{"op":0,"t":"{name}","s":{self.sequence},"d":{data}}}'
        self.kept.append((self.sequence, frame))
        if self.line is not None:
            self.line.send(frame)

    def since(self, sequence: int) -> list[str] | None:
        """Return the events after `sequence`; None if they are no longer all there."""
        if self.sequence - sequence > len(self.kept):
            return None
        return [frame for number, frame in self.kept if number > sequence]


class Line:
    """One connection: frames leave it in the order in which they were sent."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.socket = socket
        self.transport = transport
        self._frames: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: str) -> None:
        self._frames.put_nowait(frame)

    def send_op(self, op: int, data: object = None) -> None:
        self.send(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def pump(self) -> None:
        """Send what there is until the connection is gone."""
        while True:
            frame = await self._frames.get()
            await self.socket.send_str(frame)


class Gateway:
    """All sessions, and the faults of this side as plain methods."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.tell = self.tell
        self.sessions: dict[str, Session] = {}
        self.lines: set[Line] = set()
        self.identifies = 0
        self.resumes = 0
        self.heartbeat_interval = 41_250
        """Milliseconds, as HELLO tells them."""
        self.acknowledges = True
        """False lets heartbeats go unanswered."""
        self.is_shut = False
        """True turns away whoever wants to connect, with HTTP 503."""
        self.held: list[Dispatch] | None = None
        self._holds: Callable[[Dispatch], bool] = lambda dispatch: True
        self._twice: list[str] = []

    # ------------------------------------------------------------ faults

    def drop(self) -> None:
        """Cut every connection without a word; the sessions can be resumed."""
        for line in list(self.lines):
            line.transport.abort()

    async def close(self, code: int) -> None:
        """Close every connection with a code, such as 4000 or 1001."""
        for line in list(self.lines):
            await line.socket.close(code=code)

    def ask_to_reconnect(self) -> None:
        """Send op 7 over every connection."""
        for line in self.lines:
            line.send_op(RECONNECT)

    def lose_sessions(self) -> None:
        """Forget all sessions and cut the connections: a RESUME is answered with op 9 false."""
        self.sessions.clear()
        self.drop()

    def twice(self, name: str) -> None:
        """Deliver the next event of this name twice."""
        self._twice.append(name)

    def hold(self, *names: str) -> None:
        """Keep events back until `release`: those of these names, all if none is given."""
        self.held = []
        self._holds = lambda dispatch: not names or dispatch.name in names

    def release(self, order: Callable[[list[Dispatch]], Iterable[Dispatch]] = list) -> None:
        """Deliver what was held back, in the order that `order` makes of it: `reversed`, say."""
        held, self.held = self.held or [], None
        for dispatch in order(held):
            self.tell(dispatch)

    # ------------------------------------------------------------ events

    def tell(self, dispatch: Dispatch) -> None:
        """Send an event to every session that may have it."""
        if self.held is not None and self._holds(dispatch):
            self.held.append(dispatch)
            return
        if not self._concerns_bot(dispatch):
            return
        times = 1
        if dispatch.name in self._twice:
            self._twice.remove(dispatch.name)
            times = 2
        intent, words, wordless = intent_of(dispatch), "", ""
        for session in self.sessions.values():
            if intent and not session.intents & intent:
                continue
            if dispatch.wordless is not None and not session.intents & MESSAGE_CONTENT:
                wordless = data = wordless or _text(dispatch.wordless())
            else:
                words = data = words or _text(dispatch.data)
            for _ in range(times):
                session.tell(dispatch.name, data)

    def _concerns_bot(self, dispatch: Dispatch) -> bool:
        """Tell whether the bot is in the guild, and may view the place, of an event."""
        bot, guild, place = self.world.bot, dispatch.guild, dispatch.place
        if guild is not None and bot.id not in guild.members:
            return dispatch.name == "GUILD_DELETE"
        return place is None or bool(place.permissions(bot) & Permission.VIEW_CHANNEL)

    # ------------------------------------------------------------ connections

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection from HELLO to its end."""
        if self.is_shut:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=15 * 1024)
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        line = Line(socket, request.transport)
        self.lines.add(line)
        pump = asyncio.create_task(line.pump())
        line.send_op(HELLO, {"heartbeat_interval": self.heartbeat_interval})
        session: Session | None = None
        try:
            while (frame := await socket.receive()).type is WSMsgType.TEXT:
                session = await self._hear(line, json.loads(frame.data), session)
        finally:
            self.lines.discard(line)
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
            if session is not None and session.line is line:
                session.line = None
        if session is not None and frame.type is WSMsgType.CLOSE and frame.data in (1000, 1001):
            self.sessions.pop(session.id, None)  # the bot says that it is over
        return socket

    async def _hear(self, line: Line, frame: JSON, session: Session | None) -> Session | None:
        op, data = frame["op"], frame["d"]
        if op == HEARTBEAT:
            if self.acknowledges:
                line.send_op(HEARTBEAT_ACK)
        elif op == IDENTIFY:
            return await self._identify(line, data)
        elif op == RESUME:
            return await self._resume(line, data)
        elif op == REQUEST_MEMBERS and session is not None:
            self._send_members(session, data)
        return session

    async def _identify(self, line: Line, data: JSON) -> Session | None:
        self.identifies += 1
        application = self.world.application
        if data["token"] != application.token:
            await line.socket.close(code=4004, message=b"Authentication failed.")
            return None
        granted = (
            (MEMBERS, application.members),
            (PRESENCES, application.presences),
            (MESSAGE_CONTENT, application.message_content),
        )
        if any(data["intents"] & intent and not given for intent, given in granted):
            await line.socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        session = Session(data["intents"])
        self.sessions[session.id] = session
        session.line = line
        guilds = [one for one in self.world.guilds.values() if self.world.bot.id in one.members]
        ready = {
            "v": 10,
            "user": self.world.bot.payload() | {"verified": True, "mfa_enabled": True},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.address,
            "session_type": "normal",
            "private_channels": [],
            "relationships": [],
            "application": {"id": str(application.id), "flags": application.flags},
        }
        session.tell("READY", _text(ready))
        if session.intents & GUILDS:
            for guild in guilds:
                session.tell("GUILD_CREATE", _text(guild.gateway_payload() | AVAILABLE))
        return session

    async def _resume(self, line: Line, data: JSON) -> Session | None:
        self.resumes += 1
        if data["token"] != self.world.application.token:
            await line.socket.close(code=4004, message=b"Authentication failed.")
            return None
        session = self.sessions.get(data["session_id"])
        missed = session.since(data["seq"] or 0) if session else None
        if session is None or missed is None:
            line.send_op(INVALID_SESSION, data=False)
            return None
        if session.line is not None:
            session.line.transport.abort()
        for frame in missed:
            line.send(frame)
        session.line = line
        session.tell("RESUMED", "{}")
        return session

    def _send_members(self, session: Session, data: JSON) -> None:
        guild = self.world.find_guild(int(data["guild_id"]))
        asked = data.get("user_ids") or []
        wanted = {int(one) for one in (asked if isinstance(asked, list) else [asked])}
        start = (data.get("query") or "").lower()
        found = [
            member.payload()
            for member in guild.members.values()
            if (member.id in wanted if wanted else member.name.lower().startswith(start))
        ]
        chunk = {
            "guild_id": str(guild.id),
            "members": found[: data.get("limit") or None],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(one) for one in wanted if one not in guild.members],
            "nonce": data.get("nonce"),
        }
        session.tell("GUILD_MEMBERS_CHUNK", _text(chunk))

    @property
    def address(self) -> str:
        return self.world.address.replace("http", "ws", 1) + "/gateway"


def _text(data: JSON) -> str:
    return json.dumps(data, separators=(",", ":"))
