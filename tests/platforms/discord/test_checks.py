"""What is found on Discord before a chat, by requests alone, and what is said when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.platforms.channels import Channel
from bot.platforms.discord.address import point_at
from bot.platforms.discord.checks import DISCORD, look
from bot.platforms.discord.commands import ChatCommands
from bot.platforms.discord.needs import intents, invite_link
from bot.platforms.discord.sync import sync
from bot.platforms.finding import Finding, Report
from tests.discord.faults import Fault
from tests.discord.rules import Permission
from tests.discord.server import Server, pointed_at, serving

TOKEN = "bot-token"
ONCE = [
    "Clock",
    "Token",
    "Message Content Intent",
    "Interactions Endpoint URL",
    "OAuth2 Code Grant",
    "Commands",
    "Server",
]


@pytest.fixture(autouse=True)
def own_address() -> Iterator[None]:
    """Let the library speak with Discord's own address again afterwards."""
    yield
    point_at("")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Give a Discord in whose one server the bot is, with its commands."""
    async with serving() as found:
        guild = found.world.guild("Urology Club")
        guild.grant(Permission.MANAGE_THREADS | Permission.CREATE_EVENTS)
        guild.channel("journal-club")
        with pointed_at(found):
            async with discord.Client(intents=intents()) as client:
                await client.login(TOKEN)
                await sync(ChatCommands(client))
        found.requests.clear()
        yield found
        assert found.problems == []


def clock(ahead: float = 0.0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=ahead)


def room(server: Server) -> Channel:
    (guild,) = server.world.guilds.values()
    return Channel(str(guild.channels[0].id), rooms=("urojc",))


async def looked(server: Server, token: str = TOKEN) -> Report:
    return await look(token, server.api, [room(server)], clock)


def wrong(report: Report) -> list[Finding]:
    return [one for one in report.findings if not one.ok]


async def only_wrong(server: Server) -> Finding:
    (found,) = wrong(await looked(server))
    assert found.where == DISCORD
    return found


# ---------------------------------------------------------------- all is well


async def test_everything_is_looked_at_in_the_order_in_which_it_is_set_up(server: Server) -> None:
    report = await looked(server)
    assert [one.what for one in report.findings if one.where == DISCORD] == ONCE
    assert wrong(report) == []
    assert any(one.what == "Manage Threads" for one in report.findings)
    assert report.invitation == invite_link(server.world.application.id)


async def test_it_only_reads_and_opens_no_gateway_session(server: Server) -> None:
    await looked(server)
    assert {call.method for call in server.requests} == {"GET"}
    assert server.gateway.sessions == {}


async def test_without_channels_the_application_is_looked_at_all_the_same(server: Server) -> None:
    report = await look(TOKEN, server.api, [], clock)
    assert [one.what for one in report.findings] == ONCE


# ---------------------------------------------------------------- the portal


async def test_a_refused_token_is_told_and_printed_nowhere(server: Server) -> None:
    report = await looked(server, token="another.secret.token")
    (found,) = wrong(report)
    assert found.what == "Token"
    assert "Reset Token" in found.sentence
    assert "another" not in repr(report)
    assert report.invitation == ""


async def test_the_token_is_in_no_finding(server: Server) -> None:
    assert TOKEN not in repr(await looked(server))


async def test_a_missing_intent_is_named_with_the_place_of_its_switch(server: Server) -> None:
    server.world.application.message_content = False
    found = await only_wrong(server)
    assert found.what == "Message Content Intent"
    assert str(server.world.application.id) in found.sentence


@pytest.mark.parametrize("granted", [True, False])
async def test_the_intent_that_tells_who_leaves_is_looked_at_where_an_agenda_needs_it(
    server: Server, granted: bool
) -> None:
    server.world.application.members = granted
    clock = server.world.now
    asked = await look(TOKEN, server.api, (), clock, minds_leaving=True)
    (found,) = [one for one in asked.findings if one.what == "Server Members Intent"]
    assert found.ok is granted
    assert granted or str(server.world.application.id) in found.sentence
    unasked = await look(TOKEN, server.api, (), clock)
    assert "Server Members Intent" not in [one.what for one in unasked.findings]


@pytest.mark.parametrize("bit", [18, 19])
async def test_the_intent_counts_as_granted_to_large_and_to_small_applications(
    server: Server, bit: int
) -> None:
    body = server.world.application.payload() | {"flags": 1 << bit}
    faults = [Fault("answer", f"GET {path}", status=200, body=body) for path in OF_APPLICATION]
    server.faults.waiting += faults
    assert wrong(await looked(server)) == []


OF_APPLICATION = ("/applications/@me", "/oauth2/applications/@me")


async def test_an_endpoint_that_takes_the_commands_away_is_told(server: Server) -> None:
    server.world.application.interactions_endpoint = "https://example.org/interactions"
    assert (await only_wrong(server)).what == "Interactions Endpoint URL"


async def test_a_code_grant_that_stops_the_invitation_is_told(server: Server) -> None:
    body = server.world.application.payload() | {"bot_require_code_grant": True}
    faults = [Fault("answer", f"GET {path}", status=200, body=body) for path in OF_APPLICATION]
    server.faults.waiting += faults
    assert (await only_wrong(server)).what == "OAuth2 Code Grant"


async def test_commands_that_discord_has_not_or_has_otherwise_are_told(server: Server) -> None:
    commands = server.world.application.commands
    first = commands[None][0]
    first["description"] = "An older one"
    assert (await only_wrong(server)).what == "Commands"
    commands.clear()
    assert (await only_wrong(server)).what == "Commands"


async def test_a_bot_in_no_server_is_told(server: Server) -> None:
    (guild,) = server.world.guilds.values()
    guild.remove_bot()
    found = wrong(await looked(server))
    assert [one.what for one in found] == ["Server", "View Channel"]


# ---------------------------------------------------------------- the clock


@pytest.mark.parametrize(
    ("ahead", "says"), [(10, "ahead of Discord's"), (-10, "behind Discord's"), (3605, "3,60")]
)
async def test_a_clock_that_is_wrong_is_told_with_by_how_much(
    server: Server, ahead: float, says: str
) -> None:
    report = await look(TOKEN, server.api, [], lambda: clock(ahead))
    (found,) = wrong(report)
    assert found.what == "Clock"
    assert says in found.sentence


@pytest.mark.parametrize("ahead", [-1.9, 1.9])
async def test_a_clock_within_two_seconds_is_right(server: Server, ahead: float) -> None:
    assert wrong(await look(TOKEN, server.api, [], lambda: clock(ahead))) == []


async def test_an_answer_that_takes_long_is_no_wrong_clock(server: Server) -> None:
    times = iter([clock(-20), clock(20)])
    assert wrong(await look(TOKEN, server.api, [], lambda: next(times))) == []


# ---------------------------------------------------------------- Discord fails


async def test_a_discord_out_of_reach_is_one_sentence(server: Server) -> None:
    await server.outage()
    found = await only_wrong(server)
    assert found.what == "Connection"
    assert server.api in found.sentence


async def test_a_failure_in_the_middle_keeps_what_was_found_before(server: Server) -> None:
    server.faults.refuse("GET /channels/*", 418, 0, "I'm a teapot")
    report = await looked(server)
    assert [one.what for one in report.findings] == [*ONCE, "Connection"]
    assert "HTTP 418" in report.findings[-1].sentence
    assert report.invitation


async def test_answers_that_are_none_of_discords_are_told(server: Server) -> None:
    server.faults.refuse("GET /users/@me", 200, 0, "Sign in to this network")
    found = await only_wrong(server)
    assert found.what == "Connection"
    assert "does not answer as Discord does" in found.sentence


async def test_a_connection_that_is_cut_in_the_middle_is_told(server: Server) -> None:
    server.faults.cut_before("GET /users/@me/guilds", times=5)
    found = await only_wrong(server)
    assert (found.what, "does not answer" in found.sentence) == ("Connection", True)


async def test_a_rate_limit_is_waited_for(server: Server) -> None:
    server.faults.too_many("GET /users/@me/guilds", times=2)
    assert wrong(await looked(server)) == []


async def test_it_can_be_interrupted(server: Server) -> None:
    server.faults.hang("GET /users/@me", 0.5)
    task = asyncio.create_task(looked(server))
    await server.until(lambda: any(call.path == "/users/@me" for call in server.requests))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
