"""What a process answers that stands by."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.web.gate import HEADERS, PART
from bot.web.standby import standby
from tests.web.served import Guest


@pytest.fixture
async def guest() -> AsyncIterator[Guest]:
    async with (
        TestServer(standby("https://chat.example.org")) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Guest(str(server.make_url("")).rstrip("/"), session)


async def test_a_host_sees_that_it_lives_and_that_nothing_is_to_be_sent_to_it(guest: Guest) -> None:
    lives, ready = await guest.get("/healthz"), await guest.get("/readyz")
    assert (lives.status, ready.status) == (200, 503)
    assert lives.text == "ok\n"
    assert json.loads(ready.text) == {"status": "standing by"}


@pytest.mark.parametrize("path", ["/", "/rooms/club", "/rooms/club/live", "/chats/x", "/enter"])
async def test_every_page_says_that_another_process_serves(guest: Guest, path: str) -> None:
    answer = await guest.get(path)
    assert answer.status == 503
    assert answer.words.startswith("Another process serves This one stands by")
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Server"] == "Rounds"
    assert answer.headers.items() >= HEADERS.items()


async def test_its_pages_look_like_all_others(guest: Guest) -> None:
    page = await guest.get("/")
    address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    style = await guest.get(address)
    assert (style.status, style.headers["Content-Type"].partition(";")[0]) == (200, "text/css")


async def test_what_was_typed_is_kept_and_can_be_sent_again(guest: Guest) -> None:
    fields = {"text": "T1: <b>my</b> answer", "ticket": "7"}
    answer = await guest.post("/rooms/club/say", fields)
    assert answer.status == 503
    assert "T1: &lt;b&gt;my&lt;/b&gt; answer</textarea>" in answer.text
    assert 'action="/rooms/club/say"' in answer.text
    assert 'name="ticket" value="7"' in answer.text
    assert "Nothing was saved here." in answer.words


async def test_what_another_site_sends_is_not_shown(guest: Guest) -> None:
    answer = await guest.post("/rooms/club/say", {"text": "secret"}, {"Origin": "https://evil"})
    assert answer.status == 403
    assert "secret" not in answer.text
    assert (await guest.post("/hooks/slack", {"text": "a" * 200_000})).status == 503


async def test_the_script_is_told_in_plain_words(guest: Guest) -> None:
    answer = await guest.part("/rooms/club")
    assert (answer.status, answer.headers[PART]) == (503, "sorry")
    assert answer.text.startswith("This one stands by")
