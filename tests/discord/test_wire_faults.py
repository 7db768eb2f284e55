"""What goes wrong on the way, as the real discord.py meets it."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from tests.discord.client import Client
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.server import Server

POST = "POST /channels/*/messages"
CUT = (aiohttp.ClientError, OSError)


def texts(channel: Channel) -> list[str]:
    return [one.content for one in channel.messages]


async def test_a_cut_after_the_commit_leaves_the_message_and_no_answer(
    server: Server, bot: Client, channel: Channel
) -> None:
    server.faults.cut_after(POST)
    with pytest.raises(CUT):
        await bot.text("journal-club").send("T1", nonce="urojc/3/1")
    assert texts(channel) == ["T1"]
    assert server.faults.waiting == []
    await bot.text("journal-club").send("T1", nonce="urojc/3/1")
    assert texts(channel) == ["T1"]


async def test_a_cut_before_leaves_nothing(server: Server, bot: Client, channel: Channel) -> None:
    server.faults.cut_before(POST, times=2)
    for _ in range(2):
        with pytest.raises(CUT):
            await bot.text("journal-club").send("T1")
    assert texts(channel) == []
    await bot.text("journal-club").send("T1")
    assert texts(channel) == ["T1"]


async def test_a_rate_limit_is_waited_for(server: Server, bot: Client, channel: Channel) -> None:
    server.faults.too_many(POST, times=2, retry_after=0.02)
    server.faults.too_many("GET *", retry_after=0.02, everywhere=True)
    await bot.text("journal-club").send("T1")
    await bot.fetch_channel(channel.id)
    assert texts(channel) == ["T1"]
    posts = [one.status for one in server.requests if one.path.endswith("/messages")]
    assert posts == [429, 429, 200]


async def test_a_limit_is_kept_by_who_reads_the_headers_and_enforced_on_who_does_not(
    server: Server, bot: Client, channel: Channel
) -> None:
    server.faults.limit(POST, most=2, seconds=0.1)
    place = bot.text("journal-club")
    for number in range(5):
        await place.send(f"T{number}")
    assert texts(channel) == ["T0", "T1", "T2", "T3", "T4"]
    assert {one.status for one in server.requests} == {200}
    headers = {"Authorization": f"Bot {server.world.application.token}"}
    url = f"{server.api}/channels/{channel.id}/messages"
    async with aiohttp.ClientSession(headers=headers) as session:
        answers = []
        for _ in range(3):
            async with session.post(url, json={"content": "T"}) as response:
                answers.append((response.status, await response.json()))
    assert [status for status, _ in answers][-1] == 429
    assert 0 < answers[-1][1]["retry_after"] <= 0.1


async def test_what_our_discord_does_not_understand_is_a_failure(
    server: Server, bot: Client, channel: Channel
) -> None:
    with pytest.raises(discord.DiscordServerError):
        await bot.http.request(discord.http.Route("POST", "/channels/1/shout"))
    assert server.failures != []
    server.failures.clear()
    server.requests.clear()


async def test_a_failure_of_discord_s_own_is_an_error_of_the_server(
    server: Server, bot: Client, channel: Channel
) -> None:
    server.faults.fail(POST, status=503)
    with pytest.raises(discord.DiscordServerError):
        await bot.text("journal-club").send("T1")
    assert texts(channel) == []


async def test_a_refusal_can_be_had_whatever_the_rules_say(
    server: Server, bot: Client, channel: Channel
) -> None:
    server.faults.refuse("POST /channels/*/threads", 400, 160006, "Maximum number reached")
    message = await bot.text("journal-club").send("Tonight")
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="Journal club")
    assert refused.value.code == 160006


async def test_a_request_may_hang(server: Server, bot: Client, channel: Channel) -> None:
    server.faults.hang(POST, 30)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await bot.text("journal-club").send("T1")
    assert texts(channel) == []


async def test_a_fault_meets_only_its_own_route(
    server: Server, bot: Client, channel: Channel
) -> None:
    server.faults.cut_before(f"POST /channels/{channel.id + 1}/messages")
    await bot.text("journal-club").send("T1")
    assert texts(channel) == ["T1"]
    assert len(server.faults.waiting) == 1
    server.faults.forget()
    assert server.faults.waiting == []


async def test_during_an_outage_nothing_is_answered_and_afterwards_all(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    port = server.port
    await server.outage()
    for _ in range(2):
        with pytest.raises(CUT):
            await bot.text("journal-club").send("T1")
    await server.recover()
    assert server.port == port
    await bot.text("journal-club").send("T1")
    assert texts(channel) == ["T1"]
