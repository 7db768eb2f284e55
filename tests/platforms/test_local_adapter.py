"""The built-in room does each action once, however often it is asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.engine.actions import Archive, KeepOpen, Moment, Post, PostKind
from bot.engine.agenda import Room
from bot.platforms.local_adapter import LocalRooms, text_of
from bot.platforms.platform import Errand, NotThere, Receipt

ROOM = Room("local", "urojc")
NOW = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)


async def test_a_post_is_named_by_its_key_so_that_it_exists_once() -> None:
    post = Post(ROOM, PostKind.TOPIC, ("T3: Why?",), topic=3)
    rooms = LocalRooms()
    first = await rooms.perform(Errand("urojc-2026-12-07/7/0", post, NOW))
    assert first == Receipt(NOW, "urojc-2026-12-07.7.0", "T3: Why?", "T3")
    assert (await rooms.perform(Errand("urojc-2026-12-07/7/0", post, NOW))).ref == first.ref
    assert (await rooms.perform(Errand("urojc-2026-12-07/7/1", post, NOW))).ref != first.ref


async def test_what_is_only_looked_for_stands_nowhere_for_what_stands_is_recorded() -> None:
    post = Post(ROOM, PostKind.TOPIC, ("T3: Why?",), topic=3, only_found=True)
    with pytest.raises(NotThere):
        await LocalRooms().perform(Errand("c/7/0", post, NOW))


async def test_only_a_topics_first_part_is_a_thread() -> None:
    part = Post(ROOM, PostKind.TOPIC, ("(2/2) and how?",))
    assert (await LocalRooms().perform(Errand("c/7/1", part, NOW))).thread is None


async def test_locking_and_archiving_are_done_as_soon_as_they_are_recorded() -> None:
    for action in (KeepOpen(ROOM), Archive(ROOM)):
        assert await LocalRooms().perform(Errand("c/9/1", action, NOW)) == Receipt(NOW)


def test_times_are_kept_as_times() -> None:
    assert text_of(("Opens ", Moment(NOW), ".")) == "Opens <t:1796587200:F>."
