"""`/chat` on Slack: acknowledged at once, read from its text, answered to one person alone."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.middleware.authorization.async_single_team_authorization import (
    AsyncSingleTeamAuthorization,
)
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.engine.agenda import Room
from bot.engine.buttons import CHECK_IN
from bot.engine.errors import Refused
from bot.platforms.platform import Answer, Asker, Door
from bot.platforms.slack.bell import install_bell
from bot.platforms.slack.forms import CheckIns, Where
from bot.platforms.slack.home import install_home
from bot.platforms.slack.manifest import COMMAND
from bot.platforms.slack.people import People
from bot.platforms.slack.replies import Aside, answer, note
from bot.platforms.slack.shortcuts import install_shortcuts, window
from bot.platforms.slack.signals import PLATFORM
from bot.platforms.slack.text import plain_of

NO_COMMAND = (
    "Rounds does not know this command. Everything is asked with /chat; /chat commands lists what "
    "there is."
)
NO_ACTION = (
    "Rounds does not know this any more. /chat commands lists what can be asked; the Home tab of "
    "Rounds is brought up to date when it is opened."
)
ELSEWHERE = (
    "This message stands in another channel. Type the command there, or choose Place under a "
    "topic in the message's own menu."
)

_ANY = re.compile("")

_LINK = re.compile(
    r"(?P<command>\s*(?:place|hold|clear|remove)\s+)https?://[\w.-]+/archives/(?P<channel>\w+)"
    r"/p(?P<seconds>\d{6,})(?P<rest>\d{6})(?:\?\S*)?(?=\s|\Z)",
    re.IGNORECASE,
)
"""What "Copy link" gives in a message's menu, after a command about it: channel, its time."""


def install(app: AsyncApp, door: Door, people: People) -> None:
    """Let an app answer commands, shortcuts, and its Home tab.

    To be called after the app's other listeners are there: Bolt runs the first one that fits, and
    the last of these fit every command, shortcut and action that nobody else knows. Each is
    acknowledged before anything else is awaited, and none raises.
    """

    async def chat(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        channel, user = str(body["channel_id"]), str(body["user_id"])
        if str(body.get("text") or "").lower().split()[:1] == [CHECK_IN]:
            return await checkins.open(body, user, Where(channel))

        async def work() -> Answer:
            text = typed(str(body.get("text") or ""), channel)
            person = await people.person(user, channel)
            return await door.ask(text, Asker(person, Room(PLATFORM, channel)))

        aside = Aside(app.client, user, channel, str(body.get("response_url") or ""))
        return await answer(aside, COMMAND, work)

    checkins = CheckIns(app, door, people)
    app.command(COMMAND)(chat)
    install_shortcuts(app, door, people)
    install_bell(app, door, people)
    install_home(app, door, people)
    _install_rest(app)


def authorize(app: AsyncApp, me: AsyncSlackResponse) -> None:
    """Let an app have what auth.test told, which it would ask for at its first request.

    While Slack does not answer that, Bolt would leave commands without an acknowledgement, and
    where Slack answers with an error it would acknowledge everything, and let nobody have it.
    """
    for middleware in app._async_middleware_list:  # noqa: SLF001  there is no other way
        if isinstance(middleware, AsyncSingleTeamAuthorization):
            middleware.auth_test_result = me


def typed(text: str, channel: str) -> str:
    """Return what was typed after `/chat` in a channel, a message's link as the message's id.

    Raises Refused for a link to a message in another channel.
    """
    text = plain_of(text)
    link = _LINK.match(text)
    if link is None:
        return text
    if link["channel"] != channel:
        raise Refused(ELSEWHERE)
    return f"{link['command']}{link['seconds']}.{link['rest']}{text[link.end() :]}"


def _install_rest(app: AsyncApp) -> None:
    """Answer what nobody knows: a command, shortcut or button of another time."""

    async def command(ack: AsyncAck) -> None:
        await ack(text=NO_COMMAND, response_type="ephemeral")

    async def other(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        user = str(body.get("user", {}).get("id", ""))
        channel = str((body.get("channel") or {}).get("id", ""))
        try:
            if url := body.get("response_url"):
                await Aside(app.client, user, channel, str(url)).say(NO_ACTION)
            elif trigger := body.get("trigger_id"):
                await app.client.views_open(trigger_id=trigger, view=window(NO_ACTION))
        except Exception as error:
            note("Something unknown", error)

    async def submission(ack: AsyncAck) -> None:
        await ack(response_action="update", view=window(NO_ACTION))

    app.command(_ANY)(command)
    app.shortcut(_ANY)(other)
    app.action(_ANY)(other)
    app.view_submission(_ANY)(submission)
