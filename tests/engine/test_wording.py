"""What the bot says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import signals, wording
from bot.engine.actions import Enclosure, Moment, Post, PostKind, Thread, Words
from bot.engine.agenda import Reading, Room, Topic
from bot.engine.events import Opened
from bot.engine.messages import Tally
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


# ---------------------------------------------------------------- rooms with other talk too

CHANNEL, OTHER = Room("discord", "9"), Room("discord", "8")


def posted(chat: Script, kind: PostKind, room: Room = CHANNEL) -> list[Post]:
    return [a for a in chat.actions if isinstance(a, Post) and (a.kind, a.room) == (kind, room)]


def on_discord(*after: str, rooms: tuple[Room, ...] = (CHANNEL,), **fields: object) -> Script:
    """Return a chat on Discord that has just opened."""
    chat = Script(agenda(*after, rooms=rooms, **fields))  # type: ignore[arg-type]
    chat.passes("24h")
    return chat


@pytest.mark.parametrize(
    ("fields", "how"),
    [
        (
            {"hashtag": "#urojc"},
            (
                "Answer in the thread below: begin with T1 (or A1) for topic 1, or reply to its "
                "post. In the channel itself put #urojc into your answer."
            ),
        ),
        (
            {},
            "Answer in the thread below: begin with T1 (or A1) for topic 1, or reply to its post.",
        ),
        (
            {"hashtag": "#urojc", "thread_per_topic": True},
            (
                "Each topic has a thread: answer there. In the channel itself put #urojc into your "
                "answer."
            ),
        ),
    ],
)
def test_the_opening_says_where_people_answer_in_a_channel(
    fields: dict[str, object], how: str
) -> None:
    chat = on_discord("0m", rooms=(CHANNEL, ROOM), **fields)
    (opening,) = posted(chat, PostKind.OPENING)
    assert wording.plain(opening.words).partition("\n\n")[2] == (
        f"{how}\n\nThe chat is open from 2026-12-06 20:00 UTC on. T1 follows now. "
        "The chat closes 2026-12-08 20:00 UTC."
    )
    (own,) = posted(chat, PostKind.OPENING, ROOM)
    assert "begin with T1 (or A1), or reply to it.\n\nT1 follows" in wording.plain(own.words)


def test_a_chats_thread_bears_its_title_and_lasts_as_long_as_it() -> None:
    chat = on_discord("0m")
    (opening,) = posted(chat, PostKind.OPENING)
    assert opening.opens == Thread("Urology Journal Club", timedelta(hours=48))
    (topic,) = posted(chat, PostKind.TOPIC)
    assert topic.opens is None


def test_with_a_thread_for_each_topic_it_bears_the_question() -> None:
    chat = on_discord("0m", "6h", thread_per_topic=True)
    chat.asks("extend 2h")
    chat.passes("6h")
    (opening,) = posted(chat, PostKind.OPENING)
    assert opening.opens is None
    assert [topic.opens for topic in posted(chat, PostKind.TOPIC)] == [
        Thread("T1: Question 1?", timedelta(hours=48)),
        Thread("T2: Question 2?", timedelta(hours=50)),
    ]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A club\nof two  lines", "A club of two lines"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 99 + "…"),
        ("word " * 30, "word " * 19 + "word…"),
    ],
)
def test_a_threads_name_is_one_line_of_a_hundred_characters(title: str, name: str) -> None:
    (opening,) = posted(on_discord("0m", title=title), PostKind.OPENING)
    assert opening.opens is not None
    assert opening.opens.name == name
    assert len(name) <= 100


def test_a_long_topics_thread_hangs_from_its_first_part_alone() -> None:
    long_topic = (Topic("Why? " * 800, timedelta(0)),)
    chat = on_discord(topics=long_topic, thread_per_topic=True)
    first, *more = posted(chat, PostKind.TOPIC)
    assert first.opens is not None
    assert more
    assert all((part.opens, part.topic) == (None, None) for part in more)


def test_reminders_alone_notify_and_each_on_its_own_platform() -> None:
    chat = Script(
        agenda(
            "0m", rooms=(CHANNEL, ROOM), reminders=(timedelta(hours=1),), publish=True,
            notify={"discord": "role:789"}, welcome="hello " * 900,
        )
    )  # fmt: skip
    chat.passes("25h")
    for command in ("pause", "resume", "extend 1h"):
        chat.asks(command)
    chat.passes("49h")
    chat.take(signals.Counted(chat.now, Tally()))
    posts = [action for action in chat.actions if isinstance(action, Post)]
    assert {post.kind for post in posts} == set(PostKind)
    notified = [(post.kind, post.room, post.notify) for post in posts if post.notify]
    assert notified == [(PostKind.REMINDER, CHANNEL, "role:789")]


def test_a_long_reminder_notifies_once() -> None:
    reading = Reading("word " * 900)
    chat = Script(
        agenda(
            "0m", rooms=(CHANNEL,), reminders=(timedelta(hours=1),), reading=reading,
            notify={"discord": "role:789"},
        )
    )  # fmt: skip
    chat.passes("23h")
    first, *more = posted(chat, PostKind.REMINDER)
    assert more
    assert [part.notify for part in (first, *more)] == ["role:789", *[""] * len(more)]


def test_the_closing_post_has_a_picture_and_the_transcript_follows_where_it_is_published() -> None:
    for publish in (True, False):
        chat = on_discord("0m", publish=publish, closing="Thanks. " * 400)
        chat.passes("49h")
        chat.actions = []
        chat.take(signals.Counted(chat.now, Tally(2, 1, 5)))
        first, *more = posted(chat, PostKind.CLOSING)
        assert first.encloses is Enclosure.PICTURE
        assert more
        assert all(part.encloses is None for part in more)
        published = posted(chat, PostKind.TRANSCRIPT)
        assert [post.encloses for post in published] == [Enclosure.TRANSCRIPT] * publish
        assert [wording.plain(post.words) for post in published] == [
            "The transcript of Urology Journal Club."
        ] * publish


# ---------------------------------------------------------------- in private, and to who asks

WHY = "the permission Send Messages is missing."


def test_a_refusal_names_the_room_the_reason_and_what_becomes_of_the_chat() -> None:
    chat = on_discord("0m", hashtag="#urojc").it
    words = wording.hindered(chat, CHANNEL, WHY)
    assert CHANNEL in words, "a platform can show its link"
    assert wording.plain(words) == (
        f"Urology Journal Club (#urojc) cannot go on in discord:9: {WHY} What was due there is "
        "posted as soon as it can be, while the chat is open."
    )
    assert wording.plain(wording.unhindered(chat, CHANNEL)) == (
        "Urology Journal Club (#urojc) goes on in discord:9."
    )


def test_a_lost_thread_is_told_with_what_follows() -> None:
    assert wording.plain(wording.thread_lost(on_discord("0m").it, CHANNEL)) == (
        "The thread of Urology Journal Club in discord:9 was deleted. The chat goes on in the "
        "channel itself, and its next topic opens another thread there. To end it type /chat close."
    )


def test_a_transcript_is_handed_over_with_the_counts_and_what_was_never_posted() -> None:
    chat = on_discord("0m", "1h", "2h", rooms=(CHANNEL, OTHER))
    chat.passes("2h")
    for action in chat.actions:
        if isinstance(action, Post) and action.topic == 2 and action.room == OTHER:
            chat.take(signals.Delivered(chat.now, "k", action, "m"))
    it = replace(chat.it, tally=Tally(1, 0, 1))
    assert wording.plain(wording.handed_over(it)) == (
        "Urology Journal Club is over. 1 participant wrote 1 message. The transcript comes with "
        "this message. T1, T2, T3 had not been posted in discord:9 by its end. T1, T3 had not been "
        "posted in discord:8 by its end."
    )


def test_a_room_is_no_text_until_a_platform_shows_it() -> None:
    parts = wording.in_parts(("word " * 30, CHANNEL, " word" * 30), 120)
    assert sum(piece == CHANNEL for part in parts for piece in part) == 1
    for part in parts:
        length = sum(
            len(piece) if isinstance(piece, str) else wording.MOMENT_LENGTH for piece in part
        )
        assert length <= 120
