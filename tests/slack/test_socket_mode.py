"""What reaches the real slack_bolt over Socket Mode."""

from __future__ import annotations

from typing import Any

from tests.slack.channels import Channel
from tests.slack.client import Client
from tests.slack.people import Person
from tests.slack.server import Server


async def test_a_message_reaches_the_app(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    message = await maria.say(channel, "T1: the control group")
    await server.until(lambda: bot.heard("message"))
    event = bot.heard("message")[0]
    assert event["text"] == "T1: the control group"
    assert (event["channel"], event["ts"], event["user"]) == (channel.id, message.ts, maria.id)
    await server.until(lambda: server.deliveries.all[0].acknowledged)


async def test_a_command_is_answered_to_the_person_alone(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    @bot.app.command("/chat")
    async def chat(ack: Any, respond: Any, command: Any) -> None:
        await ack()
        await respond(f"You said {command['text']}")

    answer = await maria.command(channel, "/chat", "start urojc")
    await answer.acked()
    await answer.done()
    assert [one.text for one in maria.ephemerals] == ["You said start urojc"]
    assert channel.texts == []


async def test_what_the_app_posts_stands_in_the_channel(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    posted = await bot.web.chat_postMessage(
        channel=channel.id,
        text="T1",
        metadata={"event_type": "topic", "event_payload": {"key": "1"}},
    )
    await maria.say(channel, "an answer", thread=channel.messages[0])
    replies = await bot.web.conversations_replies(channel=channel.id, ts=posted["ts"])
    assert [one["text"] for one in replies["messages"]] == ["T1", "an answer"]
    assert replies["messages"][0]["reply_count"] == 1
