from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.desk.asking import Desk, WayIn
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.engine.actions import Post, PostKind
from bot.engine.agenda import Room, Schedule, Series
from bot.engine.people import Person
from bot.engine.signals import Delivered
from bot.store import publications
from bot.store.tables import Tables
from bot.transcripts.rendering import FORMATS, render
from bot.web.access import LENT_LINK_LASTS, LENT_STAYS
from bot.web.gate import OUTER_COOKIE
from bot.web.organizers import SHOWN, send
from bot.web.passes import Pass
from tests.house import House, moderator, person, urojc
from tests.platforms.asked import club, online
from tests.web.outer import (
    ANN as LEE,
)
from tests.web.outer import (
    CHANNEL,
    FAR,
    FREE,
    FURTHER,
    HOLDER,
    NAMED,
    ROLES,
    STEWARD,
    on_discord,
    open_all,
)
from tests.web.served import Served, served

ROOM = Room("local", "urojc")
CHAT = "urojc-2026-12-07"
ANA, BEN = person("Ana"), person("Ben")


async def talk(house: House) -> None:
    """Let a few things be said."""
    for n, text in enumerate(("T1 yes, it is safe", "A1 no", "=1+1", "<b>&amp;</b>")):
        house.clock.advance(timedelta(minutes=n))
        await house.say(ROOM, (ANA, BEN)[n % 2], text)


async def test_a_link_leads_to_the_list_and_leaves_no_trace_in_the_address(place: Served) -> None:
    async with place.guest() as guest:
        answer = await guest.get(place.link_for("henry").removeprefix(place.url))
    assert (answer.url.path, answer.url.query_string) == ("/", "")
    assert "You are henry" in answer.words


async def test_a_link_that_was_cut_off_says_how_to_get_another(place: Served) -> None:
    link = place.link_for("henry").removeprefix(place.url)
    async with place.guest() as guest:
        for broken in (link[:-3], link.replace("henry", "ada"), "/enter", "/enter?key=%ff%00"):
            answer = await guest.get(broken)
            assert answer.status == 403
            assert "/chat link" in answer.words
            assert "printed when it was started" in answer.words
        assert guest.cookie == ""


async def test_chats_stand_under_running_coming_and_past(
    place: Served, open_house: House, club: Series
) -> None:
    wall = datetime(2027, 1, 4, 7, 0)  # noqa: DTZ001  a wall time of the agenda
    open_house.series["urojc"] = replace(club, schedule=Schedule(singles=(wall,)))
    await open_house.plan(club, open_house.clock() + timedelta(days=20))
    await talk(open_house)
    async with place.moderator() as henry:
        page = await henry.get("/")
        await open_house.ask("close", moderator(club), ROOM)
        after = await henry.get("/")
    words = page.words
    running, coming, past = (words.index(f" {name} ") for name in ("Running", "Coming", "Past"))
    assert running < words.index(CHAT) < coming
    assert "Participants 2 Messages 4 Topics 1 of 3" in words
    assert coming < words.index("urojc-2026-12-27") < words.index("Mon 4 Jan 2027, 07:00") < past
    assert "No chat of yours has been held yet" in words
    assert after.words.index(" Past ") < after.words.index(CHAT)
    assert "No chat of yours is open now" in after.words


async def test_a_chat_that_was_missed_is_listed_so_and_one_can_be_held_now(
    place: Served, open_house: House, club: Series
) -> None:
    missed = await open_house.plan(club, open_house.clock() + timedelta(days=1))
    open_house.clock.advance(timedelta(days=7))
    await open_house.runner.wake(open_house.clock())
    async with place.moderator() as henry:
        words = (await henry.get("/")).words
        now = await open_house.start(club)
        after = (await henry.get("/")).words
    past = words[words.index(" Past ") :]
    assert f"Missed {missed}" in past
    assert after.index(" Running ") < after.index(now) < after.index(" Coming ")


async def test_a_list_without_chats_says_where_dates_come_from(place: Served) -> None:
    async with place.moderator("ada") as ada:
        words = (await ada.get("/")).words
    assert "No chat of yours is open now" in words
    assert "Dates stand in the agendas" in words


async def test_older_chats_are_pages_away(place: Served, open_house: House, club: Series) -> None:
    henry = moderator(club)
    for _ in range(SHOWN + 5):
        await open_house.ask("close", henry, ROOM)
        await open_house.live(timedelta(hours=1))
        await open_house.start(club)
    seen: list[str] = []
    async with place.moderator() as guest:
        path = "/"
        while path:
            page = await guest.get(path)
            seen += re.findall(r'<article class="card" id="([^"]+)"', page.text)
            older = re.search(r'href="(/\?older=[^"]+)"', page.text)
            path = older[1] if older else ""
    assert len(seen) == len(set(seen)) == SHOWN + 6


async def test_a_chats_page_tells_its_figures_topics_and_log(
    place: Served, open_house: House, club: Series
) -> None:
    await talk(open_house)
    await open_house.ask("next", moderator(club), ROOM)
    await open_house.ask("place m1 T2", moderator(club), ROOM)
    async with place.moderator() as henry:
        page = await henry.get(f"/chats/{CHAT}")
    assert "Participants 2" in page.words
    assert "T2 Is the comparison group the right one?" in page.words
    assert "Opened by henry." in page.words
    assert "T2 posted in room urojc." in page.words
    assert "henry placed message m1 under T2." in page.words
    assert "A participant is a person with at least one message" in page.words
    assert page.text.count("<svg") == 2


async def test_a_download_is_the_transcript_byte_for_byte(place: Served, open_house: House) -> None:
    await talk(open_house)
    kinds = {"html": "text/html", "md": "text/markdown", "json": "application/json",
             "csv": "text/csv"}  # fmt: skip
    async with place.moderator() as henry:
        for wanted in FORMATS:
            answer = await henry.get(f"/chats/{CHAT}/transcript.{wanted}")
            async with open_house.store.reading() as tables:
                chat = await open_house.chat(CHAT)
                expected = b"".join([piece async for piece in render(tables, chat, wanted)])
            assert answer.body == expected
            assert answer.headers["Content-Type"].startswith(kinds[wanted])
            assert (
                answer.headers["Content-Disposition"] == f'attachment; filename="{CHAT}.{wanted}"'
            )
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
        counts = json.loads((await henry.get(f"/chats/{CHAT}/transcript.json")).body)["counts"]
    assert (counts["participants"], counts["messages"]) == (2, 4)


async def test_a_transcript_that_cannot_be_read_to_its_end_does_not_look_whole(
    place: Served, open_house: House
) -> None:
    said = [open_house.say(ROOM, ANA, f"T1 number {n}", message=f"L{n:03}") for n in range(600)]
    await asyncio.gather(*said)
    async with place.moderator() as henry:
        whole = await henry.get(f"/chats/{CHAT}/transcript.csv")
        async with open_house.store.writing() as tables:
            await tables.connection.run("UPDATE messages SET attachments = '{' WHERE id = 'L599'")
        with pytest.raises(aiohttp.ClientError):
            await henry.get(f"/chats/{CHAT}/transcript.csv")
        assert (await henry.get("/")).status == 200
    assert b"number 599" in whole.body


async def test_a_chat_of_a_hostile_name_is_a_harmless_file(
    place: Served, open_house: House
) -> None:
    series = urojc('..\\..\\"; x\r\ny/<b>é')
    open_house.series[series.name] = series
    chat = await open_house.start(series)
    async with place.moderator() as henry:
        listed = await henry.get("/")
        link = re.search(r'href="(/chats/[^"]*%0[^"]*transcript\.csv)"', listed.text)
        assert link is not None
        answer = await henry.get(link[1])
    assert chat not in listed.text
    assert answer.status == 200
    assert re.fullmatch(
        r'attachment; filename="[A-Za-z0-9_-]+\.csv"', answer.headers["Content-Disposition"]
    )


async def test_pictures_are_drawings_in_which_nothing_runs(
    place: Served, open_house: House
) -> None:
    await talk(open_house)
    async with place.moderator() as henry:
        for name in ("over-time", "by-topic"):
            picture = await henry.get(f"/chats/{CHAT}/{name}.svg")
            assert picture.headers["Content-Type"].startswith("image/svg+xml")
            assert "sandbox" in picture.headers["Content-Security-Policy"]
            assert picture.text.startswith("<svg xmlns=")
        assert (await henry.get(f"/chats/{CHAT}/other.svg")).status == 404


async def test_an_unknown_format_lists_the_known_ones(place: Served) -> None:
    async with place.moderator() as henry:
        answer = await henry.get(f"/chats/{CHAT}/transcript.docx")
    assert answer.status == 404
    assert "html, md, json, csv" in answer.words


async def test_a_chat_whose_log_is_broken_hides_no_other(
    place: Served, open_house: House, club: Series
) -> None:
    await open_house.ask("close", moderator(club), ROOM)
    await open_house.live(timedelta(days=1))
    later = await open_house.start(club)
    async with open_house.store.writing() as tables:
        await tables.connection.run("UPDATE events SET body = '{}' WHERE chat = ?", (CHAT,))
    async with place.moderator() as henry:
        listed = await henry.get("/")
        broken = await henry.get(f"/chats/{CHAT}")
        room = await henry.get("/rooms/urojc")
    assert (listed.status, broken.status, room.status) == (200, 403, 200)
    assert later in listed.text
    assert "Open" in room.words


async def test_a_moderator_of_one_date_alone_sees_that_chat_alone(
    place: Served, open_house: House, club: Series
) -> None:
    agenda = replace(club.agenda, moderators={"local": ("grace",)}, rooms=(Room("local", "guest"),))
    guest_series = replace(club, name="guest", agenda=agenda)
    chat = await open_house.start(guest_series)
    async with place.moderator("grace") as grace, place.moderator() as henry:
        assert (await grace.get(f"/chats/{chat}")).status == 200
        assert (await grace.get(f"/chats/{CHAT}")).status == 403
        assert (await henry.get(f"/chats/{chat}")).status == 403
        listed = (await grace.get("/")).words
    assert chat in listed
    assert CHAT not in listed


async def test_to_ask_for_the_head_of_a_download_brings_no_body(place: Served) -> None:
    async with place.moderator() as henry:
        cookie = f"rounds={henry.cookie}"
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(place.url).port)
    for path in (f"/chats/{CHAT}/transcript.json", "/rooms/urojc/live", "/rooms/urojc"):
        writer.write(f"HEAD {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
        async with asyncio.timeout(30):
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n"), (path, head)
    writer.close()


# ---------------------------------------------------------------- moderators of other platforms

OF_EACH = {"named": (LEE, CHANNEL), "roles": (HOLDER, CHANNEL), "free": (STEWARD, CHANNEL)}
"""By series: who moderates it, and where they ask."""


@pytest.mark.parametrize("own", list(OF_EACH))
async def test_a_moderator_on_discord_sees_their_chats_and_no_others(
    place: Served, open_house: House, own: str
) -> None:
    """By user id, by role, and as a steward of the room in which they asked."""
    chats = await open_all(open_house, NAMED, ROLES, FREE, FAR)
    who, where = OF_EACH[own]
    if own != "named":
        who = replace(who, id="55")  # so that only what is tested opens anything
    async with place.outer(who, where) as ann:
        listed = await ann.get("/")
        shown = re.findall(r'<article class="card" id="([^"]+)"', listed.text)
        assert shown == [chats[own]]
        assert "You are Ann Lee (Discord)" in listed.words
        for name, chat in chats.items():
            mine = name == own
            assert (await ann.get(f"/chats/{chat}")).status == (200 if mine else 403)
            assert (await ann.get(f"/chats/{chat}/by-topic.svg")).status == (200 if mine else 403)
            transcript = await ann.get(f"/chats/{chat}/transcript.md")
            assert transcript.status == (200 if mine else 403)
            assert (f"T1 of {name}" in transcript.text) == mine
        assert (await ann.get(f"/chats/{CHAT}")).status == 403


async def test_what_chat_link_answers_on_discord_leads_to_ones_chats(tmp_path: Path) -> None:
    """Through the real client: Henry moderates urojc by a role, Sam meded by Manage Threads."""
    async with club(tmp_path) as at, served(at.at) as place:

        def way_in(by: Person, room: Room, now: datetime) -> WayIn:
            return place.access.way_in(Pass.of(by, room), place.url, now)

        desk = Desk(at.at.runner, at.at.store, at.at.catalogue, way_in)
        door = HouseDoor(desk, at.at.outbox, Enclosures(at.at.store, at.at.runner), at.at.clock)
        async with online(at.server, door):
            await at.ask(at.henry, "start", series="urojc")
            await at.ask(at.sam, "start", at.other, series="meded")
            seen = {}
            for who, where in ((at.henry, at.channel), (at.sam, at.other)):
                answer = await at.ask(who, "link", where)
                assert answer.ephemeral
                link = re.search(r"https?://\S+", answer.text)
                assert link is not None
                assert answer.text.endswith("\nThe link is for you alone and works for 1 h.")
                async with place.guest() as guest:
                    page = await guest.get(link[0].removeprefix(place.url))
                    assert f"You are {who.name} (Discord)" in page.words
                    seen[who.name] = re.findall(r'<article class="card" id="([^"]+)"', page.text)
            assert "for the moderators" in (await at.ask(at.sam, "link", at.channel)).text
    assert seen == {"Henry": ["urojc-2026-12-07"], "Sam": ["meded-2026-12-07"]}


async def test_a_steward_sees_nothing_where_an_agenda_names_its_moderators(
    place: Served, open_house: House
) -> None:
    chats = await open_all(open_house, NAMED)
    async with place.outer(replace(STEWARD, id="55"), CHANNEL) as steward:
        assert (await steward.get("/")).status == 403
        assert (await steward.get(f"/chats/{chats['named']}")).status == 403


async def test_a_page_of_discord_is_no_page_of_slack(place: Served, open_house: House) -> None:
    chats = await open_all(open_house, NAMED)
    async with place.outer(replace(LEE, platform="slack"), Room("slack", CHANNEL.name)) as other:
        assert (await other.get("/")).status == 403
        assert (await other.get(f"/chats/{chats['named']}")).status == 403


async def test_what_is_taken_out_of_the_agenda_is_out_of_reach_at_once(
    place: Served, open_house: House
) -> None:
    open_house.series["named"] = NAMED
    async with place.outer(LEE, CHANNEL) as ann:
        assert (await ann.get("/")).status == 200
        open_house.series["named"] = on_discord("named", CHANNEL, "user:6")
        answer = await ann.get("/")
    assert answer.status == 403
    assert "You came in as Ann Lee (Discord)." in answer.words


async def test_a_role_opens_the_pages_for_a_day_and_a_name_for_longer(
    place: Served, open_house: House
) -> None:
    await open_all(open_house, NAMED, ROLES)
    async with (
        place.outer(replace(HOLDER, id="55"), CHANNEL) as held,
        place.outer(LEE, CHANNEL) as named,
    ):
        open_house.clock.advance(LENT_STAYS - timedelta(seconds=1))
        assert (await held.get("/")).status == (await named.get("/")).status == 200
        open_house.clock.advance(timedelta(seconds=1))
        answer = await held.get("/")
        assert answer.status == 403
        assert "a link lets you in for 1 day; then ask again" in answer.words
        assert (await named.get("/")).status == 200


async def test_a_link_from_discord_ends_with_its_hour(place: Served, open_house: House) -> None:
    await open_all(open_house, ROLES)
    link = place.way_in(HOLDER, CHANNEL)
    async with place.guest() as early, place.guest() as late:
        open_house.clock.advance(LENT_LINK_LASTS - timedelta(seconds=1))
        assert (await early.get(link)).status == 200
        open_house.clock.advance(timedelta(seconds=1))
        answer = await late.get(link)
        assert answer.status == 403
        assert "works for 7 days; where it rests on a role" in answer.words
        assert "1 h." in answer.words
        assert late.cookie_of(OUTER_COOKIE) == ""


async def test_a_link_from_discord_leaves_no_trace_in_the_address(
    place: Served, open_house: House
) -> None:
    await open_all(open_house, ROLES)
    async with place.guest() as guest:
        answer = await guest.get(place.way_in(HOLDER, CHANNEL))
        await guest.get("/enter?pass=")
    assert (answer.status, answer.url.path, answer.url.query_string) == (200, "/", "")


PREVIEWS = {"User-Agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}


@pytest.mark.parametrize("platform", ["local", "discord"])
async def test_a_preview_of_a_link_uses_nothing_up_and_lets_nobody_in(
    place: Served, open_house: House, platform: str
) -> None:
    """Discord fetches the addresses in a message, and what they lead to, without cookies."""
    await open_all(open_house, ROLES)
    outer = place.way_in(HOLDER, CHANNEL)
    link = outer if platform == "discord" else place.link_for("henry").removeprefix(place.url)
    commits: list[object] = []
    open_house.runner.watch(commits.append)
    async with open_house.store.reading() as tables:
        before = await everything(tables)
    no_cookies = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers=PREVIEWS)
    async with no_cookies as session:
        for method in ("GET", "HEAD", "GET"):
            url = URL(place.url + link, encoded=True)
            async with session.request(method, url) as response:
                assert response.status == 403  # it was led to / as a stranger
                assert "Club" not in await response.text()
    async with place.guest() as stranger:
        assert (await stranger.get("/")).status == 403
        assert (await stranger.get(link)).status == 200
        assert (await stranger.get(link)).status == 200
    async with open_house.store.reading() as tables:
        assert await everything(tables) == before
    assert commits == []


async def everything(tables: Tables) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the store."""
    names = await tables.connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {
        name: [tuple(row) for row in await tables.connection.rows(f"SELECT * FROM {name}")]
        for (name,) in names
    }


async def test_who_came_in_from_discord_too_sees_the_chats_of_both(
    place: Served, open_house: House
) -> None:
    chats = await open_all(open_house, ROLES, FREE)
    async with place.moderator() as henry:
        await henry.get(place.way_in(HOLDER, CHANNEL))
        listed = await henry.get("/")
        assert "You are henry and Ann Lee (Discord)" in listed.words
        assert {CHAT, chats["roles"]} == set(
            re.findall(r'<article class="card" id="([^"]+)"', listed.text)
        )
        assert (await henry.get(f"/chats/{CHAT}/transcript.md")).status == 200
        open_house.clock.advance(LENT_STAYS)
        words = (await henry.get("/")).words
    assert "You are henry . Leave" in words


async def test_rooms_of_discord_are_named_as_people_read_them(
    place: Served, open_house: House
) -> None:
    both = replace(ROLES, agenda=replace(ROLES.agenda, rooms=(FURTHER, CHANNEL, ROOM)))
    chats = await open_all(open_house, both)
    chat = chats["roles"]
    post = Post(FURTHER, PostKind.TOPIC, ("T1",), 1)
    await open_house.runner.handle(Delivered(open_house.clock(), f"{chat}/3/0", post, "1", "T1"))
    async with place.outer(HOLDER, FURTHER) as ann:
        pages = [await ann.get(path) for path in ("/", f"/chats/{chat}")]
    assert "Discord channel …7999, Discord channel …7890, Room urojc" in pages[0].words
    ids = f"Discord channel {FURTHER.name}, Discord channel {CHANNEL.name}, Room urojc"
    assert ids in pages[1].words
    assert "T1 posted in Discord channel …7999." in pages[1].words
    assert not any("discord:" in page.text for page in pages)
    assert "Opened by user 1 on Discord." in pages[1].words
    await open_house.say(FURTHER, Person("discord", "1", "Sue"), "#roles hello")
    async with place.outer(HOLDER, FURTHER) as ann:
        assert "Opened by Sue." in (await ann.get(f"/chats/{chat}")).words


async def test_a_download_that_nobody_takes_is_given_up() -> None:
    gave_up = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(1000):
                await send(response, bytes(1_000_000), within=timedelta(seconds=0.3))
        except TimeoutError:
            gave_up.set()
        return response

    app = web.Application()
    app.router.add_get("/", endless)
    server = web.AppRunner(app, shutdown_timeout=0.1)
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.addresses[0][1])
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(20):
        await gave_up.wait()
    writer.close()
    await server.cleanup()


async def test_each_edition_is_downloaded_by_moderators_alone_and_a_public_one_is_noted(
    place: Served, open_house: House
) -> None:
    await talk(open_house)
    paths = {"": f"/chats/{CHAT}/transcript.md"}
    paths |= {f"-{name}": f"{paths['']}?edition={name}" for name in ("public", "research")}
    async with place.moderator() as henry, place.guest() as stranger:
        page = await henry.get(f"/chats/{CHAT}")
        for ending, path in paths.items():
            assert f'href="{path}"' in page.text
            answer = await henry.get(path)
            assert answer.status == 200
            stem = f'filename="{CHAT}{ending}.md"'
            assert answer.headers["Content-Disposition"] == f"attachment; {stem}"
            assert (await stranger.get(path)).status == 403
        assert (await henry.get(f"{paths['']}?edition=secret")).status == 404
        assert b"**Public edition.**" in (await henry.get(paths["-public"])).body
    async with open_house.store.reading() as tables:
        known = await publications.publications(tables.connection, CHAT)
    assert known.editions == 1
