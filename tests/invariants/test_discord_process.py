"""Chats on Discord, held by the program through restarts, cut lines and a clock that jumps."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.discord.messages import Message
from tests.discord.places import Channel
from tests.discord.threads import Thread
from tests.invariants.on_discord import OnDiscord, on_discord

Away = Callable[[OnDiscord], AbstractAsyncContextManager[None]]
"""What keeps the program from hearing while the block runs; ten minutes pass by the end of it."""


@contextlib.asynccontextmanager
async def ended(club: OnDiscord) -> AsyncIterator[None]:
    assert await club.process.stop() == 0
    yield
    await club.later(minutes=10)
    await club.start()


@contextlib.asynccontextmanager
async def killed(club: OnDiscord) -> AsyncIterator[None]:
    await club.process.kill()
    yield
    await club.later(minutes=10)
    await club.start()


@contextlib.asynccontextmanager
async def cut(club: OnDiscord) -> AsyncIterator[None]:
    gateway = club.discord.gateway
    gateway.is_shut, resumes = True, gateway.resumes
    gateway.drop()
    yield
    gateway.is_shut = False
    await club.until(lambda: gateway.resumes > resumes)
    await club.later(minutes=10)  # not before: after some minutes nothing is resumed


@contextlib.asynccontextmanager
async def cut_for_good(club: OnDiscord) -> AsyncIterator[None]:
    gateway = club.discord.gateway
    gateway.is_shut, identifies = True, gateway.identifies
    gateway.lose_sessions()
    yield
    await club.later(minutes=10)
    gateway.is_shut = False
    await club.until(lambda: gateway.identifies > identifies)
    await club.connected()


@dataclass
class Held:
    """A chat that is held, and what of it is to be kept."""

    name: str
    id: str
    channel: Channel
    thread: Thread
    talk: list[Message] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """What stands there now of what people said."""
        return [message.content for message in self.talk if not message.deleted]


async def held(club: OnDiscord, name: str, channel: Channel) -> Held:
    """Let the moderator open a chat."""
    thread = await club.open(name, channel)
    await club.posted(thread, "T1")
    return Held(name, f"{name}-{club.now:%Y-%m-%d}", channel, thread)


async def talk(club: OnDiscord, chats: Sequence[Held], when: str) -> None:
    """Let people say something in every chat, in each of the ways that belong to it."""
    for chat in chats:
        opening = chat.channel.message(chat.thread.id)
        chat.talk += [
            await club.say(club.maria, chat.thread, f"T1: Maria in {chat.name} {when}"),
            await club.say(club.joao, chat.channel, f"João with #{chat.name} {when}"),
            await club.say(
                club.joao, chat.channel, f"João replies in {chat.name} {when}", reply_to=opening
            ),
            await club.say(club.maria, chat.thread, f"to be deleted in {chat.name} {when}"),
        ]
        await club.say(club.joao, chat.channel, f"of something else, {chat.name} {when}")


async def change(club: OnDiscord, chats: Sequence[Held]) -> None:
    """Let people edit and delete what they said last."""
    for chat in chats:
        *_, edited, _, _, deleted = chat.talk
        await club.maria.edit(edited, f"{edited.content} (edited)")
        await club.maria.delete(deleted)


async def shut_in_one(club: OnDiscord, thread: Thread) -> None:
    """See a thread locked and archived, by one request."""
    await club.until(lambda: thread.locked and thread.archived)
    shut = club.sent("PATCH", f"/channels/{thread.id}")
    assert [call.body for call in shut] == [{"locked": True, "archived": True}]


async def whole(club: OnDiscord, chat: Held, topics: Sequence[str]) -> None:
    """See that a chat was held as it should, from the opening to the transcript."""
    await club.posted(chat.thread, *topics, "Closed")
    await shut_in_one(club, chat.thread)
    closing = chat.thread.messages[-1]
    assert f"2 participants wrote {len(chat.texts)} messages." in closing.content
    assert [one.file.content[:4] for one in closing.attachments] == [b"\x89PNG"]
    assert [p for p in club.posts(chat.channel) if p != "Welcome"] == []
    await club.is_kept(chat.id, chat.texts)
    page = (await club.handed_over(chat.id)).content.decode()
    assert [text for text in chat.texts if text not in page] == []


TOPICS = {"0m": "First?", "10m": "Second?", "20m": "Third?"}


@pytest.mark.parametrize(
    "aways",
    [
        pytest.param((ended, killed), id="restart"),
        pytest.param((cut, cut_for_good), id="cut"),
    ],
)
async def test_chats_beside_one_another_live_through(tmp_path: Path, aways: Sequence[Away]) -> None:
    async with on_discord(tmp_path) as club:
        journal, tweets, reading = map(club.guild.channel, ("journal", "tweets", "reading"))
        club.agenda("urojc", journal, TOPICS, "48h")
        club.agenda("meded", tweets, TOPICS, "1h", "2034-12-04 07:00")
        club.agenda("alpha", reading, TOPICS, "2h")
        club.agenda("beta", reading, TOPICS, "3h")
        await club.start()
        await club.announced("meded", "alpha", "beta", "urojc")
        await club.later(minutes=10)
        chats = [
            Held("meded", "meded-2034-12-04", tweets, await club.thread(tweets)),
            await held(club, "urojc", journal),
            await held(club, "alpha", reading),
            await held(club, "beta", reading),
        ]
        for number, away in enumerate(aways, 1):
            for chat in chats:
                await club.posted(chat.thread, *("T1", "T2")[:number])
            await talk(club, chats, f"before {away.__name__}")
            for chat in chats:
                await club.is_kept(chat.id, chat.texts)
            async with away(club):
                await change(club, chats)
                await talk(club, chats, f"while {away.__name__}")
                await change(club, chats)
        for chat in chats:
            await club.posted(chat.thread, "T1", "T2", "T3")
            await club.is_kept(chat.id, chat.texts)
        await club.later(hours=48)
        for chat in chats:
            await whole(club, chat, ("T1", "T2", "T3"))


async def test_a_clock_that_jumps_48_hours(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as club:
        journal, forum, weeks, later = map(
            club.guild.channel, ("journal", "forum", "weeks", "later")
        )
        club.agenda("urojc", journal, {"0m": "First?", "1m": "Second?"}, "48h")
        club.agenda(
            "forum", forum, {"0m": "First?", "1m": "Second?"}, "48h", threads="per_topic",
            publish="true",
        )  # fmt: skip
        asks = {"0m": "First?", "10h": "Second?", "20h": "Third?", "60h": "Fourth?"}
        club.agenda("week", weeks, asks, "10d")
        club.agenda("later", later, {"0m": "First?", "5m": "Second?"}, "1h", "2034-12-06 06:40")
        club.agenda("moved", later, {"0m": "First?"}, "1h", "2034-12-20 07:00")
        dropped = club.agenda("dropped", later, {"0m": "First?"}, "1h", "2034-12-21 07:00")
        await club.start()
        await club.announced("later", "moved", "dropped", "forum", "urojc", "week")
        club.agenda("moved", later, {"0m": "First?"}, "1h", "2034-12-22 07:00")
        dropped.unlink()
        urojc = await held(club, "urojc", journal)
        week = await held(club, "week", weeks)
        await club.ask("start", forum, series="forum")
        await club.posted(forum, "Welcome", "T1")
        await club.later(minutes=1)
        await club.posted(urojc.thread, "T1", "T2")
        await club.posted(week.thread, "T1")
        await club.until(lambda: len(forum.threads) == 2)
        await talk(club, [urojc, week], "before")

        await club.later(hours=48)
        await whole(club, urojc, ["T1", "T2"])
        await club.posted(week.thread, "T1", "T2")
        await club.posted(forum, "Welcome", "T1", "T2", "Closed", "The")
        published = [one.file for one in forum.messages[-1].attachments]
        assert [(one.name, "Second?" in one.content.decode()) for one in published] == [
            ("forum-2034-12-04-public.html", True)
        ]
        for thread in forum.threads:
            await shut_in_one(club, thread)
        await club.posted(await club.thread(later), "T1")
        await club.later(minutes=1)
        await club.posted(week.thread, "T1", "T2")
        await club.later(minutes=1)
        await club.posted(week.thread, "T1", "T2", "T3")
        await club.posted(later.threads[0], "T1", "T2")

        urojc.thread.unlock()
        urojc.thread.unarchive_by_hand()
        late = await club.say(club.maria, urojc.thread, "Maria comes late")
        again = await held(club, "urojc", journal)
        await club.settled()
        await club.process.kill()
        await talk(club, [week, again], "while it is down")
        await club.later(hours=50)
        await club.start()
        await whole(club, again, ["T1"])
        await club.posted(week.thread, "T1", "T2", "T3", "T4")
        await club.announced("moved", "forum", "urojc", "week")
        (moved,) = [e for e in club.guild.schedule.payload() if "moved" in e["name"]]
        assert moved["scheduled_start_time"].startswith("2034-12-22T07:00")

        await club.later(hours=48)
        kept_open = f"/channels/{week.thread.id}"
        await club.until(lambda: len(club.sent("PATCH", kept_open)) == 2)
        assert [call.body for call in club.sent("PATCH", kept_open)] == [
            {"auto_archive_duration": 4320},
            {"auto_archive_duration": 10080},
        ]
        assert not urojc.thread.locked
        assert len(club.sent("PATCH", f"/channels/{urojc.thread.id}")) == 1
        of_it = "SELECT chat, text, timing FROM messages WHERE id = ?"
        assert club.process.rows(of_it, str(late.id)) == [(urojc.id, "", "late")]


async def test_every_command_is_answered_to_one_person_alone_within_three_seconds(
    tmp_path: Path,
) -> None:
    """`ask` sees to that; here it is that each does what it says."""
    async with on_discord(tmp_path) as club:
        journal = club.guild.channel("journal")
        club.agenda("urojc", journal, {"0m": "First?", "4h": "Second?", "8h": "Third?"}, "48h")
        await club.start()
        assert await club.henry.autocomplete(journal, "chat start", series="uro") == [
            {"name": "urojc: The urojc chat", "value": "urojc"}
        ]
        chat = await held(club, "urojc", journal)
        thread = chat.thread
        assert "for the moderators" in (await club.ask("next", thread, club.maria)).text
        await club.ask("next", thread)
        await club.posted(thread, "T1", "T2")
        await club.ask("skip", thread)
        await club.ask("topic", thread, text="Fourth?")
        await club.ask("next", thread)
        await club.posted(thread, "T1", "T2", "T4")
        await club.ask("pause", thread)
        await club.ask("resume", thread)
        await club.ask("extend", thread, by="2h")
        await club.posted(thread, "T1", "T2", "T4", "Paused", "Topics", "The")
        placed = await club.say(club.maria, thread, "Maria answers the first")
        gone = await club.say(club.maria, thread, "Maria takes this back")
        joao = await club.say(club.joao, thread, "João stays")
        await club.is_kept(chat.id, [one.content for one in (placed, gone, joao)])
        await (await (await club.henry.menu("Place under a topic", placed)).done()).choose(
            "T1: First?"
        )
        await (await club.maria.menu("Withdraw", gone)).done()
        assert "urojc" in (await club.ask("status", thread)).text
        assert "3 of 4 topics posted" in (await club.ask("status", thread)).text
        assert "Since you last wrote" in (await club.ask("catchup", thread, club.joao)).text
        await club.is_kept(chat.id, [placed.content, joao.content])
        await club.ask("withdraw", thread, club.joao)
        assert "is closed" in (await club.ask("close", thread)).text
        await club.until(lambda: thread.locked and thread.archived)
        (file,) = (await club.ask("transcript", journal, format="json")).files
        told = [one for one in json.loads(file.content)["messages"] if one["role"] != "bot"]
        assert [(one["text"], one["topics"], one["withdrawn"]) for one in told] == [
            (placed.content, [1], False),
            ("", [4], True),
            ("", [4], True),
        ]
