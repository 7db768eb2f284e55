"""Messages by Discord's rules, as the real discord.py meets them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import pytest

from tests.discord.basics import id_time
from tests.discord.client import Client
from tests.discord.guild import Guild
from tests.discord.messages import File
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import Permission, Refusal
from tests.discord.server import Server

NONE = discord.AllowedMentions.none()


async def test_a_message_reaches_the_other_side_both_ways(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    await maria.say(channel, "hello")
    await server.until(lambda: bot.heard("message"))
    heard = bot.heard("message")[0]
    assert (heard.content, heard.author.id, heard.author.display_name) == (
        "hello",
        maria.id,
        "Maria",
    )
    sent = await heard.channel.send("  welcome\n")
    assert sent.content == "welcome"
    assert [one.content for one in channel.messages] == ["hello", "welcome"]
    assert channel.messages[1].id == sent.id


async def test_ids_and_times_come_from_the_clock_of_the_world(
    server: Server, bot: Client, channel: Channel
) -> None:
    at = datetime(2026, 12, 7, 20, 0, tzinfo=UTC)
    server.world.set(at)
    sent = await bot.text("journal-club").send("T1")
    assert sent.created_at == id_time(sent.id) == at
    server.world.shift(timedelta(hours=48))
    later = await bot.text("journal-club").send("T2")
    assert later.created_at == at + timedelta(hours=48)
    assert later.id > sent.id


# ---------------------------------------------------------------- nonces


async def test_the_same_nonce_gives_the_first_message_again(bot: Client, channel: Channel) -> None:
    place = bot.text("journal-club")
    first = await place.send("T1", nonce="urojc/3/1")
    again = await place.send("T1, once more", nonce="urojc/3/1")
    other = await place.send("T2", nonce="urojc/4/1")
    assert first.id == again.id != other.id
    assert again.content == "T1"
    assert [one.content for one in channel.messages] == ["T1", "T2"]


async def test_a_nonce_is_forgotten_after_some_minutes(
    server: Server, bot: Client, channel: Channel
) -> None:
    place = bot.text("journal-club")
    await place.send("T1", nonce="urojc/3/1")
    server.world.shift(timedelta(minutes=4))
    await place.send("T1", nonce="urojc/3/1")
    assert len(channel.messages) == 1
    server.world.shift(timedelta(minutes=2))
    await place.send("T1", nonce="urojc/3/1")
    assert len(channel.messages) == 2


async def test_a_nonce_that_is_too_long_is_refused(server: Server, bot: Client) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await bot.text("journal-club").send("T1", nonce="x" * 26)
    assert refused.value.code == 50035
    server.requests.clear()  # no problem: it was wanted


# ---------------------------------------------------------------- what is too much


async def test_a_message_has_at_most_2000_characters(bot: Client, channel: Channel) -> None:
    await bot.text("journal-club").send("x" * 2000)
    with pytest.raises(discord.HTTPException, match="2000 or fewer") as refused:
        await bot.text("journal-club").send("x" * 2001)
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert len(channel.messages) == 1


@pytest.mark.parametrize("text", ["", "   \n"])
async def test_an_empty_message_is_refused(bot: Client, text: str) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await bot.text("journal-club").send(text)
    assert refused.value.code == 50006


async def test_embeds_have_at_most_6000_characters(bot: Client) -> None:
    embeds = [discord.Embed(description="x" * 3001) for _ in range(2)]
    with pytest.raises(discord.HTTPException, match="6000") as refused:
        await bot.text("journal-club").send(embeds=embeds)
    assert refused.value.code == 50035


async def test_files_arrive_whole_and_can_be_fetched(bot: Client, channel: Channel) -> None:
    file = discord.File(io.BytesIO(b"\x89PNG"), "counts.png", description="the counts")
    sent = await bot.text("journal-club").send("The end", file=file)
    [kept] = channel.messages[0].attachments
    assert (kept.file.name, kept.file.content, kept.file.description) == (
        "counts.png",
        b"\x89PNG",
        "the counts",
    )
    async with aiohttp.ClientSession() as session, session.get(sent.attachments[0].url) as got:
        assert await got.read() == b"\x89PNG"


async def test_a_file_of_more_than_ten_mebibytes_is_refused(bot: Client) -> None:
    file = discord.File(io.BytesIO(bytes(10 * 1024 * 1024 + 1)), "big.html")
    with pytest.raises(discord.HTTPException) as refused:
        await bot.text("journal-club").send(file=file)
    assert (refused.value.status, refused.value.code) == (413, 40005)


# ---------------------------------------------------------------- pings


async def test_a_message_pings_whom_it_may(
    server: Server, bot: Client, guild: Guild, channel: Channel, maria: Member
) -> None:
    readers = guild.role("Readers", mentionable=True)
    others = guild.role("Others")
    text = f"{maria.mention} {readers.mention} {others.mention} @everyone"
    place = bot.text("journal-club")

    async def pinged(allowed: discord.AllowedMentions | None) -> set[object]:
        sent = await place.send(text, allowed_mentions=allowed)  # type: ignore[arg-type]
        return set(channel.message(sent.id).pinged)

    assert await pinged(NONE) == set()
    assert await pinged(None) == {maria.user, readers}
    only_role = discord.AllowedMentions(
        everyone=False, users=False, roles=[discord.Object(readers.id)]
    )
    assert await pinged(only_role) == {readers}
    only_other = discord.AllowedMentions(
        everyone=False, users=False, roles=[discord.Object(others.id)]
    )
    assert await pinged(only_other) == set()
    guild.grant(Permission.MENTION_EVERYONE)
    assert await pinged(None) == {maria.user, readers, others, "@everyone"}
    assert await pinged(only_other) == {others}


async def test_an_edit_pings_nobody(bot: Client, channel: Channel, maria: Member) -> None:
    sent = await bot.text("journal-club").send("hello")
    await sent.edit(content=f"hello {maria.mention}")
    assert channel.messages[0].mentions == [maria.user]
    assert channel.messages[0].pinged == set()


async def test_a_reply_pings_if_it_is_let(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    message = await maria.say(channel, "hello")
    await server.until(lambda: bot.heard("message"))
    heard = bot.heard("message")[0]
    await heard.reply("quietly", mention_author=False)
    await heard.reply("loudly", mention_author=True)
    quiet, loud = channel.messages[1:]
    assert quiet.type == loud.type == 19
    assert quiet.referenced is loud.referenced is message
    assert (quiet.pinged, loud.pinged) == (set(), {maria.user})


async def test_a_reply_to_nothing_is_refused_unless_it_may_fail(bot: Client) -> None:
    place = bot.text("journal-club")
    gone = discord.MessageReference(message_id=1, channel_id=place.id)
    with pytest.raises(discord.HTTPException) as refused:
        await place.send("hello", reference=gone)
    assert refused.value.code == 50035
    gone.fail_if_not_exists = False
    assert (await place.send("hello", reference=gone)).type is discord.MessageType.default


# ---------------------------------------------------------------- history


async def test_history_gives_what_stands_right_at_the_side_that_is_asked(
    bot: Client, channel: Channel, maria: Member
) -> None:
    said = [await maria.say(channel, str(number)) for number in range(250)]
    place, middle = bot.text("journal-club"), discord.Object(said[100].id)

    async def read(**asked: object) -> list[int]:
        return [int(one.content) async for one in place.history(**asked)]  # type: ignore[arg-type]

    assert await read(limit=3) == [249, 248, 247]
    assert await read(limit=3, before=middle) == [99, 98, 97]
    assert await read(limit=3, after=middle) == [101, 102, 103]
    assert await read(limit=5, around=middle) == [102, 101, 100, 99, 98]
    assert await read(limit=None, after=discord.Object(0)) == list(range(250))


async def test_history_is_asked_for_in_hundreds_at_most(server: Server, bot: Client) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.logs_from(bot.text("journal-club").id, 101)
    assert refused.value.code == 50035
    server.requests.clear()


async def test_without_the_right_to_read_history_it_is_empty_and_no_error(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    message = await maria.say(channel, "hello")
    channel.deny(Permission.READ_MESSAGE_HISTORY)
    assert [one async for one in bot.text("journal-club").history()] == []
    with pytest.raises(discord.Forbidden) as refused:
        await bot.text("journal-club").fetch_message(message.id)
    assert refused.value.code == 50013


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("taken", "code"),
    [(Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013)],
)
async def test_who_may_not_post_is_refused(
    bot: Client, channel: Channel, taken: Permission, code: int
) -> None:
    place = bot.text("journal-club")
    channel.deny(taken)
    with pytest.raises(discord.Forbidden) as refused:
        await place.send("hello")
    assert refused.value.code == code
    channel.grant(taken)
    await place.send("hello")


async def test_files_and_embeds_need_their_permissions(bot: Client, channel: Channel) -> None:
    place = bot.text("journal-club")
    channel.deny(Permission.ATTACH_FILES)
    channel.deny(Permission.EMBED_LINKS)
    with pytest.raises(discord.Forbidden):
        await place.send(file=discord.File(io.BytesIO(b"1"), "a.txt"))
    with pytest.raises(discord.Forbidden):
        await place.send(embed=discord.Embed(title="Tonight"))
    await place.send("plain")


async def test_what_is_not_there_is_unknown(
    server: Server, bot: Client, guild: Guild, channel: Channel, maria: Member
) -> None:
    place = bot.text("journal-club")
    message = await maria.say(channel, "hello")
    await maria.delete(message)
    for number, asking in [
        (10008, place.fetch_message(message.id)),
        (10008, place.get_partial_message(message.id).delete()),
        (10003, bot.fetch_channel(1)),
        (10004, bot.fetch_guild(1)),
        (10013, bot.fetch_user(1)),
    ]:
        with pytest.raises(discord.NotFound) as refused:
            await asking
        assert refused.value.code == number
    channel.delete()
    with pytest.raises(discord.NotFound) as refused:
        await place.send("hello")
    assert refused.value.code == 10003


async def test_one_changes_only_ones_own_messages(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    message = await maria.say(channel, "hello")
    partial = bot.text("journal-club").get_partial_message(message.id)
    with pytest.raises(discord.Forbidden) as refused:
        await partial.edit(content="bye")
    assert refused.value.code == 50005
    with pytest.raises(discord.Forbidden) as refused:
        await partial.delete()
    assert refused.value.code == 50013
    channel.grant(Permission.MANAGE_MESSAGES)
    await partial.delete()
    assert channel.messages == []


async def test_an_edit_changes_words_and_files_and_marks_the_time(
    server: Server, bot: Client, channel: Channel
) -> None:
    sent = await bot.text("journal-club").send(
        "one", files=[discord.File(io.BytesIO(b"1"), "1.txt"), discord.File(io.BytesIO(b"2"), "2")]
    )
    second = sent.attachments[1]
    edited = await sent.edit(
        content="two", attachments=[second, discord.File(io.BytesIO(b"3"), "3.txt")]
    )
    assert edited.edited_at is not None
    assert [one.file.name for one in channel.messages[0].attachments] == ["2", "3.txt"]
    assert channel.messages[0].content == "two"


# ---------------------------------------------------------------- direct messages


async def test_the_bot_writes_to_a_person_who_lets_it(
    server: Server, bot: Client, guild: Guild, maria: Member
) -> None:
    person = await bot.fetch_user(maria.id)
    await person.send("the transcript", file=discord.File(io.BytesIO(b"<html>"), "chat.html"))
    assert [one.content for one in maria.inbox] == ["the transcript"]
    maria.user.refuses_dms = True
    with pytest.raises(discord.Forbidden) as refused:
        await person.send("again")
    assert refused.value.code == 50007
    maria.user.refuses_dms = False
    maria.leave()
    with pytest.raises(discord.Forbidden) as refused:
        await person.send("again")
    assert refused.value.code == 50007


# ---------------------------------------------------------------- reactions


async def test_reactions_are_counted_by_person(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    sent = await bot.text("journal-club").send("hello")
    await sent.add_reaction("👍")
    await sent.add_reaction("👍")
    await maria.react(channel.messages[0], "👍")
    [reaction] = (await sent.channel.fetch_message(sent.id)).reactions
    assert (reaction.count, reaction.me) == (2, True)
    assert {user.id async for user in reaction.users()} == {server.world.bot.id, maria.id}
    assert bot.user is not None
    await sent.remove_reaction("👍", bot.user)
    [reaction] = (await sent.channel.fetch_message(sent.id)).reactions
    assert (reaction.count, reaction.me) == (1, False)


async def test_a_person_does_only_what_discord_lets_that_person_do(
    server: Server, channel: Channel, maria: Member, guild: Guild
) -> None:
    henry = guild.member("Henry")
    message = await maria.say(channel, "hello", attachments=[File("a.txt", b"1")])
    with pytest.raises(Refusal, match="50005"):
        await henry.edit(message, "bye")
    with pytest.raises(Refusal, match="50013"):
        await henry.delete(message)
    with pytest.raises(Refusal, match="50013"):
        await henry.pin(message)
    channel.deny(Permission.SEND_MESSAGES, henry)
    with pytest.raises(Refusal, match="50013"):
        await henry.say(channel, "me too")
    with pytest.raises(Refusal, match="50035"):
        await maria.say(channel, "x" * 2001)
