"""What stands in a message's menu on Slack: place it under a topic, withdraw it."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.agenda import Room
from bot.engine.errors import Refused
from bot.platforms import answering
from bot.platforms.answering import BOTH, FAILED, FOREIGN, NONE, WHICH, offered
from bot.platforms.appointment import shortened
from bot.platforms.platform import Answer, Asker, Choice, Door
from bot.platforms.slack.errors import why_of
from bot.platforms.slack.manifest import PLACE, WITHDRAW
from bot.platforms.slack.people import People
from bot.platforms.slack.replies import Aside, answer, note
from bot.platforms.slack.signals import PLATFORM
from bot.platforms.slack.text import SECTION, plain

TOPICS = "topics"
"""The block in which topics are chosen, and the menu in it."""

MOST = 99
"""Topics in the menu: Slack takes 100 options, and one is that there is no topic."""

LONGEST_OPTION = 75
"""Characters in an option's text (Block Kit, "Option object")."""

WAITING = "The topics of this chat come in a moment."
UNOPENED = "The window with the topics could not be opened. Choose Place under a topic again."

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

    async def topics_for(user: str, spot: Spot) -> View:
        """Return the window in which topics are chosen, or one that says why there is none."""
        try:
            topics = await door.topics(spot.message, await asker(user, spot))
            return _choosing(spot, topics) if topics else window(FOREIGN, answering.PLACE)
        except Refused as refusal:
            return window(str(refusal), answering.PLACE)
        except Exception as error:
            note(answering.PLACE, error)
            return window(FAILED, answering.PLACE)

    async def place(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        spot, user = Spot.of(body), str(body["user"]["id"])
        aside, waiting = spot.aside(client, user), window(WAITING, answering.PLACE)
        trigger, topics = str(body["trigger_id"]), topics_for(user, spot)
        await fill(aside, trigger, answering.PLACE, waiting, topics, UNOPENED)

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

        await answer(spot.aside(client, user), answering.PLACE, work)

    async def withdraw(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        spot, user = Spot.of(body), str(body["user"]["id"])

        async def work() -> Answer:
            author = str(body["message"].get("user", ""))
            return await door.withdraw(spot.message, author, await asker(user, spot))

        await answer(spot.aside(client, user), answering.WITHDRAW, work)

    app.message_shortcut(PLACE)(place)
    app.view_submission(PLACE)(chosen)
    app.message_shortcut(WITHDRAW)(withdraw)


# ---------------------------------------------------------------- windows


async def fill(
    aside: Aside,
    trigger: str,
    asked: str,
    waiting: View,
    offered: Coroutine[Any, Any, View],
    unopened: str,
) -> None:
    """Open a window that waits, for it must be open within three seconds; then fill it.

    `asked` names for the log what was asked for. Where the window could not be opened they are told
    `unopened` aside; who has closed it wants no more of it. Raises nothing.
    """

    async def tell() -> Answer:
        return Answer((unopened,))

    try:
        opened = await aside.client.views_open(trigger_id=trigger, view=waiting)
        view = await offered
        await aside.client.views_update(view_id=opened["view"]["id"], view=view)
    except Exception as error:
        if not isinstance(error, SlackApiError) or why_of(error) != CLOSED:
            note(asked, error)
            await answer(aside, asked, tell)
    finally:
        offered.close()


def window(text: str, title: str = "Rounds") -> View:
    """Return a window that says something, and can be closed."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain("Close"),
        "blocks": [{"type": "section", "text": plain(shortened(text, SECTION))}],
    }


def _choosing(spot: Spot, topics: Sequence[Choice]) -> View:
    choices, only = offered(topics, MOST, f"/chat place {spot.message} T1")
    menu = {
        "type": "multi_static_select",
        "action_id": TOPICS,
        "placeholder": plain("Topics"),
        "options": [
            {"text": plain(shortened(one.shown, LONGEST_OPTION)), "value": one.value}
            for one in choices
        ],
    }
    said = window(WHICH, answering.PLACE)
    if only:
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
