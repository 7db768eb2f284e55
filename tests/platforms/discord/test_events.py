"""The coming chats stand as scheduled events of a Discord that speaks real HTTP and WebSocket."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.agendas.agenda import parse_agenda
from bot.clockwork.calendar import Calendar
from bot.engine.agenda import Room, Series
from bot.platforms.appointment import Appointment, Mark, described
from bot.platforms.discord.events import MOST, SOONEST, keep_events
from bot.platforms.platform import Unreachable
from tests.discord.basics import JSON, Dispatch
from tests.discord.client import Client, connected
from tests.discord.guild import Guild
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server, pointed_at, serving
from tests.house import house

NOW = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

EVENTS = "/guilds/*/scheduled-events"


@dataclass
class Town:
    """A Discord with one guild and its channel, and the bot connected to it."""

    server: Server
    client: Client
    guild: Guild
    channel: Channel
    refused: list[str] = field(default_factory=list)

    async def keep(self, *wanted: Appointment, spared: Sequence[str] = ()) -> list[str]:
        """Keep the events; return the methods of the requests that it took."""
        before = len(self.server.requests)
        now = self.server.world.now()
        self.refused = await keep_events(self.client, wanted, spared, now)
        return [call.method for call in self.server.requests[before:]]

    def events(self, guild: Guild | None = None) -> list[JSON]:
        """Return what stands in a guild, in order of start."""
        found = (guild or self.guild).schedule.payload()
        return sorted(found, key=lambda event: (str(event["scheduled_start_time"]), event["id"]))

    def chats(self, guild: Guild | None = None) -> list[str]:
        """Return the chats whose events stand in a guild, in order of start."""
        marks = [Mark.of(event["description"]) for event in self.events(guild)]
        return [mark.chat if mark else "?" for mark in marks]

    def chat(self, day: int, series: str = "urojc", channel: Channel | None = None) -> Appointment:
        """Return what is wanted of a chat of 48 hours in December 2026."""
        mark = Mark(f"{series}-2026-12-{day:02}", series)
        starts = datetime(2026, 12, day, 20, 0, tzinfo=UTC)
        return Appointment(
            chat=mark.chat,
            series=series,
            room=Room("discord", str((channel or self.channel).id)),
            title="International Urology Journal Club",
            description=described(mark, "Say who you are.", f"#{series}"),
            starts=starts,
            ends=starts + 48 * HOUR,
        )

    def by_hand(self, by: int, start: datetime, description: str | None) -> JSON:
        """Let a member make an event."""
        return self.guild.schedule.create(
            self.server.world.users[by],
            {
                "name": "An evening",
                "description": description,
                "scheduled_start_time": start.isoformat(),
                "scheduled_end_time": (start + HOUR).isoformat(),
                "privacy_level": 2,
                "entity_type": 3,
                "entity_metadata": {"location": "The pub"},
            },
        )

    def change(self, event: JSON, **fields: object) -> None:
        """Let the owner of the guild change an event by hand."""
        self.guild.owner.roles.append(self.guild.role("Board", Permission.MANAGE_EVENTS))
        self.guild.schedule.change(self.guild.owner.user, int(event["id"]), dict(fields))


@contextlib.asynccontextmanager
async def town_at(now: datetime) -> AsyncIterator[Town]:
    async with serving() as server:
        server.world.set(now)
        guild = server.world.guild("Urology")
        channel = guild.channel("journal-club")
        async with connected(server, discord.Intents(guilds=True)) as client:
            yield Town(server, client, guild, channel)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with town_at(NOW) as found:
        yield found


# ---------------------------------------------------------------- created, moved, cancelled


async def test_a_chat_stands_as_an_external_event_with_start_end_and_link(town: Town) -> None:
    assert await town.keep(town.chat(7)) == ["GET", "POST", "GET"]
    (event,) = town.events()
    assert event["name"] == "International Urology Journal Club"
    assert event["description"] == "Say who you are.\n\n#urojc\nChat urojc-2026-12-07"
    assert event["scheduled_start_time"].startswith("2026-12-07T20:00:00")
    assert event["scheduled_end_time"].startswith("2026-12-09T20:00:00")
    assert (event["entity_type"], event["privacy_level"], event["status"]) == (3, 2, 1)
    link = f"https://discord.com/channels/{town.guild.id}/{town.channel.id}"
    assert event["entity_metadata"] == {"location": link}
    assert town.refused == []


async def test_what_stands_already_is_only_looked_at(town: Town) -> None:
    chats = [town.chat(7), town.chat(14), town.chat(7, "meded")]
    await town.keep(*chats)
    before = town.events()
    assert await town.keep(*chats) == ["GET"]
    assert town.events() == before
    assert len(before) == 3, "two series with the same times have two events"


async def test_a_chat_that_is_moved_within_its_day_keeps_its_event(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat, town.chat(14))
    before = town.events()[0]["id"]
    moved = replace(chat, starts=chat.starts - HOUR, ends=chat.ends - HOUR)
    assert await town.keep(moved, town.chat(14)) == ["GET", "PATCH"]
    event = town.events()[0]
    assert event["id"] == before
    assert event["scheduled_start_time"].startswith("2026-12-07T19:00:00")
    assert event["scheduled_end_time"].startswith("2026-12-09T19:00:00")


async def test_a_chat_that_is_moved_to_another_day_has_another_event(town: Town) -> None:
    await town.keep(town.chat(7))
    assert await town.keep(town.chat(8)) == ["GET", "DELETE", "POST", "GET"]
    assert town.chats() == ["urojc-2026-12-08"]


async def test_new_words_and_another_channel_change_the_event(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat)
    before = town.events()[0]["id"]
    other = town.guild.channel("other")
    await town.server.until(lambda: town.client.get_channel(other.id))
    mark = Mark(chat.chat, chat.series)
    changes: list[dict[str, Any]] = [
        {"title": "A new name"},
        {"description": described(mark, "Bring the paper.")},
        {"ends": chat.ends + HOUR},
        {"room": Room("discord", str(other.id))},
    ]
    for change in changes:
        chat = replace(chat, **change)
        assert await town.keep(chat) == ["GET", "PATCH"]
        assert await town.keep(chat) == ["GET"]
    (event,) = town.events()
    assert event["id"] == before
    assert event["entity_metadata"]["location"].endswith(str(other.id))


async def test_the_events_of_an_agenda_that_was_removed_are_taken_away(town: Town) -> None:
    await town.keep(town.chat(7), town.chat(14), town.chat(7, "meded"))
    await town.keep(town.chat(7, "meded"))
    assert town.chats() == ["meded-2026-12-07"]
    await town.keep()
    assert town.chats() == []


async def test_the_events_of_an_agenda_that_cannot_be_read_stay(town: Town) -> None:
    await town.keep(town.chat(7), town.chat(7, "meded"))
    assert await town.keep(spared=["meded"]) == ["GET", "DELETE"]
    assert town.chats() == ["meded-2026-12-07"]


async def test_a_chat_whose_id_changes_keeps_its_event(town: Town) -> None:
    """As one that was cancelled before it was planned, and is in the agenda again."""
    chat = town.chat(7)
    await town.keep(chat)
    before = town.events()[0]["id"]
    mark = Mark("urojc-2026-12-07-2", "urojc")
    named = replace(chat, chat=mark.chat, description=described(mark, "Say who you are."))
    assert await town.keep(named) == ["GET", "PATCH"]
    assert town.chats() == [mark.chat]
    assert town.events()[0]["id"] == before


# ---------------------------------------------------------------- the present


async def test_a_chat_that_runs_keeps_its_event_until_it_ends(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat, town.chat(14))
    town.server.world.set(chat.starts + MINUTE)
    assert await town.keep(town.chat(14), town.chat(21)) == ["GET", "POST", "GET"]
    assert [event["status"] for event in town.events()] == [2, 1, 1]
    town.server.world.set(chat.ends)
    assert await town.keep(town.chat(14), town.chat(21)) == ["GET"]
    assert town.chats() == ["urojc-2026-12-14", "urojc-2026-12-21"]


async def test_an_event_that_discord_is_late_to_start_stays(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat)
    town.server.world.set(chat.starts - timedelta(seconds=5))
    assert await keep_events(town.client, [], [], chat.starts) == []
    assert town.chats() == [chat.chat]


async def test_an_event_that_discord_started_before_our_clock_is_left_alone(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat)
    town.server.world.set(chat.starts + timedelta(seconds=5))
    ours = chat.starts - timedelta(minutes=2)
    renamed = replace(chat, title="A new name")
    for wanted in ([renamed], []):
        assert await keep_events(town.client, wanted, [], ours) == []
        assert [event["name"] for event in town.events()] == [chat.title]


async def test_a_chat_that_opens_within_seconds_has_no_event_made_and_none_taken(
    town: Town,
) -> None:
    chat = town.chat(7)
    town.server.world.set(chat.starts - SOONEST)
    assert await town.keep(chat) == ["GET"]
    town.server.world.set(chat.starts - SOONEST - timedelta(seconds=1))
    assert await town.keep(chat) == ["GET", "POST", "GET"]
    town.server.world.set(chat.starts - timedelta(seconds=1))
    assert await town.keep(replace(chat, title="A new name")) == ["GET"]
    assert town.chats() == [chat.chat]


# ---------------------------------------------------------------- other people


async def test_events_of_others_stay_as_they_are(town: Town) -> None:
    town.guild.owner.roles.append(town.guild.role("Board", Permission.CREATE_EVENTS))
    chat = town.chat(7)
    town.by_hand(town.guild.owner.id, chat.starts, chat.description)
    town.by_hand(town.client.application_id or 0, NOW + DAY, "Made by a command of somebody's.")
    before = town.events()
    assert await town.keep(chat) == ["GET", "POST", "GET"]
    assert await town.keep() == ["GET", "DELETE"]
    assert town.refused == []
    assert town.events() == before


async def test_what_people_change_in_an_event_is_put_back_but_a_picture_stays(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat)
    (event,) = town.events()
    before = dict(event)
    town.change(
        event,
        name="Pub night",
        description=f"Nicer words.\nChat {chat.chat}",
        scheduled_start_time=(chat.starts + HOUR).isoformat(),
        entity_metadata={"location": "The pub"},
        image="a-picture",
    )
    assert await town.keep(chat) == ["GET", "PATCH"]
    assert town.events() == [before | {"image": "a-picture"}]


async def test_an_event_whose_mark_was_deleted_is_known_by_its_start_and_link(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat, town.chat(14))
    before = town.events()[0]["id"]
    town.change(town.events()[0], description="Nicer words.", name="A nicer name")
    assert await town.keep(chat, town.chat(14)) == ["GET", "PATCH"]
    assert town.chats() == ["urojc-2026-12-07", "urojc-2026-12-14"]
    assert town.events()[0]["id"] == before


async def test_an_event_that_people_deleted_is_made_again(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat)
    town.guild.schedule.delete(town.server.world.bot, int(town.events()[0]["id"]))
    await town.keep(chat)
    assert town.chats() == [chat.chat]


async def test_white_space_that_discord_moves_is_no_difference(town: Town) -> None:
    chat = town.chat(7)
    await town.keep(chat)
    town.change(town.events()[0], description=chat.description.replace("\n\n", "\n") + "\n")
    assert await town.keep(chat) == ["GET"]


# ---------------------------------------------------------------- servers and channels


async def test_a_chat_has_one_event_in_each_server_however_many_channels(town: Town) -> None:
    second = town.guild.channel("lobby")
    other = town.server.world.guild("Nephrology")
    third = other.channel("journal-club")
    await town.server.until(lambda: town.client.get_channel(third.id))
    wanted = [town.chat(7, channel=one) for one in (town.channel, second, third)]
    await town.keep(*wanted)
    for guild, channel in ((town.guild, town.channel), (other, third)):
        (event,) = town.events(guild)
        assert event["entity_metadata"]["location"].endswith(f"/{guild.id}/{channel.id}")
    await town.keep(*wanted[:2])
    assert (town.chats(), town.chats(other)) == (["urojc-2026-12-07"], [])


async def test_a_channel_that_is_not_there_has_no_event(town: Town) -> None:
    chat = town.chat(7)
    for name in ("1", "journal-club", "@"):
        assert await town.keep(replace(chat, room=Room("discord", name))) == ["GET"]
    assert town.refused == []


async def test_a_client_that_is_not_connected_is_not_asked() -> None:
    async with serving() as server:
        with pointed_at(server):
            client = discord.Client(intents=discord.Intents(guilds=True))
            with pytest.raises(Unreachable):
                await keep_events(client, [], [], NOW)
            await client.login("bot-token")
            with pytest.raises(Unreachable):
                await keep_events(client, [], [], NOW)
            await client.close()


# ---------------------------------------------------------------- Discord's limits


def fill(town: Town, count: int) -> None:
    """Let the owner of the guild make so many events."""
    town.guild.owner.roles.append(town.guild.role("Board", Permission.CREATE_EVENTS))
    for n in range(count):
        town.by_hand(town.guild.owner.id, NOW + 30 * DAY + n * HOUR, None)


async def test_the_nearest_chats_stand_where_there_is_no_room_for_all(town: Town) -> None:
    fill(town, MOST - 2)
    await town.keep(town.chat(14), town.chat(21), town.chat(28))
    assert town.chats()[:2] == ["urojc-2026-12-14", "urojc-2026-12-21"]
    assert len(town.events()) == MOST
    (sentence,) = town.refused
    assert sentence == (
        f"The Discord server {town.guild.id} has 100 events, as many as it takes; chats without "
        "one: 1. Remove events that are not needed."
    )
    nearer = town.chat(7)
    await town.keep(nearer, town.chat(14), town.chat(21))
    assert town.chats()[:2] == ["urojc-2026-12-07", "urojc-2026-12-14"]
    assert await town.keep(nearer, town.chat(14), town.chat(21)) == ["GET"]
    assert len(town.refused) == 1


async def test_a_full_server_takes_none_and_says_so(town: Town) -> None:
    fill(town, MOST)
    assert await town.keep(town.chat(7), town.chat(14)) == ["GET"]
    assert "chats without one: 2" in town.refused[0]


async def test_a_chat_that_is_moved_takes_its_own_place_in_a_full_server(town: Town) -> None:
    fill(town, MOST - 1)
    await town.keep(town.chat(7))
    assert await town.keep(town.chat(8)) == ["GET", "DELETE", "POST", "GET"]
    assert town.refused == []
    assert town.chats()[:1] == ["urojc-2026-12-08"]


async def test_a_server_that_fills_meanwhile_is_no_fault(town: Town) -> None:
    reached = "Maximum number of guild scheduled events reached (100)"
    town.server.faults.refuse(f"POST {EVENTS}", 400, 30038, reached)
    await town.keep(town.chat(7), town.chat(14))
    (sentence,) = town.refused
    assert "urojc-2026-12-07: it has 100 events, as many as it takes. Remove" in sentence
    assert town.chats() == ["urojc-2026-12-14"]


async def test_one_event_that_is_refused_holds_up_no_other(town: Town) -> None:
    await town.keep(town.chat(7))
    town.server.faults.refuse(f"PATCH {EVENTS}/*", 400, 50035, "Invalid Form Body")
    town.server.faults.refuse(f"POST {EVENTS}", 400, 50035, "Invalid Form Body")
    wanted = [replace(town.chat(7), title="A new name"), town.chat(14), town.chat(21)]
    await town.keep(*wanted)
    assert [sentence.partition(":")[0].split()[-1] for sentence in town.refused] == [
        "urojc-2026-12-07",
        "urojc-2026-12-14",
    ]
    assert "(status 400, code 50035)" in town.refused[0]
    await town.keep(*wanted)
    assert town.refused == []
    assert len(town.chats()) == 3


async def test_a_missing_permission_is_named_and_holds_up_no_other_server(town: Town) -> None:
    other = town.server.world.guild("Nephrology")
    third = other.channel("journal-club")
    await town.server.until(lambda: town.client.get_channel(third.id))
    town.guild.deny(Permission.CREATE_EVENTS)
    wanted = [town.chat(7), town.chat(14), town.chat(7, channel=third)]
    assert await town.keep(*wanted) == ["GET", "POST", "GET", "POST", "GET"]
    (sentence,) = town.refused
    assert str(town.guild.id) in sentence
    assert "Create Events" in sentence
    assert (town.chats(), town.chats(other)) == ([], ["urojc-2026-12-07"])
    town.guild.grant(Permission.CREATE_EVENTS)
    await town.keep(*wanted)
    assert town.refused == []
    assert town.chats() == ["urojc-2026-12-07", "urojc-2026-12-14"]


async def test_events_that_may_no_longer_be_changed_are_named_too(town: Town) -> None:
    await town.keep(town.chat(7))
    town.guild.deny(Permission.CREATE_EVENTS)
    for wanted in ([replace(town.chat(7), title="A new name")], []):
        await town.keep(*wanted)
        assert "Create Events" in town.refused[0]


# ---------------------------------------------------------------- lost answers


async def test_an_event_whose_answer_was_lost_is_not_made_twice(town: Town) -> None:
    town.server.faults.cut_after(f"POST {EVENTS}")
    chats = [town.chat(7), town.chat(14)]
    assert await town.keep(*chats) == ["GET", "POST"]
    (sentence,) = town.refused
    assert str(town.guild.id) in sentence
    assert "(ServerDisconnectedError)" in sentence
    assert town.chats() == ["urojc-2026-12-07"]
    assert await town.keep(*chats) == ["GET", "POST", "GET"]
    assert town.chats() == ["urojc-2026-12-07", "urojc-2026-12-14"]


async def test_an_event_that_was_never_made_is_made_then(town: Town) -> None:
    town.server.faults.cut_before(f"POST {EVENTS}")
    await town.keep(town.chat(7))
    assert town.chats() == []
    await town.keep(town.chat(7))
    assert town.chats() == ["urojc-2026-12-07"]


async def test_a_second_copy_is_taken_away_and_the_first_one_stays(town: Town) -> None:
    """The library repeats what was answered with 502; a second process may do the same as this."""
    world = town.server.world
    before = world.tell
    copies: list[JSON] = []

    def tell(dispatch: Dispatch) -> None:
        before(dispatch)
        if dispatch.name == "GUILD_SCHEDULED_EVENT_CREATE" and not copies:
            copies.append(dispatch.data)
            fields = ("name", "description", "scheduled_start_time", "scheduled_end_time")
            more = ("privacy_level", "entity_type", "entity_metadata")
            again = {field: dispatch.data[field] for field in fields + more}
            copies.append(town.guild.schedule.create(world.bot, again))

    world.tell = tell
    assert await town.keep(town.chat(7)) == ["GET", "POST", "GET", "DELETE"]
    assert len(copies) == 2
    assert [event["id"] for event in town.events()] == [copies[0]["id"]]


async def test_of_two_copies_the_one_that_runs_stays(town: Town) -> None:
    chat = town.chat(7)
    bot = town.client.application_id or 0
    for start in (chat.starts, chat.starts - HOUR):
        town.by_hand(bot, start, chat.description)
    town.server.world.set(chat.starts - 30 * MINUTE)
    await town.keep(chat)
    (event,) = town.events()
    assert event["status"] == 2


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_an_outage_is_told_without_a_text_and_put_right_afterwards(
    town: Town, method: str
) -> None:
    await town.keep(town.chat(7), town.chat(8))
    wanted = [replace(town.chat(7), title="A new name"), town.chat(14)]
    town.server.faults.fail(f"{method} {EVENTS}*", status=503)
    await town.keep(*wanted)
    (sentence,) = town.refused
    assert "(status 503, code 0)" in sentence
    await town.keep(*wanted)
    assert town.refused == []
    assert town.chats() == ["urojc-2026-12-07", "urojc-2026-12-14"]
    assert town.events()[0]["name"] == "A new name"


async def test_a_server_that_threw_the_bot_out_is_no_fault(town: Town) -> None:
    town.guild.remove_bot()
    await town.keep(town.chat(7))
    await town.server.until(lambda: not town.client.guilds)
    assert await town.keep(town.chat(7)) == []
    assert town.refused == []


async def test_an_event_that_somebody_took_away_meanwhile_is_no_fault(town: Town) -> None:
    await town.keep(town.chat(7), town.chat(14))
    gone = (404, 10070, "Unknown Guild Scheduled Event")
    town.server.faults.refuse(f"DELETE {EVENTS}/*", *gone)
    await town.keep(town.chat(14))
    assert town.refused == []


# ---------------------------------------------------------------- from the agenda


@dataclass(frozen=True)
class Board:
    """The calendar of a connected client."""

    client: discord.Client

    async def keep_appointments(
        self, wanted: Sequence[Appointment], spared: object, now: datetime
    ) -> list[str]:
        return await keep_events(self.client, wanted, [], now)


def club(town: Town, every: str) -> Series:
    text = (
        f"title: A club\nzone: Australia/Sydney\nschedule: {{every: {every}}}\nwindow: 48h\n"
        f"rooms: [{{local: club}}]\ntopics: [{{ask: 'Why?', after: 0m}}]\n"
    )
    series = parse_agenda(text, "club.yaml")
    rooms = (Room("local", "club"), Room("discord", str(town.channel.id)))
    return replace(series, agenda=replace(series.agenda, rooms=rooms))


async def test_the_next_two_chats_of_an_agenda_stand_and_move_with_it(
    town: Town, tmp_path: Path
) -> None:
    async with house(tmp_path, club(town, "first monday at 07:00"), now=NOW) as h:
        calendar = Calendar(h.store, h.catalogue, {"discord": Board(town.client)}, h.clock)
        town.server.world.now = h.clock

        def starts() -> list[str]:
            return [str(event["scheduled_start_time"])[:16] for event in town.events()]

        await calendar.keep(h.clock())
        assert town.chats() == ["club-2027-01-04", "club-2027-02-01"]
        assert starts() == ["2027-01-03T20:00", "2027-01-31T20:00"]
        h.series["club"] = club(town, "first monday at 06:00")
        await calendar.keep(h.clock())
        assert starts() == ["2027-01-03T19:00", "2027-01-31T19:00"]
        h.clock.advance(29 * DAY)
        await calendar.keep(h.clock())
        assert town.chats() == ["club-2027-01-04", "club-2027-02-01", "club-2027-03-01"]
        h.series.clear()
        await calendar.keep(h.clock())
        assert town.chats() == ["club-2027-01-04"], "it runs"
