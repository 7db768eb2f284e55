"""A chat as a script, without store or platform: what is decided, what is posted, when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.engine import signals, wording
from bot.engine.actions import Action, Post
from bot.engine.agenda import Agenda, Room, Topic
from bot.engine.chat import decide, react, wake_at
from bot.engine.commands import parse, parse_duration
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.fold import apply, fold
from bot.engine.people import Person
from bot.engine.signals import Signal
from bot.engine.state import Chat

ROOM = Room("local", "urojc")
OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
HENRY = Person("local", "henry", "Henry")
ANN = Person("local", "ann", "Ann")


def agenda(
    *after: str, window: str = "48h", rooms: tuple[Room, ...] = (ROOM,), **fields: object
) -> Agenda:
    """Return an agenda with a topic for each of these times after the opening."""
    given: dict[str, object] = {
        "title": "Urology Journal Club",
        "zone": "Australia/Sydney",
        "window": parse_duration(window),
        "rooms": rooms,
        "topics": tuple(
            Topic(f"Question {n}?", parse_duration(time)) for n, time in enumerate(after, 1)
        ),
        "moderators": {"local": ("henry",)},
        "reminders": (),
    }
    return Agenda(**(given | fields))  # type: ignore[arg-type]


class Script:
    """Drives one chat; `now` moves by `after` and `sleeps_until`."""

    def __init__(self, plan: Agenda, planned: str = "24h") -> None:
        self.now = OPENS - parse_duration(planned)
        self.log: list[Event] = []
        self.actions: list[Action] = []
        self.chat: Chat | None = None
        self.take(signals.DateCame(self.now, "urojc-2026-12-07", "urojc", plan, OPENS))

    def take(self, signal: Signal) -> list[Event]:
        happened = decide(self.chat, signal)
        for event in happened:
            self.log.append(event)
            self.chat = apply(self.chat, event) if self.chat else fold([event])
            self.actions += react(self.chat, event)
        assert self.chat == fold(self.log), "a chat is the fold of its log"
        return happened

    @property
    def it(self) -> Chat:
        assert self.chat is not None
        return self.chat

    def sleeps(self, span: str) -> list[Event]:
        """Let time pass without anybody there to wake the chat; then wake it."""
        self.now += parse_duration(span)
        return self.take(signals.Woke(self.now))

    def passes(self, span: str) -> list[Event]:
        """Let time pass with an alarm that wakes the chat at each of its moments."""
        end = self.now + parse_duration(span)
        happened: list[Event] = []
        while (moment := wake_at(self.it)) is not None and moment <= end:
            self.now = max(self.now, moment)
            woken = self.take(signals.Woke(self.now))
            happened += woken
            if not woken:
                break
        self.now = end
        return happened

    def asks(self, command: str, by: Person = HENRY, after: str = "0m") -> list[Event]:
        self.now += parse_duration(after)
        return self.take(signals.Asked(self.now, ROOM, by, parse(command)[1]))

    def is_refused(self, command: str, by: Person = HENRY) -> str:
        try:
            self.asks(command, by)
        except Refused as refusal:
            return str(refusal)
        raise AssertionError(f"/chat {command} was not refused")

    def posted(self) -> list[str]:
        """Take the posts so far, times in UTC."""
        posts = [wording.plain(a.words) for a in self.actions if isinstance(a, Post)]
        self.actions = []
        return posts

    def opened(self) -> list[tuple[int, timedelta]]:
        """Return which topics were opened how long after the opening's moment."""
        return [(t.number, t.opened_at - OPENS) for t in self.it.topics if t.opened_at]

    def hours(self) -> list[tuple[int, float]]:
        return [(number, span.total_seconds() / 3600) for number, span in self.opened()]

    def minutes(self) -> list[tuple[int, float]]:
        return [(number, span.total_seconds() / 60) for number, span in self.opened()]
