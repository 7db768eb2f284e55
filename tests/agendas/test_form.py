"""The form of an agenda, and its JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

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


def matches(value: Any, part: dict[str, Any]) -> bool:
    """Say whether a value is as the schema says: as much of JSON Schema as it uses."""
    if "$ref" in part:
        part = schema()["$defs"][part["$ref"].rpartition("/")[2]] | {}
    for word, check in (("anyOf", any), ("oneOf", lambda found: sum(found) == 1)):
        if word in part and not check([matches(value, one) for one in part[word]]):
            return False
    types = {"string": str, "array": list, "object": dict, "integer": int}
    if "type" in part:
        named = part["type"] if isinstance(part["type"], list) else [part["type"]]
        if not isinstance(value, tuple(types[name] for name in named)):
            return False
    if isinstance(value, str):
        return value in part.get("enum", [value]) and bool(
            re.search(part.get("pattern", ""), value)
        )
    if isinstance(value, list):
        return len(value) >= part.get("minItems", 0) and all(
            matches(item, part.get("items", {})) for item in value
        )
    if not isinstance(value, dict):
        return True
    known = part.get("properties", {})
    patterns = part.get("patternProperties", {})
    if len(value) < part.get("minProperties", 0):
        return False
    return all(key in value for key in part.get("required", ())) and all(
        any(matches(item, inner) for inner in _for(key, known, patterns))
        if _for(key, known, patterns)
        else part.get("additionalProperties", True)
        for key, item in value.items()
    )


def _for(key: str, known: dict[str, Any], patterns: dict[str, Any]) -> list[dict[str, Any]]:
    named = [known[key]] if key in known else []
    return named + [inner for pattern, inner in patterns.items() if re.search(pattern, key)]


def as_editors_read(path: Path) -> Any:
    """Read a file as YAML 1.2 does, for which a date and `21:00` are texts."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("path", sorted(CHATS.glob("*.yaml")), ids=lambda path: path.name)
def test_the_agendas_that_come_with_rounds_are_as_the_schema_says(path: Path) -> None:
    assert matches(as_editors_read(path), schema())


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
    ],
)
def test_what_the_schema_refuses_is_a_mistake(lines: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(agenda(lines))
    assert not matches(as_editors_read(path), schema())
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
        if not re.match(r"(moderators|guests|dates\.moderators)\.", key)
    }
    assert keys - EXAMPLES.keys() == set()
    for key in ("window", "rooms", "moderators", "guests", "welcome", "closing", "reading"):
        assert series(EXAMPLES[key]), key
    for key in ("title", "hashtag", "zone", "schedule", "starts", "topics", "reminders"):
        assert series(EXAMPLES[key]), key
    for key in ("topics.every", "after_close", "dates", "rooms.discord", "rooms.slack"):
        assert series(EXAMPLES[key]), key


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
