"""As whom moderators see the organizers' pages: who they are on their platform."""

from __future__ import annotations

from dataclasses import dataclass

from bot.engine.agenda import Agenda, Room
from bot.engine.people import Person, Role, asking_in, role_in
from bot.engine.rooms import platform_name
from bot.transcripts.characters import excerpt, undirected

LONGEST_NAME = 80
"""Characters of a display name; Slack's limit, Discord's is 32."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Who somebody is on their platform, as it said when they asked for a link.

    `room` is the one whose steward they were there, or None; then `person` is none.
    """

    person: Person
    room: Room | None = None

    @classmethod
    def of(cls, person: Person, room: Room) -> Pass:
        """Return the pass of somebody who asks in `room`."""
        return cls(person, room if person.steward else None)

    def moderates(self, agenda: Agenda) -> bool:
        """Say whether they moderate a chat of `agenda`."""
        by = self.person if self.room is None else asking_in(self.room, agenda, self.person)
        return role_in(agenda, by) is Role.MODERATOR

    @property
    def is_own(self) -> bool:
        """Whether it is one of the built-in rooms, where agendas know moderators by name."""
        return self.person.platform == "local"

    @property
    def is_lent(self) -> bool:
        """Whether it rests on what the platform may take away: a role there, or a right."""
        return bool(self.person.badges) or self.room is not None

    @property
    def name(self) -> str:
        """What the pages call them: `henry`, `Ann Lee (Discord)`."""
        where = "" if self.is_own else f" ({platform_name(self.person.platform)})"
        return f"{self.plain_name}{where}"

    @property
    def plain_name(self) -> str:
        """Their display name in one line that turns nothing around; else their id."""
        return excerpt(undirected(self.person.name), LONGEST_NAME) or self.person.id


@dataclass(frozen=True, slots=True)
class Organizer:
    """Somebody who came in by links: of the built-in rooms, of another platform, or of both."""

    passes: tuple[Pass, ...]

    def moderates(self, agenda: Agenda) -> bool:
        """Say whether they moderate a chat of `agenda`, by any of their passes."""
        return any(one.moderates(agenda) for one in self.passes)

    @property
    def name(self) -> str:
        """What the pages call them: `henry and Ann Lee (Discord)`."""
        return " and ".join(one.name for one in self.passes)
