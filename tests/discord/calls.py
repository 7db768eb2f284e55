"""A request to the HTTP API, as the functions that answer it get it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from aiohttp import web

from tests.discord.basics import JSON, User
from tests.discord.messages import File
from tests.discord.rules import Refusal, bad_form

if TYPE_CHECKING:
    from tests.discord.places import Place
    from tests.discord.world import World


@dataclass(frozen=True)
class Done:
    """An answer with a status of its own."""

    status: int
    body: JSON | list[JSON] | None = None


Result = JSON | list[JSON] | Done | None
"""What a function answers: JSON with 200, a `Done`, or None: 204 without a body."""


@dataclass
class Call:
    """A request: its route with names for the ids in it, those ids, and what was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    body: JSON | list[JSON] | None = None
    files: list[File] = field(default_factory=list)
    multipart: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    route: str = ""
    status: int = 0
    """What was answered; 0 if the connection was cut first."""
    answer: object = None
    problems: list[str] | None = None
    """What is wrong with it, once that was looked at."""
    world: World = field(init=False, repr=False)
    at: datetime = field(init=False)
    """When it came, by the world's clock."""

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def form(self) -> JSON:
        """The body, which is an object; raises 50035 if not."""
        if not isinstance(self.body, dict):
            raise bad_form("_", "Only dictionaries may be used in a DictType", "DICT_TYPE_CONVERT")
        return self.body

    def id(self, name: str) -> int:
        """Return an id out of the path; raises 50035 if it is not a number."""
        return snowflake(self.ids[name], name)

    def place(self, name: str = "channel_id") -> Place:
        """Return the place named in the path; raises 10003."""
        return self.world.find_place(self.id(name))


def snowflake(text: str, field: str) -> int:
    """Read an id; raises 50035."""
    if not text.isascii() or not text.isdigit():
        sentence = f'Value "{text}" is not snowflake.'
        raise bad_form(field, sentence, "NUMBER_TYPE_COERCE")
    return int(text)


Answering = Callable[[Call], Result]
Routes = tuple[tuple[str, str, Answering], ...]


async def read(request: web.Request, path: str) -> Call:
    """Read a request whole: JSON, or a multipart form with `payload_json` and files."""
    call = Call(request.method, path, dict(request.query), headers=dict(request.headers))
    if request.content_type == "multipart/form-data":
        call.multipart = True
        form = await request.post()
        for name, part in form.items():
            if name == "payload_json":
                assert isinstance(part, str)
                call.body = _json(part)
            elif isinstance(part, web.FileField):
                call.files.append(File(part.filename, part.file.read(), part.content_type))
                part.file.close()
    elif request.can_read_body:
        call.body = _json(await request.text())
    return call


def _json(text: str) -> JSON | list[JSON]:
    try:
        body = json.loads(text)
    except ValueError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None
    if not isinstance(body, dict | list):
        raise Refusal(400, 50109, "The request body contains invalid JSON.")
    return body
