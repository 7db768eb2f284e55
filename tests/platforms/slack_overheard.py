"""A Slack without wires: what happens in a workspace comes as payloads to whoever asks for it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

from bot.engine.agenda import Room
from bot.engine.people import Person, Role
from bot.engine.signals import Deleted, Edited, Reacted, Said
from bot.platforms.slack.signals import Known, Reader
from tests.slack.basics import JSON
from tests.slack.events import Occurrence
from tests.slack.world import Workspace

Heard = Said | Edited | Deleted | Reacted

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
"""When a history is read."""


class Overheard:
    """A workspace with a channel; `events` are those that nobody has asked for yet."""

    def __init__(self, world: Workspace | None = None) -> None:
        self.world = world or Workspace()
        self.world.set(datetime(2026, 12, 7, 1, 2, 3, 456789, tzinfo=UTC))
        self.ann = self.world.user("Ann Lee", display_name="Ann")
        self.channel = self.world.channel("journal-club", members=[self.ann])
        self.room = Room("slack", self.channel.id)
        self.reader = Reader(self.world.bot.id, self.world.bot.bot_id)
        self.events: list[JSON] = []
        self._bring = self.world.tell
        self.world.tell = self._keep

    def _keep(self, occurrence: Occurrence) -> None:
        self.events.append(copy.deepcopy(occurrence.event))
        self._bring(occurrence)

    def known(self, event: JSON) -> Known:
        """Return whom an event needs to be known, with their names as the workspace has them."""
        wanted = self.reader.wanted(event)
        users, channels = self.world.users, self.world.channels
        groups = {one.id: one.handle for one in self.world.groups.values()}
        called = {one.id: one.display_name or one.name for one in users.values()}
        called |= {one.id: one.name for one in channels.values()} | groups
        bots = {one.id for one in users.values() if one.bot}
        people = {
            one: Person("slack", one, called.get(one, one), role=Role.BOT if one in bots else None)
            for one in wanted.people
        }
        names = {one: called[one] for one in wanted.named | wanted.people if one in called}
        return Known(people, names)

    def read(self, event: JSON) -> tuple[Heard, ...]:
        """Return the signals of an event."""
        return self.reader.signals(event, self.known(event))

    def hear(self) -> list[Heard]:
        """Return the signals of what happened since the last time."""
        events, self.events[:] = [*self.events], []
        return [signal for event in events for signal in self.read(event)]

    def said(self) -> Said:
        """Return the one thing that was said since the last time."""
        (signal,) = self.hear()
        assert isinstance(signal, Said)
        return signal

    def told(self, **fields: object) -> tuple[Heard, ...]:
        """Return the signals of a message that Slack tells so, with these fields besides."""
        usual = {
            "type": "message",
            "channel": self.channel.id,
            "channel_type": "channel",
            "user": self.ann.id,
            "text": "hello",
            "ts": "1355517523.000005",
            "event_ts": "1355517523.000005",
        }
        return self.read(usual | fields)
