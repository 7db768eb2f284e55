"""What may stand in an agenda: every key, how its value is read, and the JSON Schema of it all.

Every field may be absent here, so that the rest of a file is read although one value is wrong;
what must be there is asked for where a series is made of the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from bot.engine.commands import parse_duration
from bot.icalendar_rule import read_rrule
from bot.mistakes import shown
from bot.recurrence import FORMS, Rule, read_every
from bot.wall_times import read_day, read_moment, read_time
from bot.zones import zone_name

SHAPE = "shape"
"""The error type of a value that is a mapping or a list where a text belongs, or the reverse."""

REQUIRED = ("title", "zone", "window", "rooms", "topics")
"""The keys that every agenda has, apart from `schedule` or `starts`."""

_Value = TypeVar("_Value")


def _read(read: Callable[[str], _Value], **schema: object) -> tuple[PlainValidator, WithJsonSchema]:
    """Make a field of a function that reads a text or raises ValueError with a sentence."""

    def value(given: object) -> _Value:
        if not isinstance(given, str):
            raise PydanticCustomError(SHAPE, "a text belongs here")
        return read(given)

    return PlainValidator(value), WithJsonSchema({"type": "string", **schema})


def _text(text: str) -> str:
    kept = text.strip()
    if not kept:
        raise ValueError("There is no text between the quotes. Write it, or delete this key.")
    return kept


def _line(text: str) -> str:
    line = " ".join(_text(text).split())
    if len(line) > 200:
        raise ValueError("This is longer than 200 characters. Shorten it to one line.")
    return line


def _name(text: str) -> str:
    name = _line(text)
    if name.startswith(("@", "#")):
        raise ValueError(f"Write the name without its sign: {shown(name.lstrip('@# '))}")
    return name


def _hashtag(text: str) -> str:
    tag = _line(text).lstrip("#")
    if not re.fullmatch(r"\w{1,100}", tag):
        raise ValueError(
            f"{shown(text)} is no hashtag. Write one word in straight quotes: hashtag: "
            f'"#{re.sub(r"[^A-Za-z0-9_]", "", tag)[:40] or "urojc"}"'
        )
    return f"#{tag}"


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError:
        number = re.match(r"\s*(\d{1,4})\s*([a-zA-Z]?)", text)
        like = f"{number[1]}{(number[2] or 'h').lower()}" if number else "48h"
        example = like if like[-1] in "mhd" else "48h"
        raise ValueError(
            f"{shown(text)} is no length of time. Write a number with m, h or d, such as {example}"
        ) from None


def _window(text: str) -> timedelta:
    window = _duration(text)
    if not timedelta(0) < window <= timedelta(days=31):
        raise ValueError("A chat is open for at least 1m and at most 31d. Write it like 48h or 1h.")
    return window


def _reminder(text: str) -> timedelta:
    before = _duration(text)
    if not timedelta(0) < before <= timedelta(days=31):
        raise ValueError("A reminder comes at least 1m and at most 31d before a chat. Write 24h.")
    return before


def _after_close(text: str) -> bool:
    if text not in ("keep", "drop"):
        raise ValueError(
            f"{shown(text)} cannot be chosen. Write keep (the text of late messages is kept) or "
            "drop (they are only counted)."
        )
    return text == "keep"


def _doi(text: str) -> str:
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"10\.\d{4,9}/\S{1,300}", doi):
        raise ValueError(f"{shown(text)} is no DOI. A DOI begins with 10., such as 10.1000/xyz123")
    return doi


def _url(text: str) -> str:
    url = text.strip()
    if not re.fullmatch(r"https?://[^\s<>\"]{1,2000}", url, re.IGNORECASE):
        raise ValueError(f"{shown(text)} is no address. Write it whole, beginning with https://")
    return url


def _local(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text):
        like = re.sub(r"[^A-Za-z0-9_-]+", "-", text.strip(" #")).strip("-")[:64] or "urojc"
        raise ValueError(
            f"{shown(text)} cannot stand in an address. Name the room with letters, digits, dash "
            f"and underscore, at most 64, such as {like}"
        )
    return text


def _discord(text: str) -> str:
    if not re.fullmatch(r"\d{1,20}", text, re.ASCII):
        raise ValueError(
            f"{shown(text)} is no Discord channel id. It is a number; right-click the channel, "
            'choose Copy Channel ID, and write discord: "123456789012345678"'
        )
    return text


def _slack(text: str) -> str:
    if not re.fullmatch(r"[CDG][A-Z0-9]{1,20}", text, re.ASCII):
        raise ValueError(
            f"{shown(text)} is no Slack channel id. It begins with C and stands at the end of the "
            'channel’s details; write slack: "C0123456789"'
        )
    return text


def _one_or_many(given: object) -> object:
    return [given] if isinstance(given, str) else given


Text = Annotated[str, *_read(_text, minLength=1)]
Line = Annotated[str, *_read(_line, minLength=1)]
Name = Annotated[str, *_read(_name, minLength=1)]
Hashtag = Annotated[str, *_read(_hashtag, pattern=r"^#?\w+$")]
Zone = Annotated[str, *_read(zone_name, examples=["Australia/Sydney", "America/New_York"])]
Duration = Annotated[timedelta, *_read(_duration, examples=["0m", "10m", "6h"])]
Window = Annotated[timedelta, *_read(_window, examples=["1h", "48h", "2d"])]
Reminder = Annotated[timedelta, *_read(_reminder, examples=["24h", "15m"])]
Clock = Annotated[time, *_read(read_time, pattern=r"^\d?\d:\d\d$", examples=["21:00"])]
Day = Annotated[date, *_read(read_day, pattern=r"^\d{4}-\d\d-\d\d$", examples=["2026-12-07"])]
Moment = Annotated[datetime, *_read(read_moment, examples=["2026-12-07 07:00"])]
Every = Annotated[Rule, *_read(read_every, examples=list(FORMS))]
Rrule = Annotated[str, *_read(read_rrule, examples=["FREQ=MONTHLY;BYDAY=1MO"])]
AfterClose = Annotated[bool, *_read(_after_close, enum=["keep", "drop"])]
Doi = Annotated[str, *_read(_doi, examples=["10.1000/xyz123"])]
Url = Annotated[str, *_read(_url, format="uri")]
Local = Annotated[str, *_read(_local, pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Discord = Annotated[str, *_read(_discord, type=["string", "integer"])]
Slack = Annotated[str, *_read(_slack, pattern=r"^[CDG][A-Z0-9]+$")]

Names = Annotated[
    list[Name | None], BeforeValidator(_one_or_many, json_schema_input_type=Name | list[Name])
]
Days = Annotated[
    list[Day | None], BeforeValidator(_one_or_many, json_schema_input_type=Day | list[Day])
]
Moments = Annotated[
    list[Moment | None],
    BeforeValidator(_one_or_many, json_schema_input_type=Moment | list[Moment]),
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoomForm(_Form):
    """One room: the platform and the name or id that the room has there."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    local: Local | None = Field(None, description="A room of Rounds itself, by its name.")
    discord: Discord | None = Field(None, description="A Discord channel, by its id.")
    slack: Slack | None = Field(None, description="A Slack channel, by its id.")


class PeopleForm(_Form):
    """People by platform, each as the platform knows them."""

    local: Names | None = Field(None, description="Names in the built-in room.")
    discord: Names | None = Field(None, description="Discord user ids, or role:ID.")
    slack: Names | None = Field(None, description="Slack user ids, or group:ID.")


class ReadingForm(_Form):
    """The paper under discussion; at least one of its keys."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    citation: Text | None = Field(None, description="Authors, title, journal, year.")
    doi: Doi | None = Field(None, description="Its DOI, which becomes a link.")
    url: Url | None = Field(None, description="Where to read it, if not by the DOI.")
    authors: Names | None = Field(None, description="Authors who take part, as shown to readers.")


class TopicForm(_Form):
    """A question and its time."""

    model_config = ConfigDict(json_schema_extra={"required": ["ask", "after"]})
    ask: Text | None = Field(None, description="The question; T1:, T2: ... are put before it.")
    after: Duration | None = Field(None, description="When it is posted, from the opening.")


class EvenTopicsForm(_Form):
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
        _topics_kind, custom_error_type=SHAPE, custom_error_message="a list or a mapping"
    ),
]


class ScheduleForm(_Form):
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


class DateForm(_Form):
    """What differs on one date."""

    start: Clock | None = Field(None, description="Another wall time for the opening on that date.")
    reading: ReadingForm | None = Field(None, description="The paper of that date.")
    topics: Topics | None = Field(None, description="The topics of that date.")
    welcome: Text | None = Field(None, description="The welcome of that date.")
    moderators: PeopleForm | None = Field(None, description="The moderators of that date.")


class AgendaForm(_Form):
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
    moderators: PeopleForm | None = Field(None, description="Who may use the commands.")
    guests: PeopleForm | None = Field(None, description="Guests, such as authors, by platform.")
    welcome: Text | None = Field(None, description="What is said at the opening.")
    reading: ReadingForm | None = Field(None, description="The paper under discussion.")
    topics: Topics | None = Field(None, description="The questions, with their times.")
    closing: Text | None = Field(None, description="What is said at the close.")
    reminders: list[Reminder | None] | None = Field(None, description="How long before a chat.")
    after_close: AfterClose | None = Field(None, description="keep or drop late messages' text.")
    dates: dict[Day, DateForm | None] | None = Field(None, description="What differs on a date.")


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
    "guests": "guests: {local: [elena]}",
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
    "after_close": "after_close: keep",
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
