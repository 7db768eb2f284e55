"""Whether Discord has the commands as they are, and what a restart sends."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import discord
import pytest

from bot.platforms.discord.commands import ChatCommands
from bot.platforms.discord.sync import in_sync, sync
from tests.discord.basics import JSON
from tests.discord.server import Server, pointed_at, serving
from tests.platforms.asked import Bot, club, online

REGISTER = "/applications/"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as found:
        found.world.guild("Urology")
        yield found


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[Bot]:
    async with online(server, None) as found:
        yield found


def registered(server: Server) -> int:
    """Return how often commands were registered."""
    return sum(one.method == "PUT" and REGISTER in one.path for one in server.requests)


async def test_commands_are_registered_once_and_not_again_at_a_restart(server: Server) -> None:
    async with online(server, None) as first:
        assert first.changed is True
    ids = [one["id"] for one in server.world.application.commands[None]]
    async with online(server, None) as second:
        assert second.changed is False
    assert registered(server) == 1
    assert [one["id"] for one in server.world.application.commands[None]] == ids


def _help(commands: list[JSON]) -> None:
    commands[0]["options"][0]["description"] = "open something"


def _missing(commands: list[JSON]) -> None:
    commands[0]["options"].pop()


def _option(commands: list[JSON]) -> None:
    commands[0]["options"][0]["options"][0]["autocomplete"] = False


def _longer(commands: list[JSON]) -> None:
    commands[0]["options"][2]["options"][0]["max_length"] = 6000


def _choice(commands: list[JSON]) -> None:
    transcript = next(one for one in commands[0]["options"] if one["name"] == "transcript")
    transcript["options"][0]["choices"].pop()


def _menu(commands: list[JSON]) -> None:
    commands.pop()


def _foreign(commands: list[JSON]) -> None:
    commands.append(copy.deepcopy(commands[-1]) | {"id": "77", "name": "Report"})


def _hidden(commands: list[JSON]) -> None:
    commands[0]["default_member_permissions"] = "32"


def _messages(commands: list[JSON]) -> None:
    commands[0]["contexts"] = [0, 1]


@pytest.mark.parametrize(
    "change",
    [_help, _missing, _option, _longer, _choice, _menu, _foreign, _hidden, _messages],
)
async def test_every_difference_is_seen_and_mended(
    server: Server, bot: Bot, change: Callable[[list[JSON]], None]
) -> None:
    assert await in_sync(bot.tree)
    before = copy.deepcopy(server.world.application.commands[None])
    change(server.world.application.commands[None])
    assert not await in_sync(bot.tree)
    assert await sync(bot.tree) is True
    after = server.world.application.commands[None]
    strip = ("id", "version")
    assert [{k: v for k, v in one.items() if k not in strip} for one in after] == [
        {k: v for k, v in one.items() if k not in strip} for one in before
    ]
    assert await in_sync(bot.tree)


async def test_what_discord_adds_leaves_out_or_orders_otherwise_is_no_difference(
    server: Server, bot: Bot
) -> None:
    (chat, *_menus) = server.world.application.commands[None]
    server.world.application.commands[None].reverse()
    chat |= {"version": "9", "dm_permission": False, "name_localizations": None, "guild_id": None}
    for one in chat["options"]:
        if not one["options"]:
            del one["options"]
        for option in one.get("options", []):
            if not option["required"]:
                del option["required"]
    assert await in_sync(bot.tree)


async def test_the_doctor_compares_without_a_gateway_and_without_a_door(
    server: Server, tmp_path: Path
) -> None:
    with pointed_at(server):
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login("bot-token")
            tree = ChatCommands(client)
            assert not await in_sync(tree)
            await sync(tree)
            assert await in_sync(tree)
    async with club(tmp_path) as at:
        at.server.world.application.commands = server.world.application.commands
        async with online(at.server, at.door) as bot:
            assert bot.changed is False


async def test_a_discord_that_cannot_be_asked_is_no_reason_to_register(
    server: Server, bot: Bot
) -> None:
    server.faults.refuse("GET /applications/*", 403, 50001, "Missing Access")
    with pytest.raises(discord.Forbidden):
        await sync(bot.tree)
    assert registered(server) == 1
