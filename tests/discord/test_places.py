"""Who may do what where: our computation held against discord.py's own."""

from __future__ import annotations

import random

import discord
import pytest

from tests.discord.client import connected
from tests.discord.guild import Guild, Role
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server

MATTER = {
    "view_channel": Permission.VIEW_CHANNEL,
    "send_messages": Permission.SEND_MESSAGES,
    "send_messages_in_threads": Permission.SEND_MESSAGES_IN_THREADS,
    "create_public_threads": Permission.CREATE_PUBLIC_THREADS,
    "manage_threads": Permission.MANAGE_THREADS,
    "manage_messages": Permission.MANAGE_MESSAGES,
    "read_message_history": Permission.READ_MESSAGE_HISTORY,
    "embed_links": Permission.EMBED_LINKS,
    "attach_files": Permission.ATTACH_FILES,
    "mention_everyone": Permission.MENTION_EVERYONE,
    "add_reactions": Permission.ADD_REACTIONS,
}


def disorder(chance: random.Random, channel: Channel, guild: Guild) -> None:
    """Allow and forbid everybody something, by chance."""
    everybody: list[Role | Member] = [guild.everyone, *guild.bot.roles, guild.bot]
    for whom in everybody:
        for permission in MATTER.values():
            change = chance.choice((channel.grant, channel.deny, None, None))
            if change is not None:
                change(permission, whom)


async def test_permissions_are_what_discord_py_computes(server: Server, guild: Guild) -> None:
    chance = random.Random(1809)
    guild.bot.give(guild.role("Assistants", Permission.MANAGE_MESSAGES))
    places = [guild.channel(f"place-{number}") for number in range(80)]
    for place in places:
        disorder(chance, place, guild)
    async with connected(server) as bot:
        seen = bot.get_guild(guild.id)
        assert seen is not None
        for place in places:
            theirs = seen.get_channel(place.id)
            assert isinstance(theirs, discord.TextChannel)
            allowed = theirs.permissions_for(seen.me)
            ours = place.permissions(server.world.bot)
            assert {name: getattr(allowed, name) for name in MATTER} == {
                name: bool(ours & permission) for name, permission in MATTER.items()
            }


@pytest.mark.parametrize("who", ["owner", "administrator"])
def test_owners_and_administrators_may_do_everything(
    guild: Guild, channel: Channel, who: str
) -> None:
    henry = guild.member("Henry", permissions=Permission.ADMINISTRATOR)
    one = guild.owner if who == "owner" else henry
    channel.deny(Permission.VIEW_CHANNEL, one)
    channel.deny(Permission.VIEW_CHANNEL, guild.everyone)
    assert channel.permissions(one.user) == Permission.all()


async def test_who_may_not_send_in_a_thread_sends_no_files_there(
    channel: Channel, maria: Member
) -> None:
    thread = await maria.start_thread(await maria.say(channel, "Tonight"), "Thread")
    channel.deny(Permission.SEND_MESSAGES, maria)
    assert thread.permissions(maria.user) & Permission.ATTACH_FILES
    assert not channel.permissions(maria.user) & Permission.ATTACH_FILES
    channel.deny(Permission.SEND_MESSAGES_IN_THREADS, maria)
    assert not thread.permissions(maria.user) & Permission.ATTACH_FILES


def test_who_is_not_in_the_guild_may_do_nothing(channel: Channel, maria: Member) -> None:
    maria.leave()
    assert channel.permissions(maria.user) == Permission.NONE
