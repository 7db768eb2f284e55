"""What may stand in an agenda: every key, how its value is read, and the JSON Schema of it all.

Every field may be absent here, so that the rest of a file is read although one value is wrong;
what must be there is asked for where a series is made of the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import ErrorDetails, core_schema

from bot.agendas import safety_form as safety
from bot.agendas.fields import (
    AfterClose,
    Archive,
    Clock,
    Day,
    Days,
    DiscordChannel,
    DiscordNotified,
    Doi,
    Duration,
    Every,
    Form,
    Hashtag,
    Keep,
    Line,
    Local,
    Moments,
    Names,
    PeopleForm,
    Reminder,
    Rrule,
    SlackChannel,
    SlackNotified,
    Switch,
    Text,
    Threads,
    Url,
    Window,
    Zone,
)

REQUIRED = ("title", "zone", "window", "rooms", "topics")
"""The keys that every agenda has, apart from `schedule` or `starts`."""


class RoomForm(Form):
    """One room: the platform and the name or id that the room has there."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    local: Local | None = Field(None, description="A room of Rounds itself, by its name.")
    discord: DiscordChannel | None = Field(None, description="A Discord channel, by its id.")
    slack: SlackChannel | None = Field(None, description="A Slack channel, by its id.")


class AlertsForm(Form):
    """A channel on each platform that only moderators can see."""

    discord: DiscordChannel | None = Field(None, description="A Discord channel, by its id.")
    slack: SlackChannel | None = Field(None, description="A Slack channel, by its id.")


class NotifyForm(Form):
    """Whom reminders ping on each platform."""

    discord: DiscordNotified | None = Field(None, description="A Discord role: role:ID.")
    slack: SlackNotified | None = Field(None, description="A Slack user group: group:ID.")


class ReadingForm(Form):
    """The paper under discussion; at least one of its keys."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    citation: Text | None = Field(None, description="Authors, title, journal, year.")
    doi: Doi | None = Field(None, description="Its DOI, which becomes a link.")
    url: Url | None = Field(None, description="Where to read it, if not by the DOI.")
    authors: Names | None = Field(None, description="Authors who take part, as shown to readers.")


class TopicForm(Form):
    """A question and its time."""

    model_config = ConfigDict(json_schema_extra={"required": ["ask", "after"]})
    ask: Text | None = Field(None, description="The question; T1:, T2: ... are put before it.")
    after: Duration | None = Field(None, description="When it is posted, from the opening.")


class EvenTopicsForm(Form):
    """Questions at even distances, the first at the opening."""

    model_config = ConfigDict(json_schema_extra={"required": ["every", "ask"]})
    every: Duration | None = Field(None, description="The time from one question to the next.")
    ask: list[Text | None] | None = Field(None, description="The questions, in order.")


def _topics_kind(given: object) -> str | None:
    if isinstance(given, list):
        return "<list>"
    return "<mapping>" if isinstance(given, dict) else None


Topics = Annotated[
    Annotated[list[TopicForm | None], Tag("<list>")] | Annotated[EvenTopicsForm, Tag("<mapping>")],
    Discriminator(
        _topics_kind, custom_error_type="shape", custom_error_message="a list or a mapping"
    ),
]


class ScheduleForm(Form):
    """When the chats open: `every` in words, or `rrule` with `at`."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    every: Every | None = Field(None, description="The recurrence in words, with the wall time.")
    rrule: Rrule | None = Field(None, description="The recurrence in iCalendar's words.")
    at: Clock | None = Field(None, description="The wall time that goes with rrule.")
    from_: Day | None = Field(None, alias="from", description="The first day that rrule may give.")
    except_: Days | None = Field(
        None, alias="except", description="Dates on which no chat is held."
    )
    also: Moments | None = Field(None, description="Further chats, with their wall times.")


class DateForm(Form):
    """What differs on one date."""

    start: Clock | None = Field(None, description="Another wall time for the opening on that date.")
    reading: ReadingForm | None = Field(None, description="The paper of that date.")
    topics: Topics | None = Field(None, description="The topics of that date.")
    welcome: Text | None = Field(None, description="The welcome of that date.")
    moderators: PeopleForm | None = Field(None, description="The moderators of that date.")


class AgendaForm(Form):
    """An agenda for Rounds: a recurring or single moderated chat."""

    model_config = ConfigDict(
        json_schema_extra={
            "required": list(REQUIRED),
            "oneOf": [{"required": ["schedule"]}, {"required": ["starts"]}],
        }
    )
    title: Line | None = Field(None, description="The name of the chat, as people see it.")
    hashtag: Hashtag | None = Field(None, description="The chat's hashtag, in quotes.")
    zone: Zone | None = Field(None, description="The time zone of every time in the file.")
    schedule: ScheduleForm | None = Field(None, description="When the chats open.")
    starts: Moments | None = Field(None, description="Instead of schedule: one time or several.")
    window: Window | None = Field(None, description="How long a chat is open.")
    rooms: list[RoomForm | None] | None = Field(None, description="Where it is held.", min_length=1)
    threads: Threads | None = Field(None, description="per_chat or per_topic: what has a thread.")
    moderators: PeopleForm | None = Field(None, description="Who may use the commands.")
    alerts: AlertsForm | None = Field(None, description="Where moderators are told privately.")
    guests: PeopleForm | None = Field(None, description="Guests, such as authors, by platform.")
    welcome: Text | None = Field(None, description="What is said at the opening.")
    reading: ReadingForm | None = Field(None, description="The paper under discussion.")
    topics: Topics | None = Field(None, description="The questions, with their times.")
    closing: Text | None = Field(None, description="What is said at the close.")
    reminders: list[Reminder | None] | None = Field(None, description="How long before a chat.")
    notify: NotifyForm | None = Field(None, description="Whom reminders ping.")
    publish: Switch | None = Field(None, description="Whether the rooms get the transcript.")
    share_names: Switch | None = Field(None, description="Whether rooms quote others by name.")
    archive: Archive | None = Field(None, description="channel: archive the chat's Slack channel.")
    after_close: AfterClose | None = Field(None, description="keep or drop late messages' text.")
    keep: Keep | None = Field(None, description="How long words are kept after the end.")
    hide: Switch | None = Field(None, description="Whether a held message leaves the room.")
    allow_words: safety.Words | None = Field(None, description="Words that are never flagged.")
    blocked_domains: safety.Domains | None = Field(None, description="Domains nobody links to.")
    help_lines: safety.HelpLines | None = Field(None, description="Help lines, by country.")
    moderators_on_call: PeopleForm | None = Field(None, description="Who is asked for help.")
    rules: safety.Rules | None = Field(None, description="The rules, as check-in shows them.")
    require_checkin: Switch | None = Field(None, description="Whether only checked-in words show.")
    roles: safety.Roles | None = Field(None, description="As what people may check in.")
    consent: safety.Consents | None = Field(None, description="How the others are shown.")
    members_only: PeopleForm | None = Field(None, description="Whose messages alone count.")
    forget_on_leave: Switch | None = Field(None, description="Whether leaving is withdrawing.")
    round_times: safety.RoundTimes | None = Field(None, description="Times in research editions.")
    dates: dict[Day, DateForm | None] | None = Field(None, description="What differs on a date.")


class Fault(StrEnum):
    """What is wrong with a value."""

    KEY = "its key cannot be read"
    UNKNOWN = "its key is not known"
    VALUE = "it cannot be read"
    EMPTY = "it is an empty list"
    SHAPE = "it is a text, a list or a mapping where another of them belongs"


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit the form: the way to it, as pydantic tells it, and the sentence.

    Only the faults KEY and VALUE have a sentence.
    """

    way: tuple[str | int, ...]
    fault: Fault
    text: str = ""


def filled(data: object) -> AgendaForm | list[Misfit]:
    """Return the form filled with mappings, lists and texts, or everything that does not fit."""
    try:
        return AgendaForm.model_validate(data)
    except ValidationError as wrong:
        return [_misfit(error) for error in wrong.errors(include_url=False, include_input=False)]


def _misfit(error: ErrorDetails) -> Misfit:
    way = error["loc"]
    if error["type"] == "value_error":
        text = str(error["ctx"]["error"])
        if way[-1] == "[key]":
            return Misfit(way[:-1], Fault.KEY, text)
        return Misfit(way, Fault.VALUE, text)
    known = {"extra_forbidden": Fault.UNKNOWN, "too_short": Fault.EMPTY}
    return Misfit(way, known.get(error["type"], Fault.SHAPE))


def known_keys(form: type[Form]) -> tuple[str, ...]:
    """Return the keys of a mapping, as they are written."""
    return tuple(field.alias or name for name, field in form.model_fields.items())


EXAMPLES = {
    "title": "title: International Urology Journal Club",
    "hashtag": 'hashtag: "#urojc"',
    "zone": "zone: Australia/Sydney",
    "schedule": "schedule: {every: first monday at 07:00}",
    "schedule.every": "every: first monday at 07:00",
    "schedule.rrule": 'rrule: "FREQ=MONTHLY;BYDAY=1MO"',
    "schedule.at": 'at: "07:00"',
    "schedule.from": "from: 2026-11-26",
    "schedule.except": "except: [2027-01-04]",
    "schedule.also": "also: [2027-01-11 07:00]",
    "starts": "starts: 2026-12-07 07:00",
    "window": "window: 48h",
    "rooms": "rooms: [{local: urojc}]",
    "rooms.local": "rooms: [{local: urojc}]",
    "rooms.discord": 'rooms: [{discord: "123456789012345678"}]',
    "rooms.slack": 'rooms: [{slack: "C0123456789"}]',
    "moderators": "moderators: {local: [henry]}",
    "moderators.discord": 'moderators: {discord: ["role:223456789012345678"]}',
    "moderators.slack": 'moderators: {slack: ["U0123456789", "group:S0123456789"]}',
    "threads": "threads: per_topic",
    "alerts": 'alerts: {discord: "423456789012345678"}',
    "alerts.discord": 'alerts: {discord: "423456789012345678"}',
    "alerts.slack": 'alerts: {slack: "C0987654321"}',
    "notify": 'notify: {discord: "role:523456789012345678"}',
    "notify.discord": 'notify: {discord: "role:523456789012345678"}',
    "notify.slack": 'notify: {slack: "group:S0123456789"}',
    "publish": "publish: true",
    "share_names": "share_names: true",
    "guests": "guests: {local: [elena]}",
    "guests.discord": 'guests: {discord: ["623456789012345678"]}',
    "guests.slack": 'guests: {slack: ["U0987654321"]}',
    "welcome": "welcome: Say who you are and where you work.",
    "closing": "closing: Thank you. The transcript follows.",
    "reading": 'reading: {citation: "Author. Title. Journal 2026.", doi: 10.1000/xyz123}',
    "reading.citation": 'citation: "Author. Title. Journal 2026."',
    "reading.doi": "doi: 10.1000/xyz123",
    "reading.url": "url: https://www.example.org/paper",
    "reading.authors": 'authors: ["A. Author", "B. Author"]',
    "topics": 'topics: [{ask: "What next?", after: 0m}]',
    "topics.ask": 'ask: "What did the authors try to answer?"',
    "topics.after": "after: 10m",
    "topics.every": 'topics: {every: 10m, ask: ["First question?", "Second question?"]}',
    "reminders": "reminders: [24h, 15m]",
    "archive": "archive: channel",
    "after_close": "after_close: keep",
    "keep": "keep: 90d",
    **safety.EXAMPLES,
    "dates": 'dates: {2026-12-07: {start: "21:00"}}',
    "dates.start": 'start: "21:00"',
}
"""How each key is written, for the sentences about it."""


class _Plain(GenerateJsonSchema):
    """A schema for people who write files: a key is there or absent, never null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an agenda, as `rounds schema` prints it."""
    made = AgendaForm.model_json_schema(by_alias=True, schema_generator=_Plain)
    return {"$schema": _Plain.schema_dialect, **made}
