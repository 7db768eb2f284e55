"""Files that are put into channels of Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.platform import File
from bot.platforms.slack.files import upload
from tests.slack.channels import Channel
from tests.slack.server import Server, serving

LARGE = bytes(range(256)) * 4096 * 5
"""Five megabytes, which the library would send as one piece."""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Give a Slack that listens."""
    async with serving() as found:
        yield found


@pytest.fixture
def channel(server: Server) -> Channel:
    return server.workspace.channel("journal-club")


@pytest.fixture
def client(server: Server) -> AsyncWebClient:
    token = server.workspace.application.bot_token
    return AsyncWebClient(token, server.api, retry_handlers=[])


async def test_files_stand_in_one_message_with_a_comment(
    channel: Channel, client: AsyncWebClient
) -> None:
    picture = File("chat.png", b"png", "Answers by topic")
    await upload(client, channel.id, [File("chat.html", LARGE), picture], comment="Two &amp; one")
    (message,) = channel.messages
    assert message.text == "Two &amp; one"
    assert [(one.name, one.title) for one in message.files] == [
        ("chat.html", "chat.html"),
        ("chat.png", "chat.png"),
    ]
    assert message.files[0].content == LARGE
    assert message.files[1].alt_text == "Answers by topic"


async def test_a_file_stands_in_a_thread(channel: Channel, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=channel.id, text="T1")
    await upload(client, channel.id, [File("chat.md", b"#")], thread=str(posted["ts"]))
    assert channel.messages[0].replies[0].files[0].content == b"#"


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_what_slack_refuses_is_raised_and_nothing_stands_there(
    server: Server, channel: Channel, client: AsyncWebClient, method: str
) -> None:
    server.faults.refuse(method, "missing_scope")
    with pytest.raises(SlackApiError):
        await upload(client, channel.id, [File("chat.md", b"#")])
    assert channel.messages == []


async def test_a_place_that_does_not_take_the_bytes_is_raised(
    server: Server, channel: Channel, client: AsyncWebClient
) -> None:
    server.faults.fail("upload")
    with pytest.raises(aiohttp.ClientResponseError):
        await upload(client, channel.id, [File("chat.md", b"#")])
    server.faults.cut_before("upload", times=5)
    with pytest.raises(aiohttp.ClientError):
        await upload(client, channel.id, [File("chat.md", b"#")])
    assert channel.messages == []
