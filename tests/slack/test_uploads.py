"""Files in three steps, as files_upload_v2 of the real slack_sdk takes them."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.channels import Channel
from tests.slack.people import Person
from tests.slack.refusals import refused
from tests.slack.server import Server
from tests.slack.world import Workspace


async def test_a_file_stands_in_the_channel_with_its_comment(
    web: AsyncWebClient, channel: Channel
) -> None:
    answer = await web.files_upload_v2(
        channel=channel.id,
        content=b"<html>",
        filename="transcript.html",
        title="Transcript",
        initial_comment="What was said",
    )
    message = channel.messages[0]
    assert (message.text, message.subtype) == ("What was said", "file_share")
    assert [(one.name, one.title, one.content) for one in message.files] == [
        ("transcript.html", "Transcript", b"<html>")
    ]
    assert "ts" not in answer
    assert "shares" not in answer["file"]
    shares = (await web.files_info(file=answer["file"]["id"]))["file"]["shares"]
    assert shares == {"public": {channel.id: [{"ts": message.ts}]}}


async def test_several_files_hang_on_one_message_of_a_thread(
    web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    topic = await maria.say(channel, "T1")
    await web.files_upload_v2(
        channel=channel.id,
        thread_ts=topic.ts,
        file_uploads=[
            {"content": "a,b", "filename": "answers.csv"},
            {"content": b"PNG", "filename": "picture.png", "alt_txt": "A picture"},
        ],
    )
    assert [one.name for one in topic.replies[0].files] == ["answers.csv", "picture.png"]
    assert topic.replies[0].files[1].alt_text == "A picture"


async def test_a_file_goes_to_one_person(web: AsyncWebClient, maria: Person) -> None:
    opened = await web.conversations_open(users=maria.id)
    await web.files_upload_v2(
        channel=opened["channel"]["id"], content="a,b", filename="answers.csv"
    )
    assert [one.name for one in maria.inbox[0].files] == ["answers.csv"]


async def test_a_file_can_be_read_by_who_has_the_token(
    workspace: Workspace, web: AsyncWebClient, channel: Channel
) -> None:
    answer = await web.files_upload_v2(channel=channel.id, content="a,b", filename="answers.csv")
    url = answer["file"]["url_private"]
    headers = {"Authorization": f"Bearer {workspace.application.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers=headers) as response:
            assert await response.read() == b"a,b"
        async with session.get(url) as response:
            assert response.status == 404


async def test_where_a_file_cannot_go(
    workspace: Workspace, web: AsyncWebClient, channel: Channel, maria: Person
) -> None:
    elsewhere = workspace.channel("elsewhere", with_bot=False)
    with refused("not_in_channel"):
        await web.files_upload_v2(channel=elsewhere.id, content="a,b", filename="answers.csv")
    await maria.archive(channel)
    with refused("is_archived"):
        await web.files_upload_v2(channel=channel.id, content="a,b", filename="answers.csv")
    workspace.application.revoke("files:write")
    with refused("missing_scope"):
        await web.files_upload_v2(channel=channel.id, content="a,b", filename="answers.csv")


async def test_the_bytes_have_to_come_and_be_as_many_as_was_said(
    server: Server, web: AsyncWebClient, channel: Channel
) -> None:
    with refused("missing_argument"):
        await web.files_getUploadURLExternal(filename="empty.csv", length=0)
    place = await web.files_getUploadURLExternal(filename="answers.csv", length=3)
    with refused("file_not_found"):
        await web.files_completeUploadExternal(
            files=[{"id": place["file_id"]}], channel_id=channel.id
        )
    async with (
        aiohttp.ClientSession() as session,
        session.post(place["upload_url"], data=b"longer") as response,
    ):
        assert response.status == 400
    server.faults.fail("upload", status=500)
    with pytest.raises(SlackRequestError):
        await web.files_upload_v2(channel=channel.id, content="a,b", filename="answers.csv")
    assert channel.messages == []
