"""Reading back what was said, page by page, as the real slack_sdk does it."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.channels import Channel
from tests.slack.people import Person
from tests.slack.refusals import refused
from tests.slack.server import Server
from tests.slack.world import Workspace


async def said(maria: Person, channel: Channel, number: int) -> list[str]:
    """Let so many messages be said; return their ts."""
    return [(await maria.say(channel, f"M{n}")).ts for n in range(number)]


def words(answer: Any) -> list[str]:
    return [one["text"] for one in answer["messages"]]


async def pages(web: AsyncWebClient, method: str, **asked: Any) -> list[list[str]]:
    """Follow the cursor to its end."""
    call = getattr(web, method)
    found, cursor = [], ""
    while True:
        answer = await call(**asked, **({"cursor": cursor} if cursor else {}))
        found.append(words(answer))
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        assert answer["has_more"] is bool(cursor)
        if not cursor:
            return found


async def test_history_comes_newest_first_and_page_by_page(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    await said(maria, channel, 5)
    found = await pages(web, "conversations_history", channel=channel.id, limit=2)
    assert found == [["M4", "M3"], ["M2", "M1"], ["M0"]]


async def test_bounds_leave_out_their_own_message_unless_it_is_asked_for(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    ts = await said(maria, channel, 5)
    asked: dict[str, Any] = {"channel": channel.id, "oldest": ts[1], "latest": ts[3]}
    assert words(await web.conversations_history(**asked)) == ["M2"]
    assert words(await web.conversations_history(**asked, inclusive=True)) == ["M3", "M2", "M1"]
    one = await web.conversations_history(channel=channel.id, latest=ts[2], limit=1, inclusive=True)
    assert words(one) == ["M2"]


async def test_with_oldest_alone_the_first_page_is_the_oldest(
    workspace: Workspace, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    ts = await said(maria, channel, 6)
    asked: dict[str, Any] = {"channel": channel.id, "oldest": ts[0], "limit": 2}
    found = await pages(web, "conversations_history", **asked)
    assert found == [["M2", "M1"], ["M4", "M3"], ["M5"]]
    workspace.pages_from_oldest = False
    found = await pages(web, "conversations_history", **asked)
    assert found == [["M5", "M4"], ["M3", "M2"], ["M1"]]


async def test_history_has_no_replies_but_tells_of_them(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    await maria.say(channel, "an answer", thread=topic)
    last = await maria.say(channel, "a loud answer", thread=topic, broadcast=True)
    history = await web.conversations_history(channel=channel.id)
    assert words(history) == ["a loud answer", "T1"]
    loud, parent = history["messages"]
    assert (parent["reply_count"], parent["latest_reply"]) == (2, last.ts)
    assert (loud["subtype"], loud["thread_ts"]) == ("thread_broadcast", topic.ts)
    assert loud["root"]["text"] == "T1"


async def test_replies_come_after_their_parent_oldest_first(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    replies = [await maria.say(channel, f"R{n}", thread=topic) for n in range(4)]
    asked = {"channel": channel.id, "ts": topic.ts, "limit": 2}
    found = await pages(web, "conversations_replies", **asked)
    assert found == [["T1", "R0"], ["R1", "R2"], ["R3"]]
    later = await web.conversations_replies(channel=channel.id, ts=topic.ts, oldest=replies[1].ts)
    assert words(later) == ["T1", "R2", "R3"]
    from_a_reply = await web.conversations_replies(channel=channel.id, ts=replies[2].ts)
    assert words(from_a_reply) == ["T1", "R0", "R1", "R2", "R3"]
    assert from_a_reply["messages"][1]["parent_user_id"] == maria.id
    lonely = await maria.say(channel, "alone")
    assert words(await web.conversations_replies(channel=channel.id, ts=lonely.ts)) == ["alone"]


async def test_a_deleted_parent_stands_there_for_its_replies(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    reply = await maria.say(channel, "an answer", thread=topic)
    await maria.delete(topic)
    history = await web.conversations_history(channel=channel.id)
    stone = history["messages"][0]
    assert (stone["subtype"], stone["user"]) == ("tombstone", "USLACKBOT")
    thread = await web.conversations_replies(channel=channel.id, ts=topic.ts)
    assert words(thread) == ["This message was deleted.", "an answer"]
    await maria.delete(reply)
    assert channel.messages == []
    with refused("thread_not_found"):
        await web.conversations_replies(channel=channel.id, ts=topic.ts)


async def test_an_app_that_is_sold_gets_fifteen_a_minute(
    server: Server, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    await said(maria, channel, 20)
    server.as_distributed(seconds=60)
    answer = await web.conversations_history(channel=channel.id, limit=100)
    assert words(answer) == [f"M{n}" for n in range(19, 4, -1)]
    with refused("ratelimited"):
        await web.conversations_history(channel=channel.id)
    assert [one.status for one in server.calls("conversations.history")] == [200, 429]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"limit": 1000}, "invalid_limit"),
        ({"cursor": "bmV4dA=="}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "tomorrow"}, "invalid_ts_latest"),
    ],
)
async def test_what_cannot_be_asked_of_history(
    web: AsyncWebClient, channel: Channel, asked: dict[str, Any], error: str
) -> None:
    with refused(error):
        await web.conversations_history(channel=channel.id, **asked)


async def test_history_is_for_members_with_the_scope_for_that_kind_of_channel(
    workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    elsewhere = workspace.channel("elsewhere", with_bot=False)
    with refused("not_in_channel"):
        await web.conversations_history(channel=elsewhere.id)
    hidden = workspace.channel("trustees", private=True)
    workspace.application.revoke("groups:history")
    with refused("missing_scope") as told:
        await web.conversations_history(channel=hidden.id)
    assert told["needed"] == "groups:history"
    assert "channels:history" in told["provided"]
