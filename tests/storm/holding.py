"""What must hold of what is held back: what a patient could be known by, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.engine.events import Event
from bot.engine.measures import Measure
from bot.engine.messages import Hold, Message
from bot.engine.people import Role
from tests.storm.chats import Held
from tests.storm.findings import Finding
from tests.storm.talk import KNOWN_BY
from tests.storm.turns import floods


def of_the_holding(
    held: Held, log: Sequence[Event], messages: Mapping[str, Message]
) -> Iterator[Finding]:
    """Nobody spoke so much that a rule could see it, so that no rule did; the guard saw all."""
    spoke: dict[str, list[datetime]] = defaultdict(list)
    for message in messages.values():
        if message.room != held.room or message.role is Role.BOT or not message.said:
            continue
        spoke[message.author].append(message.at)
        is_private = KNOWN_BY in message.text and not message.withdrawn
        expected = Hold.PRIVACY if is_private else Hold.NONE
        if message.held is not expected:
            what = f"is held for {message.held or 'nothing'} in place of {expected or 'nothing'}"
            yield Finding("other", f"message {message.id} of {held.id} {what}", message.at)
    for times in spoke.values():
        if (at := floods(times)) is not None:
            what = f"somebody in {held.id} says more than the storm lets people say"
            yield Finding("other", what, at)
    for event in log:
        if isinstance(event, Measure):
            what = f"a rule of conduct was applied in {held.id}: {type(event).__name__}"
            yield Finding("other", what, event.at)
