"""The values of an agenda as fields of its form: how each is read, and its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.agendas import ids, values
from bot.agendas.icalendar_rule import read_rrule
from bot.agendas.recurrence import FORMS, Rule, read_every
from bot.agendas.wall_times import read_day, read_moment, read_time
from bot.agendas.zones import zone_name

_Value = TypeVar("_Value")


def reads(read: Callable[[str], _Value], **schema: object) -> tuple[PlainValidator, WithJsonSchema]:
    """Make a field of a function that reads a text or raises ValueError with a sentence.

    `schema` is laid over the JSON Schema of a text.
    """

    def value(given: object) -> _Value:
        if not isinstance(given, str):
            raise PydanticCustomError("shape", "a text belongs here")
        return read(given)

    return PlainValidator(value), WithJsonSchema({"type": "string", **schema})


def one_or_many(given: object) -> object:
    """Return a single text as a list of one."""
    return [given] if isinstance(given, str) else given


Text = Annotated[str, *reads(values.read_text, minLength=1)]
Line = Annotated[str, *reads(values.read_line, minLength=1)]
Name = Annotated[str, *reads(values.read_name, minLength=1)]
Hashtag = Annotated[str, *reads(values.read_hashtag, pattern=r"^#?\w+$")]
Zone = Annotated[str, *reads(zone_name, examples=["Australia/Sydney", "America/New_York"])]
Duration = Annotated[timedelta, *reads(values.read_duration, examples=["0m", "10m", "6h"])]
Window = Annotated[timedelta, *reads(values.read_window, examples=["1h", "48h", "2d"])]
Reminder = Annotated[timedelta, *reads(values.read_reminder, examples=["24h", "15m"])]
Clock = Annotated[time, *reads(read_time, pattern=r"^\d?\d:\d\d$", examples=["21:00"])]
Day = Annotated[date, *reads(read_day, pattern=r"^\d{4}-\d\d-\d\d$", examples=["2026-12-07"])]
Moment = Annotated[datetime, *reads(read_moment, examples=["2026-12-07 07:00"])]
Every = Annotated[Rule, *reads(read_every, examples=list(FORMS))]
Rrule = Annotated[str, *reads(read_rrule, examples=["FREQ=MONTHLY;BYDAY=1MO"])]
Keep = Annotated[
    timedelta, *reads(values.read_keep, pattern=r"^[0-9]+[dwDW]$", examples=["90d", "12w"])
]
AfterClose = Annotated[bool, *reads(values.read_after_close, enum=["keep", "drop"])]
Doi = Annotated[str, *reads(values.read_doi, examples=["10.1000/xyz123"])]
Url = Annotated[str, *reads(values.read_url, format="uri")]
Local = Annotated[str, *reads(values.read_local, pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Threads = Annotated[bool, *reads(values.read_threads, enum=["per_chat", "per_topic"])]
Archive = Annotated[bool, *reads(values.read_archive, enum=["channel"])]
Switch = Annotated[
    bool,
    *reads(values.read_switch, type=["boolean", "string"], enum=[True, False, "yes", "no"]),
]
_NUMBER = {"type": ["string", "integer"]}  # which an id without quotes is to an editor
DiscordChannel = Annotated[
    str, *reads(ids.read_discord_channel, pattern=f"^{ids.DISCORD_ID}$", **_NUMBER)
]
DiscordPerson = Annotated[
    str,
    *reads(ids.read_discord_person, pattern=f"^(?:role:|user:)?{ids.DISCORD_ID}$", **_NUMBER),
]
DiscordNotified = Annotated[
    str, *reads(ids.read_discord_notified, pattern=f"^role:{ids.DISCORD_ID}$")
]
SlackChannel = Annotated[str, *reads(ids.read_slack_channel, pattern=f"^{ids.SLACK_CHANNEL}$")]
SlackPerson = Annotated[
    str,
    *reads(
        ids.read_slack_person, pattern=f"^(?:(?:user:)?{ids.SLACK_USER}|group:{ids.SLACK_GROUP})$"
    ),
]
SlackNotified = Annotated[
    str, *reads(ids.read_slack_notified, pattern=f"^group:{ids.SLACK_GROUP}$")
]

Names = Annotated[
    list[Name | None], BeforeValidator(one_or_many, json_schema_input_type=Name | list[Name])
]
DiscordPeople = Annotated[
    list[DiscordPerson | None],
    BeforeValidator(one_or_many, json_schema_input_type=DiscordPerson | list[DiscordPerson]),
]
SlackPeople = Annotated[
    list[SlackPerson | None],
    BeforeValidator(one_or_many, json_schema_input_type=SlackPerson | list[SlackPerson]),
]
Days = Annotated[
    list[Day | None], BeforeValidator(one_or_many, json_schema_input_type=Day | list[Day])
]
Moments = Annotated[
    list[Moment | None],
    BeforeValidator(one_or_many, json_schema_input_type=Moment | list[Moment]),
]


class Form(BaseModel):
    """A mapping with known keys; each may be absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PeopleForm(Form):
    """People by platform, each as the platform knows them."""

    local: Names | None = Field(None, description="Names in the built-in room.")
    discord: DiscordPeople | None = Field(None, description="Discord user ids, or role:ID.")
    slack: SlackPeople | None = Field(None, description="Slack user ids, or group:ID.")


def people_of(form: PeopleForm | None) -> dict[str, tuple[str, ...]]:
    """Return whom a form lists on each platform."""
    listed = dict(form) if form else {}
    return {
        platform: tuple(name for name in names if name)
        for platform, names in listed.items()
        if names is not None
    }
