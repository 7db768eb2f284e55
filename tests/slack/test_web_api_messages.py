"""Posting, editing, deleting and telling privately, as the real slack_sdk does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.channels import Channel
from tests.slack.people import Person
from tests.slack.refusals import refused
from tests.slack.server import Server
from tests.slack.world import Workspace

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*T1*: the control group"}}


async def test_a_message_has_the_ts_of_the_clock_and_no_two_have_the_same(
    workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    workspace.set(datetime(2026, 12, 7, 21, 0, 0, 250, tzinfo=UTC))
    posted = [await web.chat_postMessage(channel=channel.id, text=f"T{n}") for n in range(3)]
    assert [one["ts"] for one in posted] == [f"1796677200.00025{n}" for n in range(3)]
    assert channel.texts == ["T0", "T1", "T2"]
    assert channel.messages[0].at == workspace.now()


async def test_the_bot_s_message_says_whose_it_is(
    workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    posted = await web.chat_postMessage(channel=channel.id, text="T1", blocks=[SECTION])
    message = posted["message"]
    assert (message["user"], message["bot_id"]) == (workspace.bot.id, workspace.bot.bot_id)
    assert message["blocks"][0]["text"]["text"] == "*T1*: the control group"
    assert message["blocks"][0]["block_id"]
    assert "subtype" not in message


async def test_metadata_is_there_for_who_asks_for_it(web: AsyncWebClient, channel: Channel) -> None:
    metadata = Metadata("rounds_post", {"key": "urojc-2026-12-07/3/1"})
    posted = await web.chat_postMessage(channel=channel.id, text="T1", metadata=metadata)
    for asked in (True, False):
        history = await web.conversations_history(channel=channel.id, include_all_metadata=asked)
        assert ("metadata" in history["messages"][0]) is asked
        thread = await web.conversations_replies(
            channel=channel.id, ts=posted["ts"], include_all_metadata=asked
        )
        assert ("metadata" in thread["messages"][0]) is asked
    assert channel.messages[0].metadata == metadata.to_dict()
    with refused("invalid_metadata_format"):
        await web.chat_postMessage(channel=channel.id, text="T1", metadata={"key": "1"})


async def test_a_text_is_cut_at_forty_thousand_characters(
    web: AsyncWebClient, channel: Channel
) -> None:
    posted = await web.chat_postMessage(channel=channel.id, text="x" * 40_001)
    assert len(channel.messages[0].text) == 40_000
    assert posted["warning"] == "message_truncated"


async def test_an_edit_takes_four_thousand_characters(
    web: AsyncWebClient, channel: Channel
) -> None:
    posted = await web.chat_postMessage(channel=channel.id, text="x" * 5000)
    with refused("msg_too_long"):
        await web.chat_update(channel=channel.id, ts=posted["ts"], text="x" * 4001)
    await web.chat_update(channel=channel.id, ts=posted["ts"], text="x" * 4000)


async def test_an_edit_marks_a_text_as_edited_but_not_blocks(
    web: AsyncWebClient, channel: Channel
) -> None:
    posted = await web.chat_postMessage(channel=channel.id, text="T1", blocks=[SECTION])
    message = channel.messages[0]
    await web.chat_update(channel=channel.id, ts=posted["ts"], text="T1 closed", blocks=[SECTION])
    assert (message.text, message.edited_ts) == ("T1 closed", None)
    await web.chat_update(channel=channel.id, ts=posted["ts"], text="T1 closed", blocks=[])
    assert message.blocks == []
    assert message.edited_ts is not None


async def test_an_edit_without_blocks_leaves_those_of_before_to_be_seen(
    web: AsyncWebClient, channel: Channel
) -> None:
    """Seen at Slack itself: python-slack-sdk#523."""
    posted = await web.chat_postMessage(channel=channel.id, text="T1", blocks=[SECTION])
    await web.chat_update(channel=channel.id, ts=posted["ts"], text="T1 closed")
    assert [block["type"] for block in channel.messages[0].blocks] == ["section"]


async def test_only_one_s_own_messages_can_be_changed_and_deleted(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    hers = await maria.say(channel, "hello")
    with refused("cant_update_message"):
        await web.chat_update(channel=channel.id, ts=hers.ts, text="bye")
    with refused("cant_delete_message"):
        await web.chat_delete(channel=channel.id, ts=hers.ts)
    posted = await web.chat_postMessage(channel=channel.id, text="T1")
    await web.chat_delete(channel=channel.id, ts=posted["ts"])
    assert channel.texts == ["hello"]
    with refused("message_not_found"):
        await web.chat_delete(channel=channel.id, ts=posted["ts"])
    with refused("message_not_found"):
        await web.chat_update(channel=channel.id, ts=posted["ts"], text="T1")


async def test_what_people_may_do_with_messages(
    workspace: Workspace, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    admin = workspace.user("Ada", admin=True)
    await web.chat_postMessage(channel=channel.id, text="T1")
    with pytest.raises(Exception, match="cant_delete_message"):
        await maria.delete(channel.messages[0])
    await admin.delete(channel.messages[0])
    assert channel.texts == []


async def test_the_edit_window_of_a_workspace_shuts(
    workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    workspace.edit_window = timedelta(minutes=5)
    posted = await web.chat_postMessage(channel=channel.id, text="T1")
    workspace.shift(timedelta(minutes=6))
    with refused("edit_window_closed"):
        await web.chat_update(channel=channel.id, ts=posted["ts"], text="T1 closed")


async def test_where_one_cannot_post(
    workspace: Workspace, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    with refused("channel_not_found"):
        await web.chat_postMessage(channel="C00000000", text="T1")
    hidden = workspace.channel("trustees", private=True, with_bot=False)
    with refused("channel_not_found"):
        await web.chat_postMessage(channel=hidden.id, text="T1")
    elsewhere = workspace.channel("elsewhere", with_bot=False)
    with refused("not_in_channel"):
        await web.chat_postMessage(channel=elsewhere.id, text="T1")
    workspace.application.grant("chat:write.public")
    await web.chat_postMessage(channel=elsewhere.id, text="T1")
    channel.posters = {maria.id}
    with refused("restricted_action"):
        await web.chat_postMessage(channel=channel.id, text="T1")
    channel.posters = None
    await maria.archive(channel)
    with refused("is_archived"):
        await web.chat_postMessage(channel=channel.id, text="T1")
    with refused("is_inactive"):
        await web.chat_update(channel=channel.id, ts=channel.messages[0].ts, text="T1")


async def test_what_cannot_be_posted(server: Server, web: AsyncWebClient, channel: Channel) -> None:
    with refused("no_text"):
        await web.api_call("chat.postMessage", json={"channel": channel.id, "text": " "})
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    with refused("invalid_blocks") as told:
        await web.chat_postMessage(channel=channel.id, text="T1", blocks=[SECTION, long])
    assert told["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]
    with refused("invalid_blocks"):
        await web.chat_postMessage(channel=channel.id, text="T1", blocks=[{"type": "poem"}])
    with refused("invalid_blocks"):
        await web.chat_postMessage(channel=channel.id, text="T1", blocks=[SECTION] * 51)
    with refused("msg_blocks_too_long"):
        almost = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
        await web.chat_postMessage(channel=channel.id, text="T1", blocks=[almost] * 5)
    with refused("invalid_blocks_format"):
        await web.chat_postMessage(channel=channel.id, text="T1", blocks="{")
    assert channel.texts == []
    assert server.problems == ["chat.postMessage: blocks='{' is not of type Sequence"]
    server.requests.clear()


async def test_a_reply_hangs_at_the_parent_and_may_be_sent_to_the_channel_too(
    web: AsyncWebClient, channel: Channel
) -> None:
    topic = await web.chat_postMessage(channel=channel.id, text="T1")
    ts = topic["ts"]
    reply = await web.chat_postMessage(channel=channel.id, text="an answer", thread_ts=ts)
    loud = await web.chat_postMessage(
        channel=channel.id, text="a summary", thread_ts=ts, reply_broadcast=True
    )
    assert channel.texts == ["T1", "a summary"]
    assert [one.text for one in channel.messages[0].replies] == ["an answer", "a summary"]
    assert (reply["message"]["thread_ts"], loud["message"]["thread_ts"]) == (ts, ts)
    asked = {"channel": channel.id, "ts": reply["ts"], "reply_broadcast": True}
    await web.api_call("chat.update", json=asked)
    assert channel.texts == ["T1", "an answer", "a summary"]


async def test_a_reply_to_a_message_that_is_gone_stands_in_the_channel_without_a_word(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    hers = await maria.say(channel, "a question")
    await maria.delete(hers)
    posted = await web.chat_postMessage(channel=channel.id, text="an answer", thread_ts=hers.ts)
    assert "thread_ts" not in posted["message"]
    assert channel.texts == ["an answer"]


async def test_a_private_word_is_seen_by_one_person_and_in_no_history(
    web: AsyncWebClient, workspace: Workspace, channel: Channel, maria: Person
) -> None:
    await maria.join(channel)
    await web.chat_postEphemeral(channel=channel.id, user=maria.id, text="You are late")
    assert [one.text for one in maria.ephemerals] == ["You are late"]
    history = await web.conversations_history(channel=channel.id)
    assert [one["subtype"] for one in history["messages"]] == ["channel_join"]
    stranger = workspace.user("Sam")
    with refused("user_not_in_channel"):
        await web.chat_postEphemeral(channel=channel.id, user=stranger.id, text="You are late")


async def test_direct_messages_are_opened_and_written_to(
    web: AsyncWebClient, maria: Person
) -> None:
    opened = await web.conversations_open(users=[maria.id])
    await web.chat_postMessage(channel=opened["channel"]["id"], text="Your transcript")
    await web.chat_postMessage(channel=maria.id, text="is here")
    assert [one.text for one in maria.inbox] == ["Your transcript", "is here"]
    with refused("user_not_found"):
        await web.conversations_open(users="U00000000")
    maria.deactivate()
    with refused("user_disabled"):
        await web.conversations_open(users=maria.id)


async def test_a_permalink_leads_to_a_message_and_its_thread(
    workspace: Workspace, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    reply = await maria.say(channel, "an answer", thread=topic)
    found = await web.chat_getPermalink(channel=channel.id, message_ts=reply.ts)
    number = reply.ts.replace(".", "")
    assert found["permalink"] == (
        f"https://urology.slack.com/archives/{channel.id}/p{number}"
        f"?thread_ts={topic.ts}&cid={channel.id}"
    )


async def test_what_a_message_pings_can_be_seen(
    workspace: Workspace, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    await web.chat_postMessage(channel=channel.id, text=f"{maria.mention} said: &lt;!channel&gt;")
    await web.chat_postMessage(channel=channel.id, text="<!here> T1", blocks=[SECTION])
    assert [one.pings for one in channel.messages] == [[f"@{maria.id}"], []]


async def test_reactions_are_added_and_taken_back(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    message = await maria.say(channel, "T1")
    await web.reactions_add(channel=channel.id, timestamp=message.ts, name="hourglass")
    await maria.react(message, "hourglass")
    found = await web.reactions_get(channel=channel.id, timestamp=message.ts)
    assert found["message"]["reactions"][0]["count"] == 2
    with refused("already_reacted"):
        await web.reactions_add(channel=channel.id, timestamp=message.ts, name="hourglass")
    await web.reactions_remove(channel=channel.id, timestamp=message.ts, name="hourglass")
    with refused("no_reaction"):
        await web.reactions_remove(channel=channel.id, timestamp=message.ts, name="hourglass")
