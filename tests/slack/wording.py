"""Slack's markup: what becomes of what people type, whom a text pings, what has to be escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tests.slack.basics import JSON

TOKEN = re.compile(r"<(?:[@#!][^<>]+|(?:https?|mailto|tel):[^<>]+)>")
ADDRESS = re.compile(r"https?://[^\s<>|]+")
PING = re.compile(r"<(@[UW]\w+|!(?:channel|here|everyone)|!subteam\^\w+)(?:\|[^>]*)?>")
BARE = re.compile(r"&(?!amp;|lt;|gt;)|<|(?<!^)>", re.MULTILINE)


def escape(text: str) -> str:
    """Write `& < >` as Slack stores them (formatting reference, "Escaping text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str) -> str:
    """Return what Slack's client makes of what somebody typed.

    Addresses become links, `& < >` are escaped, and mentions, which a test writes as Slack stores
    them (`maria.mention`), stay what they are.
    """
    stored, at = "", 0
    for found in re.finditer(f"{TOKEN.pattern}|{ADDRESS.pattern}", text):
        stored += escape(text[at : found.start()])
        whole = found.group()
        stored += whole if whole.startswith("<") else f"<{escape(whole)}>"
        at = found.end()
    return stored + escape(text[at:])


def pings(text: str, blocks: Sequence[JSON] = ()) -> list[str]:
    """Return whom a message notifies: `@U...`, `!channel`, `!here`, `!everyone`, `!subteam^S...`.

    What people see of a message with blocks are the blocks.
    """
    words = "\n".join(marked(blocks)) if blocks else text
    return [found.group(1) for found in PING.finditer(words)]


def marked(blocks: Sequence[JSON]) -> list[str]:
    """Return every text in blocks that is read as markup."""
    found: list[str] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if value.get("type") == "mrkdwn" and isinstance(value.get("text"), str):
                found.append(value["text"])
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(list(blocks))
    return found


def unescaped(text: str) -> str:
    """Return the first `&`, `<` or `>` of a text that ought to have been escaped, or nothing.

    A `>` that begins a line is a quotation.
    """
    rest = TOKEN.sub("", text)
    found = BARE.search(rest)
    return rest[max(0, found.start() - 10) : found.end() + 10] if found else ""


def length(blocks: Sequence[JSON]) -> int:
    """Return how many characters the texts of blocks have."""

    def count(value: object) -> int:
        if isinstance(value, dict):
            own = len(value["text"]) if isinstance(value.get("text"), str) else 0
            return own + sum(count(one) for one in value.values())
        return sum(count(one) for one in value) if isinstance(value, list) else 0

    return count(json.loads(json.dumps(list(blocks))))
