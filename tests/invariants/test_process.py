"""The program killed while people talk and topics come: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bot.web.access import new_ticket
from tests.invariants.process import Process, posted, program
from tests.web.served import Guest

ROOM = "club"
KILLED_AFTER = (0.35, 0.8, 0.15, 1.1, 0.55)  # seconds
PEOPLE = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn")
EACH_SAYS = 8  # a person may send ten things within ten seconds

AGENDA = """\
title: A club
zone: UTC
starts: {starts}
window: 2h
rooms: [{{local: club}}]
moderators: {{local: [henry]}}
reminders: []
topics: {{every: 20m, ask: ["First?", "Second?", "Third?", "Fourth?"]}}
"""
FAR = "2099-01-01 12:00"


@contextlib.asynccontextmanager
async def club(folder: Path, starts: str = FAR) -> AsyncIterator[Process]:
    async with program(folder) as process:
        (process.chats / "club.yaml").write_text(AGENDA.format(starts=starts), "utf-8")
        await process.start()
        yield process


async def say(guest: Guest, text: str) -> str:
    """Say something as a browser does whose user presses Send again until it is there."""
    ticket = new_ticket()
    while True:
        try:
            fields = {"text": text, "ticket": ticket, "reply": ""}
            answer = await guest.post(f"/rooms/{ROOM}/say", fields, follow=False)
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)  # the program is down
            continue
        if answer.status < 500:
            return posted(answer)
        await asyncio.sleep(0.05)


async def talk(guest: Guest, name: str) -> dict[str, str]:
    """Say several things one after the other; return what was acknowledged, by its number."""
    told = {}
    for number in range(EACH_SAYS):
        text = f"{name} says number {number}"
        told[await say(guest, text)] = text
        await asyncio.sleep(0.2)
    return told


async def talk_all(guests: list[Guest]) -> dict[str, str]:
    told = await asyncio.gather(*map(talk, guests, PEOPLE))
    return {number: text for one in told for number, text in one.items()}


async def order(guest: Guest, command: str) -> bool:
    """Type a command; say whether it was answered."""
    try:
        answer = await guest.say(ROOM, f"/chat {command}")
    except aiohttp.ClientError:
        return False
    assert answer.status == 200, answer.words
    return True


async def moderate(process: Process, guest: Guest) -> None:
    """Post every topic and add one; a command that was not answered is typed again only if it
    has had no effect."""
    for number in (2, 3, 4):
        while number not in opened(process):
            await order(guest, "next")
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.4)
    while not process.rows("SELECT 1 FROM events WHERE kind = 'TopicAdded'"):
        await order(guest, "topic Fifth?")
    while 5 not in opened(process):
        await order(guest, "next")
        await asyncio.sleep(0.1)


def opened(process: Process) -> list[object]:
    """Return the topics that were opened, as the log has them."""
    rows = process.rows("SELECT body FROM events WHERE kind = 'TopicOpened' ORDER BY chat, seq")
    return [json.loads(str(body))["number"] for (body,) in rows]


async def disturb(process: Process) -> None:
    for seconds in KILLED_AFTER:
        await asyncio.sleep(seconds)
        await process.kill()
        await process.start()


async def test_killed_again_and_again_it_keeps_what_was_acknowledged_and_posts_each_topic_once(
    tmp_path: Path,
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        process = await stack.enter_async_context(club(tmp_path))
        henry = await stack.enter_async_context(process.moderator())
        assert await order(henry, "start club")
        guests = [await stack.enter_async_context(process.guest(ROOM, name)) for name in PEOPLE]
        told, _, _ = await asyncio.gather(
            talk_all(guests), moderate(process, henry), disturb(process)
        )
        await until(lambda: all_posted(process))
        assert await order(henry, "close")
        await until(lambda: process.rows("SELECT stage FROM chats") == [("archived",)])
        assert await process.stop() == 0
        transcript = json.loads(await process.export("club"))
    assert process.starts == len(KILLED_AFTER) + 1

    kept = [m for m in transcript["messages"] if m["role"] == "participant"]
    assert {m["id"]: m["text"] for m in kept} == told
    assert len(kept) == len(told) == len(PEOPLE) * EACH_SAYS, "each once"
    assert transcript["counts"]["messages"] == len(told)
    assert transcript["counts"]["participants"] == len(PEOPLE)

    posts = [m["text"].split(":")[0] for m in transcript["messages"] if m["role"] == "bot"]
    assert [post for post in posts if post[0] == "T"] == ["T1", "T2", "T3", "T4", "T5"]
    moments = [topic["posted_at"] for topic in transcript["topics"]]
    assert None not in moments
    assert moments == sorted(moments)
    assert opened(process) == [1, 2, 3, 4, 5]
    states = process.rows("SELECT DISTINCT state FROM outbox")
    assert states == [("done",)]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; the test's time limit is the only one."""
    while not condition():  # noqa: ASYNC110  it happens in another process
        await asyncio.sleep(0.05)


def all_posted(process: Process) -> bool:
    return not process.rows("SELECT 1 FROM outbox WHERE state = 'waiting'")


async def test_killed_around_the_opening_a_scheduled_chat_opens_once_and_keeps_its_window(
    tmp_path: Path,
) -> None:
    """It is due when the program first looks, and the program dies as it opens it."""
    opens_at = (datetime.now(UTC) - timedelta(minutes=30)).replace(second=0, microsecond=0)
    async with club(tmp_path, starts=f"{opens_at:%Y-%m-%d %H:%M}") as process:
        for seconds in (0.0, 0.01, 0.02, 0.05, 0.1):
            await asyncio.sleep(seconds)
            await process.kill()
            await process.start()
        await until(lambda: 1 in opened(process))
        await until(lambda: all_posted(process))
        assert await process.stop() == 0
        transcript = json.loads(await process.export("club"))
    assert transcript["chat"]["id"] == f"club-{opens_at:%Y-%m-%d}"
    assert transcript["chat"]["opens_at"] == f"{opens_at:%Y-%m-%dT%H:%M:%SZ}"
    texts = [message["text"] for message in transcript["messages"]]
    assert [text.split(":")[0] for text in texts if text.startswith("T1: ")] == ["T1"]
    assert len([text for text in texts if "Welcome to A club" in text]) == 1
    kinds = [kind for (kind,) in process.rows("SELECT kind FROM events ORDER BY seq")]
    kinds = [kind for kind in kinds if kind != "Rescheduled"]  # where T1 came late
    assert kinds[:3] == ["Planned", "Opened", "TopicOpened"]
    assert kinds.count("Opened") == 1


@contextlib.asynccontextmanager
async def half_sent(process: Process) -> AsyncIterator[None]:
    """Hold a connection open on which the rest of a request never comes."""
    _, writer = await asyncio.open_connection("127.0.0.1", process.port)
    try:
        writer.write(b"POST /rooms/club/say HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\ntext=")
        await writer.drain()
        yield
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_told_to_stop_it_ends_at_once_though_pages_are_open_and_requests_half_sent(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as process, process.moderator() as henry:
        assert await order(henry, "start club")
        live = f"{process.url}/rooms/{ROOM}/live"
        async with half_sent(process), henry.session.get(live) as stream:
            assert await stream.content.readline()
            async with asyncio.timeout(5):
                assert await process.stop() == 0
    assert "Traceback" not in process.log.read_text()


async def test_the_link_and_the_cookies_of_before_hold_after_a_restart(tmp_path: Path) -> None:
    async with (
        club(tmp_path) as process,
        process.moderator() as henry,
        process.guest(ROOM, "Ann") as ann,
    ):
        before = process.link
        assert await order(henry, "start club")
        await process.kill()
        await process.start()
        await say(ann, "still here")
        assert await order(henry, "next")
        async with process.moderator() as again:
            assert (await again.get(before.removeprefix(process.url))).status == 200
