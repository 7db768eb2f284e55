"""Commands, shortcuts, buttons, forms and the App Home between people and the real slack_bolt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.slack.answers import NoAnswer
from tests.slack.application import Shortcut
from tests.slack.channels import Channel
from tests.slack.client import Client
from tests.slack.people import Person
from tests.slack.refusals import refused
from tests.slack.server import Server
from tests.slack.views import NotOffered
from tests.slack.world import Workspace

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "place",
    "title": {"type": "plain_text", "text": "Place"},
    "submit": {"type": "plain_text", "text": "Place it"},
    "blocks": [
        {
            "type": "input",
            "block_id": "topic",
            "label": {"type": "plain_text", "text": "Topic"},
            "element": {
                "type": "static_select",
                "action_id": "topic",
                "options": [
                    {"text": {"type": "plain_text", "text": f"T{n}"}, "value": str(n)}
                    for n in (1, 2)
                ],
            },
        },
        {
            "type": "input",
            "block_id": "why",
            "optional": True,
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "why"},
        },
    ],
}


def button(text: str, action: str, value: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"type": "plain_text", "text": text}
    return {"type": "button", "text": told, "action_id": action, "value": value or text}


@pytest.fixture
def shortcuts(workspace: Workspace) -> None:
    workspace.application.shortcuts = [
        Shortcut("place_under_topic", "Place under a topic"),
        Shortcut("withdraw", "Withdraw"),
        Shortcut("start", "Start a chat", kind="global"),
    ]


async def test_a_command_is_answered_to_the_person_or_to_all(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    @bot.app.command("/chat")
    async def chat(ack: Any, respond: Any, command: Any) -> None:
        await ack()
        await respond(f"{command['user_id']} said {command['text']}")
        await respond("The chat begins", response_type="in_channel")

    answer = await maria.command(channel, "/chat", "start urojc")
    await answer.done(words=2)
    assert [one.text for one in answer.ephemerals] == [f"{maria.id} said start urojc"]
    assert [one.text for one in maria.ephemerals] == [f"{maria.id} said start urojc"]
    assert channel.texts == ["The chat begins"]


async def test_an_answer_of_chat_post_ephemeral_is_heard_as_well(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    @bot.app.command("/chat")
    async def chat(ack: Any, command: Any) -> None:
        await ack()
        await bot.web.chat_postEphemeral(
            channel=command["channel_id"], user=command["user_id"], text="No"
        )

    answer = await maria.command(channel, "/chat", "start urojc")
    assert [one.text for one in await answer.heard_privately()] == ["No"]


async def test_a_response_url_can_be_used_five_times_in_half_an_hour(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    answer = await maria.command(channel, "/chat", "status")
    async with aiohttp.ClientSession() as session:

        async def respond() -> tuple[int, str]:
            url = answer.response_url
            async with session.post(url, json={"text": "It runs"}) as response:
                return response.status, await response.text()

        for _ in range(5):
            assert await respond() == (200, "ok")
        assert await respond() == (404, "used_url")
        answer = await maria.command(channel, "/chat", "status")
        workspace.shift(timedelta(minutes=31))
        assert await respond() == (404, "expired_url")
    assert len(maria.ephemerals) == 5


async def test_what_slack_s_client_would_not_offer(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    with pytest.raises(NotOffered, match="not a valid command"):
        await maria.command(channel, "/talk")
    message = await maria.say(channel, "T1")
    with pytest.raises(NotOffered, match="no message shortcut"):
        await maria.shortcut("withdraw", message)
    with pytest.raises(NotOffered, match="no button"):
        await maria.press(message, "Start")
    await maria.archive(channel)
    with pytest.raises(NotOffered, match="archived"):
        await maria.command(channel, "/chat")


@pytest.mark.usefixtures("shortcuts")
async def test_a_shortcut_at_a_message_opens_a_form_that_is_filled_in(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    got: list[Any] = []

    @bot.app.shortcut("place_under_topic")
    async def place(ack: Any, shortcut: Any, client: Any) -> None:
        await ack()
        got.append(shortcut)
        view = MODAL | {"private_metadata": shortcut["message_ts"]}
        await client.views_open(trigger_id=shortcut["trigger_id"], view=view)

    @bot.app.view("place")
    async def placed(ack: Any, view: Any) -> None:
        got.append(view)
        if view["state"]["values"]["why"]["why"]["value"] == "because":
            await ack(response_action="errors", errors={"why": "Say more"})
        else:
            await ack()

    message = await maria.say(channel, "an answer to T2")
    answer = await maria.shortcut("Place under a topic", message)
    view = await answer.opened()
    assert (view.title, view.callback_id, maria.modal) == ("Place", "place", view)
    assert (got[0]["message"]["text"], got[0]["channel"]["id"]) == (message.text, channel.id)
    with pytest.raises(NotOffered, match="has to be chosen"):
        await maria.submit(view)
    with pytest.raises(NotOffered, match="the menu has no"):
        await maria.submit(view, {"Topic": "T3"})
    sent = await (await maria.submit(view, {"Topic": "T2", "why": "because"})).acked()
    assert sent.errors == {"why": "Say more"}
    assert maria.modals == [view]
    await (await maria.submit(view, {"Topic": "2"})).acked()
    assert maria.modals == []
    chosen = got[-1]["state"]["values"]["topic"]["topic"]["selected_option"]
    assert (chosen["value"], got[-1]["private_metadata"]) == ("2", message.ts)


@pytest.mark.usefixtures("shortcuts")
async def test_a_trigger_is_good_for_one_view_and_three_seconds(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    triggers: list[str] = []

    @bot.app.shortcut("start")
    async def start(ack: Any, shortcut: Any) -> None:
        await ack()
        triggers.append(shortcut["trigger_id"])

    answer = await (await maria.shortcut("start")).acked()
    await bot.web.views_open(trigger_id=triggers[0], view=MODAL)
    with refused("exchanged_trigger_id"):
        await bot.web.views_open(trigger_id=triggers[0], view=MODAL)
    answer = await (await maria.shortcut("start")).acked()
    answer.expire()
    with refused("expired_trigger_id"):
        await bot.web.views_open(trigger_id=triggers[1], view=MODAL)
    with refused("invalid_trigger_id"):
        await bot.web.views_open(trigger_id="1.2.3", view=MODAL)


@pytest.mark.usefixtures("shortcuts")
async def test_a_form_may_be_followed_by_another_and_be_closed(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    @bot.app.shortcut("start")
    async def start(ack: Any, shortcut: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=MODAL)

    @bot.app.view("place")
    async def placed(ack: Any) -> None:
        more = MODAL | {"callback_id": "sure", "title": {"type": "plain_text", "text": "Sure?"}}
        await ack(response_action="push", view=more)

    view = await (await maria.shortcut("start")).opened()
    sent = await (await maria.submit(view, {"Topic": "T1"})).acked()
    assert sent.view is not None
    assert [one.title for one in maria.modals] == ["Place", "Sure?"]
    await bot.web.views_update(view_id=sent.view.id, view=MODAL, hash=sent.view.hash)
    assert [one.title for one in maria.modals] == ["Place", "Place"]
    with refused("hash_conflict"):
        await bot.web.views_update(view_id=sent.view.id, view=MODAL, hash="1.2")
    await maria.dismiss(sent.view)
    assert maria.modal is view


async def test_a_view_has_to_be_one(server: Server, bot: Client, maria: Person) -> None:
    home: dict[str, Any] = {"type": "home", "blocks": []}
    with refused("invalid_arguments"):
        await bot.web.views_publish(user_id=maria.id, view=MODAL)
    with refused("invalid_arguments"):
        await bot.web.views_publish(user_id="U00000000", view=home)
    with refused("invalid_arguments") as told:
        poem = home | {"blocks": [{"type": "section"}]}
        await bot.web.views_publish(user_id=maria.id, view=poem)
    assert told["response_metadata"]["messages"] == [
        "[ERROR] missing required field: text [json-pointer:/view/blocks/0]"
    ]
    server.workspace.application.home_tab = False
    with refused("not_enabled"):
        await bot.web.views_publish(user_id=maria.id, view=home)


async def test_the_home_is_published_when_it_is_opened_and_its_button_pressed(
    server: Server, bot: Client, maria: Person
) -> None:
    got: list[Any] = []

    @bot.app.action("start")
    async def start(ack: Any, body: Any) -> None:
        await ack()
        got.append(body)

    await maria.open_home()
    await server.until(lambda: bot.heard("app_home_opened"))
    event = bot.heard("app_home_opened")[0]
    assert (event["user"], event["tab"]) == (maria.id, "home")
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Urology*: tonight"}},
        {"type": "actions", "elements": [button("Start", "start", "urojc")]},
    ]
    await bot.web.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})
    assert maria.home is not None
    assert maria.home.words == "*Urology*: tonight\nStart"
    await (await maria.press(maria.home, "Start")).acked()
    action = got[0]["actions"][0]
    assert (action["action_id"], action["value"]) == ("start", "urojc")
    assert got[0]["view"]["id"] == maria.home.id
    with refused("hash_conflict"):
        await bot.web.views_publish(
            user_id=maria.id, view={"type": "home", "blocks": []}, hash="1.2"
        )


async def test_a_button_in_a_message_changes_or_removes_the_message(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    @bot.app.action("vote")
    async def vote(ack: Any, respond: Any, body: Any) -> None:
        await ack()
        if body["actions"][0].get("value") == "Done":
            await respond(delete_original=True)
        else:
            await respond("Thank you", replace_original=True)

    both = [button("Yes", "vote"), button("Done", "vote")]
    blocks = [{"type": "actions", "elements": both}]
    await bot.web.chat_postMessage(channel=channel.id, text="Vote", blocks=blocks)
    message = channel.messages[0]
    answer = await maria.press(message, "Yes")
    await server.until(lambda: message.text == "Thank you")
    assert answer.payload["message"]["ts"] == message.ts
    await bot.web.chat_postEphemeral(
        channel=channel.id, user=workspace_member(channel, maria), text="Vote", blocks=blocks
    )
    await maria.press(maria.ephemerals[0], "Done")
    await server.until(lambda: maria.ephemerals[0].gone)


def workspace_member(channel: Channel, person: Person) -> str:
    """Let somebody be in a channel without a word of it; return the id."""
    channel.members[person.id] = person
    return person.id


async def test_a_menu_in_a_message_is_chosen_of(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    got: list[str] = []

    @bot.app.action("topic")
    async def topic(ack: Any, action: Any) -> None:
        await ack()
        got.append(action["selected_option"]["value"])

    element = MODAL["blocks"][0]["element"]
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "Which?"}}
    await bot.web.chat_postMessage(
        channel=channel.id, text="Which?", blocks=[section | {"accessory": element}]
    )
    await (await maria.choose(channel.messages[0], "T2")).acked()
    assert got == ["2"]
    with pytest.raises(NotOffered, match="the menu has no"):
        await maria.choose(channel.messages[0], "T9")


async def test_three_seconds_without_an_acknowledgement_are_told_to_the_person(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    workspace.application.shortcuts = [Shortcut("withdraw", "Withdraw")]
    server.deliveries.seconds = 0.05
    message = await maria.say(channel, "T1")
    answer = await maria.shortcut("withdraw", message)
    with pytest.raises(NoAnswer, match="operation_timeout"):
        await answer.acked()
