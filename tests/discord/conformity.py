"""Requests and answers held against Discord's own OpenAPI description, where that is there."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.discord.basics import JSON
from tests.discord.calls import Call

FILE = Path(__file__).resolve().parents[2] / "../shared/data/discord_openapi/openapi.json"
NAME = "urn:discord"
ABSENT = "Discord's OpenAPI description (../shared/data/discord_openapi) is not here"


def is_there() -> bool:
    """Tell whether there is a description to compare with."""
    return FILE.exists()


@functools.cache
def description() -> Description:
    """Read the description once."""
    return Description(json.loads(FILE.read_text("utf-8")))


class Description:
    """The operations that Discord describes, and a judgement on each request to them."""

    def __init__(self, document: JSON) -> None:
        self.document = document
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(NAME, resource)
        self._paths: list[tuple[re.Pattern[str], str]] = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path)
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def route(self, method: str, path: str) -> str | None:
        """Return the described path that a request goes to."""
        for pattern, described in self._paths:
            if method.lower() in self.document["paths"][described] and pattern.match(path):
                return described
        return None

    def problems(self, call: Call) -> Iterator[str]:
        """Say what is wrong with a request."""
        what, route = f"{call.method} {call.path}", self.route(call.method, call.path)
        if route is None:
            yield f"{what}: there is no such route"
            return
        yield from (f"{what}: {one}" for one in self._query_problems(call, route))
        at = ("paths", route, call.method.lower(), "requestBody", "content")
        content = self.document["paths"][route][call.method.lower()].get("requestBody", {})
        if not content:
            if call.body is not None:
                yield f"{what}: a body is sent where none is described"
            return
        kind = "multipart/form-data" if call.multipart else "application/json"
        if kind not in content["content"]:
            yield f"{what}: {kind} is not taken here"
            return
        errors = self._errors((*at, kind, "schema"), with_text_ids(call.body))
        yield from (f"{what}: {one}" for one in errors)

    def _query_problems(self, call: Call, route: str) -> Iterator[str]:
        at: tuple[str | int, ...]
        known: dict[str, tuple[str | int, ...]] = {}
        for at in (("paths", route), ("paths", route, call.method.lower())):
            for number, one in enumerate(self._find(at).get("parameters", [])):
                if one["in"] == "query":
                    known[one["name"]] = (*at, "parameters", number, "schema")
        for name, value in call.query.items():
            if name not in known:
                yield f"the query has an unknown {name!r}"
            elif not self._takes(known[name], value):
                yield f"{name}={value!r} does not fit"

    def answer_problems(self, call: Call) -> Iterator[str]:
        """Say what is wrong with what was answered."""
        route = self.route(call.method, call.path)
        if route is None or not 200 <= call.status < 300:
            return
        at = ("paths", route, call.method.lower(), "responses")
        if str(call.status) not in self._find(at):
            yield f"{call.method} {call.path}: {call.status} is not described"
        elif call.status != 204:
            pointer = (*at, str(call.status), "content", "application/json", "schema")
            for sentence in self._errors(pointer, call.answer):
                if "message_reference.type" not in sentence:  # it does not know of forwards
                    yield f"answer to {call.method} {call.path}: {sentence}"

    def _find(self, at: tuple[str | int, ...]) -> Any:
        found: Any = self.document
        for step in at:
            found = found[step]
        return found

    def _takes(self, at: tuple[str | int, ...], text: str) -> bool:
        """Tell whether a text of a query is what the schema asks for, as a text or a number."""
        values: list[object] = [text, text.lower() in ("1", "true")]
        if re.fullmatch(r"-?\d+", text):
            values.append(int(text))
        return any(self._validator(at).is_valid(value) for value in values)

    def _errors(self, at: tuple[str | int, ...], body: object) -> Iterator[str]:
        error = best_match(self._validator(at).iter_errors(body))
        if error is not None:
            where = ".".join(map(str, error.absolute_path)) or "the body"
            yield f"{where}: {error.message[:300]}"

    def _validator(self, at: tuple[str | int, ...]) -> Draft202012Validator:
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in at)
        pointer = f"{NAME}#/{'/'.join(steps)}"
        if pointer not in self._validators:
            schema = {"$ref": pointer}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry)
        return self._validators[pointer]


ID = re.compile(r"(^|_)ids?$")


def with_text_ids(value: Any, key: str = "", holder: str = "") -> Any:
    """Turn ids that discord.py sends as numbers into texts; Discord takes both.

    A component's own `id` is a number in the description as well.
    """
    if isinstance(value, dict):
        return {one: with_text_ids(inner, one, key) for one, inner in value.items()}
    if isinstance(value, list):
        lists = key in ("users", "roles", "messages", "applied_tags")
        inner_key = "ids" if lists and all(isinstance(one, int) for one in value) else key
        return [with_text_ids(one, inner_key, holder) for one in value]
    number = isinstance(value, int) and not isinstance(value, bool)
    if number and ID.search(key) and holder not in ("components", "component"):
        return str(value)
    return value
