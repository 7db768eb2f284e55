"""The headings of a transcript."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.engine import events
from bot.engine.fold import fold
from bot.engine.messages import Message, Timing
from bot.engine.people import Role
from bot.store import spoken
from bot.store.spoken import BEGINNING, Spoken
from bot.transcripts.course import Course, Part
from tests.transcripts.club import AWAY, CHAT, HOME, LOG, OPENS, after, kept, posted


async def lines(*messages: Message) -> list[Spoken]:
    async with kept(messages) as (tables, chat):
        return await spoken.page(tables.connection, chat.id, BEGINNING, 100)


def said(id_: str, at: datetime, timing: Timing = Timing.ON_TIME) -> Message:
    return Message(CHAT.id, HOME, id_, said=True, at=at, author="ann", timing=timing)


def post(id_: str, at: datetime) -> Message:
    return said(id_, at)._replace(role=Role.BOT, author="rounds")


async def headings(*messages: Message) -> list[tuple[str, str | None]]:
    """Return which line comes after which heading, asking as the writers do."""
    course = Course(CHAT)
    found: list[tuple[str, str | None]] = []
    for line in await lines(*messages):
        if line.at >= course.quiet_until or line.role == "bot":
            found += [(name(h.part, h.topic), None) for h in course.before(line)]
        found.append((line.id, course.current))
    return found + [(name(h.part, h.topic), None) for h in course.rest()]


def name(part: Part, topic: object) -> str:
    return f"T{topic.number}" if part is Part.TOPIC else part.value  # type: ignore[attr-defined]


async def test_parts_follow_the_course_of_the_chat() -> None:
    assert await headings(
        said("a", after(minutes=-5), Timing.EARLY),
        said("b", after(minutes=-4), Timing.EARLY),
        post("open", OPENS),
        post("t1", OPENS),
        said("c", after(minutes=1)),
        post("t2", after(hours=6)),
        said("d", after(hours=7)),
        post("t4", after(hours=24)),
        post("closing", after(hours=48, seconds=1)),
        said("e", after(hours=49), Timing.LATE),
        said("f", after(hours=50), Timing.LATE),
    ) == [
        ("before", None), ("a", None), ("b", None),
        ("opening", None), ("open", None),
        ("T1", None), ("t1", "1"), ("c", "1"),
        ("T2", None), ("t2", "2"), ("d", "2"),
        ("T4", None), ("t4", "4"), ("closing", "4"),
        ("after", None), ("e", None), ("f", None),
    ]  # fmt: skip


async def test_a_topic_whose_post_is_no_message_here_still_has_its_heading_at_its_time() -> None:
    assert await headings(said("a", after(minutes=1)), said("b", after(hours=30))) == [
        ("opening", None), ("T1", None), ("a", "1"),
        ("T2", None), ("T4", None), ("b", "4"),
    ]  # fmt: skip


async def test_a_post_that_reached_its_room_before_it_was_noted_comes_after_its_heading() -> None:
    noted_late = fold([*LOG[:2], events.TopicOpened(OPENS, 1), posted(1, after(seconds=3), HOME)])
    course = Course(noted_late)
    (line,) = await lines(post("t1", after(seconds=1)))
    assert [h.part for h in course.before(line)] == [Part.TOPIC]
    assert course.current == "1"


async def test_topics_after_whose_post_nothing_was_said_come_at_the_end() -> None:
    assert await headings(said("a", after(minutes=1))) == [
        ("opening", None), ("T1", None), ("a", "1"), ("T2", None), ("T4", None),
    ]  # fmt: skip


async def test_what_follows_the_question_in_a_topics_post_is_told_apart() -> None:
    ask = CHAT.topics[0].ask
    whole, bare, other = await lines(
        post("t1", OPENS)._replace(text=f"T1: {ask}\n\nNext: T2."),
        post("t1", OPENS)._replace(room=AWAY, text=f"T1: {ask}"),
        said("x", OPENS + timedelta(seconds=1))._replace(text=f"T1: {ask}"),
    )
    course = Course(CHAT)
    assert course.rest_of_post(whole) == "Next: T2."
    assert course.rest_of_post(bare) == ""
    assert course.rest_of_post(other) == f"T1: {ask}"
