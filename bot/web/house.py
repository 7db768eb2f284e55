"""What the pages need of the house they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.engine.actions import Words
from bot.engine.agenda import Room, Series, agendas_of
from bot.engine.people import Person, Role, role_in
from bot.engine.showing import Audience
from bot.intake.runner import Runner, Store
from bot.web.access import Access
from bot.web.passes import Organizer


class Reply(Protocol):
    """What the person who asked is told, alone."""

    @property
    def words(self) -> Words:
        """The answer."""
        ...

    @property
    def chat(self) -> str:
        """The chat it is about, or empty."""
        ...

    @property
    def transcript(self) -> str:
        """A format in which the chat's transcript is handed out, or empty."""
        ...

    @property
    def edition(self) -> Audience:
        """For whom that transcript is."""
        ...


class Desk(Protocol):
    """Where commands are answered."""

    async def ask(self, text: str, by: Person, room: Room, now: datetime) -> Reply:
        """Do what `text` (what follows `/chat`) asks for; raises Refused."""
        ...


def _unchanged(words: Words) -> Words:
    return words


@dataclass(frozen=True, slots=True)
class House:
    """What the site is built on. `catalogue` gives the series by name as they are now.

    `base_url` is the address under which people reach the site; cookies are kept to TLS where
    it begins with https. `link` makes addresses of places on other platforms.
    """

    runner: Runner
    store: Store
    desk: Desk
    access: Access
    catalogue: Callable[[], Mapping[str, Series]]
    clock: Callable[[], datetime]
    base_url: str
    link: Callable[[Words], Words] = _unchanged

    def held_in(self, room: Room) -> list[Series]:
        """Return the series that are held in a room."""
        return [one for one in self.catalogue().values() if room in one.agenda.rooms]

    def moderates_in(self, room: Room, person: Person) -> bool:
        """Say whether somebody moderates a series that is held in a room."""
        return any(role_in(one.agenda, person) is Role.MODERATOR for one in self.held_in(room))

    def moderators(self) -> set[str]:
        """Return the ids of everybody who moderates in a built-in room, on any date."""
        agendas = agendas_of(self.catalogue())
        return {name for agenda in agendas for name in agenda.moderators.get("local", ())}

    def knows(self, organizer: Organizer) -> bool:
        """Say whether somebody moderates a series, on any date."""
        return any(map(organizer.moderates, agendas_of(self.catalogue())))
