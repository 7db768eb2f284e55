"""Events, commands and interactions as signed requests, to the real slack_bolt's web server."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web as aiohttp_web

from tests.slack.answers import NoAnswer
from tests.slack.application import Shortcut
from tests.slack.channels import Channel
from tests.slack.client import Client
from tests.slack.people import Person
from tests.slack.server import Server


@pytest.fixture
async def bot(server: Server, channel: Channel) -> AsyncIterator[Client]:
    """Give slack_bolt's own web server on the loopback, known to our Slack by its address."""
    client = Client(server)
    runner = aiohttp_web.AppRunner(client.app.web_app("/slack/events"))
    await runner.setup()
    site = aiohttp_web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.workspace.application.use_http(f"http://127.0.0.1:{port}/slack/events")
    yield client
    await runner.cleanup()


async def test_an_event_arrives_signed_and_is_acknowledged(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await maria.say(channel, "T1")
    await server.until(lambda: server.deliveries.all[0].acknowledged)
    assert [event["text"] for event in bot.events] == ["T1"]


async def test_a_new_address_answers_the_challenge(server: Server, bot: Client) -> None:
    assert await server.signed.verify_url()


@pytest.mark.parametrize(
    ("secret", "age", "tampered"), [("another", 0, ""), ("", 6 * 60, ""), ("", 0, " ")]
)
async def test_the_library_refuses_a_signature_that_is_wrong_old_or_of_other_words(
    server: Server, bot: Client, secret: str, age: float, tampered: str
) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "message"}}).encode()
    headers = server.signed.sign(body, at=time.time() - age, secret=secret)
    headers["Content-Type"] = "application/json"
    url = server.workspace.application.request_url
    reply = await server.signed.post(url, body + tampered.encode(), headers)
    assert reply.status == 401
    assert bot.requests == []


async def test_a_request_may_be_replayed_as_it_was(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await maria.say(channel, "T1")
    delivery = server.deliveries.all[0]
    await server.until(lambda: delivery.acknowledged)
    body, headers = server.signed.request(delivery)
    url = server.workspace.application.request_url
    assert (await server.signed.post(url, body, headers)).status == 200
    assert [event["text"] for event in bot.events] == ["T1", "T1"]


async def test_an_error_brings_the_event_again_with_number_and_reason(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    bot.refusals = 3
    await maria.say(channel, "T1")
    for number, minutes in ((2, 1), (3, 5)):
        await server.until(lambda: len(bot.requests) == number and server.deliveries.waiting)  # noqa: B023
        server.workspace.shift(timedelta(minutes=minutes))
    await server.until(lambda: server.deliveries.all[0].acknowledged)
    numbers = [one.headers.get("x-slack-retry-num", [""])[0] for one in bot.requests]
    reasons = [one.headers.get("x-slack-retry-reason", [""])[0] for one in bot.requests]
    assert numbers == ["", "1", "2", "3"]
    assert reasons == ["", "http_error", "http_error", "http_error"]


async def test_an_error_may_ask_for_no_more(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    bot.refusals = 1
    bot.headers = {"X-Slack-No-Retry": "1"}
    await maria.say(channel, "T1")
    await server.until(lambda: server.deliveries.lost)
    assert (len(bot.requests), server.deliveries.waiting) == (1, [])


async def test_an_app_that_is_down_gets_its_events_when_it_is_back(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    application = server.workspace.application
    address, application.request_url = application.request_url, "http://127.0.0.1:9/slack/events"
    await maria.say(channel, "T1")
    await server.until(lambda: server.deliveries.waiting)
    assert server.deliveries.all[0].failures == ["connection_failed"] * 2
    application.request_url = address
    server.deliveries.redeliver()
    await server.until(lambda: server.deliveries.all[0].acknowledged)


async def test_a_command_and_a_shortcut_come_to_the_same_address(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    @bot.app.command("/chat")
    async def chat(ack: Any, command: Any) -> None:
        await ack(f"You said {command['text']}")

    @bot.app.shortcut("withdraw")
    async def withdraw(ack: Any, respond: Any, shortcut: Any) -> None:
        await ack()
        await respond(f"Withdrawn: {shortcut['message']['text']}")

    server.workspace.application.shortcuts = [Shortcut("withdraw", "Withdraw")]
    answer = await (await maria.command(channel, "/chat", "start urojc")).done()
    assert answer.text == "You said start urojc"
    message = await maria.say(channel, "by mistake")
    answer = await (await maria.shortcut("withdraw", message)).done()
    assert answer.text == "Withdrawn: by mistake"


async def test_an_unknown_command_is_told_to_have_failed(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    answer = await maria.command(channel, "/chat", "start urojc")
    with pytest.raises(NoAnswer, match="dispatch_failed"):
        await answer.acked()
