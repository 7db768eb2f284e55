"""Who leaves a server is forgotten, whether Discord tells it or it has to be looked for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.platforms.discord.adapter import NO_MEMBERS
from tests.discord.people import Member
from tests.platforms.discord_house import DiscordHouse, on_discord

WORDS = "T1: heliotrope underneath"


def forget(house: DiscordHouse, *, on: bool = True) -> None:
    """Let the agenda say whether whoever leaves is forgotten."""
    (series,) = house.series.values()
    agenda = replace(series.agenda, forget_on_leave=on)
    house.series = {series.name: replace(series, agenda=agenda)}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    """A house whose series forgets who leaves, where Discord may tell it; a chat is open."""
    async with on_discord(tmp_path, connected=False) as house:
        house.server.world.application.members = True
        forget(house)
        async with house.at_work(house.discord):
            await house.until(lambda: house.server.world.application.commands)
            yield house


async def said(house: DiscordHouse) -> None:
    thread = await house.start()
    await house.ann.say(thread, WORDS)
    await house.henry.say(thread, "T1: I stay")
    await house.kept(WORDS, "T1: I stay")


async def test_who_leaves_is_withdrawn_and_nobody_else(at: DiscordHouse) -> None:
    await said(at)
    at.ann.leave()
    await at.kept("T1: I stay")
    assert [one.withdrawn for one in (await at.rows()).values() if not one.text] == [True]


async def test_a_kick_and_a_ban_are_told_by_the_same_event(at: DiscordHouse) -> None:
    """Discord sends Guild Member Remove for each (events/gateway "Guild Member Remove")."""
    await said(at)
    at.guild.members.pop(at.ann.id)
    at.guild.tell("GUILD_MEMBER_REMOVE", {"user": at.ann.user.payload()})
    await at.kept("T1: I stay")


async def test_who_leaves_another_server_of_the_bot_is_not_meant(at: DiscordHouse) -> None:
    await said(at)
    elsewhere = at.server.world.guild("Another")
    guest: Member = elsewhere.member("Ann", user=at.ann.user)
    guest.leave()
    third = at.guild.member("Third")
    await third.say(at.channel.threads[0], "T1: third")
    third.leave()
    await at.kept(WORDS, "T1: I stay")


async def test_who_left_while_nobody_listened_is_found_at_the_next_connection(
    at: DiscordHouse,
) -> None:
    await said(at)
    async with at.away():
        at.ann.leave()
    await at.kept("T1: I stay")


async def test_without_the_intent_rounds_goes_on_says_so_and_looks_by_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_discord(tmp_path, connected=False) as house:
        forget(house)
        async with house.at_work(house.discord):
            await house.until(lambda: house.server.world.application.commands)
            await said(house)
            async with house.away():
                house.ann.leave()
            await house.kept("T1: I stay")
    assert caplog.messages.count(f"On Discord {NO_MEMBERS}") == 1
    assert "heliotrope" not in caplog.text


async def test_an_intent_that_is_granted_later_is_used_from_the_next_login_on(
    tmp_path: Path,
) -> None:
    async with on_discord(tmp_path, connected=False) as house:
        forget(house)
        async with house.at_work(house.discord):
            await house.until(lambda: house.server.world.application.commands)
            await said(house)
        house.server.world.application.members = True
        async with house.at_work(house.discord):
            house.ann.leave()
            await house.kept("T1: I stay")


async def test_an_agenda_that_comes_to_forget_leavers_has_them_told_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with on_discord(tmp_path) as house:
        house.server.world.application.members = True
        await said(house)
        before = house.discord.connections
        forget(house)
        await house.until(lambda: house.discord.connections > before and house.discord.is_current)
        house.ann.leave()
        await house.kept("T1: I stay")


async def test_where_no_agenda_asks_for_it_who_leaves_stays(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as house:
        await said(house)
        house.ann.leave()
        bob = house.guild.member("Bob")
        await bob.say(house.channel.threads[0], "T1: after that")
        await house.kept(WORDS, "T1: I stay", "T1: after that")
