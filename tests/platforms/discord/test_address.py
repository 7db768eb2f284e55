"""Where Discord is asked for, and what is said when nothing answers there as Discord does."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.platforms.discord.address import DISCORD, greet, listen_at, point_at
from bot.platforms.platform import Unreachable
from tests.discord.faults import Fault
from tests.discord.server import serving


@pytest.fixture(autouse=True)
def own_address() -> Iterator[None]:
    """Let the library speak with Discord's own address again afterwards."""
    yield
    point_at("")
    listen_at("")


async def refusal(api: str) -> str:
    with pytest.raises(Unreachable) as caught:
        await greet(api)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@contextlib.asynccontextmanager
async def answering(body: bytes, kind: str = "application/json") -> AsyncIterator[str]:
    """Give the address of something that gives every request one answer."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10"
    finally:
        await runner.cleanup()


async def test_the_gateway_is_asked_for_without_a_token() -> None:
    async with serving() as discord:
        assert (await greet(discord.api)).gateway == discord.gateway.address
        (call,) = discord.requests
        assert (call.method, call.path) == ("GET", "/gateway")
        assert "Authorization" not in call.headers


async def test_the_answer_bears_discords_time() -> None:
    async with serving() as discord:
        welcome = await greet(discord.api)
    assert welcome.date is not None
    assert abs(datetime.now(UTC) - welcome.date) < timedelta(minutes=1)


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 07 Dec 2026 07:00:00"])
async def test_a_time_that_cannot_be_read_is_none(date: str) -> None:
    async with serving() as discord:
        body = {"url": "wss://gateway.example.org"}
        headers = {"Date": date}
        discord.faults.waiting.append(
            Fault("answer", "GET /gateway", status=200, body=body, headers=headers)
        )
        assert (await greet(discord.api)).date is None


async def test_requests_and_connections_go_where_they_are_pointed() -> None:
    point_at("http://127.0.0.1:9000/api/v10")
    listen_at("ws://127.0.0.1:9000/gateway")
    assert Route("GET", "/users/@me").url == "http://127.0.0.1:9000/api/v10/users/@me"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:9000/gateway"
    point_at("")
    listen_at("")
    assert Route("GET", "/users/@me").url == "https://discord.com/api/v10/users/@me"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


def test_discords_own_address_is_that_of_the_library() -> None:
    assert DISCORD == Route.BASE


async def test_an_address_where_nobody_listens_is_named() -> None:
    async with serving() as discord:
        await discord.outage()
        assert (await refusal(discord.api)).startswith(
            f"Discord at {discord.api} cannot be reached ("
        )


async def test_a_connection_that_is_cut_is_told() -> None:
    async with serving() as discord:
        discord.faults.cut_before("GET /gateway", times=5)  # aiohttp repeats once by itself
        assert "cannot be reached" in await refusal(discord.api)


async def test_a_failure_of_discord_is_told_by_its_number() -> None:
    async with serving() as discord:
        discord.faults.fail("GET /gateway", status=503)
        assert await refusal(discord.api) == f"Discord at {discord.api} answers with HTTP 503."


@pytest.mark.parametrize(
    "body",
    [
        b"<h1>Sign in to this network</h1>",
        b"\xff\xfe",
        b"[]",
        b'{"url": 1}',
        b'{"url": "http://elsewhere.example.org"}',
        b'"wss://"',
        b'{"url": "wss://"}',
        b'{"url": "wss://[bad"}',
        b"[" * 60_000,
        b'{"url": "wss://gateway.discord.gg", "more": "' + b"a" * 10_000_000 + b'"}',
    ],
)
async def test_whoever_answers_otherwise_than_discord_is_told_apart(body: bytes) -> None:
    async with answering(body) as api:
        assert await refusal(api) == f"Discord at {api} does not answer as Discord does."
