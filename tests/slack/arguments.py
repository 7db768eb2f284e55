"""Whether a request is what the API takes, by slack_sdk's own signatures and Slack's pages."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.calls import Call
from tests.slack.wording import marked, unescaped

BESIDES = {
    "conversations.open": {"prevent_creation": "bool"},
    "files.completeUploadExternal": {"blocks": "Sequence", "channels": "str", "files": "Sequence"},
    "conversations.list": {"types": "str"},
    "users.conversations": {"types": "str"},
    "chat.postMessage": {"thread_ts": "str"},
}
"""What the pages know and the signatures do not, or not as it goes over the wire."""
ON_THE_WIRE = {"users", "file_ids"}
"""Lists that are sent as one text with commas."""
STAMP = re.compile(r"\d{1,10}\.\d{6}$")
STAMPS = {"ts", "thread_ts", "message_ts", "timestamp"}


@functools.cache
def described(method: str) -> dict[str, tuple[str, bool]] | None:
    """Return the type of each argument of a method, and whether it must be there."""
    function = getattr(AsyncWebClient, method.replace(".", "_"), None)
    if function is None:
        return None
    known = {
        name: (_type(name, one.annotation), one.default is inspect.Parameter.empty)
        for name, one in inspect.signature(function).parameters.items()
        if name not in ("self", "kwargs", "app_token")
    }
    known.setdefault("team_id", ("str", False))  # Bolt's clients send it with every request
    return known | {name: (kind, False) for name, kind in BESIDES.get(method, {}).items()}


def _type(name: str, annotation: object) -> str:
    text = str(annotation)
    if name in ON_THE_WIRE:
        return "str"
    for sign, kind in (("Sequence", "Sequence"), ("List", "Sequence"), ("ict", "dict")):
        if sign in text:
            return kind
    return next((kind for kind in ("bool", "int") if kind in text), "str")


def problems(call: Call) -> Iterator[str]:
    """Say what is wrong with a request, before it is answered."""
    known = described(call.method)
    if known is None:
        yield "slack_sdk knows no such method"
        return
    for name, value in call.args.items():
        if name not in known:
            yield f"{name!r} is no argument"
        elif not _fits(known[name][0], value, in_json=call.body == "json"):
            yield f"{name}={value!r} is not of type {known[name][0]}"
        elif name in STAMPS and not STAMP.match(str(value)):
            yield f"{name}={value!r} is no ts"
    for name, (_, needed) in known.items():
        if needed and name not in call.args:
            yield f"{name!r} is missing"
    yield from _wording(call)
    yield from _thread(call)


def _fits(kind: str, value: Any, *, in_json: bool) -> bool:
    if value is None:
        return False  # Slack takes no null
    if kind == "bool":
        return isinstance(value, bool) or value in ("true", "false", "1", "0")
    if kind == "int":
        return isinstance(value, int) or (not in_json and str(value).isdigit())
    if kind in ("Sequence", "dict"):
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return False
        return isinstance(value, list if kind == "Sequence" else dict)
    return isinstance(value, str)


def _wording(call: Call) -> Iterator[str]:
    """Find `& < >` that were to be escaped (formatting reference, "Escaping text")."""
    texts: list[str] = [call.args[one] for one in ("text", "initial_comment") if one in call.args]
    view = _parsed(call.args.get("view"))
    for blocks in (_parsed(call.args.get("blocks")), (view or {}).get("blocks")):
        texts += marked(blocks) if isinstance(blocks, list) else []
    for text in texts:
        if isinstance(text, str) and unescaped(text):
            yield f"not escaped: {unescaped(text)!r}"


def _parsed(value: object) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _thread(call: Call) -> Iterator[str]:
    """Find a thread_ts that is not a parent's ("use its parent instead")."""
    channel = call.world.channels.get(str(call.args.get("channel")))
    found = channel.find(str(call.args.get("thread_ts"))) if channel else None
    if found is not None and found.is_reply:
        yield "thread_ts is that of a reply; use its parent's"
