"""Chats on Slack, alone and with others, held by the program through restarts and outages."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.discord.messages import DEFAULT
from tests.discord.places import Channel as DiscordChannel
from tests.invariants.on_slack import HOOK, OnSlack, guild_of, on_slack
from tests.slack.messages import Message

Away = Callable[[OnSlack], AbstractAsyncContextManager[None]]
"""What keeps the program from hearing while the block runs, and for ten minutes more."""

CHAT = "urojc-2034-12-04"


@contextlib.asynccontextmanager
async def ended(club: OnSlack) -> AsyncIterator[None]:
    assert await club.process.stop() == 0
    yield
    await club.later(minutes=10)
    await club.start()


@contextlib.asynccontextmanager
async def killed(club: OnSlack) -> AsyncIterator[None]:
    await club.process.kill()
    yield
    await club.later(minutes=10)
    await club.start()


@contextlib.asynccontextmanager
async def cut(club: OnSlack) -> AsyncIterator[None]:
    """Cut the socket; no other can be opened for now."""
    sockets, faults = club.slack.sockets, club.slack.faults
    opened, before = sockets.opened, list(faults.waiting)
    faults.fail("apps.connections.open", times=1000)
    sockets.drop()
    await club.until(lambda: not sockets.lines)
    yield
    await club.later(minutes=10)
    faults.waiting = before
    await club.until(lambda: sockets.opened > opened)


@contextlib.asynccontextmanager
async def not_found(club: OnSlack) -> AsyncIterator[None]:
    """Let Slack not find the program's address; what it could not deliver it delivers again."""
    application = club.workspace.application
    address = application.request_url
    with_hook = (application.request_url, application.command_url, application.interaction_url)
    assert all(url.endswith(HOOK) for url in with_hook)
    application.request_url = "http://127.0.0.1:9" + HOOK
    yield
    ways = club.slack.deliveries
    await club.until(lambda: all(one.acknowledged or one in ways.waiting for one in ways.all))
    application.request_url = address
    await club.later(minutes=10)


async def talk(club: OnSlack, when: str) -> list[Message]:
    """Let people say something in each of the ways that belong to the chat."""
    first, last = club.topic(1), club.own[-1]
    labelled = await club.say(club.joao, f"T1: João in the channel {when}")
    return [
        labelled,
        await club.say(club.maria, f"Maria in a thread {when}", first),
        await club.say(club.joao, f"João in the last thread {when}", last),
        await club.say(club.maria, f"Maria in the channel {when}"),
        await club.say(club.maria, f"Maria below João {when}", labelled),
        await club.say(club.maria, f"to be deleted {when}"),
    ]


async def change(club: OnSlack, said: Sequence[Message]) -> None:
    """Let Maria edit and delete what she said."""
    _, edited, *_, deleted = said
    await club.maria.edit(edited, f"{edited.text} (edited)")
    await club.maria.delete(deleted)


def standing(said: Sequence[Message]) -> list[str]:
    """Return the texts of what stands there."""
    return [one.text for one in said if not one.deleted]


async def whole(club: OnSlack, topics: Sequence[str], said: Sequence[Message]) -> None:
    """See that the chat was held as it should, from the opening to the transcript."""
    await club.posted("Welcome", *topics, "Closed")
    closing = club.own[-1]
    assert f"2 participants wrote {len(standing(said))} messages." in closing.text
    assert "in its threads from now on counts as late" in closing.text
    (picture,) = await club.files_in(club.channel, ".png")
    assert picture.content[:4] == b"\x89PNG"
    posts = [club.topic(number) for number in range(1, len(topics) + 1)]
    await club.until(lambda: all("Closed. What is said" in post.text for post in posts))
    for post in posts:
        assert "Closed. What is said" in json.dumps(post.blocks)
    await club.is_kept(CHAT, standing(said))
    page = (await club.handed_over(CHAT)).content.decode()
    assert [text for text in standing(said) if text not in page] == []


async def late(club: OnSlack) -> None:
    """Let people come late, one of them twice; each is told so once, and nobody else."""
    thread = club.topic(2)
    assert club.maria.ephemerals == []
    for who in (club.maria, club.joao):
        await club.say(who, f"{who.name} comes late", thread)
        await club.until(partial(getattr, who, "ephemerals"))
        assert "is over. What is said in its threads" in who.ephemerals[0].text
    await club.say(club.maria, "Maria comes late again", club.topic(1))
    await club.say(club.joao, "João goes on in the channel")
    counted = "SELECT count(*) FROM messages WHERE chat = ? AND timing = 'late'"
    await club.until(lambda: club.process.rows(counted, CHAT) == [(3,)])
    waiting = "SELECT 1 FROM outbox WHERE state = 'waiting'"
    await club.until(lambda: not club.process.rows(waiting))
    assert [len(who.ephemerals) for who in (club.maria, club.joao)] == [1, 1]


TOPICS = {"0m": "First?", "10m": "Second?", "20m": "Third?", "30m": "Fourth?"}


@pytest.mark.parametrize(
    ("signed", "aways"),
    [
        pytest.param(False, (ended, cut, killed), id="socket"),
        pytest.param(True, (killed, not_found, ended), id="http"),
    ],
)
async def test_a_chat_of_48_hours_lives_through(
    tmp_path: Path, signed: bool, aways: Sequence[Away]
) -> None:
    async with on_slack(tmp_path, signed=signed) as club:
        room = f'{{slack: "{club.channel.id}"}}'
        club.agenda("urojc", room, f'slack: ["{club.henry.id}"]', TOPICS, "48h")
        await club.start()
        await club.later(minutes=10)
        said: list[Message] = []
        names = ["T1", "T2", "T3", "T4"]
        for number, away in enumerate(aways, 1):
            await club.posted("Welcome", *names[:number])
            said += await talk(club, f"before {away.__name__}")
            await club.is_kept(CHAT, standing(said))
            async with away(club):
                await change(club, said[-6:])
                said += await talk(club, f"while {away.__name__}")
                await change(club, said[-6:])
        await club.posted("Welcome", *names)
        await club.is_kept(CHAT, standing(said))
        await club.later(hours=48)
        await whole(club, names, said)
        await late(club)


# ---------------------------------------------------------------- three rooms, one chat


def in_discord(channel: DiscordChannel) -> list[str]:
    """Return the first words of what the bot said in the chat's thread on Discord."""
    assert channel.guild is not None
    bot = channel.guild.world.bot
    posts = [one for thread in channel.threads for one in thread.messages if one.type == DEFAULT]
    return [one.content.split()[0].rstrip(":") for one in posts if one.author is bot]


def topic_in(channel: DiscordChannel, number: int) -> datetime:
    """Return when a topic came to stand in the chat's thread on Discord."""
    posts = [one for thread in channel.threads for one in thread.messages]
    (found,) = (one for one in posts if one.content.startswith(f"T{number}: ") and one.author.bot)
    return found.at


def in_house(club: OnSlack) -> list[str]:
    """Return the first words of what the bot said in the built-in room."""
    rows = club.process.rows(
        "SELECT text FROM messages WHERE room = 'local:club' AND role = 'bot' ORDER BY at, key"
    )
    return [str(text).split()[0].rstrip(":") for (text,) in rows]


async def test_one_chat_is_held_in_three_rooms(tmp_path: Path) -> None:
    async with on_slack(tmp_path, with_discord=True) as club:
        guild = guild_of(club)
        assert club.discord is not None
        there, ann = guild.channel("journal"), guild.member("Ann")
        rooms = f'{{discord: "{there.id}"}}, {{slack: "{club.channel.id}"}}, {{local: club}}'
        moderators = f'slack: ["{club.henry.id}"], local: [henry]'
        more = {"50m": "Fifth?", "3h": "Sixth?", "210m": "Seventh?", "4h": "Eighth?"}
        club.agenda("urojc", rooms, moderators, TOPICS | more, "6h")
        await club.start()
        texts: list[str] = []

        async def everywhere(*topics: str) -> None:
            await club.posted("Welcome", *topics)
            await club.until(lambda: in_discord(there) == list(topics))
            await club.until(lambda: in_house(club) == ["Welcome", *topics])

        def stands(names: Sequence[str], *, without: str) -> bool:
            """Whether the two rooms that are there have these topics, and nothing else."""
            other = in_discord(there) == names
            if without == "Discord":
                other = club.posts == ["Welcome", *names]
            return other and in_house(club) == ["Welcome", *names]

        async def said(when: str) -> None:
            """Let somebody answer on each platform that is there, and in the room of ours."""
            own = [f"T1: Ann on Discord {when}", f"T1: Maria on Slack {when}", f"T1: Eve {when}"]
            await ann.say(there.threads[0], own[0])
            await club.say(club.maria, own[1])
            if club.process.runs:
                assert (await eve.say("club", own[2])).status == 200
            texts.extend(own[: 3 if club.process.runs else 2])
            club.said.extend(own)

        async with club.process.guest("club", "Eve") as eve:
            await club.later(minutes=10)
            await everywhere("T1")
            await said("at first")
            await club.is_kept(CHAT, texts)
            await club.process.kill()
            await said("while it was down")
            await club.later(minutes=10)
            await club.start()
            await everywhere("T1", "T2")
            await club.is_kept(CHAT, texts)

            await club.slack.outage()
            for minutes, topics in ((10, 3), (10, 4), (20, 5), (20, 5)):
                await club.later(minutes=minutes)
                names = [f"T{number}" for number in range(1, topics + 1)]
                await club.until(partial(stands, names, without="Slack"))
            await said("while Slack was away")
            assert club.posts == ["Welcome", "T1", "T2"]
            back = club.now
            await club.slack.recover()
            for names in (["T3"], ["T3", "T4"], ["T3", "T4", "T5"]):
                await club.posted("Welcome", "T1", "T2", *names)
                await club.later(minutes=2)
            await club.is_kept(CHAT, texts)
            third, fourth, fifth = (club.topic(number).at for number in (3, 4, 5))
            assert third - back < timedelta(minutes=1)
            for earlier, later in ((third, fourth), (fourth, fifth)):
                assert timedelta(minutes=2) <= later - earlier < timedelta(minutes=3)

            await club.later(hours=1, minutes=50)
            names = ["T1", "T2", "T3", "T4", "T5", "T6"]
            await everywhere(*names)
            await said("when all were there")
            await club.is_kept(CHAT, texts)

            await club.discord.outage()
            for minutes, topics in ((30, 7), (30, 8), (5, 8)):
                await club.later(minutes=minutes)
                names = [f"T{number}" for number in range(1, topics + 1)]
                await club.until(partial(stands, names, without="Discord"))
            await said("while Discord was away")
            assert in_discord(there) == names[:6]
            back = club.now
            await club.discord.recover()
            await club.until(lambda: in_discord(there) == names[:7])
            assert topic_in(there, 7) - back < timedelta(minutes=1)
            await club.later(minutes=2)
            await everywhere(*names)
            assert topic_in(there, 8) - topic_in(there, 7) >= timedelta(minutes=2)
            await said("at the end")
            await club.is_kept(CHAT, texts)
            await club.later(hours=2)
            await everywhere(*names, "Closed")
            await one_transcript(club, there, texts)


async def one_transcript(club: OnSlack, there: DiscordChannel, texts: Sequence[str]) -> None:
    """See that all rooms were told the same, and that one transcript has everybody's answers."""
    counts = f"3 participants wrote {len(texts)} messages."
    assert counts in club.own[-1].text
    assert counts in there.threads[0].messages[-1].content
    closed = "SELECT text FROM messages WHERE room = 'local:club' AND text LIKE 'Closed%'"
    ((text,),) = club.process.rows(closed)
    assert counts in str(text)
    page = (await club.handed_over(CHAT)).content.decode()
    assert [text for text in texts if text not in page] == []
    exported = (await club.process.export(CHAT)).decode()
    assert [text for text in texts if text not in exported] == []
