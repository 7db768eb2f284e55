"""What stands in a message's menu on Slack: place it under a topic, withdraw it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.agenda import Room
from bot.engine.errors import Refused
from bot.platforms.appointment import shortened
from bot.platforms.platform import Answer, Asker, Choice, Door
from bot.platforms.slack.errors import why_of
from bot.platforms.slack.manifest import PLACE, WITHDRAW
from bot.platforms.slack.people import People
from bot.platforms.slack.replies import FAILED, Aside, answer, note
from bot.platforms.slack.signals import PLATFORM
from bot.platforms.slack.text import SECTION, plain

PLACE_NAME, WITHDRAW_NAME = "Place under a topic", "Withdraw"
"""What people read in the menu, and as a window's title: at most 24 characters each."""

TOPICS = "topics"
"""The block in which topics are chosen, and the menu in it."""

NONE = "none"
"""What is typed for no topic after /chat place."""

MOST = 99
"""Topics in the menu: Slack takes 100 options, and one is that there is no topic."""

LONGEST_OPTION = 75
"""Characters in an option's text (Block Kit, "Option object")."""

WAITING = "The topics of this chat come in a moment."
UNOPENED = "The window with the topics could not be opened. Choose Place under a topic again."
_WHICH = "Under which topic does this message stand? Several may be chosen."
_FOREIGN = "This message belongs to no chat, so it can stand under no topic."
BOTH = "Choose topics, or no topic; not both."
_ONLY = "These are the latest {most} topics. For an earlier one: /chat place {message} T1"

CLOSED = "not_found"
"""Slack's name of the error where a window is not open any more."""

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """Which message it is about; `url` is the response_url of the choice in its menu."""

    channel: str
    message: str
    thread: str | None
    url: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Read a choice in a message's menu; who begins a thread stands in the channel."""
        message = body["message"]
        thread, ts = message.get("thread_ts"), str(message["ts"])
        inside = None if thread is None or thread == ts else str(thread)
        return cls(str(body["channel"]["id"]), ts, inside, str(body.get("response_url") or ""))

    def aside(self, client: AsyncWebClient, user: str) -> Aside:
        """Return where somebody is told what came of it."""
        return Aside(client, user, self.channel, self.url, self.thread)


def install_shortcuts(app: AsyncApp, door: Door, people: People) -> None:
    """Let an app place and withdraw messages from their menus."""
    client = app.client  # Bolt's own for each request would name the workspace in every call

    async def asker(user: str, spot: Spot) -> Asker:
        person = await people.person(user, spot.channel)
        return Asker(person, Room(PLATFORM, spot.channel), spot.thread)

    async def offered(user: str, spot: Spot) -> View:
        """Return the window in which topics are chosen, or one that says why there is none."""
        try:
            topics = await door.topics(spot.message, await asker(user, spot))
            return _choosing(spot, topics) if topics else window(_FOREIGN, PLACE_NAME)
        except Refused as refusal:
            return window(str(refusal), PLACE_NAME)
        except Exception as error:
            note(PLACE_NAME, error)
            return window(FAILED, PLACE_NAME)

    async def place(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        spot, user = Spot.of(body), str(body["user"]["id"])
        try:  # at once, for within three seconds it must be open; the topics may take longer
            waiting = window(WAITING, PLACE_NAME)
            opened = await client.views_open(trigger_id=str(body["trigger_id"]), view=waiting)
            view = await offered(user, spot)
            await client.views_update(view_id=opened["view"]["id"], view=view)
        except Exception as error:
            if isinstance(error, SlackApiError) and why_of(error) == CLOSED:
                return
            note(PLACE_NAME, error)
            await answer(spot.aside(client, user), PLACE_NAME, _unopened)

    async def chosen(ack: AsyncAck, body: dict[str, Any], view: View) -> None:
        values = _values(view)
        if NONE in values and len(values) > 1:
            await ack(response_action="errors", errors={TOPICS: BOTH})
            return
        await ack()
        spot, user = Spot(**json.loads(view["private_metadata"])), str(body["user"]["id"])

        async def work() -> Answer:
            text = f"place {spot.message} {', '.join(values)}"
            return await door.ask(text, await asker(user, spot))

        await answer(spot.aside(client, user), PLACE_NAME, work)

    async def withdraw(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        spot, user = Spot.of(body), str(body["user"]["id"])

        async def work() -> Answer:
            author = str(body["message"].get("user", ""))
            return await door.withdraw(spot.message, author, await asker(user, spot))

        await answer(spot.aside(client, user), WITHDRAW_NAME, work)

    app.message_shortcut(PLACE)(place)
    app.view_submission(PLACE)(chosen)
    app.message_shortcut(WITHDRAW)(withdraw)


async def _unopened() -> Answer:
    return Answer((UNOPENED,))


# ---------------------------------------------------------------- windows


def window(text: str, title: str = "Rounds") -> View:
    """Return a window that says something, and can be closed."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain("Close"),
        "blocks": [{"type": "section", "text": plain(shortened(text, SECTION))}],
    }


def _choosing(spot: Spot, topics: Sequence[Choice]) -> View:
    offered = [*topics[-MOST:], Choice(NONE, "no topic")]
    menu = {
        "type": "multi_static_select",
        "action_id": TOPICS,
        "placeholder": plain("Topics"),
        "options": [
            {"text": plain(shortened(one.shown, LONGEST_OPTION)), "value": one.value}
            for one in offered
        ],
    }
    said = window(_WHICH, PLACE_NAME)
    if len(topics) > MOST:
        only = _ONLY.format(most=MOST, message=spot.message)
        said["blocks"].append({"type": "section", "text": plain(only)})
    said["blocks"].append(
        {"type": "input", "block_id": TOPICS, "label": plain("Topics"), "element": menu}
    )
    return said | {
        "callback_id": PLACE,
        "submit": plain("Place"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps(asdict(spot)),
    }


def _values(view: View) -> list[str]:
    """Return what was chosen, in the order in which it was offered."""
    options = view["state"]["values"][TOPICS][TOPICS]["selected_options"]
    return [str(one["value"]) for one in options]
