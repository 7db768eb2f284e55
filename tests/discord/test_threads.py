"""Threads by Discord's rules, as the real discord.py meets them."""

from __future__ import annotations

from datetime import timedelta

import discord
import pytest

from tests.discord.client import Client, connected
from tests.discord.guild import Guild
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import Permission, Refusal
from tests.discord.server import Server
from tests.discord.threads import Thread


@pytest.fixture
async def theirs(bot: Client) -> discord.Thread:
    """Give a thread that the bot has started, as discord.py sees it."""
    message = await bot.text("journal-club").send("Tonight")
    return await message.create_thread(name="Journal club", auto_archive_duration=4320)


@pytest.fixture
def thread(channel: Channel, theirs: discord.Thread) -> Thread:
    """Give the same thread, as people see it."""
    return channel.threads[0]


async def test_a_thread_has_the_id_of_its_message_and_begins_with_it(
    server: Server, bot: Client, channel: Channel, theirs: discord.Thread
) -> None:
    assert theirs.id == channel.messages[0].id
    assert theirs.auto_archive_duration == 4320
    await server.until(lambda: bot.heard("thread_create"))
    starter = [one async for one in theirs.history()]
    assert [one.type.name for one in starter] == ["thread_starter_message"]
    parent = await bot.text("journal-club").fetch_message(theirs.id)
    assert parent.flags.has_thread
    assert (theirs.message_count, theirs.me is not None) == (0, True)


async def test_a_message_has_at_most_one_thread(bot: Client, theirs: discord.Thread) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await bot.text("journal-club").get_partial_message(theirs.id).create_thread(name="Again")
    assert refused.value.code == 160004


@pytest.mark.parametrize("name", ["", "x" * 101])
async def test_a_name_has_one_to_a_hundred_characters(
    server: Server, bot: Client, theirs: discord.Thread, name: str
) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await theirs.edit(name=name)
    assert refused.value.code == 50035
    server.requests.clear()


async def test_a_thread_lasts_one_of_four_times(
    server: Server, bot: Client, theirs: discord.Thread
) -> None:
    await theirs.edit(auto_archive_duration=10080)
    with pytest.raises(discord.HTTPException) as refused:
        await theirs.edit(auto_archive_duration=2880)  # type: ignore[arg-type]
    assert refused.value.code == 50035
    server.requests.clear()


async def test_a_guild_has_so_many_active_threads(
    bot: Client, guild: Guild, thread: Thread
) -> None:
    guild.most_threads = 1
    message = await bot.text("journal-club").send("Next")
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="Next")
    assert refused.value.code == 160006
    thread.archive_by_hand()
    await message.create_thread(name="Next")


async def test_a_thread_from_an_old_message_is_announced_in_the_channel(
    server: Server, bot: Client, channel: Channel
) -> None:
    message = await bot.text("journal-club").send("Tonight")
    server.world.shift(timedelta(hours=1))
    await message.create_thread(name="Journal club")
    assert [one.type for one in channel.messages] == [0, 18]
    assert channel.messages[1].content == "Journal club"


# ---------------------------------------------------------------- who may


async def test_starting_a_thread_and_talking_in_it_have_permissions_of_their_own(
    bot: Client, channel: Channel, theirs: discord.Thread
) -> None:
    channel.deny(Permission.SEND_MESSAGES)
    await theirs.send("in a thread SEND_MESSAGES does not count")
    channel.deny(Permission.SEND_MESSAGES_IN_THREADS)
    with pytest.raises(discord.Forbidden) as refused:
        await theirs.send("no more")
    assert refused.value.code == 50013
    channel.grant(Permission.SEND_MESSAGES)
    message = await bot.text("journal-club").send("Next")
    channel.deny(Permission.CREATE_PUBLIC_THREADS)
    with pytest.raises(discord.Forbidden) as refused:
        await message.create_thread(name="Next")
    assert refused.value.code == 50013


async def test_locking_needs_manage_threads_archiving_ones_own_does_not(
    guild: Guild, theirs: discord.Thread, thread: Thread
) -> None:
    guild.deny(Permission.MANAGE_THREADS)
    with pytest.raises(discord.Forbidden) as refused:
        await theirs.edit(locked=True, archived=True)
    assert refused.value.code == 50013
    assert (thread.locked, thread.archived) == (False, False)
    await theirs.edit(archived=True)
    assert thread.archived
    guild.grant(Permission.MANAGE_THREADS)
    await theirs.edit(locked=True, archived=False)
    assert (thread.locked, thread.archived) == (True, False)


async def test_another_s_thread_is_changed_with_manage_threads_alone(
    bot: Client, server: Server, guild: Guild, channel: Channel, maria: Member
) -> None:
    theirs = await maria.start_thread(await maria.say(channel, "My own"), "Own")
    await server.until(lambda: bot.heard("thread_create"))
    seen = bot.heard("thread_create")[0]
    guild.deny(Permission.MANAGE_THREADS)
    with pytest.raises(discord.Forbidden):
        await seen.edit(name="Mine now")
    with pytest.raises(discord.Forbidden):
        await seen.delete()
    guild.grant(Permission.MANAGE_THREADS)
    await seen.edit(name="Mine now")
    assert theirs.name == "Mine now"
    assert theirs.messages[-1].type == 4
    await seen.delete()
    assert channel.threads == []


# ---------------------------------------------------------------- locked, archived


async def test_a_post_opens_an_archived_thread_again(
    server: Server, bot: Client, thread: Thread, maria: Member
) -> None:
    thread.archive_by_hand()
    await maria.say(thread, "one more thing")
    assert not thread.archived
    await server.until(lambda: len(bot.heard("raw_thread_update")) == 2)


async def test_in_a_locked_thread_only_moderators_post(
    guild: Guild, theirs: discord.Thread, thread: Thread, maria: Member
) -> None:
    message = await maria.say(thread, "before")
    thread.lock()
    with pytest.raises(Refusal, match="160005"):
        await maria.say(thread, "after")
    with pytest.raises(Refusal, match="160005"):
        await maria.edit(message, "After")
    await theirs.send("the bot has Manage Threads")
    guild.deny(Permission.MANAGE_THREADS)
    with pytest.raises(discord.Forbidden) as refused:
        await theirs.send("no more")
    assert refused.value.code == 160005
    await maria.delete(message)
    thread.unlock()
    await maria.say(thread, "again")


async def test_a_locked_and_archived_thread_stays_as_it_is(
    guild: Guild, theirs: discord.Thread, thread: Thread, maria: Member
) -> None:
    message = await maria.say(thread, "before")
    await theirs.edit(locked=True, archived=True)
    with pytest.raises(Refusal, match="50083"):
        await maria.say(thread, "after")
    with pytest.raises(Refusal, match="50083"):
        await maria.edit(message, "After")
    with pytest.raises(Refusal, match="50083"):
        await maria.react(message, "👍")
    with pytest.raises(Refusal, match="50083"):
        await maria.delete(message)
    assert [one.content for one in thread.messages] == ["", "before"]


async def test_an_archived_thread_is_changed_only_by_opening_it(
    theirs: discord.Thread, thread: Thread
) -> None:
    await theirs.edit(archived=True)
    with pytest.raises(discord.HTTPException) as refused:
        await theirs.edit(locked=True)
    assert refused.value.code == 50083
    with pytest.raises(discord.HTTPException) as refused:
        await theirs.edit(archived=True, locked=True)
    assert refused.value.code == 50083
    await theirs.edit(archived=False, locked=True)
    assert (thread.archived, thread.locked) == (False, True)


async def test_the_bot_edits_nothing_in_an_archived_thread(
    theirs: discord.Thread, thread: Thread
) -> None:
    sent = await theirs.send("T1")
    thread.archive_by_hand()
    with pytest.raises(discord.HTTPException) as refused:
        await sent.edit(content="T1!")
    assert refused.value.code == 50083
    with pytest.raises(discord.HTTPException):
        await sent.add_reaction("👍")
    await sent.delete()


# ---------------------------------------------------------------- finding them


async def test_threads_are_listed_while_active_and_when_archived(
    server: Server, bot: Client, guild: Guild, channel: Channel, theirs: discord.Thread
) -> None:
    other = await bot.text("journal-club").send("Next")
    await other.create_thread(name="Next")
    found = await theirs.guild.active_threads()
    assert [one.name for one in found] == ["Next", "Journal club"]
    await theirs.edit(archived=True, locked=True)
    assert [one.name for one in await theirs.guild.active_threads()] == ["Next"]
    archived = [one async for one in bot.text("journal-club").archived_threads()]
    assert [(one.name, one.locked, one.archived) for one in archived] == [
        ("Journal club", True, True)
    ]
    assert (await bot.fetch_channel(theirs.id)).id == theirs.id


async def test_only_active_threads_are_told_at_the_beginning(
    server: Server, channel: Channel, maria: Member
) -> None:
    active = await maria.start_thread(await maria.say(channel, "A"), "Active")
    archived = await maria.start_thread(await maria.say(channel, "B"), "Archived")
    archived.archive_by_hand()
    async with connected(server) as bot:
        [guild] = bot.guilds
        assert [one.id for one in guild.threads] == [active.id]


async def test_a_deleted_thread_is_unknown(
    server: Server, bot: Client, theirs: discord.Thread, thread: Thread
) -> None:
    thread.delete()
    await server.until(lambda: bot.heard("raw_thread_delete"))
    with pytest.raises(discord.NotFound) as refused:
        await theirs.send("anybody?")
    assert refused.value.code == 10003


async def test_messages_are_counted_and_deleted_ones_taken_off(
    theirs: discord.Thread, thread: Thread, maria: Member
) -> None:
    message = await maria.say(thread, "one")
    await theirs.send("two")
    await maria.delete(message)
    assert (thread.message_count, thread.total_message_sent) == (1, 2)
    assert set(thread.joined) == {thread.owner.id, maria.id}
