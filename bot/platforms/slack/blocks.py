"""Reads the text of a message that has nothing but blocks; the result is in Slack's own writing.

People's messages bear their text beside the blocks; apps may leave it out. Blocks: Slack's
documentation, reference/block-kit/blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.platforms.slack.text import escaped

Block = Mapping[str, Any]

DEEPEST = 10
"""Blocks within blocks that are read; Slack's own clients nest three."""

_STYLES = {"code": "`", "strike": "~", "italic": "_", "bold": "*"}
_LINES = frozenset({"rich_text", "rich_text_list"})
"""Whose elements stand below each other."""


def text_of_blocks(blocks: Iterable[Block]) -> str:
    """Return the text of blocks, one below the other; pictures, buttons and forms have none."""
    return "\n".join(filter(None, (_block(block, DEEPEST) for block in blocks)))


def _block(block: Block, deeper: int) -> str:
    kind = block.get("type")
    if kind in ("section", "header", "context", "markdown"):
        return "\n".join(_texts(block))
    if not isinstance(kind, str) or not kind.startswith("rich_text") or deeper == 0:
        return ""
    joint = "\n" if kind in _LINES else ""
    inner = joint.join(filter(None, (_element(one, deeper) for one in listed(block, "elements"))))
    if kind == "rich_text_preformatted":
        return f"```\n{inner}\n```"
    if kind == "rich_text_quote":
        return "\n".join(f"&gt; {line}" for line in inner.split("\n"))
    if kind == "rich_text_list":
        return "\n".join(f"• {line}" for line in inner.split("\n"))
    return inner


def _texts(block: Block) -> Iterator[str]:
    """Yield the texts of a block: its own, those of its fields, those of a context."""
    for one in (block.get("text"), *listed(block, "fields"), *listed(block, "elements")):
        if isinstance(one, str):  # of a markdown block
            yield escaped(one)
        elif isinstance(one, Mapping) and isinstance(text := one.get("text"), str):
            yield text if one.get("type") == "mrkdwn" else escaped(text)


def _element(element: Block, deeper: int) -> str:
    match element:
        case {"type": "text", "text": str(text)}:
            return _styled(escaped(text), element.get("style"))
        case {"type": "link", "url": str(url)}:
            label = element.get("text")
            return f"<{escaped(url)}|{escaped(str(label))}>" if label else f"<{escaped(url)}>"
        case {"type": "emoji", "name": str(name)}:
            return f":{escaped(name)}:"
        case {"type": "user", "user_id": str(number)}:
            return f"<@{escaped(number)}>"
        case {"type": "channel", "channel_id": str(number)}:
            return f"<#{escaped(number)}>"
        case {"type": "usergroup", "usergroup_id": str(number)}:
            return f"<!subteam^{escaped(number)}>"
        case {"type": "broadcast", "range": str(whom)}:
            return f"<!{escaped(whom)}>"
        case {"type": "date", "fallback": str(fallback)}:
            return escaped(fallback)
        case {"type": "color", "value": str(value)}:
            return escaped(value)
    return _block(element, deeper - 1)


def _styled(text: str, style: object) -> str:
    if not isinstance(style, Mapping) or not text.strip():
        return text
    for name, mark in _STYLES.items():
        if style.get(name) is True:
            text = f"{mark}{text}{mark}"
    return text


def part(payload: Block, name: str) -> Block:
    """Return the object of this name; empty where there is none."""
    value = payload.get(name)
    return value if isinstance(value, Mapping) else {}


def listed(payload: Block, name: str) -> list[Block]:
    """Return the objects in the list of this name."""
    value = payload.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
