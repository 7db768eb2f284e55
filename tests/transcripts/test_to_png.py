"""The picture of a closing post."""

from __future__ import annotations

import asyncio
import itertools
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.store.figures import Counts
from bot.transcripts.summary import Step, Summary, TopicSummary, step_of, summarise
from bot.transcripts.to_png import HEIGHT, MOST_DESCRIBED, WIDTH, described, picture
from tests.transcripts.club import CHAT, LOG, OPENS, SIGNALS, heard, kept

TEAL, ORANGE, RED = (43, 122, 120), (200, 128, 58), (162, 64, 47)
LEFT, RIGHT = 96, WIDTH - 44
LEGEND = 500
"""Above it stands the chat over time, below it how its topics were answered."""


async def club() -> Summary:
    async with kept(heard(CHAT, SIGNALS), LOG) as (tables, chat):
        return (await summarise(tables, chat))[0]


def chat(
    topics: Sequence[tuple[int, int]] = ((12, 8), (6, 6), (3, 2)),
    hours: float = 48,
    *,
    title: str = "Urology Journal Club",
    hashtag: str = "#urojc",
) -> Summary:
    """Return a chat whose topics came at equal distances, each with (messages, participants)."""
    window = timedelta(hours=hours)
    step = step_of(window)
    steps = [Step(OPENS + step * n, 0) for n in range(max(1, -(-window // step)))]
    found = []
    for place, (messages, participants) in enumerate(topics):
        at = OPENS + window * place / len(topics)
        found.append(TopicSummary(place + 1, "?", at, False, messages, participants, None, (), ()))
        slot = (at - OPENS) // step
        steps[slot] = replace(steps[slot], messages=steps[slot].messages + messages)
    agenda = replace(CHAT.agenda, title=title, hashtag=hashtag, window=window)
    return Summary(
        chat=replace(CHAT, agenda=agenda, opens_at=OPENS, closes_at=OPENS + window, closed_at=None),
        counts=Counts(
            messages=sum(m for m, _ in topics),
            participants=max((p for _, p in topics), default=0),
        ),
        median=1,
        most=1,
        hours=(),
        busiest=None,
        steps=tuple(steps),
        topics=tuple(found),
        links=(),
        further_links=0,
    )


def pixels(file: bytes) -> Image.Image:
    return Image.open(BytesIO(file)).convert("RGB")


def runs(file: bytes, colour: tuple[int, int, int], y: int, top: int = 0) -> list[tuple[int, int]]:
    """Return the bars of a colour that stand just above `y` as (middle, height), from the left."""
    image = pixels(file)

    def of_colour(x: int, at: int) -> bool:
        found = image.getpixel((x, at))
        assert isinstance(found, tuple)
        return all(abs(a - b) <= 12 for a, b in zip(found, colour, strict=True))

    bars, x = [], LEFT
    while x < RIGHT:
        end = x
        while end < RIGHT and of_colour(end, y):
            end += 1
        if end > x:
            middle, high = (x + end) // 2, 0
            while y - high > top and of_colour(middle, y - high):
                high += 1
            bars.append((middle, high))
        x = end + 1
    return bars


def base_of(file: bytes, top: int, bottom: int) -> int:
    """Return the last line of the bars between two heights: the one above the axis."""
    image = pixels(file).crop((LEFT, top, RIGHT, bottom))
    apart = ImageChops.difference(image, Image.new("RGB", image.size, TEAL))
    teal = apart.convert("L").point(lambda value: 255 * (value == 0)).getbbox()
    assert teal is not None
    return top + teal[3] - 1


def inked(file: bytes) -> tuple[int, int, int, int]:
    """Return the box around everything that is not paper: left, top, right, bottom."""
    image = pixels(file)
    paper = Image.new("RGB", image.size, image.getpixel((0, 0)))
    box = ImageChops.difference(image, paper).getbbox()
    assert box is not None
    return box


def assert_nothing_is_cut(file: bytes) -> None:
    left, top, right, bottom = inked(file)
    assert left >= 6
    assert top >= 30
    assert right <= WIDTH - 6
    assert bottom <= HEIGHT - 20
    assert len(file) < 60_000


async def test_a_picture_is_a_small_png_and_the_same_each_time() -> None:
    summary = await club()
    file = picture(summary)
    image = Image.open(BytesIO(file))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    assert 10_000 < len(file) < 60_000
    assert picture(summary) == file
    assert await asyncio.to_thread(picture, pickle.loads(pickle.dumps(summary))) == file


async def test_messages_over_the_window_are_bars_as_high_as_their_number() -> None:
    file = picture(await club())
    bars = runs(file, TEAL, base_of(file, 0, LEGEND - 40))
    one = bars[2][1]
    assert [round(high / one) for _, high in bars] == [8, 3, 1, 2, 1]
    hour = (RIGHT - LEFT) / 48
    wanted = [LEFT + hour * (n + 0.5) for n in (0, 6, 20, 24, 32)]
    assert [x for x, _ in bars] == pytest.approx(wanted, abs=2)


async def test_topics_are_marked_where_they_came() -> None:
    file = picture(await club())
    roof = base_of(file, 0, LEGEND - 40) - 50
    marked = {x for y in range(roof, roof + 8) for x, _ in runs(file, RED, y)}
    hour = (RIGHT - 2 - LEFT) / 48
    assert sorted(marked) == pytest.approx([LEFT + 1 + hour * n for n in (0, 6, 24)], abs=1)


async def test_topics_are_pairs_of_bars_and_those_left_out_have_none() -> None:
    file = picture(await club())
    base = base_of(file, LEGEND, HEIGHT)
    messages, participants = runs(file, TEAL, base, LEGEND), runs(file, ORANGE, base, LEGEND)
    assert [high for _, high in messages] == [130, 81, 49]  # of 8, 5 and 3
    assert [high for _, high in participants] == [98, 49, 32]  # 6, 3 and 2
    column = (RIGHT - LEFT) / 5
    middles = [(m + p) / 2 for (m, _), (p, _) in zip(messages, participants, strict=True)]
    assert middles == pytest.approx([LEFT + column * (n + 0.5) for n in (0, 1, 3)], abs=2)


@pytest.mark.parametrize(
    ("title", "hashtag", "like"),
    [
        ("نادي المجلات", "#urojc", "#urojc"),
        ("Journal Club نادي", "#urojc", "#urojc"),
        ("نادي المجلات", "", "Monday 7 December 2026"),
        ("抄読会", "#抄読会", "Monday 7 December 2026"),
        ("🩺 Journal Club 👩🏽‍⚕️ für Ärzte ✨", "", "Journal Club für Ärzte"),
        ("🩺✨", "#urojc", "#urojc"),
    ],
)
def test_a_title_that_cannot_be_drawn_gives_way(title: str, hashtag: str, like: str) -> None:
    assert picture(chat(title=title, hashtag=hashtag)) == picture(chat(title=like))
    assert picture(chat(title=like)) != picture(chat(title="Something else"))


@pytest.mark.parametrize("title", ["W" * 200, "Urinary tract " * 14, "i" * 200, "Ω я ž " * 33])
def test_a_title_of_two_hundred_characters_stays_within_the_margins(title: str) -> None:
    file = picture(chat(title=title))
    left, top, right, _ = inked(file)
    assert 40 <= left <= 48
    assert top >= 30
    assert right <= RIGHT
    assert runs(file, TEAL, base_of(file, 0, LEGEND - 40))


@given(st.text(max_size=200))
@settings(max_examples=30, deadline=None)
def test_any_title_gives_a_picture(title: str) -> None:
    file = picture(chat(title=title))
    assert_nothing_is_cut(file)


@pytest.mark.parametrize("number", [0, 1, 2, 7, 12, 30, 100, 700])
@pytest.mark.parametrize("messages", [0, 1, 999, 12_345])
def test_any_number_of_topics_and_answers_fits(number: int, messages: int) -> None:
    file = picture(chat([(messages, messages // 3)] * number))
    assert_nothing_is_cut(file)
    if number and messages:
        base = base_of(file, LEGEND, HEIGHT)
        if number <= 100:
            assert len(runs(file, TEAL, base, LEGEND)) == number


@pytest.mark.parametrize("hours", [0, 0.02, 0.5, 1, 3, 24, 47, 48, 167, 240, 744])
def test_a_window_of_any_length_fits(hours: float) -> None:
    file = picture(chat(hours=hours, topics=((400, 90), (300, 80))))
    assert_nothing_is_cut(file)
    assert runs(file, TEAL, base_of(file, 0, LEGEND - 40))


def test_a_mark_stands_at_its_share_of_the_window() -> None:
    file = picture(chat([(1, 1)] * 8))
    roof = base_of(file, 0, LEGEND - 40) - 50
    marked = {x for y in range(roof, roof + 8) for x, _ in runs(file, RED, y)}
    eighth = (RIGHT - 2 - LEFT) / 8
    assert sorted(marked) == pytest.approx([LEFT + 1 + eighth * n for n in range(8)], abs=1)


@pytest.mark.parametrize(("number", "named"), [(1, 1), (7, 7), (13, 13), (30, 15), (100, 10)])
def test_names_under_the_bars_do_not_touch(number: int, named: int) -> None:
    file = picture(chat([(9, 3)] * number))
    axis = base_of(file, LEGEND, HEIGHT)
    band = pixels(file).convert("L").crop((0, axis + 16, WIDTH, axis + 44))
    dark = band.point(lambda value: 255 * (value < 200)).resize((WIDTH, 1), Image.Resampling.BOX)
    columns = [x for x in range(WIDTH) if dark.getpixel((x, 0))]
    pairs = [
        (before, after) for before, after in itertools.pairwise(columns) if after >= before + 10
    ]
    starts, ends = [columns[0], *(a for _, a in pairs)], [*(b for b, _ in pairs), columns[-1]]
    middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
    column, every = (RIGHT - LEFT) / number, -(-number // named)
    wanted = [LEFT + column * (every * n + 0.5) for n in range(named)]
    assert middles == pytest.approx(wanted, abs=3)


def test_topics_that_came_at_once_are_all_marked() -> None:
    summary = chat([(1, 1)] * 4)
    topics = [
        replace(topic, posted_at=OPENS + timedelta(hours=n / 2))
        for n, topic in enumerate(summary.topics)
    ]
    file = picture(replace(summary, topics=tuple(topics)))
    roof = base_of(file, 0, LEGEND - 40) - 20
    marked = {x for y in range(roof, roof + 8) for x, _ in runs(file, RED, y)}
    assert len(marked) == 4


def test_an_empty_chat_has_a_picture_without_bars() -> None:
    image = pixels(picture(chat([(0, 0)] * 3)))
    assert all(image.getpixel((x, 340)) != TEAL for x in range(WIDTH))
    assert pixels(picture(chat([]))).size == (WIDTH, HEIGHT)


async def test_what_is_seen_is_said_in_words_too() -> None:
    assert described(await club()) == (
        "15 messages in the window. Busiest hour: Mon 7 Dec 07:00 to 08:00 with 8 messages. "
        "Topics posted: T1 Mon 7 Dec 07:00, T2 Mon 7 Dec 13:00, T4 Tue 8 Dec 07:00. "
        "T1: 8 messages by 6 participants; T2: 5 messages by 3 participants; T3: 0 messages by 0 "
        "participants; T4: 3 messages by 2 participants; T5: 0 messages by 0 participants."
    )
    assert described(chat([])) == "0 messages in the window."


def test_a_long_description_is_cut_where_platforms_cut_it() -> None:
    for number in range(1, 60):
        words = described(chat([(number**4, number)] * number))
        assert len(words) <= MOST_DESCRIBED
        assert words.endswith("…" if number > 30 else (".", "…"))
