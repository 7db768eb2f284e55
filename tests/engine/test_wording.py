"""What the bot says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import commands, wording
from bot.engine.actions import Moment, Post, Words
from bot.engine.agenda import Reading
from bot.engine.events import Opened
from tests.engine.script import OPENS, ROOM, Script, agenda

NUMBERED = re.compile(r"\s*T\d")


def text(words: Words) -> str:
    return "".join(piece if isinstance(piece, str) else "<time>" for piece in words)


def test_the_opening_names_chat_reading_window_and_how_to_answer() -> None:
    reading = Reading("Smith A. A trial. 2026.", "10.1016/x", authors=("A Smith", "B Jones"))
    chat = Script(agenda("0m", "6h", hashtag="#urojc", reading=reading, welcome="Be kind.\n"))
    chat.passes("24h")
    assert chat.posted()[0] == (
        "Welcome to Urology Journal Club (#urojc).\n"
        "Reading: Smith A. A trial. 2026.\n"
        "https://doi.org/10.1016/x\n"
        "Authors: A Smith, B Jones\n\n"
        "Be kind.\n\n"
        "To answer topic 1 begin with T1 (or A1), or reply to it.\n\n"
        "T1 follows now. The chat closes 2026-12-08 20:00 UTC."
    )


def test_only_topics_begin_with_a_number_and_a_colon() -> None:
    plan = agenda(
        "0m", "6h", title="T9: a title", welcome="T8: hello", closing="T7: bye",
        reminders=(timedelta(hours=1),),
    )  # fmt: skip
    chat = Script(plan)
    chat.passes("24h")
    chat.asks("pause", after="1m")
    chat.asks("resume", after="1m")
    chat.asks("extend 1h", after="1m")
    posts = [action for action in chat.actions if isinstance(action, Post)]
    for post in posts:
        assert (post.topic is not None) == bool(NUMBERED.match(text(post.words)))


@pytest.mark.parametrize("platform", list(wording.LIMITS))
def test_a_long_topic_is_posted_whole_in_parts_and_the_first_bears_its_number(
    platform: str,
) -> None:
    question = " ".join(f"word{n} T3:" for n in range(2500))
    chat = Script(agenda("0m"))
    chat.passes("24h")
    topic = chat.it.topics[0]
    limit = wording.LIMITS[platform]
    parts = wording.in_parts((f"T{topic.number}: {question}", Moment(OPENS), "."), limit)
    texts = [text(part) for part in parts]
    assert len(parts) > 2
    assert all(len(part) <= limit for part in texts)
    assert texts[0].startswith("T1: word0")
    whole = texts[0] + "".join(part.split(") ", 1)[1] for part in texts[1:])
    assert whole == f"T1: {question}<time>."
    for n, part in enumerate(texts[1:], 2):
        assert part.startswith(f"({n}/{len(texts)}) ")


@given(st.text(max_size=400), st.integers(80, 120))
def test_parts_lose_nothing_whatever_the_text(said: str, limit: int) -> None:
    parts = [text(part) for part in wording.in_parts((said,), limit)]
    assert all(len(part) <= limit for part in parts)
    assert parts[0] + "".join(part.split(") ", 1)[1] for part in parts[1:]) == said


def test_the_first_part_of_a_topic_alone_is_the_topic() -> None:
    chat = Script(agenda("0m"))
    long_topic = agenda("0m", topics=chat.it.agenda.topics, welcome="x " * 5000)
    chat = Script(long_topic)
    posts = wording.posts(chat.it, Opened(OPENS), ROOM)
    assert len(posts) > 1
    assert all(post.topic is None for post in posts)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("next", "T2 is posted. Next: T3, <time>. The chat closes <time>."),
        ("skip", "T2 is left out. Next: T3, <time>. The chat closes <time>."),
        (
            "pause",
            (
                "Paused: the next topic waits until a moderator types /chat resume. "
                "The chat closes <time>."
            ),
        ),
        ("extend 2h", "Next: T2, <time>. The chat closes <time>."),
        ("topic More?", "T4 is added. It comes <time>, or with /chat next."),
        ("close", "Urology Journal Club is closed. The closing post and transcript follow."),
        ("place 17 T1", "Message 17 now stands under T1."),
        ("place 17 none", "Message 17 now stands under no topic."),
        ("withdraw", wording.WITHDRAWN),
    ],
)
def test_who_asks_is_told_what_became_of_it(command: str, answer: str) -> None:
    chat = Script(agenda("0m", "6h", "12h"))
    chat.passes("25h")
    happened = chat.asks(command)
    ask = commands.parse(command)[1]
    assert not isinstance(ask, commands.Question)
    assert text(wording.done(chat.it, ask, happened)) == answer


def test_an_added_topic_says_that_it_waits_for_the_pause_to_end() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    chat.asks("pause")
    happened = chat.asks("topic More?")
    told = text(wording.done(chat.it, commands.AddTopic("More?"), happened))
    assert told == "T3 is added. It comes once the chat is resumed <time>, or with /chat next."


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(days=2), "2 days"),
        (timedelta(days=1, hours=3), "1 day 3 h"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(0), "0 s"),
    ],
)
def test_a_length_of_time_is_written_as_people_say_it(span: timedelta, written: str) -> None:
    assert wording.duration(span) == written


def test_numbers_agree_with_their_nouns() -> None:
    assert [wording.count(n, "message") for n in (0, 1, 1200)] == [
        "0 messages", "1 message", "1,200 messages",
    ]  # fmt: skip
    assert [wording.replies(n) for n in (1, 2)] == ["1 reply", "2 replies"]
