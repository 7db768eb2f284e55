"""Tokens, scopes, people, groups and channels, as the real slack_sdk meets them."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.channels import Channel
from tests.slack.client import web_client
from tests.slack.people import Person
from tests.slack.refusals import refused
from tests.slack.server import Server
from tests.slack.world import Workspace


async def test_auth_test_says_who_the_bot_is_and_its_header_what_it_may(
    workspace: Workspace, web: AsyncWebClient
) -> None:
    workspace.application.scopes = {"chat:write", "commands"}
    answer = await web.auth_test()
    assert (answer["user_id"], answer["team_id"]) == (workspace.bot.id, workspace.id)
    assert answer["bot_id"] == workspace.bot.bot_id
    assert answer.headers["x-oauth-scopes"] == "chat:write,commands"


async def test_tokens_are_looked_at(server: Server, workspace: Workspace) -> None:
    with refused("invalid_auth"):
        await web_client(server, "xoxb-another").auth_test()
    with refused("not_authed"):
        await web_client(server, "").auth_test()
    with refused("not_allowed_token_type"):
        await web_client(server, workspace.application.app_token).auth_test()


async def test_a_revoked_token_counts_no_more_until_the_app_is_installed_again(
    server: Server, workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    workspace.revoke_tokens()
    with refused("token_revoked"):
        await web.chat_postMessage(channel=channel.id, text="T1")
    workspace.reinstall("xoxb-2-bot")
    with refused("invalid_auth"):
        await web.chat_postMessage(channel=channel.id, text="T1")
    await web_client(server).chat_postMessage(channel=channel.id, text="T1")
    workspace.uninstall()
    with refused("account_inactive"):
        await web_client(server).auth_test()


async def test_a_missing_scope_is_named(
    workspace: Workspace, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    workspace.application.revoke("chat:write")
    with refused("missing_scope") as told:
        await web.chat_postMessage(channel=channel.id, text="T1")
    assert told["needed"] == "chat:write"
    assert "chat:write" not in told["provided"].split(",")
    workspace.application.grant("chat:write")
    await web.chat_postMessage(channel=channel.id, text="T1")


async def test_a_form_and_json_and_a_query_are_the_same(
    server: Server, workspace: Workspace, channel: Channel
) -> None:
    headers = {"Authorization": f"Bearer {workspace.application.bot_token}"}
    asked = {"channel": channel.id, "text": "T1"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{server.api}chat.postMessage"
        for how in ({"data": asked}, {"json": asked}, {"params": asked}):
            async with session.post(url, **how) as response:  # type: ignore[arg-type]
                assert (await response.json())["ok"] is True
        async with session.get(url, params=asked) as response:
            assert (await response.json())["ok"] is True
    assert channel.texts == ["T1"] * 4


async def test_what_our_slack_does_not_know_is_a_failure(
    server: Server, web: AsyncWebClient
) -> None:
    with refused("unknown_method"):
        await web.api_call("chat.shout")
    assert server.failures == ["chat.shout: our Slack has no such method"]
    server.failures.clear()
    server.requests.clear()


async def test_people_are_described_with_their_names_and_rank(
    workspace: Workspace, web: AsyncWebClient
) -> None:
    ada = workspace.user("Ada Lovelace", admin=True, display_name="ada")
    user = (await web.users_info(user=ada.id))["user"]
    assert (user["is_admin"], user["is_owner"], user["is_bot"]) == (True, False, False)
    assert user["profile"]["display_name"] == "ada"
    assert user["profile"]["real_name"] == "Ada Lovelace"
    owner = (await web.users_info(user=workspace.owner.id))["user"]
    assert (owner["is_admin"], owner["is_owner"]) == (True, True)
    assert (await web.users_info(user=workspace.bot.id))["user"]["is_bot"] is True
    with refused("user_not_found"):
        await web.users_info(user="U00000000")


async def test_a_user_group_has_members_while_it_is_enabled(
    workspace: Workspace, web: AsyncWebClient, maria: Person
) -> None:
    group = workspace.group("moderators", maria)
    assert (await web.usergroups_users_list(usergroup=group.id))["users"] == [maria.id]
    group.users.append(workspace.owner)
    assert len((await web.usergroups_users_list(usergroup=group.id))["users"]) == 2
    group.disabled = True
    with refused("no_such_subteam"):
        await web.usergroups_users_list(usergroup=group.id)


async def test_channels_tell_who_made_them_and_who_is_there(
    workspace: Workspace, web: AsyncWebClient, maria: Person
) -> None:
    channel = workspace.channel("journal-club", creator=maria)
    found = (await web.conversations_info(channel=channel.id, include_num_members=True))["channel"]
    assert (found["name"], found["creator"], found["is_member"]) == ("journal-club", maria.id, True)
    assert (found["is_archived"], found["is_private"], found["num_members"]) == (False, False, 2)
    members = (await web.conversations_members(channel=channel.id))["members"]
    assert members == [maria.id, workspace.bot.id]
    first = await web.conversations_members(channel=channel.id, limit=1)
    cursor = first["response_metadata"]["next_cursor"]
    second = await web.conversations_members(channel=channel.id, limit=1, cursor=cursor)
    assert [*first["members"], *second["members"]] == members


async def test_a_private_channel_is_not_there_for_a_bot_that_is_not_in_it(
    workspace: Workspace, web: AsyncWebClient
) -> None:
    hidden = workspace.channel("trustees", private=True, with_bot=False)
    with refused("channel_not_found"):
        await web.conversations_info(channel=hidden.id)
    listed = (await web.conversations_list(types="public_channel,private_channel"))["channels"]
    assert [one["name"] for one in listed] == ["general"]


async def test_a_channel_is_archived_once_by_a_member_who_may(
    workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    elsewhere = workspace.channel("elsewhere", with_bot=False)
    with refused("not_in_channel"):
        await web.conversations_archive(channel=elsewhere.id)
    await web.conversations_join(channel=workspace.general.id)
    with refused("cant_archive_general"):
        await web.conversations_archive(channel=workspace.general.id)
    workspace.may_not_archive = {workspace.bot.id}
    with refused("restricted_action"):
        await web.conversations_archive(channel=channel.id)
    workspace.may_not_archive = set()
    workspace.application.revoke("channels:manage")
    with refused("missing_scope"):
        await web.conversations_archive(channel=channel.id)
    workspace.application.grant("channels:manage")
    await web.conversations_archive(channel=channel.id)
    assert channel.archived
    with refused("already_archived"):
        await web.conversations_archive(channel=channel.id)


async def test_the_bot_joins_public_channels_that_are_open(
    workspace: Workspace, web: AsyncWebClient, maria: Person
) -> None:
    elsewhere = workspace.channel("elsewhere", with_bot=False)
    await web.conversations_join(channel=elsewhere.id)
    again = await web.conversations_join(channel=elsewhere.id)
    assert again["warning"] == "already_in_channel"
    hidden = workspace.channel("trustees", private=True)
    with refused("method_not_supported_for_channel_type"):
        await web.conversations_join(channel=hidden.id)
    await maria.archive(elsewhere)
    with refused("is_archived"):
        await web.conversations_join(channel=elsewhere.id)


async def test_the_team_has_a_name(workspace: Workspace, web: AsyncWebClient) -> None:
    assert (await web.team_info())["team"]["name"] == workspace.name
