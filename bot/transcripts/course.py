"""The headings of a transcript, in the order in which a chat ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.engine.messages import Timing
from bot.engine.people import Role
from bot.engine.state import Chat, TopicState
from bot.store.codec import stamp
from bot.transcripts.build import Line

_NEVER, _FOREVER = -(2**62), 2**62


class Part(StrEnum):
    """What a heading opens."""

    BEFORE = "before"
    OPENING = "opening"
    TOPIC = "topic"
    AFTER = "after"


TITLES: Mapping[Part, str] = {
    Part.BEFORE: "Before the opening",
    Part.OPENING: "Opening",
    Part.AFTER: "After the close",
}
"""What stands over a part; over a topic's part stands its question."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The beginning of a part; `topic` is there for a topic's part."""

    part: Part
    topic: TopicState | None = None


class Course:
    """Says which headings come before a line.

    Lines are given in order; those that people say before `quiet_until` need not be given.
    """

    def __init__(self, chat: Chat) -> None:
        posted = [
            (stamp(topic.posted_at), topic.number, topic)
            for topic in chat.topics
            if topic.posted_at is not None
        ]
        self._coming = [(at, topic) for at, _, topic in sorted(posted, key=lambda p: p[:2])]
        self._posts = {
            f"{post.room}/{post.ref}": topic for topic in chat.topics for post in topic.posts
        }
        self._ends_at = stamp(chat.ends_at)
        self._begun = self._opened = self._ended = False
        self.current: str | None = None
        """The current topic as a line's `topics` would name it; None outside of topics."""
        self.quiet_until = _NEVER
        """Before this moment (a stamp) no heading comes before what people say."""

    def topic_of(self, key: str) -> TopicState | None:
        """Return the topic whose post is the message of this key."""
        return self._posts.get(key)

    def rest_of_post(self, line: Line) -> str:
        """Return a line's text; of a topic's post what follows the question, its heading."""
        topic = self._posts.get(line.key)
        if topic is None:
            return line.text
        return line.text.removeprefix(f"T{topic.number}: {topic.ask}").lstrip()

    def before(self, line: Line) -> list[Heading]:
        """Return the headings that come before a line."""
        headings = list(self._headings(line))
        if self._opened:
            coming = self._coming[0][0] if self._coming else _FOREVER
            self.quiet_until = coming if self._ended else min(coming, self._ends_at)
        return headings

    def rest(self) -> list[Heading]:
        """Return the topics after whose post nothing was said."""
        return [self._topic() for _ in range(len(self._coming))]

    def _headings(self, line: Line) -> Iterator[Heading]:
        if line.timing == Timing.EARLY:
            if not self._begun:
                self._begun = True
                yield Heading(Part.BEFORE)
            return
        if not self._opened:
            self._opened = True
            if line.key not in self._posts or self._begun:
                yield Heading(Part.OPENING)
        post = self._posts.get(line.key)
        until = line.at if line.role == Role.BOT else line.at + 1  # its opening words come first
        while self._coming and (
            self._coming[0][0] < until or any(topic is post for _, topic in self._coming)
        ):
            yield self._topic()
        if line.timing == Timing.LATE and not self._ended:
            self._ended, self.current = True, None
            yield Heading(Part.AFTER)

    def _topic(self) -> Heading:
        _, topic = self._coming.pop(0)
        if not self._ended:
            self.current = str(topic.number)
        return Heading(Part.TOPIC, topic)
