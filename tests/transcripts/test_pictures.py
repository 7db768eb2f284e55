"""The two pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.messages import Message
from bot.transcripts.pictures import WIDTH, by_topic, levels, over_time
from bot.transcripts.summary import Summary, summarise
from tests.transcripts.club import (
    AGENDA,
    CHAT,
    CLOSES,
    HOME,
    LOG,
    OPENS,
    SIGNALS,
    after,
    heard,
    kept,
    posted,
)

SVG = "{http://www.w3.org/2000/svg}"


async def summary(messages: Sequence[Message], log: Sequence[events.Event] = LOG) -> Summary:
    async with kept(messages, log) as (tables, chat):
        return (await summarise(tables, chat))[0]


async def club_summary() -> Summary:
    return await summary(heard(CHAT, SIGNALS))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


async def test_messages_over_the_window_are_bars_as_high_as_their_number() -> None:
    svg = over_time(await club_summary(), alone=True)
    bars = [rect for rect in parsed(svg).iter(f"{SVG}rect") if rect.get("class") == "a"]
    assert len(bars) == 5  # the hours in which anything was said
    heights = [float(bar.get("height") or 0) for bar in bars]
    assert heights == pytest.approx([150 * n / 8 for n in (8, 3, 1, 2, 1)], abs=0.1)
    places = [float(bar.get("x") or 0) for bar in bars]
    hour = (WIDTH - 52 - 12) / 48
    assert places == pytest.approx([52 + hour * (n + 0.1) for n in (0, 6, 20, 24, 32)], abs=0.1)


async def test_topics_are_marked_where_they_came_and_times_stand_in_the_chats_zone() -> None:
    svg = over_time(await club_summary(), alone=True)
    assert [text for text in texts(svg) if text.startswith("T")][-3:] == ["T1", "T2", "T4"]
    assert "07:00" in texts(svg)
    assert "Mon 7 Dec" in texts(svg)
    assert "0" in texts(svg)
    assert "8" in texts(svg)


async def test_topics_are_pairs_of_bars_with_their_numbers() -> None:
    svg = by_topic(await club_summary(), alone=True)
    assert texts(svg) == [
        "messages", "participants", "T1", "8", "6", "T2", "5", "3", "T3", "left out",
        "T4", "3", "2", "T5", "not posted",
    ]  # fmt: skip


async def test_a_picture_is_described_in_words() -> None:
    found = await club_summary()
    for svg, words in (
        (over_time(found, alone=True), "15 messages in the window. Busiest hour: Mon 7 Dec 07:00"),
        (by_topic(found, alone=True), "T1: 8 messages by 6 participants; T2: 5 messages by 3"),
    ):
        root = parsed(svg)
        assert root.get("role") == "img"
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert title.text
        assert desc is not None
        assert words in (desc.text or "")


async def test_a_picture_on_its_own_brings_its_sheet_and_one_in_a_page_does_not() -> None:
    found = await club_summary()
    for draw in (over_time, by_topic):
        assert "<style>" in draw(found, alone=True)
        assert "<style" not in draw(found)
        assert "style=" not in draw(found)
        assert draw(found) == draw(found)


async def test_an_empty_chat_has_pictures_too() -> None:
    found = await summary([], LOG[:1])
    assert "No messages" in texts(over_time(found, alone=True))
    svg = by_topic(found, alone=True)
    assert texts(svg).count("not posted") == 4
    planned = events.Planned(OPENS, "c", "c", replace(AGENDA, topics=()), OPENS, CLOSES)
    none = await summary([], [planned])
    assert "No topics" in texts(by_topic(none, alone=True))


@pytest.mark.parametrize("hours", [0.5, 1, 3, 24, 48, 240, 744])
async def test_a_window_of_any_length_has_at_most_sixty_bars_and_seven_times(hours: float) -> None:
    closes = OPENS + timedelta(hours=hours)
    log: list[events.Event] = [
        events.Planned(after(days=-1), CHAT.id, "urojc", AGENDA, OPENS, closes),
        events.Opened(OPENS),
        events.TopicOpened(OPENS, 1),
        posted(1, OPENS, HOME),
    ]
    messages = [
        Message(CHAT.id, HOME, f"{n}", said=True, at=OPENS + (closes - OPENS) * n / 400, author="a")
        for n in range(400)
    ]
    found = await summary(messages, log)
    svg = over_time(found, alone=True)
    bars = list(parsed(svg).iter(f"{SVG}rect"))
    assert 18 <= len(bars) <= 60
    times = [text for text in texts(svg) if re.fullmatch(r"\d\d:\d\d", text)]
    assert len(times) <= 7
    assert sum(step.messages for step in found.steps) == 400
    assert sum(step.messages for step in found.hours) == 400


async def test_topics_that_came_at_once_are_marked_without_covering_one_another() -> None:
    log: list[events.Event] = [
        events.Planned(after(days=-1), CHAT.id, "urojc", AGENDA, OPENS, CLOSES),
        events.Opened(OPENS),
    ]
    for number in range(1, 5):
        log += [events.TopicOpened(OPENS, number), posted(number, after(seconds=number), HOME)]
    svg = over_time(await summary([], log), alone=True)
    labels = [e for e in parsed(svg).iter(f"{SVG}text") if e.get("class") == "t"]
    places = [(e.get("x"), e.get("y")) for e in labels]
    assert len(places) == len(set(places)) == 2  # two rows; the others are lines alone
    assert svg.count('class="m"') == 4


@given(st.integers(0, 10**7))
def test_levels_are_few_round_and_reach_the_highest_bar(most: int) -> None:
    found = levels(most)
    assert 2 <= len(found) <= 5
    assert found[0] == 0
    assert found[-1] >= most
    assert found[-2] < most or most == 0
    assert {f"{step:d}".rstrip("0") for step in (found[1],)} <= {"1", "2", "5"}
