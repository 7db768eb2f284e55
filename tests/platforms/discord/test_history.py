"""What a place's history tells after an absence, and what it does not tell."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import pytest

from bot.engine.agenda import Room
from bot.engine.signals import Deleted, Edited, Said, Signal
from bot.platforms.discord.history import Members, Readable, Reading, read_back
from bot.platforms.platform import Place
from tests.discord import places
from tests.discord.basics import Dispatch
from tests.discord.guild import Guild
from tests.discord.messages import Message
from tests.discord.people import Member, Webhook
from tests.discord.rules import Permission
from tests.discord.server import Server, serving
from tests.discord.threads import Thread
from tests.platforms.listener import Listener, listening

OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
NOW = OPENS + timedelta(hours=5)
"""When a place is read."""


@dataclass
class Evening:
    """A guild with people, and a client that reads there."""

    server: Server
    client: Listener
    guild: Guild
    channel: places.Channel
    ann: Member
    heard: list[Signal] = field(default_factory=list)
    opening: Message | None = None

    def at(self, minutes: float) -> None:
        """Let the world's clock stand so many minutes after the opening."""
        self.server.world.set(OPENS + timedelta(minutes=minutes))

    async def say(self, place: places.Place, count: int, *, by: Member | None = None) -> list[str]:
        """Let something be said so many times, a second apart; return the ids."""
        ids = []
        start = self.server.world.now()
        for n in range(count):
            self.server.world.set(start + timedelta(seconds=n))
            ids.append(str((await (by or self.ann).say(place, f"{n}")).id))
        return ids

    async def thread(self) -> Thread:
        """Return a thread of the bot's, whose first message is Discord's own."""
        self.opening = await self.guild.bot.say(self.channel, "Tonight")
        return await self.guild.bot.start_thread(self.opening, "Journal club")

    async def sees(self, place: places.Place) -> Readable:
        """Return the place as discord.py has it."""
        await self.server.until(lambda: self.client.get_channel(place.id))
        found = self.client.get_channel(place.id)
        assert isinstance(found, discord.TextChannel | discord.Thread)
        return found

    async def read(
        self,
        place: places.Place,
        stored: Collection[str] = (),
        *,
        gone: Collection[str] = (),
        members: Members | None = None,
    ) -> Reading:
        """Read a place back at `NOW`."""
        found = await self.sees(place)
        return await self.reads(found, place, stored, gone=gone, members=members)

    async def reads(
        self,
        found: Readable,
        place: places.Place,
        stored: Collection[str] = (),
        *,
        gone: Collection[str] = (),
        members: Members | None = None,
    ) -> Reading:
        """Read back a place that discord.py had once."""
        thread = str(place.id) if isinstance(place, Thread) else None
        return await read_back(
            found,
            Place("urojc-2026-12-07", Room("discord", str(self.channel.id)), thread, OPENS),
            frozenset(stored),
            self.hear,
            reader=self.client.reader,
            members=members or Members(found.guild),
            now=NOW,
            gone=gone,
        )

    async def hear(self, signal: Signal) -> None:
        self.heard.append(signal)

    def said(self) -> list[str]:
        return [one.id for one in self.heard if isinstance(one, Said)]

    def deleted(self) -> list[str]:
        return [one.id for one in self.heard if isinstance(one, Deleted)]

    def requests(self, path: str) -> list[dict[str, str]]:
        """Return the queries of the GET requests whose path ends so."""
        calls = self.server.requests
        return [dict(c.query) for c in calls if c.method == "GET" and c.path.endswith(path)]


@pytest.fixture
async def evening() -> AsyncIterator[Evening]:
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving())
        server.world.set(OPENS - timedelta(hours=1))
        guild = server.world.guild("Urology")
        channel = guild.channel("journal-club")
        client = await stack.enter_async_context(listening(server))
        found = Evening(server, client, guild, channel, guild.member("Ann"))
        found.at(0)
        yield found


# ---------------------------------------------------------------- what is read


async def test_everything_since_the_opening_is_heard_from_the_newest_to_the_oldest(
    evening: Evening,
) -> None:
    evening.at(-30)
    await evening.say(evening.channel, 5)
    evening.at(1)
    ids = await evening.say(evening.channel, 250)
    assert await evening.read(evening.channel) == Reading(messages=250)
    assert sorted(evening.said()) == ids
    assert evening.said()[0] > evening.said()[-1]
    asked = evening.requests("/messages")
    assert [query.get("before") for query in asked] == [None, ids[150], ids[50]]
    assert all("after" not in query and query["limit"] == "100" for query in asked)


async def test_a_thread_is_read_and_its_starter_is_no_message(evening: Evening) -> None:
    thread = await evening.thread()
    ids = await evening.say(thread, 2)
    await evening.say(evening.channel, 1)
    assert await evening.read(thread) == Reading(messages=3)
    assert sorted(evening.said()) == ids
    assert {one.thread for one in evening.heard if isinstance(one, Said)} == {str(thread.id)}


async def test_an_edit_is_heard_after_its_message_with_its_own_time(evening: Evening) -> None:
    message = await evening.ann.say(evening.channel, "T1: yes")
    evening.at(7)
    await evening.ann.edit(message, "T2: no")
    await evening.read(evening.channel, [str(message.id)])
    said, edited = evening.heard
    assert isinstance(said, Said)
    assert isinstance(edited, Edited)
    assert (edited.at, edited.text) == (OPENS + timedelta(minutes=7), "T2: no")


async def test_at_most_the_last_2000_messages_are_read_and_nothing_before_them_is_judged(
    evening: Evening,
) -> None:
    evening.at(-60)
    evening.server.world.set(OPENS)
    lost = str(evening.server.world.new_id())
    ids = await evening.say(evening.channel, 2_001)
    reading = await evening.read(evening.channel, [*ids, lost])
    assert reading == Reading(messages=2_000)
    assert len(evening.requests("/messages")) == 20
    assert sorted(evening.said()) == ids[1:]


async def test_a_page_is_heard_at_once_so_that_it_can_be_committed_together(
    evening: Evening,
) -> None:
    await evening.say(evening.channel, 150)
    at_once, most = 0, []

    async def hear(signal: Signal) -> None:
        nonlocal at_once
        at_once += 1
        await asyncio.sleep(0.001)
        most.append(at_once)
        at_once -= 1

    evening.hear = hear  # type: ignore[method-assign]
    await evening.read(evening.channel)
    assert (max(most), len(most)) == (100, 150)


async def test_a_rate_limit_loses_nothing(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 150)
    evening.server.faults.too_many("GET /channels/*/messages", times=2)
    await evening.read(evening.channel)
    assert sorted(evening.said()) == ids


# ---------------------------------------------------------------- who said it


async def test_the_author_of_what_is_new_is_asked_for_once_and_has_their_roles(
    evening: Evening,
) -> None:
    panel = evening.guild.role("Panel", Permission.MANAGE_THREADS)
    henry = evening.guild.member("Henry", roles=[panel], nick="Dr Henry")
    await evening.say(evening.channel, 3, by=henry)
    members = Members((await evening.sees(evening.channel)).guild)
    await evening.read(evening.channel, members=members)
    await evening.read(evening.channel, members=members)
    authors = {one.author for one in evening.heard if isinstance(one, Said)}
    (author,) = authors
    assert (author.name, author.badges, author.steward) == (
        "Dr Henry",
        frozenset([f"role:{panel.id}"]),
        True,
    )
    assert len(evening.requests(f"/members/{henry.id}")) == 1


async def test_nobody_is_asked_for_whose_messages_are_stored_or_who_is_no_person(
    evening: Evening,
) -> None:
    ids = await evening.say(evening.channel, 2)
    await evening.guild.bot.say(evening.channel, "T1")
    await evening.guild.member("Polly", bot=True).say(evening.channel, "beep")
    await Webhook(evening.channel, "Proxy").say("hello")
    pinned = evening.guild.member("Olga Pins", permissions=Permission.all())
    await pinned.pin(evening.channel.message(int(ids[0])))
    await evening.read(evening.channel, ids)
    assert len(evening.said()) == 4
    assert [c for c in evening.server.requests if "/members/" in c.path] == []


async def test_somebody_who_has_left_is_heard_without_roles(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 2)
    evening.ann.leave()
    await evening.read(evening.channel)
    assert sorted(evening.said()) == ids
    assert all(isinstance(one, Said) and not one.author.badges for one in evening.heard)
    assert len(evening.requests(f"/members/{evening.ann.id}")) == 1


# ---------------------------------------------------------------- what was deleted


async def test_what_is_stored_and_no_longer_there_was_deleted(evening: Evening) -> None:
    thread = await evening.thread()
    ids = await evening.say(thread, 150)
    for n in (0, 3, 120, 149):  # the first, some, and the last
        await evening.ann.delete(thread.message(int(ids[n])))
    assert await evening.read(thread, ids) == Reading(messages=147, deleted=4)
    gone = [ids[0], ids[3], ids[120], ids[149]]
    assert evening.deleted() == gone
    place = Room("discord", str(evening.channel.id)), str(thread.id)
    assert [one for one in evening.heard if isinstance(one, Deleted)] == [
        Deleted(NOW, place[0], number, place[1]) for number in gone
    ]


async def test_more_than_a_page_can_be_deleted(evening: Evening) -> None:
    thread = await evening.thread()
    ids = await evening.say(thread, 230)
    for number in ids:
        await evening.ann.delete(thread.message(int(number)))
    await evening.read(thread, ids)
    assert evening.deleted() == ids


async def test_what_was_said_in_the_last_minute_is_not_judged(evening: Evening) -> None:
    thread = await evening.thread()
    await evening.say(thread, 1)
    evening.server.world.set(NOW - timedelta(seconds=59))
    fresh = str(evening.server.world.new_id())
    evening.server.world.set(NOW - timedelta(seconds=61))
    older = str(evening.server.world.new_id())
    evening.server.world.set(NOW + timedelta(seconds=5))
    coming = str(evening.server.world.new_id())
    reading = await evening.read(thread, [fresh, older, coming])
    assert evening.deleted() == [older]
    assert reading == Reading(2, 1, unsettled=2)


async def test_what_was_said_before_the_opening_is_not_judged(evening: Evening) -> None:
    evening.at(-30)
    early = await evening.say(evening.channel, 1)
    await evening.ann.delete(evening.channel.message(int(early[0])))
    evening.at(-20)
    await evening.say(evening.channel, 1)
    evening.at(1)
    ids = await evening.say(evening.channel, 2)
    await evening.ann.delete(evening.channel.message(int(ids[0])))
    await evening.read(evening.channel, [*early, *ids])
    assert evening.deleted() == [ids[0]]


async def test_all_that_was_said_can_be_deleted_where_older_talk_is_still_there(
    evening: Evening,
) -> None:
    evening.at(-30)
    await evening.say(evening.channel, 1)
    evening.at(1)
    ids = await evening.say(evening.channel, 2)
    for number in ids:
        await evening.ann.delete(evening.channel.message(int(number)))
    assert await evening.read(evening.channel, ids) == Reading(messages=0, deleted=2)


async def test_ids_that_are_not_discords_are_left_alone(evening: Evening) -> None:
    thread = await evening.thread()
    assert await evening.read(thread, ["urojc-2026-12-07.3.0", "²"]) == Reading(messages=1)


# ---------------------------------------------------------------- what tells nothing


async def test_an_empty_history_withdraws_nothing(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 2)
    for number in ids:
        await evening.ann.delete(evening.channel.message(int(number)))
    assert await evening.read(evening.channel, ids) == Reading()


@pytest.mark.parametrize(
    ("permission", "name"),
    [
        (Permission.READ_MESSAGE_HISTORY, "Read Message History"),
        (Permission.VIEW_CHANNEL, "View Channel"),
    ],
)
async def test_a_missing_permission_withdraws_nothing_and_is_named(
    evening: Evening, permission: Permission, name: str
) -> None:
    ids = await evening.say(evening.channel, 2)
    found = await evening.sees(evening.channel)
    evening.channel.deny(permission)
    me = found.guild.me
    await evening.server.until(lambda: found.permissions_for(me).value & permission.value == 0)
    assert await evening.read(evening.channel, ids) == Reading(
        refused=f"the permission {name} is missing. Give it to the bot there."
    )
    assert evening.requests("/messages") == []


async def test_a_permission_lost_on_the_way_withdraws_nothing_below(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 150)
    lost = [ids[10], ids[120]]
    for number in lost:
        await evening.ann.delete(evening.channel.message(int(number)))

    async def hear(signal: Signal) -> None:
        if not evening.heard:
            evening.channel.deny(Permission.READ_MESSAGE_HISTORY)
        evening.heard.append(signal)

    evening.hear = hear  # type: ignore[method-assign]
    assert await evening.read(evening.channel, ids) == Reading(messages=100, deleted=1)
    assert evening.deleted() == [ids[120]]


async def test_removal_from_the_guild_on_the_way_withdraws_nothing(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 150)
    await evening.ann.delete(evening.channel.message(int(ids[120])))

    async def hear(signal: Signal) -> None:
        if not evening.heard:
            evening.guild.remove_bot()
        evening.heard.append(signal)

    evening.hear = hear  # type: ignore[method-assign]
    reading = await evening.read(evening.channel, ids)
    assert (reading.messages, reading.deleted) == (100, 0)
    assert reading.refused == "Discord answers 403 50001."
    assert evening.deleted() == []


async def test_a_thread_or_channel_that_was_deleted_withdraws_nothing(evening: Evening) -> None:
    thread = await evening.thread()
    ids = await evening.say(thread, 2)
    for place in (thread, evening.channel):
        found = await evening.sees(place)
        place.delete()
        reading = await evening.reads(found, place, ids)
        assert reading.deleted == 0
        assert reading.refused
    assert evening.heard == []


async def test_a_thread_whose_channel_is_gone_is_not_read(evening: Evening) -> None:
    thread = await evening.thread()
    found = await evening.sees(thread)
    assert isinstance(found, discord.Thread)
    evening.channel.delete()
    await evening.server.until(lambda: found.parent is None)
    reading = await evening.reads(found, thread, ["1"])
    assert reading == Reading(refused="The channel is not there.")


async def test_a_guild_that_discord_cannot_reach_is_not_read(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 2)
    found = await evening.sees(evening.channel)
    outage = Dispatch("GUILD_DELETE", {"id": str(evening.guild.id), "unavailable": True})
    evening.server.world.tell(outage)
    await evening.server.until(lambda: found.guild.unavailable)
    reading = await evening.reads(found, evening.channel, ids)
    assert reading == Reading(refused="The channel is not there.")
    assert evening.requests("/messages") == []


@pytest.mark.parametrize("route", ["GET /channels/*/messages", "GET /guilds/*/members/*"])
async def test_a_failing_discord_is_told_and_withdraws_nothing(
    evening: Evening, route: str
) -> None:
    ids = await evening.say(evening.channel, 3)
    await evening.ann.delete(evening.channel.message(int(ids[1])))
    evening.server.faults.fail(route, status=503)
    with pytest.raises(discord.DiscordServerError):
        await evening.read(evening.channel, ids[:2])
    assert evening.heard == []


async def test_an_outage_on_the_way_is_told_and_withdraws_nothing(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 150)
    await evening.ann.delete(evening.channel.message(int(ids[120])))

    async def hear(signal: Signal) -> None:
        evening.heard.append(signal)
        if len(evening.heard) == 1:
            await evening.server.outage()

    evening.hear = hear  # type: ignore[method-assign]
    with pytest.raises((aiohttp.ClientError, OSError)):
        await evening.read(evening.channel, ids)
    assert evening.deleted() == []


# ---------------------------------------------------------------- what happens meanwhile


async def test_what_is_said_while_it_is_read_is_not_judged_and_not_lost(evening: Evening) -> None:
    ids = await evening.say(evening.channel, 150)
    meanwhile: list[str] = []

    async def hear(signal: Signal) -> None:
        evening.heard.append(signal)
        if len(evening.heard) == 1:
            meanwhile.extend(await evening.say(evening.channel, 1))

    evening.hear = hear  # type: ignore[method-assign]
    await evening.read(evening.channel, ids)
    assert sorted(evening.said()) == ids
    assert evening.deleted() == []
    await evening.server.until(lambda: meanwhile[0] in [one.id for one in evening.client.signals])


async def test_what_is_deleted_while_it_is_read_is_not_said_after_its_deletion(
    evening: Evening,
) -> None:
    ids = await evening.say(evening.channel, 2)
    gone: set[str] = set()
    evening.server.faults.hang("GET /guilds/*/members/*", 0.1)
    reading = asyncio.create_task(evening.read(evening.channel, gone=gone))
    await evening.server.until(lambda: evening.requests(f"/members/{evening.ann.id}"))
    await evening.ann.delete(evening.channel.message(int(ids[0])))
    arrived = evening.client.signals
    await evening.server.until(lambda: isinstance(arrived[-1], Deleted))
    gone.add(arrived[-1].id)
    await reading
    assert evening.said() == [ids[1]]
