"""The app's manifest: what Slack takes for one, and whether what stands in it is enough."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack import manifest as slack_manifest
from bot.platforms.slack.manifest import ARCHIVE, CALL, EVENTS, PLACE, SCOPES, WITHDRAW, manifest
from tests.slack.client import connected, web_client
from tests.slack.membership import join
from tests.slack.server import METHODS, Server, serving

ROOT = Path(__file__).resolve().parents[3]
URL = "https://chat.example.org"


def _text(most: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, **more}


def _keys(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


def _list(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": most, "uniqueItems": True, "items": items}


SWITCH = {"type": "boolean"}
ADDRESS = _text(3000, pattern=r"^https://[^/]+/slack/events$")
DOCUMENTED = _keys(
    "display_information features oauth_config settings",
    display_information=_keys("name", name=_text(35), description=_text(140)),
    features=_keys(
        "app_home bot_user shortcuts slash_commands",
        app_home=_keys(
            "",
            home_tab_enabled=SWITCH,
            messages_tab_enabled=SWITCH,
            messages_tab_read_only_enabled=SWITCH,
        ),
        bot_user=_keys("display_name", display_name=_text(80), always_online=SWITCH),
        shortcuts=_list(
            _keys(
                "name type callback_id description",
                name=_text(24),
                type={"enum": ["message", "global"]},
                callback_id=_text(255),
                description=_text(150),
            ),
            10,
        ),
        slash_commands=_list(
            _keys(
                "command description",
                command=_text(32, pattern="^/"),
                url=ADDRESS,
                description=_text(2000),
                usage_hint=_text(1000),
                should_escape=SWITCH,
            ),
            50,
        ),
    ),
    oauth_config=_keys("scopes", scopes=_keys("bot", bot=_list(_text(50), 255))),
    settings=_keys(
        "event_subscriptions interactivity",
        event_subscriptions=_keys("", request_url=ADDRESS, bot_events=_list(_text(50), 100)),
        interactivity=_keys("is_enabled", is_enabled=SWITCH, request_url=ADDRESS),
        org_deploy_enabled=SWITCH,
        socket_mode_enabled=SWITCH,
        token_rotation_enabled=SWITCH,
    ),
)
"""What Slack takes, of the fields that are used (reference/app-manifest, "Fields")."""

EVENT_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "app_home_opened": "",
    "member_joined_channel": "channels:read",
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "user_change": "users:read",
    "subteam_members_changed": "usergroups:read",
}
"""The scope that each event takes (reference/events, "Required scopes"); of a private channel
member_joined_channel takes groups:read."""

METHOD_SCOPES = {
    "auth.test": [],
    "chat.delete": ["chat:write"],
    "chat.postEphemeral": ["chat:write"],
    "chat.postMessage": ["chat:write"],
    "chat.update": ["chat:write"],
    "conversations.archive": ["channels:manage", "groups:write"],
    "conversations.history": ["channels:history", "groups:history", "im:history"],
    "conversations.info": ["channels:read", "groups:read"],
    "conversations.members": ["channels:read", "groups:read"],
    "conversations.open": ["im:write"],
    "conversations.replies": ["channels:history", "groups:history", "im:history"],
    "files.completeUploadExternal": ["files:write"],
    "files.getUploadURLExternal": ["files:write"],
    "files.info": ["files:read"],
    "files.upload_v2": ["files:write"],
    "usergroups.list": ["usergroups:read"],
    "usergroups.users.list": ["usergroups:read"],
    "users.info": ["users:read"],
    "views.open": [],
    "views.publish": [],
    "views.update": [],
}
"""The scopes that a bot needs for each method, in public and private channels and direct messages
(reference/methods, "Required scopes"); files.upload_v2 is slack_sdk's name of two methods."""

OF_THE_APP = {"apps.connections.open"}
"""Methods that the app's own token is for."""


def names() -> set[str]:
    return {scope.name for scope in SCOPES}


# ---------------------------------------------------------------- what Slack takes


@pytest.mark.parametrize("url", ["", URL])
def test_it_is_a_manifest_by_slacks_description(url: str) -> None:
    jsonschema.Draft202012Validator.check_schema(DOCUMENTED)
    jsonschema.validate(manifest(url), DOCUMENTED)


def test_without_an_address_everything_comes_over_a_socket() -> None:
    made = manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "http" not in str(made)


def test_with_an_address_events_commands_and_interactivity_are_sent_there() -> None:
    made = manifest(URL)
    settings, address = made["settings"], "https://chat.example.org/slack/events"
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"] == {"is_enabled": True, "request_url": address}
    assert [one["url"] for one in made["features"]["slash_commands"]] == [address]


def test_the_bots_token_does_not_expire() -> None:
    assert manifest()["settings"]["token_rotation_enabled"] is False


def test_the_menus_entries_have_the_ids_by_which_they_are_known() -> None:
    entries = manifest()["features"]["shortcuts"]
    assert {one["callback_id"]: (one["name"], one["type"]) for one in entries} == {
        "place_under_topic": ("Place under a topic", "message"),
        "withdraw": ("Withdraw", "message"),
        "call_for_help": ("Help", "message"),
    }
    assert (PLACE, WITHDRAW, CALL) == ("place_under_topic", "withdraw", "call_for_help")


# ---------------------------------------------------------------- scopes


def test_every_scope_has_a_reason_and_stands_once() -> None:
    assert len(names()) == len(SCOPES)
    for scope in SCOPES:
        assert re.fullmatch(r"[A-Z/].*\.", scope.reason), scope.name
    assert {scope.name for scope in SCOPES if scope.only_with} == {
        "channels:manage",
        "groups:write",
    }
    assert {scope.only_with for scope in SCOPES} == {"", ARCHIVE}


def test_every_event_has_the_scope_that_it_takes() -> None:
    assert {event.name: event.scope for event in EVENTS} == EVENT_SCOPES
    assert {scope for scope in EVENT_SCOPES.values() if scope} <= names()


def test_who_changes_in_the_workspace_is_told_only_where_leaving_counts() -> None:
    manifests = manifest(), manifest(forgets=True), manifest(URL, forgets=True)
    asked = [made["settings"]["event_subscriptions"]["bot_events"] for made in manifests]
    assert ["user_change" in events for events in asked] == [False, True, True]
    assert set(asked[1]) - set(asked[0]) == {"user_change"}


def test_every_method_has_the_scopes_that_it_takes_and_no_scope_is_idle() -> None:
    needed = {scope for scopes in METHOD_SCOPES.values() for scope in scopes}
    needed |= {scope for scope in EVENT_SCOPES.values() if scope}
    assert names() == needed | {"commands"}


def test_every_method_that_is_called_is_among_those() -> None:
    called = set()
    for file in (ROOT / "bot" / "platforms" / "slack").glob("*.py"):
        for name in re.findall(r"\.(\w+)\(|\.(\w+)[,)]", file.read_text("utf-8")):
            method = "".join(name)
            if re.match(r"(chat|conversations|files|users|usergroups|views|auth|apps)_", method):
                assert hasattr(AsyncWebClient, method), method
                called.add(_on_the_wire(method))
    assert called, "nothing is called"
    assert called - METHOD_SCOPES.keys() - OF_THE_APP == set()


def _on_the_wire(method: str) -> str:
    """Return Slack's name of a method by slack_sdk's: `usergroups.users.list`."""
    if method == "usergroups_users_list":
        return "usergroups.users.list"
    if method == "apps_connections_open":
        return "apps.connections.open"
    return method.replace("_", ".", 1)


def test_nothing_acts_as_a_user_and_nothing_is_asked_for_beyond_need() -> None:
    assert set(manifest()["oauth_config"]["scopes"]) == {"bot"}
    too_much = ("chat:write.public", "chat:write.customize", "channels:join", "users:read.email")
    assert names().isdisjoint(too_much)
    assert not any(name.startswith("admin") for name in names())


# ---------------------------------------------------------------- on a Slack


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Give a Slack where the app was made of the manifest."""
    async with serving() as found:
        found.workspace.application.install(manifest())
        yield found


def test_our_slack_asks_for_the_same_scopes() -> None:
    for name, scopes in METHOD_SCOPES.items():
        if name in METHODS:
            assert set(scopes) <= set(METHODS[name].scopes), name
            assert bool(scopes) == bool(METHODS[name].scopes), name


@pytest.mark.parametrize("private", [False, True])
async def test_the_scopes_suffice_in_public_and_in_private_channels(
    server: Server, private: bool
) -> None:
    workspace, web = server.workspace, web_client(server)
    maria = workspace.user("Maria")
    channel = workspace.channel("journal-club", private=private, members=[maria])
    group = workspace.group("doctors", maria)
    here = channel.id
    posted = await web.chat_postMessage(channel=here, text="T1: why?")
    await web.chat_update(channel=here, ts=posted["ts"], text="T1: why? (closed)")
    await web.chat_postMessage(channel=here, thread_ts=posted["ts"], text="because")
    await web.chat_postEphemeral(channel=here, user=maria.id, text="late")
    await web.conversations_info(channel=here)
    await web.conversations_history(channel=here)
    await web.conversations_replies(channel=here, ts=posted["ts"])
    await web.users_info(user=maria.id)
    await web.usergroups_users_list(usergroup=group.id)
    await web.usergroups_list()
    await web.files_upload_v2(channel=here, filename="a.txt", content=b"text")
    await web.views_publish(user_id=maria.id, view={"type": "home", "blocks": []})
    await web.conversations_archive(channel=here)
    assert channel.archived


async def test_the_scopes_suffice_for_direct_messages(server: Server) -> None:
    maria, web = server.workspace.user("Maria"), web_client(server)
    opened = await web.conversations_open(users=maria.id)
    number = opened["channel"]["id"]
    await web.chat_postMessage(channel=number, text="The chat cannot go on.")
    await web.conversations_history(channel=number)
    await web.files_upload_v2(channel=number, filename="a.txt", content=b"text")


@pytest.mark.parametrize("private", [False, True])
async def test_what_is_subscribed_to_arrives(server: Server, private: bool) -> None:
    workspace = server.workspace
    maria, bo = workspace.user("Maria"), workspace.user("Bo")
    channel = workspace.channel("journal-club", private=private, members=[maria])
    kind = "group" if private else "channel"
    wanted = {"message", "reaction_added", "reaction_removed", "app_home_opened"}
    wanted |= {"member_joined_channel", f"{kind}_left", f"{kind}_rename", f"{kind}_archive"}
    wanted |= {f"{kind}_unarchive", f"{kind}_deleted"}
    async with connected(server) as bot:
        said = await maria.say(channel, "T1: yes")
        await maria.react(said, "thumbsup")
        await maria.unreact(said, "thumbsup")
        await maria.open_home()
        join(channel, bo, maria)
        await maria.rename(channel, "club")
        await maria.archive(channel)
        await maria.unarchive(channel)
        await maria.kick_bot(channel)
        await maria.invite_bot(channel)
        await maria.delete_channel(channel)
        await server.until(lambda: wanted <= {event["type"] for event in bot.events})


async def test_commands_and_menus_go_to_the_address(server: Server) -> None:
    application = server.workspace.application
    application.install(manifest(URL))
    assert application.socket_mode is False
    assert application.home_tab
    for kind in ("events_api", "slash_commands", "interactive"):
        assert application.url_for(kind) == f"{URL}{slack_manifest.EVENTS_PATH}"
    assert application.commands == {slack_manifest.COMMAND}
    assert {one.callback_id for one in application.shortcuts} == {PLACE, WITHDRAW, CALL}
