"""The form of an agenda, and its JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.agendas.form import EXAMPLES, REQUIRED, AgendaForm, Fault, Misfit, filled, schema
from tests.agendas.given import RIGHT, agenda, mistakes_in, series

CHATS = Path(__file__).resolve().parents[2] / "chats"


def keys_of(part: dict[str, Any], within: str = "") -> Iterator[str]:
    """Yield every key of the schema with the keys around it: `reading.doi`."""
    whole = schema()
    if "$ref" in part:
        part = whole["$defs"][part["$ref"].rpartition("/")[2]]
    for key, inner in part.get("properties", {}).items():
        yield f"{within}{key}"
        yield from keys_of(inner, f"{within}{key}.")
    inners = [*part.get("oneOf", ()), *([part["items"]] if "items" in part else [])]
    for inner in inners:
        yield from keys_of(inner, within)
    for inner in part.get("patternProperties", {}).values():
        yield from keys_of(inner, within)


class EditorsLoader(yaml.SafeLoader):
    """Reads as YAML 1.2 does, for which a date and `21:00` are texts, and so are `yes` and `on`."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  as PyYAML has it


for tag, form in (("bool", "true|True|TRUE|false|False|FALSE"), ("int", "[-+]?[0-9]+")):
    EditorsLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{form})$"), list("tTfF-+0123456789")
    )


def fits_the_schema(text: str) -> bool:
    """Say whether an editor that knows the schema finds nothing wrong with an agenda."""
    value = yaml.load(text, Loader=EditorsLoader)
    return bool(Draft202012Validator(schema()).is_valid(value))


@pytest.mark.parametrize("path", sorted(CHATS.glob("*.yaml")), ids=lambda path: path.name)
def test_the_agendas_that_come_with_rounds_are_as_the_schema_says(path: Path) -> None:
    assert fits_the_schema(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "lines",
    [
        "publish: true",
        "publish: no",
        "threads: per_topic",
        "rooms: [{discord: 1234567890123456789}]\nalerts: {discord: 2234567890123456789}",
        'rooms: [{discord: "1234567890123456789", slack: C1}]\nnotify: {slack: group:S1}',
        (
            "rooms: [{discord: 500000000000000000}]\n"
            "moderators: {discord: [500000000000000000, role:600000000000000000, "
            "'user:700000000000000000']}"
        ),
        (
            "rooms: [{discord: 500000000000000000}]\n"
            "moderators: {discord: 500000000000000000}\nnotify: {discord: role:600000000000000000}"
        ),
        "rooms: [{slack: C1}]\nmoderators: {slack: [U1, 'user:W2', 'group:S3']}",
        "rooms: [{slack: C1}]\nguests: {slack: U1}\nstarts: 2026-12-07 07:00\narchive: channel",
    ],
)
def test_what_is_right_is_as_the_schema_says(lines: str) -> None:
    assert fits_the_schema(agenda(lines))
    assert series(lines)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    "lines",
    [
        "window: [48h]",
        "reading: Smith",
        "xyzzy: 1",
        "topics: [{ask: x}]",
        "topics: {every: 5m}",
        "after_close: yes",
        "dates: {2026-12-07: {xyzzy: 1}}",
        "rooms: [{local: a b}]",
        "rooms: []",
        "rooms: [{}]",
        "reading: {}",
        "starts: {}",
        "moderators: {teams: x}",
        "starts: 2026-12-07 07:00\nschedule: {every: daily at 07:00}",
        "threads: per_room",
        "publish: on",
        "publish: 1",
        "archive: true",
        "archive: thread",
        "moderators: {slack: henry}",
        "moderators: {slack: S1}",
        "guests: {slack: ['@U1']}",
        "rooms: [{discord: general}]",
        "alerts: {discord: mods}",
        "alerts: {local: x}",
        "alerts: {discord: [5]}",
        "notify: {discord: 500000000000000000}",
        "notify: {discord: '@everyone'}",
        "notify: {slack: S1}",
        "moderators: {discord: henry}",
        "guests: {discord: ['role:Authors']}",
        "dates: {2026-12-07: {moderators: {discord: henry}}}",
    ],
)
def test_what_the_schema_refuses_is_a_mistake(lines: str) -> None:
    assert not fits_the_schema(agenda(lines))
    assert mistakes_in(agenda(lines))


def test_the_schema_names_what_is_required_as_it_is_asked_for() -> None:
    assert schema()["required"] == list(REQUIRED)
    for key in REQUIRED:
        lines = [line for line in RIGHT.splitlines() if not line.startswith(f"{key}:")]
        (mistake,) = mistakes_in("\n".join(lines))
        assert mistake.text.startswith(f"{key} is missing")


def test_the_schema_is_json_and_knows_no_null() -> None:
    text = json.dumps(schema())
    assert json.loads(text)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert '"null"' not in text
    assert '"default"' not in text


def test_every_key_says_what_it_is_for() -> None:
    for part in (schema(), *schema()["$defs"].values()):
        assert part["description"]
        for key, inner in part["properties"].items():
            assert inner.get("description"), key


def test_every_key_has_an_example_that_can_be_read() -> None:
    keys = {
        key.removeprefix("dates.") if key != "dates.start" else key
        for key in keys_of(schema())
        if not re.match(r"((dates\.)?moderators|guests|moderators_on_call|members_only)\.", key)
    }
    assert keys - EXAMPLES.keys() == set()
    for key in ("window", "rooms", "moderators", "guests", "welcome", "closing", "reading"):
        assert series(EXAMPLES[key]), key
    for key in ("title", "hashtag", "zone", "schedule", "starts", "topics", "reminders"):
        assert series(EXAMPLES[key]), key
    for key in ("topics.every", "after_close", "dates", "rooms.discord", "rooms.slack"):
        assert series(EXAMPLES[key]), key
    for key in ("threads", "publish"):
        assert series(EXAMPLES[key]), key
    rooms = 'rooms: [{discord: "123456789012345678"}, {slack: "C0123456789"}]\n'
    for key in ("alerts", "notify", "alerts.discord", "alerts.slack", "notify.discord"):
        assert series(rooms + EXAMPLES[key]), key
    for key in ("notify.slack", "moderators.discord", "guests.discord"):
        assert series(rooms + EXAMPLES[key]), key
    for key in ("moderators.slack", "guests.slack"):
        assert series(rooms + EXAMPLES[key]), key
    assert series(f"{rooms}{EXAMPLES['starts']}\n{EXAMPLES['archive']}")


def test_what_does_not_fit_is_told_all_at_once() -> None:
    assert filled({"window": "48", "dates": {"x": {}}, "rooms": [], "y": 1, "title": []}) == [
        Misfit(("title",), Fault.SHAPE),
        Misfit(
            ("window",),
            Fault.VALUE,
            "“48” is no length of time. Write a number with m, h or d, such as 48h",
        ),
        Misfit(("rooms",), Fault.EMPTY),
        Misfit(
            ("dates", "x"),
            Fault.KEY,
            "“x” is no date. Write year, month and day like 2026-12-07",
        ),
        Misfit(("y",), Fault.UNKNOWN),
    ]
    assert isinstance(filled({}), AgendaForm)
