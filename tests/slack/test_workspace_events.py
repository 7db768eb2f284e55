"""What people do in a workspace, and how the real slack_bolt hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.slack.basics import JSON, Refusal
from tests.slack.channels import Channel
from tests.slack.client import Client
from tests.slack.files import File
from tests.slack.people import Person
from tests.slack.server import Server
from tests.slack.world import Workspace


async def heard(server: Server, bot: Client, kind: str, subtype: str | None = None) -> JSON:
    """Wait for an event of this type and subtype, and return the last."""
    await server.until(lambda: bot.heard(kind, subtype))
    found: JSON = bot.heard(kind, subtype)[-1]
    return found


async def test_a_reply_names_its_thread_and_whose_it_is(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    ana = workspace.user("Ana")
    topic = await ana.say(channel, "T1")
    reply = await maria.say(channel, "an answer", thread=topic)
    await server.until(lambda: len(bot.heard("message")) == 2)
    event = bot.heard("message")[1]
    assert (event["ts"], event["thread_ts"]) == (reply.ts, topic.ts)
    assert (event["user"], event["parent_user_id"]) == (maria.id, ana.id)
    assert "reply_count" not in event


async def test_what_is_typed_arrives_as_slack_stores_it(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    text = f"p < 0.05 & n > 10, see https://doi.org/10.1/x?a=1&b=2 {maria.mention}"
    await maria.say(channel, text)
    event = await heard(server, bot, "message")
    assert event["text"] == (
        "p &lt; 0.05 &amp; n &gt; 10, see <https://doi.org/10.1/x?a=1&amp;b=2> " + maria.mention
    )
    assert event["blocks"][0]["elements"][0]["elements"][0]["text"].startswith("p < 0.05 & n")


async def test_an_edit_tells_what_stood_there_before(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    message = await maria.say(channel, "T1: contrl group")
    await maria.edit(message, "T1: control group")
    event = await heard(server, bot, "message", "message_changed")
    assert event["previous_message"]["text"] == "T1: contrl group"
    assert event["message"]["text"] == "T1: control group"
    assert event["message"]["edited"]["user"] == maria.id
    assert event["message"]["ts"] == message.ts
    assert event["ts"] == event["event_ts"] != message.ts
    assert event["hidden"] is True


async def test_a_preview_of_a_link_changes_a_message_that_nobody_edited(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    message = await maria.say(channel, "see https://doi.org/10.1/x")
    workspace = channel.workspace
    workspace.unfurl(message, {"title": "A paper", "title_link": "https://doi.org/10.1/x"})
    event = await heard(server, bot, "message", "message_changed")
    assert event["message"]["text"] == event["previous_message"]["text"]
    assert "edited" not in event["message"]
    assert event["message"]["attachments"][0]["title"] == "A paper"


async def test_a_deleted_message_and_a_deleted_parent_are_told_differently(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    reply = await maria.say(channel, "an answer", thread=topic)
    await maria.delete(topic)
    event = await heard(server, bot, "message", "message_changed")
    assert event["message"]["subtype"] == "tombstone"
    assert event["previous_message"]["text"] == "T1"
    await maria.delete(reply)
    event = await heard(server, bot, "message", "message_deleted")
    assert (event["deleted_ts"], event["previous_message"]["text"]) == (reply.ts, "an answer")


async def test_a_reply_is_sent_to_the_channel_at_once_or_later(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    await maria.say(channel, "a loud answer", thread=topic, broadcast=True)
    event = await heard(server, bot, "message", "thread_broadcast")
    assert (event["thread_ts"], event["root"]["text"]) == (topic.ts, "T1")
    reply = await maria.say(channel, "an answer", thread=topic)
    await maria.broadcast(reply)
    event = await heard(server, bot, "message", "message_changed")
    assert event["message"]["subtype"] == "thread_broadcast"
    assert channel.texts == ["T1", "a loud answer", "an answer"]
    for other in (topic, reply):
        with pytest.raises(Refusal, match="cant_broadcast_message"):
            await maria.broadcast(other)


async def test_a_file_comes_with_a_message(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await maria.say(channel, "the figure", files=[File("figure.png", b"PNG", "Figure 1")])
    event = await heard(server, bot, "message", "file_share")
    assert event["text"] == "the figure"
    assert event["files"][0]["name"] == "figure.png"
    assert event["files"][0]["title"] == "Figure 1"


async def test_other_bots_speak_in_two_ways(
    server: Server, bot: Client, workspace: Workspace, channel: Channel
) -> None:
    feed = workspace.integration("RSS")
    await feed.say(channel, "A new issue is out")
    event = await heard(server, bot, "message", "bot_message")
    assert "user" not in event
    assert (event["username"], event["bot_id"]) == ("RSS", feed.user.bot_id)
    poll = workspace.other_bot("Polly")
    await poll.say(channel, "Vote!")
    event = await heard(server, bot, "message")
    assert (event["user"], event["bot_id"], event["app_id"]) == (poll.id, poll.bot_id, poll.app_id)


async def test_an_emote_is_a_message_of_its_own_kind(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await maria.say(channel, "waves", subtype="me_message")
    assert (await heard(server, bot, "message", "me_message"))["user"] == maria.id


async def test_the_bot_s_own_message_is_on_the_wire_and_bolt_leaves_it_out(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await bot.web.chat_postMessage(channel=channel.id, text="T1")
    await maria.say(channel, "an answer")
    await server.until(lambda: bot.heard("message"))
    assert [one["text"] for one in bot.heard("message")] == ["an answer"]
    told = [one.payload["event"]["text"] for one in server.deliveries.named("message")]
    assert told == ["T1", "an answer"]


async def test_joining_and_leaving_are_told_twice(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await maria.join(channel)
    event = await heard(server, bot, "member_joined_channel")
    assert (event["user"], event["channel"]) == (maria.id, channel.id)
    event = await heard(server, bot, "message", "channel_join")
    assert event["text"] == f"{maria.mention} has joined the channel"
    await maria.leave(channel)
    assert (await heard(server, bot, "member_left_channel"))["user"] == maria.id
    assert (await heard(server, bot, "message", "channel_leave"))["user"] == maria.id


async def test_a_bot_that_is_removed_hears_that_and_nothing_more(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    await maria.kick_bot(channel)
    event = await heard(server, bot, "channel_left")
    assert (event["channel"], event["actor_id"]) == (channel.id, maria.id)
    await maria.say(channel, "now that we are alone")
    await maria.invite_bot(channel)
    event = await heard(server, bot, "member_joined_channel")
    assert (event["user"], event["inviter"]) == (workspace.bot.id, maria.id)
    await maria.say(channel, "welcome back")
    assert (await heard(server, bot, "message"))["text"] == "welcome back"
    assert len(bot.heard("message")) == 1
    hidden = workspace.channel("trustees", private=True)
    await workspace.owner.kick_bot(hidden)
    assert (await heard(server, bot, "group_left"))["channel"] == hidden.id


async def test_a_channel_is_renamed_archived_opened_again_and_deleted(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    await maria.rename(channel, "urojc")
    event = await heard(server, bot, "channel_rename")
    assert event["channel"]["name"] == "urojc"
    event = await heard(server, bot, "message", "channel_name")
    assert (event["old_name"], event["name"]) == ("journal-club", "urojc")
    await maria.set_topic(channel, "Tonight: T1")
    assert (await heard(server, bot, "message", "channel_topic"))["topic"] == "Tonight: T1"
    await maria.archive(channel)
    assert (await heard(server, bot, "channel_archive"))["channel"] == channel.id
    with pytest.raises(Refusal, match="is_archived"):
        await maria.say(channel, "too late")
    await maria.unarchive(channel)
    assert (await heard(server, bot, "channel_unarchive"))["channel"] == channel.id
    await maria.delete_channel(channel)
    assert (await heard(server, bot, "channel_deleted"))["channel"] == channel.id


async def test_reactions_are_told_with_what_they_are_at(
    server: Server, bot: Client, channel: Channel, maria: Person
) -> None:
    message = await maria.say(channel, "T1")
    await maria.react(message, "tada")
    event = await heard(server, bot, "reaction_added")
    assert event["item"] == {"type": "message", "channel": channel.id, "ts": message.ts}
    assert (event["reaction"], event["item_user"]) == ("tada", maria.id)
    await maria.unreact(message, "tada")
    assert (await heard(server, bot, "reaction_removed"))["reaction"] == "tada"


async def test_a_mention_of_the_bot_is_told_twice_with_the_same_ts(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    message = await maria.say(channel, f"{workspace.bot.mention} help")
    assert (await heard(server, bot, "app_mention"))["ts"] == message.ts
    assert (await heard(server, bot, "message"))["ts"] == message.ts


async def test_a_direct_message_has_its_own_kind(
    server: Server, bot: Client, maria: Person
) -> None:
    await maria.whisper("help")
    event = await heard(server, bot, "message")
    assert (event["channel_type"], event["channel"][0]) == ("im", "D")


async def test_what_is_not_subscribed_to_or_not_granted_is_not_told(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    workspace.application.events = {"message.channels"}
    hidden = workspace.channel("trustees", private=True, members=[maria])
    await maria.say(hidden, "a secret")
    message = await maria.say(channel, "T1")
    await maria.react(message, "tada")
    workspace.application.revoke("channels:history")
    await maria.say(channel, "T2")
    workspace.application.events = None
    workspace.application.grant("channels:history")
    await maria.say(channel, "T3")
    await server.until(lambda: len(bot.events) >= 2)
    assert [event["text"] for event in bot.events] == ["T1", "T3"]


async def test_a_manifest_installs_what_stands_in_it(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    workspace.application.install(
        {
            "display_information": {"name": "Rounds"},
            "features": {
                "bot_user": {"display_name": "Rounds"},
                "app_home": {"home_tab_enabled": True},
                "slash_commands": [{"command": "/rounds", "description": "Run chats"}],
                "shortcuts": [
                    {"name": "Withdraw", "type": "message", "callback_id": "withdraw"},
                ],
            },
            "oauth_config": {"scopes": {"bot": ["channels:history", "commands", "reactions:read"]}},
            "settings": {
                "event_subscriptions": {"bot_events": ["message.channels"]},
                "interactivity": {"is_enabled": True},
                "socket_mode_enabled": True,
            },
        }
    )
    application = workspace.application
    assert application.scopes == {"channels:history", "commands", "reactions:read"}
    assert application.commands == {"/rounds"}
    assert [one.callback_id for one in application.shortcuts] == ["withdraw"]
    message = await maria.say(channel, "T1")
    await maria.react(message, "tada")
    await maria.say(channel, "T2")
    await server.until(lambda: len(bot.events) == 2)
    assert [event["type"] for event in bot.events] == ["message", "message"]


async def test_the_app_hears_that_its_token_is_revoked_and_nothing_more(
    server: Server, bot: Client, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    workspace.revoke_tokens()
    event = await heard(server, bot, "tokens_revoked")
    assert event["tokens"]["bot"] == [workspace.bot.id]
    await maria.say(channel, "nobody hears this")
    assert server.deliveries.named("message") == []
    workspace.reinstall()
    await maria.say(channel, "welcome back")
    await heard(server, bot, "message")


async def test_an_app_that_is_taken_out_hears_that_and_is_in_no_channel(
    server: Server, bot: Client, workspace: Workspace, channel: Channel
) -> None:
    workspace.uninstall()
    await heard(server, bot, "app_uninstalled")
    await heard(server, bot, "tokens_revoked")
    assert workspace.bot.id not in channel.members


async def test_ts_follow_a_clock_that_is_shifted(
    workspace: Workspace, channel: Channel, maria: Person
) -> None:
    first = await maria.say(channel, "T1")
    workspace.shift(timedelta(hours=48))
    second = await maria.say(channel, "late")
    assert timedelta(hours=48) <= second.at - first.at < timedelta(hours=49)
