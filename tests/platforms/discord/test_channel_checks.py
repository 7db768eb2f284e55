"""What is found at a channel that agendas name, on a Discord that speaks real HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import discord
import pytest

from bot.platforms.channels import Channel
from bot.platforms.discord.channel_checks import Servers, look_at
from bot.platforms.discord.needs import NEEDS, Where, intents
from bot.platforms.finding import Finding
from tests.discord import places
from tests.discord.faults import Fault
from tests.discord.guild import Guild
from tests.discord.rules import Permission
from tests.discord.server import Server, pointed_at, serving

NOBODY = "123456789012345678"

OF_ROOM = [need.name for need in NEEDS if need.where not in ({Where.ALERTS}, {Where.HIDING})]
OF_ALERTS = [need.name for need in NEEDS if Where.ALERTS in need.where]
BITS = {
    name: Permission[name.upper().replace(" ", "_")]
    for name in dict.fromkeys([*OF_ROOM, *OF_ALERTS])
}
EVERY = Permission(sum(BITS.values()))


@dataclass
class Club:
    """A server with a channel, and the bot in it with all that it needs."""

    server: Server
    client: discord.Client
    guild: Guild
    channel: places.Channel

    async def look(
        self,
        number: str = "",
        rooms: tuple[str, ...] = ("urojc",),
        alerts: tuple[str, ...] = (),
        notify: tuple[str, ...] = (),
        moderators: tuple[str, ...] = (),
        on_call: tuple[str, ...] = (),
    ) -> list[Finding]:
        """Look at the channel, as the room of one series if nothing else is said."""
        number = number or str(self.channel.id)
        wanted = Channel(number, rooms, alerts, notify, moderators, on_call)
        return await look_at(wanted, Servers(self.client))

    async def wrong(self, **asked: tuple[str, ...]) -> list[str]:
        """Return what is not as it must be."""
        return [one.what for one in await self.look("", **asked) if not one.ok]


@pytest.fixture
async def club() -> AsyncIterator[Club]:
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving())
        stack.enter_context(pointed_at(server))
        guild = server.world.guild("Urology Club", bot_permissions=EVERY)
        guild.everyone.permissions = Permission.VIEW_CHANNEL
        client = await stack.enter_async_context(discord.Client(intents=intents()))
        await client.login("bot-token")
        yield Club(server, client, guild, guild.channel("journal-club"))
        assert all(call.method == "GET" for call in server.requests)
        assert server.problems == []


# ---------------------------------------------------------------- permissions


async def test_a_room_is_right_with_exactly_what_the_invitation_gives(club: Club) -> None:
    found = await club.look()
    assert [one.what for one in found] == ["Channel", *OF_ROOM]
    assert all(one.ok for one in found)
    heading = f"#journal-club in Urology Club ({club.channel.id}), room of urojc"
    assert {one.where for one in found} == {heading}


@pytest.mark.parametrize("name", [name for name in OF_ROOM if name != "View Channel"])
async def test_each_permission_that_the_server_does_not_give_is_named(
    club: Club, name: str
) -> None:
    club.guild.deny(BITS[name])
    wrong = [one for one in await club.look() if not one.ok]
    expected = [name]
    if name == "Send Messages":  # without it Discord ignores these too
        expected += ["Embed Links", "Attach Files"]
    assert [one.what for one in wrong] == expected
    need = next(need for need in NEEDS if need.name == name)
    assert wrong[0].sentence.startswith(need.reason)
    path = "Server Settings, Roles" if need.where == {Where.SERVER} else "Edit Channel, Permissions"
    assert path in wrong[0].sentence


async def test_manage_messages_is_asked_for_where_held_messages_are_removed(club: Club) -> None:
    hiding = Channel(str(club.channel.id), ("urojc",), hides=("urojc",))
    found = await look_at(hiding, Servers(club.client))
    assert [one.what for one in found if not one.ok] == ["Manage Messages"]
    club.channel.grant(Permission.MANAGE_MESSAGES, club.guild.bot_role)
    assert all(one.ok for one in await look_at(hiding, Servers(club.client)))


async def test_a_channel_that_forbids_something_to_everybody_is_found(club: Club) -> None:
    club.channel.deny(Permission.MANAGE_THREADS, club.guild.everyone)
    assert await club.wrong() == ["Manage Threads"]
    club.channel.grant(Permission.MANAGE_THREADS, club.guild.bot_role)
    assert await club.wrong() == []
    club.channel.deny(Permission.MANAGE_THREADS)  # to the bot itself, which wins over its role
    assert await club.wrong() == ["Manage Threads"]


async def test_what_a_channel_allows_counts_although_the_server_does_not_give_it(
    club: Club,
) -> None:
    club.guild.deny(EVERY)
    club.guild.grant(Permission.CREATE_EVENTS | Permission.MODERATE_MEMBERS)
    club.channel.grant(EVERY)
    assert await club.wrong() == []


async def test_an_administrator_may_everything_whatever_a_channel_forbids(club: Club) -> None:
    club.guild.bot_role.permissions = Permission.ADMINISTRATOR
    club.channel.deny(EVERY, club.guild.everyone)
    assert await club.wrong() == []


async def test_create_events_is_looked_for_in_the_server_not_in_the_channel(club: Club) -> None:
    club.channel.deny(Permission.VIEW_CHANNEL | Permission.CREATE_EVENTS, club.guild.everyone)
    club.channel.grant(Permission.VIEW_CHANNEL)
    assert await club.wrong() == []


async def test_a_second_factor_that_the_owner_lacks_takes_manage_threads_away(club: Club) -> None:
    strict = club.guild.payload() | {"mfa_level": 1}
    me = club.server.world.bot.payload() | {"mfa_enabled": False}
    guild = f"GET /guilds/{club.guild.id}"
    club.server.faults.waiting.append(Fault("answer", guild, status=200, body=strict))
    assert await club.wrong() == []
    club.server.faults.waiting += [
        Fault("answer", guild, status=200, body=strict),
        Fault("answer", "GET /users/@me", status=200, body=me),
    ]
    async with discord.Client(intents=intents()) as client:
        await client.login("bot-token")
        lacking = replace(club, client=client)
        (wrong,) = [one for one in await lacking.look() if not one.ok]
    assert wrong.what == "Manage Threads"
    assert "two-factor authentication" in wrong.sentence


# ---------------------------------------------------------------- what is no room


async def test_a_channel_that_the_bot_cannot_see_lacks_view_channel(club: Club) -> None:
    club.channel.deny(Permission.VIEW_CHANNEL, club.guild.everyone)
    club.guild.deny(Permission.VIEW_CHANNEL)
    (found,) = await club.look()
    assert (found.what, found.ok) == ("View Channel", False)
    assert found.where == f"Channel {club.channel.id}, room of urojc"


async def test_a_channel_of_a_server_without_the_bot_sends_to_the_invitation(club: Club) -> None:
    elsewhere = club.server.world.guild("Elsewhere")
    other = elsewhere.channel("journal-club")
    elsewhere.remove_bot()
    (found,) = await club.look(str(other.id))
    assert (found.what, found.ok) == ("View Channel", False)
    assert "invite it with the address at the end" in found.sentence


@pytest.mark.parametrize("number", [NOBODY, "99999999999999999999"])
async def test_an_id_of_nothing_is_told(club: Club, number: str) -> None:
    if len(number) == 20:  # beyond what a snowflake can hold, Discord answers so
        club.server.faults.refuse(f"GET /channels/{number}", 400, 50035, "Invalid Form Body")
    (found,) = await club.look(number)
    assert (found.what, found.ok) == ("Channel", False)
    assert "Discord knows no such channel" in found.sentence
    assert "Copy Channel ID" in found.sentence


@pytest.mark.parametrize(
    ("kind", "says"),
    [(4, "It is a category;"), (15, "It is a forum;"), (77, "It is no text channel.")],
)
async def test_a_place_without_messages_is_no_room(club: Club, kind: int, says: str) -> None:
    club.channel.type = kind
    (found,) = await club.look()
    assert (found.what, found.ok) == ("Channel", False)
    assert found.sentence.startswith(says)


async def test_announcements_are_a_text_channel_too(club: Club) -> None:
    club.channel.type = 5
    assert await club.wrong() == []


async def test_a_thread_is_no_room(club: Club) -> None:
    olga = club.guild.owner
    thread = await olga.start_thread(await olga.say(club.channel, "Here"), "Journal club")
    (found,) = await club.look(str(thread.id))
    assert found.sentence.startswith("It is a thread;")


async def test_a_conversation_is_no_room(club: Club) -> None:
    place = club.server.world.conversation(club.guild.owner.user)
    (found,) = await club.look(str(place.id))
    assert (found.what, found.ok) == ("Channel", False)


async def test_a_failure_of_discord_is_no_finding_about_the_channel(club: Club) -> None:
    club.server.faults.refuse("GET /channels/*", 401, 0, "401: Unauthorized")
    with pytest.raises(discord.HTTPException):
        await club.look()


# ---------------------------------------------------------------- whom it pings, who moderates


async def test_a_role_that_anybody_may_mention_can_be_pinged(club: Club) -> None:
    role = club.guild.role("readers", mentionable=True)
    found = await club.look(notify=(f"role:{role.id}",))
    assert found[-1].ok
    assert found[-1].what == f"notify role:{role.id}"
    assert "@readers" in found[-1].sentence


async def test_a_role_that_nobody_may_mention_needs_a_switch_or_a_permission(club: Club) -> None:
    role = club.guild.role("readers")
    found = await club.look(notify=(f"role:{role.id}",))
    assert not found[-1].ok
    assert "let anyone mention it" in found[-1].sentence
    club.guild.grant(Permission.MENTION_EVERYONE)
    assert await club.wrong(notify=(f"role:{role.id}",)) == []


async def test_a_role_that_is_not_there_and_everyone_cannot_be_pinged(club: Club) -> None:
    club.guild.grant(Permission.MENTION_EVERYONE)
    everyone = f"role:{club.guild.id}"
    assert await club.wrong(notify=(f"role:{NOBODY}", everyone)) == [
        f"notify role:{NOBODY}",
        f"notify {everyone}",
    ]


async def test_moderators_are_found_by_role_and_by_id_or_told_missing(club: Club) -> None:
    role, maria = club.guild.role("moderators"), club.guild.member("Maria")
    named = (f"role:{role.id}", f"user:{maria.id}", str(maria.id))
    found = await club.look(moderators=named)
    assert [one.sentence for one in found[-3:]] == ["@moderators.", "Maria.", "Maria."]
    missing = (f"role:{maria.id}", f"user:{NOBODY}", str(role.id))
    assert await club.wrong(moderators=missing) == [f"moderator {one}" for one in missing]


async def test_somebody_who_left_is_no_moderator_any_more(club: Club) -> None:
    maria = club.guild.member("Maria")
    maria.leave()
    assert await club.wrong(moderators=(f"user:{maria.id}",)) == [f"moderator user:{maria.id}"]


# ---------------------------------------------------------------- alerts


async def test_a_private_channel_for_alerts_needs_less_than_a_room(club: Club) -> None:
    club.guild.bot_role.permissions = Permission.NONE
    club.channel.deny(Permission.VIEW_CHANNEL, club.guild.everyone)
    for name in OF_ALERTS:
        club.channel.grant(BITS[name])
    found = await club.look(rooms=(), alerts=("urojc", "meded"))
    assert [one.what for one in found] == ["Channel", *OF_ALERTS, "Private"]
    assert all(one.ok for one in found)
    assert found[0].where.endswith("alerts of urojc and meded")


@pytest.mark.parametrize("name", [name for name in OF_ALERTS if name != "View Channel"])
async def test_each_permission_that_alerts_lack_is_named(club: Club, name: str) -> None:
    club.channel.deny(Permission.VIEW_CHANNEL, club.guild.everyone)
    club.channel.grant(Permission.VIEW_CHANNEL)
    club.channel.deny(BITS[name])
    wrong = await club.wrong(rooms=(), alerts=("urojc",))
    assert wrong[0] == name


async def test_a_channel_for_alerts_that_everybody_reads_is_told(club: Club) -> None:
    assert await club.wrong(rooms=(), alerts=("urojc",)) == ["Private"]


# ---------------------------------------------------------------- requests


async def test_a_server_is_fetched_once_for_all_of_its_channels(club: Club) -> None:
    servers = Servers(club.client)
    for name in ("journal-club", "meded"):
        channel = Channel(str(club.guild.channel(name).id), rooms=("urojc",))
        assert all(one.ok for one in await look_at(channel, servers))
    asked = [call.path for call in club.server.requests]
    assert asked.count(f"/guilds/{club.guild.id}") == 1


# ---------------------------------------------------------------- who is on call


async def test_a_role_on_call_is_one_that_the_bot_can_ping_where_moderators_are_told(
    club: Club,
) -> None:
    role = club.guild.role("helpers")
    name = f"role:{role.id}"
    club.channel.deny(Permission.VIEW_CHANNEL, club.guild.everyone)
    club.channel.grant(EVERY, club.guild.bot_role)
    club.channel.grant(Permission.VIEW_CHANNEL, role)
    found = await club.look(rooms=(), alerts=("urojc",), on_call=(name,))
    assert (found[-1].what, found[-1].ok) == (f"on call {name}", False)
    assert "Rounds may not ping @helpers, so a call for help is heard by nobody" in (
        found[-1].sentence
    )
    assert "let anyone mention it" in found[-1].sentence
    role.mentionable = True
    found = await club.look(rooms=(), alerts=("urojc",), on_call=(name,))
    assert (found[-1].ok, found[-1].sentence) == (True, "@helpers, which Rounds may ping.")
    role.mentionable = False
    club.channel.grant(Permission.MENTION_EVERYONE, club.guild.bot_role)
    assert await club.wrong(rooms=(), alerts=("urojc",), on_call=(name,)) == []


async def test_a_role_on_call_sees_the_channel_in_which_it_is_pinged(club: Club) -> None:
    role = club.guild.role("helpers", mentionable=True)
    club.channel.deny(Permission.VIEW_CHANNEL, club.guild.everyone)
    club.channel.grant(EVERY, club.guild.bot_role)
    found = await club.look(rooms=(), alerts=("urojc",), on_call=(f"role:{role.id}",))
    assert not found[-1].ok
    assert "@helpers may not see this channel" in found[-1].sentence
    assert await club.wrong(rooms=(), alerts=("urojc",), on_call=(f"role:{NOBODY}",)) == [
        f"on call role:{NOBODY}"
    ]


async def test_people_on_call_are_in_the_server(club: Club) -> None:
    maria = club.guild.member("Maria")
    found = await club.look(on_call=(f"user:{maria.id}",))
    assert (found[-1].what, found[-1].sentence) == (f"on call user:{maria.id}", "Maria.")
    maria.leave()
    assert await club.wrong(on_call=(f"user:{maria.id}",)) == [f"on call user:{maria.id}"]
