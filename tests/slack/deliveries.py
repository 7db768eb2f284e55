"""What is brought to the app, and brought again until it is acknowledged (Events API)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from tests.slack.basics import JSON
from tests.slack.events import Occurrence, callback

if TYPE_CHECKING:
    from tests.slack.world import Workspace

Kind = Literal["events_api", "slash_commands", "interactive"]
RETRIES = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""When an event is brought again, counted from the failure before."""
FIRST = 3.0
"""Seconds in which the app has to acknowledge, on the real clock."""


@dataclass(eq=False)
class Delivery:
    """Something for the app: an event, a command or an interaction, and what became of it."""

    kind: Kind
    payload: JSON
    heard: Callable[[object], None] = lambda answer: None
    """Called with what the acknowledgement carries, None or JSON."""
    missed: Callable[[str], None] = lambda reason: None
    """Called with why it is given up."""
    attempt: int = 0
    """0 when it is brought first, 1 to 3 when it is brought again."""
    reason: str = ""
    """Why it is brought again: "timeout", "http_error" ..."""
    acknowledged: bool = False
    failures: list[str] = field(default_factory=list)
    failed: set[int] = field(default_factory=set)
    """The attempts that failed; one may be seen to fail twice, by its time and its connection."""

    @property
    def name(self) -> str:
        """The event's type, with its subtype after a dot; or the kind."""
        event = self.payload.get("event")
        if event is None:
            return self.kind
        return ".".join(filter(None, (event["type"], event.get("subtype"))))

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))


class Transport(Protocol):
    """A way to the app: Socket Mode, or signed requests."""

    def bring(self, delivery: Delivery) -> bool:
        """Send it off; False if nobody is there to take it."""
        ...


class Deliveries:
    """Everything on its way to the app, and the faults of this way as plain methods."""

    def __init__(self, world: Workspace) -> None:
        self.world = world
        world.tell, world.send = self.tell, self.send
        self.sockets: Transport
        self.signed: Transport
        self.all: list[Delivery] = []
        """Everything that was to be delivered, in order; each once, however often it was sent."""
        self.lost: list[Delivery] = []
        """Events that were given up after four deliveries."""
        self.seconds = FIRST
        """How long an acknowledgement may take; a test may shorten it."""
        self.held: list[Delivery] | None = None
        self._holds: Callable[[Delivery], bool] = lambda delivery: True
        self._twice: list[str] = []
        self._waiting: list[tuple[datetime, Delivery]] = []

    # ------------------------------------------------------------ faults

    def twice(self, name: str) -> None:
        """Deliver the next event of this name twice, as `message` or `message.message_changed`."""
        self._twice.append(name)

    def hold(self, *names: str) -> None:
        """Keep back until `release` what has one of these names, everything if none is given."""
        self.held = []
        self._holds = lambda delivery: not names or delivery.name in names

    def release(self, order: Callable[[list[Delivery]], Iterable[Delivery]] = list) -> None:
        """Deliver what was held back, in the order that `order` makes of it: `reversed`, say."""
        held, self.held = self.held or [], None
        for delivery in order(held):
            self._bring(delivery)

    def named(self, name: str) -> list[Delivery]:
        """Return the deliveries of this name, as `message` or `message.message_changed`."""
        return [one for one in self.all if one.name == name]

    @property
    def waiting(self) -> Sequence[Delivery]:
        """What will be brought again when its time has come."""
        return [delivery for _, delivery in self._waiting]

    def redeliver(self) -> None:
        """Bring again at once whatever waits for its time."""
        due, self._waiting = self._waiting, []
        for _, delivery in due:
            self._again(delivery)

    def again(self, delivery: Delivery, reason: str = "timeout") -> None:
        """Bring once more what was acknowledged already: Slack did not see the acknowledgement."""
        delivery.acknowledged = False
        delivery.reason = reason
        self._again(delivery)

    # ------------------------------------------------------------ the way

    def tell(self, occurrence: Occurrence) -> None:
        """Bring an event to the app, if it is subscribed to it and has the scope."""
        application = self.world.application
        if application.revoked:
            return
        if occurrence.scopes and application.scopes.isdisjoint(occurrence.scopes):
            return
        if occurrence.names and not application.subscribed(*occurrence.names):
            return
        self.send(Delivery("events_api", callback(self.world, occurrence.event)))

    def send(self, delivery: Delivery) -> None:
        """Bring something to the app for the first time."""
        self.all.append(delivery)
        if self.held is not None and self._holds(delivery):
            self.held.append(delivery)
            return
        self._bring(delivery)
        if delivery.name in self._twice:
            self._twice.remove(delivery.name)
            self._bring(delivery)

    def acknowledge(self, delivery: Delivery, answer: object) -> None:
        """Take the app's acknowledgement."""
        first, delivery.acknowledged = not delivery.acknowledged, True
        self._waiting = [one for one in self._waiting if one[1] is not delivery]
        if first:
            delivery.heard(answer)

    def fail(self, delivery: Delivery, attempt: int, reason: str) -> None:
        """Note that a delivery was not acknowledged; an event is brought again."""
        if delivery.acknowledged or attempt in delivery.failed:
            return
        delivery.failed.add(attempt)
        delivery.failures.append(reason)
        delivery.reason = reason
        if delivery.kind != "events_api":
            delivery.missed(reason)
        elif delivery.attempt == len(RETRIES):
            self.lost.append(delivery)
        elif RETRIES[delivery.attempt]:
            self._waiting.append((self.world.now() + RETRIES[delivery.attempt], delivery))
        else:
            self._again(delivery)

    def give_up(self, delivery: Delivery, reason: str) -> None:
        """Bring an event no more."""
        delivery.failures.append(reason)
        delivery.attempt = len(RETRIES) + 1
        self.lost.append(delivery)

    def _again(self, delivery: Delivery) -> None:
        delivery.attempt += 1
        self._bring(delivery)

    def _bring(self, delivery: Delivery) -> None:
        socket_mode = self.world.application.socket_mode
        attempt = delivery.attempt
        transport = self.sockets if socket_mode else self.signed
        if not transport.bring(delivery):
            self.fail(delivery, attempt, "no_socket" if socket_mode else "connection_failed")
            return
        loop = asyncio.get_running_loop()
        reason = "timeout" if socket_mode else "http_timeout"
        loop.call_later(self.seconds, self.fail, delivery, attempt, reason)

    async def watch(self) -> None:
        """Bring again what is due by the world's clock, for ever."""
        while True:
            now = self.world.now()
            due = [delivery for at, delivery in self._waiting if at <= now]
            self._waiting = [one for one in self._waiting if one[0] > now]
            for delivery in due:
                self._again(delivery)
            await asyncio.sleep(0.02)
