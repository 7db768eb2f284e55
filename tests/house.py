"""A running house for tests: the real store in a file, the real runner, time moved by hand."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.desk.asking import WayIn
from bot.dispatch.outbox import Outbox
from bot.engine import commands
from bot.engine.agenda import Agenda, Reading, Room, Schedule, Series, Topic
from bot.engine.messages import Message, message_key
from bot.engine.people import Person
from bot.engine.signals import Asked, DateCame, Deleted, Edited, Reacted, Said, StartAsked
from bot.engine.state import Chat
from bot.intake.runner import Outcome, Runner, Store
from bot.intake.watch import PATIENTS_ALONE, Lookout
from bot.simulation import Simulation
from bot.store.opening import Where, opened
from bot.store.sqlite import SqliteStore

START = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
"""Where the clock of a house stands at first: Monday 7 December, 07:00 in Sydney."""

QUESTIONS = (
    "What question did the authors try to answer?",
    "Is the comparison group the right one?",
    "Would this change your practice?",
)


class Clock:
    """The house's only clock."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def __call__(self) -> datetime:
        return self._simulation.now

    def set(self, at: datetime) -> None:
        """Jump to `at`; what falls due on the way happens when the house is told."""
        self._simulation.now = at

    def advance(self, by: timedelta) -> None:
        """Jump forward."""
        self.set(self() + by)


class House:
    """What the composition root puts together, less the alarm and the pages."""

    def __init__(
        self,
        store: Store,
        series: Sequence[Series],
        now: datetime,
        lookout: Lookout = PATIENTS_ALONE,
    ) -> None:
        self.store = store
        self.series: dict[str, Series] = {one.name: one for one in series}
        self.simulation = Simulation(store, now, lookout)
        self.clock = Clock(self.simulation)
        self._ids = itertools.count(1)

    @property
    def disk(self) -> SqliteStore:
        """The store as a file, which can be closed and opened."""
        assert isinstance(self.store, SqliteStore)
        return self.store

    @property
    def runner(self) -> Runner:
        """The door of this house."""
        return self.simulation.runner

    @property
    def outbox(self) -> Outbox:
        """What delivers its posts."""
        return self.simulation.outbox

    def catalogue(self) -> Mapping[str, Series]:
        """Return the series by name, as the site asks for them."""
        return self.series

    # ------------------------------------------------------------ time

    async def live(self, by: timedelta = timedelta(0)) -> None:
        """Let time pass, doing on the way whatever falls due, and deliver the posts."""
        await self.simulation.advance(self.clock() + by)

    # ------------------------------------------------------------ chats

    async def plan(self, series: Series, opens_at: datetime) -> str:
        """Let a chat of `series` exist that opens then; return its id."""
        day = opens_at.astimezone(ZoneInfo(series.agenda.zone)).date()
        signal = DateCame(
            self.clock(), f"{series.name}-{day}", series.name, series.agenda_on(day), opens_at
        )
        outcome = await self.runner.handle(signal)
        assert outcome.chat is not None
        return outcome.chat.id

    async def start(self, series: Series, by: Person | None = None) -> str:
        """Open a chat of `series` now, with its opening and first topic posted; return its id."""
        by = by or moderator(series)
        now = self.clock()
        day = now.astimezone(ZoneInfo(series.agenda.zone)).date()
        signal = StartAsked(
            now, room_of(series), by, f"{series.name}-{day}", series.name, series.agenda_on(day)
        )
        outcome = await self.runner.handle(signal)
        assert outcome.chat is not None
        await self.live()
        return outcome.chat.id

    async def ask(self, text: str, by: Person, room: Room) -> Outcome:
        """Let somebody type a command that changes a chat, without its `/chat`."""
        _command, ask = commands.parse(text)
        outcome = await self.runner.handle(Asked(self.clock(), room, by, ask))
        await self.live()
        return outcome

    async def chat(self, chat: str) -> Chat:
        """Return a chat as the store has it."""
        async with self.store.reading() as tables:
            found = await tables.chat(chat)
        assert found is not None
        return found

    # ------------------------------------------------------------ talk

    async def say(
        self, room: Room, by: Person, text: str, *, message: str = "", reply_to: str | None = None
    ) -> str:
        """Let somebody say something now; return the message's id."""
        message = message or f"m{next(self._ids)}"
        await self.runner.handle(Said(self.clock(), room, message, by, text, reply_to=reply_to))
        return message

    async def edit(self, room: Room, message: str, text: str) -> None:
        """Give a message a new wording now."""
        await self.runner.handle(Edited(self.clock(), room, message, text))

    async def delete(self, room: Room, message: str) -> None:
        """Delete a message now."""
        await self.runner.handle(Deleted(self.clock(), room, message))

    async def put_emoji(
        self, room: Room, message: str, by: Person, emoji: str, *, removed: bool = False
    ) -> None:
        """Let somebody put an emoji to a message now, or take it back."""
        await self.runner.handle(Reacted(self.clock(), room, message, by, emoji, removed))

    async def message(self, room: Room, message: str) -> Message:
        """Return a message as the store has it."""
        async with self.store.reading() as tables:
            (found,) = await tables.messages([message_key(room, message)])
        return found


@contextlib.asynccontextmanager
async def house(
    home: Where, *series: Series, now: datetime = START, lookout: Lookout = PATIENTS_ALONE
) -> AsyncIterator[House]:
    """Run a house whose store is in a folder or a database; without series it has `urojc()`.

    `lookout` looks at what people write. A second house in the same place finds what the first one
    committed.
    """
    async with opened(store_in(home)) as store:
        found = House(store, series or (urojc(),), now, lookout)
        async with found.runner.running():
            yield found


def store_in(home: Where) -> Where:
    """Return where the store of a home is: in its folder, or in the database that it is."""
    return home / "rounds.db" if isinstance(home, Path) else home


def urojc(
    name: str = "urojc",
    *,
    moderators: tuple[str, ...] = ("henry",),
    window: timedelta = timedelta(hours=48),
    questions: Sequence[str] = QUESTIONS,
    apart: timedelta = timedelta(hours=6),
    keep_late: bool = False,
) -> Series:
    """Return a journal club in the room of its own name."""
    agenda = Agenda(
        title="International Urology Journal Club",
        zone="Australia/Sydney",
        window=window,
        rooms=(Room("local", name),),
        topics=tuple(Topic(ask, apart * n) for n, ask in enumerate(questions)),
        hashtag=f"#{name}",
        moderators={"local": moderators},
        welcome="Say who you are, where you work, and any conflict of interest.",
        reading=Reading(
            citation="Smith A, Jones B. Watchful waiting after partial nephrectomy. 2026.",
            doi="10.1016/j.eururo.2026.01.001",
            authors=("A Smith", "B Jones"),
        ),
        closing="Thank you. The transcript follows.",
        keep_late=keep_late,
    )
    return Series(name, agenda, Schedule())


def room_of(series: Series) -> Room:
    """Return the built-in room of a series."""
    return next(room for room in series.agenda.rooms if room.platform == "local")


def moderator(series: Series) -> Person:
    """Return the first moderator of a series, as the built-in room knows them."""
    name = series.agenda.moderators["local"][0]
    return Person("local", name, name)


def way_in(by: Person, _room: Room, _now: datetime) -> WayIn:
    """Return the link to pages that nobody serves."""
    return WayIn(f"https://pages.test/in/{by.id}", timedelta(days=7))


def person(name: str) -> Person:
    """Return a participant of the built-in room."""
    return Person("local", f"p-{name.lower()}", name)
