"""Calling a moderator on Slack: a button below the opening, a message's menu, "I take it"."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.agenda import Room
from bot.engine.buttons import HELP, TAKE, chat_pressed
from bot.platforms.answering import CALLED, TAKEN
from bot.platforms.platform import Answer, Asker, Door
from bot.platforms.slack.manifest import CALL
from bot.platforms.slack.people import People
from bot.platforms.slack.replies import Aside, answer
from bot.platforms.slack.shortcuts import Spot
from bot.platforms.slack.signals import PLATFORM


def install_bell(app: AsyncApp, door: Door, people: People) -> None:
    """Let an app answer the buttons and the entry in a message's menu; none raises."""
    client = app.client  # Bolt's own for each request would name the workspace in every call

    async def asker(user: str, channel: str, thread: str | None) -> Asker:
        return Asker(await people.person(user, channel), Room(PLATFORM, channel), thread)

    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        aside, kept = _aside(client, body), _kept(body)

        async def work() -> Answer:
            return await door.call(
                await asker(aside.user, aside.channel, aside.thread), chat=chat_pressed(kept)
            )

        await answer(aside, CALLED, work)

    async def chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        spot, user = Spot.of(body), str(body["user"]["id"])

        async def work() -> Answer:
            by = await asker(user, spot.channel, spot.thread)
            return await door.call(by, message=spot.message)

        await answer(spot.aside(client, user), CALLED, work)

    async def take(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        aside = _aside(client, body)
        chat, _, number = chat_pressed(_kept(body)).rpartition("/")

        async def work() -> Answer:
            person = await people.person(aside.user, aside.channel)
            return await door.take(chat, int(number), person)

        await answer(aside, TAKEN, work)

    app.action(HELP)(pressed)
    app.action(TAKE)(take)
    app.message_shortcut(CALL)(chosen)


def _kept(body: dict[str, Any]) -> str:
    return str(body["actions"][0].get("value") or "")


def _aside(client: AsyncWebClient, body: dict[str, Any]) -> Aside:
    """Return where whoever pressed a button is told what came of it."""
    thread = body.get("container", {}).get("thread_ts")
    return Aside(
        client,
        str(body["user"]["id"]),
        str(body["channel"]["id"]),
        str(body.get("response_url") or ""),
        str(thread) if thread else None,
    )
