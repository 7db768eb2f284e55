"""What is said on Discord reaches the chat, once, also what was said while nobody listened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.messages import PlacedBy, Timing
from tests.discord.rules import Permission
from tests.platforms.discord_house import DiscordHouse, on_discord


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    async with on_discord(tmp_path) as found:
        yield found


# ---------------------------------------------------------------- hearing


async def test_what_belongs_to_the_chat_is_kept_and_nothing_else(house: DiscordHouse) -> None:
    thread = await house.start()
    opening = house.channel.messages[0]
    await house.ann.say(thread, "T1: one ward is too few")
    await house.ann.say(house.channel, "I agree", reply_to=opening)
    await house.ann.say(house.channel, "Late to the #UROJC party")
    await house.ann.say(house.channel, "Lunch?")
    rows = await house.kept("T1: one ward is too few", "I agree", "Late to the #UROJC party")
    assert rows["T1: one ward is too few"].placed_by is PlacedBy.LABEL
    assert {row.name for row in rows.values()} == {"Ann"}


async def test_edits_deletions_and_emojis_are_taken_over(house: DiscordHouse) -> None:
    thread = await house.start()
    first, second, third = [await house.ann.say(thread, f"T1: {n}") for n in ("a", "b", "c")]
    await house.kept("T1: a", "T1: b", "T1: c")
    await house.ann.edit(first, "T1: better")
    await house.ann.delete(second)
    await house.henry.react(third, "👍")
    rows = await house.kept("T1: better", "T1: c")
    assert rows["T1: better"].edited
    assert (await house.rows())[str(second.id)].withdrawn
    await house.emojis("👍")


async def test_an_emoji_is_taken_back_and_put_again_also_where_the_clock_was_set_back(
    house: DiscordHouse,
) -> None:
    thread = await house.start()
    message = await house.ann.say(thread, "T1: a")
    await house.kept("T1: a")
    await house.henry.react(message, "👍")
    await house.emojis("👍")
    house.set_back = timedelta(minutes=1)
    await house.henry.unreact(message, "👍")
    await house.emojis()
    house.set_back = timedelta(minutes=2)
    await house.henry.react(message, "👍")
    await house.emojis("👍")
    house.set_back = timedelta(minutes=3)
    thread.clear_reactions(message)
    await house.emojis()


async def test_many_that_are_deleted_at_once_are_gone(house: DiscordHouse) -> None:
    thread = await house.start()
    messages = [await house.ann.say(thread, f"T1: number {n}") for n in range(10)]
    await house.kept(*(one.content for one in messages))
    await house.guild.owner.delete(*messages[2:])
    await house.kept("T1: number 0", "T1: number 1")


async def test_a_message_that_is_told_twice_and_late_stands_once(house: DiscordHouse) -> None:
    thread = await house.start()
    house.server.gateway.hold("MESSAGE_CREATE", "MESSAGE_UPDATE")
    message = await house.ann.say(thread, "T1: first")
    await house.ann.edit(message, "T1: then")
    house.server.gateway.release(lambda held: [*reversed(held), *held])
    rows = await house.kept("T1: then")
    assert rows["T1: then"].edited


async def test_what_the_store_could_not_take_is_read_again(house: DiscordHouse) -> None:
    """The disk is full for a moment: a trigger stands for it."""
    thread = await house.start()
    async with house.store.writing() as tables:
        await tables.connection.run(
            "CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    await house.ann.say(thread, "T1: while it was full")
    await house.until(lambda: not house.discord.is_current)
    async with house.store.writing() as tables:
        await tables.connection.run("DROP TRIGGER full")
    await house.until(lambda: house.discord.is_current)
    await house.kept("T1: while it was full")


# ---------------------------------------------------------------- absence


async def test_a_short_cut_is_made_up_for_by_the_gateway(house: DiscordHouse) -> None:
    thread = await house.start()
    before = len(house.server.requests)
    house.server.gateway.drop()
    await house.ann.say(thread, "T1: during the cut")
    await house.kept("T1: during the cut")
    await house.until(lambda: house.discord.is_current)
    assert not any(one.path == "/users/@me" for one in house.server.requests[before:])


async def test_what_the_gateway_never_told_is_read_back_when_it_resumes(
    house: DiscordHouse,
) -> None:
    thread = await house.start()
    read = ("GET", f"/channels/{thread.id}/messages")
    await house.until(lambda: read in [(one.method, one.path) for one in house.server.requests])
    gateway = house.server.gateway
    gateway.hold("MESSAGE_CREATE")
    await house.ann.say(thread, "T1: told by nobody")
    gateway.release(lambda _held: ())
    await house.ann.say(thread, "T1: heard")
    await house.kept("T1: heard")
    gateway.drop()
    await house.kept("T1: told by nobody", "T1: heard")
    assert gateway.resumes == 1


async def test_what_was_said_edited_and_deleted_during_an_absence_is_read_back(
    house: DiscordHouse,
) -> None:
    thread = await house.start()
    edited, deleted = [await house.ann.say(thread, f"T1: {n}") for n in ("old", "gone")]
    await house.kept("T1: old", "T1: gone")
    async with house.away():
        await house.ann.edit(edited, "T1: new")
        await house.ann.delete(deleted)
        await house.ann.say(thread, "T1: said meanwhile")
        await house.ann.say(house.channel, "and here #urojc")
        await house.ann.say(house.channel, "and something else")
    await house.kept("T1: new", "T1: said meanwhile", "and here #urojc")


async def test_what_was_said_right_before_an_absence_and_deleted_in_it_is_withdrawn(
    house: DiscordHouse,
) -> None:
    thread = await house.start()
    await house.ann.say(thread, "T1: one ward is too few")
    named = await house.ann.say(thread, "T1: like Mrs Miller")
    await house.kept("T1: one ward is too few", "T1: like Mrs Miller")
    async with house.away():
        await house.ann.delete(named)
    assert (await house.rows())[str(named.id)].text, "the history may lag behind"
    house.server.world.shift(timedelta(minutes=1))
    await house.kept("T1: one ward is too few")


async def test_without_the_right_to_read_nothing_is_taken_for_deleted(
    house: DiscordHouse,
) -> None:
    thread = await house.start()
    await house.ann.say(thread, "T1: stays")
    await house.kept("T1: stays")
    async with house.away():
        house.channel.deny(Permission.READ_MESSAGE_HISTORY)
    await house.kept("T1: stays")


async def test_a_deleted_thread_and_a_removed_bot_withdraw_nothing(house: DiscordHouse) -> None:
    thread = await house.start()
    await house.ann.say(thread, "T1: stays")
    await house.kept("T1: stays")
    async with house.away():
        thread.delete()
    await house.kept("T1: stays")
    async with house.away():
        house.guild.remove_bot()
    await house.kept("T1: stays")


async def test_a_chat_whose_thread_is_deleted_goes_on_in_another(house: DiscordHouse) -> None:
    thread = await house.start()
    await house.ann.say(thread, "T1: one ward is too few")
    await house.kept("T1: one ward is too few")
    thread.delete()
    await house.henry.command(house.channel, "chat next")
    await house.until(lambda: len(house.channel.threads) == 1 and house.channel.threads[0].texts)
    another = house.channel.threads[0]
    assert another is not thread
    assert another.name == house.series["urojc"].agenda.title
    await house.chat(lambda chat: list(chat.threads.values()) == [str(another.id)])
    await house.ann.say(another, "It is the right one")
    rows = await house.kept("T1: one ward is too few", "It is the right one")
    assert rows["It is the right one"].topics == (2,)
    (told,) = house.henry.inbox
    assert "was deleted. The chat goes on in the channel itself" in told.content


async def test_a_chat_whose_log_is_broken_keeps_no_other_from_being_read_back(
    house: DiscordHouse,
) -> None:
    club = house.series["urojc"]
    house.series["bcsm"] = replace(club, name="bcsm", agenda=replace(club.agenda, title="BCSM"))
    broken = await house.start()
    await house.henry.command(house.channel, "chat start", series="bcsm")
    await house.until(lambda: len(house.channel.threads) == 2 and house.said() == ["T1", "T1"])
    (sound,) = (one for one in house.channel.threads if one is not broken)
    async with house.away():
        async with house.store.writing() as tables:
            sql = "UPDATE events SET kind = 'Opened' WHERE chat LIKE 'urojc%' AND seq = 1"
            await tables.connection.rows(sql)
        await house.ann.say(sound, "T1: said meanwhile")
    await house.kept("T1: said meanwhile")


async def test_a_moderator_by_role_is_known_again_when_read_back(house: DiscordHouse) -> None:
    role = house.guild.role("Chairs")
    house.ann.give(role)
    agenda = house.series["urojc"].agenda
    agenda.moderators["discord"] = (f"role:{role.id}", f"user:{house.henry.id}")  # type: ignore[index]
    thread = await house.start()
    async with house.away():
        await house.ann.say(thread, "Welcome from the chair")
    rows = await house.kept("Welcome from the chair")
    assert rows["Welcome from the chair"].role == "moderator"


# ---------------------------------------------------------------- after the end


async def test_what_is_said_in_a_thread_that_was_unlocked_after_the_end_is_late(
    house: DiscordHouse,
) -> None:
    thread = await house.start()
    await house.henry.command(thread, "chat close")
    await house.chat(lambda chat: chat.closed_at)
    await house.wake()
    await house.until(lambda: thread.locked and thread.archived)
    thread.unlock()
    thread.unarchive_by_hand()
    late = await house.ann.say(thread, "T1: one more thing")
    await house.ann.say(house.channel, "and here #urojc")
    async with asyncio.timeout(30):
        while str(late.id) not in await house.rows():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    rows = await house.rows()
    assert (rows[str(late.id)].timing, rows[str(late.id)].text) == (Timing.LATE, "")
    assert len(rows) == 1
    assert not thread.locked


# ---------------------------------------------------------------- changes there


async def test_what_waits_goes_out_as_soon_as_discord_announces_the_change(
    house: DiscordHouse,
) -> None:
    house.channel.deny(Permission.SEND_MESSAGES)
    await house.henry.command(house.channel, "chat start", series="urojc")
    await house.chat(lambda chat: chat.hindered)
    assert house.said() == []
    house.channel.grant(Permission.SEND_MESSAGES)
    await house.until(lambda: "T1" in house.said())
    await house.chat(lambda chat: not chat.hindered)
    await house.until(lambda: len(house.henry.inbox) == 2)
    told = [one.content for one in house.henry.inbox]
    assert "the permission Send Messages is missing" in told[0]
    assert "goes on" in told[1]


async def test_commands_that_discord_did_not_take_are_given_to_it_again(tmp_path: Path) -> None:
    async with on_discord(tmp_path, connected=False) as house:
        house.server.faults.refuse("PUT /applications/*/commands", 400, 50035, "No", times=2)
        running = asyncio.create_task(house.discord.run())
        try:
            await house.until(lambda: house.server.world.application.commands)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    tries = [one for one in house.server.requests if one.method == "PUT"]
    assert len(tries) == 3
