"""Socket Mode, as the real slack_bolt meets it: delivery, acknowledgement, delivery once more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.slack.answers import NoAnswer
from tests.slack.channels import Channel
from tests.slack.client import Client, connected, web_client
from tests.slack.people import Person
from tests.slack.server import Server


@pytest.fixture
async def bot(server: Server, channel: Channel) -> AsyncIterator[Client]:
    """Give slack_bolt over Socket Mode; it looks after its connection often."""
    async with connected(server, ping_interval=0.1) as client:
        yield client


def texts(bot: Client) -> list[str]:
    return [event["text"] for event in bot.heard("message")]


def retries(bot: Client) -> list[tuple[str, str]]:
    """Return number and reason of each delivery, as Bolt passes them on in headers."""
    return [
        (
            "".join(request.headers.get("x-slack-retry-num", [])),
            "".join(request.headers.get("x-slack-retry-reason", [])),
        )
        for request in bot.requests
    ]


async def test_a_message_reaches_the_app_and_is_acknowledged(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    message = await maria.say(channel, "T1: the control group")
    await server.until(lambda: bot.heard("message"))
    event = bot.heard("message")[0]
    assert event["text"] == "T1: the control group"
    assert (event["channel"], event["ts"], event["user"]) == (channel.id, message.ts, maria.id)
    assert event["channel_type"] == "channel"
    await server.until(lambda: server.deliveries.all[0].acknowledged)
    assert len(server.sockets.acknowledgements) == 1
    assert retries(bot) == [("0", "")]


async def test_what_is_not_acknowledged_comes_again_at_once_after_one_and_after_five_minutes(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    server.deliveries.seconds = 0.05
    bot.acknowledging = False
    await maria.say(channel, "T1")
    deliveries = server.deliveries
    await server.until(lambda: len(texts(bot)) == 2 and deliveries.waiting)
    server.workspace.shift(timedelta(minutes=1))
    await server.until(lambda: len(texts(bot)) == 3 and deliveries.waiting)
    server.workspace.shift(timedelta(minutes=4))
    await asyncio.sleep(0.1)
    assert deliveries.waiting
    server.workspace.shift(timedelta(minutes=1))
    await server.until(lambda: deliveries.lost)
    assert texts(bot) == ["T1"] * 4
    assert retries(bot) == [("0", ""), ("1", "timeout"), ("2", "timeout"), ("3", "timeout")]
    assert len({body["event_id"] for body in bot.bodies}) == 1
    assert deliveries.waiting == []


async def test_what_is_acknowledged_the_second_time_does_not_come_again(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    server.deliveries.seconds = 0.05
    bot.refusals = 1
    await maria.say(channel, "T1")
    await server.until(lambda: server.deliveries.all[0].acknowledged)
    server.workspace.shift(timedelta(minutes=10))
    await maria.say(channel, "T2")
    await server.until(lambda: "T2" in texts(bot))
    assert texts(bot) == ["T1", "T1", "T2"]


async def test_what_happened_while_no_socket_was_open_comes_later(
    server: Server, channel: Channel, maria: Person
) -> None:
    await maria.say(channel, "T1")
    await maria.say(channel, "T2")
    assert [one.failures for one in server.deliveries.all] == [["no_socket"] * 2] * 2
    async with connected(server) as bot:
        assert texts(bot) == []
        server.workspace.shift(timedelta(minutes=1))
        await server.until(lambda: len(texts(bot)) == 2)
        assert [number for number, _ in retries(bot)] == ["2", "2"]


async def test_what_waits_can_be_brought_at_once(
    server: Server, channel: Channel, maria: Person
) -> None:
    await maria.say(channel, "T1")
    async with connected(server) as bot:
        server.deliveries.redeliver()
        await server.until(lambda: texts(bot) == ["T1"])


async def test_an_acknowledged_event_can_come_again(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await maria.say(channel, "T1")
    first = server.deliveries.all[0]
    await server.until(lambda: first.acknowledged)
    server.deliveries.again(first)
    await server.until(lambda: texts(bot) == ["T1", "T1"])
    server.deliveries.twice("message")
    await maria.say(channel, "T2")
    await server.until(lambda: texts(bot) == ["T1", "T1", "T2", "T2"])


async def test_events_can_be_held_back_and_change_their_order(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    server.deliveries.hold("message")
    first = await maria.say(channel, "T1")
    await maria.say(channel, "T2")
    await maria.react(first, "tada")
    await server.until(lambda: bot.heard("reaction_added"))
    assert texts(bot) == []
    server.deliveries.release(reversed)
    await server.until(lambda: texts(bot) == ["T2", "T1"])


async def test_a_cut_connection_comes_back_and_what_was_on_its_way_comes_again(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    bot.refusals = 1
    await maria.say(channel, "T1")
    await server.until(lambda: texts(bot) == ["T1"])
    server.sockets.drop()
    await server.until(lambda: server.sockets.opened == 2)
    server.deliveries.redeliver()
    await server.until(lambda: texts(bot) == ["T1", "T1"])


async def test_a_socket_that_answers_pings_may_be_dead_all_the_same(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    server.deliveries.seconds = 0.05
    pings = server.sockets.pings
    server.sockets.deafen()
    await maria.say(channel, "T1")
    await server.until(lambda: server.sockets.pings > pings + 3)
    assert texts(bot) == []
    assert server.sockets.opened == 1


async def test_a_socket_that_leaves_pings_unanswered_is_replaced_by_the_library(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    server.deliveries.seconds = 0.05
    server.sockets.deafen(pongs=False)
    await maria.say(channel, "T1")
    await server.until(lambda: server.sockets.lines and not server.sockets.lines[0].deaf)
    server.deliveries.redeliver()
    await server.until(lambda: texts(bot) == ["T1"])


async def test_the_app_follows_when_it_is_asked_to_disconnect(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    server.sockets.ask_to_disconnect("warning")
    await server.until(lambda: server.sockets.opened == 2)
    server.sockets.ask_to_disconnect()
    await server.until(lambda: server.sockets.opened >= 3)
    await maria.say(channel, "T1")
    await server.until(lambda: texts(bot) == ["T1"])


async def test_each_event_goes_to_one_of_the_sockets(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    async with connected(server) as second:
        for number in range(6):
            await maria.say(channel, f"T{number}")
        await server.until(lambda: len(texts(bot)) + len(texts(second)) == 6)
        assert len(texts(bot)) == len(texts(second)) == 3
        assert {*texts(bot), *texts(second)} == {f"T{number}" for number in range(6)}


async def test_an_eleventh_socket_is_turned_away(server: Server, channel: Channel) -> None:
    token = server.workspace.application.app_token
    web = web_client(server)
    async with aiohttp.ClientSession() as session:
        lines = []
        for number in range(11):
            opened = await web.apps_connections_open(app_token=token)
            lines.append(await session.ws_connect(opened["url"]))
            hello = await lines[-1].receive_json()
            if number < 10:
                assert (hello["type"], hello["num_connections"]) == ("hello", number + 1)
        assert hello == {"type": "disconnect", "reason": "too_many_websockets"}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])
        for line in lines:
            await line.close()


async def test_a_connection_is_opened_with_the_app_s_token_alone(server: Server) -> None:
    web = web_client(server)
    with pytest.raises(SlackApiError) as refused:
        await web.apps_connections_open(app_token=server.workspace.application.bot_token)
    assert refused.value.response["error"] == "not_allowed_token_type"


async def test_a_command_is_not_brought_a_second_time(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    server.deliveries.seconds = 0.05
    bot.acknowledging = False
    answer = await maria.command(channel, "/chat", "start urojc")
    with pytest.raises(NoAnswer, match="operation_timeout"):
        await answer.acked()
    server.workspace.shift(timedelta(minutes=10))
    server.deliveries.redeliver()
    assert [body["command"] for body in bot.bodies] == ["/chat"]


async def test_without_a_socket_a_command_fails_at_once(
    server: Server, channel: Channel, maria: Person
) -> None:
    answer = await maria.command(channel, "/chat", "start urojc")
    with pytest.raises(NoAnswer, match="dispatch_failed"):
        await answer.acked()


async def test_an_answer_may_come_with_the_acknowledgement(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    @bot.app.command("/chat")
    async def chat(ack: Any) -> None:
        await ack("On its way")

    answer = await maria.command(channel, "/chat", "start urojc")
    await answer.acked()
    assert [one.text for one in answer.ephemerals] == ["On its way"]
    assert channel.texts == []
