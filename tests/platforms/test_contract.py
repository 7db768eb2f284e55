"""What the outbox may rely on, of every platform: the same promises, kept by each in its way."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine.actions import Action, Archive, KeepOpen, Moment, Post, PostKind, Thread
from bot.engine.agenda import Room
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Errand, File, Platform, Receipt
from tests.platforms.discord_house import on_discord

AT = datetime(2026, 12, 6, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Place:
    """A platform, a room there, and what stands in it."""

    platform: Platform
    room: Room
    clock: Callable[[], datetime]
    posts: Callable[[], int | None]  # None: they are not kept there but in the store

    def post(self, kind: PostKind, *words: str | Moment, topic: int | None = None) -> Post:
        opens = Thread("A club", timedelta(hours=48)) if kind is PostKind.OPENING else None
        return Post(self.room, kind, words, topic, opens)

    async def perform(
        self,
        key: str,
        action: Action,
        since: datetime | None = None,
        files: tuple[File, ...] = (),
    ) -> Receipt:
        return await self.platform.perform(Errand(key, action, self.clock(), since, files))


@contextlib.asynccontextmanager
async def local(_tmp_path: Path) -> AsyncIterator[Place]:
    yield Place(LocalRooms(), Room("local", "club"), lambda: AT, lambda: None)


@contextlib.asynccontextmanager
async def discord(tmp_path: Path) -> AsyncIterator[Place]:
    async with on_discord(tmp_path) as house:

        def posts() -> int:
            there = [house.channel, *house.channel.threads]
            return len([one for place in there for one in place.messages if one.content])

        yield Place(house.discord, house.room, house.clock, posts)


@pytest.fixture(params=[local, discord], ids=["local", "discord"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    made: Callable[[Path], AbstractAsyncContextManager[Place]] = request.param
    async with made(tmp_path) as found:
        yield found


async def test_a_post_has_a_name_of_its_own_its_time_and_its_text(place: Place) -> None:
    words = ("Opens ", Moment(AT), ".")
    receipt = await place.platform.perform(
        Errand("a/1/0", place.post(PostKind.REMINDER, *words), place.clock())
    )
    assert receipt.ref
    assert receipt.text == f"Opens <t:{int(AT.timestamp())}:F>."
    assert abs(receipt.at - place.clock()) < MINUTE
    assert receipt.at.tzinfo is UTC


async def test_the_same_action_again_is_the_same_post(place: Place) -> None:
    """Also when it is said to have been tried before, and whatever comes between."""
    began = place.clock()
    opening = place.post(PostKind.OPENING, "Welcome.")
    first = await place.perform("a/2/0", opening)
    await place.platform.perform(
        Errand("a/3/0", place.post(PostKind.NOTICE, "Between."), place.clock())
    )
    for since in (None, began):
        again = await place.perform("a/2/0", opening, since=since)
        assert (again.ref, again.text, again.thread) == (first.ref, first.text, first.thread)
    assert place.posts() in (None, 2)


async def test_equal_words_of_different_actions_are_different_posts(place: Place) -> None:
    notice = place.post(PostKind.NOTICE, "Topics are posted again.")
    refs = {(await place.perform(f"a/{n}/0", notice)).ref for n in (1, 2)}
    assert len(refs) == 2
    assert place.posts() in (None, 2)


async def test_a_post_may_bring_files(place: Place) -> None:
    post = place.post(PostKind.CLOSING, "Closed.")
    files = (File("a.png", b"\x89PNG", "A picture."), File("a.html", b"<p>"))
    receipt = await place.perform("a/9/0", post, files=files)
    assert receipt.text == "Closed."


async def test_the_end_can_be_done_twice_and_where_nothing_is_open(place: Place) -> None:
    receipt = await place.platform.perform(
        Errand("a/2/0", place.post(PostKind.OPENING, "Welcome."), place.clock())
    )
    threads = (receipt.thread,) if receipt.thread else ()
    for action in (
        KeepOpen(place.room, threads),
        Archive(place.room, threads),
        Archive(place.room, threads),
        Archive(place.room),
    ):
        done = await place.perform("a/8/0", action)
        assert (done.ref, done.text) == ("", "")
