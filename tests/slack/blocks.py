"""What Slack takes for blocks: kinds, required parts, lengths (reference: Block Kit)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.slack.basics import JSON, Refusal


def check_blocks(blocks: Sequence[JSON]) -> None:
    """Raise invalid_blocks for what Slack would not show."""
    if len(blocks) > 50:
        raise Refusal("invalid_blocks")
