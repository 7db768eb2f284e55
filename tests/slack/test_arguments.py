"""What is found wrong with requests that Slack would take, or misread, or refuse."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.arguments import described
from tests.slack.channels import Channel
from tests.slack.client import web_client
from tests.slack.people import Person
from tests.slack.server import METHODS, Server, serving
from tests.slack.wording import typed, unescaped


def test_slack_sdk_knows_every_method_of_our_slack() -> None:
    assert [method for method in METHODS if described(method) is None] == []


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"txt": "T1"}, "'txt' is no argument"),
        ({"text": 1}, "text=1 is not of type str"),
        ({"text": "T1", "thread_ts": "now"}, "thread_ts='now' is no ts"),
        ({"text": "T1", "unfurl_links": "no"}, "unfurl_links='no' is not of type bool"),
        ({"text": "T1", "metadata": None}, "metadata=None is not of type dict"),
        ({"text": "T1", "blocks": "T1"}, "blocks='T1' is not of type Sequence"),
        ({"text": "p < 0.05"}, "not escaped: 'p < 0.05'"),
        ({"text": "<@U1> & <!date^1^{time}|9>"}, "not escaped: ' & '"),
    ],
)
async def test_what_is_wrong_with_a_request_is_said(
    server: Server, web: AsyncWebClient, channel: Channel, asked: dict[str, Any], problem: str
) -> None:
    with contextlib.suppress(SlackApiError):  # some of it is refused besides
        await web.api_call("chat.postMessage", json={"channel": channel.id} | asked)
    assert f"chat.postMessage: {problem}" in server.problems
    server.requests.clear()


async def test_markup_in_blocks_and_views_is_looked_at_too(
    server: Server, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Q & A"}}]
    plain = [{"type": "header", "text": {"type": "plain_text", "text": "Q & A"}}]
    await web.chat_postMessage(channel=channel.id, text="T1", blocks=blocks)
    await web.chat_postMessage(channel=channel.id, text="T1", blocks=plain)
    await web.views_publish(user_id=maria.id, view={"type": "home", "blocks": blocks})
    assert [one.partition(":")[0] for one in server.problems] == [
        "chat.postMessage",
        "views.publish",
    ]
    server.requests.clear()


async def test_a_thread_is_named_by_its_parent(
    server: Server, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    reply = await maria.say(channel, "an answer", thread=topic)
    await web.chat_postMessage(channel=channel.id, text="thank you", thread_ts=reply.ts)
    assert [one.text for one in topic.replies] == ["an answer", "thank you"]
    assert server.problems == ["chat.postMessage: thread_ts is that of a reply; use its parent's"]
    server.requests.clear()


async def test_a_block_ends_with_an_error_where_a_request_was_wrong() -> None:
    async def ask_wrongly() -> None:
        async with serving() as server:
            await web_client(server).auth_test(colour="blue")

    with pytest.raises(AssertionError, match="'colour' is no argument"):
        await ask_wrongly()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a < b > c & d", "a &lt; b &gt; c &amp; d"),
        ("<!channel> <@U1>", "<!channel> <@U1>"),
        ("<script>", "&lt;script&gt;"),
        ("https://x.org/?a=1&b=2", "<https://x.org/?a=1&amp;b=2>"),
    ],
)
def test_what_slack_s_client_makes_of_what_is_typed(text: str, stored: str) -> None:
    assert typed(text) == stored
    assert unescaped(stored) == ""


def test_a_quotation_needs_no_escape() -> None:
    assert unescaped("> quoted\nplain") == ""
    assert unescaped("a > b") == "a > b"
