"""What a message says that has nothing but blocks."""

from __future__ import annotations

from typing import Any

import pytest

from bot.platforms.slack.blocks import DEEPEST, text_of_blocks

Block = dict[str, Any]


def rich(*elements: Block, kind: str = "rich_text_section") -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def text(words: str, **style: bool) -> Block:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


def test_what_people_type_is_read_with_its_marks() -> None:
    block = rich(
        text("A1 is "),
        text("bold", bold=True),
        text(" and "),
        text("both", italic=True, strike=True),
        text(" or "),
        text("x < y & z", code=True),
        text(" ", bold=True),
        {"type": "emoji", "name": "wave"},
    )
    assert text_of_blocks([block]) == "A1 is *bold* and _~both~_ or `x &lt; y &amp; z` :wave:"


def test_mentions_links_and_times_are_written_as_slack_writes_them() -> None:
    block = rich(
        {"type": "user", "user_id": "U1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "here"},
        {"type": "link", "url": "https://x.org/?a&b"},
        {"type": "link", "url": "https://x.org", "text": "this"},
        {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "today"},
        {"type": "color", "value": "#ff0000"},
    )
    assert text_of_blocks([block]) == (
        "<@U1><#C1><!subteam^S1><!here><https://x.org/?a&amp;b><https://x.org|this>today#ff0000"
    )


def test_lists_quotes_and_code_stand_in_lines() -> None:
    items = [{"type": "rich_text_section", "elements": [text(word)]} for word in ("one", "two")]
    block = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [text("A1:")]},
            {"type": "rich_text_list", "style": "bullet", "elements": items},
            {"type": "rich_text_quote", "elements": [text("so\nhe said")]},
            {"type": "rich_text_preformatted", "elements": [text("a\nb")]},
        ],
    }
    assert text_of_blocks([block]) == ("A1:\n• one\n• two\n&gt; so\n&gt; he said\n```\na\nb\n```")


def test_what_apps_write_is_read_block_by_block() -> None:
    blocks: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Vote & see"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*T1* <@U1>"},
            "fields": [{"type": "mrkdwn", "text": "yes"}, {"type": "plain_text", "text": "<no>"}],
        },
        {"type": "divider"},
        {"type": "image", "image_url": "https://x.org/1.png", "alt_text": "a scan"},
        {"type": "actions", "elements": [{"type": "button", "text": {"text": "Vote"}}]},
        {"type": "context", "elements": [{"type": "image"}, {"type": "mrkdwn", "text": "small"}]},
        {"type": "markdown", "text": "**more** <b>"},
    ]
    assert text_of_blocks(blocks) == (
        "Vote &amp; see\n*T1* <@U1>\nyes\n&lt;no&gt;\nsmall\n**more** &lt;b&gt;"
    )


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"type": 5},
        {"type": "section"},
        {"type": "section", "text": "x" * 0},
        {"type": "rich_text", "elements": "none"},
        {"type": "rich_text", "elements": [3, {"type": "rich_text_section", "elements": [None]}]},
        {"type": "rich_text", "elements": [{"type": "text", "text": 7}]},
        {"type": "context", "elements": [[1]], "fields": {}},
    ],
)
def test_blocks_of_another_shape_say_nothing(block: Block) -> None:
    assert text_of_blocks([block]) == ""


def test_blocks_within_blocks_are_read_so_deep_and_no_deeper() -> None:
    block = text("deep")
    for _ in range(DEEPEST - 1):
        block = {"type": "rich_text_section", "elements": [block]}
    assert text_of_blocks([{"type": "rich_text", "elements": [block]}]) == "deep"
    block = {"type": "rich_text_section", "elements": [block]}
    assert text_of_blocks([{"type": "rich_text", "elements": [block]}]) == ""
