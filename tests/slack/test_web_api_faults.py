"""What goes wrong on the way to the Web API, as the real slack_sdk meets it."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.channels import Channel
from tests.slack.client import connected
from tests.slack.people import Person
from tests.slack.refusals import refused
from tests.slack.server import Server
from tests.slack.world import Workspace

POST = "chat.postMessage"
CUT = (aiohttp.ClientError, OSError)


async def test_a_cut_after_the_commit_leaves_the_message_and_no_answer(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    server.faults.cut_after(POST)
    with pytest.raises(CUT):
        await web.chat_postMessage(channel=channel.id, text="T1")
    assert channel.texts == ["T1"]
    assert [one.status for one in server.calls(POST)] == [0]
    assert server.faults.waiting == []


async def test_by_itself_the_library_posts_twice_after_a_cut(
    server: Server, channel: Channel
) -> None:
    token = server.workspace.application.bot_token
    web = AsyncWebClient(token=token, base_url=server.api)
    server.faults.cut_after(POST)
    await web.chat_postMessage(channel=channel.id, text="T1")
    assert channel.texts == ["T1", "T1"]


async def test_a_cut_before_leaves_nothing(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    server.faults.cut_before(POST, times=2)
    for _ in range(2):
        with pytest.raises(CUT):
            await web.chat_postMessage(channel=channel.id, text="T1")
    assert channel.texts == []
    await web.chat_postMessage(channel=channel.id, text="T1")
    assert channel.texts == ["T1"]


async def test_a_rate_limit_says_how_long_to_wait(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    server.faults.too_many(POST, retry_after=30)
    with pytest.raises(SlackApiError) as limited:
        await web.chat_postMessage(channel=channel.id, text="T1")
    assert (limited.value.response.status_code, limited.value.response["error"]) == (
        429,
        "ratelimited",
    )
    assert limited.value.response.headers["Retry-After"] == "30"


async def test_a_rate_limit_is_obeyed_by_who_asks_the_library_to(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    web.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    server.faults.too_many(POST, retry_after=0)
    await web.chat_postMessage(channel=channel.id, text="T1")
    assert [one.status for one in server.calls(POST)] == [429, 200]


async def test_a_message_a_second_may_be_posted_in_each_channel_and_a_few_at_once(
    server: Server, workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    server.faults.one_a_second(burst=2, seconds=0.2)
    elsewhere = workspace.channel("elsewhere")
    for number in range(2):
        await web.chat_postMessage(channel=channel.id, text=f"T{number}")
    with refused("ratelimited"):
        await web.chat_postMessage(channel=channel.id, text="T2")
    await web.chat_postMessage(channel=elsewhere.id, text="T2")
    await asyncio.sleep(0.21)
    await web.chat_postMessage(channel=channel.id, text="T2")
    assert channel.texts == ["T0", "T1", "T2"]


async def test_every_method_has_its_tier(
    server: Server, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    server.faults.tiers()
    for _ in range(50):
        await web.conversations_info(channel=channel.id)
    with refused("ratelimited"):
        await web.conversations_info(channel=channel.id)
    await web.users_info(user=maria.id)


async def test_a_failure_of_slack_s_own_is_no_json(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    server.faults.fail(POST, status=503)
    with pytest.raises(SlackApiError) as failed:
        await web.chat_postMessage(channel=channel.id, text="T1")
    assert failed.value.response.status_code == 503
    assert channel.texts == []


async def test_a_refusal_can_be_had_whatever_the_rules_say(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    server.faults.refuse(POST, "fatal_error")
    with refused("fatal_error"):
        await web.chat_postMessage(channel=channel.id, text="T1")
    await web.chat_postMessage(channel=channel.id, text="T1")


async def test_a_request_may_hang(server: Server, web: AsyncWebClient, channel: Channel) -> None:
    server.faults.hang(POST, 30)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await web.chat_postMessage(channel=channel.id, text="T1")
    assert channel.texts == []


async def test_a_fault_meets_only_its_own_method(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    server.faults.cut_before("conversations.*")
    await web.chat_postMessage(channel=channel.id, text="T1")
    assert len(server.faults.waiting) == 1
    server.faults.forget()
    await web.conversations_info(channel=channel.id)


async def test_during_an_outage_nothing_is_answered_and_afterwards_all(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    port = server.port
    await server.outage()
    for _ in range(2):
        with pytest.raises(CUT):
            await web.chat_postMessage(channel=channel.id, text="T1")
    await server.recover()
    assert server.port == port
    await web.chat_postMessage(channel=channel.id, text="T1")
    assert channel.texts == ["T1"]


async def test_an_outage_cuts_the_sockets_and_they_come_back(
    server: Server, channel: Channel, maria: Person
) -> None:
    async with connected(server, ping_interval=0.1) as bot:
        await server.outage()
        await maria.say(channel, "T1")
        assert server.sockets.lines == []
        await server.recover()
        await server.until(lambda: server.sockets.lines)
        server.deliveries.redeliver()
        await server.until(lambda: bot.heard("message"))
