"""Puts files into a channel of Slack, in its three steps (files.completeUploadExternal).

The library sends a file as one piece, which holds everything else up while it is large.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.platform import File


async def upload(
    client: AsyncWebClient,
    channel: str,
    files: Sequence[File],
    *,
    thread: str | None = None,
    comment: str = "",
) -> None:
    """Let files stand in a channel or a thread there, as one message that begins with a comment.

    `comment` is in Slack's own writing. Raises SlackApiError, and aiohttp's ClientError and
    TimeoutError where the network or the place for the bytes fails.
    """
    filled: list[dict[str, str | None]] = []
    for file in files:
        place = await client.files_getUploadURLExternal(
            filename=file.name, length=len(file.content), alt_txt=file.described or None
        )
        await _fill(client, str(place["upload_url"]), file.content)
        filled.append({"id": str(place["file_id"]), "title": file.name})
    await client.files_completeUploadExternal(
        files=filled, channel_id=channel, initial_comment=comment or None, thread_ts=thread
    )


async def _fill(client: AsyncWebClient, url: str, content: bytes) -> None:
    patience = aiohttp.ClientTimeout(total=None, sock_connect=client.timeout, sock_read=60)
    async with (
        aiohttp.ClientSession(timeout=patience) as session,
        session.post(
            url, data=io.BytesIO(content), proxy=client.proxy, ssl=client.ssl or True
        ) as answer,
    ):
        answer.raise_for_status()
