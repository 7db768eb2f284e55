"""A request to the Web API, as the functions that answer it get it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from tests.slack.basics import JSON, Refusal

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.messages import Message
    from tests.slack.world import Workspace

Body = Literal["none", "form", "json", "multipart", "raw"]


@dataclass
class Call:
    """A request: the method, its arguments from query and body, and what was answered."""

    method: str
    args: JSON
    verb: str = "POST"
    body: Body = "none"
    token: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    """The bytes that were sent, where they are no form and no JSON."""
    status: int = 0
    """What was answered; 0 if the connection was cut first."""
    answer: Any = None
    problems: list[str] = field(default_factory=list)
    """What is wrong with the request by Slack's own libraries and pages."""
    world: Workspace = field(init=False, repr=False)

    @property
    def ok(self) -> bool:
        return isinstance(self.answer, dict) and bool(self.answer.get("ok"))

    @property
    def error(self) -> str:
        """Slack's name of the error that was answered; empty if there was none."""
        return str(self.answer.get("error", "")) if isinstance(self.answer, dict) else ""

    def need(self, name: str) -> Any:
        """Return an argument that has to be there; raises invalid_arguments."""
        value = self.args.get(name)
        if value is None or value == "":
            messages = [f"[ERROR] missing required field: {name}"]
            raise Refusal("invalid_arguments", {"response_metadata": {"messages": messages}})
        return value

    def text(self, name: str) -> str:
        """Return an argument as a text, empty if it is not there."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a truth value: true, "true", 1, "1"."""
        value = self.args.get(name, default)
        return str(value).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        """Return a number; raises invalid_arguments."""
        try:
            return int(self.args.get(name, default))
        except (TypeError, ValueError):
            raise Refusal("invalid_arguments") from None

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """Return an argument that is JSON, written out or within JSON; None if it is not there."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def channel(self) -> Channel:
        """Return the channel that is asked about; raises channel_not_found."""
        return self.world.find_channel(self.args.get("channel"))

    def message(self, name: str = "ts") -> Message:
        """Return the message that is asked about; raises message_not_found."""
        found = self.channel().find(str(self.need(name)))
        if found is None:
            raise Refusal("message_not_found")
        return found


Answering = Callable[[Call], JSON]


@dataclass(frozen=True)
class Method:
    """How a method is answered, and the scopes of which one is needed (none: no scope)."""

    answering: Answering
    scopes: tuple[str, ...] = ()
    app_level: bool = False
    """Takes the app-level token and no other."""


Methods = dict[str, Method]


async def read(request: web.Request, method: str) -> Call:
    """Read a request whole: arguments in the query, a form, or a JSON object."""
    call = Call(method, dict(request.query), request.method, headers=dict(request.headers))
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        call.body = "form" if request.content_type.endswith("urlencoded") else "multipart"
        form = await request.post()
        for name, part in form.items():
            call.args[name] = part.file.read() if isinstance(part, web.FileField) else part
        if not form and request.method == "GET":
            call.body = "none"
    elif request.content_type == "application/json":
        call.body = "json"
        told = json.loads(await request.text() or "{}")
        call.args |= told
    elif request.can_read_body:
        call.body, call.raw = "raw", await request.read()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    call.token = token if scheme == "Bearer" else str(call.args.pop("token", ""))
    return call
