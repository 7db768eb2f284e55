"""Scheduled events by Discord's rules, as the real discord.py meets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest

from tests.discord.client import Client
from tests.discord.guild import Guild
from tests.discord.rules import Permission
from tests.discord.server import Server

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
START, END = NOW + timedelta(days=6), NOW + timedelta(days=8)


@pytest.fixture(autouse=True)
def clock(server: Server) -> None:
    server.world.set(NOW)


async def schedule(bot: Client, **other: Any) -> discord.ScheduledEvent:
    """Let the bot make an external event, but for what is given otherwise."""
    wanted: dict[str, Any] = {
        "name": "Journal club",
        "start_time": START,
        "end_time": END,
        "entity_type": discord.EntityType.external,
        "privacy_level": discord.PrivacyLevel.guild_only,
        "location": "https://rounds.example/urojc",
    }
    [guild] = bot.guilds
    return await guild.create_scheduled_event(**wanted | other)


async def test_an_event_is_made_listed_moved_and_taken_away(
    server: Server, bot: Client, guild: Guild
) -> None:
    event = await schedule(bot, description="The paper of the month")
    assert (event.start_time, event.end_time) == (START, END)
    [found] = await event.guild.fetch_scheduled_events()  # type: ignore[union-attr]
    assert (found.name, found.location) == ("Journal club", "https://rounds.example/urojc")
    await event.edit(start_time=START + timedelta(hours=1))
    assert guild.schedule.payload()[0]["scheduled_start_time"] == "2026-12-07T13:00:00.000000+00:00"
    await event.delete()
    assert guild.schedule.payload() == []
    await server.until(lambda: bot.heard("scheduled_event_delete"))
    assert bot.heard("scheduled_event_create")
    assert bot.heard("scheduled_event_update")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"description": "x" * 1001},
        {"location": ""},
        {"location": "x" * 101},
        {"start_time": NOW - timedelta(minutes=1)},
        {"end_time": START - timedelta(minutes=1)},
    ],
)
async def test_what_discord_does_not_take_is_refused(
    server: Server, bot: Client, guild: Guild, wrong: dict[str, Any]
) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await schedule(bot, **wrong)
    assert refused.value.code == 50035
    assert guild.schedule.payload() == []
    server.requests.clear()


async def test_an_event_starts_and_ends_by_itself(
    server: Server, bot: Client, guild: Guild
) -> None:
    event = await schedule(bot)
    server.world.set(START + timedelta(minutes=1))
    [found] = await event.guild.fetch_scheduled_events()  # type: ignore[union-attr]
    assert found.status is discord.EventStatus.active
    await found.edit(end_time=END + timedelta(hours=1))
    server.world.set(END + timedelta(hours=2))
    assert await event.guild.fetch_scheduled_events() == []  # type: ignore[union-attr]
    with pytest.raises(discord.NotFound) as refused:
        await event.edit(name="Too late")
    assert refused.value.code == 10070


async def test_an_event_can_be_cancelled_once(bot: Client, guild: Guild) -> None:
    event = await schedule(bot)
    with pytest.raises(discord.HTTPException):
        await guild_end(event)
    await event.cancel()
    with pytest.raises(discord.NotFound):
        await event.edit(name="Again")


async def guild_end(event: discord.ScheduledEvent) -> None:
    """Ask for a step that an event cannot take: from scheduled to completed."""
    payload: dict[str, Any] = {"status": discord.EventStatus.completed.value}
    await event._state.http.edit_scheduled_event(event.guild_id, event.id, **payload)


async def test_making_needs_create_events_and_changing_another_s_manage_events(
    bot: Client, guild: Guild
) -> None:
    event = await schedule(bot)
    by_hand = guild.schedule.create(
        guild.owner.user,
        {
            "name": "Dinner",
            "privacy_level": 2,
            "entity_type": 3,
            "entity_metadata": {"location": "The Ox"},
            "scheduled_start_time": START.isoformat(),
            "scheduled_end_time": END.isoformat(),
        },
    )
    [mine] = bot.guilds
    other = await mine.fetch_scheduled_event(int(by_hand["id"]))
    with pytest.raises(discord.Forbidden):
        await other.edit(name="Lunch")
    guild.grant(Permission.MANAGE_EVENTS)
    await other.edit(name="Lunch")
    guild.deny(Permission.MANAGE_EVENTS)
    guild.deny(Permission.CREATE_EVENTS)
    with pytest.raises(discord.Forbidden) as refused:
        await schedule(bot)
    assert refused.value.code == 50013
    with pytest.raises(discord.Forbidden):
        await event.delete()


async def test_a_guild_has_at_most_a_hundred(bot: Client, guild: Guild) -> None:
    for _ in range(100):
        await schedule(bot)
    with pytest.raises(discord.HTTPException) as refused:
        await schedule(bot)
    assert refused.value.code == 30038
