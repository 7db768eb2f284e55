"""The gateway as the real discord.py meets it: sessions, intents, and what goes wrong."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import discord
import pytest

from tests.discord.client import Client, connected, intents
from tests.discord.guild import Guild
from tests.discord.messages import File
from tests.discord.people import Member, Webhook
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server


def said(client: Client) -> list[str]:
    """Return the words of all messages that the client has got, in their order."""
    return [message.content for message in client.heard("message")]


# ---------------------------------------------------------------- sessions


async def test_what_is_missed_is_sent_when_the_session_is_resumed(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    await maria.say(channel, "before")
    await server.until(lambda: said(bot) == ["before"])
    server.gateway.drop()
    await maria.say(channel, "meanwhile")
    await server.until(lambda: bot.heard("resumed"))
    await maria.say(channel, "after")
    await server.until(lambda: len(said(bot)) == 3)
    assert said(bot) == ["before", "meanwhile", "after"]
    assert (server.gateway.identifies, server.gateway.resumes) == (1, 1)


async def test_discord_may_ask_for_a_new_connection(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    server.gateway.ask_to_reconnect()
    await server.until(lambda: bot.heard("resumed"))
    await maria.say(channel, "after")
    await server.until(lambda: said(bot) == ["after"])


async def test_a_lost_session_begins_anew_and_what_was_missed_does_not_come(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    server.gateway.lose_sessions()
    await maria.say(channel, "meanwhile")
    await server.until(lambda: len(bot.heard("connect")) == 2)
    await maria.say(channel, "after")
    await server.until(lambda: said(bot) == ["after"])
    assert (server.gateway.identifies, server.gateway.resumes) == (2, 1)


@pytest.mark.parametrize(("code", "left"), [(1000, 0), (1001, 0), (4000, 1)])
async def test_a_session_ends_when_the_bot_closes_it_as_finished(
    server: Server, code: int, left: int
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.gateway.address) as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": "bot-token", "intents": 1}})
        assert (await socket.receive_json())["t"] == "READY"
        await socket.close(code=code)
    await server.until(lambda: not server.gateway.lines)
    assert len(server.gateway.sessions) == left


async def test_a_connection_that_is_closed_with_a_code_is_resumed(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    await server.gateway.close(4000)
    await server.until(lambda: bot.heard("resumed"))
    assert server.gateway.identifies == 1


async def test_two_processes_of_one_bot_both_hear(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    async with connected(server) as other:
        await maria.say(channel, "hello")
        await server.until(lambda: said(bot) == said(other) == ["hello"])


async def test_a_bot_whose_heartbeats_are_not_acknowledged_comes_back(
    server: Server, channel: Channel
) -> None:
    server.gateway.heartbeat_interval = 40
    async with connected(server, heartbeat_timeout=0.2) as bot:
        server.gateway.acknowledges = False
        await server.until(lambda: server.gateway.resumes)
        server.gateway.acknowledges = True
        await server.until(lambda: bot.heard("resumed"))


async def test_an_outage_ends_and_the_bot_comes_back(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    await server.outage()
    with pytest.raises((aiohttp.ClientError, OSError)):
        await bot.fetch_channel(channel.id)
    await maria.say(channel, "meanwhile")
    await server.recover()
    await server.until(lambda: said(bot) == ["meanwhile"])
    await bot.fetch_channel(channel.id)


# ---------------------------------------------------------------- refusals


async def test_a_wrong_token_is_refused_by_both_sides(server: Server) -> None:
    with pytest.raises(discord.LoginFailure):
        async with connected(server, token="stolen"):
            pass
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.gateway.address) as socket,
    ):
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": {"token": "stolen", "intents": 1}})
        await socket.receive()
        assert socket.close_code == 4004


async def test_message_content_must_have_been_granted(server: Server) -> None:
    server.world.application.message_content = False
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(server):
            pass


async def test_the_flags_of_the_application_tell_what_was_granted(
    server: Server, bot: Client
) -> None:
    assert (await bot.application_info()).flags.gateway_message_content_limited
    server.world.application.message_content = False
    assert not (await bot.application_info()).flags.gateway_message_content_limited


# ---------------------------------------------------------------- who is told what


async def test_without_message_content_only_what_is_meant_for_the_bot_has_words(
    server: Server, channel: Channel, maria: Member
) -> None:
    async with connected(server, intents(message_content=False)) as bot:
        bob = server.world.bot
        await maria.say(channel, "to all", attachments=[File("figure.png")])
        await maria.say(channel, f"to {bob.mention}")
        own = await bot.text("journal-club").send("mine")
        await maria.say(channel, "to you", reply_to=channel.message(own.id))
        await maria.say(channel, "aside", reply_to=channel.message(own.id), ping_reply=False)
        await maria.whisper("between us")
        await server.until(lambda: len(said(bot)) == 6)
        words = ["", f"to {bob.mention}", "mine", "to you", "", "between us"]
        assert said(bot) == words
        assert bot.heard("message")[0].attachments == []
        server.world.application.message_content = False
        history = [one async for one in bot.text("journal-club").history(oldest_first=True)]
        assert [one.content for one in history] == words[:-1]


async def test_events_come_by_intent(server: Server, channel: Channel, maria: Member) -> None:
    wanted = discord.Intents(guilds=True, dm_messages=True)
    async with connected(server, wanted) as bot:
        message = await maria.say(channel, "hello")
        await maria.react(message, "👍")
        await maria.whisper("psst")
        await server.until(lambda: bot.heard("message"))
        assert [one.guild for one in bot.heard("message")] == [None]
        assert bot.heard("raw_reaction_add") == []


async def test_what_happens_where_the_bot_may_not_look_is_not_told(
    server: Server, bot: Client, guild: Guild, channel: Channel, maria: Member
) -> None:
    message = await maria.say(channel, "seen")
    await maria.start_thread(message, "Thread")
    await server.until(lambda: bot.heard("thread_create"))
    channel.deny(Permission.VIEW_CHANNEL)
    await maria.say(channel, "unseen")
    await maria.say(channel.threads[0], "unseen as well")
    with pytest.raises(discord.Forbidden) as refused:
        await bot.fetch_channel(channel.id)
    assert refused.value.code == 50001
    bot._connection._guilds[guild.id]._threads.clear()
    channel.grant(Permission.VIEW_CHANNEL)
    await server.until(lambda: bot.heard("thread_join"))
    await maria.say(channel, "seen again")
    await server.until(lambda: "seen again" in said(bot))
    assert "unseen" not in said(bot)


async def test_a_bot_that_is_thrown_out_hears_it_and_nothing_more(
    server: Server, bot: Client, guild: Guild, channel: Channel, maria: Member
) -> None:
    guild.remove_bot()
    await server.until(lambda: bot.heard("guild_remove"))
    await maria.say(channel, "hello")
    with pytest.raises(discord.Forbidden) as refused:
        await bot.fetch_guild(guild.id)
    assert refused.value.code == 50001
    assert said(bot) == []
    guild.invite_bot(Permission.VIEW_CHANNEL)
    await server.until(lambda: bot.heard("guild_join"))


async def test_a_guild_with_which_discord_has_trouble_is_unavailable_for_a_while(
    server: Server, bot: Client, guild: Guild
) -> None:
    guild.fail()
    await server.until(lambda: bot.heard("guild_unavailable"))
    guild.come_back()
    await server.until(lambda: bot.heard("guild_available"))
    assert bot.heard("guild_remove") == []


# ---------------------------------------------------------------- order


async def test_an_event_may_come_twice(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    server.gateway.twice("MESSAGE_CREATE")
    await maria.say(channel, "hello")
    await maria.say(channel, "there")
    await server.until(lambda: len(said(bot)) == 3)
    assert said(bot) == ["hello", "hello", "there"]


async def test_events_may_come_late_and_in_another_order(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    server.gateway.hold("MESSAGE_CREATE", "MESSAGE_UPDATE")
    message = await maria.say(channel, "first")
    await maria.say(channel, "second")
    await maria.edit(message, "First")
    await maria.react(message, "👍")
    await server.until(lambda: bot.heard("raw_reaction_add"))
    assert said(bot) == []
    server.gateway.release(reversed)
    await server.until(lambda: len(said(bot)) == 2)
    assert said(bot) == ["second", "first"]
    assert [name for name, _ in bot.events if name in ("message", "raw_message_edit")] == [
        "raw_message_edit",
        "message",
        "message",
    ]


# ---------------------------------------------------------------- every kind of event


async def test_discord_py_reads_every_kind_of_event(
    server: Server, bot: Client, guild: Guild, channel: Channel, maria: Member
) -> None:
    henry = guild.member("Henry", permissions=Permission.all())
    message = await maria.say(channel, "hello")
    other = await maria.say(channel, "there")
    answer = await henry.say(channel, "you", reply_to=message)
    await henry.say(channel, forward=message)
    await maria.say(channel, stickers=["wave"], attachments=[File("a.csv", b"1,2", "text/csv")])
    poll = {"question": {"text": "When?"}, "answers": [{"poll_media": {"text": "Now"}}]}
    await maria.say(channel, poll=poll)
    await Webhook(channel, "Feed").say("news")
    await maria.edit(message, "Hello")
    await maria.react(message, "👍")
    await maria.unreact(message, "👍")
    await henry.react(message, "urology:123456789012345678")
    await henry.clear_reactions(message, "urology:123456789012345678")
    await henry.clear_reactions(message)
    await henry.pin(message)
    thread = await henry.start_thread(message, "Thread")
    await maria.say(thread, "inside")
    thread.lock()
    thread.archive_by_hand()
    await maria.delete(message)
    await henry.delete(other, answer)
    thread.delete()
    role = guild.role("Moderators")
    role.grant(Permission.MANAGE_THREADS)
    guild.bot.give(role)
    channel.rename("club")
    guild.channel("extra").delete()
    await server.until(lambda: bot.heard("guild_channel_delete"))
    got = {name for name, _ in bot.events}
    assert got >= {
        "message",
        "raw_message_edit",
        "raw_message_delete",
        "raw_bulk_message_delete",
        "raw_reaction_add",
        "raw_reaction_remove",
        "raw_reaction_clear",
        "raw_reaction_clear_emoji",
        "thread_create",
        "raw_thread_update",
        "raw_thread_delete",
        "guild_role_create",
        "guild_role_update",
        "member_update",
        "guild_channel_create",
        "guild_channel_update",
        "guild_channel_delete",
    }
    kinds = [one.type.name for one in bot.heard("message")]
    assert kinds.count("reply") == kinds.count("pins_add") == 1
    forwarded = bot.heard("message")[3]
    assert [one.content for one in forwarded.message_snapshots] == ["hello"]
    assert bot.heard("message")[2].reference.resolved.content == "hello"
    assert bot.heard("message")[5].poll.question == "When?"
    assert bot.heard("message")[6].webhook_id is not None


async def test_a_resume_of_an_unknown_session_is_answered_with_op_9(server: Server) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.gateway.address) as socket,
    ):
        await socket.receive_json()
        data = {"token": "bot-token", "session_id": "unknown", "seq": 3}
        await socket.send_str(json.dumps({"op": 6, "d": data}))
        async with asyncio.timeout(2):
            assert (await socket.receive_json())["op"] == 9
