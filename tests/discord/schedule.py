"""Scheduled events of a guild (resources/guild-scheduled-event), as far as external ones go."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.discord.basics import JSON, User, iso
from tests.discord.rules import (
    Permission,
    Refusal,
    bad_form,
    measured,
    missing_permissions,
    too_long,
    unknown,
)

if TYPE_CHECKING:
    from tests.discord.guild import Guild

EXTERNAL = 3
SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
MOST = 100
"""How many may be scheduled or active in a guild at once."""


class Schedule:
    """The scheduled events of a guild. They start and end by the world's clock."""

    def __init__(self, guild: Guild) -> None:
        self.guild = guild
        self.events: dict[int, JSON] = {}

    def settle(self) -> None:
        """Start what has begun and take away what is over, as Discord does by itself."""
        now = self.guild.world.now()
        for event in list(self.events.values()):
            if event["status"] == SCHEDULED and _time(event, "scheduled_start_time") <= now:
                event["status"] = ACTIVE
                self._tell("UPDATE", event)
            if event["status"] == ACTIVE and _time(event, "scheduled_end_time") <= now:
                event["status"] = COMPLETED
                self._tell("UPDATE", event)
                del self.events[int(event["id"])]

    def payload(self) -> list[JSON]:
        self.settle()
        return list(self.events.values())

    def find(self, number: int) -> JSON:
        """Return one; raises 10070."""
        self.settle()
        try:
            return self.events[number]
        except KeyError:
            raise unknown("Guild Scheduled Event") from None

    def create(self, by: User, wanted: JSON) -> JSON:
        """Make one; raises 50013 without CREATE_EVENTS, 50035, 30038 beyond a hundred."""
        self._require(by, Permission.CREATE_EVENTS)
        if len(self.payload()) >= MOST:
            raise Refusal(400, 30038, "Maximum number of guild scheduled events reached (100)")
        number = self.guild.world.new_id()
        event: JSON = {
            "id": str(number),
            "guild_id": str(self.guild.id),
            "channel_id": None,
            "creator_id": str(by.id),
            "creator": by.payload(),
            "description": None,
            "image": None,
            "entity_id": None,
            "scheduled_end_time": None,
            "status": SCHEDULED,
            "recurrence_rule": None,
            "guild_scheduled_event_exceptions": [],
            "user_rsvp": None,
        }
        event |= wanted
        self._check(event)
        self.events[number] = event
        self._tell("CREATE", event)
        return event

    def change(self, by: User, number: int, wanted: JSON) -> JSON:
        """Change one; its own maker needs CREATE_EVENTS, others MANAGE_EVENTS."""
        event = self.find(number)
        self._may_change(by, event)
        status = wanted.get("status", event["status"])
        steps = {(SCHEDULED, ACTIVE), (ACTIVE, COMPLETED), (SCHEDULED, CANCELED)}
        if status != event["status"] and (event["status"], status) not in steps:
            raise bad_form("status", "Invalid Guild Scheduled Event status update")
        changed = event | wanted
        moved = changed["scheduled_start_time"] != event["scheduled_start_time"]
        self._check(changed, moved=moved)
        self.events[number] = changed
        self._tell("UPDATE", changed)
        if status in (COMPLETED, CANCELED):
            del self.events[number]
        return changed

    def delete(self, by: User, number: int) -> None:
        """Take one away."""
        event = self.find(number)
        self._may_change(by, event)
        del self.events[number]
        self._tell("DELETE", event)

    def _may_change(self, by: User, event: JSON) -> None:
        own = event["creator_id"] == str(by.id)
        base = self.guild.person(by.id).base
        if not base & Permission.MANAGE_EVENTS:
            if not own:
                raise missing_permissions()
            self._require(by, Permission.CREATE_EVENTS)

    def _require(self, by: User, permission: Permission) -> None:
        base = self.guild.person(by.id).base
        if not base & (permission | Permission.ADMINISTRATOR):
            raise missing_permissions()

    def _check(self, event: JSON, *, moved: bool = True) -> None:
        measured(event, "name", 1, 100)
        if event.get("description") is not None and len(event["description"]) > 1000:
            raise too_long("description", 1000)
        if event.get("privacy_level") != 2:
            raise bad_form("privacy_level", "Value must be one of {2}.")
        if event.get("entity_type") != EXTERNAL:
            raise bad_form("entity_type", "This Discord has no voice channels: use EXTERNAL (3).")
        place = event.get("entity_metadata") or {}
        if not 1 <= len(place.get("location") or "") <= 100:
            sentence = "Must be between 1 and 100 in length."
            raise bad_form("entity_metadata.location", sentence, "BASE_TYPE_BAD_LENGTH")
        begin, end = (_time(event, f"scheduled_{which}_time") for which in ("start", "end"))
        if moved and begin <= self.guild.world.now():
            raise bad_form("scheduled_start_time", "Cannot schedule event in the past.")
        if end <= begin:
            raise bad_form("scheduled_end_time", "Cannot schedule event to end before it starts.")

    def _tell(self, what: str, event: JSON) -> None:
        self.guild.tell(f"GUILD_SCHEDULED_EVENT_{what}", dict(event))


def _time(event: JSON, field: str) -> datetime:
    """Read one of the two times, and write it as Discord does."""
    if event.get(field) is None:
        raise bad_form(field, "This field is required", "BASE_TYPE_REQUIRED")
    try:
        at = datetime.fromisoformat(event[field])
    except ValueError:
        raise bad_form(field, "Not a valid ISO8601 timestamp") from None
    event[field] = iso(at)
    return at
