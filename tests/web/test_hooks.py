"""What a platform sends reaches its hook as it was sent, and nothing of a page stands between."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from tests.house import house
from tests.web.served import Served, served

BODY = '{"type":"event_callback","event":{"text":"T1: a & b <c>"}}'


async def hook(body: str, headers: Mapping[str, str]) -> tuple[int, str, Mapping[str, str]]:
    if body == "fail":
        raise LookupError("a patient's name")
    return 200, f"{body}|{headers['X-Slack-Signature']}", {"X-Answer": "yes"}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Served]:
    async with house(tmp_path) as h, served(h, {"/slack/events": hook}) as found:
        yield found


async def send(place: Served, body: str, kind: str, path: str = "/slack/events") -> tuple[int, str]:
    headers = {"X-Slack-Signature": "v0=x", "Content-Type": kind}
    async with (
        aiohttp.ClientSession() as session,
        session.post(place.url + path, data=io.BytesIO(body.encode()), headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_a_hook_gets_the_body_and_the_headers_and_gives_the_answer(place: Served) -> None:
    assert await send(place, BODY, "application/json") == (200, f"{BODY}|v0=x")
    form = "application/x-www-form-urlencoded"
    assert await send(place, "payload=x", form) == (200, "payload=x|v0=x")


async def test_a_hook_gets_the_longest_that_a_platform_sends_and_no_more(place: Served) -> None:
    long = "x" * 1_000_000
    assert await send(place, long, "application/json") == (200, f"{long}|v0=x")
    status, _ = await send(place, long * 3, "application/json")
    assert status == 413


async def test_a_hook_that_fails_says_nothing_of_what_was_sent(
    place: Served, caplog: pytest.LogCaptureFixture
) -> None:
    status, text = await send(place, "fail", "application/json")
    assert status >= 500
    assert "patient" not in text + caplog.text


async def test_other_addresses_still_take_forms_of_our_own_pages_alone(place: Served) -> None:
    status, _ = await send(place, BODY, "application/json", "/rooms/urojc/say")
    assert status == 415
