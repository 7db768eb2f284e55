"""Messages and threads by Discord's rules, as the real discord.py meets them."""

from __future__ import annotations

import discord
import pytest

from tests.discord.client import Client
from tests.discord.server import Server


async def test_a_message_reaches_the_other_side_both_ways(server: Server, client: Client) -> None:
    guild = next(iter(server.world.guilds.values()))
    channel, maria = guild.channel("journal-club"), guild.member("Maria")
    await maria.say(channel, "hello")
    await server.until(lambda: client.heard("message"))
    heard = client.heard("message")[0]
    assert (heard.content, heard.author.id, heard.author.name) == ("hello", maria.id, "maria")
    sent = await heard.channel.send("welcome")
    assert [one.content for one in channel.messages] == ["hello", "welcome"]
    assert channel.messages[1].id == sent.id


async def test_the_same_nonce_gives_the_first_message_again(server: Server, client: Client) -> None:
    channel = client.text("journal-club")
    first = await channel.send("T1", nonce="urojc/3/1")
    again = await channel.send("T1", nonce="urojc/3/1")
    other = await channel.send("T2", nonce="urojc/4/1")
    assert first.id == again.id != other.id
    assert [one.content for one in server.world.places[channel.id].messages] == ["T1", "T2"]


async def test_a_message_has_at_most_one_thread(client: Client) -> None:
    message = await client.text("journal-club").send("Tonight")
    thread = await message.create_thread(name="Journal club", auto_archive_duration=4320)
    assert thread.id == message.id
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="Again")
    assert refused.value.code == 160004
